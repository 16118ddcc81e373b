"""The content of a report for one pair of eyes: plain data that is kept, and that page, workbook and PDF are made of.

Every figure is the indicator engine's; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reporting.access import Viewer
from reporting.declarations import Indicator, indicators
from reporting.dimensions import DIMENSIONS
from reporting.figures import Figure, figures
from reporting.labels import Labels
from reporting.periods import Period, shifted
from reporting.questions import Question, question

from .definitions import Definition, Part
from .wording import period_title

MOST_ROWS = 200  # of one section
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report, on what, in which language. `unit` is a unit's code; empty = whatever the viewer sees."""

    definition: Definition
    title: str
    every: str
    period: Period
    unit: str
    language: str


def content_of(wanted: Wanted, viewer: Viewer) -> dict[str, Any]:
    """The report as this viewer may see it. Raises Backlog where facts are too far behind."""
    maker = _Maker(wanted, viewer)
    sections = [maker.section(part) for part in wanted.definition.parts_of(wanted.every)]
    return {
        "title": wanted.title,
        "unit": unit_name(viewer, wanted.unit, wanted.language),
        "every": wanted.every,
        "from": wanted.period.start.isoformat(),
        "to": wanted.period.end.isoformat(),
        "period": period_title(wanted.every, wanted.period, wanted.language),
        "made_at": viewer.at.astimezone(wanted.period.start.tzinfo).isoformat(timespec="minutes"),
        "language": wanted.language,
        "version": wanted.definition.version,
        "sections": sections,
        "definitions": [defined(indicators()[name], wanted.language) for name in sorted(maker.used)],
    }


def versions_of(content: Mapping[str, Any], definition: Definition) -> dict[str, int]:
    """Which definitions were used: of the report by its own id, of each indicator by its."""
    used = {one["id"]: one["version"] for one in content["definitions"]}
    return {f"report:{definition.id}": definition.version, **used}


def unit_name(viewer: Viewer, code: str, language: str) -> str:
    unit = viewer.world.by_code.get(code)
    if unit is None:
        return ""
    return unit.name_en if language.startswith("en") and unit.name_en else unit.name


def defined(one: Indicator, language: str) -> dict[str, Any]:
    """What a reader needs to know of a figure: what it says, what is left out, its clock and its version."""
    return {
        "id": one.id,
        "version": one.version,
        "title": one.title.say(language),
        "says": one.says.say(language),
        "excludes": one.excludes.say(language),
        "clock": one.clock,
        "source": one.source,
    }


class _Maker:
    """Makes the sections of one content, and remembers which indicators stand in it."""

    def __init__(self, wanted: Wanted, viewer: Viewer) -> None:
        self.wanted, self.viewer = wanted, viewer
        self.labels = Labels(viewer)
        self.used: set[str] = set()

    def section(self, part: Part) -> dict[str, Any]:
        told = [indicators()[name] for name in part.figures]
        here = [one for one in told if self.wanted.every in one.cycles]
        self.used.update(one.id for one in here)
        kind = "split" if part.by else "trend" if part.periods > 1 else "figures"
        rows = {"split": self._split, "trend": self._trend, "figures": self._figures}[kind](part, here)
        language = self.wanted.language
        return {
            "title": part.title.say(language),
            "kind": kind,
            "heading": DIMENSIONS[part.by].title.say(language) if part.by else "",
            "chart": part.chart,
            "rows": rows[:MOST_ROWS],
            "more": max(len(rows) - MOST_ROWS, 0),
            "left_out": [one.title.say(language) for one in told if one not in here],
        }

    def _figures(self, part: Part, here: Sequence[Indicator]) -> list[Row]:
        if not here:
            return []
        found = figures(here, self._asked(here[0], self.wanted.period), self.viewer)
        return [self._row(one, found[one.id][0], one.title.say(self.wanted.language)) for one in here]

    def _split(self, part: Part, here: Sequence[Indicator]) -> list[Row]:
        rows: list[Row] = []
        for one in here:
            found = figures([one], self._asked(one, self.wanted.period, by=part.by), self.viewer)[one.id]
            title = lambda figure: self.labels.title(part.by, figure.dims[0], self.wanted.language)  # noqa: E731
            rows += [self._row(one, figure, title(figure)) for figure in found]
        return sorted(rows, key=lambda row: -row["numerator"])

    def _trend(self, part: Part, here: Sequence[Indicator]) -> list[Row]:
        end = self.wanted.period.end
        span = Period(shifted(self.wanted.every, self.wanted.period.start, 1 - part.periods), end)
        rows: list[Row] = []
        for one in here:
            found = figures([one], self._asked(one, span), self.viewer)[one.id]
            name = lambda figure: period_title(self.wanted.every, figure.period, self.wanted.language)  # noqa: E731
            rows += [self._row(one, figure, name(figure)) for figure in found]
        return rows

    def _asked(self, one: Indicator, period: Period, by: str = "") -> Question:
        return question(one, asked_for(period, every=self.wanted.every, unit=self.wanted.unit, by=by), self.viewer)

    def _row(self, one: Indicator, figure: Figure, label: str) -> Row:
        return row_of(one, figure, label, self.wanted.every)


def asked_for(period: Period, *, every: str = "", unit: str = "", by: str = "") -> dict[str, str]:
    """A question in the words of the API."""
    return {"from": _iso(period.start), "to": _iso(period.end), "cycle": every, "unit": unit, "by": by}


def _iso(at: datetime) -> str:
    return at.isoformat()


def row_of(one: Indicator, figure: Figure, label: str, every: str) -> Row:
    """A figure with what a reader compares it with; `value` and `previous` are in the unit shown."""
    goal = next((row for row in one.references if row.when.items() <= {"cycle": every}.items()), None)
    return {
        "indicator": one.id,
        "label": label,
        "unit": one.unit,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "pending": figure.pending,
        "value": _scaled(one, figure.value),
        "previous": _scaled(one, figure.previous),
        "change": _scaled(one, figure.change),
        "least": goal.least if goal else None,
        "most": goal.most if goal else None,
    }


def _scaled(one: Indicator, value: float | None) -> float | None:
    return None if value is None else value * one.scale
