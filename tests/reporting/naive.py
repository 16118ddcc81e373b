"""Every indicator a second time, plainly: loops over raw tickets, steps, clocks and events, nothing of the product's
counting, declarations or queries. What the product says must be the same to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from escalation.models import Alert
from reporting.models import SampleVerdict
from tickets.calendars import china
from tickets.models import Clock, Event, Step, Ticket
from tickets.rulebook.compiled import Book
from tickets.rulebook.registry import book_of, source_of

Count = tuple[float, float, float]  # numerator, denominator, pending
LEFT_OUT = ("declined", "withdrawn", "merged", "transferred")


@dataclass
class Raw:
    """A ticket with its rows."""

    ticket: Ticket
    steps: list[Step]
    clocks: list[Clock]
    events: list[Event]
    now: datetime
    others: list[Step] = field(default_factory=list)  # where `steps` are only some of them
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.book = book_of(self.ticket.rulebook_id)
        self.source: Any = source_of(self.ticket.rulebook)
        self.facts = {**self.ticket.fields}

    # ── where it stands ──
    @property
    def kind(self) -> str:
        return self.ticket.kind

    @property
    def over(self) -> bool:
        return self.ticket.ended_at is not None

    @property
    def end(self) -> str:
        return self.ticket.state if self.over else ""

    @property
    def in_rates(self) -> bool:
        return self.end in ("", "closed")

    @property
    def settled(self) -> datetime | None:
        return self.ticket.settled_at

    # ── the promise: none of these rulebooks moves it without telling the customer ──
    @property
    def promises(self) -> list[Clock]:
        return [clock for clock in self.clocks if clock.name == "promise" and clock.step_id is None]

    @property
    def due(self) -> datetime | None:
        return self.promises[-1].due_at if self.promises else None

    @property
    def decided(self) -> bool:
        return self.settled is not None or self.over or (self.due is not None and self.due <= self.now)

    @property
    def in_time(self) -> bool:
        return self.settled is not None and self.due is not None and self.settled <= self.due

    @property
    def first_settled(self) -> datetime | None:
        """By the events: the first action that stops the promise, after one that starts it."""
        running = False
        clock = self.source["clocks"]["promise"]
        for event in self.events:
            if running and event.name in clock["stops"]:
                return event.at
            running = running or event.name in clock["starts"]
        return None

    @property
    def first_in_time(self) -> bool:
        first = self.first_settled
        told = self.promises[0].first_due_at if self.promises else None
        return first is not None and told is not None and first <= told

    @property
    def reopenings(self) -> int:
        resumes = self.source["clocks"]["promise"].get("resumes", [])
        return sum(event.name in resumes and event.actor_id is not None for event in self.events)

    # ── what became of it ──
    @property
    def found_wrong(self) -> bool:
        """In a quality sample."""
        verdicts = SampleVerdict.objects.filter(ticket=self.ticket)
        return any(not (one.content_right and one.routing_right) for one in verdicts)

    @property
    def agreed(self) -> bool:
        if self.settled is None or self.facts.get("accepted") is False:
            return False
        if "refused" in (self.facts.get("outcome"), self.facts.get("result")):
            return False
        if self.book.id == "unicom-complaint":
            return self.facts.get("outcome") in ("cured", "explained")
        if self.book.id == "unicom-escalation":
            direct = any(event.name == "answer" for event in self.events)
            return direct or self.facts.get("result") in ("cured", "explained")
        return True

    @property
    def dispatched(self) -> bool:
        return any(not step.side and self.source["steps"][step.kind]["stage"] == "handling" for step in self.steps)

    def answers(self) -> list[tuple[str, bool]]:
        """What the customer answered, in order: at which step's stage, and whether satisfied."""
        found = []
        for event in self.events:
            value = event.data.get("given", {}).get("satisfaction")
            if value and ".asked" not in event.name and ".rejected" not in event.name:
                stage = self.source["steps"].get(event.data.get("kind", ""), {}).get("stage", "")
                found.append((stage, value == "satisfied"))
        return found

    @property
    def satisfied(self) -> bool | None:
        return self.answers()[-1][1] if self.answers() else None

    def satisfied_at(self, callback: bool) -> bool | None:
        those = [satisfied for stage, satisfied in self.answers() if (stage == "callback") == callback]
        return those[-1] if those else None

    # ── steps ──
    def limits(self) -> Iterable[tuple[Step, Clock]]:
        for step in self.steps:
            own = [clock for clock in self.clocks if clock.step_id == step.pk]
            if own and own[-1].due_at is not None:
                yield step, own[-1]

    def late_steps(self, first: bool = False) -> list[tuple[Step, bool]]:
        """Steps with a binding limit that ended or ran out of time, and whether late."""
        found = []
        for step, clock in self.limits():
            due = (clock.first_due_at if first else clock.due_at) or clock.due_at
            known = clock.due_at
            if clock.target or (step.closed_at is None and known > self.now):
                continue
            found.append((step, step.closed_at > due if step.closed_at else True))
        return found

    def sent_back(self, step: Step) -> bool:
        """What this step asked for was returned undone."""
        undone = {
            name
            for name, action in self.source["actions"].items()
            if any(effect.get("back") == "again" for effect in action.get("then", []))
        }
        return any(other.sent_by_id == step.pk and other.result in undone for other in self.others or self.steps)


