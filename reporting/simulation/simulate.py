"""The simulation itself: replay ticket by ticket, and put before and after side by side.

What was before is the record: counted facts, raised alerts. What is after comes from the replay through the same pure
counting. A ticket whose next event the changed rulebook refuses stands apart, with the event and the reason; the
figures leave it out on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

from escalation.models import Alert
from reporting.access import Viewer, house
from reporting.counting import Answer, Case, count
from reporting.declarations import Indicator, indicators
from reporting.figures import Figure, figures_as_counted
from reporting.meanings import Meaning, meaning_of
from reporting.periods import Period
from reporting.questions import Question
from reporting.refresh import asking, bring_up_to_date, cases_of
from tickets.actions.write import put_picture
from tickets.core.replay import Replayed, replay
from tickets.core.sentences import Say
from tickets.models import Organisation, Ticket
from tickets.past import Past, pasts_of
from tickets.rows import with_picture
from tickets.rulebook.compiled import Book, Title

from .shadow import Shadow, shadowed

BATCH = 200
MOST_LISTED = 200
TABLES = ("tickets", "steps")
KINDS = (Alert.Kind.WARNING, Alert.Kind.OVERRUN, Alert.Kind.REMINDER)
Progress = Callable[[int, int], None]  # tickets done, of how many


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets, and under which rulebook: those that `viewer` may see, received in the period, of that book."""

    book: Book
    period: Period
    viewer: Viewer
    organisation: Organisation

    def tickets(self) -> Iterator[list[Ticket]]:
        """Batch by batch, in the order of their ids."""
        last = 0
        while batch := list(with_picture(self._rows().filter(pk__gt=last).order_by("pk"))[:BATCH]):
            yield batch
            last = batch[-1].pk

    def how_many(self) -> int:
        return self._rows().count()

    def _rows(self):  # type: ignore[no-untyped-def]
        received = {"received_at__gte": self.period.start, "received_at__lt": self.period.end}
        return self.viewer.tickets().filter(rulebook__book=self.book.id, imported=False, **received)


