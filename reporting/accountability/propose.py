"""What the system proposes: a measure for each finding that a ticket states, and for each step that was late (P01).

It looks at every change of a ticket, in that change's own transaction: a finding proposes once when its condition
begins to hold, and what is still undecided is withdrawn when it holds no more. Which conditions, whom, how much and
who decides is the rulebook's `[penalties]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from reporting.models import Charge
from tickets.core.conditions import View, holds
from tickets.core.given import text_problem
from tickets.core.outcome import Decision
from tickets.core.picture import ClockView, Picture, StepView
from tickets.core.sentences import Forbidden, Invalid, Say
from tickets.core.world import World
from tickets.models import Clock, Person, Ticket, Unit
from tickets.organisations import world_for, world_of
from tickets.rows import picture_of, with_picture
from tickets.rulebook.compiled import Book, Penalty
from tickets.rulebook.registry import book_of, current_books

from .days import days_late
from .due import put_to_decision
from .ledger import reach_of

FINDING, REFUSAL, HAND = "finding", "refusal", "hand"
LONGEST_GROUND = 4_000
OUT_OF_REACH = Say("只能为自己分管单位的人登记，不能为自己登记", "Only about people one leads, and not oneself")
RESPONDENT, HOLDER = "respondent", "holder"
SWEPT = 200


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a measure is about: a unit always, and the person where one is named."""

    unit: int
    person: int | None = None


def follow(ticket: Ticket, decision: Decision, *, book: Book, world: World, at: datetime) -> None:
    for penalty in book.penalties.values():
        if penalty.is_per_day:
            _late_ones(ticket, penalty, decision, book=book, world=world, at=at)
        elif penalty.on == FINDING:
            _finding(ticket, penalty, decision, book=book, world=world, at=at)


def _finding(ticket: Ticket, penalty: Penalty, decision: Decision, *, book: Book, world: World, at: datetime) -> None:
    was, now = (_found(penalty, picture, book, at) for picture in (decision.before, decision.after))
    if now and not was:
        propose(ticket, penalty, concerned(penalty, decision.after, book, decision.after.main), world=world, at=at)
    elif was and not now:
        open_ones = Charge.objects.filter(ticket=ticket, penalty=penalty.name, state=Charge.State.PROPOSED)
        open_ones.update(state=Charge.State.WITHDRAWN, due_at=None)


def _found(penalty: Penalty, picture: Picture, book: Book, at: datetime) -> bool:
    return bool(penalty.when.tests) and holds(penalty.when, View(book, picture, at, picture.main))


def refused_without_ground(ticket: Ticket, who: int | None, *, at: datetime) -> None:
    """A leader found that this refusal had no ground (doc 13 §3, ruling REFUSEREV): it is about whoever refused."""
    book, world = book_of(ticket.rulebook_id), world_of(ticket.organisation_id)
    home = Person.objects.filter(pk=who or 0).values_list("home_unit", flat=True).first()
    about = Concerned(home or ticket.received_unit_id, who)
    for penalty in book.penalties.values():
        if penalty.on == REFUSAL:
            propose(ticket, penalty, about, world=world, at=at)


# ── lateness ─────────────────────────────────────────────────────────────────────────────────────────


def _late_ones(ticket: Ticket, penalty: Penalty, decision: Decision, *, book: Book, world: World, at: datetime) -> None:
    """Steps whose time was over and that this change ended, or gave more time."""
    before = decision.before
    after = {_same(clock): clock for clock in decision.after.clocks}
    for clock in late_clocks(before, at):
        now = after.get(_same(clock))
        over = now is None or not now.runs or (now.due_at is not None and now.due_at > at)
        step = before.step(clock.step or 0)
        if over and holds(penalty.when, View(book, before, at, step)):
            lateness(ticket, penalty, clock, step, book=book, picture=before, world=world, at=at, until=at)


def _same(clock: ClockView) -> tuple[object, ...]:
    return clock.step, clock.name, clock.started_at


def late_clocks(picture: Picture, at: datetime) -> Iterator[ClockView]:
    """Limits of steps that ran out and go on. An aim that was missed is no overrun (ruling TARGET)."""
    running = (clock for clock in picture.clocks if clock.step is not None and clock.runs and not clock.target)
    yield from (clock for clock in running if clock.due_at is not None and clock.due_at < at)


def lateness(
    ticket: Ticket,
    penalty: Penalty,
    clock: ClockView,
    step: StepView,
    *,
    book: Book,
    picture: Picture,
    world: World,
    at: datetime,
    until: datetime | None,
) -> None:
    """Propose it, or say when it ended. Nothing before the first day after the deadline's has begun."""
    assert clock.due_at is not None  # noqa: S101  late ones have one
    subject = f"{step.ordinal}.{clock.generation}"
    known = Charge.objects.filter(ticket=ticket, penalty=penalty.name, subject=subject)
    if known.exists():
        known.filter(late_until=None, state=Charge.State.PROPOSED).update(late_until=until)
    elif days_late(clock.due_at, until or at, world.calendar.zone):
        lates = {"subject": subject, "clock_id": clock.id, "late_from": clock.due_at, "late_until": until}
        propose(ticket, penalty, concerned(penalty, picture, book, step), world=world, at=at, **lates)