def raws(now: datetime) -> list[Raw]:
    """Every ticket with its rows."""
    return [
        Raw(
            ticket,
            list(Step.objects.filter(ticket=ticket).order_by("ordinal")),
            list(Clock.objects.filter(ticket=ticket).order_by("id")),
            list(Event.objects.filter(ticket=ticket).order_by("seq")),
            now,
        )
        for ticket in Ticket.objects.select_related("rulebook").order_by("pk")
    ]


def rate(raws: Iterable[Raw], decided: Callable[[Raw], bool], good: Callable[[Raw], bool]) -> Count:
    those = list(raws)
    return (
        sum(decided(one) and good(one) for one in those),
        sum(decided(one) for one in those),
        sum(not decided(one) for one in those),
    )


def of(raws: Iterable[Raw], *kinds: str) -> list[Raw]:
    """In rates, of these kinds."""
    return [one for one in raws if one.kind in kinds and one.in_rates]


def promised(raws: Iterable[Raw], *kinds: str) -> list[Raw]:
    return [one for one in of(raws, *kinds) if one.due is not None]


def hours(lengths: list[timedelta]) -> float:
    """Whole seconds of each, in hours."""
    return sum(int(length.total_seconds()) for length in lengths) / 3600


def on_limit(clock: Clock, start: datetime, end: datetime, round_the_clock: bool = False) -> timedelta:
    """On the clock of the limit: working time for working days."""
    working = clock.limit.endswith("wd") or clock.limit == "same-day"
    return china().working_between(start, end) if working and not round_the_clock else end - start


def asked(raws: list[Raw], answer: Callable[[Raw], bool | None]) -> Count:
    known = [answer(one) for one in raws if answer(one) is not None]
    return sum(known), len(known), 0


def flow(raws: list[Raw], *, first: bool = False, back: bool = False, audit: bool = False) -> Count:
    def late(one: Raw) -> bool:
        bad = any(is_late for _, is_late in one.late_steps(first))
        bad = bad or (back and any(one.sent_back(step) for step in one.steps))
        return bad or (audit and (one.facts.get("qualified") is False or one.found_wrong))

    return rate(raws, lambda one: bool(one.late_steps()), lambda one: not late(one))


def flow_steps(raws: list[Raw]) -> Count:
    those = [late for one in raws for _, late in one.late_steps()]
    return sum(not late for late in those), len(those), 0


