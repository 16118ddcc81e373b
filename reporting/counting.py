"""From a ticket to its facts: what the indicators need to know of it and of its steps. Pure.

Nothing here knows now. Where time alone decides, the instant at which it does is the fact. Durations are whole
seconds. The rules are those of doc 3 §2.6 and §3.5; docs/indicators.md tells them one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.core.conditions import View, has_value, holds
from tickets.core.deadlines import limit_of
from tickets.core.picture import ClockView, Picture, StepView
from tickets.core.world import World
from tickets.limits import elapsed
from tickets.models import FACT_COLUMNS, Ticket
from tickets.rulebook.compiled import PROMISE, Back, Book, Tell

from .meanings import Meaning
from .models import StepFact, TicketFact
from .models.fact import WORD
from .words import INSTANTS, STEP_INSTANTS

CALLBACK = "callback"  # the stage, a word of the house
CLOSED = "closed"
CUSTOMER = "customer"
EXTENDED, STOOD_STILL = "extended", "stood_still"  # what a clock's story tells
AGAIN = "again"
SEPARATOR = "."  # between the steps of a path


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said about the handling, in the rulebook's words, at a step of that stage."""

    stage: str
    value: str


@dataclass(frozen=True, slots=True)
class Case:
    """All that the facts of a ticket are computed from."""

    ticket: Ticket
    picture: Picture
    book: Book
    meaning: Meaning
    world: World
    answers: Sequence[Answer] = ()
    surveyed: bool | None = None  # satisfied, by the latest survey
    sample_right: bool | None = None


def count(case: Case) -> tuple[TicketFact, list[StepFact]]:
    """The facts of a ticket and of its steps."""
    steps = [_step_fact(case, step) for step in case.picture.steps]
    return _ticket_fact(case, steps), steps


def instants_of(fact: TicketFact, steps: Sequence[StepFact]) -> list[datetime]:
    """When time alone will change these facts: the instants that come after all that has happened so far."""
    happened = [fact.received_at, fact.settled_at, fact.ended_at]
    happened += [at for step in steps for at in (step.opened_at, step.closed_at)]
    latest = max(at for at in happened if at is not None)
    told = [getattr(fact, name) for name in INSTANTS]
    told += [getattr(step, name) for step in steps for name in STEP_INSTANTS]
    return sorted({at for at in told if at is not None and at > latest})


# ── the ticket ───────────────────────────────────────────────────────────────────────────────────────


def _ticket_fact(case: Case, steps: Sequence[StepFact]) -> TicketFact:
    ticket = case.ticket
    fact = TicketFact(
        ticket_id=ticket.pk,
        organisation_id=ticket.organisation_id,
        rulebook_id=ticket.rulebook_id,
        respondent_unit_id=ticket.respondent_unit_id,
        respondent_person_id=ticket.respondent_person_id,
        book=case.book.id,
        kind=ticket.kind,
        received_unit_id=ticket.received_unit_id,
        received_at=ticket.received_at,
        settled_at=ticket.settled_at,
        ended_at=ticket.ended_at,
        end=ticket.state if ticket.ended_at is not None else "",
        imported=ticket.imported,
        sample_right=case.sample_right,
        reopenings=_done(case, _resumes(case.book, PROMISE)),
        returned_reports=_done(case, _resumes(case.book, case.meaning.branch)),
        **{name: getattr(ticket, name) for name in FACT_COLUMNS},
        **{name: _field(case, name) for name in ("phenomenon", "cause", "finding")},
    )
    _put_promise(fact, case)
    _put_branch(fact, case)
    _put_steps(fact, steps)
    _put_people(fact, case)
    _put_judgements(fact, case)
    _put_satisfaction(fact, case)
    return fact


def _field(case: Case, name: str) -> str:
    """The first filled field of those that mean it, short enough for its column."""
    values = (case.picture.facts.get(field) for field in case.meaning.fields.get(name, ()))
    return next((str(value)[:WORD] for value in values if has_value(value)), "")


def _done(case: Case, actions: Iterable[str]) -> int:
    return sum(case.picture.memory.done.get(action, 0) for action in actions)


def _resumes(book: Book, clock: str) -> frozenset[str]:
    return book.clocks[clock].resumes if clock in book.clocks else frozenset()


# ── the promise ──────────────────────────────────────────────────────────────────────────────────────


