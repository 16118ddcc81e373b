"""Figures of imported tickets (row I04): on time, answered within so many days, durations, the log of events.

All of it comes from the product's own tickets and events, never from the file. There are two kinds of on-time share,
and they are never mixed: by deadline (settled at or before the promise in force), and by the source's own verdict
where the source says "in time" and gives no deadline. Durations are clock hours.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from tickets.calendars import Calendar
from tickets.models import FACT_COLUMNS, Event, Organisation, Ticket
from tickets.organisations import world_of

DAYS = (1, 3, 5, 7, 10, 15, 30)
DAY = timedelta(days=1)
YEAR = "year"
FIELD = re.compile(r"[a-z][a-z0-9_]{0,58}")
PAGE = 2_000
TOP_VARIANTS = 5

REPLY = "reply"  # the event, a word that rulebooks share

DEADLINE, VERDICT, NEITHER = "deadline", "verdict", "neither"


class UnknownSplit(ValueError):
    """There is no such dimension."""


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Share:
    """So many of so many."""

    num: int = 0
    den: int = 0

    def add(self, holds: bool) -> None:
        self.num += holds
        self.den += 1

    def told(self) -> dict[str, Any]:
        """A zero denominator is "no data", not 0 %."""
        return {"num": self.num, "den": self.den, "rate": round(self.num / self.den, 6) if self.den else None}


def statistics(values: Iterable[float]) -> dict[str, Any]:
    """Count, mean, median, 90th percentile (between two values in proportion), least, greatest; four decimals."""
    ordered = sorted(values)
    if not ordered:
        return {"n": 0, "mean": None, "median": None, "p90": None, "min": None, "max": None}
    return {
        "n": len(ordered),
        "mean": round(sum(ordered) / len(ordered), 4),
        "median": round(_quantile(ordered, 0.5), 4),
        "p90": round(_quantile(ordered, 0.9), 4),
        "min": round(ordered[0], 4),
        "max": round(ordered[-1], 4),
    }


def _quantile(ordered: list[float], share: float) -> float:
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def hours(length: timedelta) -> float:
    return length.total_seconds() / 3600


# ── tickets ──────────────────────────────────────────────────────────────────────────────────────────


def imported_tickets(organisation: Organisation, source: str) -> QuerySet[Ticket]:
    """The imported tickets of a source in an organisation."""
    return Ticket.objects.filter(organisation=organisation, source=source, imported=True).exclude(external_id="")


@dataclass
class Figures:
    """The figures of one group of tickets."""

    cases: int = 0
    open: int = 0
    on_time: Share = field(default_factory=Share)
    verdict: Share = field(default_factory=Share)
    working: dict[int, Share] = field(default_factory=lambda: {days: Share() for days in DAYS})
    calendar: dict[int, Share] = field(default_factory=lambda: {days: Share() for days in DAYS})
    working_days: array[int] = field(default_factory=lambda: array("i"))
    to_settled: array[float] = field(default_factory=lambda: array("d"))
    to_ended: array[float] = field(default_factory=lambda: array("d"))
    to_reply: array[float] = field(default_factory=lambda: array("d"))  # where the source knows of a reply

    def add(self, row: _Row, calendar: Calendar) -> None:
        self.cases += 1
        self.open += row.ended_at is None
        if row.verdict is not None:
            self.verdict.add(row.verdict)
        if row.ended_at is not None and not row.end_unknown:
            self.to_ended.append(hours(row.ended_at - row.received_at))
        if row.settled_at is not None:
            self._settled(row, row.settled_at, calendar)

    def _settled(self, row: _Row, settled_at: datetime, calendar: Calendar) -> None:
        if row.promised_at is not None:
            self.on_time.add(settled_at <= row.promised_at)
        length = settled_at - row.received_at
        self.to_settled.append(hours(length))
        worked = calendar.working_days_between(
            calendar.local(row.received_at).date(), calendar.local(settled_at).date()
        )
        self.working_days.append(worked)
        for days in DAYS:
            self.working[days].add(worked <= days)
            self.calendar[days].add(length <= days * DAY)

    @property
    def basis(self) -> str:
        """What the on-time share is counted by."""
        return DEADLINE if self.on_time.den else VERDICT if self.verdict.den else NEITHER

    def told(self) -> dict[str, Any]:
        return {
            "cases": self.cases,
            "open": self.open,
            "ended": self.cases - self.open,
            "basis": self.basis,
            "on_time_by_deadline": self.on_time.told(),
            "on_time_by_verdict": self.verdict.told(),
            "settled_within_working_days": {str(days): share.told() for days, share in self.working.items()},
            "settled_within_24h_days": {str(days): share.told() for days, share in self.calendar.items()},
            "working_days_to_settled": statistics(self.working_days),
            "hours_to_reply": statistics(self.to_reply),
            "hours_to_settled": statistics(self.to_settled),
            "days_to_settled": statistics(value / 24 for value in self.to_settled),
            "hours_to_ended": statistics(self.to_ended),
            "days_to_ended": statistics(value / 24 for value in self.to_ended),
        }


@dataclass(frozen=True, slots=True)
class _Row:
    received_at: datetime
    settled_at: datetime | None
    ended_at: datetime | None
    promised_at: datetime | None
    verdict: bool | None
    end_unknown: bool
    group: Any


def _rows(tickets: QuerySet[Ticket], column: str) -> Iterator[_Row]:
    columns = ("received_at", "settled_at", "ended_at", "promised_at", "verdict", "fields__end_unknown")
    for row in tickets.order_by("pk").values_list(*columns, column).iterator(chunk_size=PAGE):
        received_at, settled_at, ended_at, promised_at, verdict, unknown, group = row
        yield _Row(received_at, settled_at, ended_at, promised_at, verdict, bool(unknown), group)


def _column(by: str) -> str:
    """The column of a dimension: a fact, or a field of the source. Raises UnknownSplit."""
    if by in FACT_COLUMNS:
        return by
    if by == YEAR:
        return "received_at"
    if not FIELD.fullmatch(by):
        raise UnknownSplit(by)
    return f"fields__{by}"


def imported_figures(organisation: Organisation, source: str, by: str | None = None) -> dict[str, Any]:
    """Every figure of a source; with `by` (a fact, a field of the source, `year` of receipt) those of each value too.

    Raises UnknownSplit.
    """
    calendar = world_of(organisation.pk).calendar
    tickets = imported_tickets(organisation, source)
    column = _column(by) if by else "channel"
    whole = Figures()
    groups: dict[str, Figures] = defaultdict(Figures)

    def key_of(value: Any) -> str:
        if by == YEAR:
            return str(calendar.local(value).year)
        return "" if value is None else str(value)

    for row in _rows(tickets, column):
        whole.add(row, calendar)
        if by:
            groups[key_of(row.group)].add(row, calendar)
    for length, group in _replies(tickets, column):
        whole.to_reply.append(length)
        if by:
            groups[key_of(group)].to_reply.append(length)
    told = {"organisation": organisation.code, "source": source, **whole.told(), "log": event_log(tickets)}
    if by:
        largest = sorted(groups.items(), key=lambda item: (-item[1].cases, item[0]))
        told["by"] = by
        told["groups"] = {key: figures.told() for key, figures in largest}
    return told


def _replies(tickets: QuerySet[Ticket], column: str) -> Iterator[tuple[float, Any]]:
    """Hours from receipt to the reply that the source recorded."""
    replies = Event.objects.filter(ticket__in=tickets, name=REPLY, at__lte=F("ticket__registered_at")).order_by("pk")
    rows = replies.values_list("at", "ticket__received_at", f"ticket__{column}")
    for at, received_at, group in rows.iterator(chunk_size=PAGE):
        yield hours(at - received_at), group


# ── the log of events ────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Log:
    events: int = 0
    first: datetime | None = None
    last: datetime | None = None
    lengths: array[float] = field(default_factory=lambda: array("d"))
    per_case: array[int] = field(default_factory=lambda: array("i"))
    activities: Counter[str] = field(default_factory=Counter)
    starts: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)
    waits: dict[str, array[float]] = field(default_factory=lambda: defaultdict(lambda: array("d")))

    def add(self, received_at: datetime, case: list[tuple[datetime, str]]) -> None:
        times, names = zip(*case, strict=True)
        first, last = min(times), max(times)
        self.events += len(case)
        self.first = min(self.first or first, first)
        self.last = max(self.last or last, last)
        self.lengths.append(hours(last - first))
        self.per_case.append(len(case))
        self.activities.update(names)
        self.starts[names[0]] += 1
        self.ends[names[-1]] += 1
        self.variants[">".join(names)] += 1
        firsts = {name: at for at, name in reversed(case)}  # of an activity that comes twice, the first
        for name, at in firsts.items():
            self.waits[name].append(hours(at - received_at) / 24)

    def told(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "cases_with_events": len(self.per_case),
            "first_event": self.first.isoformat() if self.first else None,
            "last_event": self.last.isoformat() if self.last else None,
            "hours_first_to_last": statistics(self.lengths),
            "events_per_case": statistics(self.per_case),
            "activities": dict(self.activities.most_common()),
            "start_activities": dict(self.starts.most_common()),
            "end_activities": dict(self.ends.most_common()),
            "variants": len(self.variants),
            "top_variants": dict(self.variants.most_common(TOP_VARIANTS)),
            "days_from_receipt": {name: statistics(days) for name, days in sorted(self.waits.items())},
        }


def event_log(tickets: QuerySet[Ticket]) -> dict[str, Any]:
    """What the source recorded of these tickets, before they were imported."""
    log = _Log()
    for received_at, case in _recorded(tickets):
        log.add(received_at, case)
    return log.told()


def _recorded(tickets: QuerySet[Ticket]) -> Iterator[tuple[datetime, list[tuple[datetime, str]]]]:
    """Case by case: the receipt, and the recorded events in the order of their chain."""
    events = Event.objects.filter(ticket__in=tickets, at__lte=F("ticket__registered_at"))
    named = events.exclude(data__given__activity=None).order_by("ticket_id", "seq")
    rows = named.values_list("ticket_id", "ticket__received_at", "at", "data__given__activity")
    for (_, received_at), case in groupby(rows.iterator(chunk_size=PAGE), key=lambda row: row[:2]):
        yield received_at, [(at, activity) for *_, at, activity in case]


# ── shares for the page ──────────────────────────────────────────────────────────────────────────────


def imported_shares(organisation: Organisation, sources: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Cases and on-time shares of each source, in one statement: what the page shows."""
    settled = Q(promised_at__isnull=False, settled_at__isnull=False)
    rows = (
        Ticket.objects.filter(organisation=organisation, source__in=list(sources), imported=True)
        .exclude(external_id="")
        .values("source")
        .annotate(
            cases=Count("pk"),
            open=Count("pk", filter=Q(ended_at=None)),
            on_time=Count("pk", filter=settled & Q(settled_at__lte=F("promised_at"))),
            with_deadline=Count("pk", filter=settled),
            kept=Count("pk", filter=Q(verdict=True)),
            judged=Count("pk", filter=Q(verdict__isnull=False)),
        )
    )
    return {row["source"]: _shared(row) for row in rows}


def _shared(row: Mapping[str, Any]) -> dict[str, Any]:
    if row["with_deadline"]:
        basis, share = DEADLINE, Share(row["on_time"], row["with_deadline"])
    elif row["judged"]:
        basis, share = VERDICT, Share(row["kept"], row["judged"])
    else:
        basis, share = NEITHER, Share()
    return {"cases": row["cases"], "open": row["open"], "basis": basis, **share.told()}
