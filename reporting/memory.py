"""Counts that a dashboard remembers, so that a month of a million tickets is not read again for each look at it.

A ticket that has ended has nothing left for time to decide: the counts of a day's ended tickets stay the same until one
of them is written again, which raises the day's stamp. So what is remembered under the same stamp is true, days that
changed are counted anew, and the open tickets are always counted live. A figure is as exact as without memory.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Aggregate, QuerySet
from django.db.models.functions import TruncDate

from .models import DayCount, DayStamp
from .periods import Period

FOREVER = datetime(9000, 1, 1, tzinfo=UTC)  # the now of what has ended
KEPT = timedelta(days=40)
Row = tuple[tuple[Any, ...], list[Any]]  # dimensions, counts in the order of the aggregates


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
    """All that is read inside is of one moment: no ticket ends between the look at the open and at the ended ones.

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


def remembered(
    ended: Callable[[Period | None], QuerySet[Any]],
    dims: Mapping[str, Any],
    aggregates: Mapping[str, Aggregate],
    *,
    organisation: int,
    span: Period,
    at: datetime,
) -> tuple[dict[date, list[Row]], list[DayCount]]:
    """The counts of each day of the span, and those of them to `keep` when the look is over.

    `ended` gives the rows of ended tickets received in a period, or ever.
    """
    zone = span.start.tzinfo

    def daily(period: Period | None) -> QuerySet[Any]:
        rows = ended(period).annotate(day=TruncDate("received_at", tzinfo=zone), **dims)
        return rows.values("day", *dims).order_by().annotate(**aggregates)

    question = _question(daily(None))
    bounds = {"day__gte": span.start.date(), "day__lt": span.end.date()}
    stamps = dict(DayStamp.objects.filter(organisation_id=organisation, **bounds).values_list("day", "stamp"))
    kept = DayCount.objects.filter(question=question, **bounds).values_list("day", "stamp", "counts")
    found = {day: _rows(counts) for day, stamp, counts in kept if stamps.get(day) == stamp}
    missing = sorted(stamps.keys() - found.keys())
    counted = _counted(daily(_reach(missing, zone)), dims, aggregates) if missing else {}
    fresh = [
        DayCount(question=question, day=day, stamp=stamps[day], counts=counted.get(day, []), made_on=at.date())
        for day in missing
    ]
    return found | {row.day: _rows(row.counts) for row in fresh}, fresh


def keep(fresh: Sequence[DayCount]) -> None:
    """Remember days that were counted. Who was faster with a newer stamp loses it: that day is counted once more."""
    DayCount.objects.bulk_create(
        sorted(fresh, key=lambda row: row.day),
        update_conflicts=True,
        unique_fields=["question", "day"],
        update_fields=["stamp", "counts", "made_on"],
    )


def _question(daily: QuerySet[Any]) -> str:
    """The statement says everything: whose eyes, which rows, what is counted, split by what."""
    sql, params = daily.query.sql_with_params()
    plain = [getattr(param, "adapted", param) for param in params]  # a driver's wrapper differs each time
    return hashlib.sha256(f"{sql} {plain!r}".encode()).hexdigest()


def _reach(days: Sequence[date], zone: Any) -> Period:
    """From the first to the last of the days. What lies between is counted too: mostly the latest ones changed."""
    begin, end = (datetime.combine(day, time.min, zone) for day in (days[0], days[-1] + timedelta(days=1)))
    return Period(begin, end)


def _counted(daily: QuerySet[Any], dims: Iterable[str], aggregates: Iterable[str]) -> dict[date, list[Any]]:
    names, counts = tuple(dims), tuple(aggregates)
    found: dict[date, list[Any]] = defaultdict(list)
    for row in daily:
        found[row["day"]].append([[row[name] for name in names], [row[name] or 0 for name in counts]])
    return found


def _rows(counts: Iterable[Any]) -> list[Row]:
    return [(tuple(dims), values) for dims, values in counts]


def forget(at: datetime) -> int:
    """Drop what nobody has asked for anew in a long time; how many."""
    return DayCount.objects.filter(made_on__lt=(at - KEPT).date()).delete()[0]
