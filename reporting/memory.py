"""Counts that a dashboard remembers, so that a month of a million tickets is not read again for each look at it.

The counts of a day stay the same until one of its facts is written, which raises the day's stamp, or until an instant
comes at which time alone changes one of them. Those instants are known (`FactInstant`): the few tickets that have one
within these ten minutes are counted live, and of all others what is remembered under the same stamp is true to the end
of them, or, where nothing is left for time to change, for ever. A figure is as exact as without memory.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Aggregate, Min, Q, QuerySet
from django.db.models.functions import TruncDate

from .models import DayCount, DayStamp, FactInstant
from .periods import Period

FOREVER = datetime(9000, 1, 1, tzinfo=UTC)  # a now that never changes: a question is known by it
ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)  # spells are counted from here, so that all processes agree on them
SPELL = timedelta(minutes=10)  # longer: more to count live at each look; shorter: days are counted anew more often
KEPT = timedelta(days=40)
Row = tuple[tuple[Any, ...], list[Any]]  # dimensions, counts in the order of the aggregates
Aggregates = Mapping[str, Aggregate]


@dataclass(frozen=True, slots=True)
class Daily:
    """Rows to be counted by the local day of their receipt, split by `dims`.

    `rows` gives those received in a period, or ever; `ticket` is their column that names the ticket. `counts` are the
    aggregates at the now that is asked for, `timeless` the same ones at FOREVER.
    """

    rows: Callable[[Period | None], QuerySet[Any]]
    ticket: str
    dims: Mapping[str, Any]
    counts: Aggregates
    timeless: Aggregates

    def by_day(self, rows: QuerySet[Any], aggregates: Aggregates, zone: Any) -> QuerySet[Any]:
        grouped = rows.annotate(day=TruncDate("received_at", tzinfo=zone), **self.dims).values("day", *self.dims)
        return grouped.order_by().annotate(**aggregates)

    def counted(self, rows: QuerySet[Any], zone: Any) -> dict[date, list[Row]]:
        found: dict[date, list[Row]] = defaultdict(list)
        for row in self.by_day(rows, self.counts, zone):
            counts = [row[name] or 0 for name in self.counts]
            found[row["day"]].append((tuple(row[name] for name in self.dims), counts))
        return found

    def known_by(self, zone: Any) -> str:
        """The statement says everything: whose eyes, which rows, what is counted, split by what."""
        sql, params = self.by_day(self.rows(None), self.timeless, zone).query.sql_with_params()
        plain = [getattr(param, "adapted", param) for param in params]  # a driver's wrapper differs each time
        return hashlib.sha256(f"{sql} {plain!r}".encode()).hexdigest()


def days_changed(days: Iterable[tuple[int, date]]) -> None:
    """Facts of these days (organisation, local day) are being written: what is remembered of them is old."""
    for organisation, day in sorted(set(days)):  # in one order, so that two writers don't wait for each other
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO reporting_daystamp (organisation_id, day, stamp) VALUES (%s, %s, 1)"
                " ON CONFLICT (organisation_id, day) DO UPDATE SET stamp = reporting_daystamp.stamp + 1",
                [organisation, day],
            )


@contextmanager
def one_look() -> Iterator[None]:
    """All that is read inside is of one moment: no ticket moves between the look at the days and at the live ones.

    Inside another transaction that one decides.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        if connection.vendor == "postgresql":  # SQLite lets nobody write meanwhile
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def counted_by_day(daily: Daily, *, organisation: int, span: Period, at: datetime) -> Iterator[tuple[date, Row]]:
    """The counts of each day of the span as of now: what is remembered, what must be counted anew, what turns."""
    zone, spell = span.start.tzinfo, spell_of(at)
    turning = FactInstant.objects.filter(organisation_id=organisation, at__gt=spell.start, at__lte=spell.end)
    of_turning = {f"{daily.ticket}__in": turning.values("fact_id")}
    question = daily.known_by(zone)
    fresh: list[DayCount] = []
    with one_look():
        live = daily.counted(daily.rows(span).filter(**of_turning), zone)
        kept, stale = _recalled(question, organisation, span, spell)
        if stale:
            reach = _reach(sorted(stale), zone)
            anew = daily.counted(daily.rows(reach).exclude(**of_turning), zone)
            until = _next_instants(organisation, reach, spell.start, zone)
            fresh = [
                DayCount(question=question, day=day, stamp=stamp, counts=anew.get(day, []), since=spell.start,
                         until=until.get(day), made_on=at.date())
                for day, stamp in sorted(stale.items())
            ]  # fmt: skip
    _keep(fresh)
    kept += [(row.day, row.counts) for row in fresh]
    return ((day, (tuple(dims), counts)) for day, rows in (*live.items(), *kept) for dims, counts in rows)


def spell_of(at: datetime) -> Period:
    """The ten minutes that a moment lies in."""
    start = at - (at - ORIGIN) % SPELL
    return Period(start, start + SPELL)


def _recalled(
    question: str, organisation: int, span: Period, spell: Period
) -> tuple[list[tuple[date, list[Any]]], dict[date, int]]:
    """What is remembered of days and still true; the stamps of the other days.

    It is true for the spell in which it was counted; and for a later one where no instant of the day came meanwhile, or
    will come within that one: then nothing was left out of it, and nothing is counted live.
    """
    bounds = {"day__gte": span.start.date(), "day__lt": span.end.date()}
    stale = dict(DayStamp.objects.filter(organisation_id=organisation, **bounds).values_list("day", "stamp"))
    still = Q(until=None) | Q(until__gt=spell.end)
    true = DayCount.objects.filter(Q(since=spell.start) | Q(still, since__lt=spell.start), question=question, **bounds)
    kept = [
        (day, counts) for day, stamp, counts in true.values_list("day", "stamp", "counts") if stale.get(day) == stamp
    ]
    for day, _counts in kept:
        del stale[day]
    return kept, stale


def _next_instants(organisation: int, reach: Period, after: datetime, zone: Any) -> dict[date, datetime]:
    """The first instant of each day that comes after that moment."""
    coming = FactInstant.objects.filter(
        organisation_id=organisation, at__gt=after, received_at__gte=reach.start, received_at__lt=reach.end
    )
    by_day = coming.annotate(day=TruncDate("received_at", tzinfo=zone)).values("day").order_by()
    return dict(by_day.annotate(first=Min("at")).values_list("day", "first"))


def _keep(fresh: Sequence[DayCount]) -> None:
    """Remember days that were counted. Who was faster with a newer stamp loses it: that day is counted once more."""
    DayCount.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["question", "day"],
        update_fields=["stamp", "counts", "since", "until", "made_on"],
    )


def _reach(days: Sequence[date], zone: Any) -> Period:
    """From the first to the last of the days. What lies between is counted too: mostly the latest ones changed."""
    begin, end = (datetime.combine(day, time.min, zone) for day in (days[0], days[-1] + timedelta(days=1)))
    return Period(begin, end)


def forget(at: datetime) -> int:
    """Drop what nobody has asked for anew in a long time; how many."""
    return DayCount.objects.filter(made_on__lt=(at - KEPT).date()).delete()[0]
