"""What tests of the REST interface share: a hotline's create body, tokens, and a connection for a person."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.walker import Api
from tickets.actions.people import token_create
from tickets.models import Person

PHONE = "13800000000"
SUBMIT = {"action": "submit", "data": {"business_type": "mobile.gsm", "complaint_type": "network_quality"}}


def api(person: Person, language: str = "zh") -> Api:
    """A connection with a fresh token of that person."""
    return Api(token_create(person=person, at=timezone.now()), language)


def body(**more: Any) -> dict[str, Any]:
    """The create body of the REST contract, as a hotline sends it."""
    return {
        "rulebook": "unicom-complaint",
        "channel": "hotline",
        "external_id": None,
        "received_at": None,
        "customer": {
            "name": "王某",
            "phone": PHONE,
            "account": "0371-1234",
            "level": "vip",
            "brand": "3g",
            "region": "410100",
            "anonymous": False,
        },
        "business_type": "mobile.gsm",
        "complaint_type": "network_quality",
        "grade": "provincial",
        "severity": None,
        "visited_region": None,
        "subject": "没有信号",
        "content": "家里没有信号，已经三天。",
        "request": "尽快修好",
        "occurred_at": "2026-11-20T09:00:00+08:00",
        "occurred_place": "郑州市金水区",
        "respondent": {"unit": None, "person": None},
        "confidential": False,
        "received_by": None,
        "data": {},
        **more,
    }


def statements(said: Any) -> list[str]:
    """The statements of a captured list without savepoints, which only tests have."""
    return [query["sql"] for query in said if "SAVEPOINT" not in query["sql"]]
