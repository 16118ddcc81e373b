"""A person decides; the one concerned replies, and may dispute (rows P01, P05, P06)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from reporting.models import Charge
from tickets.actions.rectifications import oversees
from tickets.core.given import text_problem
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused, Say
from tickets.core.world import World
from tickets.models import Message, Person
from tickets.organisations import world_for
from tickets.rulebook.registry import book_of

from .days import days_late
from .due import barred_of, told_concerned
from .ledger import charges_for
from .seats import decides

PENALTY = "penalty"  # the record of a rulebook whose actions decide about measures
FINDING = "finding"
LONGEST = 4_000
MOST = Decimal(10_000_000)
PARTY = Say("您是当事人，这一项由上一级决定", "It concerns you: the level above decides")
OWN_ENTRY = Say("这一项是您登记的，由别人决定", "You entered it: somebody else decides")
NOT_YOURS = Say("这一项由{}决定", "This is decided at {}")
NOT_CONCERNED = Say("只有当事人能申辩或提出异议", "Only the one concerned replies or disputes")
OWN_DECISION = Say("异议要由别人复核：这一项是您决定的", "Somebody else must review it: you decided it")
ON_TICKET = Say("这一项在工单上决定", "It is decided on its ticket")
DONE = Say("这一项已经有决定", "It has been decided already")
CHANGED = Say("刚有别人改过这一项，请再看一次", "Somebody changed it just now: look again")


@dataclass(frozen=True, slots=True)
class Decided:
    """`fine` is for one day where the measure is for each day late; None takes the amount where there is one only."""

    apply: bool
    reason: str
    fine: Decimal | None = None
    loss: Decimal | None = None
    loss_ground: str = ""
    excused_from: date | None = None


def may_decide(charge: Charge, person: Person, world: World, at: datetime) -> bool:
    """Who sits where it is decided: neither one concerned, nor who entered it (law 5)."""
    if person.pk == charge.entered_by_id:
        return False
    if charge.state != Charge.State.PROPOSED or charge.seat_id is None or person.pk in barred_of(charge):
        return False
    return decides(world, person.pk, charge.roles, charge.seat_id, at)


def days_of(charge: Charge, world: World, at: datetime, excused_from: date | None = None) -> int | None:
    """How many days late, as it stands; None where the measure is not by the day."""
    if not charge.per_day or charge.late_from is None:
        return None
    until = charge.late_until or at
    return days_late(charge.late_from, until, world.calendar.zone, excused_from or charge.excused_from)


def on_its_ticket(charge: Charge) -> bool:
    """It is decided by an action of its ticket, as long as that one is open."""
    if charge.ticket is None or charge.ticket.ended_at is not None or charge.rulebook_id is None:
        return False
    book = book_of(charge.rulebook_id)
    penalty = book.penalties.get(charge.penalty)
    return PENALTY in book.records and penalty is not None and penalty.on == FINDING and not penalty.is_per_day


@transaction.atomic
def charge_decide(*, id: int, said: Decided, actor: Person, at: datetime, version: int | None = None) -> Charge:
    """Apply the measure or leave it. Raises Hidden, Forbidden (party; not here), Refused (decided) or Invalid."""
    charge, world = _seen(id, actor, at), world_for(actor)
    if charge.state != Charge.State.PROPOSED:
        raise Refused("condition", DONE)
    if actor.pk in barred_of(charge):
        raise Forbidden(PARTY)
    if actor.pk == charge.entered_by_id:
        raise Forbidden(OWN_ENTRY)
    if not may_decide(charge, actor, world, at):
        place = world.units[charge.seat_id or charge.unit_id]
        raise Forbidden(Say(NOT_YOURS.zh.format(place.name), NOT_YOURS.en.format(place.name_en or place.name)))
    if on_its_ticket(charge):
        raise Refused("condition", ON_TICKET)
    days = days_of(charge, world, at, said.excused_from)
    fine = _checked(charge, said)
    times = 1 if days is None else days
    put: dict[str, Any] = {
        "state": Charge.State.APPLIED if said.apply else Charge.State.WAIVED,
        "reason": said.reason,
        "decided_by": actor,
        "decided_at": at,
        "due_at": None,
        "days": days,
        "excused_from": said.excused_from,
    }
    if said.apply:
        put |= {"fine": None if fine is None else fine * times, "loss": said.loss, "loss_ground": said.loss_ground}
        put["points_given"] = None if charge.points is None else charge.points * times
    _change(charge, put, version)
    Message.objects.bulk_create(told_concerned(charge, at))
    return charge


def _checked(charge: Charge, said: Decided) -> Decimal | None:
    """The fine of one time. Raises Invalid."""
    errors = Invalid()
    _text(errors, "reason", said.reason, "写决定的理由", "Give the reason")
    least, most, fine = charge.fine_least, charge.fine_most, said.fine
    if said.apply and least is not None and most is not None:
        fine = least if fine is None and least == most else fine
        if fine is None or not least <= fine <= most:
            errors.add("fine", f"金额在 {least:g} 到 {most:g} 元之间", f"An amount from {least:g} to {most:g} yuan")
    elif fine:
        errors.add("fine", "规则手册这一档没有罚款", "The rulebook has no fine here")
    if said.loss is not None and not 0 <= said.loss <= MOST:
        errors.add("loss", "损失是不小于 0 的金额", "The loss is an amount from 0 on")
    if said.loss:
        _text(errors, "loss_ground", said.loss_ground, "写损失的依据", "Give the ground of the loss")
    if said.excused_from is not None and not charge.per_day:
        errors.add("excused_from", "只有按天计的才有", "Only where days are counted")
    errors.raise_if_any()
    return fine


# ── the one concerned ────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def charge_reply(*, id: int, text: str, actor: Person, at: datetime) -> Charge:
    """申辩, before it is decided. Raises Hidden, Forbidden, Refused or Invalid."""
    charge = _own(id, actor, at)
    if charge.state != Charge.State.PROPOSED:
        raise Refused("condition", DONE)
    _require_text("text", text)
    return _change(charge, {"reply": text, "replied_at": at})


@transaction.atomic
def charge_dispute(*, id: int, text: str, actor: Person, at: datetime) -> Charge:
    """Dispute a measure that was applied, once."""
    charge = _own(id, actor, at)
    if charge.state != Charge.State.APPLIED or charge.disputed_at is not None:
        raise Refused("condition", Say("只能对已决定的提一次异议", "Only what was applied can be disputed, once"))
    _require_text("text", text)
    return _change(charge, {"dispute": text, "disputed_at": at})


def may_answer(charge: Charge, person: Person, world: World, at: datetime) -> bool:
    """Who may review a dispute: from above the unit that decided, and neither who decided nor one concerned."""
    open_one = charge.state == Charge.State.APPLIED and charge.disputed_at and charge.dispute_answered_at is None
    if not open_one or person.pk in {*barred_of(charge), charge.decided_by_id}:
        return False
    place = charge.seat_id or charge.unit_id
    above = bool(charge.above) and world.serves(person.pk, charge.above, world.top(place).id, at)
    return above or oversees(person, place, world, at) or decides(world, person.pk, charge.roles, place, at)


@transaction.atomic
def charge_answer(*, id: int, revoke: bool, answer: str, actor: Person, at: datetime) -> Charge:
    """Answer a dispute: the measure stands, or it is taken back. Raises like `charge_decide`."""
    charge, world = _seen(id, actor, at), world_for(actor)
    if charge.disputed_at is None or charge.dispute_answered_at is not None:
        raise Refused("condition", Say("没有待复核的异议", "There is no dispute to be reviewed"))
    if actor.pk == charge.decided_by_id:
        raise Forbidden(OWN_DECISION)
    if not may_answer(charge, actor, world, at):
        raise Forbidden(PARTY if actor.pk in barred_of(charge) else OWN_DECISION)
    _require_text("answer", answer)
    put: dict[str, Any] = {"dispute_answer": answer, "dispute_by": actor, "dispute_answered_at": at}
    if revoke:
        put["state"] = Charge.State.REVOKED
    _change(charge, put)
    Message.objects.bulk_create(told_concerned(charge, at))
    return charge


# ── the row ──────────────────────────────────────────────────────────────────────────────────────────


def _seen(id: int, actor: Person, at: datetime) -> Charge:
    charge = charges_for(actor, at).filter(pk=id).select_related("ticket").first()
    if charge is None:
        raise Hidden
    return charge


def _own(id: int, actor: Person, at: datetime) -> Charge:
    charge = _seen(id, actor, at)
    if charge.person_id != actor.pk:
        raise Forbidden(NOT_CONCERNED)
    return charge


def _change(charge: Charge, put: Mapping[str, Any], version: int | None = None) -> Charge:
    """The claim is the version. Raises Refused `stale`."""
    read = charge.version if version is None else version
    if not Charge.objects.filter(pk=charge.pk, version=read).update(**put, version=read + 1):
        raise Refused("stale", CHANGED)
    charge.refresh_from_db()
    return charge


def _require_text(name: str, text: str) -> None:
    errors = Invalid()
    _text(errors, name, text, "写上内容", "Write something")
    errors.raise_if_any()


def _text(errors: Invalid, name: str, text: str, zh: str, en: str) -> None:
    if not text:
        errors.add(name, zh, en)
    elif problem := text_problem(text, LONGEST):
        errors.errors[name] = [problem]
