"""Many points take in, one provincial centre handles, the national centre supervises (doc 3 §1.1; rows W06, N03)."""

from datetime import datetime
from typing import Any

import pytest

from tests.books import loaded
from tests.cast import Cast, cast, person
from tests.tickets.drives import Drive, on
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.core.sentences import Forbidden, Refused

pytestmark = pytest.mark.django_db

CALLED: dict[str, Any] = {"reached": True, "satisfaction": "satisfied", "solved": True}


@pytest.fixture
def c() -> Cast:
    made = cast()
    for name, unit, role in (
        ("agent", "410000-centre", "agent"),
        ("agent2", "410000-centre", "agent"),
        ("station", "410100-line", "station"),
    ):
        made.people[name] = person(name, home=made.units[unit], roles=role)
    return made


def etc(c: Cast, at: datetime, *, received_by: str = "410100-hall", who: str = "front_desk", **more: Any) -> Drive:
    new = NewTicket(
        content="通行费重复扣款",
        customer=NewCustomer(name="王某", phone="13800000000", region="410100"),
        facts={"channel": "hall"},
        data=more,
        received_by=received_by,
    )
    return Drive(c, ticket_register(new, version=loaded("etc-highway"), actor=c.people[who], at=at))


def in_handling(c: Cast) -> Drive:
    case = etc(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 9, 30))
    return case


def answered(case: Drive, at: datetime) -> Drive:
    case.do("agent", "reply", at, reply_text="已退款", reply_way="phone")
    case.do("agent2", "callback", at, **CALLED)
    case.do("agent2", "close", at)
    return case


@pytest.mark.clause("D3-1-a", "D3-1.1.1-a", "D3-1.1.1-b", "D3-1.1.1-e", "D14-0-c")
def test_W06_wherever_it_comes_in_the_provincial_centre_handles_it(c: Cast) -> None:
    for received_by, who in (("410100-hall", "front_desk"), ("410000-hotline", "province_front_desk")):
        case = etc(c, on(24, 9), received_by=received_by, who=who)
        assert (case.stage()[1], case.due("promise")) == (received_by, on(27, 9))
        case.do(who, "submit", on(24, 9, 30))
        assert (case.stage(), case.due("handling")) == (("handling", "410000-centre"), on(27, 3, 30))


def test_W06_the_national_centre_takes_a_problem_case_over_under_the_same_promise(c: Cast) -> None:
    case = in_handling(c)
    case.do("agent", "assist", on(24, 10), to="410100-line", reason="查门架")
    with pytest.raises(Forbidden):
        case.do("agent", "take_over", on(24, 11), reason="跨省", takeover_ground="hard")
    case.do("hq_supervisor", "take_over", on(24, 11), reason="跨省", takeover_ground="hard")
    assert (case.stage(), case.due("national")) == (("national", "HQ-supervision"), on(27, 5))
    assert not case.sides()
    case.do("hq_supervisor", "solve_national", on(24, 15), solution="已协调退款")
    assert (case.stage(), case.due("reply")) == (("reply", "410000-centre"), on(24, 19))


@pytest.mark.clause("D3-1.1.1-c")
def test_W06_the_national_centre_assesses_what_is_closed(c: Cast) -> None:
    case = in_handling(c)
    case.do("agent", "solve", on(24, 10), solution="退款")
    answered(case, on(24, 11))
    given = {"assessed_process": "good", "assessed_effect": "fair", "assessed_quality": "good"}
    with pytest.raises(Forbidden):
        case.do("agent", "assess", on(25, 9), **given)
    case.do("hq_supervisor", "assess", on(25, 9), **given)
    assert (case.ticket.state, case.fact("assessed_effect")) == ("closed", "fair")


def test_N03_the_national_centre_approves_more_time_and_the_customer_hears_of_it(c: Cast) -> None:
    case = in_handling(c)
    case.do("agent", "extend", on(26, 9), until=on(29, 9).isoformat(), reason="等待银行流水")
    case.do("hq_supervisor", "approve", on(26, 10), step=case.aside("approval"))
    assert (case.due("promise"), case.due("handling")) == (on(29, 9), on(29, 9))
    assert case.clock("promise").first_due_at == on(27, 9)
    assert "customer" in case.told("extended")


def test_C17_a_call_back_before_the_rework_does_not_close(c: Cast) -> None:
    case = in_handling(c)
    case.do("agent", "solve", on(24, 10), solution="退款")
    case.do("agent", "reply", on(24, 11), reply_text="已退款", reply_way="phone")
    case.do("agent2", "callback", on(24, 12), reached=True, satisfaction="unsatisfied", solved=False)
    case.do("agent2", "rework", on(24, 12), reason="金额不符")
    case.do("agent", "solve", on(24, 13), solution="补退")
    case.do("agent", "reply", on(24, 14), reply_text="已补退", reply_way="phone")
    with pytest.raises(Refused):
        case.do("agent2", "close", on(24, 15), reason="上次已回访")
