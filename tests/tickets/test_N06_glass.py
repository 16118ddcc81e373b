"""Breaking the glass, and who looked at a ticket about somebody (rows N06, S05; doc 11 §6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.books import loaded
from tests.cast import cast, person, unit
from tests.hotline import api
from tests.tickets.desk import Desk
from tickets.access import visible_to
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_act
from tickets.looks import look_note
from tickets.models import AccessLog, Attachment, Message, Ticket
from tickets.uploads import store_upload

pytestmark = pytest.mark.django_db
REASON = "省际核查，来源举报"


@pytest.fixture
def desk() -> Desk:
    """A supervisor of another province, and one who is complained about."""
    desk = Desk()
    for who in ("js_supervisor", "js_party"):
        desk.c.people[who] = person(who, home=desk.c.units["320000-service"], roles="supervisor")
    desk.c.people["js_party"].refresh_from_db()
    return desk


def about(desk: Desk, who: str) -> Ticket:
    ticket = desk.dispatched()
    Ticket.objects.filter(pk=ticket.pk).update(respondent_person=desk.c.people[who])
    return ticket


@pytest.mark.clause("D11-6-b")
def test_N06_the_glass_is_broken_for_a_reason_for_a_while_and_before_the_auditors_eyes(desk: Desk) -> None:
    number = about(desk, "js_party").number
    client = desk.client("js_supervisor")
    assert client.get(f"/tickets/{number}/").status_code == 404
    assert "/break-glass/" in client.get("/search/?q=没有这样的").content.decode()
    assert client.post("/break-glass/", {"number": number, "reason": " "}).status_code == 422
    opened = client.post("/break-glass/", {"number": number, "reason": REASON})
    assert (opened.status_code, opened.url) == (302, f"/tickets/{number}/")
    assert client.get(opened.url).status_code == 200
    told = Message.objects.filter(name="glass.broken")
    assert {one.way for one in told} >= {"inbox"}
    assert all(REASON in one.text and one.unit_id == desk.c.units["HQ"].pk for one in told if one.way == "inbox")
    auditor = desk.client("auditor")
    assert f"破例查看 {number}" in auditor.get("/alerts/?group=notices").content.decode()
    looks = auditor.get("/system/audit/?view=looks").content.decode()
    assert "破例查看" in looks
    assert REASON in looks
    later = desk.now + timedelta(hours=5)
    assert not visible_to(desk.c.people["js_supervisor"], later).filter(number=number).exists()


def test_N06_the_glass_tells_a_party_and_the_curious_nothing(desk: Desk) -> None:
    number = about(desk, "js_party").number
    ghost = "T20010101000001"
    answers = {}
    for asked in (number, ghost):
        page = desk.client("js_party").post("/break-glass/", {"number": asked, "reason": REASON})
        assert page.status_code == 422
        answers[asked] = page.content.decode().split("<h1>")[1].replace(asked, "").split("csrfmiddlewaretoken")
    assert answers[number][0] == answers[ghost][0]
    assert answers[number][1][80:] == answers[ghost][1][80:]
    assert desk.client("billing_head").get("/break-glass/").status_code == 403
    assert not AccessLog.objects.exists()


@pytest.mark.clause("D11-6-b")
def test_N06_it_can_be_shown_who_read_the_file_and_how(desk: Desk) -> None:
    ticket = about(desk, "handler2")
    upload = SimpleUploadedFile("照片.txt", b"words")
    file = store_upload(upload, actor=desk.c.people["dispatcher"], at=desk.now, ticket=ticket).pk
    head = desk.client("head")
    for address in (f"/tickets/{ticket.number}/", f"/tickets/{ticket.number}/preview/", f"/files/{file}/"):
        for _ in range(2):
            assert head.get(address).status_code == 200
    assert api(desk.c.people["dispatcher"]).get(f"/tickets/{ticket.number}/").status == 200
    rows = AccessLog.objects.filter(ticket=ticket).order_by("pk")
    assert [(row.person.username, row.what) for row in rows] == [
        ("head", "page"),
        ("head", "file"),
        ("dispatcher", "api"),
    ]
    page = desk.client("supervisor").get(f"/tickets/{ticket.number}/?tab=looks").content.decode()
    assert "取走文件" in page
    assert "照片.txt" in page
    assert "tab=looks" not in head.get(f"/tickets/{ticket.number}/").content.decode()
    with time_machine.travel(desk.now + timedelta(hours=2)):
        head.get(f"/tickets/{ticket.number}/")
    assert rows.filter(what="page", person=desk.c.people["head"]).count() == 2
    other = desk.dispatched()
    head.get(f"/tickets/{other.number}/")
    assert not AccessLog.objects.filter(ticket=other).exists(), "about nobody, and not confidential"


@pytest.mark.clause("D11-6-b", "D2-6-8")
def test_N06_retaliation_is_a_complaint_of_its_own_with_the_access_log_of_the_first_one() -> None:
    c, at = cast(), timezone.now()
    hr = person("hr", home=unit("PROP-hr", parent=c.units["PROP"], functions="service"), roles="hr")
    dept, boss = c.units["PROP-site1-engineering"], c.people["general_manager"]
    person("dept", home=dept, roles="dept_head")

    def registered(content: str) -> Ticket:
        customer = NewCustomer(name="王某", phone="13800000000")
        facts = {"channel": "phone", "request": "道歉", "topic": "attitude"}
        new = NewTicket(content=content, customer=customer, facts=facts, respondent_unit=dept.code)
        return ticket_register(new, version=loaded("company-service"), actor=hr, at=at).ticket

    first, second = registered("态度恶劣"), registered("投诉后被刁难，对方知道我的电话")
    look_note(first, person=boss, way="file", at=at, purpose="客户资料.pdf")
    given = {"retaliation": "retaliation", "first_complaint": first.number}
    ticket_act(ticket_id=second.pk, action="link_first", given=given, actor=hr, at=at)
    kept = Attachment.objects.get(ticket=second)
    assert (kept.internal, kept.field) == (True, "first_complaint")
    said = kept.file.read().decode()
    assert f"{boss.name} {boss.username}\tfile\t客户资料.pdf" in said
    assert "register" in said
    assert second.links.filter(other=first).exists()
    given = {"grounds_sufficient": True, "request_reasonable": True, "complaint_level": "ordinary"}
    sent = ticket_act(ticket_id=second.pk, action="dispatch", given=given, actor=hr, at=at)
    assert sent.picture.main is not None
    assert sent.picture.main.unit == c.units["PROP"].pk, "past the department that it came from"
