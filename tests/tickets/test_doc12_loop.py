"""The complaint desk of doc 12 from reception to the closing of the case, with the watch (language page §11.11)."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.models import Alert
from tests.cast import cast, duty
from tests.tickets.drives import Drive, desk_case, local, on, opened, run_watch, upload
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import Event, Rectification

pytestmark = pytest.mark.django_db

VERIFIED = {"verification": "现场核实", "summary": "备件到货后修复", "evaluation": "客户认可"}
CLOSED: dict[str, Any] = {"final_result": "电梯恢复", "closing_ground": "verified", "linked_problem": False}


def december(day: int, hour: int = 0, minute: int = 0) -> Any:
    return on(30, hour, minute) + timedelta(days=day)


def to_closing(case: Drive, *, solved: bool = True, **handled: Any) -> Drive:
    """Handled on the 25th at 10:00, told at 10:30, called back on the 26th, verified, on to closing."""
    case.do("engineering_head", "handled", on(25, 10), solution="更换控制板", solved=solved, **handled)
    case.do("receptionist", "notify", on(25, 10, 30), reply_text="已恢复", reply_way="phone", accepted=True)
    case.do("receptionist", "callback", on(26, 10), reached=True, satisfaction="satisfied")
    case.do("receptionist", "verify", on(26, 10, 30), **VERIFIED)
    return case


@pytest.mark.clause("D12-4-4-2-1-c", "D12-4-4-4-a", "D12-4-4-4-b", "D12-4-4-9-a")
def test_SEVERITY_CLOCKS_the_trace_of_a_minor_complaint_that_stays_unsolved() -> None:
    c = cast()
    case = desk_case(c, on(24, 9))
    assert (case.due("receipt"), case.due("promise")) == (on(24, 9, 10), None), "no limit before its severity is known"
    given = {"case_ground": "on_site", "contact": "李某", "address": "3 号楼", "phone": "13700000000"}
    facts = {"nature": "valid", "valid_ground": "harm", "harm": False, "promise_broken": False, "fault": False}
    case.do("receptionist", "open_case", on(24, 9), **given, **facts)
    assert case.fact("severity") == "minor"
    assert (case.due("promise"), case.due("handling"), case.due("unsolved")) == (on(28, 0), on(27, 0), december(25))
    case.do("engineering_head", "sign", on(24, 9, 8))
    assert case.state("receipt", on(24, 9, 8)) == "stopped"
    case.do("engineering_head", "overrun", on(25, 9), until=on(30, 18).isoformat(), reason="等备件")
    assert case.code(case.sides("approval")[0].unit) == "PROP-site1"
    assert (case.due("approval"), case.due("handling")) == (on(27, 0), on(27, 0))
    case.do("manager", "approve", on(25, 11))
    assert (case.due("handling"), case.due("promise")) == (on(30, 18), on(30, 18))
    assert local(case.clock("handling").first_due_at) == on(27, 0), "both timelinesses (N03)"
    assert local(case.clock("promise").first_due_at) == on(28, 0)
    assert (case.clock("promise").generation, case.told("extended")) == (2, {"customer"})
    assert "11-30 18:00" in case.text("extended")
    run_watch(on(30, 18))
    assert [key for name, key, _ in case.alerts("handling")] == ["90%", "due"]
    assert [key for name, key, _ in case.alerts("promise")] == ["90%", "due"]
    assert case.told("overrun") == {"PROP-site1-engineering dept_head", "PROP-site1-cs cs_supervisor"}
    run_watch(december(1, 18))
    assert "PROP-site1 manager" in case.told("overrun", december(1, 18))
    run_watch(december(25) - timedelta(seconds=1))
    reminders = [at for _, key, at in case.alerts("handling") if key == "every 24h"]
    assert reminders == [december(day, 18) for day in range(1, 25)]
    assert case.fact("severity") == "minor"
    run_watch(december(25))
    assert (case.fact("severity"), case.fact("severity_ground")) == ("major", "month")
    assert case.told("became_major") == {
        "PROP general_manager",
        "PROP-site1 manager",
        "PROP-site1-engineering dept_head",
    }
    assert case.due("submission") == december(25, 17, 30)
    assert (case.due("clear_answer"), case.due("solving")) == (december(28), december(36))
    assert (case.clock("solving").target, case.now.received_at) == (True, on(24, 9)), "age and history stay"
    assert local(case.clock("handling").due_at) == on(30, 18), "what was granted stays"
    assert Rectification.objects.filter(ticket=case.id).count() == 1
    assert Event.objects.filter(ticket=case.id, name="unsolved.due").get().actor_id is None


@pytest.mark.clause("D12-2", "D12-2-3", "D12-5-5-2-1-b", "D12-4-3-3", "D12-4-3-4", "D12-5-3-2-a")
def test_C19_the_ordinary_course_from_reception_to_the_closed_case() -> None:
    case = opened(cast(), on(24, 9))
    assert (case.stage(), case.told("received")) == (("handling", "PROP-site1-engineering"), {"customer"})
    case.do("engineering_head", "sign", on(24, 9, 5))
    to_closing(case)
    assert (case.stage(), local(case.ticket.settled_at)) == (("closing", "PROP-site1-cs"), on(25, 10, 30))
    case.do("receptionist", "close_case", on(26, 11), **CLOSED)
    assert (case.ticket.state, local(case.ticket.ended_at)) == ("closed", on(26, 11))
    run_watch(december(31))
    assert case.alerts() == [], "nothing of it was ever late"


@pytest.mark.clause("D12-5-5-1-1-f", "D12-5-4-1")
def test_C19_what_explanation_settles_is_a_ticket_closed_on_the_spot() -> None:
    case = desk_case(cast(), on(24, 9))
    case.do("receptionist", "explain", on(24, 9, 6), nature="enquiry", reply_text="停机检修到 12:00")
    assert (case.ticket.state, local(case.ticket.settled_at)) == ("closed", on(24, 9, 6))
    assert [step.kind for step in case.now.steps] == ["intake"]


@pytest.mark.clause("D12-5-5-1-2-a", "D12-5-5-1-2-b")
@pytest.mark.parametrize("decision", ["explain", "open", "clarify"])
def test_PROPCASE_in_doubt_the_supervisor_rules_at_once(decision: str) -> None:
    case = desk_case(cast(), on(24, 9))
    case.do("receptionist", "ask_ruling", on(24, 9, 5), reason="是否属于职责范围")
    assert (case.code(case.sides("ruling")[0].unit), case.due("ruling")) == ("PROP-site1-cs", on(24, 9, 35))
    with pytest.raises(Forbidden):
        case.do("receptionist", "rule", on(24, 9, 6), case_decision="open")
    case.do("cs_supervisor", "rule", on(24, 9, 10), case_decision=decision)
    assert (case.fact("case_decision"), case.told("answered")) == (
        decision,
        {"PROP-site1-cs cs_supervisor/receptionist"},
    )


def test_PROPCASE_while_the_ruling_is_out_no_case_is_opened_and_the_question_can_be_recalled() -> None:
    case = desk_case(cast(), on(24, 9))
    case.do("receptionist", "ask_ruling", on(24, 9, 5), reason="是否属于职责范围")
    given = {"case_ground": "outside", "contact": "李某", "address": "3", "phone": "1", "nature": "help"}
    facts = {"harm": False, "promise_broken": False, "fault": False}
    with pytest.raises(Refused) as waiting:
        case.do("receptionist", "open_case", on(24, 9, 6), **given, **facts)
    assert waiting.value.code == "waiting"
    case.do("receptionist", "recall_ruling", on(24, 9, 7))
    case.do("receptionist", "open_case", on(24, 9, 8), **given, **facts)
    assert case.stage() == ("handling", "PROP-site1-engineering")


@pytest.mark.clause("D12-5-3-1", "D12-5-5-1-3")
def test_PROPCASE_an_opening_names_its_condition_and_how_to_reach_the_customer() -> None:
    case = desk_case(cast(), on(24, 9))
    with pytest.raises(Invalid) as invalid:
        case.do("receptionist", "open_case", on(24, 9, 1), nature="valid")
    asked = {"case_ground", "contact", "address", "phone", "harm", "promise_broken", "fault", "valid_ground"}
    assert set(invalid.value.errors) == asked


@pytest.mark.clause("D12-5-5-2-2-a", "D12-5-5-2-1-d")
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"closing_ground": "verified", "linked_problem": True, "linked_case": ""}, "linked_case"),
        ({"closing_ground": "verified", "linked_problem": True}, "linked_case"),
        ({"closing_ground": "signed", "linked_problem": False}, "closing_ground"),
        ({"closing_ground": "new_case", "linked_problem": False}, "closing_ground"),
        ({"closing_ground": "unsolvable", "linked_problem": False}, "closing_ground"),
        ({"closing_ground": "major_agreed", "linked_problem": False}, "closing_ground"),
    ],
)
def test_PROPCASE_a_closing_without_its_condition_is_refused(given: dict[str, Any], why: str) -> None:
    case = to_closing(opened(cast(), on(24, 9)))
    with pytest.raises(Invalid) as invalid:
        case.do("receptionist", "close_case", on(26, 11), **{**CLOSED, **given})
    assert why in invalid.value.errors


@pytest.mark.clause("D12-5-5-2-1-c", "D12-5-5-2-1-d")
def test_PROPCASE_a_linked_problem_needs_a_case_of_its_own_and_the_two_are_linked() -> None:
    c = cast()
    case, new = to_closing(opened(c, on(24, 9))), opened(c, on(26, 9))
    given = {"final_result": "电梯恢复", "closing_ground": "new_case", "linked_problem": True}
    with pytest.raises(Invalid) as invalid:
        case.do("receptionist", "close_case", on(26, 11), **given, linked_case="not a number")
    assert set(invalid.value.errors) == {"linked_case"}
    case.do("receptionist", "close_case", on(26, 11, 5), **given, linked_case=new.ticket.number)
    assert case.ticket.state == "closed"
    assert case.ticket.links.get().other_id == new.id


@pytest.mark.clause("D12-5-5-2-1-a")
def test_C19_a_repair_is_closed_with_the_slip_that_the_customer_signed() -> None:
    c = cast()
    case = opened(c, on(24, 9), content_type="equipment")
    with pytest.raises(Invalid) as invalid:
        case.do("engineering_head", "handled", on(25, 9), solution="更换控制板", solved=True)
    assert set(invalid.value.errors) == {"repair_slip"}
    to_closing(case, repair_slip=upload(c, "engineering_head"))
    case.do("receptionist", "close_case", on(26, 11), **{**CLOSED, "closing_ground": "signed"})
    assert case.ticket.state == "closed"


@pytest.mark.clause("D12-5-5-2-1-e")
def test_C19_a_major_case_is_closed_with_the_consent_of_the_head_of_the_office() -> None:
    case = to_closing(opened(cast(), on(24, 9), harm=True))
    case.do("receptionist", "close_case", on(26, 11), **{**CLOSED, "closing_ground": "major_agreed"})
    assert (case.ticket.state, case.due("approval")) == ("close", on(30, 0))
    assert case.told("asked") == {"PROP-site1 manager/office_head"}
    with pytest.raises(Forbidden):
        case.do("receptionist", "approve", on(26, 11, 30), case.aside("approval"))
    case.do("office_head", "approve", on(26, 12))
    event = Event.objects.filter(ticket=case.id, name="close_case").get()
    assert (case.ticket.state, event.data["approved_by"]) == ("closed", "管理处负责人")


def test_C19_a_refused_closing_leaves_the_case_open_with_the_reason() -> None:
    case = to_closing(opened(cast(), on(24, 9), harm=True))
    case.do("receptionist", "close_case", on(26, 11), **{**CLOSED, "closing_ground": "major_agreed"})
    with pytest.raises(Invalid):
        case.do("office_head", "reject", on(26, 12))
    case.do("office_head", "reject", on(26, 12), reason="伤者还没有复查")
    assert case.ticket.state == "close"
    assert not case.sides("approval")
    assert Event.objects.filter(ticket=case.id, name="close_case.rejected").exists()


@pytest.mark.clause("D12-5-3-2-b", "D12-5-5-2-2-c")
def test_C19_a_case_that_can_not_be_solved_waits_for_the_quarter_and_the_head() -> None:
    case = to_closing(opened(cast(), on(24, 9)), solved=False)
    assert case.due("closing") == on(26, 0) + timedelta(days=93), "26 November + 3 months, 24:00 of 26 February"
    given = {**CLOSED, "closing_ground": "unsolvable"}
    case.do("receptionist", "close_case", on(27, 9), **given)
    assert case.code(case.sides("approval")[0].unit) == "PROP-site1"
    case.do("office_head", "approve", december(20, 10))
    assert case.ticket.state == "closed"


@pytest.mark.clause("D12-5-5-2-2-b")
def test_C19_nobody_verifies_what_they_handled() -> None:
    c = cast()
    duty(c.people["engineering_head"], "receptionist", c.units["PROP-site1-cs"])
    case = opened(c, on(24, 9))
    case.do("engineering_head", "handled", on(25, 10), solution="更换控制板", solved=True)
    case.do("receptionist", "notify", on(25, 10, 30), reply_text="已恢复", reply_way="phone")
    with pytest.raises(Forbidden, match="办过前面环节"):
        case.do("engineering_head", "callback", on(26, 10), reached=True, satisfaction="satisfied")
    case.do("receptionist", "callback", on(26, 10), reached=False)
    case.do("receptionist", "verify", on(26, 10, 30), **VERIFIED)
    assert case.stage() == ("closing", "PROP-site1-cs")


def test_C18_unsatisfied_the_case_goes_back_and_the_promise_with_it() -> None:
    case = opened(cast(), on(24, 9))
    case.do("engineering_head", "handled", on(25, 10), solution="复位", solved=True)
    case.do("receptionist", "notify", on(25, 10, 30), reply_text="已恢复", reply_way="phone")
    assert local(case.ticket.settled_at) == on(25, 10, 30)
    case.do("receptionist", "callback", on(26, 10, 30), reached=True, satisfaction="unsatisfied")
    case.do("receptionist", "redo", on(26, 10, 30), reason="又停了", to="PROP-site1-engineering")
    assert (case.stage(), case.ticket.settled_at) == (("handling", "PROP-site1-engineering"), None)
    assert case.due("promise") == on(29, 0), "the day that the settlement stood is not counted"
    case.do("engineering_head", "handled", on(26, 16), solution="换控制板", solved=True)
    case.do("receptionist", "notify", on(26, 16, 30), reply_text="已恢复", reply_way="phone")
    with pytest.raises(Refused):
        case.do("receptionist", "verify", on(27, 9), **VERIFIED)
    case.do("receptionist", "callback", on(27, 9), reached=True, satisfaction="satisfied")
    case.do("receptionist", "verify", on(27, 9, 5), **VERIFIED)


def test_W05_form_report_and_promise_are_watched_beside_the_steps() -> None:
    case = opened(cast(), on(24, 9), fault=True)
    run_watch(on(24, 10))
    assert [(name, key) for name, key, _ in case.alerts()] == [
        ("receipt", "90%"),
        ("receipt", "due"),
        ("submission", "90%"),
        ("submission", "due"),
    ]
    assert Alert.objects.get(clock_name="receipt", moment="due").unit == case.c.units["PROP-site1-engineering"]
    case.do("engineering_head", "sign", on(24, 10, 1))
    case.do("cs_supervisor", "submit_up", on(24, 10, 2))
    assert {case.state(name, on(24, 10, 2)) for name in ("receipt", "submission")} == {"stopped"}
