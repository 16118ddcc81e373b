"""Who sees what over REST (rule 12, law 4): other people's tickets don't exist, wherever one asks."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import PHONE, SUBMIT, api, body
from tests.walker import Api
from tickets.models import Attachment, Customer, Event, IdempotencyKey, Ticket

CANARY = "金丝雀七七四"


@pytest.fixture
def c() -> Cast:
    loaded("unicom-complaint")
    return cast()


def file(text: str = "words") -> SimpleUploadedFile:
    return SimpleUploadedFile("a.txt", text.encode())


def addresses(number: str, attachment: str) -> list[str]:
    return [
        f"/tickets/{number}/",
        f"/tickets/{number}/events/",
        f"/tickets/{number}/attachments/",
        f"/attachments/{attachment}/",
    ]


def at_the_network_department(c: Cast, **more: Any) -> tuple[str, str]:
    """A ticket that the network department of Zhengzhou handles, with a file; its number and the file's id."""
    hotline, dispatcher = api(c.people["hotline"]), api(c.people["dispatcher"])
    number = hotline.post("/tickets/", body(**more)).body["number"]
    attachment = hotline.upload(f"/tickets/{number}/attachments/", file=file(CANARY)).body["id"]
    assert hotline.post(f"/tickets/{number}/actions/", SUBMIT).status == 200
    sent = dispatcher.post(
        f"/tickets/{number}/actions/", {"action": "dispatch", "data": {"to": "410100-net", "reason": "x"}}
    )
    assert sent.status == 200, sent.body
    return number, attachment


@pytest.mark.django_db
def test_S03_what_is_not_yours_is_not_there_by_any_address(c: Cast) -> None:
    number, attachment = at_the_network_department(c, content=f"{CANARY}没有信号")
    seen = {"hotline", "dispatcher", "dispatcher2", "caller", "caller2", "head", "head2", "handler", "handler2"}
    # duties that reach down: over the province, over everything, and the auditor
    seen |= {"province_front_desk", "supervisor", "hq_supervisor", "auditor", "quality"}
    for key, person in c.people.items():
        connected = api(person)
        expected = 200 if key in seen else 404
        for address in addresses(number, attachment):
            assert connected.get(address).status == expected, (key, address)
        found = connected.get("/tickets/").body["results"]
        assert [row["number"] for row in found] == ([number] if key in seen else []), key
        acted = connected.post(f"/tickets/{number}/actions/", {"action": "screen"})
        assert acted.status == 404 if key not in seen else acted.status in (403, 409, 422), (key, acted.status)
        sent = connected.upload(f"/tickets/{number}/attachments/", file=file())
        assert sent.status == (201 if key in seen else 404), key
        if key not in seen:
            for query in (f"q={CANARY}", f"q={number}", f"phone={PHONE}", "grade=provincial", "ordering=priority"):
                assert connected.get(f"/tickets/?{query}").body["results"] == [], (key, query)
            looked = connected.get(f"/customers/lookup/?phone={PHONE}").body
            assert looked["open_tickets"] == []
            assert looked["history"]["total"] == 0
    assert Ticket.objects.get().version == 3


@pytest.mark.django_db
def test_S03_who_is_complained_about_finds_no_trace(c: Cast) -> None:
    respondent = {"unit": "410100-net", "person": "head"}
    number, attachment = at_the_network_department(c, content=f"{CANARY}态度恶劣", respondent=respondent)
    party, colleague = api(c.people["head"]), api(c.people["head2"])
    assert colleague.get(f"/tickets/{number}/").status == 200
    for address in addresses(number, attachment):
        answer = party.get(address)
        assert answer.status == 404
        assert CANARY not in str(answer.body)
    for verb, data in (("sign", {}), ("feedback", {"solution": "x"}), ("assign", {"assignee": "head"})):
        assert party.post(f"/tickets/{number}/actions/", {"action": verb, "data": data}).status == 404
    assert party.upload(f"/tickets/{number}/attachments/", file=file()).status == 404
    for query in ("", f"?q={CANARY}", f"?q={number}", f"?phone={PHONE}", "?unit=410100-net", "?overdue=false"):
        assert party.get(f"/tickets/{query}").body["results"] == []
    looked = party.get(f"/customers/lookup/?phone={PHONE}").body
    assert (looked["customer"], looked["open_tickets"], looked["history"]["total"]) == (None, [], 0)
    assert party.get("/alerts/").body["results"] == []
    named = colleague.post(f"/tickets/{number}/actions/", {"action": "assign", "data": {"assignee": "head"}})
    assert named.status == 422


