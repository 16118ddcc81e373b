"""Rectification: rounds, items, measures, verification by somebody else, effect, watch (P03, RECT, EVAL)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from reporting.access import viewer_of
from reporting.rectified import effect_of
from reporting.refresh import bring_up_to_date
from tests.cast import Cast, cast
from tests.hotline import api
from tests.reporting.test_K05_hot_issues import client_of
from tests.tickets.drives import on, telecom, to_callback, to_handling
from tickets.actions.rectifications import (
    Item,
    Plan,
    rectification_answer,
    rectification_dispute,
    rectification_done,
    rectification_plan,
    rectification_verify,
    round_open,
)
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.models import CheckRound, Message, Rectification
from tickets.rectification_watch import watch_rectifications

PLAN = Plan("标识不清", "贴上临时标识", "换新标识牌并列入月检", "head2", on(30, 18), "等采购", "resource_fault")


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def inspected(c: Cast, who: str = "supervisor", unit: str = "410100-net") -> CheckRound:
    items = [
        Item("外来人员管理", "11 月 3 日无人员进出登记", "《外来人员登记表》", due_at=on(28, 18)),
        Item("物品放行", "放行条开具不规范", unit="410100-billing"),
    ]
    return round_open(
        unit=unit, source="inspection", title="11 月检查", held_on=date(2026, 11, 20), items=items,
        actor=c.people[who], at=on(24, 9),
    )  # fmt: skip


@pytest.mark.clause("D5-p1-c", "D17-0", "D17-1", "D17-2", "D17-4", "D17-7")
def test_RECT_a_round_without_a_complaint_holds_numbered_items_with_cause_and_both_measures(c: Cast) -> None:
    made = inspected(c)
    first, second = made.items.order_by("number")
    assert [(first.number, first.unit.code), (second.number, second.unit.code)] == [
        (1, "410100-net"), (2, "410100-billing"),
    ]  # fmt: skip
    with pytest.raises(Hidden):
        rectification_plan(id=first.pk, plan=PLAN, actor=c.people["billing_head"], at=on(24, 10))
    with pytest.raises(Invalid) as wrong:
        rectification_plan(
            id=first.pk, plan=Plan("", "", "", "front_desk", on(23, 9)), actor=c.people["head"], at=on(24, 10)
        )
    assert set(wrong.value.errors) == {"cause", "immediate", "lasting", "person", "due_at"}
    planned = rectification_plan(id=first.pk, plan=PLAN, actor=c.people["head"], at=on(24, 10))
    assert (planned.immediate, planned.lasting, planned.depends_on) == (PLAN.immediate, PLAN.lasting, "等采购")
    assert planned.person == c.people["head2"]


@pytest.mark.clause("D16-1-a", "D17-8")
def test_RECT_somebody_else_verifies_during_and_after_and_a_failure_sends_it_back(c: Cast) -> None:
    item = inspected(c).items.get(number=1)
    rectification_plan(id=item.pk, plan=PLAN, actor=c.people["head"], at=on(24, 10))
    verify = {"id": item.pk, "note": "现场看过"}
    rectification_verify(stage="during", passed=True, actor=c.people["handler"], at=on(25, 9), **verify)
    with pytest.raises(Refused):
        rectification_verify(stage="after", passed=True, actor=c.people["supervisor"], at=on(25, 9), **verify)
    rectification_done(id=item.pk, result="已换", actor=c.people["head2"], at=on(26, 9))
    for who in ("head", "head2"):
        with pytest.raises(Forbidden):
            rectification_verify(stage="after", passed=True, actor=c.people[who], at=on(26, 10), **verify)
    failed = rectification_verify(stage="after", passed=False, actor=c.people["supervisor"], at=on(26, 10), **verify)
    assert (failed.done_at, failed.closed_at) == (None, None)
    rectification_done(id=item.pk, result="又换", actor=c.people["head2"], at=on(27, 9))
    done = rectification_verify(stage="after", passed=True, actor=c.people["supervisor"], at=on(27, 10), **verify)
    assert (done.closed_at, done.checks.count(), done.next_at) == (on(27, 10), 3, None)


@pytest.mark.clause("D17-6")
def test_RECT_a_dispute_is_answered_from_above_and_closes_the_item_where_it_is_right(c: Cast) -> None:
    item = inspected(c).items.get(number=1)
    rectification_dispute(id=item.pk, ground="当天无访客", actor=c.people["head"], at=on(24, 10))
    with pytest.raises(Forbidden):
        rectification_answer(id=item.pk, upheld=True, answer="成立", actor=c.people["head"], at=on(24, 11))
    done = rectification_answer(id=item.pk, upheld=True, answer="成立", actor=c.people["supervisor"], at=on(24, 11))
    assert done.closed_at == on(24, 11)


def test_RECT_the_watch_warns_once_then_reminds_daily_and_is_silent_after_closing(c: Cast) -> None:
    item = inspected(c).items.get(number=1)  # 24th 09:00 to 28th 18:00: 105 h, warned after 94.5 h
    warn, due = on(28, 7, 30), on(28, 18)
    assert watch_rectifications(at=warn - timedelta(seconds=1)) == 0
    assert [watch_rectifications(at=at) for at in (warn, warn, due, due)] == [1, 0, 1, 0]
    assert watch_rectifications(at=due + timedelta(days=1)) == 1
    names = set(Message.objects.filter(name__startswith="rectification_").values_list("name", flat=True))
    assert names == {"rectification_opened", "rectification_warning", "rectification_overdue"}
    rectification_dispute(id=item.pk, ground="无", actor=c.people["head"], at=due)
    rectification_answer(id=item.pk, upheld=True, answer="是", actor=c.people["supervisor"], at=due)
    assert watch_rectifications(at=due + timedelta(days=9)) == 0


@pytest.mark.clause("D2-3.3-C-b", "D18-2-8")
def test_EVAL_a_call_backs_suggestion_opens_one_and_its_effect_is_seen_on_later_complaints(c: Cast) -> None:
    case = to_callback(to_handling(telecom(c, on(24, 9))))
    case.do("caller", "callback", on(25, 9), reached=True, satisfaction="satisfied", solved=True)
    said = {"summary": "光缆老化", "evaluation": "及时", "improvement": "排查同批光缆", "cause": "resource_fault"}
    case.do("caller", "close", on(25, 9, 30), **said)
    item = Rectification.objects.get(ticket=case.id)
    assert (item.unit.code, item.action) == ("410000-market", "close")
    viewer = viewer_of(c.people["supervisor"], on(30, 9))
    assert effect_of(item, viewer) is None, "nothing is done yet"
    rectification_plan(
        id=item.pk, plan=replace(PLAN, person="market_handler"), actor=c.people["market_head"], at=on(25, 10)
    )
    rectification_done(id=item.pk, result="已换", actor=c.people["market_handler"], at=on(26, 9))
    bring_up_to_date()
    effect = effect_of(Rectification.objects.get(pk=item.pk), viewer)
    assert effect is not None
    assert (effect.cause, effect.before, effect.since, effect.days_since) == ("resource_fault", 1, 0, 4)
    assert effect.is_less is True


def test_P03_the_board_enters_a_round_shows_what_is_late_and_hides_it_from_others(c: Cast) -> None:
    form = {"source": "circular", "unit": "410100-net", "title": "省公司通报", "held_on": "2026-11-20",
            "item_1": "着装", "fact_1": "未着工装", "due_1": "2026-11-25"}  # fmt: skip
    with time_machine.travel(on(24, 9), tick=False):
        client = client_of(c, "supervisor")
        assert client.post(reverse("rectifications"), form).status_code == 422, "which circular?"
        assert client.post(reverse("rectifications"), form | {"reference": "豫通〔2026〕7 号"}).status_code == 302
    item = Rectification.objects.get()
    with time_machine.travel(on(27, 9), tick=False):
        said = client_of(c, "head").get(reverse("rectifications"), {"show": "late"}).content.decode()
        assert "着装" in said
        assert "上级通报" in said
        [listed] = api(c.people["head"]).get("/rectifications/").body["results"]
        assert (listed["origin"], listed["item"]) == ("circular", "着装")
        page = reverse("rectification", args=[item.pk])
        assert "原因和措施" in client_of(c, "head").get(page).content.decode()
        assert client_of(c, "js_dispatcher").get(page).status_code == 404
        assert "着装" not in client_of(c, "js_dispatcher").get(reverse("rectifications")).content.decode()
        given = {"do": "plan", "cause": "没领到", "immediate": "借用", "lasting": "补发", "person": "head2",
                 "due_at": "2026-11-30"}  # fmt: skip
        assert client_of(c, "head").post(page, given).status_code == 302
    item.refresh_from_db()
    assert (item.cause, item.person) == ("没领到", c.people["head2"])