def propose_for_late(*, at: datetime) -> int:
    """Steps that are late and still open: their day costs too. How many were proposed."""
    books = {version.pk: book_of(version.pk) for version in current_books(at).values()}
    daily = [pk for pk, book in books.items() if any(one.is_per_day for one in book.penalties.values())]
    if not daily:
        return 0
    late = Clock.objects.filter(due_at__lt=at, stopped_at=None, step__isnull=False, target=False)
    new = late.filter(~Exists(Charge.objects.filter(clock=OuterRef("pk"))), ticket__rulebook__in=daily)
    tickets = sorted(set(new.order_by("due_at").values_list("ticket", flat=True)[:SWEPT]))
    for ticket in with_picture(Ticket.objects.filter(pk__in=tickets)):
        _open_lateness(ticket, books[ticket.rulebook_id], at)
    return len(tickets)


def _open_lateness(ticket: Ticket, book: Book, at: datetime) -> None:
    picture, world = picture_of(ticket, book), world_of(ticket.organisation_id)
    for penalty in (one for one in book.penalties.values() if one.is_per_day):
        for clock in late_clocks(picture, at):
            step = picture.step(clock.step or 0)
            if holds(penalty.when, View(book, picture, at, step)):
                lateness(ticket, penalty, clock, step, book=book, picture=picture, world=world, at=at, until=None)


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────


def entries(at: datetime, organisation: int) -> dict[str, tuple[int, Penalty]]:
    """The measures that a person may enter, by `book.penalty`, with the version of the rulebook that has them."""
    found = {}
    for name, version in current_books(at, organisation).items():
        for penalty in book_of(version.pk).penalties.values():
            if penalty.on == HAND:
                found[f"{name}.{penalty.name}"] = (version.pk, penalty)
    return found


@transaction.atomic
def charge_enter(*, entry: str, person: str, ground: str, actor: Person, at: datetime) -> Charge:
    """Enter a measure that no ticket states, with its ground; it is decided like every other.

    Raises Forbidden (keeps no ledger; about oneself; out of reach) or Invalid.
    """
    world = world_for(actor)
    reach = reach_of(actor, world, at)
    about = Person.objects.filter(username=person, organisation=actor.organisation_id or 0, is_active=True).first()
    known = entries(at, actor.organisation_id or 0).get(entry)
    errors = Invalid()
    if known is None:
        errors.add("entry", "选情形", "Choose what it is about")
    if about is None or about.home_unit_id is None:
        errors.add("person", "选涉及的人", "Choose the person concerned")
    if not ground or text_problem(ground, LONGEST_GROUND):
        errors.add("ground", "写事实依据", "Give the ground")
    errors.raise_if_any()
    assert known is not None and about is not None and about.home_unit_id is not None  # noqa: S101, PT018
    if about == actor or about.home_unit_id not in reach.units:
        raise Forbidden(OUT_OF_REACH)
    version, penalty = known
    charge = Charge(
        organisation_id=actor.organisation_id or 0,
        rulebook_id=version,
        unit_id=about.home_unit_id,
        person=about,
        proposed_at=at,
        ground=ground,
        entered_by=actor,
        **_terms(penalty),
    )
    put_to_decision(charge, world, at)
    return charge


# ── proposing ────────────────────────────────────────────────────────────────────────────────────────


def concerned(penalty: Penalty, picture: Picture, book: Book, step: StepView | None) -> Concerned:
    """The first of the penalty's `of` that is known; by default who held the late step, or the respondent."""
    fallback = picture.respondent_unit or (step.unit if step else picture.received_unit)
    for word in penalty.of or ((HOLDER,) if penalty.is_per_day else (RESPONDENT,)):
        found = _named(word, picture, book, step, fallback)
        if found is not None:
            return found
    return Concerned(fallback)


def _named(word: str, picture: Picture, book: Book, step: StepView | None, fallback: int) -> Concerned | None:
    if word == HOLDER:
        return Concerned(step.unit, step.assignee or step.closed_by) if step else None
    if word == RESPONDENT:
        known = picture.respondent_person or picture.respondent_unit
        return Concerned(picture.respondent_unit or fallback, picture.respondent_person) if known else None
    field, value = book.fields.get(word), picture.facts.get(word)
    if field is None or not isinstance(value, str) or not value:
        return None
    if field.type == "person":
        person = Person.objects.filter(username=value).values_list("pk", "home_unit").first()
        return Concerned(person[1] or fallback, person[0]) if person else None
    unit = Unit.objects.filter(code=value).values_list("pk", flat=True).first()
    return Concerned(unit) if unit else None


def propose(
    ticket: Ticket, penalty: Penalty, about: Concerned, *, world: World, at: datetime, **lateness: Any
) -> Charge | None:
    """One charge of this ticket, unless there is one already that was not withdrawn."""
    subject = lateness.pop("subject", "")
    standing = Charge.objects.filter(ticket=ticket, penalty=penalty.name, subject=subject)
    if standing.exclude(state=Charge.State.WITHDRAWN).exists():
        return None
    charge = Charge(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        rulebook_id=ticket.rulebook_id,
        subject=subject,
        unit_id=about.unit,
        person_id=about.person,
        proposed_at=at,
        **_terms(penalty),
        **lateness,
    )
    put_to_decision(charge, world, at)
    return charge


def _terms(penalty: Penalty) -> Mapping[str, Any]:
    english = [*penalty.measures_en, *penalty.measures[len(penalty.measures_en) :]]
    return {
        "penalty": penalty.name,
        "title": penalty.title.zh,
        "title_en": penalty.title.en,
        "fine_least": penalty.fine[0] if penalty.fine else None,
        "fine_most": penalty.fine[1] if penalty.fine else None,
        "points": penalty.points or None,
        "measures": [list(pair) for pair in zip(penalty.measures, english, strict=False)],
        "circular": penalty.circular,
        "per_day": penalty.is_per_day,
        "roles": list(penalty.by),
        "above": list(penalty.above),
        "told_roles": list(penalty.tell),
        "within": penalty.within,
    }
