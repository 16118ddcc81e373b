"""Declarations and figures as the API and the command tell them. One function for each, so that none can differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from .declarations import Indicator
from .figures import Figure
from .labels import Labels
from .periods import HOUR
from .questions import EXACTLY, NAMES, Question, splits_of


def indicator_dict(one: Indicator, language: str) -> dict[str, Any]:
    """A declaration: what the figure says, over what, and what it should reach (row N09)."""
    return {
        "id": one.id,
        "version": one.version,
        "group": one.group,
        "title": one.title.say(language),
        "says": one.says.say(language),
        "excludes": one.excludes.say(language) or None,
        "source": one.source or None,
        "population": one.population,
        "kinds": sorted(one.kinds),
        "unit": one.unit,
        "scale": one.scale,
        "period": one.period,
        "clock": one.clock,
        "better": one.better or None,
        "cycles": list(one.cycles),
        "by": list(splits_of(one)),
        "beside": list(one.beside),
        "references": [{"least": row.least, "most": row.most, "when": dict(row.when)} for row in one.references],
        "definition": dict(one.definition),
    }


def figure_dict(figure: Figure, asked: Question, labels: Labels, language: str) -> dict[str, Any]:
    """A row: period, dimensions, counts, value. `value` times `scale` is what is shown in the indicator's unit."""
    codes = {name: labels.code(name, value) for name, value in zip(asked.by, figure.dims, strict=True)}
    titles = {name: labels.title(name, value, language) for name, value in zip(asked.by, figure.dims, strict=True)}
    return {
        "period": period_name(figure.period.start, asked.cycle),
        "from": figure.period.start.isoformat(),
        "to": figure.period.end.isoformat(),
        **codes,
        **({"labels": titles} if titles else {}),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "denominator_all": figure.denominator_all,
        "value": figure.value,
        "pending": figure.pending,
        "excluded": figure.excluded,
        "previous": figure.previous,
        "change": figure.change,
        **({"median": figure.median, "p90": figure.p90} if figure.median is not None else {}),
    }


def period_name(start: datetime, cycle: str | None) -> str:
    """A period by its first day; an hour by its instant."""
    return start.isoformat() if cycle == HOUR else start.date().isoformat()


def query_behind(figure: Figure, asked: Question, given: Mapping[str, str], labels: Labels) -> str:
    """The query of `/indicators/{id}/tickets/` that lists what stands behind this figure; `part` is added to it."""
    kept = {name: text for name, text in given.items() if text and name not in (*NAMES, *asked.by)}
    dims = zip(asked.by, figure.dims, strict=True)
    row = {name: f"{labels.code(name, value) or ''}{EXACTLY}" for name, value in dims}
    span = {"from": figure.period.start.isoformat(), "to": figure.period.end.isoformat()}
    return urlencode({**span, **kept, **row})


def table_of(rows: Iterable[Mapping[str, Any]], asked: Question) -> tuple[list[str], list[list[Any]]]:
    """Heading and cells of a table of rows, dimensions by their titles."""
    counts = ["numerator", "denominator", "denominator_all", "value", "pending", "excluded", "previous", "change"]
    lines = [
        [row["period"], *(row["labels"][name] for name in asked.by), *(row[name] for name in counts)] for row in rows
    ]
    return ["period", *asked.by, *counts], lines
