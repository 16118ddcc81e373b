"""How doc 12 is read: each ruling by its key, with worked instants."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from escalation.models import Alert
from tests.cast import Cast, cast, duty, person, stamp
from tests.tickets.drives import Drive, desk_case, local, on, opened, run_watch, upload
from tickets.access import visible_to
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.models import Absence, Rectification

pytestmark = pytest.mark.django_db

FACTS: dict[str, dict[str, Any]] = {
    "minor": {},
    "important": {"fault": True},
    "major": {"harm": True},
}


# ── nature and severity ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D12-4-4-2-1-a", "D12-4-4-2-1-b", "D12-4-4-2-2", "D12-4-4-2-3")
@pytest.mark.parametrize(
    ("facts", "severity", "ground"),
    [
        ({}, "minor", "slight"),
        ({"fault": True}, "important", "fault"),
        ({"promise_broken": True}, "major", "promise_broken"),
        ({"harm": True, "fault": True}, "major", "harm"),
        ({"nature": "help", "harm": True}, "minor", "communicative"),
        ({"nature": "enquiry"}, "minor", "communicative"),
        ({"nature": "venting", "fault": True}, "minor", "communicative"),
    ],
)
def test_PROPVOC_each_severity_names_its_condition(facts: dict[str, Any], severity: str, ground: str) -> None:
    case = opened(cast(), on(24, 9), **facts)
    assert (case.fact("severity"), case.fact("severity_ground")) == (severity, ground)


@pytest.mark.clause("D12-1-1-1-1", "D12-1-1-1-2")
def test_PROPVOC_valid_needs_one_of_two_grounds() -> None:
    with pytest.raises(Invalid) as invalid:
        opened(cast(), on(24, 9), valid_ground="")
    assert set(invalid.value.errors) == {"valid_ground"}


@pytest.mark.clause("D12-1-1-2-e")
def test_PROPVOC_a_communicative_matter_badly_handled_becomes_valid_with_a_reason() -> None:
    case = opened(cast(), on(24, 9), nature="venting", valid_ground="")
    change = {"nature": "valid", "harm": False, "promise_broken": False, "fault": True}
    with pytest.raises(Invalid) as invalid:
        case.do("manager", "regrade", on(24, 15), **change)
    assert set(invalid.value.errors) == {"reason", "valid_ground"}
    case.do("manager", "regrade", on(24, 15), **change, reason="上门态度差", valid_ground="harm")
    assert (case.fact("severity"), case.due("handling"), case.due("submission")) == ("important", on(28, 0), on(24, 10))
    assert Rectification.objects.filter(ticket=case.id).count() == 1


@pytest.mark.clause("D12-4-4-9-a", "D12-4-4-9-b", "D12-4-4-9-d")
@pytest.mark.parametrize(("severity", "days"), [("minor", 2), ("important", 3), ("major", 10)])
def test_IMP3D_the_department_has_two_three_or_ten_days(severity: str, days: int) -> None:
    case = opened(cast(), on(24, 9), **FACTS[severity])
    assert case.due("handling") == on(25, 0) + timedelta(days=days)


@pytest.mark.clause("D12-4-4-9-a", "D12-4-4-9-b")
@pytest.mark.parametrize(
    ("severity", "approver", "other"),
    [
        ("minor", "manager", "general_manager"),
        ("important", "general_manager", "manager"),
        ("major", "general_manager", "manager"),
    ],
)
def test_R06_an_overrun_is_approved_by_severity(severity: str, approver: str, other: str) -> None:
    case = opened(cast(), on(24, 9), **FACTS[severity])
    case.do("engineering_head", "overrun", on(25, 9), until=on(29, 18).isoformat(), reason="等备件")
    request = case.aside("approval")
    for who in (other, "engineering_head", "engineering_head2", "cs_supervisor"):
        if not (who == "general_manager" and severity == "minor"):
            with pytest.raises(Forbidden):
                case.do(who, "approve", on(25, 10), request)
    case.do(approver, "approve", on(25, 10), request)
    assert (case.due("handling"), case.told("extended")) == (on(29, 18), {"customer"})


def test_R06_nobody_approves_their_own_request() -> None:
    c = cast()
    duty(c.people["manager"], "dept_head", c.units["PROP-site1-engineering"])
    case = opened(c, on(24, 9))
    case.do("manager", "overrun", on(25, 9), until=on(29, 18).isoformat(), reason="等备件")
    with pytest.raises(Forbidden, match="不能审批自己的申请"):
        case.do("manager", "approve", on(25, 10), case.aside("approval"))
    case.do("manager2", "approve", on(25, 10), case.aside("approval"))
    assert case.due("handling") == on(29, 18)


def test_R06_a_request_whose_step_has_moved_on_is_void() -> None:
    case = opened(cast(), on(24, 9))
    case.do("engineering_head", "overrun", on(25, 9), until=on(29, 18).isoformat(), reason="等备件")
    request = case.aside("approval")
    case.do("engineering_head", "handled", on(25, 10), solution="备件提前到", solved=True)
    with pytest.raises(Refused) as refused:
        case.do("manager", "approve", on(25, 11), request)
    assert (refused.value.code, "overtaken" in refused.value.sentence.en) == ("closed_step", True)
    assert case.told("extended") == set()


def test_R06_the_request_has_a_clock_of_its_own_and_the_deadline_runs_on() -> None:
    case = opened(cast(), on(24, 9))
    case.do("engineering_head", "overrun", on(24, 10), until=on(29, 18).isoformat(), reason="等备件")
    assert (case.due("approval"), case.due("handling")) == (on(26, 0), on(27, 0))
    run_watch(on(26, 0))
    assert [key for _, key, _ in case.alerts("approval")] == ["90%", "due"]
    assert "PROP-site1 general_manager/manager" in case.told("warning")


def test_N03_asked_after_the_deadline_it_is_still_approved_as_doc_12_wants() -> None:
    case = opened(cast(), on(24, 9))
    case.do("engineering_head", "overrun", on(27, 9), until=on(29, 18).isoformat(), reason="等备件")
    case.do("manager", "approve", on(27, 10))
    handling = case.clock("handling")
    assert (local(handling.first_due_at), local(handling.due_at)) == (on(27, 0), on(29, 18))


# ── the clocks ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D12-4-4-3-2-c")
@pytest.mark.parametrize(
    ("wanted", "accepted", "due"),
    [
        (on(24, 18), True, on(24, 18)),
        (on(29, 12), True, on(29, 12)),
        (on(29, 12), False, on(27, 0)),
    ],
)
def test_CUSTTERM_an_accepted_term_is_the_promise_either_way(wanted: datetime, accepted: bool, due: datetime) -> None:
    case = opened(cast(), on(24, 9), wanted_by=wanted.isoformat(), term_accepted=accepted)
    assert case.due("handling") == due
    assert case.due("promise") == (due if accepted else on(28, 0))


def test_CUSTTERM_only_a_minor_complaint_takes_the_customers_term() -> None:
    case = opened(cast(), on(24, 9), wanted_by=on(24, 18).isoformat(), term_accepted=True, fault=True)
    assert case.due("handling") == on(28, 0)


@pytest.mark.clause("D12-4-4-3-2-a", "D12-4-4-3-2-b", "D12-4-4-4-c")
@pytest.mark.parametrize(
    ("received", "severity", "due"),
    [
        (on(24, 9), "important", on(24, 10)),
        (on(24, 9), "major", on(24, 17, 30)),
        (on(24, 7, 30), "major", on(24, 17, 30)),
        (on(24, 19), "major", on(25, 17, 30)),
        (on(28, 10), "major", on(30, 17, 30)),
        (on(24, 9), "minor", None),
    ],
)
def test_SAMEDAY_important_goes_up_in_an_hour_and_major_the_same_day(
    received: datetime, severity: str, due: datetime | None
) -> None:
    """The 28th is a Saturday; before opening the day is today, after closing the next working day."""
    assert opened(cast(), received, **FACTS[severity]).due("submission") == due


@pytest.mark.clause("D12-4-3-1", "D12-3-12")
@pytest.mark.parametrize(
    ("severity", "leader", "unit"), [("important", "manager", "PROP-site1"), ("major", "general_manager", "PROP")]
)
def test_C07_the_leader_by_severity_directs(severity: str, leader: str, unit: str) -> None:
    case = opened(cast(), on(24, 9), **FACTS[severity])
    case.do("cs_supervisor", "submit_up", on(24, 9, 30))
    assert (case.code(case.sides("direction")[0].unit), case.state("submission", on(24, 10))) == (unit, "stopped")
    assert case.told("submitted") == {f"{unit} general_manager/manager"}
    assert "请在 11-26 00:00 前批示" in case.text("submitted")
    case.do(leader, "direct", on(24, 9, 50), case.aside("direction"), explanation="当天派人")
    assert not case.sides("direction")


def test_C07_a_minor_complaint_is_not_reported_up() -> None:
    case = opened(cast(), on(24, 9))
    with pytest.raises(Refused) as refused:
        case.do("cs_supervisor", "submit_up", on(24, 9, 30))
    assert refused.value.code == "condition"


@pytest.mark.clause("D12-4-4-9-c", "D12-4-4-9-d")
def test_SEVERITY_CLOCKS_a_major_has_two_days_for_an_answer_and_ten_to_solve() -> None:
    case = opened(cast(), on(24, 9), harm=True)
    assert (case.due("clear_answer"), case.due("solving")) == (on(27, 0), on(25, 0) + timedelta(days=10))
    case.do("cs_supervisor", "clear_answer", on(25, 9), reply_text="承担医药费，12-03 前更换主板")
    assert (case.state("clear_answer", on(25, 9)), case.told("result")) == ("stopped", {"customer"})
    assert case.stage() == ("handling", "PROP-site1-engineering")


def test_SEVERITY_CLOCKS_a_raised_severity_counts_from_reception() -> None:
    case = opened(cast(), on(24, 9))
    given = {"harm": True, "promise_broken": False, "fault": False, "reason": "有人受伤", "valid_ground": "harm"}
    case.do("manager", "regrade", on(26, 9), **given)
    assert (case.due("clear_answer"), case.due("handling")) == (on(27, 0), on(25, 0) + timedelta(days=10))
    assert case.due("promise") == on(28, 0), "what the customer was told does not move"


@pytest.mark.clause("D12-4-2")
def test_SEVERITY_CLOCKS_a_communicative_matter_does_not_become_major() -> None:
    case = opened(cast(), on(24, 9), nature="help", valid_ground="")
    run_watch(on(30, 0) + timedelta(days=26))
    assert (case.fact("severity"), case.due("solving")) == ("minor", None)
    assert case.told("became_major") == set()


@pytest.mark.clause("D12-4-4-9-d")
def test_TARGET_the_ten_days_of_a_major_are_an_aim_and_raise_no_overrun() -> None:
    case = opened(cast(), on(24, 9), harm=True)
    case.do("engineering_head", "sign", on(24, 9, 5))
    end = on(25, 0) + timedelta(days=10)
    run_watch(end + timedelta(days=3))
    assert [key for _, key, _ in case.alerts("handling")] == ["90%"]
    assert [key for _, key, _ in case.alerts("solving")] == ["90%"]
    assert case.state("handling", end) == "overdue", "missed: shown and counted"
    assert not Alert.objects.filter(clock_name="handling", kind=Alert.Kind.OVERRUN).exists()


def test_TARGET_its_overrun_is_approved_all_the_same() -> None:
    case = opened(cast(), on(24, 9), harm=True)
    until = on(25, 0) + timedelta(days=20)
    case.do("engineering_head", "overrun", on(30, 9), until=until.isoformat(), reason="等原厂主板")
    case.do("general_manager", "approve", on(30, 10))
    assert case.due("handling") == until


@pytest.mark.clause("D12-4-4-5-1-b", "D12-4-4-6-b")
@pytest.mark.parametrize(("handled", "due"), [(on(25, 10), on(25, 17, 30)), (on(25, 18), on(26, 17, 30))])
def test_PROPDAY_the_form_is_back_and_the_customer_told_the_same_day(handled: datetime, due: datetime) -> None:
    case = opened(cast(), on(24, 9))
    case.do("engineering_head", "handled", handled, solution="换主板", solved=True)
    assert (case.stage(), case.due("notice")) == (("notice", "PROP-site1-cs"), due)
    assert "PROP-site1-cs cs_supervisor" in case.told("answered")
    case.do("receptionist", "notify", due, reply_text="已恢复", reply_way="visit", accepted=True)
    assert local(case.ticket.settled_at) == due


@pytest.mark.clause("D12-4-4-5-2")
@pytest.mark.parametrize(("severity", "number"), [("minor", 0), ("important", 1), ("major", 1)])
def test_PROPRECT_major_and_important_open_one_correction(severity: str, number: int) -> None:
    case = opened(cast(), on(24, 9), **FACTS[severity])
    assert Rectification.objects.filter(ticket=case.id).count() == number
    change = {"harm": True, "promise_broken": False, "fault": False, "reason": "有人受伤", "valid_ground": "harm"}
    case.do("manager", "regrade", on(24, 12), **change)
    rows = Rectification.objects.filter(ticket=case.id)
    assert [row.unit.code for row in rows] == ["PROP-site1-engineering"], "one, not one at each change"


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D12-4-4-5-1-a")
def test_BARRIER_the_department_complained_about_handles_and_the_person_named_never_sees_it() -> None:
    c = cast()
    case = opened(
        c,
        on(24, 9),
        respondent_unit="PROP-site1-security",
        respondent_person="security_head",
        to="PROP-site1-engineering",
    )
    named = c.people["security_head"]
    assert not visible_to(named, on(24, 10)).exists()
    with pytest.raises(Hidden):
        case.do("security_head", "sign", on(24, 10))
    assert case.stage() == ("handling", "PROP-site1-engineering")


def test_BARRIER_where_its_only_head_is_named_the_work_goes_elsewhere() -> None:
    c = cast()
    case = opened(c, on(24, 9), respondent_unit="PROP-site1-security", respondent_person="security_head")
    assert case.stage() == ("handling", "PROP-site1-engineering")


def test_BARRIER_another_head_of_that_department_sees_and_handles_it() -> None:
    c = cast()
    other = person("security_head2", home=c.units["PROP-site1-security"], roles="dept_head")
    c.people["security_head2"] = other
    case = opened(c, on(24, 9), respondent_unit="PROP-site1-security", respondent_person="security_head")
    assert case.stage() == ("handling", "PROP-site1-security")
    assert visible_to(other, on(24, 10)).filter(pk=case.id).exists()
    case.do("security_head2", "handled", on(24, 11), solution="已道歉", solved=True)
    told = case.told("answered") | case.told("received")
    assert "security_head" not in told


def test_O04_the_deputy_of_the_head_handles_and_approves() -> None:
    c = cast()
    deputies = (("engineering_head", "security_head"), ("manager", "office_head"))
    for away, deputy in deputies:
        Absence.objects.create(person=c.people[away], deputy=c.people[deputy], starts_at=on(24, 8), ends_at=on(26, 8))
    stamp(c.prop)
    case = opened(c, on(24, 9))
    case.do("security_head", "overrun", on(25, 9), until=on(29, 18).isoformat(), reason="等备件")
    case.do("office_head", "approve", on(25, 10))
    assert case.due("handling") == on(29, 18)
    with pytest.raises(Forbidden):
        case.do("security_head", "handled", on(26, 9), solution="好了", solved=True)


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D12-4-4-3-1-a")
def test_APOLOGY_at_reception_and_by_letter_with_signer_seal_and_date() -> None:
    c = cast()
    case = opened(c, on(24, 9))
    case.do("receptionist", "apologise", on(24, 9, 5), apology_way="oral")
    assert case.fact("apologised") is True
    with pytest.raises(Invalid) as invalid:
        case.do("manager", "apologise", on(24, 10), apology_way="letter")
    assert set(invalid.value.errors) == {"apology_letter", "apology_signer", "apology_by"}
    letter = {"apology_letter": upload(c, "manager"), "apology_signer": "总经理", "apology_by": on(26, 12).isoformat()}
    case.do("manager", "apologise", on(24, 10), apology_way="letter", **letter)
    assert case.fact("apology_signer") == "总经理"


@pytest.mark.clause("D12-4-4-3-1-d", "D14-6", "D15-6")
def test_MAJORREP_the_supervisor_and_the_leaders_are_called_in_at_once() -> None:
    case = desk_case(cast(), on(24, 9))
    case.do("receptionist", "report_major", on(24, 9, 2), reason="有人被困")
    assert case.told("major_report") == {"PROP-site1-cs cs_supervisor", "PROP-site1 manager", "PROP general_manager"}


def _verified(c: Cast, **more: Any) -> Drive:
    case = opened(c, on(24, 9), **more)
    case.do("security_head", "handled", on(25, 10), solution="已处理", solved=True, cause="attitude", controllable=True)
    case.do("receptionist", "notify", on(25, 10, 30), reply_text="已处理", reply_way="phone")
    case.do("receptionist", "callback", on(26, 10), reached=True, satisfaction="neutral")
    given = {"verification": "属实", "summary": "保安态度", "evaluation": "及时", "improvement": "岗前培训"}
    case.do("receptionist", "verify", on(26, 11), **given)
    return case


@pytest.mark.clause("D12-2-5")
def test_EVAL_an_improvement_opens_a_rectification_and_the_head_reads_the_customers_opinion() -> None:
    case = _verified(cast(), respondent_unit="PROP-site1-security")
    assert [row.unit.code for row in Rectification.objects.filter(ticket=case.id)] == ["PROP-site1-security"]
    assert case.told("opinion") == {"PROP-site1-security dept_head"}
    assert (case.fact("cause"), case.fact("controllable")) == ("attitude", True)
