"""Our rows of cases: ticket, text for search, customer, steps, clock, sealed chain of events.

The rows are what the engine would have written, had the case run here: a closed one has no open step and no running
clock; an open one stands in the mapping's step with a clock that only rings for moments still to come. The times of
the events are the source's; the last event, `import`, is ours and seals them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from complaints_site.lib.crypto import blind_index
from complaints_site.lib.pairs import pairs
from tickets.core import deadlines
from tickets.core.picture import ClockView, Memory, Picture, StepView
from tickets.core.priority import marks
from tickets.core.world import World
from tickets.events import seal
from tickets.limits import reckon
from tickets.models import Clock, Customer, Event, RulebookVersion, Step, Ticket, TicketText
from tickets.rulebook.compiled import PROMISE, Book, Chain
from tickets.rulebook.compiled import Step as StepRule

from .cases import Case
from .mapping import ImportMapping
from .write import Row, table_of

IMPORT = "import"  # the event that says when, from where and from which rows
END_UNKNOWN = "end_unknown"  # a field: it is over, but the source does not say when
REPLY_TEXT, DEADLINE = "reply_text", "deadline"  # fields that rulebooks share: the answer; a date given as the limit
FAR = 1 << 20  # moments of a chain that are looked at, at most


index_of = lru_cache(maxsize=4096)(blind_index)  # each is asked for twice: for those we know, and for the row


@dataclass
class Rows:
    """Rows to be written; a place in one list names a row of another until the ids are known."""

    customers: list[Row] = field(default_factory=list)
    tickets: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    fresh: list[tuple[Row, int]] = field(default_factory=list)  # tickets of customers who are new


@dataclass(frozen=True)
class House:
    """Where the tickets go: organisation, its snapshot, the rulebook, the receiving unit, and what is imported."""

    organisation: int
    world: World
    version: RulebookVersion
    book: Book
    unit: int
    step: StepRule
    mapping: ImportMapping
    file: str
    at: datetime


class Builder:
    """Makes the rows of a batch. `customers` are those that are known by their blind index."""

    def __init__(self, house: House, customers: dict[tuple[str, str], int]) -> None:
        self.house = house
        self.known = customers
        self.fresh: dict[tuple[str, str], int] = {}
        self.rows = Rows()
        self._unit_name = house.world.units[house.unit].name

    def add(self, case: Case, number: str) -> None:
        rows, place = self.rows, len(self.rows.tickets)
        clock = self._promise(case)
        steps = self._steps(case, place)
        events = self._events(case, number, place, steps)
        self._ticket(case, number, place, clock, events)
        rows.texts.append(table_of(TicketText).row(ticket_id=place, pairs=_searchable(case)))
        rows.steps += steps
        rows.events += events
        if clock is not None:
            rows.clocks.append(self._clock(clock, place))

    # ── the ticket ──
    def _ticket(self, case: Case, number: str, place: int, clock: ClockView | None, events: list[Row]) -> None:
        house, over = self.house, case.ended_at is not None
        reasons = [] if over else self._marks(case)
        known, fresh = self._customer(case)
        row = table_of(Ticket).row(
            id=place,
            number=number,
            organisation_id=house.organisation,
            rulebook_id=house.version.pk,
            kind=house.version.kind,
            subject=case.subject or _first_words(case.content),
            content=case.content,
            customer_id=known,
            anonymous=known is None and fresh is None,
            **case.facts,
            fields=self._fields(case),
            state=case.end_state if over else house.step.stage,
            step_kind="" if over else house.step.kind,
            unit_id=None if over else house.unit,
            step_opened_at=None if over else self._opened_at(case),
            priority=sum(reason["score"] for reason in reasons),
            marks=reasons,
            memory={"done": _done(events), "acted": {}, "held": [house.unit]},
            received_unit_id=house.unit,
            received_at=case.received_at,
            registered_at=house.at,
            promised_at=clock.due_at if clock else None,
            settled_at=case.settled_at,
            ended_at=case.ended_at,
            source=house.mapping.source,
            external_id=case.external_id,
            imported=True,
            verdict=case.verdict,
            event_count=len(events),
            chain_head=events[-1]["hash"],
        )
        self.rows.tickets.append(row)
        if fresh is not None:
            self.rows.fresh.append((row, fresh))

    def _fields(self, case: Case) -> dict[str, Any]:
        """The source's own words, the answer and the deadline, where the rulebook's actions look for them."""
        fields = dict(case.fields)
        if case.answer:
            fields[REPLY_TEXT] = case.answer
        if case.due_at is not None:
            fields[DEADLINE] = case.due_at.isoformat()
        if case.ended_at is not None and not case.end_known:
            fields[END_UNKNOWN] = True
        return fields

    def _marks(self, case: Case) -> list[dict[str, Any]]:
        house = self.house
        if not house.book.priority:
            return []
        step = StepView(1, house.step.kind, house.unit, self._opened_at(case))
        facts = {"content": case.content, **case.fields, **case.facts}
        picture = Picture("", house.book.kind, case.received_at, house.unit, facts, Memory(), [step])
        return marks(house.book, picture, house.at)

    def _customer(self, case: Case) -> tuple[int | None, int | None]:
        """(the id of one we know, the place of a new one): one of them, or neither."""
        if not case.customer:
            return None, None
        phone, account = index_of(case.customer.get("phone", "")), index_of(case.customer.get("account", ""))
        keys = [key for key in (("phone", phone), ("account", account)) if key[1]]
        for key in keys:
            if key in self.known:
                return self.known[key], None
            if key in self.fresh:
                return None, self.fresh[key]
        place = len(self.rows.customers)
        self.fresh.update(dict.fromkeys(keys, place))
        row = table_of(Customer).row(
            organisation_id=self.house.organisation,
            phone_index=phone,
            account_index=account,
            created_at=self.house.at,
            **case.customer,
        )
        self.rows.customers.append(row)
        return None, place

    # ── steps ──
    def _opened_at(self, case: Case) -> datetime:
        """When the open step began: what was recorded before it ended the step before it."""
        return case.happenings[-1].at if case.happenings else case.received_at

    def _steps(self, case: Case, place: int) -> list[Row]:
        """Each recorded event ends a step and begins the next one; the reply or the end ends the last."""
        record, last = self.house.mapping.actions["record"], self._last_action(case)
        began = case.received_at
        rows: list[Row] = []
        for happening in case.happenings:
            data = {"activity": happening.name, **happening.data}
            rows.append(self._step(place, len(rows) + 1, began, happening.at, record, data))
            began = happening.at
        if case.ended_at is None:
            rows.append(self._step(place, len(rows) + 1, began, None, "", {}))
        elif not rows or self._ends_itself(case):
            rows.append(self._step(place, len(rows) + 1, began, case.settled_at or case.ended_at, last, {}))
        return rows

    def _ends_itself(self, case: Case) -> bool:
        """Whether the end or the reply comes after the last recorded event."""
        return (case.settled_at or case.ended_at or case.received_at) > self._opened_at(case)

    def _last_action(self, case: Case) -> str:
        return self.house.mapping.actions["reply" if case.replied_at else "close"]

    def _step(
        self, place: int, ordinal: int, began: datetime, ended: datetime | None, result: str, data: dict[str, str]
    ) -> Row:
        return table_of(Step).row(
            ticket_id=place,
            ordinal=ordinal,
            kind=self.house.step.kind,
            unit_id=self.house.unit,
            opened_at=min(began, ended) if ended else began,  # a source may date an event before the receipt
            closed_at=ended,
            result=result,
            data=data,
        )

    # ── the promise ──
    def _promise(self, case: Case) -> ClockView | None:
        """The clock of the deadline that the source gives or the mapping reckons; None where there is neither."""
        house, calendar = self.house, self.house.world.calendar
        rule = house.book.clocks.get(PROMISE)
        if rule is None or (case.due_at is None and house.mapping.limit is None):
            return None
        clock = ClockView(PROMISE, case.received_at, chain=rule.alarm)
        if case.due_at is not None:
            clock.limit, clock.due_at = deadlines.BY_DATE, case.due_at
            clock.started_at = min(case.received_at, case.due_at)
        elif house.mapping.limit is not None:
            limit = house.mapping.limit
            due = reckon(limit, case.received_at, calendar, roll=house.book.roll, end=house.book.end)
            clock.limit, clock.due_at, clock.provisional = str(limit), due.due_at, due.provisional
            clock.warn_at = due.warn_at
        clock.first_due_at = clock.due_at
        stopped_at = case.settled_at or case.ended_at
        if stopped_at is not None:
            clock.stopped_at, clock.stopped_by = stopped_at, self._last_action(case)
        else:
            deadlines.aim(clock, book=house.book, calendar=calendar, at=house.at)
            skip_past(clock, house.book.alarms[rule.alarm], self.house)
        return clock

    def _clock(self, clock: ClockView, place: int) -> Row:
        return table_of(Clock).row(
            ticket_id=place,
            name=clock.name,
            limit=clock.limit,
            started_at=clock.started_at,
            first_due_at=clock.first_due_at,
            due_at=clock.due_at,
            warn_at=clock.warn_at,
            stopped_at=clock.stopped_at,
            stopped_by=clock.stopped_by,
            provisional=clock.provisional,
            chain=clock.chain,
            moment=clock.moment,
            next_at=clock.next_at,
        )

    # ── events ──
    def _events(self, case: Case, number: str, place: int, steps: list[Row]) -> list[Row]:
        """The chain, sealed: registered, what was recorded, the reply or the end, imported."""
        rows: list[Row] = []
        before = len(self.rows.steps) - 1
        for at, name, said in self._story(case, len(steps)):
            previous = rows[-1]["hash"] if rows else ""
            data = {**said, "unit": self._unit_name}
            sealed = seal(
                number=number,
                seq=len(rows) + 1,
                at=at,
                name=name,
                step=data.get("step"),
                actor=None,
                data=data,
                private="",
                previous=previous,
            )
            row = table_of(Event).row(
                ticket_id=place, seq=len(rows) + 1, at=at, name=name, data=data, previous=previous, hash=sealed
            )
            row["step_id"] = before + data["step"] if "step" in data else None
            rows.append(row)
        return rows

    def _story(self, case: Case, steps: int) -> list[tuple[datetime, str, dict[str, Any]]]:
        names, kind = self.house.mapping.actions, self.house.step.kind
        last = {"step": steps, "kind": kind}
        open_state = self.house.step.stage
        first = min(case.received_at, case.happenings[0].at) if case.happenings else case.received_at
        story: list[tuple[datetime, str, dict[str, Any]]] = [(first, names["register"], {"state": open_state})]
        for ordinal, happening in enumerate(case.happenings, start=1):
            given = {"activity": happening.name, **happening.data}
            said = {"given": given, "step": ordinal, "kind": kind, "state": open_state}
            story.append((happening.at, names["record"], said))
        if case.replied_at is not None:
            said = {"given": {REPLY_TEXT: case.answer}, **last} if case.answer else dict(last)
            state = case.end_state if case.ended_at == case.replied_at else open_state
            story.append((case.replied_at, names["reply"], {**said, "state": state}))
        if case.ended_at is not None and case.ended_at != case.replied_at:
            story.append((case.ended_at, names["close"], {**last, "state": case.end_state}))
        story.append((self.house.at, IMPORT, self._imported(case)))
        return story

    def _imported(self, case: Case) -> dict[str, Any]:
        mapping = self.house.mapping
        return {
            "source": mapping.source,
            "external_id": case.external_id,
            "file": self.house.file,
            "row": case.rows[0],
            "rows": len(case.rows),
            "sha256": case.sha256,
            "mapping": mapping.file,
            "mapping_sha256": mapping.sha256,
            "state": case.end_state or self.house.step.stage,
        }


def skip_past(clock: ClockView, chain: Chain, house: House) -> None:
    """Leave out the moments that lie before the import: nobody is warned of the past."""
    calendar = house.world.calendar

    def instant(place: int) -> datetime | None:
        entry = deadlines.entry_at(chain, place)
        return deadlines.instant_of(entry, clock, calendar) if entry is not None else None

    if clock.next_at is None or clock.next_at > house.at:
        return
    latest = datetime.max.replace(tzinfo=house.at.tzinfo)
    clock.moment = bisect_right(range(FAR), house.at, key=lambda place: instant(place) or latest)
    deadlines.point(clock, chain, calendar)


def numbers_wanted(cases: Sequence[Case], world: World) -> tuple[list[str], dict[str, int]]:
    """The day of each case in the organisation's zone, and how many numbers each day needs."""
    zone = world.calendar.zone
    days = [f"{case.received_at.astimezone(zone):%Y%m%d}" for case in cases]
    return days, dict(Counter(days))


def _done(events: Sequence[Row]) -> dict[str, int]:
    return dict(Counter(event["name"] for event in events if event["name"] != IMPORT))


def _searchable(case: Case) -> str:
    return " ".join(pairs(f"{case.subject} {case.content}"))


def _first_words(content: str) -> str:
    """A subject for a case without one: its first sentence, short enough for a row."""
    line = " ".join(content[:400].split())
    for stop in "。！？!?；;":
        line = line.split(stop)[0]
    return line[:60]
