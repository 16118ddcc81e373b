"""Bad input over REST: always a clear 4xx, never a 5xx, nothing half-written (issue, "How well")."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import PHONE, SUBMIT, api, body
from tests.walker import Api
from tickets.api.bodies import CUSTOMER_TEXTS, TEXTS
from tickets.models import Attachment, Clock, Customer, Event, IdempotencyKey, Message, Step, Ticket, TicketText

pytestmark = pytest.mark.django_db
NAUGHTY: list[str] = json.loads((Path(__file__).parent.parent / "data" / "blns.json").read_text(encoding="utf-8"))
FORM = "application/x-www-form-urlencoded"
TABLES = (Ticket, Step, Clock, Event, Customer, TicketText, Message, IdempotencyKey, Attachment)


@pytest.fixture
def c() -> Cast:
    loaded("unicom-complaint")
    return cast()


def counts() -> list[int]:
    return [table.objects.count() for table in TABLES]


def assert_clear(answer: Any, said: object) -> None:
    """Either done, or a refusal of the caller's making, in words."""
    assert answer.status < 500, said
    if answer.status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.body["status"] == answer.status
        assert answer.body["title"]
        assert answer.body["detail"]
        assert "Traceback" not in str(answer.body)


def test_I01_every_naughty_string_goes_through_every_text_field(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    for place, text in enumerate(NAUGHTY):
        wild: dict[str, Any] = dict.fromkeys(("subject", "content", "request", "occurred_place"), text)
        customer = {
            "phone": PHONE,
            **{name: text for name in CUSTOMER_TEXTS if name not in ("phone", "level", "brand")},
        }
        customer["region"] = "410100"
        answer = hotline.post("/tickets/", body(**wild, customer=customer, external_id=f"n{place}"))
        assert_clear(answer, text)
        if answer.status == 201:
            assert answer.body["content"] == text
        else:
            before = counts()
            assert hotline.post("/tickets/", body(**wild, customer=customer)).status == answer.status
            assert counts() == before


def test_I01_every_naughty_string_stands_alone_in_each_field(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    names = [*TEXTS, *(f"customer.{name}" for name in CUSTOMER_TEXTS), "respondent.unit", "data.phenomenon", "key"]
    for place, text in enumerate(NAUGHTY):
        name = names[place % len(names)]
        wrong = body()
        outer, _, inner = name.partition(".")
        headers = {}
        if name == "key":
            headers = {"Idempotency-Key": text}
        elif inner:
            wrong[outer] = {**wrong[outer], inner: text}
        else:
            wrong[outer] = text
        if name == "key" and not text.isascii():
            continue  # a header can't carry it
        assert_clear(hotline.post("/tickets/", wrong, **headers), (name, text))


def test_I01_every_naughty_string_is_asked_for_and_acted_with(c: Cast) -> None:
    from urllib.parse import quote

    hotline = api(c.people["hotline"])
    number = hotline.post("/tickets/", body()).body["number"]
    filters = ("q", "unit", "phone", "state", "grade", "received_after", "cursor", "ordering", "business_type", "limit")
    for place, text in enumerate(NAUGHTY):
        name, said = filters[place % len(filters)], quote(text)
        ask = f"/tickets/?q={said}&{name}={said}" if place % 4 else f"/customers/lookup/?phone={said}"
        assert_clear(hotline.get(ask), text)
        data = {**SUBMIT["data"], "complaint_type": text} if place % 2 else {text: text}
        action = "submit" if place % 3 else text
        assert_clear(hotline.post(f"/tickets/{number}/actions/", {"action": action, "data": data}), text)
    assert Ticket.objects.get(number=number).version == 1
    for text in NAUGHTY[::4]:
        file = SimpleUploadedFile(f"{text}.txt".replace("\\", "/"), b"words")
        assert_clear(hotline.upload(f"/tickets/{number}/attachments/", file=file, field="attachment"), text)


MALFORMED = (
    b"",
    b"{",
    b"nonsense",
    b"null",
    b"[]",
    b"5",
    b'"text"',
    b"{}{}",
    b"{'content': 'x'}",
    b'{"content": NaN}',
    b'{"content": Infinity}',
    b'{"content": -Infinity}',
    b'{"content": 1e999}',
    b'{"content": "\xff\xfe"}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b'{"content": "\x00"}',
    b'{"content": "a\x01b"}',
    b"[" * 100_000,
    b'{"data":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"data":' + b'{"a":' * 900 + b"1" + b"}" * 901,
    b'{"data": {"waiting_minutes": ' + b"9" * 5000 + b"}}",
    b"<xml/>",
)


def test_I01_malformed_bodies_are_refused_and_nothing_is_written(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    number = hotline.post("/tickets/", body()).body["number"]
    before = counts()
    for raw in MALFORMED:
        for path in ("/tickets/", f"/tickets/{number}/actions/"):
            answer = hotline.post(path, raw)
            assert_clear(answer, raw[:60])
            assert answer.status in (400, 422), (raw[:60], answer.status)
    assert counts() == before


def test_I01_characters_that_no_database_keeps_are_refused_wherever_they_stand(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    before = counts()
    for bad in (r"\u0000", r"a\u0000b", r"\ud800", r"\udfff", r"\ud83d x", r"\ude00\ud83d"):
        for place in ('"content"', '"subject"', '"customer": {"phone": "1", "name"', '"data": {"phenomenon"'):
            closing = "}}" if "{" in place else "}"
            raw = f'{{"rulebook": "unicom-complaint", "channel": "hotline", {place}: "{bad}"{closing}'
            answer = hotline.post("/tickets/", raw)
            assert_clear(answer, raw)
            assert answer.status == 422, raw
        raw = f'{{"rulebook": "unicom-complaint", "data": {{"{bad}": 1}}}}'
        assert hotline.post("/tickets/", raw).status == 422
    assert counts() == before
    good = json.dumps(body(content="表情 😀"))  # a whole pair
    assert hotline.post("/tickets/", good).body["content"] == "表情 😀"


def test_I01_a_huge_body_is_refused(c: Cast, settings: Any) -> None:
    hotline = api(c.people["hotline"])
    huge = json.dumps(body(content="长" * 3_000_000))
    answer = hotline.post("/tickets/", huge)
    assert_clear(answer, "huge")
    assert answer.status == 413
    many = json.dumps({f"n{n}": n for n in range(50_000)})
    answer = hotline.post("/tickets/", many)
    assert answer.status == 422
    assert len(str(answer.body)) < 20_000
    echo = hotline.post("/tickets/", body(received_by="x" * 500_000))
    assert echo.status == 422
    assert len(str(echo.body)) < 20_000
    settings.UPLOAD_MAX_BYTES = 1000
    assert hotline.upload("/attachments/", file=SimpleUploadedFile("a.txt", b"x" * 200_000)).status == 413
    assert hotline.upload("/attachments/", file=SimpleUploadedFile("a.txt", b"x" * 1001)).status == 413
    assert not Ticket.objects.exists()
    assert not Attachment.objects.exists()


def test_I01_wrong_methods_types_and_addresses_are_answered_as_problems(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    number = hotline.post("/tickets/", body()).body["number"]
    client, headers = hotline.client, hotline.headers
    cases = [
        (client.delete(f"/api/v1/tickets/{number}/", headers=headers), 405),
        (client.put(f"/api/v1/tickets/{number}/", "{}", content_type="application/json", headers=headers), 405),
        (client.patch("/api/v1/tickets/", "{}", content_type="application/json", headers=headers), 405),
        (client.get(f"/api/v1/tickets/{number}/actions/", headers=headers), 405),
        (
            client.post("/api/v1/tickets/", "a=1", content_type="application/x-www-form-urlencoded", headers=headers),
            415,
        ),
        (client.post("/api/v1/tickets/", "<a/>", content_type="text/xml", headers=headers), 415),
        (client.post("/api/v1/attachments/", "{}", content_type="application/json", headers=headers), 415),
        (client.get("/api/v1/tickets/", headers={**headers, "accept": "text/csv"}), 406),
        (client.get("/api/v1/nothing/", headers=headers), 404),
        (client.get("/api/v1/tickets/T00000000000000/", headers=headers), 404),
        (client.get("/api/v1/tickets/%00/", headers=headers), 404),
        (client.get("/api/v1/tickets/../../etc/passwd/", headers=headers), 404),
        (client.get("/api/v1/attachments/not-a-uuid/", headers=headers), 404),
        (client.post("/api/v1/alerts/99999999999999999999/acknowledge/", headers=headers), 404),
        (client.post("/api/v1/alerts/1/acknowledge/", headers=headers), 404),
    ]
    for response, status in cases:
        assert response.status_code == status, response.content
        assert response.headers["Content-Type"] == "application/problem+json"
        assert json.loads(response.content)["status"] == status


def test_I01_an_error_nobody_expected_shows_no_trace(c: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from tickets.api import tickets

    hotline = api(c.people["hotline"])
    hotline.client.raise_request_exception = False

    def fail(error: Exception) -> None:
        def broken(*args: Any, **more: Any) -> None:
            raise error

        monkeypatch.setattr(tickets, "visible_to", broken)

    fail(ZeroDivisionError("secret"))
    answer = hotline.get("/tickets/")
    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in str(answer.body)
    fail(OperationalError("the database went away"))
    answer = hotline.get("/tickets/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert "went away" not in str(answer.body)


def test_I01_naming_a_column_sets_nothing(c: Cast) -> None:
    """Mass assignment (FreeScout CVE-2026-40569): every field name of every table, in every place."""
    from django.apps import apps

    hotline = api(c.people["hotline"])
    before = counts()
    columns = {f.name for model in apps.get_models() for f in model._meta.get_fields()}
    columns |= {f"{name}_id" for name in columns}
    for name in sorted(columns - set(body())):
        assert hotline.post("/tickets/", body(**{name: 1})).status == 422, name
    refused = hotline.post("/tickets/", body(data=dict.fromkeys(sorted(columns), 1)))
    assert refused.status == 422
    assert counts() == before
    number = hotline.post("/tickets/", body()).body["number"]
    for name in sorted(columns - {"action", "step", "data", "version"}):
        assert hotline.post(f"/tickets/{number}/actions/", {**SUBMIT, name: 1}).status == 422, name
    assert Ticket.objects.get().version == 1


def test_I01_files_of_other_people_and_nonsense_ids_are_not_there(c: Cast) -> None:
    hotline, desk = api(c.people["hotline"]), api(c.people["front_desk"])
    sent = _upload(desk)
    for value in (sent, "00000000-0000-0000-0000-000000000000", "nonsense", "", None, 5, [sent], "../../x"):
        answer = hotline.post("/tickets/", body(data={"attachment": value}))
        assert_clear(answer, value)
        assert answer.status == (201 if value in ("", None) else 422), (value, answer.body)
    assert desk.post("/tickets/", body(data={"attachment": sent})).status == 201


def _upload(connected: Api) -> str:
    return str(connected.upload("/attachments/", file=SimpleUploadedFile("a.txt", b"words")).body["id"])
