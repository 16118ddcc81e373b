"""Alerts and chase orders as their people see them (rows W01-W04, N02, N06)."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation.models import Alert
from tests.tickets.desk import Desk
from tests.tickets.drives import run_watch
from tickets.models import Message, Ticket


def _page(desk: Desk, who: str, query: str = "") -> str:
    answer = desk.client(who).get(f"/alerts/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def _late(desk: Desk) -> Ticket:
    """Handling takes 41 h, so this one is overdue, and everybody was told when it was time."""
    ticket = desk.dispatched(desk.ago(hours=42))
    run_watch(desk.now)
    return ticket


def _bell(page: str) -> str:
    found = re.search(r'aria-label="预警 (\d+) 条未确认"', page)
    assert found
    return found[1]


@pytest.mark.django_db
def test_W03_an_alert_says_what_how_late_when_sent_and_who_is_told_next() -> None:
    desk = Desk()
    ticket = _late(desk)
    page = _page(desk, "head")
    assert "处理：宽带连续断线三天" in page
    assert ticket.number in page
    assert re.search(r"超 (59 分|1 小时)", page)
    assert re.search(r"次日 \d\d:\d\d 前没人确认，将报主管/督办（河南省分公司）", page)
    assert "确认后不再往上报，时限不变" in page


@pytest.mark.django_db
def test_W01_one_limit_is_one_item_and_one_on_the_bell_however_often_it_reminded() -> None:
    desk = Desk()
    _late(desk)
    step_alerts = Alert.objects.filter(clock_name="handling")
    assert step_alerts.count() == 2, "the warning and the overrun"
    page = _page(desk, "head")
    assert len(re.findall(r"data-row-link>处理：宽带连续断线三天", page)) == 1
    items = set(re.findall(r'id="alert-(\d+)"', page))
    assert _bell(page) == str(len(items))


@pytest.mark.django_db
def test_N02_confirming_stops_the_climb_not_the_clock_and_counts_down_the_bell() -> None:
    desk = Desk()
    ticket = _late(desk)
    client = desk.client("head")
    before = int(_bell(_page(desk, "head")))
    alert = Alert.objects.get(clock_name="handling", kind=Alert.Kind.OVERRUN)
    answer = client.post(f"/alerts/{alert.pk}/acknowledge/", headers={"hx-request": "true"})
    said = answer.content.decode()
    assert "已确认，不再往上报。时限不变。" in said
    assert _bell(said) == str(before - 1)
    assert not Alert.objects.filter(clock_name="handling", acknowledged_at=None).exists(), "the warning before it too"
    assert desk.step(ticket).clocks.get(stopped_at=None).silenced == "overrun"
    done = _page(desk, "head", "?group=done")
    assert "网络维护部负责人" in done
    assert client.post(f"/alerts/{alert.pk}/acknowledge/").status_code == 302, "twice changes nothing"


@pytest.mark.django_db
def test_N02_all_warnings_at_once_but_no_overrun() -> None:
    desk = Desk()
    desk.dispatched(desk.ago(hours=38))
    run_watch(desk.now)
    client = desk.client("head")
    page = client.get("/alerts/").content.decode()
    assert re.search(r"全部确认 \d 条预警", page)
    assert client.post("/alerts/acknowledge/").status_code == 302
    assert not Alert.objects.filter(kind=Alert.Kind.WARNING, clock_name="handling", acknowledged_at=None).exists()
    assert 'class="alert ' not in _page(desk, "head", "?group=warned")


@pytest.mark.django_db
def test_W04_a_chase_order_is_answered_from_beside_the_list() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "supervisor", "chase", reason="客户已致电 12300，请今晚给结论", chase_ground="key")
    page = _page(desk, "head")
    assert "客户已致电 12300，请今晚给结论" in page
    assert "主管" in page
    link = re.search(r'href="(/tickets/[^"]*/act/answer_chase/\?step=\d+)"', page)
    assert link
    client = desk.client("head")
    form = client.get(link[1]).content.decode()
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version
    done = client.post(link[1], {"explanation": "分光器故障，19:30 前恢复", "version": version[1]})
    assert done.status_code == 302
    assert "客户已致电 12300" not in _page(desk, "head")


@pytest.mark.django_db
def test_W02_notices_of_a_unit_reach_the_roles_they_name_and_are_marked_read() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "feedback", solution="已修复")
    page = _page(desk, "dispatcher", "?group=notices")
    assert f"反馈已到 {ticket.number}" in page
    assert f"反馈已到 {ticket.number}" not in _page(desk, "caller", "?group=notices"), "same unit, another role"
    client = desk.client("dispatcher")
    notice = Message.objects.get(name="answered", way="inbox")
    assert client.post(f"/alerts/notices/{notice.pk}/read/").status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is not None
    desk.client("caller").post("/alerts/notices/read/")
    assert client.post("/alerts/notices/read/").status_code == 302


@pytest.mark.django_db
def test_N06_nobody_is_alerted_about_a_ticket_that_names_them() -> None:
    desk = Desk()
    ticket = _late(desk)
    Ticket.objects.filter(pk=ticket.pk).update(respondent_person=desk.c.people["head"])
    page = _page(desk, "head")
    assert ticket.number not in page
    assert _bell(page) == "0"
    alert = Alert.objects.filter(ticket=ticket).first()
    assert alert
    assert desk.client("head").post(f"/alerts/{alert.pk}/acknowledge/").status_code == 404


@pytest.mark.django_db
def test_W01_the_ticket_page_tells_its_alerts_beside_the_limit_and_in_the_record() -> None:
    desk = Desk()
    ticket = _late(desk)
    alert = Alert.objects.get(clock_name="handling", kind=Alert.Kind.OVERRUN)
    client = desk.client("head")
    client.post(f"/alerts/{alert.pk}/acknowledge/")
    page = client.get(f"/tickets/{ticket.number}/").content.decode()
    assert re.search(r"已超时，网络维护部负责人 .* 确认", page)
    system = client.get(f"/tickets/{ticket.number}/?events=system").content.decode()
    record = system[system.index("处理记录") :]
    assert "超时" in record
    assert "登记" not in record[record.index("<ol") : record.index("</ol")]
    tab = client.get(f"/tickets/{ticket.number}/?tab=alerts").content.decode()
    assert "已告诉" in tab


@pytest.mark.django_db
def test_U08_nothing_to_confirm_says_when_something_will_come() -> None:
    desk = Desk()
    assert "没有要您确认的" in _page(desk, "head")
    assert "没有通知" in _page(desk, "head", "?group=notices")
    assert "还没有确认过的" in _page(desk, "head", "?group=done&chosen=alert-x")


@pytest.mark.django_db
def test_W01_the_page_costs_the_same_for_many_alerts() -> None:
    desk = Desk()
    _late(desk)
    client = desk.client("head")
    client.get("/alerts/")
    few = _count(client)
    for _ in range(5):
        desk.dispatched(desk.ago(hours=42))
    run_watch(desk.now)
    assert _count(client) == few


def _count(client: Any) -> int:
    with CaptureQueriesContext(connection) as said:
        client.get("/alerts/")
    return len(said)


@pytest.mark.django_db
def test_W05_who_is_told_of_a_limit_that_others_hold_reads_it_among_the_notices() -> None:
    desk = Desk()
    ticket = desk.dispatched(desk.ago(hours=44))  # the promise of 48 h warns the dispatcher too
    run_watch(desk.now)
    notices = _page(desk, "dispatcher", "?group=notices")
    assert f"预警 {ticket.number}" in notices
    assert f"预警 {ticket.number}" not in _page(desk, "head", "?group=notices"), "whoever holds it has it as an alert"