def aims(raws: list[Raw]) -> Count:
    """Limits that are aims (ruling TARGET)."""
    met = []
    for one in raws:
        for step, clock in one.limits():
            if clock.target and (step.closed_at is not None or clock.due_at <= one.now):
                met.append(step.closed_at is not None and step.closed_at <= clock.due_at)
    return sum(met), len(met), 0


def service(one: Raw) -> bool:
    """Upheld, about people of a complaint centre or a customer service department."""
    unit = one.ticket.respondent_unit
    about = unit is not None and bool({"centre", "service"} & set(unit.functions))
    if one.book.id == "property":
        return about and one.facts.get("nature") == "valid"
    named = bool(one.facts.get("fault_unit") or one.facts.get("fault_person"))
    return about and (named or one.facts.get("upheld") is True or one.facts.get("valid") is True)


def delays(raws: list[Raw], wall: bool) -> Count:
    found, pending = [], 0
    for one in raws:
        for step, late in one.late_steps():
            clock = next(clock for of_step, clock in one.limits() if of_step.pk == step.pk)
            if late and step.closed_at is None:
                pending += 1
            elif late:
                known = step.closed_at - clock.due_at if wall else on_limit(clock, clock.due_at, step.closed_at)
                found.append(known)
    return hours(found), len(found), pending


def ticket_delays(raws: list[Raw]) -> Count:
    late = [one for one in raws if one.settled and one.due and one.settled > one.due]
    waiting = [one for one in raws if not one.settled and not one.over and one.due and one.due <= one.now]
    return hours([on_limit(one.promises[-1], one.due, one.settled) for one in late]), len(late), len(waiting)


def spent(raws: list[Raw], wall: bool) -> Count:
    found, pending = [], 0
    for one in raws:
        for step in one.steps:
            if step.closed_at is None:
                pending += 1
                continue
            own = [clock for clock in one.clocks if clock.step_id == step.pk]
            length = step.closed_at - step.opened_at
            found.append(length if wall or not own else on_limit(own[-1], step.opened_at, step.closed_at))
    return hours(found), len(found), pending


def branch(one: Raw) -> tuple[bool, bool]:
    """Of an appeal: has the branch reported or run out of time, and was it late?"""
    clocks = [clock for clock in one.clocks if clock.name == "branch_report" and clock.step_id is None]
    if not clocks or clocks[-1].due_at is None:
        return False, False
    clock = clocks[-1]
    if clock.stopped_at is not None and clock.stopped_by not in one.source["clocks"]["branch_report"]["stops"]:
        return False, False
    if clock.stopped_at is None:
        return clock.due_at <= one.now, clock.due_at <= one.now
    return True, clock.stopped_at > clock.due_at


def lapsed(one: Raw) -> bool:
    if one.due is None or (one.over and one.settled is None):
        return False
    return one.settled > one.due if one.settled else one.due <= one.now


def returned(one: Raw) -> int:
    resumes = one.source["clocks"]["branch_report"].get("resumes", [])
    return sum(event.name in resumes and event.actor_id is not None for event in one.events)


def by_end(raws: list[Raw], *ends: str) -> Count:
    return sum(one.end in ends for one in raws), 0, 0