@dataclass(frozen=True, slots=True)
class Pair:
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A ticket that can't be replayed to its end: the event that is refused, and why."""

    number: str
    event: Title
    at: datetime
    reason: Say


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket that would have gone otherwise. Ends are words of the rulebook, "" = still open."""

    number: str
    promise: tuple[datetime | None, datetime | None]
    overruns: tuple[int, int]
    end: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rate:
    indicator: Indicator
    before: Figure
    after: Figure


@dataclass(slots=True)
class Simulated:
    """`alerts` by clock and kind, `ends` by word; before is what was, after what would have been."""

    tickets: int = 0
    replayed: list[int] = field(default_factory=list)  # ids
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)  # the first MOST_LISTED
    moved: int = 0
    examples: list[Moved] = field(default_factory=list)  # the first MOST_LISTED
    alerts: tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]] = field(
        default_factory=lambda: (Counter(), Counter())
    )
    ends: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    rates: list[Rate] = field(default_factory=list)

    def alert_pairs(self) -> dict[tuple[str, str], Pair]:
        before, after = self.alerts
        return {key: Pair(before[key], after[key]) for key in sorted({*before, *after})}

    def end_pairs(self) -> dict[str, Pair]:
        before, after = self.ends
        return {key: Pair(before[key], after[key]) for key in sorted({*before, *after})}


def simulate(wanted: Wanted, *, progress: Progress = lambda done, total: None) -> Simulated:
    """Replay every ticket wanted; nothing is written. `viewer.at` is now: until then the watch goes on.

    Raises Backlog while many tickets wait to be counted.
    """
    bring_up_to_date()
    found, total = Simulated(), wanted.how_many()
    with shadowed() as shadow:
        run = _Run(wanted, found, shadow)
        for batch in wanted.tickets():
            run.take(batch)
            progress(found.tickets, total)
        found.rates = _rates(wanted, found.replayed, shadow)
    return found


@dataclass
class _Run:
    wanted: Wanted
    found: Simulated
    shadow: Shadow
    steps: int = 0  # simulated steps so far: their ids

    def take(self, batch: Sequence[Ticket]) -> None:
        pasts = {past.ticket.pk: past for past in pasts_of(batch)}
        raised = _raised(pasts)
        facts, steps = [], []
        for case in cases_of([ticket for ticket in batch if ticket.pk in pasts]):
            past = pasts[case.ticket.pk]
            again = self._replayed(past)
            self.found.tickets += 1
            if again.stopped is not None:
                self._refuse(past, again)
                continue
            self._compare(case, again, raised.get(case.ticket.pk, Counter()))
            fact, own = count(self._case(case, again))
            facts.append(fact)
            steps += own
        self.shadow.put(facts, steps)

    def _replayed(self, past: Past) -> Replayed:
        viewer = self.wanted.viewer
        return replay(past.start, past.events, own=past.own, book=self.wanted.book, world=viewer.world, until=viewer.at)

    def _refuse(self, past: Past, again: Replayed) -> None:
        self.found.refused += 1
        if len(self.found.refusals) < MOST_LISTED and again.stopped is not None:
            event, action = again.stopped.event, past.own.actions.get(again.stopped.event.action)
            title = action.title if action is not None else Title(event.name, event.name)
            self.found.refusals.append(Refusal(past.ticket.number, title, event.at, again.stopped.sentence))

    def _compare(self, case: Case, again: Replayed, before: Counter[tuple[str, str]]) -> None:
        found, after = self.found, Counter((one.clock, one.kind) for one in again.raised)
        found.replayed.append(case.ticket.pk)
        found.alerts[0].update(before)
        found.alerts[1].update(after)
        ends = _end(case.picture.state, case.picture.ended_at), _end(again.picture.state, again.picture.ended_at)
        found.ends[0][ends[0]] += 1
        found.ends[1][ends[1]] += 1
        moved = Moved(
            case.ticket.number,
            (case.picture.promised_at, again.picture.promised_at),
            (_overruns(before), _overruns(after)),
            ends,
        )
        if any(pair[0] != pair[1] for pair in (moved.promise, moved.overruns, moved.end)):
            found.moved += 1
            if len(found.examples) < MOST_LISTED:
                found.examples.append(moved)

    def _case(self, case: Case, again: Replayed) -> Case:
        """What the facts of the simulated ticket are counted from."""
        book, ticket = self.wanted.book, copy(case.ticket)
        put_picture(ticket, book, again.picture, self.wanted.viewer.at)
        for step in again.picture.steps:
            self.steps += 1
            step.id = self.steps
        meaning = meaning_of(book.id)
        answers = _answers(book, meaning, again)
        return replace(case, ticket=ticket, picture=again.picture, book=book, meaning=meaning, answers=answers)


def _end(state: str, ended_at: datetime | None) -> str:
    return state if ended_at is not None else ""


def _overruns(alerts: Counter[tuple[str, str]]) -> int:
    return sum(number for (_, kind), number in alerts.items() if kind == Alert.Kind.OVERRUN)


def _raised(ids: Iterable[int]) -> dict[int, Counter[tuple[str, str]]]:
    """The alerts that were raised, by ticket."""
    found: dict[int, Counter[tuple[str, str]]] = {}
    rows = Alert.objects.filter(ticket__in=list(ids), kind__in=KINDS)
    for ticket, clock, kind in rows.values_list("ticket_id", "clock_name", "kind"):
        found.setdefault(ticket, Counter())[clock, kind] += 1
    return found


def _answers(book: Book, meaning: Meaning, again: Replayed) -> list[Answer]:
    names, found = asking(book, meaning), []
    for done in again.done:
        value = done.given.get(meaning.satisfaction) if done.name in names else None
        if value:
            step = book.steps.get(done.kind)
            found.append(Answer(step.stage if step is not None else "", str(value)))
    return found


# ── rates ────────────────────────────────────────────────────────────────────────────────────────────


def _rates(wanted: Wanted, ids: Sequence[int], shadow: Shadow) -> list[Rate]:
    """Every rate of tickets and steps of that kind, of the same tickets before and after."""
    asked = [one for one in indicators().values() if one.population in TABLES and wanted.book.kind in one.kinds]
    question = Question(wanted.period.start, wanted.period.end)
    eyes = house(wanted.organisation, wanted.viewer.at)  # the tables hold only what the viewer may see
    after = figures_as_counted(asked, question, eyes)
    shadow.clear()
    shadow.put_real(ids)
    before = figures_as_counted(asked, question, eyes)
    return [Rate(one, before[one.id][0], after[one.id][0]) for one in asked if before[one.id] and after[one.id]]
