"""Charts as data: what the script draws, and the same in a table behind it. Nothing is worked out here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt
from reporting.declarations import Indicator
from reporting.dimensions import DIMENSIONS
from reporting.figures import Figure
from reporting.goals import reference_of
from reporting.periods import HOUR
from reporting.questions import Question
from reporting.spreads import Stack
from reporting.views.asking import Asking
from reporting.views.figure_words import parts_of, shown, unit_of, with_unit
from reporting.views.period_words import days, short
from tickets.views.reader import language

LINE, BARS, STACK, PAIR = "line", "bars", "stack", "pair"
MOST_BARS = 24
MOST_ROWS = 60  # of a table behind a chart


def trend_chart(
    one: Indicator, figures: Sequence[Figure], asked: Question, asking: Asking, *, name: str = "trend"
) -> dict[str, Any]:
    """This period as a line, the one before dashed under it where there is one, and the reference."""
    start = asking.pick.period.start
    now = [figure for figure in figures if figure.period.start >= start or asked.cycle == asking.pick.cycle]
    then = [figure for figure in figures if figure not in now]
    series = [_series(_("本期"), one, now)]
    if then:
        series.append({**_series(_("上期"), one, then[: len(now)]), "dashed": True})
    reference = reference_of(one, asking.known())
    return {
        "id": f"chart-{name}",
        "finding": _finding(one, now, asked.cycle),
        "data": {
            "kind": LINE,
            "unit": unit_of(one),
            "labels": [short(asked.cycle, figure.period) for figure in now],
            "series": series,
            "reference": _reference(reference),
            "worst": _worst(one, now),
        },
        "head": [_("时间"), f"{one.title.say(language())}（{unit_of(one)}）", _("分子"), _("分母"), _("待定")],
        "rows": [_trend_row(one, figure, asked, asking) for figure in now if figure.denominator_all],
    }


def _series(name: str, one: Indicator, figures: Sequence[Figure]) -> dict[str, Any]:
    return {"name": name, "values": [_number(one, figure.value) for figure in figures]}


def _number(one: Indicator, value: float | None) -> float | None:
    """As the scale of the chart has it; the script rounds nothing."""
    return None if value is None else round(value * one.scale, 1)


def _reference(reference: Any) -> dict[str, Any] | None:
    if reference is None:
        return None
    goal = reference.least if reference.least is not None else reference.most
    return {"value": goal, "words": _("参考 %(goal)s") % {"goal": f"{goal:g}"}}


def _worst(one: Indicator, figures: Sequence[Figure]) -> int | None:
    """The place of the worst value, which is marked; none where neither direction is the better one."""
    known = [(figure.value, place) for place, figure in enumerate(figures) if figure.value is not None]
    if not one.better or len(known) < 3:
        return None
    value, place = min(known) if one.better == "higher" else max(known)
    return None if all(other == value for other, _ in known) else place


def _finding(one: Indicator, figures: Sequence[Figure], cycle: str | None) -> str:
    known = [figure for figure in figures if figure.value is not None]
    title = one.title.say(language())
    if not known:
        return _("%(title)s：这一时期没有数据") % {"title": title}
    lowest = min(known, key=lambda figure: figure.value or 0)
    highest = max(known, key=lambda figure: figure.value or 0)
    return _("%(title)s：最低 %(low)s（%(low_when)s），最高 %(high)s（%(high_when)s）") % {
        "title": title,
        "low": with_unit(one, lowest.value),
        "low_when": short(cycle, lowest.period),
        "high": with_unit(one, highest.value),
        "high_when": short(cycle, highest.period),
    }


def _trend_row(one: Indicator, figure: Figure, asked: Question, asking: Asking) -> dict[str, Any]:
    parts = parts_of(one, figure, asked, asking)
    return {
        "title": days(figure.period) if asked.cycle != HOUR else short(asked.cycle, figure.period),
        "cells": [
            {"words": shown(one, figure.value)},
            parts["numerator"],
            {"words": fmt.count(figure.denominator)},
            parts["pending"],
        ],
    }


# ── distributions ────────────────────────────────────────────────────────────────────────────────────


def spread_chart(
    one: Indicator, found: Sequence[Figure], stack: Stack, asked: Question, asking: Asking
) -> dict[str, Any]:
    """Bars by one dimension, or parts of bars by a second one."""
    first, *second = asked.by
    labels = [asking.title(first, row) for row in stack.rows]
    series: list[dict[str, Any]] = [
        {"name": asking.title(second[0], part), "values": [row[place] for row in stack.cells]}
        for place, part in enumerate(stack.parts)
    ]
    if any(stack.others):
        series.append({"name": _("其余"), "values": list(stack.others), "rest": True})
    if not second:
        series = [{"name": one.title.say(language()), "values": list(stack.totals)}]
    titles = [_dimension(name) for name in asked.by]
    return {
        "id": f"chart-{'-'.join(asked.by)}",
        "title": " × ".join(titles),
        "finding": _spread_finding(labels, stack, titles[0]),
        "data": {
            "kind": STACK if second else BARS,
            "unit": unit_of(one),
            "labels": labels,
            "series": series,
            "totals": list(stack.totals),
        },
        "head": [*titles, f"{one.title.say(language())}（{unit_of(one)}）"],
        "rows": [_spread_row(one, figure, asked, asking) for figure in _greatest_first(found)],
    }


def _greatest_first(found: Sequence[Figure]) -> list[Figure]:
    return sorted((one for one in found if one.numerator), key=lambda figure: -figure.numerator)[:MOST_ROWS]


def _spread_row(one: Indicator, figure: Figure, asked: Question, asking: Asking) -> dict[str, Any]:
    titles = [asking.title(name, value) for name, value in zip(asked.by, figure.dims, strict=True)]
    return {
        "title": titles[0],
        "texts": titles[1:],
        "cells": [parts_of(one, figure, asked, asking)["numerator"]],
    }


def _spread_finding(labels: Sequence[str], stack: Stack, title: str) -> str:
    if not labels:
        return _("%(title)s：这一时期没有数据") % {"title": title}
    return _("%(title)s：最多的是 %(first)s，%(count)s 件") % {
        "title": title,
        "first": labels[0],
        "count": fmt.count(round(stack.totals[0])),
    }


def bars_chart(
    one: Indicator, figures: Sequence[Figure], asked: Question, asking: Asking, *, name: str
) -> dict[str, Any]:
    """A value for each part, in the order of the figures; with the reference as a line."""
    every = [figure for figure in figures if figure.value is not None]
    known = every[:MOST_BARS]
    labels = [" · ".join(asking.title(*pair) for pair in zip(asked.by, figure.dims, strict=True)) for figure in known]
    return {
        "id": f"chart-{name}",
        "finding": _("%(title)s，共 %(count)d 项") % {"title": one.title.say(language()), "count": len(every)},
        "data": {
            "kind": BARS,
            "unit": unit_of(one),
            "labels": labels,
            "series": [_series(one.title.say(language()), one, known)],
            "reference": _reference(reference_of(one, asking.known())),
        },
    }


def _dimension(name: str) -> str:
    return DIMENSIONS[name].title.say(language())


def pair_chart(
    one: Indicator, other: Indicator, both: Sequence[tuple[Figure, Figure | None]], asked: Question, asking: Asking
) -> dict[str, Any]:
    """Two charts over one axis, each with a scale of its own: never two scales in one chart."""
    titles = [indicator.title.say(language()) for indicator in (one, other)]
    labels = [_place(figure, asked, asking) for figure, _its in both]
    return {
        "id": "chart-pair",
        "finding": _("%(first)s与%(second)s") % {"first": titles[0], "second": titles[1]},
        "data": {
            "kind": PAIR,
            "labels": labels,
            "lines": bool(asked.cycle),
            "series": [
                {**_series(titles[0], one, [mine for mine, _its in both]), "unit": unit_of(one)},
                {
                    "name": titles[1],
                    "values": [_number(other, its.value if its else None) for _mine, its in both],
                    "unit": unit_of(other),
                },
            ],
        },
        "head": [
            _("时间") if asked.cycle else " · ".join(_dimension(name) for name in asked.by),
            *(f"{title}（{unit_of(indicator)}）" for title, indicator in zip(titles, (one, other), strict=True)),
        ],
        "rows": [
            {
                "title": label,
                "cells": [{"words": shown(one, mine.value)}, {"words": shown(other, its.value if its else None)}],
            }
            for label, (mine, its) in zip(labels, both, strict=True)
        ],
    }


def _place(figure: Figure, asked: Question, asking: Asking) -> str:
    """Where on the axis a figure stands: its period, its parts, or both."""
    parts = [asking.title(*pair) for pair in zip(asked.by, figure.dims, strict=True)]
    return " · ".join(([short(asked.cycle, figure.period)] if asked.cycle else []) + parts)