def all_of_them(raws: list[Raw]) -> dict[str, Count]:
    """Numerator, denominator and pending of every indicator over these tickets."""
    complaints, escalations, appeals = (of(raws, kind) for kind in ("complaint", "escalation", "appeal"))
    settled = [one for one in complaints if one.settled]
    waiting = sum(not one.settled and not one.over for one in complaints)
    decided, ended = (lambda one: one.decided), (lambda one: one.over)
    good = lambda one: one.in_time and one.agreed  # noqa: E731
    concluded = [one.ticket.ended_at - one.ticket.received_at for one in escalations if one.end == "closed"]
    reported = [one for one in appeals if branch(one)[0]]
    present = ("", "closed", "declined", "withdrawn", "transferred")
    solvable = [one for one in promised(raws, "escalation") if one.facts.get("matter") not in ("enquiry", "praise")]
    alerts = [alert for alert in Alert.objects.all() if alert.ticket_id in {one.ticket.pk for one in raws}]
    return {
        "on_time_closure": rate(promised(raws, "complaint"), decided, good),
        "on_time_closure_first": rate(promised(raws, "complaint"), decided, lambda one: one.first_in_time),
        "first_contact_resolution": rate(
            promised(raws, "complaint"), decided, lambda one: good(one) and not one.dispatched
        ),
        "dispatched_resolution": rate(promised(raws, "complaint"), decided, lambda one: one.in_time and one.dispatched),
        "satisfaction": asked(complaints, lambda one: one.satisfied),
        "satisfaction_at_reply": asked(complaints, lambda one: one.satisfied_at(callback=False)),
        "satisfaction_at_callback": asked(complaints, lambda one: one.satisfied_at(callback=True)),
        "satisfaction_by_survey": (0, 0, 0),
        "satisfaction_all": (sum(one.satisfied is True for one in complaints), len(complaints), 0),
        "flow_timeliness": flow(complaints),
        "flow_timeliness_first": flow(complaints, first=True),
        "flow_timeliness_steps": flow_steps(complaints),
        "flow_validity": (0, 0, 0),
        "flow_validity_all": flow(complaints, back=True),
        "answer_time": (hours([one.settled - one.ticket.received_at for one in settled]), len(settled), waiting),
        "answered_on_the_spot": (sum(not one.dispatched for one in settled), len(settled), waiting),
        "mean_delay": delays(complaints, wall=False),
        "mean_delay_wall": delays(complaints, wall=True),
        "mean_ticket_delay": ticket_delays(complaints),
        "received": by_end(raws, *present),
        "settled": (sum(bool(one.settled) for one in raws if one.in_rates), 0, 0),
        **{name: by_end(raws, name) for name in LEFT_OUT},
        "reopened": (sum(one.reopenings > 0 for one in raws if one.in_rates), 0, 0),
        "aims_met": aims([one for one in raws if one.in_rates]),
        "service_complaints": (sum(service(one) for one in complaints + escalations), 0, 0),
        "time_spent": spent(raws, wall=True),
        "time_spent_worked": spent(raws, wall=False),
        "escalation_resolution": rate(solvable, decided, good),
        "escalation_satisfaction": rate(escalations, ended, lambda one: one.satisfied is True),
        "escalation_timeliness": flow(escalations),
        "escalation_timeliness_steps": flow_steps(escalations),
        "escalation_quality": flow(escalations, back=True, audit=True),
        "handling_time": (hours(concluded), len(concluded), 0),
        "completion_timeliness": rate(
            promised(raws, "escalation"),
            lambda one: one.over or one.due <= one.now,
            lambda one: one.over and one.ticket.ended_at <= one.due,
        ),
        "appeals": by_end([one for one in raws if one.kind == "appeal"], *present),
        "appeal_report_timeliness": rate(promised(raws, "appeal"), decided, lambda one: one.in_time),
        "appeal_returns": (sum(map(returned, reported)), len(reported), len(appeals) - len(reported)),
        "appeal_fault_share": (
            sum(one.end == "closed" and one.facts.get("finding") == "company" for one in appeals),
            sum(one.end == "closed" for one in appeals),
            sum(not one.over for one in appeals),
        ),
        "appeal_late_feedback": (sum(branch(one)[1] for one in appeals), 0, 0),
        "appeal_late_consequential": (sum(branch(one)[1] and lapsed(one) for one in appeals), 0, 0),
        "appeals_per_100": (
            sum(one.kind == "appeal" and one.end in present for one in raws),
            sum(one.kind == "complaint" and one.end in present for one in raws),
            0,
        ),
        "appeal_resolution": rate(promised(raws, "appeal"), decided, good),
        "alert_lateness": (sum(alert.late_seconds for alert in alerts), len(alerts), 0),
    }
