"""The OpenAPI document is true: what it says can be sent is answered as it says (schemathesis, in this process)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis.specs.openapi import checks

from tests.books import loaded
from tests.cast import cast
from tests.hotline import api, body

REASONS = ("400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "429", "500", "503")
EXAMPLES = 12
NOT_KNOWN = (401, 404, 406)  # of whoever shows no token: 404 is an address that no number can have


@pytest.mark.django_db
def test_I01_the_document_names_every_address_and_every_refusal(client: Any) -> None:
    document = json.loads(client.get("/api/v1/schema/", headers={"accept": "application/json"}).content)
    contract = {
        "/api/v1/tickets/": {"get", "post"},
        "/api/v1/tickets/{number}/": {"get"},
        "/api/v1/tickets/{number}/actions/": {"post"},
        "/api/v1/tickets/{number}/events/": {"get"},
        "/api/v1/tickets/{number}/attachments/": {"get", "post"},
        "/api/v1/attachments/": {"post"},
        "/api/v1/attachments/{id}/": {"get"},
        "/api/v1/customers/lookup/": {"get"},
        "/api/v1/tickets/{number}/contacts/": {"get", "post"},
        "/api/v1/tickets/{number}/progress/": {"get"},
        "/api/v1/calls/": {"post"},
        "/api/v1/calls/wrap-up/": {"post"},
        "/api/v1/indicators/": {"get"},
        "/api/v1/indicators/{id}/": {"get"},
        "/api/v1/indicators/{id}/tickets/": {"get"},
        "/api/v1/alerts/": {"get"},
        "/api/v1/alerts/{id}/acknowledge/": {"post"},
        "/api/v1/rulebooks/": {"get"},
        "/api/v1/rulebooks/{id}/": {"get"},
    }
    for path, verbs in contract.items():
        assert verbs <= set(document["paths"][path]), path
        for verb in verbs:
            answers = document["paths"][path][verb]["responses"]
            assert {"401", "403", "422", "429", "500"} <= set(answers)
            assert "Retry-After" in answers["429"]["headers"]
            for status in set(answers) & set(REASONS):
                assert set(answers[status]["content"]) == {"application/problem+json"}, (path, verb, status)
    assert "example" in json.dumps(document["paths"]["/api/v1/tickets/"]["post"])
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "https://" not in page.content.decode(), "the page takes nothing from another host"


@contextmanager
def one_connection() -> Iterator[None]:
    """A request ends by closing old connections; in this process it is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.parametrize("known", [True, False], ids=["with a token", "with none"])
def test_I01_answers_are_as_the_document_says(known: bool) -> None:
    loaded("unicom-complaint")
    hotline = api(cast().people["hotline"])
    number = hotline.post("/tickets/", body()).body["number"]
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
        for operation in schema.get_all_operations():
            _try(operation.ok(), hotline.headers if known else {}, number, EXAMPLES if known else 2)


def _try(operation: Any, headers: dict[str, str], number: str, examples: int) -> None:
    @seeded(20261124)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attempt(case: Any) -> None:
        if "number" in (case.path_parameters or {}) and len(case.path_parameters["number"]) % 2:
            case.path_parameters["number"] = number
        response = case.call(headers=headers)
        assert response.status_code < 500, (operation.label, case.body, response.text)
        assert headers or response.status_code in NOT_KNOWN, (operation.label, response.text)
        case.validate_response(
            response,
            checks=[
                schemathesis.checks.not_a_server_error,
                checks.status_code_conformance,
                checks.content_type_conformance,
                checks.response_headers_conformance,
                checks.response_schema_conformance,
            ],
        )

    attempt()
