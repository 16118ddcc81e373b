"""Headquarters looks at its provinces: the board, the lists behind it, escalations and chase orders (E01, W04, W06)."""

from __future__ import annotations

import re
from html import unescape

import pytest
import time_machine
from django.test import Client

from escalation.board import assessed, board_of
from escalation.orders import order_counts
from tests.cast import Cast, cast, duty
from tests.escalation.escalations import answered, escalation, in_handling, in_province
from tests.tickets.drives import on, run_watch, telecom
from tickets.models import AccessLog, Step
from tickets.views.reader import Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def c() -> Cast:
    return cast()


def page(c: Cast, who: str, path: str, status: int = 200) -> str:
    client = Client()
    client.force_login(c.people[who])
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:500]
    return unescape(answer.content.decode())


def reader(c: Cast, who: str, day: int, hour: int) -> Reader:
    return Reader(c.people[who], on(day, hour))


# ── the board ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("D3-1.2-a")
def test_W06_each_cell_of_the_board_opens_exactly_its_steps(c: Cast) -> None:
    in_handling(c)
    in_handling(c)
    in_province(c)
    escalation(c)
    with time_machine.travel(on(25, 17, 45), tick=False):
        board = page(c, "hq_supervisor", "/supervision/")
        cells = re.findall(r'href="(/supervision/cases/\?[^"]*stage=[^"]*)">(\d+)', board)
        assert len(cells) >= 4, board
        for url, count in cells:
            listed = page(c, "hq_supervisor", url)
            assert len(re.findall(r'name="step" value="\d+"', listed)) == int(count), url
        late = page(c, "hq_supervisor", "/supervision/cases/?province=410000&stage=handling&lamp=overdue")
    assert len(re.findall(r'name="step"', late)) == 2
    assert "河南省分公司 · 处理 · 超时" in late


def test_W06_a_province_sees_its_own_row_and_no_other(c: Cast) -> None:
    in_handling(c)
    elsewhere = in_province(c)
    elsewhere.do("dispatcher", "return_routing", on(24, 11), reason="客户在江苏")
    elsewhere.do("hq_dispatcher", "dispatch", on(24, 12), to="320000-centre", reason="归属江苏")
    henan, jiangsu = c.units["410000"].pk, c.units["320000"].pk
    at_hq = board_of(reader(c, "hq_supervisor", 24, 13))
    assert {province for province, _ in at_hq.cells} == {henan, jiangsu}
    assert {province for province, _ in board_of(reader(c, "supervisor", 24, 13)).cells} == {henan}
    with time_machine.travel(on(24, 13), tick=False):
        other = page(c, "supervisor", "/supervision/cases/?province=320000")
    assert elsewhere.ticket.number not in other


@pytest.mark.clause("D3-1.2.1-1-d", "D3-2.8-a")
def test_W06_a_province_is_assessed_by_missed_limits_orders_and_cases_taken_from_it(c: Cast) -> None:
    late = in_handling(c)
    late.do("hq_supervisor", "chase", on(24, 12), reason="客户再次来电", chase_ground="near")
    taken = in_handling(c)
    taken.do("hq_dispatcher", "take_over", on(24, 13), reason="跨省疑难", takeover_ground="hard")
    found = assessed(reader(c, "hq_supervisor", 25, 18))[c.units["410000"].pk]
    # Due by then: two receipts at the centre (met), the handling that goes on (missed), its chase (missed); what was
    # taken over had been left before it was due.
    assert (found.late, found.chased, found.taken) == (2, 1, 1)
    assert found.due >= 4


def test_W06_problem_cases_and_warnings_that_nobody_confirmed_stand_on_the_board(c: Cast) -> None:
    case = in_handling(c, many=True)
    taken = in_handling(c)
    taken.do("hq_dispatcher", "take_over", on(24, 13), reason="跨省疑难", takeover_ground="hard")
    run_watch(on(26, 9))
    with time_machine.travel(on(26, 9), tick=False):
        board = page(c, "hq_supervisor", "/supervision/")
    assert "已接管" in board
    assert taken.ticket.number in board
    assert case.ticket.number in board
    assert "已报到：" in board


# ── the desk ─────────────────────────────────────────────────────────────────────────────────────────


