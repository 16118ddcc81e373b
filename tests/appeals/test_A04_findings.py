"""What an appeal came to, unit by unit, and a unit's dispute of it (rows A04, N10; FINDING, STEPFAULT)."""

from __future__ import annotations

from datetime import datetime

import pytest

from appeals.models import Dispute, Finding
from tests.appeals.appeal import FAULT, called_back, concluded, file_of
from tests.cast import Cast, cast, duty
from tests.tickets.test_loop import Case, complaint, on
from tickets.core.sentences import Invalid, Refused
from tickets.models import Ticket


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def dispute(c: Cast, case: Case, who: str = "branch_head") -> None:
    case.do(who, "dispute", on(24, 13), reason="非我方责任", objection_file=file_of(c.people[who]))


@pytest.mark.clause("D3-1.2.1-3-h")
def test_A04_a_finding_needs_its_grounds(c: Cast) -> None:
    case = concluded(c, share=60)
    dispute(c, case)
    with pytest.raises(Invalid) as error:
        case.do("officer2", "conclude", on(24, 14), finding="company", responsible_unit="410000-net", cause="x")
    assert set(error.value.errors) == {"responsibility", "ground_company", "fault_step", "reason"}


@pytest.mark.clause("D3-4.6.2-2")
@pytest.mark.parametrize(
    ("answered_at", "why"),
    [(None, "没有答复"), (on(26, 9), "收到申诉之后"), (on(23, 9), "规定时限"), (on(10, 9), "")],
)
def test_A04_handled_before_needs_a_complaint_answered_in_time_before_the_appeal(
    c: Cast, answered_at: datetime | None, why: str
) -> None:
    duty(c.people["officer"], "supervisor", c.units["HQ"], subtree=True)  # an officer who may look at complaints
    earlier = complaint(c, on(9, 9)).last.ticket
    Ticket.objects.filter(pk=earlier.pk).update(settled_at=answered_at)
    case = called_back(c)
    proofs = {
        "earlier_handling_proof": file_of(c.people["officer"]),
        "rule_complied": "电信条例",
        "excess_demand": "三倍赔偿",
    }
    given = FAULT | proofs | {"finding": "handled_before", "grew_from": earlier.number}
    if not why:
        case.do("officer", "conclude", on(24, 13), **given)
        assert Finding.objects.get().finding == "handled_before"
        return
    with pytest.raises(Invalid) as refused:
        case.do("officer", "conclude", on(24, 13), **given)
    assert why in refused.value.errors["grew_from"][0].zh
    assert not Finding.objects.exists()


@pytest.mark.clause("D3-2.8-b")
def test_A04_a_finding_of_fault_names_step_holder_and_unit(c: Cast) -> None:
    concluded(c, responsible_unit="410000", share=60)
    found = Finding.objects.get()
    assert (found.unit.code, found.finding, found.ground, found.share_percent) == ("410000", "company", "service", 60)
    assert found.step is not None
    assert (found.step.kind, found.step.unit.code) == ("handling", "410000-net")
    assert (found.holder, found.found_by) == (c.people["province_net_head"], c.people["officer"])


def test_A04_units_share_the_fault_and_never_more_than_all_of_it(c: Cast) -> None:
    case = concluded(c, share=60)
    more = {name: value for name, value in FAULT.items() if name != "cause"} | {"responsible_unit": "410000-net"}
    with pytest.raises(Invalid) as error:
        case.do("officer", "add_finding", on(24, 13), **more, share=41)
    assert list(error.value.errors) == ["share"]
    case.do("officer", "add_finding", on(24, 13), **more, share=40)
    assert Finding.objects.filter(replaced_at=None).count() == 2


def test_N10_somebody_else_decides_a_dispute_and_the_history_stays(c: Cast) -> None:
    case = concluded(c)
    dispute(c, case)
    waiting = Dispute.objects.get()
    assert (waiting.outcome, waiting.raised_by) == ("", c.people["branch_head"])
    with pytest.raises(Refused):
        case.do("officer", "conclude", on(24, 14), **FAULT, reason="维持")
    case.do("officer2", "conclude", on(24, 14), **FAULT, reason="证据充分，维持")
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.decided_by) == (Dispute.Outcome.UPHELD, c.people["officer2"])
    assert [one.replaced_at is None for one in Finding.objects.order_by("pk")] == [False, True]
    with pytest.raises(Refused) as again:
        dispute(c, case)
    assert "已提过一次" in again.value.sentence.zh


def test_N10_a_dispute_may_move_the_fault_to_another_unit_which_may_dispute_in_turn(c: Cast) -> None:
    case = concluded(c)
    dispute(c, case)
    case.do("officer2", "conclude", on(24, 14), **(FAULT | {"responsible_unit": "320000-service"}), reason="改判")
    assert Dispute.objects.get().outcome == Dispute.Outcome.CHANGED
    assert [one.unit.code for one in Finding.objects.filter(replaced_at=None)] == ["320000-service"]
    with pytest.raises(Refused) as none:
        dispute(c, case)
    assert "没有对您单位" in none.value.sentence.zh


def test_N10_a_branch_disputes_no_finding_about_headquarters(c: Cast) -> None:
    case = concluded(c, responsible_unit="HQ-service")
    with pytest.raises(Refused):
        dispute(c, case)
    assert not Dispute.objects.exists()
