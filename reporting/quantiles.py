"""Median and 90th percentile beside a mean: between two values in proportion, as everybody's spreadsheet does it.

The database ranks the values within each group and hands over the one or two on each side of the place; so nothing
but a few rows leaves it, and PostgreSQL and SQLite give the same.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from . import rows as rows_
from .access import Viewer
from .declarations import POPULATIONS, Indicator
from .questions import Question
from .tally import BUCKET, Dims, Span, dimension_columns

TENTHS = (5, 9)  # the median, the 90th percentile


def quantiles_of(indicator: Indicator, asked: Question, viewer: Viewer) -> dict[tuple[datetime, Dims], tuple[Any, Any]]:
    """Median and 90th percentile of the indicator's measure, by period and dimensions."""
    table = rows_.table_of(indicator, asked)
    moment = rows_.moment_of(indicator, table)
    span = Span(asked, moment, viewer.world.calendar.zone)
    conditions = rows_.parts(indicator, table, viewer.at)
    dims = dimension_columns(asked, table, viewer.world)
    rows = rows_.rows_of(table, moment, asked.whole, asked, viewer).filter(conditions.numerator or Q())
    groups = [F(BUCKET), *(F(name) for name in dims)]
    column = F(POPULATIONS[table][indicator.measure].column)
    ranked = (
        span.only(rows)
        .annotate(**{BUCKET: span.bucket, **dims, "measured": column})
        .annotate(
            place=Window(RowNumber(), partition_by=groups, order_by=column.asc()),
            size=Window(Count("pk"), partition_by=groups),
        )
    )
    near = Q()
    for tenth in TENTHS:
        below = (F("size") - 1) * tenth / 10 + 1  # whole numbers: the database cuts the rest off
        near |= Q(place=below) | Q(place=below + 1)
    found: dict[tuple[datetime, Dims], dict[int, Any]] = defaultdict(dict)
    sizes: dict[tuple[datetime, Dims], int] = {}
    for row in ranked.filter(near).values(BUCKET, *dims, "place", "size", "measured"):
        key = span.start_of(row[BUCKET]), tuple(row[name] for name in dims)
        found[key][row["place"]], sizes[key] = row["measured"], row["size"]
    return {key: tuple(_at(values, sizes[key], tenth) for tenth in TENTHS) for key, values in found.items()}


def _at(values: dict[int, Any], size: int, tenth: int) -> Any:
    """The value at that share of the way from the least to the greatest."""
    whole, rest = divmod((size - 1) * tenth, 10)
    below = values[whole + 1]
    return below + (values[whole + 2] - below) * rest / 10 if rest else below