def test_E01_the_desk_shows_province_both_clocks_returns_and_the_complaint_behind(c: Cast) -> None:
    duty(c.people["hq_front_desk"], "front_desk", c.units["HQ"], subtree=True)
    complaint = telecom(c, on(23, 9))
    case = answered(c, grew_from=complaint.ticket.number)
    case.do("hq_dispatcher", "return_answer", on(26, 10), reason="未说明整改")
    escalation(c, at=on(26, 9), many=True)
    with time_machine.travel(on(26, 11), tick=False):
        desk = page(c, "hq_supervisor", "/supervision/escalations/")
        overdue = page(c, "hq_supervisor", "/supervision/escalations/?clock=outer&lamp=overdue")
        marked = page(c, "hq_supervisor", "/supervision/escalations/?marked=1")
    for words in ("河南省分公司", "退回 1 次", complaint.ticket.number, "省里全程", "未派省", "应急"):
        assert words in desk, words
    assert case.ticket.number not in overdue
    assert case.ticket.number not in marked
    assert "在办 1" in marked


def test_E04_a_complaint_is_escalated_from_its_own_page(c: Cast) -> None:
    duty(c.people["hq_front_desk"], "front_desk", c.units["HQ"], subtree=True)
    escalation(c)  # so that the rulebook is there
    number = telecom(c, on(23, 9)).ticket.number
    shown = page(c, "hq_front_desk", f"/tickets/{number}/")
    way = re.search(r'href="(/intake/\?[^"]*grew_from=[^"]*)"', shown)
    assert way, "no way to an escalation"
    form = page(c, "hq_front_desk", way[1])
    assert f'value="{number}"' in form
    assert "宽带连续断线三天" in form
    assert "13800000000" in form
    assert AccessLog.objects.filter(person=c.people["hq_front_desk"], ticket__number=number).exists()
    assert "grew_from=" not in page(c, "auditor", f"/tickets/{number}/"), "an auditor registers nothing"


def test_E04_nothing_is_told_of_a_complaint_that_one_may_not_see(c: Cast) -> None:
    escalation(c)
    number = telecom(c, on(23, 9)).ticket.number
    form = page(c, "hq_front_desk", f"/intake/?book=unicom-escalation&grew_from={number}")
    assert "宽带连续断线三天" not in form


# ── chase orders ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("D3-1.2.1-1-a", "D18-3-2-a")
def test_W04_one_order_goes_to_several_and_each_has_its_clock_and_answer(c: Cast) -> None:
    first, second, done = in_handling(c), in_handling(c), in_handling(c)
    done.do("hq_dispatcher", "withdraw", on(24, 11), reason="客户撤诉")
    client = Client()
    client.force_login(c.people["hq_supervisor"])
    steps = [case.now.main.id for case in (first, second)]
    query = "&".join(f"step={step}" for step in steps) + f"&ticket={done.ticket.number}"
    with time_machine.travel(on(24, 12), tick=False):
        asked = client.get(f"/supervision/orders/new/?{query}").content.decode()
        assert "2 件可以督办" in asked
        assert "1 件不行" in asked
        data = {"step": steps, "back": "/supervision/orders/", "reason": "", "chase_ground": "near"}
        assert client.post("/supervision/orders/new/", data).status_code == 422
        assert not Step.objects.filter(kind="chase").exists(), "nothing half-written"
        answer = client.post("/supervision/orders/new/", {**data, "reason": "客户再次来电"}, follow=True)
    shown = answer.content.decode()
    assert "已发出 2 张督办单" in shown
    assert shown.count("客户再次来电") == 2
    assert {first.code(step.unit_id) for step in Step.objects.filter(kind="chase")} == {"410100-net"}
    first.do("head", "answer_chase", on(24, 17), step=first.aside("chase"), explanation="今日修复")
    (row,) = order_counts(reader(c, "hq_supervisor", 24, 18).sight, on(24, 18))
    assert {name: row[name] for name in ("open", "overdue", "put", "answered", "late")} == {
        "open": 1,
        "overdue": 1,
        "put": 2,
        "answered": 1,
        "late": 1,
    }
    with time_machine.travel(on(24, 18), tick=False):
        assert "今日修复" in page(c, "supervisor", "/supervision/orders/?show=answered")
        assert first.ticket.number not in page(c, "js_net_head", "/supervision/orders/?show=answered")


def test_N03_the_ticket_shows_the_first_and_the_approved_time_side_by_side(c: Cast) -> None:
    case = in_handling(c)
    until = "2026-12-02T17:30:00+08:00"
    case.do("head", "extend", on(27, 10), until=until, reason="等待备件", consent="agreed")
    case.do("hq_dispatcher", "approve", on(27, 11), step=case.aside("approval"))
    with time_machine.travel(on(27, 12), tick=False):
        shown = page(c, "head", f"/tickets/{case.ticket.number}/")
    card = shown[shown.index('id="clocks"') :]
    assert "12-02 周三 17:30 到期" in card
    assert "原定 11-27 周五 17:30，已改期" in card
