"""Escalations run through two levels under one outer clock (doc 3 §3; rows E01-E04, N03; ruling ESCSTART)."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.books import loaded
from tests.cast import Cast, cast, duty, person
from tests.escalation.escalations import ANSWER, CALLED, answered, escalation, in_handling, in_province
from tests.tickets.drives import Drive, on, run_watch, telecom
from tests.tickets.test_loop import SHANGHAI
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.core.offers import offers
from tickets.core.rules import Actor
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import Clock, TicketLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def c() -> Cast:
    return cast()


def december(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=SHANGHAI)


def offered(case: Drive, who: str, at: datetime) -> set[str]:
    found = offers(case.last.book, case.now, actor=Actor(case.c.people[who].pk), world=case.last.world, at=at)
    return {offer.action.name for offer in found if offer.refused is None}


@pytest.mark.clause(
    "D3-1.2.2-a", "D3-1.2.3-1-c", "D3-1.2.3-2-0", "D3-3.2-a", "D3-3.3-a", "D3-3.3-b", "D3-3.3-c", "D3-3.4-b", "D3-3.4-c"
)
def test_E01_a_mobile_escalation_goes_round_with_every_deadline_to_the_minute(c: Cast) -> None:
    case = escalation(c)
    assert (case.stage(), case.due("intake")) == (("intake", "HQ-hotline"), on(24, 10))
    case.do("hq_front_desk", "submit", on(24, 9, 30), business_type="mobile.gsm", complaint_type="network_quality")
    assert (case.stage(), case.due("dispatching")) == (("dispatching", "HQ-centre"), on(24, 13, 30))
    case.do("hq_dispatcher", "dispatch", on(24, 10))
    assert (case.stage(), case.due("province")) == (("province", "410000-centre"), on(24, 14))
    assert case.due("promise") == on(27, 17, 30), "three working days from the dispatch"
    case.do("dispatcher", "sign", on(24, 10, 5))
    case.do("dispatcher", "dispatch_inside", on(24, 11))
    assert (case.stage(), case.due("handling")) == (("handling", "410100-net"), on(25, 17, 30))
    case.do("head", "assist", on(24, 12), to="410100-line", reason="查线路")
    assert case.due("assist") == on(25, 16, 30), "an hour before the asker's"
    case.do("line_head", "feedback", on(24, 14), solution="线路正常")
    case.do("head", "feedback", on(24, 15), solution="已修复")
    assert (case.stage(), case.due("compose")) == (("compose", "410000-centre"), on(24, 23))
    case.do("dispatcher", "answer_hq", on(24, 16), **ANSWER)
    assert (case.stage(), case.due("audit")) == (("audit", "HQ-centre"), on(25, 17, 30))
    assert case.ticket.settled_at == on(24, 16)
    case.do("hq_dispatcher", "accept", on(25, 9), qualified=True)
    assert case.stage() == ("callback", "HQ-centre")
    with pytest.raises(Refused):
        case.do("hq_caller", "close", on(25, 10))
    case.do("hq_caller", "callback", on(25, 10), **CALLED)
    case.do("hq_caller", "close", on(25, 10, 5))
    assert case.ticket.state == "closed"
    assert not Clock.objects.filter(ticket=case.id, stopped_at=None).exists()


@pytest.mark.clause("D3-3.4-a", "D3-3.4-b")
@pytest.mark.parametrize(
    ("business", "due"),
    [
        ("fixed.broadband", december(3, 17, 30)),
        ("added.fixed_data", december(3, 17, 30)),
        ("added.sms", on(27, 17, 30)),
    ],
)
def test_E01_the_span_follows_the_business(c: Cast, business: str, due: datetime) -> None:
    assert in_province(c, business=business).due("promise") == due


@pytest.mark.clause("D3-3.4-c")
def test_E01_an_answer_that_hq_returns_resumes_the_span_with_what_was_left(c: Cast) -> None:
    case = answered(c)
    assert case.state("promise", on(26, 9)) == "stopped", "HQ's reading time does not count"
    case.do("hq_dispatcher", "return_answer", on(26, 10), reason="未说明整改")
    assert case.stage() == ("compose", "410000-centre")
    assert case.due("promise") == december(1, 11, 30), "27 working hours were left at 16:00 on the 24th"
    assert case.due("compose") == on(26, 18)
    assert case.ticket.settled_at is None
    case.do("dispatcher", "answer_hq", on(26, 15), **ANSWER)
    assert case.now.memory.done["return_answer"] == 1
    assert (case.state("promise", on(26, 15)), case.ticket.settled_at) == ("stopped", on(26, 15))


def test_E01_little_time_left_binds_the_inner_step_too(c: Cast) -> None:
    case = in_handling(c)
    case.do("head", "feedback", on(27, 15), solution="已修复")
    assert case.due("compose") == on(27, 17, 30), "no step outlasts the span"


@pytest.mark.clause("D3-1.2.3-2-c")
def test_E03_the_answer_holds_result_reply_and_measures(c: Cast) -> None:
    case = in_handling(c)
    case.do("head", "feedback", on(24, 15), solution="已修复")
    with pytest.raises(Invalid) as missing:
        case.do("dispatcher", "answer_hq", on(24, 16), reply_way="phone")
    assert set(missing.value.errors) == {"result", "reply_text", "measures"}


def test_E04_an_escalation_is_linked_to_the_complaint_it_grew_from(c: Cast) -> None:
    complaint = telecom(c, on(23, 9))
    duty(c.people["hq_front_desk"], "front_desk", c.units["HQ"], subtree=True)
    case = escalation(c, grew_from=complaint.last.ticket.number)
    assert TicketLink.objects.filter(ticket=case.id, other=complaint.id).exists()


@pytest.mark.clause("D3-3.1", "D3-1.2.1-2-a")
def test_E01_unified_intake_brings_what_a_hall_hears_to_headquarters(c: Cast) -> None:
    new = NewTicket("省里不管", customer=NewCustomer(name="王某", phone="13800000000"), facts={"channel": "visit"})
    new.received_by = "410100-hall"
    actor = c.people["front_desk"]
    case = Drive(c, ticket_register(new, version=loaded("unicom-escalation"), actor=actor, at=on(24, 9)))
    assert case.stage() == ("intake", "HQ-hotline")


@pytest.mark.clause("D3-3.2-c")
def test_W06_headquarters_takes_a_problem_case_over_with_everything_open(c: Cast) -> None:
    case = in_handling(c)
    case.do("head", "assist", on(24, 12), to="410100-line", reason="查线路")
    assert "take_over" in offered(case, "hq_dispatcher", on(24, 13))
    with pytest.raises(Forbidden):
        case.do("dispatcher", "take_over", on(24, 13), reason="疑难", takeover_ground="hard")
    case.do("hq_dispatcher", "take_over", on(24, 13), reason="跨省疑难", takeover_ground="hard")
    assert (case.stage(), case.due("promise")) == (("own", "HQ-centre"), on(27, 17, 30))
    assert not case.sides()
    case.do("hq_dispatcher", "dispatch_own", on(24, 14), to="HQ-net", reason="核心网")
    case.do("hq_net_head", "feedback", on(24, 16), solution="已修复")
    assert case.stage() == ("own_reply", "HQ-centre")
    case.do("hq_dispatcher", "answer", on(24, 17), **ANSWER)
    assert (case.stage(), case.ticket.settled_at) == (("callback", "HQ-centre"), on(24, 17))


def test_E02_a_rework_after_the_call_back_needs_a_call_back_of_its_own(c: Cast) -> None:
    case = answered(c)
    case.do("hq_dispatcher", "accept", on(25, 9), qualified=True)
    unhappy = {"reached": True, "satisfaction": "unsatisfied", "solved": False, "unsatisfied_with": "仍无信号"}
    case.do("hq_caller", "callback", on(25, 10), **unhappy)
    case.do("hq_caller", "rework", on(25, 10, 5), reason="未解决")
    case.do("hq_dispatcher", "dispatch", on(25, 11))
    assert case.due("promise") == on(30, 17, 30), "a new dispatch has a span of its own"
    case.do("dispatcher", "compose_now", on(25, 12), solution="已换站")
    case.do("dispatcher", "answer_hq", on(25, 13), **ANSWER)
    case.do("hq_dispatcher", "accept", on(25, 14), qualified=True)
    with pytest.raises(Refused):
        case.do("hq_caller2", "close", on(25, 15), reason="上次已回访")


def test_E01_sent_back_as_not_ours_the_next_province_has_a_span_of_its_own(c: Cast) -> None:
    case = in_province(c)
    case.do("dispatcher", "return_routing", on(25, 9), reason="客户在江苏")
    assert case.stage() == ("dispatching", "HQ-centre")
    case.do("hq_dispatcher", "dispatch", on(25, 10), to="320000-centre", reason="归属江苏")
    assert (case.stage()[1], case.due("promise")) == ("320000-centre", on(30, 17, 30))
    assert Clock.objects.filter(ticket=case.id, name="promise", stopped_at=None).count() == 1


@pytest.mark.parametrize("stage", ["province", "handling", "audit"])
def test_E01_a_withdrawal_at_any_step_leaves_no_clock_running(c: Cast, stage: str) -> None:
    case = {"province": in_province, "handling": in_handling, "audit": answered}[stage](c)
    case.do("hq_dispatcher", "withdraw", on(25, 9), reason="客户来电撤诉")
    assert case.ticket.state == "withdrawn"
    assert not Clock.objects.filter(ticket=case.id, stopped_at=None).exists()


# ── extension and overrun ────────────────────────────────────────────────────────────────────────────
ASKED: dict[str, Any] = {"until": december(2, 17, 30).isoformat(), "reason": "等待备件", "consent": "agreed"}


def test_N03_an_extension_is_asked_in_time_approved_told_and_both_times_are_kept(c: Cast) -> None:
    case = in_handling(c)
    case.do("head", "extend", on(27, 17), **ASKED)
    assert case.due("promise") == on(27, 17, 30), "asking moves nothing"
    assert "extend" not in offered(case, "head", on(27, 17, 5))
    with pytest.raises(Refused) as twice:
        case.do("head", "extend", on(27, 17, 5), **ASKED)
    assert twice.value.code == "waiting"
    case.do("hq_dispatcher", "approve", on(27, 18), step=case.aside("approval"))
    promise = case.clock("promise")
    assert promise.due_at == december(2, 17, 30), "asked in time is in time, though approved half an hour late"
    assert promise.first_due_at == on(27, 17, 30)
    assert "customer" in case.told("extended")
    assert case.stage() == ("handling", "410100-net")


def test_N03_an_extension_has_a_ceiling_and_comes_too_late_after_expiry(c: Cast) -> None:
    case = in_handling(c)
    with pytest.raises(Refused) as ceiling:
        case.do("head", "extend", on(27, 10), **{**ASKED, "until": december(16, 9).isoformat()})
    assert ceiling.value.code == "ceiling"
    assert "12-15 17:30" in ceiling.value.sentence.zh
    with pytest.raises(Refused):
        case.do("head", "extend", on(28, 9), **ASKED)
    case.do("head", "overrun", on(28, 9), **ASKED)
    case.do("hq_supervisor", "approve", on(28, 10), step=case.aside("approval"))
    assert (case.due("promise"), case.clock("promise").first_due_at) == (december(2, 17, 30), on(27, 17, 30))


# ── emergency and supervision ────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D3-1.2.2-c")
def test_E02_an_emergency_has_an_owner_and_a_log_and_both_centres_are_told(c: Cast) -> None:
    case = in_province(c, many=True)
    assert case.fact("emergency") is True
    assert "HQ-centre dispatcher" in case.told("emergency")
    case.do("hq_dispatcher", "emergency", on(24, 11), reason="基站退服", emergency_owner="hq_dispatcher2")
    for minute, measure in ((5, "派应急车"), (20, "群发短信说明")):
        case.do("hq_dispatcher2", "log_measure", on(24, 11, minute), emergency_measure=measure)
    assert case.now.memory.done["log_measure"] == 2
    case.do("hq_dispatcher", "end_emergency", on(24, 15), reason="已恢复")
    assert "log_measure" not in offered(case, "hq_dispatcher2", on(24, 15, 5))


@pytest.mark.clause("D3-3.3-d")
def test_W04_a_chase_has_a_clock_and_an_answer_of_its_own_and_holds_nothing_up(c: Cast) -> None:
    case = in_handling(c)
    case.do("hq_supervisor", "chase", on(24, 12), reason="客户再次来电", chase_ground="near")
    assert case.due("chase") == on(24, 16)
    case.do("handler", "answer_chase", on(24, 13), step=case.aside("chase"), explanation="今日修复")
    assert (case.stage(), case.sides()) == (("handling", "410100-net"), [])


def test_W01_the_inner_limit_and_the_outer_clock_are_both_watched(c: Cast) -> None:
    case = in_handling(c)
    run_watch(on(27, 18))
    # 24-25 November have 15 working hours from 11:00, the span 33 from 10:00: 90 % of each.
    assert ("handling", "90%", on(25, 16)) in case.alerts()
    assert ("promise", "90%", on(27, 14, 12)) in case.alerts()
    assert {name for name, moment, _ in case.alerts() if moment == "due"} == {"handling", "promise"}


def test_C10_what_makes_no_sense_is_not_offered(c: Cast) -> None:
    case = in_handling(c)
    assert "sign" in offered(case, "head", on(24, 12))
    assert "recall" not in offered(case, "head", on(24, 12))
    case.do("head", "sign", on(24, 12))
    case.do("head", "assist", on(24, 12, 5), to="410100-line", reason="查线路")
    assert "sign" not in offered(case, "head", on(24, 13))
    assert "recall" in offered(case, "head", on(24, 13))
    with pytest.raises(Refused):
        case.do("head", "sign", on(24, 13))


def test_W06_a_provincial_supervisor_is_no_headquarters(c: Cast) -> None:
    who = person("he_supervisor", home=c.units["410000-supervision"], roles="supervisor")
    duty(who, "supervisor", c.units["410000"], subtree=True)
    c.people["he_supervisor"] = who
    case = in_handling(c)
    assert "chase" in offered(case, "he_supervisor", on(24, 12))
    assert not offered(case, "he_supervisor", on(24, 12)) & {"take_over", "withdraw", "merge", "emergency"}


def test_S01_a_step_of_an_escalation_costs_no_more_than_one_of_a_complaint(c: Cast) -> None:
    """The complaint's test allows eight statements (tests/tickets/test_loop.py)."""
    case = in_province(c)
    seen: dict[str, int] = {}
    for who, action, given in (
        ("dispatcher", "dispatch_inside", dict[str, Any]()),
        ("head", "feedback", {"solution": "已修复"}),
        ("dispatcher", "answer_hq", ANSWER),
        ("hq_dispatcher", "return_answer", {"reason": "补充整改"}),
        ("dispatcher", "answer_hq", ANSWER),
        ("hq_dispatcher", "accept", {"qualified": True}),
    ):
        with CaptureQueriesContext(connection) as said:
            case.do(who, action, on(24, 15), **given)
        seen[action] = len([q for q in said if "SAVEPOINT" not in q["sql"]])
    assert max(seen.values()) <= 8, seen