def _put_promise(fact: TicketFact, case: Case) -> None:
    """Settled and ended in time or not, by the promise that the customer knows, and by the first one (row N03)."""
    ticket = case.ticket
    clocks = [clock for clock in case.picture.clocks if clock.step is None and clock.name == PROMISE]
    due = told_due(clocks[-1], case.book) if clocks else ticket.promised_at
    first_due = clocks[0].first_due_at if clocks else ticket.promised_at
    settled, ended = ticket.settled_at, ticket.ended_at
    fact.promised = due is not None or ticket.verdict is not None
    fact.decided_at = settled or ended or due
    fact.end_decided_at = ended or due
    fact.recommitments = sum(entry["what"] == EXTENDED for clock in clocks for entry in clock.story)
    fact.in_time = _in_time(settled, due, ticket.verdict)
    fact.in_time_first = _in_time(_first_settled(case, clocks), first_due, ticket.verdict)
    fact.end_in_time = _in_time(ended, due, ticket.verdict)
    fact.lapsed_at = due if fact.in_time is False or (settled is None and ended is None) else None
    if settled is not None:
        fact.answer_seconds = _seconds(settled - ticket.received_at)
        if due is not None and settled > due:
            fact.delay_seconds = _seconds(settled - due)
            limit = limit_of(clocks[-1]) if clocks else None
            fact.delay_worked_seconds = _seconds(elapsed(limit, due, settled, case.world.calendar))
    if ended is not None and fact.end == CLOSED:
        fact.handling_seconds = _seconds(ended - ticket.received_at)


def told_due(clock: ClockView, book: Book) -> datetime | None:
    """The deadline in force without the latest extensions that nobody told the customer of (doc 3 §2.2.2)."""
    due = clock.due_at
    for entry in reversed(clock.story):
        if entry["what"] == EXTENDED:
            if _is_told(book, entry["by"]):
                break
            due = datetime.fromisoformat(entry["from"]) if entry["from"] else None
    return due


def _is_told(book: Book, action: str) -> bool:
    act = book.actions.get(action)
    return act is not None and any(isinstance(effect, Tell) and CUSTOMER in effect.to for effect in act.then)


def _first_settled(case: Case, clocks: Sequence[ClockView]) -> datetime | None:
    """The first settlement, which a rework does not undo (ruling REWORKTIME)."""
    told = [datetime.fromisoformat(entry["from"]) for c in clocks for entry in c.story if entry["what"] == STOOD_STILL]
    settling = case.book.clocks[PROMISE].stops if PROMISE in case.book.clocks else frozenset()
    told += [clock.stopped_at for clock in clocks if clock.stopped_at is not None and clock.stopped_by in settling]
    return min(told, default=case.ticket.settled_at)


def _in_time(at: datetime | None, due: datetime | None, verdict: bool | None) -> bool | None:
    """None: it has not come to that, or there is nothing to judge it by."""
    if at is None:
        return None
    return at <= due if due is not None else verdict


def _put_branch(fact: TicketFact, case: Case) -> None:
    """The branch's report to the head office: one that came late, or is missing past its deadline (doc 3 §4.6.1)."""
    clock = case.picture.clock(case.meaning.branch)
    if clock is None or clock.due_at is None:
        return
    reported = clock.stopped_at if clock.stopped_by in case.book.clocks[clock.name].stops else None
    if reported is None and clock.stopped_at is not None:
        return  # the case ended without it
    fact.branch_decided_at = reported or clock.due_at
    fact.branch_late_at = clock.due_at if reported is None or reported > clock.due_at else None


# ── steps and people ─────────────────────────────────────────────────────────────────────────────────


def _put_steps(fact: TicketFact, steps: Sequence[StepFact]) -> None:
    fact.step_decided_at = _first(step.decided_at for step in steps)
    fact.step_late_at = _first(step.late_at for step in steps)
    fact.step_late_first_at = _first(step.late_first_at for step in steps)
    fact.sent_back = any(step.sent_back for step in steps)
    fact.path = SEPARATOR.join(step.kind for step in sorted(steps, key=lambda one: one.opened_at) if not step.side)


def _first(instants: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)


def _put_people(fact: TicketFact, case: Case) -> None:
    main = [step for step in case.picture.steps if not step.side]
    handled = [step for step in main if case.book.steps[step.kind].stage in case.meaning.handling]
    fact.dispatched = bool(handled)
    fact.handler_id = _handler(handled[-1]) if handled else None
    at_fault = case.world.by_code.get(_field(case, "fault_unit"))
    last = (handled or main)[-1:]
    fact.responsible_unit_id = at_fault.id if at_fault else last[0].unit if last else None
    settling = [step for step in main if step.closed_at is not None and step.closed_at == case.ticket.settled_at]
    fact.reply_author_id = settling[-1].closed_by if settling else None


