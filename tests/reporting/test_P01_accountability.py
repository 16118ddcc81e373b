"""Accountability: proposed by the system, decided by a person, answered by the one concerned (rows P01, P04 to P06)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from reporting.accountability.circulars import circular_issue, circulars_for
from reporting.accountability.days import days_late
from reporting.accountability.decide import (
    Decided,
    charge_answer,
    charge_decide,
    charge_dispute,
    charge_reply,
    may_decide,
)
from reporting.accountability.due import climb_overdue
from reporting.accountability.ledger import charges_for, statement
from reporting.accountability.propose import charge_enter, propose_for_late
from reporting.models import Charge
from reporting.quality.refusals import refusal_review
from reporting.refresh import bring_up_to_date
from tests.books import loaded
from tests.hotline import api
from tests.reporting import accused
from tests.reporting.accused import PLACE, Company, company, driven, opinion
from tests.reporting.test_K05_hot_issues import client_of
from tests.tickets.drives import local, on
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.models import Message
from tickets.organisations import world_for

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def prop(db: None) -> Company:
    return company()


# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D10-1-4-c")
@pytest.mark.parametrize(
    ("due", "until", "excused", "days"),
    [
        (on(24, 17, 30), on(24, 23, 59), None, 0),  # late on the deadline's own day
        (on(24, 17, 30), on(25, 0, 0), None, 1),  # a day begun counts whole
        (on(25, 0, 0), on(25, 8, 0), None, 1),  # 24:00 of the 24th belongs to the 24th
        (on(24, 17, 30), on(30, 9, 0), None, 6),
        (on(24, 17, 30), on(30, 9, 0), date(2026, 11, 27), 2),  # approved from the 27th on
        (on(24, 17, 30), on(30, 9, 0), date(2026, 11, 24), 0),
    ],
)
def test_PEN_each_calendar_day_begun_after_the_deadlines_counts(
    due: datetime, until: datetime, excused: date | None, days: int
) -> None:
    assert days_late(due, until, SHANGHAI, excused) == days


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_PEN_days_late_only_grow_and_an_excuse_only_takes_away(first: int, second: int, excuse: int) -> None:
    due = on(1, 0)
    early, late = sorted(due + timedelta(minutes=one) for one in (first, second))
    excused = (due + timedelta(minutes=excuse)).date()
    assert 0 <= days_late(due, early, SHANGHAI) <= days_late(due, late, SHANGHAI)
    assert days_late(due, late, SHANGHAI, excused) <= days_late(due, late, SHANGHAI)


# ── from finding to decision ─────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D2-6-1", "D2-6-n-a")
def test_P01_the_conclusion_proposes_and_the_department_head_decides_on_the_ticket(prop: Company) -> None:
    charge = prop.concluded()
    assert (charge.person, charge.unit.code, charge.state) == (prop.fitter, PLACE, "proposed")
    assert (charge.fine_least, charge.fine_most) == (Decimal(30), Decimal(100))
    assert local(charge.due_at) == on(27, 17, 30) + timedelta(days=7), "5 working days after Friday the 27th"
    assert charge.decided_at is None, "nothing is applied by the machine"
    case = driven(prop.c, charge)
    with pytest.raises(Invalid):
        case.do("engineering_head", "penalise", on(28, 9), conduct="attitude", penalty_text="罚", penalty_fine=300)
    case.do("engineering_head", "penalise", on(28, 9), conduct="attitude", penalty_text="罚款", penalty_fine=50)
    charge.refresh_from_db()
    assert (charge.state, charge.fine, charge.decided_by) == ("applied", 50, prop.c.people["engineering_head"])
    [line] = statement(prop.c.people["manager"], on(30, 9), NOVEMBER)
    assert (line["person_id"], line["fine"], line["points"]) == (prop.fitter.pk, Decimal(50), Decimal(0))
    with time_machine.travel(on(30, 9), tick=False):
        sent = client_of(prop.c, "manager").get(reverse("charges-statement"), {"month": "2026-11"})
        none = client_of(prop.c, "security_head").get(reverse("charges-statement"), {"month": "2026-11"})
    rows = [list(load_workbook(BytesIO(one.content)).active.values)[1:] for one in (sent, none)]
    assert [(row[1], row[6]) for row in rows[0]] == [("维修工", 50)]
    assert rows[1] == [], "another department's head sees no line"


@pytest.mark.clause("D2-6-2")
def test_P01_another_finding_takes_the_place_of_what_was_proposed(prop: Company) -> None:
    charge = prop.concluded()
    case = driven(prop.c, charge)
    case.do("engineering_head", "penalise", on(28, 9), conduct="quarrel", penalty_text="警告")
    states = {row.penalty: row.state for row in Charge.objects.filter(ticket=charge.ticket_id)}
    assert sorted(states.values()) == ["applied", "withdrawn"]
    warned = Charge.objects.get(ticket=charge.ticket_id, state="applied")
    assert (warned.fine, warned.points_given, warned.circular) == (200, 5, True)
    assert "警告" in [pair[0] for pair in warned.measures]


@pytest.mark.clause("D2-6-n-b")
def test_PENCLOCK_not_decided_in_time_it_goes_one_level_up_once(prop: Company) -> None:
    charge = prop.concluded()
    assert charge.due_at is not None
    assert climb_overdue(at=charge.due_at - timedelta(seconds=1)) == 0
    late = charge.due_at + timedelta(seconds=1)
    assert [climb_overdue(at=late), climb_overdue(at=late)] == [1, 0]
    charge.refresh_from_db()
    world, boss = world_for(prop.fitter), prop.c.people["general_manager"]
    assert (charge.level, charge.seat.code if charge.seat else "", charge.story[-1]["what"]) == (1, "PROP", "lapsed")
    assert may_decide(charge, boss, world, late)
    assert not may_decide(charge, prop.c.people["engineering_head"], world, late)
    told = {row.person.username for row in Message.objects.filter(created_at=late) if row.person}
    assert {"general_manager", "manager"} <= told, "the new decider, and HR for note"


@pytest.mark.clause("D2-6-n-c")
def test_P05_a_head_never_decides_about_themselves(prop: Company) -> None:
    charge = prop.concluded(about="engineering_head")
    head = prop.c.people["engineering_head"]
    assert (charge.level, charge.seat.code if charge.seat else "", charge.story[0]["what"]) == (1, "PROP", "party")
    with pytest.raises(Forbidden):
        charge_decide(id=charge.pk, said=Decided(True, "自己"), actor=head, at=on(28, 9))


# ── a bank: days late, refusals, ledger decisions ────────────────────────────────────────────────────
@pytest.fixture
def bank(db: None) -> Company:
    return accused.bank()


@pytest.mark.clause("D10-1-4-c", "D10-1-4-a")
def test_PEN_each_day_late_costs_until_a_leader_excuses(bank: Company) -> None:
    case = opinion(bank, on(24, 9))
    due = case.now.step_clock(case.now.main).due_at
    propose_for_late(at=due + timedelta(hours=1))
    assert not Charge.objects.exists(), "nothing on the deadline's own day"
    late = due + timedelta(days=3)
    assert propose_for_late(at=late) == 1
    assert propose_for_late(at=late) == 0
    charge = Charge.objects.get()
    leader = bank.c.people["general_manager"]
    excused = (due + timedelta(days=3)).astimezone(SHANGHAI).date()
    with pytest.raises(Forbidden):
        charge_decide(id=charge.pk, said=Decided(True, "拖延"), actor=bank.c.people["manager"], at=late)
    said = Decided(True, "拖延", excused_from=excused)
    done = charge_decide(id=charge.pk, said=said, actor=leader, at=late)
    assert (done.days, done.fine, done.points_given) == (2, Decimal(200), Decimal(2))
    with pytest.raises(Refused):
        charge_decide(id=charge.pk, said=said, actor=leader, at=late)


@pytest.mark.clause("D13-3-c")
def test_REFUSEREV_a_refusal_without_ground_is_reopened_or_counted_and_charged_to_who_refused(bank: Company) -> None:
    case = opinion(bank, on(24, 9))
    case.do("manager", "decline", on(24, 10), reason="不属于")
    bring_up_to_date()
    boss = bank.c.people["general_manager2"]
    refusal_review(ticket_id=case.id, justified=False, reason="应受理", actor=boss, at=on(25, 9))
    charge = Charge.objects.get()
    assert (charge.person, charge.title) == (bank.c.people["manager"], "无理由不予受理")
    assert [pair[0] for pair in charge.measures] == ["批评", "检查", "转岗"]


@pytest.mark.clause("D8-9-3-b", "D8-9-3-c")
def test_P06_the_one_concerned_sees_only_their_line_replies_disputes_and_somebody_else_answers(bank: Company) -> None:
    bank.c.people["fitter"] = bank.fitter
    case = opinion(bank, on(24, 9))
    charge = Charge.objects.create(
        organisation=bank.c.prop, ticket_id=case.id, penalty="criticism", title="通报批评", circular=True,
        person=bank.fitter, unit=bank.c.units[PLACE], seat=bank.c.units["PROP"], roles=["leader"],
        proposed_at=on(24, 9),
    )  # fmt: skip
    other = Charge.objects.create(
        organisation=bank.c.prop, penalty="x", title="别人的", unit=bank.c.units[PLACE], roles=["leader"],
        seat=bank.c.units["PROP"], proposed_at=on(24, 9),
    )  # fmt: skip
    leader, leader2 = bank.c.people["general_manager"], bank.c.people["general_manager2"]
    assert list(charges_for(bank.fitter, on(24, 10))) == [charge]
    assert set(charges_for(leader, on(24, 10))) == {charge, other}
    with pytest.raises(Hidden):
        charge_reply(id=other.pk, text="与我无关", actor=bank.fitter, at=on(24, 10))
    charge_reply(id=charge.pk, text="当时系统故障", actor=bank.fitter, at=on(24, 10))
    said = Decided(True, "属实", loss=Decimal("500.50"), loss_ground="客户销户")
    with pytest.raises(Invalid):
        charge_decide(id=charge.pk, said=Decided(True, "属实", loss=Decimal(5)), actor=leader, at=on(25, 9))
    charge_decide(id=charge.pk, said=said, actor=leader, at=on(25, 9))
    charge_dispute(id=charge.pk, text="金额不对", actor=bank.fitter, at=on(26, 9))
    with pytest.raises(Forbidden):
        charge_answer(id=charge.pk, revoke=True, answer="撤", actor=leader, at=on(26, 10))
    made = circular_issue(unit="PROP", title="通报", text="通报批评", charge_id=charge.pk, actor=leader, at=on(26, 10))
    assert made in circulars_for(bank.fitter, on(26, 11))
    [line] = statement(leader, on(30, 9), NOVEMBER)
    assert (line["loss"], line["disputed"]) == (Decimal("500.50"), 1)
    done = charge_answer(id=charge.pk, revoke=True, answer="撤销", actor=leader2, at=on(26, 12))
    assert (done.state, done.dispute_by) == ("revoked", leader2)
    assert [row["loss"] for row in statement(leader, on(30, 9), NOVEMBER)] == [Decimal(0)]


def test_N06_messages_page_and_interface_tell_the_one_concerned_no_ticket(prop: Company) -> None:
    charge = prop.concluded()
    assert charge.ticket is not None
    with time_machine.travel(on(27, 11), tick=False):
        [own] = api(prop.fitter).get("/charges/").body["results"]
        [seen] = api(prop.c.people["manager"]).get("/charges/").body["results"]
        page = client_of(prop.c, "fitter").get(reverse("charges")).content.decode()
    assert (own["penalty"], own["ticket"], seen["ticket"]) == ("tier_1", None, charge.ticket.number)
    assert "经济处罚" in page
    assert "申辩" in page
    assert not [word for word in (charge.ticket.number, "王某", "师傅态度恶劣") if word in page]
    said = Message.objects.filter(person=prop.fitter)
    assert said.exists()
    assert not [row for row in said if charge.ticket.number in row.text + row.subject or row.ticket_id]


@pytest.mark.clause("D10-1-5-a", "D10-1-5-b", "D10-4-3-b")
def test_P06_what_no_ticket_states_is_entered_with_its_ground_and_decided_like_the_rest(bank: Company) -> None:
    loaded("bank-rules")
    leader = bank.c.people["general_manager2"]
    entered = {"entry": "bank-rules.absence", "ground": "11 月 20 日未参加", "at": on(24, 9)}
    for who, about in (("general_manager2", "general_manager2"), ("security_head", "fitter")):
        with pytest.raises(Forbidden):
            charge_enter(person=about, actor=bank.c.people[who], **entered)
    with pytest.raises(Invalid) as wrong:
        charge_enter(entry="bank-rules.late", person="nobody", ground="", actor=leader, at=on(24, 9))
    assert set(wrong.value.errors) == {"entry", "person", "ground"}
    charge = charge_enter(person="fitter", actor=leader, **entered)
    with pytest.raises(Forbidden):
        charge_decide(id=charge.pk, said=Decided(True, "属实"), actor=leader, at=on(24, 10))
    other = bank.c.people["general_manager"]
    done = charge_decide(id=charge.pk, said=Decided(True, "属实"), actor=other, at=on(24, 10))
    assert (done.points_given, done.fine, done.ticket) == (Decimal(6), None, None)
