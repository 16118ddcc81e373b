"""How doc 3 §2 is read: each ruling by its key, with worked instants."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import cast, duty, route
from tests.tickets.drives import REPLY, TYPES, Drive, local, on, run_watch, telecom, to_callback, to_handling, upload
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import Attachment, Event, Message

pytestmark = pytest.mark.django_db

UNSATISFIED = {"reached": True, "satisfaction": "unsatisfied", "solved": False, "unsatisfied_with": "又断了"}


def screened(case: Drive) -> Drive:
    """Answered on the 24th at 17:00; on the 26th at 11:00 the customer is not satisfied."""
    to_callback(to_handling(case))
    case.do("caller", "callback", on(26, 11), **UNSATISFIED)
    case.do("caller", "screen", on(26, 11))
    return case


# ── the promise ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D3-2.4.1-a", "D3-2.4.1-b", "D3-2.4.1-c", "D3-2.4.3-k")
@pytest.mark.parametrize(
    ("registered", "submitted", "told", "hours"),
    [
        ({}, {"complaint_type": "billing"}, "general", 24),
        ({}, {"complaint_type": "network_quality"}, "provincial", 48),
        ({}, {"complaint_type": "roaming"}, "national", 72),
        ({}, {"complaint_type": "billing", "roaming": True}, "national", 72),
        ({"grade": "provincial"}, {"complaint_type": "billing"}, "provincial", 48),
        ({"matter": "enquiry"}, {"complaint_type": "network_quality"}, "general", 24),
        ({}, {"complaint_type": "billing", "tell_as": "national", "reason": "涉及总部平台"}, "national", 72),
    ],
)
def test_TOLD_what_the_route_makes_likely_is_promised_at_submit(
    registered: dict[str, Any], submitted: dict[str, Any], told: str, hours: int
) -> None:
    case = telecom(cast(), on(24, 9), **registered)
    case.do("front_desk", "submit", on(24, 9, 40), business_type="fixed.broadband", **submitted)
    assert case.fact("told") == told
    assert local(case.now.promised_at) == on(24, 9) + timedelta(hours=hours), "it runs from receipt"


def test_TOLD_a_clerk_who_changes_the_proposal_says_why() -> None:
    case = telecom(cast(), on(24, 9))
    with pytest.raises(Invalid) as invalid:
        case.do("front_desk", "submit", on(24, 9, 40), **TYPES, tell_as="national")
    assert set(invalid.value.errors) == {"reason"}


def test_TOLD_what_was_told_stays_when_the_form_comes_back_and_the_grade_rises() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 9, 40), business_type="fixed.broadband", complaint_type="billing")
    case.do("dispatcher", "return_form", on(24, 10), reason="缺地址")
    case.do("front_desk", "submit", on(24, 10, 10), **TYPES)
    case.do("dispatcher", "regrade", on(24, 10, 20), grade="national", reason="涉及总部")
    assert (local(case.now.promised_at), case.due("maximum")) == (on(25, 9), on(27, 9))


def test_TOLD_told_a_day_and_dispatched_the_centre_owes_a_note_within_two_hours() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 10), business_type="fixed.broadband", complaint_type="billing")
    case.do("dispatcher", "dispatch", on(24, 11))
    assert case.told("promise_short") == {"410000-centre dispatcher"}
    assert (local(case.now.promised_at), case.due("told_too_short")) == (on(25, 9), on(24, 13))
    run_watch(on(24, 13))
    assert [key for _, key, _ in case.alerts("told_too_short")] == ["90%", "due"]
    note = {"until": on(26, 9).isoformat(), "reason": "需责任部门处理", "consent": "agreed"}
    case.do("dispatcher", "progress_note", on(24, 13, 5), **note)
    assert (case.state("told_too_short", on(24, 13, 5)), local(case.now.promised_at)) == ("stopped", on(26, 9))


def test_TOLD_told_two_days_a_dispatch_owes_no_note() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    assert (case.due("told_too_short"), case.told("promise_short")) == (None, set())


def test_TRANSIN_the_senders_own_deadline_binds_when_it_is_earlier() -> None:
    due = on(24, 20).isoformat()
    case = telecom(cast(), on(24, 9), transferred_by="12315", transferred_number="2026-77", transferred_due=due)
    assert local(case.now.promised_at) == on(24, 20)
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    assert local(case.now.promised_at) == on(24, 20)


def test_REWORKTIME_a_rework_needs_a_new_time_which_is_told_and_becomes_the_promise() -> None:
    case = screened(telecom(cast(), on(24, 9)))
    with pytest.raises(Invalid) as invalid:
        case.do("dispatcher", "rework", on(26, 13), to="410100-net", reason="未查光衰")
    assert set(invalid.value.errors) == {"until"}
    until = on(28, 12).isoformat()
    case.do("dispatcher", "rework", on(26, 13), to="410100-net", reason="未查光衰", until=until)
    assert (case.told("reworked"), "11-28 12:00" in case.text("reworked")) == ({"customer"}, True)
    assert (local(case.now.promised_at), case.ticket.settled_at) == (on(28, 12), None)
    assert case.due("handling") == on(28, 6), "the handling limit of its grade: 41 h"
    promise = case.clock("promise")
    assert local(promise.first_due_at) == on(26, 9)
    assert [one["what"] for one in promise.story] == ["recounted", "stood_still", "extended"], "all of it stays"
    to_callback(case, at=on(27, 9))
    assert local(case.ticket.settled_at) == on(27, 10)
    assert Event.objects.filter(ticket=case.id, name="reply").count() == 2


@pytest.mark.clause("D3-2.4.5-g")
def test_CLOSE_settled_at_the_reply_concluded_after_the_call_back() -> None:
    case = to_callback(to_handling(telecom(cast(), on(24, 9))))
    ticket = case.ticket
    assert (ticket.state, local(ticket.settled_at), ticket.ended_at) == ("callback", on(24, 17), None)
    assert case.due("callback") == on(24, 0) + timedelta(days=8), "7 days from the reply, 24:00"
    case.do("caller", "callback", on(30, 9), reached=True, satisfaction="neutral", solved=True)
    case.do("caller", "close", on(30, 9, 5))
    assert (local(case.ticket.settled_at), local(case.ticket.ended_at)) == (on(24, 17), on(30, 9, 5))


# ── limits inside ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D3-2.4.2-c", "D3-2.4.2-d")
@pytest.mark.parametrize(
    ("customer", "submitted", "provincial", "national"),
    [
        ({}, {}, 41, 65),
        ({"level": "vip"}, {}, 17, 41),
        ({"brand": "3g"}, {}, 17, 41),
        ({}, {"business_type": "mobile.wcdma"}, 17, 41),
        ({}, {"complaint_type": "interconnect"}, 41, 65),
    ],
)
def test_APPC_departments_have_what_the_promise_leaves_and_key_customers_the_lower_bound(
    customer: dict[str, str], submitted: dict[str, Any], provincial: int, national: int
) -> None:
    c = cast()
    case = to_handling(telecom(c, on(24, 9), customer=customer), **submitted)
    assert case.due("handling") == on(24, 11) + timedelta(hours=provincial)
    away = telecom(c, on(24, 9), customer=customer)
    away.do("front_desk", "submit", on(24, 10), **{**TYPES, **submitted})
    away.do("dispatcher", "dispatch_away", on(24, 11), to="320000-net", reason="外省配合")
    assert away.due("handling") == on(24, 11) + timedelta(hours=national)


@pytest.mark.clause("D3-2.3.2-a")
def test_APPC_a_general_complaint_is_never_dispatched() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    assert case.fact("grade") == "provincial"


@pytest.mark.clause("D3-2.3.2-b", "D3-2.3.2-d")
def test_GRADE_rises_with_the_route_and_no_machine_lowers_it() -> None:
    case = telecom(cast(), on(24, 9))
    assert case.fact("grade") == "general"
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    case.do("dispatcher", "dispatch_away", on(24, 11), to="HQ-net", reason="总部平台")
    assert (case.fact("grade"), case.due("maximum"), local(case.now.promised_at)) == ("national", on(27, 9), on(26, 9))
    case.do("hq_net_head", "return_routing", on(24, 12), reason="省内可处理")
    case.do("dispatcher", "dispatch", on(24, 13), to="410100-net", reason="光路")
    assert (case.fact("grade"), case.due("maximum")) == ("national", on(27, 9))
    case.do("head", "feedback", on(24, 14), solution="x")
    case.do("dispatcher", "regrade", on(24, 14, 30), grade="provincial", reason="未用总部资源")
    assert (case.fact("grade"), case.due("maximum")) == ("provincial", on(26, 9)), "a person may"


@pytest.mark.clause("D3-2.4.4-l", "D18-3-1-b")
def test_NEST_forwarded_the_deadline_lies_an_hour_before_the_senders() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "forward", on(25, 12), to="410100-billing", reason="计费")
    assert case.due("handling") == on(26, 3)


def test_NEST_its_own_limit_where_that_is_earlier() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "recommit", on(24, 12), until=on(28, 12).isoformat(), reason="备件")
    case.do("head", "forward", on(24, 13), to="410100-billing", reason="计费")
    assert case.due("handling") == on(26, 6)


@pytest.mark.clause("D3-2.1.13", "D3-2.4.4-n")
@pytest.mark.parametrize(
    ("asked", "due"), [(on(24, 12), on(24, 20)), (on(25, 23), on(26, 3)), (on(26, 3, 30), on(26, 11, 30))]
)
def test_NEST_an_assist_ends_an_hour_before_its_asker(asked: Any, due: Any) -> None:
    """Left out where that moment has passed: then its own 8 h."""
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "assist", asked, to="410100-line", reason="查线路")
    assert (case.due("assist"), case.due("handling")) == (due, on(26, 4))


def test_NEST_an_answer_after_the_senders_deadline_finds_it_overdue() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "forward", on(24, 12), to="410100-billing", reason="计费")
    case.do("billing_head", "feedback", on(26, 5), solution="已退费")
    assert (case.due("feedback"), case.state("feedback", on(26, 5))) == (on(26, 4), "overdue")


def test_NEST_done_again_inside_the_senders_time() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "forward", on(24, 12), to="410100-billing", reason="计费")
    case.do("billing_head", "feedback", on(24, 16), solution="x")
    case.do("head", "ask_again", on(24, 17), reason="没有说明原因")
    assert (case.stage(), case.due("handling")) == (("handling", "410100-billing"), on(26, 3))


@pytest.mark.clause("D3-2.4.4-q")
def test_INTERCONN_selects_a_route_and_a_limit_of_its_own() -> None:
    c = cast()
    route(c.units["410000-net"], complaint_type="interconnect")
    case = telecom(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 10), business_type="fixed.broadband", complaint_type="interconnect")
    case.do("dispatcher", "dispatch", on(24, 11))
    assert (case.stage(), case.due("handling")) == (("handling", "410000-net"), on(26, 4))


# ── routing ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D3-2.1.11-a", "D3-2.4.4-g")
def test_ROUTE_an_unknown_type_goes_to_the_owner_of_the_business() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 10), business_type="fixed.broadband", complaint_type="unknown")
    case.do("dispatcher", "dispatch", on(24, 11))
    assert case.stage() == ("handling", "410000-market")


@pytest.mark.clause("D3-2.2.1-b")
def test_SEAT_a_customer_level_has_its_person() -> None:
    c = cast()
    route(c.units["410100-net"], level="vip", seat=c.people["handler2"])
    case = telecom(c, on(24, 9), customer={"level": "vip"})
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    case.do("dispatcher", "dispatch", on(24, 11))
    assert case.now.main.assignee == c.people["handler2"].pk


@pytest.mark.clause("D3-2.4.4-k", "D3-1.1.1-d")
@pytest.mark.parametrize("kind", ["assist", "forward"])
def test_CHASE_a_holder_chases_what_it_sent_with_a_ground(kind: str) -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", kind, on(24, 12), to="410100-line" if kind == "assist" else "410100-billing", reason="查")
    chased = "410100-line" if kind == "assist" else "410100-billing"
    with pytest.raises(Invalid) as invalid:
        case.do("head", "chase", on(24, 14), to=chased, reason="请加快")
    assert set(invalid.value.errors) == {"chase_ground"}
    case.do("head", "chase", on(24, 14), to=chased, reason="请加快", chase_ground="near")
    assert (case.code(case.sides("chase")[0].unit), case.due("chase")) == (chased, on(24, 18))
    assert any(one.startswith(chased) for one in case.told("chased")), "the one who is chased is told"


@pytest.mark.clause("D3-1.2.1-1-a")
def test_CHASE_a_supervisors_is_answered_counted_and_blocks_nobody() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("supervisor", "chase", on(24, 12), reason="客户已三次来电", chase_ground="key")
    assert "请在 11-24 16:00 前答复" in case.text("chased")
    case.do("handler", "answer_chase", on(24, 13), case.aside("chase"), explanation="今日更换")
    case.do("supervisor", "chase", on(24, 15), reason="还没有结果", chase_ground="hard")
    assert case.now.memory.done["chase"] == 2
    case.do("head", "feedback", on(24, 16), solution="已修复")
    assert not case.sides("chase"), "overtaken when the work moves on"


@pytest.mark.clause("D3-1.2.3-2-e", "D3-1.2.3-2-f")
def test_MAJORREP_one_act_tells_head_supervisor_and_headquarters_with_receipt() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("handler", "report_major", on(24, 12), reason="记者到场")
    assert case.told("major_report") == {"410100-net head", "410000 supervisor", "HQ-centre dispatcher"}
    assert (case.code(case.sides("major_report")[0].unit), case.due("major_report")) == ("HQ-centre", on(24, 13))
    assert (case.fact("grave"), case.ticket.priority) == (True, 4000)
    case.do("hq_dispatcher", "receive_report", on(24, 12, 20), explanation="已报集团")
    assert not case.sides("major_report")


# ── notes, replies, call-backs ───────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D3-2.1.5-a", "D3-2.1.5-c", "D3-2.4.8-c")
def test_PROGRESS_a_note_carries_reason_new_time_and_consent() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    with pytest.raises(Invalid) as invalid:
        case.do("dispatcher", "progress_note", on(25, 9))
    assert set(invalid.value.errors) == {"until", "reason", "consent"}
    given = {"until": on(27, 9).isoformat(), "reason": "等备件", "progress": "已测光", "consent": "not_reached"}
    case.do("dispatcher", "progress_note", on(25, 9), **given)
    assert (case.fact("consent"), case.told("extended"), local(case.now.promised_at)) == (
        "not_reached",
        {"customer"},
        on(27, 9),
    )
    assert local(case.clock("promise").first_due_at) == on(26, 9)


@pytest.mark.clause("D3-2.1.5-b")
def test_PROGRESS_a_long_handling_is_told_about_inside_its_promise() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    run_watch(on(25, 12))
    assert [key for _, key, _ in case.alerts("progress")] == ["90%"], "an aim: missed, but no overrun"
    case.do("dispatcher", "tell_progress", on(25, 12), progress="备件在途")
    assert (case.told("progress"), case.due("progress"), local(case.now.promised_at)) == (
        {"customer"},
        on(26, 12),
        on(26, 9),
    )


@pytest.mark.clause("D3-2.4.8-a", "D3-2.4.8-b")
def test_C16_a_new_commitment_is_told_to_the_next_step_and_the_centre() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "recommit", on(25, 20), until=on(27, 12).isoformat(), reason="等备件")
    assert case.told("recommitted") == {"410000-centre dispatcher"}
    assert (case.due("handling"), local(case.now.promised_at), case.due("note")) == (on(27, 12), on(26, 9), on(25, 22))


@pytest.mark.clause("D3-2.4.2-e")
def test_REPLY2H_from_feedback_to_answer_and_from_commitment_to_note() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "recommit", on(24, 20), until=on(27, 12).isoformat(), reason="等备件")
    run_watch(on(24, 22))
    assert [(key, at) for _, key, at in case.alerts("note")] == [("90%", on(24, 21, 48)), ("due", on(24, 22))]
    given = {"until": on(27, 18).isoformat(), "reason": "等备件", "consent": "agreed"}
    case.do("dispatcher", "progress_note", on(24, 22, 5), **given)
    assert case.state("note", on(24, 22, 5)) == "stopped"
    case.do("head", "feedback", on(25, 9), solution="已修复")
    assert case.due("reply") == on(25, 11)


def test_REPLY2H_no_note_once_the_old_promise_has_lapsed() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    given = {"until": on(27, 18).isoformat(), "reason": "等备件", "consent": "agreed"}
    with pytest.raises(Refused, match="11-26 09:00"):
        case.do("dispatcher", "progress_note", on(26, 9), **given)


@pytest.mark.clause("D3-2.4.5-a")
def test_REPLY2H_a_channel_that_answers_takes_the_limit_over() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    case.do("dispatcher", "dispatch", on(24, 11), to="410100-net", reason="光路", reply_by="channel")
    case.do("head", "feedback", on(24, 16), solution="已修复")
    assert (case.stage(), case.due("reply")) == (("reply", "410100-hall"), on(24, 18))
    case.do("front_desk", "reply", on(24, 17), **REPLY)
    assert case.stage() == ("callback", "410000-centre")


@pytest.mark.clause("D3-2.4.5-b")
def test_C07_a_roaming_customer_is_answered_by_the_home_province() -> None:
    case = telecom(cast(), on(24, 9), customer={"region": "320500"}, roaming=True)
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    case.do("dispatcher", "dispatch", on(24, 11), to="410100-net", reason="漫游地基站")
    case.do("head", "feedback", on(24, 16), solution="已修复")
    assert (case.stage(), case.fact("grade")) == (("reply", "320000-centre"), "national")
    case.do("js_dispatcher", "reply", on(24, 17), **REPLY)


@pytest.mark.clause("D3-2.4.5-f")
def test_C15_a_written_answer_has_its_letter_and_a_refused_one_the_companys_position() -> None:
    c = cast()
    case = to_handling(telecom(c, on(24, 9)))
    case.do("head", "feedback", on(24, 16), solution="已修复")
    given = {**REPLY, "reply_way": "letter", "accepted": False, "outcome": "refused"}
    with pytest.raises(Invalid) as invalid:
        case.do("dispatcher", "reply", on(24, 17), **given)
    assert set(invalid.value.errors) == {"reply_letter", "position"}
    letter = upload(c, "dispatcher", "答复函.pdf")
    case.do("dispatcher", "reply", on(24, 17), **given, position="依据服务协议", reply_letter=letter)
    assert Attachment.objects.get(pk=letter).ticket_id == case.id
    assert Message.objects.filter(ticket=case.id, name="result", to_customer=True).count() == 1


@pytest.mark.clause("D3-2.4.6-e")
@pytest.mark.parametrize(
    ("customer", "facts", "mode"),
    [
        ({}, {}, "phone"),
        ({"level": "vip"}, {}, "phone_and_visit"),
        ({}, {"grave": True}, "phone_and_visit"),
        ({}, {"group_customer": True}, "phone_and_visit"),
        ({}, {"special_need": True}, "phone_and_visit"),
    ],
)
def test_CBMODE_by_the_class_of_the_customer(customer: dict[str, str], facts: dict[str, Any], mode: str) -> None:
    case = to_callback(to_handling(telecom(cast(), on(24, 9), customer=customer, **facts)))
    assert case.fact("callback_mode") == mode


@pytest.mark.clause("D3-2.4.6-j", "D3-2.4.6-k")
@pytest.mark.parametrize(
    ("action", "given", "outcome", "stage"),
    [
        ("rework", {"to": "410100-net", "reason": "错", "until": on(28, 9).isoformat()}, "handling_wrong", "handling"),
        ("answer_again", {"reason": "口径不清"}, "wording_insufficient", "reply"),
        ("close", {"reason": "要求没有依据"}, "no_ground", "closed"),
    ],
)
def test_SCREEN_the_back_office_has_three_outcomes(
    action: str, given: dict[str, Any], outcome: str, stage: str
) -> None:
    case = screened(telecom(cast(), on(24, 9)))
    assert (case.stage(), case.due("screening")) == (("screening", "410000-centre"), on(30, 17, 30))
    with pytest.raises((Forbidden, Refused, Invalid)):
        case.do("caller", action, on(26, 12))
    case.do("dispatcher", action, on(26, 13), **given)
    assert (case.fact("screening_outcome"), case.ticket.state) == (outcome, stage)


def test_SCREEN_nobody_screens_their_own_call_back() -> None:
    c = cast()
    duty(c.people["dispatcher2"], "caller", c.units["410000-centre"])
    case = to_callback(to_handling(telecom(c, on(24, 9))))
    case.do("dispatcher2", "callback", on(26, 11), **UNSATISFIED)
    case.do("dispatcher2", "screen", on(26, 11))
    with pytest.raises(Forbidden, match="办过前面环节"):
        case.do("dispatcher2", "close", on(26, 12), reason="没有依据")
    case.do("dispatcher", "close", on(26, 12), reason="没有依据")


@pytest.mark.clause("D3-2.8-b")
def test_STEPFAULT_a_finding_names_step_unit_and_person() -> None:
    case = screened(telecom(cast(), on(24, 9)))
    fault = {"fault_step": "handling", "fault_unit": "410100-net", "fault_person": "handler"}
    given = {"to": "410100-net", "reason": "未查光衰", "until": on(28, 9).isoformat()}
    case.do("dispatcher", "rework", on(26, 13), **given, **fault)
    assert {name: case.fact(name) for name in fault} == fault