@pytest.mark.django_db
def test_S03_a_hotline_complained_about_does_not_know_the_caller(c: Cast) -> None:
    api(c.people["front_desk2"]).post("/tickets/", body(respondent={"person": "front_desk"}))
    assert Ticket.objects.count() == 1
    looked = api(c.people["front_desk"]).get(f"/customers/lookup/?phone={PHONE}").body
    assert (looked["customer"], looked["history"]["total"]) == (None, 0)
    assert api(c.people["front_desk2"]).get(f"/customers/lookup/?phone={PHONE}").body["history"]["total"] == 1


@pytest.mark.django_db
def test_S03_another_ticket_is_merged_into_only_if_it_is_seen(c: Cast) -> None:
    number, _ = at_the_network_department(c)
    hidden = api(c.people["front_desk"]).post("/tickets/", body(external_id="hidden")).body["number"]
    dispatcher = api(c.people["dispatcher"])
    merge = {"action": "merge", "data": {"merged_into": hidden}}
    assert dispatcher.post(f"/tickets/{number}/actions/", merge).status == 422
    offered = dispatcher.get(f"/tickets/{number}/").body["allowed_actions"]
    assert "merge" not in {action["action"] for action in offered}, "there is nothing to merge it into"
    other, _ = at_the_network_department(c, external_id="other")
    offered = dispatcher.get(f"/tickets/{number}/").body["allowed_actions"]
    field = next(a for a in offered if a["action"] == "merge")["fields"][0]
    assert [choice["value"] for choice in field["choices"]] == [other]
    merged = dispatcher.post(f"/tickets/{number}/actions/", {"action": "merge", "data": {"merged_into": other}})
    assert (merged.status, merged.body["state"]) == (200, "merged")


@pytest.mark.django_db(transaction=True)
def test_S01_twenty_posts_at_once_with_one_key_make_one_ticket() -> None:
    loaded("unicom-complaint")
    c = cast()
    for headers, more in (({"Idempotency-Key": "one"}, {}), ({}, {"external_id": "one"})):
        answers = _at_once(api(c.people["hotline"]), body(**more), headers)
        assert {status for status, _ in answers} == {201}
        assert len({number for _, number in answers}) == 1
    assert Ticket.objects.count() == 2
    assert Event.objects.count() == 2
    assert IdempotencyKey.objects.count() == 1


def _at_once(connected: Api, sent: dict[str, Any], headers: dict[str, str]) -> list[tuple[int, str]]:
    answers: list[tuple[int, str]] = []
    ready = threading.Barrier(20)

    def send() -> None:
        own = Api(connected.headers["authorization"].removeprefix("Bearer "))
        try:
            ready.wait()
            answer = own.post("/tickets/", sent, **headers)
            answers.append((answer.status, answer.body.get("number")))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    return answers


@pytest.mark.django_db
def test_I01_a_failure_while_writing_leaves_nothing(c: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from tickets.actions import register

    def broken(*args: object, **more: object) -> None:
        raise OSError("disk full")

    hotline = api(c.people["hotline"])
    hotline.client.raise_request_exception = False
    monkeypatch.setattr(register, "write_messages", broken)
    assert hotline.post("/tickets/", body(), **{"Idempotency-Key": "k"}).status == 500
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert not Attachment.objects.exists()