def _handler(step: StepView) -> int | None:
    return step.assignee or step.closed_by


def _put_judgements(fact: TicketFact, case: Case) -> None:
    view = View(case.book, case.picture, case.ticket.received_at)

    def said(name: str, unsaid: bool = False) -> bool:
        found = case.meaning.condition(name, unsaid)
        return found is not None and holds(found, view)

    # A source of old tickets rarely names the outcome: of them only a refusal is known (docs/indicators.md).
    agreed = case.ticket.imported or said("agreed", True)
    fact.agreed = fact.settled_at is not None and agreed and not said("refused")
    fact.unsolvable = said("unsolvable")
    fact.unqualified = said("unqualified")
    fact.upheld = said("upheld")
    fact.company_fault = said("company_fault")
    fact.about_staff = _about_staff(case)


def _about_staff(case: Case) -> bool:
    """The person or unit complained about works in a complaint centre or a customer service department."""
    units = {case.ticket.respondent_unit_id}
    units |= {duty.unit for duty in case.world.duties if duty.person == case.ticket.respondent_person_id}
    known = [case.world.units[unit] for unit in units if unit is not None and unit in case.world.units]
    return any(unit.functions & case.meaning.staff for unit in known)


def _put_satisfaction(fact: TicketFact, case: Case) -> None:
    """At the reply, at the call-back and by survey, kept apart; together the latest of them counts."""
    for answer in case.answers:
        satisfied = answer.value in case.meaning.satisfied
        if answer.stage == CALLBACK:
            fact.satisfied_at_callback = satisfied
        else:
            fact.satisfied_at_reply = satisfied
        fact.satisfaction, fact.satisfied = answer.value[:WORD], satisfied
    if case.surveyed is not None:
        fact.satisfied = fact.satisfied_by_survey = case.surveyed


# ── a step ───────────────────────────────────────────────────────────────────────────────────────────


def _step_fact(case: Case, step: StepView) -> StepFact:
    rule = case.book.steps.get(step.kind)
    fact = StepFact(
        step_id=step.id or 0,
        fact_id=case.ticket.pk,
        organisation_id=case.ticket.organisation_id,
        received_at=case.ticket.received_at,
        kind=step.kind,
        stage=rule.stage if rule else step.kind,
        side=step.side,
        unit_id=step.unit,
        handler_id=_handler(step),
        opened_at=step.opened_at,
        closed_at=step.closed_at,
        sent_back=_came_back(case, step),
    )
    clock = case.picture.step_clock(step)
    if clock is not None and clock.due_at is not None:
        _put_limit(fact, clock)
    if step.closed_at is not None:
        _put_lengths(fact, case, step, step.closed_at, clock)
    return fact


def _came_back(case: Case, step: StepView) -> bool:
    """What this step asked for was returned undone: the form was bad, or the department the wrong one."""
    asked = (other for other in case.picture.steps if other.sent_by == step.ordinal and other.result)
    acts = (case.book.actions.get(other.result) for other in asked)
    return any(isinstance(effect, Back) and effect.how == AGAIN for act in acts if act for effect in act.then)


def _put_limit(fact: StepFact, clock: ClockView) -> None:
    fact.due_at = due = clock.due_at
    decided = fact.closed_at or due
    late = due if fact.closed_at is None or (due is not None and fact.closed_at > due) else None
    if clock.target:
        fact.aim_decided_at, fact.aim_missed_at = decided, late
        return
    first = clock.first_due_at or due
    fact.decided_at, fact.late_at = decided, late
    fact.late_first_at = first if fact.closed_at is None or (first is not None and fact.closed_at > first) else None


def _put_lengths(fact: StepFact, case: Case, step: StepView, closed: datetime, clock: ClockView | None) -> None:
    calendar = case.world.calendar_of(step.unit)
    limit = limit_of(clock) if clock is not None else None
    fact.spent_seconds = _seconds(closed - step.opened_at)
    fact.spent_worked_seconds = _seconds(elapsed(limit, step.opened_at, closed, calendar))
    if fact.due_at is not None and fact.late_at is not None:
        fact.delay_seconds = _seconds(closed - fact.due_at)
        fact.delay_worked_seconds = _seconds(elapsed(limit, fact.due_at, closed, calendar))


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
