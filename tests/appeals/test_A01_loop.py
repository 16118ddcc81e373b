"""An appeal from registration to archive, under the earlier of two deadlines (doc 3 §4; rows A01-A07, N03, N10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.appeals.appeal import FAULT, WRITTEN, appeal, concluded, file_of, new_appeal, reported
from tests.books import loaded
from tests.cast import Cast, cast, person
from tests.tickets.drives import Drive, on, run_watch
from tests.tickets.test_loop import SHANGHAI
from tickets.actions.register import ticket_register
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import Clock

pytestmark = pytest.mark.django_db

REPLY: dict[str, Any] = {"reply_text": "已退费并致歉", "reply_way": "phone", "accepted": True, **WRITTEN}


@pytest.fixture
def c() -> Cast:
    return cast()


def at(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def drive(c: Cast, when: datetime, **more: Any) -> Drive:
    return Drive(c, appeal(c, when, **more).last)


def to_branch(c: Cast, when: datetime | None = None, **more: Any) -> Drive:
    """Registered at 09:00, admitted and dispatched on the spot."""
    case = drive(c, when or on(24, 9), **more)
    case.do("officer", "admit", when or on(24, 9))
    case.do("officer", "dispatch", when or on(24, 9), nature="charges", to="410000-service")
    return case


def report(c: Cast, case: Drive, when: datetime) -> None:
    case.do("branch_head", "branch_report", when, branch_report_file=file_of(c.people["branch_head"]))


@pytest.mark.clause(
    "D3-1.1.2-a",
    "D3-1.1.2-b",
    "D3-1.2.1-3-a",
    "D3-1.2.1-3-c",
    "D3-1.2.1-3-d",
    "D3-1.2.1-3-f",
    "D3-4.1.5",
    "D3-4.1.6",
    "D3-4.2.1",
    "D3-4.4-a",
    "D3-4.4-b",
    "D3-4.4-c",
    "D3-4.4-d",
    "D3-1.2.1-3-e",
    "D3-1.2.1-3-g",
    "D3-1.2.3-3-b",
    "D3-1.2.3-3-c",
)
def test_A01_an_appeal_goes_round_with_every_deadline_to_the_minute(c: Cast) -> None:
    case = drive(c, on(24, 9))
    assert (case.stage(), case.due("admissibility")) == (("admissibility", "HQ-service"), on(24, 13))
    assert case.due("promise") == at(12, 3, 17, 30), "seven working days"
    case.do("officer", "admit", on(24, 10))
    assert (case.stage(), case.due("registration")) == (("registration", "HQ-service"), on(25, 6))
    case.do("officer", "dispatch", on(24, 11), nature="charges", to="410000-service")
    assert (case.stage(), case.due("branch")) == (("branch", "410000-service"), on(24, 15))
    assert case.due("branch_report") == on(28, 11), "96 hours"
    case.do("branch_head", "sign", on(24, 11, 30))
    case.do("branch_head", "dispatch_inside", on(24, 12), to="410000-net", reason="核查")
    assert (case.stage(), case.due("handling")) == (("handling", "410000-net"), on(27, 20))
    case.do("province_net_head", "feedback", on(25, 9), findings="属实", solution="退费")
    assert case.stage() == ("branch_report", "410000-service")
    case.do("branch_head", "reply", on(25, 10), **REPLY)
    report(c, case, on(25, 11))
    assert (case.stage(), case.due("hq_review")) == (("hq_review", "HQ-service"), on(26, 11))
    assert case.due("hq_feedback") == on(27, 11), "48 hours"
    case.do("officer", "accept_report", on(25, 15), review_basis="电信条例第四十条")
    assert case.due("hq_report") == on(26, 15)
    case.do("officer", "report", on(26, 9), regulator_report=file_of(c.people["officer"]))
    assert (case.ticket.settled_at, case.due("callback")) == (on(26, 9), at(12, 4, 0))
    case.do("hq_caller", "callback", on(27, 9), reached=True, satisfaction="satisfied")
    case.do("hq_caller", "callback_done", on(27, 9))
    case.do("officer", "conclude", on(27, 10), **FAULT)
    case.do("officer", "add_document", on(27, 11), mediation_opinion=file_of(c.people["officer"], "调解意见.txt"))
    case.do("officer", "archive", on(27, 11))
    assert case.ticket.state == "closed"
    assert not Clock.objects.filter(ticket=case.id, stopped_at=None).exists()


@pytest.mark.clause("D3-4.4-c", "D3-4.4-d")
@pytest.mark.parametrize("mark", ["key_customer", "grave"])
def test_A01_key_customers_and_grave_cases_have_the_lower_bounds(c: Cast, mark: str) -> None:
    case = to_branch(c, **{mark: True})
    assert case.due("branch_report") == on(25, 9)
    case.do("branch_head", "handle_here", on(24, 10), findings="属实", solution="退费")
    case.do("branch_head", "reply", on(24, 11), **REPLY)
    report(c, case, on(24, 12))
    assert (case.due("hq_feedback"), case.due("hq_review")) == (on(25, 12), on(25, 0))


def test_A02_a_shorter_deadline_of_the_regulator_binds_every_stage(c: Cast) -> None:
    case = drive(c, on(24, 9), regulator_due=on(27, 17).isoformat())
    assert case.due("promise") == on(27, 17)
    case.do("officer", "admit", on(24, 10))
    assert case.due("registration") == on(25, 6)
    case.do("officer", "dispatch", on(24, 11), nature="charges", to="410000-service")
    assert case.due("branch_report") == on(26, 17), "a day before, so that headquarters can still report"
    case.do("branch_head", "dispatch_inside", on(24, 12), to="410000-net", reason="核查")
    assert case.due("handling") == on(26, 9), "and eight hours before that"
    case.do("province_net_head", "feedback", on(26, 16), findings="属实", solution="退费")
    assert case.due("branch_report") == on(26, 17)
    case.do("branch_head", "reply", on(26, 16, 10), **REPLY)
    report(c, case, on(26, 16, 30))
    assert (case.due("hq_review"), case.due("hq_feedback")) == (on(27, 16, 30), on(27, 17))


def test_A02_a_longer_deadline_of_the_regulator_leaves_the_seven_working_days(c: Cast) -> None:
    case = to_branch(c, regulator_due=at(12, 20, 17).isoformat())
    assert (case.due("promise"), case.due("branch_report")) == (at(12, 3, 17, 30), on(28, 9))


def test_A02_a_deadline_learned_later_moves_the_whole_and_what_stands_under_it(c: Cast) -> None:
    case = drive(c, on(24, 9))
    case.do("officer", "admit", on(24, 10), regulator_due=on(26, 12).isoformat())
    assert (case.due("promise"), case.due("registration")) == (on(26, 12), on(24, 12))


def test_R04_over_the_spring_festival_only_working_days_count_and_hours_run_on(c: Cast) -> None:
    case = to_branch(c, at(2, 12, 10), number="12300-2026-1")
    assert case.due("promise") == at(2, 28, 17, 30), "13, 14 (worked Saturday), 24, 25, 26, 27, 28 (worked Saturday)"
    assert case.due("branch_report") == at(2, 16, 10), "hours run day and night"


def test_A03_a_returned_report_resumes_the_branchs_time_and_is_counted(c: Cast) -> None:
    case = Drive(c, reported(c, on(24, 9), report_at=on(25, 9)).last)
    with pytest.raises(Invalid):
        case.do("officer", "return_report", on(26, 8), reason="写清资费规则")
    case.do("officer", "return_report", on(26, 9), reason="写清资费规则", return_ground="facts")
    assert case.now.memory.done["return_report"] == 1
    ticket_clock = case.now.clock("branch_report")
    assert ticket_clock.due_at == on(29, 9), "a day of reading does not count"
    assert case.state("hq_feedback", on(26, 9)) == "stopped"
    report(c, case, on(26, 12))
    assert case.due("hq_feedback") == on(28, 12)


@pytest.mark.clause("D3-1.2.3-3-d", "D3-1.2.3-3-e")
def test_A03_the_answer_gives_reason_and_facts_and_at_company_fault_the_measures(c: Cast) -> None:
    case = to_branch(c)
    case.do("branch_head", "handle_here", on(24, 10), findings="属实", solution="退费")
    with pytest.raises(Invalid) as missing:
        case.do(
            "branch_head",
            "reply",
            on(24, 11),
            reply_text="x",
            reply_way="phone",
            accepted=True,
            proposed_finding="company",
        )
    assert set(missing.value.errors) == {"facts", "cause", "measures"}
    with pytest.raises(Refused):
        report(c, case, on(24, 11))


def test_N10_an_inadmissible_appeal_is_declined_with_its_reason(c: Cast) -> None:
    case = drive(c, on(24, 9))
    case.do("officer", "decline", on(24, 10), reason="非本公司用户")
    assert case.ticket.state == "declined"
    assert "customer" in case.told("declined")
    assert not Clock.objects.filter(ticket=case.id, stopped_at=None).exists()


@pytest.mark.clause("D3-1.2.1-3-j")
def test_A06_archive_is_refused_and_names_what_is_missing(c: Cast) -> None:
    case = concluded(c)
    with pytest.raises(Refused) as refused:
        case.do("officer", "archive", on(24, 15))
    assert "监管部门调解意见" in refused.value.sentence.zh
    assert "申诉原件" not in refused.value.sentence.zh
    assert "非当事人" not in refused.value.sentence.zh


@pytest.mark.clause("D3-4.6.2-3-a", "D3-4.6.2-3-b")
@pytest.mark.parametrize("ground", ["other_body", "not_a_party"])
@pytest.mark.parametrize("stage", ["admissibility", "branch", "hq_review"])
def test_A07_a_filing_is_revoked_at_any_stage_with_evidence(c: Cast, stage: str, ground: str) -> None:
    made = {"admissibility": drive, "branch": to_branch, "hq_review": reported}[stage]
    case = Drive(c, made(c, on(24, 9)).last)
    with pytest.raises(Invalid) as missing:
        case.do("officer", "revoke", on(25, 9), revoked_because=ground, reason="法院已判决")
    assert set(missing.value.errors) == {"other_body_proof"}
    proof = file_of(c.people["officer"], "判决书.txt")
    case.do("officer", "revoke", on(25, 9), revoked_because=ground, reason="法院已判决", other_body_proof=proof)
    assert case.stage() == ("conclusion", "HQ-service")
    running = Clock.objects.filter(ticket=case.id, stopped_at=None)
    assert list(running.values_list("name", flat=True)) == ["conclusion"]
    with pytest.raises(Forbidden):
        case.do("branch_head", "revoke", on(25, 9), revoked_because=ground, reason="x", other_body_proof=proof)


@pytest.mark.parametrize("made", [drive, to_branch, reported, concluded])
def test_A07_a_withdrawal_at_any_step_leaves_no_clock_running(c: Cast, made: Any) -> None:
    case = Drive(c, made(c, on(24, 9)).last)
    case.do("officer", "withdraw", on(25, 9), reason="客户来函撤诉")
    assert case.ticket.state == "withdrawn"
    assert not Clock.objects.filter(ticket=case.id, stopped_at=None).exists()


def test_N03_an_extension_names_the_regulators_consent_and_keeps_both_times(c: Cast) -> None:
    case = to_branch(c, regulator_due=at(12, 2, 17).isoformat())
    until = at(12, 8, 17)
    with pytest.raises(Invalid) as missing:
        case.do("branch_head", "extend", on(25, 9), until=until.isoformat(), reason="检测未完")
    assert set(missing.value.errors) == {"regulator_consent"}
    given = {"until": until.isoformat(), "reason": "检测未完", "regulator_consent": "李科长电话同意"}
    case.do("branch_head", "extend", on(25, 9), **given)
    case.do("officer", "approve", on(25, 10), step=case.aside("approval"))
    promise = case.clock("promise")
    assert (promise.due_at, promise.first_due_at) == (until, at(12, 2, 17))
    assert "customer" in case.told("extended")
    assert case.due("branch_report") == on(28, 9), "the branch's own time stands"
    case.do("branch_head", "extend_report", on(27, 9), until=on(30, 9).isoformat(), reason="检测未完")
    case.do("officer", "approve", on(27, 10), step=case.aside("approval"))
    assert case.due("branch_report") == on(30, 9)


@pytest.mark.clause("D3-4.6.2-1-c")
def test_A04_a_late_report_proposes_its_ground(c: Cast) -> None:
    case = to_branch(c)
    run_watch(on(28, 9))
    assert case.fact("proposed_ground") == "late"
    assert "HQ-service officer" in case.told("overrun")


@pytest.mark.clause("D3-4.3.2-d")
def test_A02_a_province_with_an_officer_runs_a_direct_appeal_and_tells_headquarters(c: Cast) -> None:
    c.people["he_officer"] = person("he_officer", home=c.units["410000-service"], roles="officer")
    new = new_appeal(c, who="he_officer", origin="direct")
    made = ticket_register(new, version=loaded("unicom-appeal"), actor=c.people["he_officer"], at=on(24, 9))
    case = Drive(c, made)
    assert case.stage() == ("admissibility", "410000-service")
    case.do("he_officer", "admit", on(24, 10))
    assert case.told("province_direct") == {"HQ-service officer"}
    case.do("he_officer", "dispatch", on(24, 11), nature="service")
    case.do("branch_head", "handle_here", on(24, 12), findings="属实", solution="退费")
    case.do("branch_head", "reply_direct", on(24, 13), **REPLY)
    assert case.ticket.settled_at == on(24, 13), "the time runs to the answer to the customer"
    report(c, case, on(24, 14))
    assert case.stage() == ("hq_review", "410000-service")
    case.do("he_officer", "accept_direct", on(24, 15), review_basis="服务规范")
    assert case.told("province_done") == {"HQ-service officer"}


def test_S01_a_step_of_an_appeal_costs_no_more_than_one_of_a_complaint(c: Cast) -> None:
    """Eight statements, as in tests/tickets/test_loop.py; what is kept beside the ticket comes on top where it is."""
    case = to_branch(c)
    seen: dict[str, int] = {}
    paper = file_of(c.people["branch_head"])
    for who, action, given in (
        ("branch_head", "dispatch_inside", {"to": "410000-net", "reason": "核查"}),
        ("province_net_head", "feedback", {"findings": "属实", "solution": "退费"}),
        ("branch_head", "reply", REPLY),
        ("branch_head", "branch_report", {"branch_report_file": paper}),
        ("officer", "accept_report", {"review_basis": "电信条例"}),
    ):
        with CaptureQueriesContext(connection) as said:
            case.do(who, action, on(24, 12), **given)
        seen[action] = len([q for q in said if "SAVEPOINT" not in q["sql"]])
    files = 2  # the report is a file: it is looked up and claimed
    assert max(seen.values()) <= 8 + files, seen
    assert max(count for name, count in seen.items() if name != "branch_report") <= 8, seen
