"""Customer numbers as denominators: which rows of the imported base a figure is divided by (row O06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from .access import Viewer
from .declarations import Indicator
from .models import CustomerBase
from .periods import MONTH, Period, before, begin_of, shifted
from .questions import Question

Dims = tuple[Any, ...]
# The parts of the customers that a base may be told for. By any other dimension the customers stay the same:
# 营业厅受理的移动业务客户投诉率 is divided by the customers of mobile business (doc 3 §2.6.3 a).
PARTS = ("business_type", "region", "level", "brand")
Part = tuple[str, ...]
Base = Mapping[Part, int]


def customers_of(
    indicator: Indicator, asked: Question, combinations: Sequence[Dims], viewer: Viewer
) -> dict[tuple[Period, Dims], int | None]:
    """Customers by period and dimensions; None where no base was imported for all of the period's months."""
    if not indicator.base:
        return {}
    periods = asked.periods()
    both = [*periods, *(before(asked.cycle, period) for period in periods)]
    if viewer.sight is None:
        return {}
    told = _told(viewer.sight.organisation, min(p.start for p in both), max(p.end for p in both))
    return {
        (period, dims): _mean([_customers(told.get(month, {}), _parts(asked, dims)) for month in _months(period)])
        for period in both
        for dims in combinations
    }


def _told(organisation: int, start: datetime, end: datetime) -> Mapping[date, Base]:
    rows = CustomerBase.objects.filter(
        organisation_id=organisation, month__gte=begin_of(MONTH, start).date(), month__lt=end.date()
    )
    told: dict[date, dict[Part, int]] = defaultdict(dict)
    for row in rows:
        told[row.month][tuple(getattr(row, name) for name in PARTS)] = row.customers
    return told


def _months(period: Period) -> list[date]:
    """The months that a period meets, by their first days."""
    found, month = [], begin_of(MONTH, period.start)
    while month < period.end:
        found.append(month.date())
        month = shifted(MONTH, month, 1)
    return found


def _mean(months: Sequence[int | None]) -> int | None:
    """The mean of the months, whole; a month without a base leaves no data."""
    known = [month for month in months if month is not None]
    return sum(known) // len(known) if known and len(known) == len(months) else None


def _parts(asked: Question, dims: Dims) -> tuple[Part, ...]:
    """For each of PARTS the words asked for; `("",)` = all customers."""
    row = dict(zip(asked.by, dims, strict=True))
    only = {name: tuple(str(value) for value in among.values) for name, among in asked.only.items() if name in PARTS}
    return tuple((str(row[name]),) if row.get(name) else only.get(name, ("",)) for name in PARTS)


def _customers(base: Base, parts: tuple[Part, ...], at: int = 0, given: Part = ()) -> int | None:
    """The base of exactly these words; where it is only told for what lies below a word, the sum of that."""
    if at == len(PARTS):
        return base.get(given)
    found = [_of_word(base, parts, at, given, word) for word in parts[at]]
    return None if any(one is None for one in found) else sum(one or 0 for one in found)


def _of_word(base: Base, parts: tuple[Part, ...], at: int, given: Part, word: str) -> int | None:
    exact = _customers(base, parts, at + 1, (*given, word))
    if exact is not None:
        return exact
    below = [_of_word(base, parts, at, given, child) for child in _children(base, at, given, word)]
    return sum(one or 0 for one in below) if below and None not in below else None


def _children(base: Base, at: int, given: Part, word: str) -> list[str]:
    """The words right below a word that some row of the base begins with."""
    start = f"{word}." if word else ""
    known = {part[at] for part in base if part[:at] == given and part[at].startswith(start) and part[at] != word}
    heads = {f"{start}{one[len(start) :].split('.')[0]}" if word or at == 0 else one for one in known}
    return sorted(heads)
