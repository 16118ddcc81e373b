"""A customer who calls again: the contact is kept word for word, nothing moves, the caller hears how far it is."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import PHONE, SUBMIT, api, body
from tests.walker import Api
from tickets.models import Contact, Event, IdempotencyKey, Message, Ticket
from tickets.verify import verify_tickets

pytestmark = pytest.mark.django_db
AGAIN = {"content": "又断线了，请快点派人来。", "call_id": "CC-88", "recording": "CC-88.wav", "channel": "hotline"}


@pytest.fixture
def c() -> Cast:
    loaded("unicom-complaint")
    return cast()


@pytest.fixture
def hotline(c: Cast) -> Api:
    return api(c.people["hotline"])


@pytest.fixture
def number(hotline: Api) -> str:
    made = hotline.post("/tickets/", body()).body["number"]
    assert hotline.post(f"/tickets/{made}/actions/", SUBMIT).status == 200
    return made


def test_I02_a_further_contact_is_kept_and_moves_nothing(hotline: Api, number: str) -> None:
    before = hotline.get(f"/tickets/{number}/").body
    told = hotline.post(f"/tickets/{number}/contacts/", AGAIN)
    assert (told.status, told.body["contacts"], told.body["urged"]) == (201, 1, 0)
    after = hotline.get(f"/tickets/{number}/").body
    assert after["version"] == before["version"] + 1
    assert (after["steps"], after["clocks"], after["content"]) == (before["steps"], before["clocks"], before["content"])
    last = hotline.get(f"/tickets/{number}/events/").body["results"][-1]
    assert (last["name"], last["title"]) == ("customer.contacted", "客户再次联系")
    assert last["given"]["content"] == AGAIN["content"]
    (kept,) = hotline.get(f"/tickets/{number}/contacts/").body["results"]
    assert (kept["content"], kept["recording"], kept["seq"]) == (AGAIN["content"], "CC-88.wav", last["seq"])
    assert list(verify_tickets(Ticket.objects.all())) == []


def test_I02_whoever_holds_the_ticket_hears_that_the_customer_urges(c: Cast, hotline: Api, number: str) -> None:
    Message.objects.all().delete()
    for count in (1, 2):
        assert hotline.post(f"/tickets/{number}/contacts/", {"content": "快点", "urge": True}).body["urged"] == count
    first, second = Message.objects.filter(name="customer.urged").order_by("pk")
    assert first.unit_id == Ticket.objects.get(number=number).unit_id
    assert "第 2 次" in second.text
    assert number in second.text


@pytest.mark.parametrize("table", [Contact, Event])
def test_I02_nobody_changes_what_a_customer_said(hotline: Api, number: str, table: type) -> None:
    hotline.post(f"/tickets/{number}/contacts/", AGAIN)
    with pytest.raises(DatabaseError), transaction.atomic():
        table.objects.update(at=None) if table is Event else table.objects.update(content="别的")
    with pytest.raises(DatabaseError), transaction.atomic():
        table.objects.all().delete()


def test_I02_the_same_call_and_the_same_key_are_one_contact(hotline: Api, number: str) -> None:
    first = hotline.post(f"/tickets/{number}/contacts/", AGAIN, **{"Idempotency-Key": "k"})
    for headers, more in (
        ({"Idempotency-Key": "k"}, {}),
        ({"Idempotency-Key": "other"}, {}),
        ({}, {"content": "别的"}),
    ):
        again = hotline.post(f"/tickets/{number}/contacts/", {**AGAIN, **more}, **headers)
        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert again.body["contacts"] == 1
    assert again.body["number"] == first.body["number"]
    other = hotline.post(f"/tickets/{number}/contacts/", {**AGAIN, "content": "x"}, **{"Idempotency-Key": "k"})
    assert (other.status, list(other.body["errors"])) == (422, ["Idempotency-Key"])
    elsewhere = hotline.post("/tickets/", body()).body["number"]
    refused = hotline.post(f"/tickets/{elsewhere}/contacts/", AGAIN, **{"Idempotency-Key": "k"})
    assert refused.status == 422, "the key belongs to another ticket"
    assert Contact.objects.count() == IdempotencyKey.objects.count() == 1


def test_I02_bad_contacts_are_refused_and_nothing_is_written(c: Cast, hotline: Api, number: str) -> None:
    for wrong, name in (
        ({"content": " "}, "content"),
        ({"content": None}, "content"),
        ({"content": "长" * 20_001}, "content"),
        ({"content": "x", "urge": "yes"}, "urge"),
        ({"content": "x", "recording": 5}, "recording"),
        ({"content": "x", "call_id": "x" * 121}, "call_id"),
        ({"content": "x", "nonsense": 1}, "nonsense"),
    ):
        answer = hotline.post(f"/tickets/{number}/contacts/", wrong)
        assert (answer.status, name in answer.body["errors"]) == (422, True), wrong
    assert api(c.people["handler"]).post(f"/tickets/{number}/contacts/", AGAIN).status in (403, 404)
    assert hotline.post("/tickets/T20261124999999/contacts/", AGAIN).status == 404
    assert not Contact.objects.exists()


def test_I02_an_ended_ticket_takes_no_contact_and_says_what_to_do(c: Cast, hotline: Api, number: str) -> None:
    withdraw = {"action": "withdraw", "data": {"reason": "客户撤回"}}
    assert api(c.people["dispatcher"]).post(f"/tickets/{number}/actions/", withdraw).body["closed_at"]
    refused = hotline.post(f"/tickets/{number}/contacts/", AGAIN)
    assert (refused.status, refused.body["code"], refused.body["ticket"]["number"]) == (409, "not_from", number)
    assert "另登记" in refused.body["detail"]
    said = hotline.get(f"/tickets/{number}/progress/").body
    assert "已经结束" in said["said"]
    assert said["next"] is None


def test_I02_the_caller_hears_how_far_it_is(hotline: Api, number: str) -> None:
    said = hotline.get(f"/tickets/{number}/progress/").body
    for words in ("没有信号", number, "现在由", "我们会在"):
        assert words in said["said"], said
    assert said["next"].startswith("接下来是")
    hotline.post(f"/tickets/{number}/contacts/", {**AGAIN, "urge": True})
    found = hotline.get(f"/customers/lookup/?phone={PHONE}").body
    (waiting,) = found["open_tickets"]
    assert (waiting["said"], waiting["contacts"], waiting["urged"]) == (said["said"], 1, 1)
    assert found["last_contact"] == {
        "at": waiting["last_contact_at"],
        "ticket": number,
        "channel": "hotline",
        "urge": True,
        "content": AGAIN["content"],
    }
    assert found["history"]["by_rulebook"] == {"unicom-complaint": 1}
    assert sum(found["history"]["by_state"].values()) == 1
