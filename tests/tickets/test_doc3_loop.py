"""The complaint loop of doc 3 §2 from receipt to conclusion, with the watch (language page §11.11, rows C, W, R)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import cast, duty, route, stamp
from tests.tickets.drives import REPLY, TYPES, local, on, run_watch, telecom, to_callback, to_handling
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import Event, Route, TicketLink

pytestmark = pytest.mark.django_db


@pytest.mark.clause(
    "D3-2.2.2-b",
    "D3-2.4.1-b",
    "D3-2.4.2-a",
    "D3-2.4.2-b",
    "D3-2.4.2-c",
    "D3-2.4.2-e",
    "D3-2.4.2-f",
    "D3-2.4.4-b",
    "D3-2.4.4-j",
    "D3-2.4.4-l",
    "D3-2.4.4-o",
    "D3-2.4.4-p",
    "D3-2.4.4-r",
    "D3-2.4.5-g",
    "D3-2.4.6-i",
    "D3-2.4.6-j",
    "D3-2.4.6-k",
    "D3-1.2.3-1-a",
    "D3-1.2.3-1-b",
    "D3-2-b",
    "D3-2.1.4",
    "D3-2.1.12",
    "D3-2.4.6-a",
    "D13-2-a",
    "D18-2-4",
)
def test_C12_the_trace_of_a_provincial_complaint_minute_by_minute() -> None:
    c = cast()
    case = telecom(c, on(24, 9), grade="provincial")
    assert (local(case.now.promised_at), case.due("intake")) == (on(26, 9), on(24, 10))
    run_watch(on(24, 9, 59))
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    assert (case.due("review"), case.told("received")) == (on(24, 14), {"customer"})
    assert "11-26 09:00" in case.text("received")
    case.do("dispatcher", "dispatch", on(24, 11), to="410100-net", reason="光路")
    assert case.due("handling") == on(26, 4)
    case.do("head", "forward", on(24, 12), to="410100-billing", reason="计费")
    assert case.due("handling") == on(26, 3)
    case.do("billing_head", "assist", on(24, 14), to=["410100-line", "410100-estate"], reason="查线路")
    assert [local(case.now.step_clock(s).due_at) for s in case.sides("assist")] == [on(24, 22)] * 2
    with pytest.raises(Refused, match="协办未反馈") as waiting:
        case.do("billing_head", "feedback", on(24, 14, 5), solution="x")
    assert waiting.value.code == "waiting"
    for head in ("line_head", "estate_head"):
        case.do(head, "feedback", on(24, 15), solution="正常")
    assert case.state("assist", on(24, 15)) == "stopped"
    case.do("billing_head", "feedback", on(24, 16), solution="已退费")
    assert (case.stage(), case.due("feedback")) == (("feedback", "410100-net"), on(26, 4))
    case.do("head", "feedback", on(24, 16, 30), solution="已修复")
    assert (case.stage(), case.due("reply")) == (("reply", "410000-centre"), on(24, 18, 30))
    case.do("dispatcher", "reply", on(24, 17), **REPLY)
    assert (case.state("promise", on(24, 17)), case.state("maximum", on(24, 17))) == ("stopped", "stopped")
    assert (local(case.ticket.settled_at), case.ticket.state, case.due("callback")) == (
        on(24, 17),
        "callback",
        on(24, 0) + timedelta(days=8),
    )
    said = {"reached": True, "satisfaction": "unsatisfied", "solved": False, "unsatisfied_with": "又断了"}
    case.do("caller", "callback", on(26, 11), **said)
    case.do("caller", "screen", on(26, 11))
    assert (case.stage(), case.due("screening")) == (("screening", "410000-centre"), on(30, 17, 30))
    case.do("dispatcher", "rework", on(26, 13), to="410100-net", reason="光衰未查", until=on(28, 5).isoformat())
    assert case.stage() == ("handling", "410100-net")
    assert (local(case.now.promised_at), case.now.settled_at, case.due("maximum")) == (on(28, 5), None, on(28, 5))
    to_callback(case, at=on(26, 16))
    case.do("caller", "callback", on(27, 10), reached=True, satisfaction="satisfied", solved=True)
    case.do("caller", "close", on(27, 10, 5))
    ticket = case.ticket
    assert (ticket.state, local(ticket.settled_at), local(ticket.ended_at)) == ("closed", on(26, 17), on(27, 10, 5))
    assert not [clock.name for clock in case.now.clocks if clock.runs]
    run_watch(on(30, 23))
    assert case.alerts() == [("intake", "90%", on(24, 9, 54))]


@pytest.mark.clause("D3-2.4.3-l", "D3-2.4.4-a")
def test_C04_answered_at_the_counter_it_has_its_ticket_and_no_call_back() -> None:
    case = telecom(cast(), on(24, 9))
    case.do(
        "front_desk", "answer", on(24, 9, 20), reply_text="资费已说明", outcome="explained", satisfaction="satisfied"
    )
    ticket = case.ticket
    assert (ticket.state, local(ticket.settled_at), local(ticket.ended_at)) == ("closed", on(24, 9, 20), on(24, 9, 20))
    assert not list(case.now.open_steps())


@pytest.mark.clause("D3-2.4.4-d")
def test_C04_the_centre_answers_too_without_a_dispatch() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 10), business_type="fixed.broadband", complaint_type="billing")
    case.do("dispatcher", "answer", on(24, 10, 30), reply_text="已说明", outcome="explained")
    assert (case.ticket.state, case.fact("grade")) == ("closed", "general")


@pytest.mark.clause("D3-2.4.4-c")
def test_C09_a_bad_form_goes_back_to_its_writer_with_the_reason() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 9, 30), **TYPES)
    with pytest.raises(Invalid) as invalid:
        case.do("dispatcher", "return_form", on(24, 10))
    assert set(invalid.value.errors) == {"reason"}
    case.do("dispatcher", "return_form", on(24, 10), reason="缺少装机地址")
    assert case.stage() == ("intake", "410100-hall")
    assert Event.objects.filter(ticket=case.id, name="return_form").get().data["given"]["reason"] == "缺少装机地址"
    case.do("front_desk", "submit", on(24, 10, 30), **TYPES)
    assert case.stage() == ("review", "410000-centre")


@pytest.mark.clause("D3-1.2-b")
def test_C10_the_routing_table_finds_the_department_and_the_receiver_signs() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 10), business_type="mobile.gsm", complaint_type="billing")
    case.do("dispatcher", "dispatch", on(24, 11))
    assert case.stage() == ("handling", "410100-billing")
    case.do("billing_handler", "sign", on(24, 11, 20))
    assert local(case.now.main.signed_at) == on(24, 11, 20)


def test_C10_another_department_can_be_chosen_and_the_reason_is_kept() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 10), business_type="mobile.gsm", complaint_type="billing")
    case.do("dispatcher", "dispatch", on(24, 11), to="410000-market", reason="涉及资费政策")
    assert case.stage() == ("handling", "410000-market")
    given = Event.objects.filter(ticket=case.id, name="dispatch").get().data["given"]
    assert given["reason"] == "涉及资费政策"


def test_O05_a_gap_in_the_routing_table_is_named_and_never_guessed() -> None:
    c = cast()
    case = telecom(c, on(24, 9), customer={"region": "650100"})
    case.do("front_desk", "submit", on(24, 10), business_type="mobile.gsm", complaint_type="billing")
    Route.objects.filter(organisation=c.hq, region="*").delete()
    stamp(c.hq)
    with pytest.raises(Refused, match="路由表缺：GSM业务 × 计费 × 650100") as gap:
        case.do("dispatcher", "dispatch", on(24, 11))
    assert gap.value.code == "no_holder"
    route(c.units["410100-net"], region="650100")
    case.do("dispatcher", "dispatch", on(24, 11, 5))
    assert case.stage() == ("handling", "410100-net")


@pytest.mark.clause("D3-2-a", "D3-2.1.11-b", "D3-2.4.4-m")
def test_C11_a_problem_climbs_city_province_headquarters_while_the_asker_stays_responsible() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "upgrade", on(24, 12), reason="本级无权限")
    assert [case.code(s.unit) for s in case.sides("upgraded")] == ["410000-market"]
    case.do("market_head", "upgrade", on(24, 13), reason="涉及全网参数")
    assert {case.code(s.unit) for s in case.sides("upgraded")} == {"410000-market", "HQ-market"}
    assert (case.stage(), case.fact("grade")) == (("handling", "410100-net"), "national")
    for who, refused in (("head", True), ("market_head", True), ("hq_market_head", False)):
        if refused:
            with pytest.raises(Refused) as waiting:
                case.do(who, "feedback", on(24, 14), solution="x")
            assert waiting.value.code == "waiting"
        else:
            case.do(who, "feedback", on(24, 14), solution="参数已改")
    case.do("market_head", "feedback", on(24, 15), solution="已改")
    case.do("head", "feedback", on(24, 16), solution="已修复")
    assert case.stage() == ("reply", "410000-centre")


def test_C11_wrongly_routed_it_goes_back_to_whoever_sent_it() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "forward", on(24, 12), to="410100-billing", reason="计费")
    case.do("billing_head", "return_routing", on(24, 13), reason="不是计费问题")
    assert (case.stage(), case.due("handling")) == (("handling", "410100-net"), on(26, 4))
    case.do("head", "return_routing", on(24, 14), reason="不是网络问题")
    assert case.stage() == ("review", "410000-centre")


@pytest.mark.clause("D3-2.4.4-s")
def test_C14_a_committed_date_has_a_clock_and_holds_the_closing_until_it_is_kept() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "feedback", on(24, 16), solution="换光缆", committed_until=on(27, 18).isoformat())
    assert case.due("commitment") == on(27, 18)
    case.do("dispatcher", "reply", on(24, 17), **REPLY)
    case.do("caller", "callback", on(25, 10), reached=True, satisfaction="satisfied", solved=True)
    with pytest.raises(Refused, match="有未兑现的承诺"):
        case.do("caller", "close", on(25, 10, 5))
    run_watch(on(27, 18))
    assert [moment for _, moment, _ in case.alerts("commitment")] == ["90%", "due"]
    assert "410000-centre dispatcher" in case.told("overrun")
    case.do("head", "fulfil", on(27, 19), explanation="光缆已换")
    case.do("caller", "close", on(27, 19, 30))
    assert case.ticket.state == "closed"


@pytest.mark.clause("D3-2.1.6", "D7-4-b")
def test_C17_called_back_by_another_than_the_handler_with_attempts_kept() -> None:
    c = cast()
    duty(c.people["head"], "caller", c.units["410000-centre"])
    case = to_callback(to_handling(telecom(c, on(24, 9))))
    with pytest.raises(Forbidden, match="办过前面环节"):
        case.do("head", "callback", on(25, 10), reached=True, satisfaction="satisfied", solved=True)
    case.do("caller", "callback", on(25, 10), reached=False, next_attempt=on(26, 10).isoformat())
    case.do("caller2", "callback", on(26, 10), reached=True, satisfaction="satisfied", solved=True, suggestion="快些")
    assert case.now.memory.done["callback"] == 2
    assert (case.fact("satisfaction"), case.fact("solved"), case.fact("suggestion")) == ("satisfied", True, "快些")


@pytest.mark.parametrize("who", ["dispatcher", "front_desk", "head", "handler"])
def test_C17_only_the_call_back_agents_call_back(who: str) -> None:
    case = to_callback(to_handling(telecom(cast(), on(24, 9))))
    with pytest.raises(Forbidden):
        case.do(who, "callback", on(25, 10), reached=True, satisfaction="satisfied", solved=True)


@pytest.mark.clause("D3-2.4.6-f")
def test_C17_nobody_closes_before_the_customer_was_called() -> None:
    case = to_callback(to_handling(telecom(cast(), on(24, 9))))
    with pytest.raises(Refused) as refused:
        case.do("caller", "close", on(25, 10))
    assert refused.value.code == "condition"


def test_C17_a_second_answer_has_a_call_back_of_its_own() -> None:
    case = to_callback(to_handling(telecom(cast(), on(24, 9))))
    case.do("caller", "callback", on(25, 9), reached=True, satisfaction="satisfied", solved=True)
    case.do("caller", "close", on(25, 9, 5))
    case.do("supervisor", "reopen", on(26, 9), reason="客户再次来电", until=on(28, 9).isoformat())
    case.do("dispatcher", "dispatch", on(26, 10), to="410100-net", reason="复发")
    to_callback(case, at=on(26, 16))
    with pytest.raises(Refused) as refused:
        case.do("caller", "close", on(27, 9))
    assert refused.value.code == "condition"


def test_C18_reopened_it_has_a_new_time_which_the_customer_is_told() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "answer", on(24, 9, 20), reply_text="已说明", outcome="explained")
    with pytest.raises(Invalid) as invalid:
        case.do("supervisor", "reopen", on(25, 9))
    assert set(invalid.value.errors) == {"reason", "until"}
    case.do("supervisor", "reopen", on(25, 9), reason="客户补充了材料", until=on(26, 9).isoformat())
    assert (case.stage(), case.due("review"), case.ticket.settled_at) == (
        ("review", "410000-centre"),
        on(25, 13),
        None,
    )
    assert (local(case.now.promised_at), case.told("reworked")) == (on(26, 9), {"customer"})
    case.do("dispatcher", "answer", on(25, 11), reply_text="已退费", outcome="cured")
    assert (case.ticket.state, case.now.memory.done["reopen"]) == ("closed", 1)


def test_C05_what_is_not_taken_up_is_told_with_the_reason() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    case.do("dispatcher", "decline", on(24, 11), reason="不属于本公司业务")
    assert (case.ticket.state, case.told("declined")) == ("declined", {"customer"})
    assert "不属于本公司业务" in case.text("declined")


def test_C20_a_duplicate_is_merged_and_both_keep_their_history() -> None:
    c = cast()
    first, second = telecom(c, on(24, 9)), telecom(c, on(24, 9, 10))
    second.do("front_desk", "submit", on(24, 9, 20), **TYPES)
    with pytest.raises(Invalid) as invalid:
        second.do("dispatcher", "merge", on(24, 10), merged_into="no such ticket")
    assert set(invalid.value.errors) == {"merged_into"}
    first.do("front_desk", "submit", on(24, 9, 30), **TYPES)
    second.do("dispatcher", "merge", on(24, 10), merged_into=first.ticket.number)
    link = TicketLink.objects.get()
    assert (link.ticket_id, link.other_id, link.kind) == (second.id, first.id, TicketLink.Kind.DUPLICATE)
    assert (second.ticket.state, second.ticket.content) == ("merged", first.ticket.content)
    assert Event.objects.filter(ticket=second.id).count() == 3


def test_C20_a_ticket_is_not_merged_into_itself() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 9, 20), **TYPES)
    with pytest.raises(Invalid):
        case.do("dispatcher", "merge", on(24, 10), merged_into=case.ticket.number)


@pytest.mark.clause("D3-2.4.7-d")
def test_W03_an_overrun_climbs_holder_head_supervisor_next_tier() -> None:
    case = to_handling(telecom(cast(), on(24, 9), grade="provincial"))
    case.do("head", "assign", on(24, 11, 30), assignee="handler")
    run_watch(on(26, 3, 59))
    assert case.told("warning") >= {"handler"}, "90 % of 41 h: the person in charge alone"
    run_watch(on(26, 4))
    steps = [(key, at) for _, key, at in case.alerts("handling")]
    assert steps == [("90%", on(24, 11) + timedelta(hours=36, minutes=54)), ("due", on(26, 4))]
    assert case.told("overrun", on(26, 4)) == {"handler", "410100-net head"}
    run_watch(on(27, 4))
    assert "410000 supervisor" in case.told("overrun", on(27, 4)), "the city has none, so the province's"
    run_watch(on(28, 4))
    assert "410000 supervisor" in case.told("overrun", on(28, 4))
    reminders = [at for _, key, at in case.alerts("handling") if key == "every 24h"]
    assert reminders == [on(27, 4), on(28, 4)]
    assert case.told("reminder") >= {"handler", "410000 supervisor"}


def test_W05_the_promise_is_watched_wherever_the_work_is() -> None:
    case = to_handling(telecom(cast(), on(24, 9), grade="provincial"))
    run_watch(on(26, 9))
    assert [(key, at) for _, key, at in case.alerts("promise")] == [
        ("90%", on(24, 9) + timedelta(hours=43, minutes=12)),
        ("due", on(26, 9)),
    ]
    assert case.told("overrun", on(26, 9)) == {"410100-net handler/head", "410100-net head", "410000-centre dispatcher"}


def test_R07_only_the_answer_stops_the_promise() -> None:
    """No pause is known to this rulebook: neither an assist nor a call-back attempt lets the time stand still."""
    case = to_handling(telecom(cast(), on(24, 9), grade="provincial"))
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("head", "sign", {}),
        ("head", "assist", {"to": "410100-line", "reason": "查"}),
        ("head", "recall", {"reason": "不用了"}),
        ("head", "recommit", {"until": on(26, 12).isoformat(), "reason": "等备件"}),
        ("dispatcher", "tell_progress", {"progress": "在查"}),
        ("head", "feedback", {"solution": "已修复"}),
    ]
    for minute, (who, action, given) in enumerate(acts):
        case.do(who, action, on(24, 12, minute), **given)
        assert (case.state("promise", on(24, 12, minute)), case.due("promise")) == ("running", on(26, 9))
    case.do("dispatcher", "reply", on(24, 13), **REPLY)
    assert case.state("promise", on(24, 13)) == "stopped"
