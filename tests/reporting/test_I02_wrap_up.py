"""The end of a call in one request: figures, recording, and a ticket or a contact; all of it, once, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from reporting.models import Call
from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import api, body
from tests.walker import Api
from tickets.models import Contact, Ticket

pytestmark = pytest.mark.django_db
PATH = "/calls/wrap-up/"
CALL = {
    "call_id": "CC-1",
    "queue": "vip",
    "asked_for_agent_at": "2026-11-24T09:00:00+08:00",
    "answered_at": "2026-11-24T09:00:12+08:00",
    "ended_at": "2026-11-24T09:06:00+08:00",
}


@pytest.fixture
def c() -> Cast:
    loaded("unicom-complaint")
    return cast()


@pytest.fixture
def hotline(c: Cast) -> Api:
    return api(c.people["hotline"])


def wrapped(call_id: str = "CC-1", **more: Any) -> dict[str, Any]:
    return {"call": {**CALL, "call_id": call_id}, "recording": f"{call_id}.wav", **more}


@pytest.mark.clause("D3-2.4.3-d")
def test_I02_a_new_ticket_with_its_call_and_recording(hotline: Api) -> None:
    made = hotline.post(PATH, wrapped(ticket=body()))
    assert (made.status, made.body["call"]["ticket"]) == (201, made.body["ticket"]["number"])
    ticket = Ticket.objects.get()
    assert (ticket.external_id, ticket.number) == ("CC-1", made.body["ticket"]["number"])
    assert Call.objects.get().ticket_id == ticket.pk
    first = Contact.objects.get()
    assert (first.seq, first.recording, made.body["ticket"]["contacts"]) == (1, "CC-1.wav", 0)
    assert "已经受理" in made.body["ticket"]["said"]


def test_I02_a_further_contact_with_its_call(hotline: Api) -> None:
    number = hotline.post("/tickets/", body()).body["number"]
    contact = {"number": number, "content": "还没好", "urge": True}
    made = hotline.post(PATH, wrapped(contact=contact))
    assert (made.status, made.body["ticket"]["urged"], made.body["call"]["ticket"]) == (201, 1, number)
    kept = Contact.objects.get()
    assert (kept.content, kept.call_id, kept.recording) == ("还没好", "CC-1", "CC-1.wav")


def test_I02_a_call_about_nothing_is_only_counted(hotline: Api) -> None:
    made = hotline.post(PATH, {"call": CALL})
    assert (made.status, made.body["ticket"], Call.objects.count()) == (201, None, 1)
    assert not Ticket.objects.exists()


def test_I02_however_often_it_is_sent_it_is_one(hotline: Api) -> None:
    ticket = body()
    first = hotline.post(PATH, wrapped(ticket=ticket), **{"Idempotency-Key": "k"})
    number = first.body["ticket"]["number"]
    same = hotline.post(PATH, wrapped(ticket=ticket), **{"Idempotency-Key": "k"})
    other = hotline.post(PATH, wrapped(ticket=ticket))
    append = hotline.post(PATH, wrapped("CC-2", contact={"number": number, "content": "x"}))
    again = hotline.post(PATH, wrapped("CC-2", contact={"number": number, "content": "x"}))
    for answer in (same, other, again):
        assert (answer.status, answer.headers["Idempotency-Replayed"]) == (201, "true")
        assert answer.body["ticket"]["number"] == number
    assert hotline.post(PATH, wrapped(ticket=ticket), **{"Idempotency-Key": " "}).status == 422
    assert append.status == 201
    assert (Ticket.objects.count(), Contact.objects.count(), Call.objects.count()) == (1, 2, 2)


def test_I02_what_is_wrong_is_named_and_nothing_is_kept(c: Cast, hotline: Api) -> None:
    for wrong, name in (
        ({}, "call"),
        ({"call": {"call_id": "x"}}, "call.asked_for_agent_at"),
        (wrapped(ticket=body(content=" ")), "ticket.content"),
        (wrapped(ticket=body(channel="pigeon")), "ticket.channel"),
        (wrapped(ticket=body(), contact={"number": "T1", "content": "x"}), "contact"),
        (wrapped(contact={"content": "x"}), "contact.number"),
        (wrapped(ticket=[1]), "ticket"),
        (wrapped(recording="x" * 301), "recording"),
        (wrapped(nonsense=1), "nonsense"),
    ):
        answer = hotline.post(PATH, wrong)
        assert (answer.status, name in answer.body["errors"]) == (422, True), (wrong, answer.body)
    assert hotline.post(PATH, wrapped(contact={"number": "T20261124999999", "content": "x"})).status == 404
    assert api(c.people["front_desk"]).post(PATH, wrapped(ticket=body())).status == 403, "not a hotline"
    assert [table.objects.count() for table in (Ticket, Call, Contact)] == [0, 0, 0]
