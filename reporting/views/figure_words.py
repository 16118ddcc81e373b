"""A figure in words: value and unit, goal, change, and what stands beside it, each with the address of its tickets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints_site.lib import format as fmt
from complaints_site.lib.timestate import NORMAL, OVERDUE
from reporting.declarations import Indicator, Reference, indicators
from reporting.figures import PARTS, Figure
from reporting.goals import BETTER, SAME, WORSE, Verdict, trend_of, verdict_of
from reporting.questions import Question
from reporting.represent import query_behind
from reporting.views.asking import Asking
from reporting.views.period_words import CYCLE_WORDS
from tickets.views.reader import language

UNIT_WORDS = {
    "percent": "%",
    "per_10000": gettext_lazy("件/万户"),
    "per_100": gettext_lazy("件/百件"),
    "hours": gettext_lazy("小时"),
    "seconds": gettext_lazy("秒"),
    "count": gettext_lazy("件"),
    "each": gettext_lazy("次/件"),
}
ROW_WORDS = {
    "tickets": gettext_lazy("件"),
    "steps": gettext_lazy("个环节"),
    "calls": gettext_lazy("通"),
    "alerts": gettext_lazy("条"),
    "contacts": gettext_lazy("次"),
}
PART_WORDS = {
    "numerator": gettext_lazy("计入分子"),
    "failures": gettext_lazy("未达成"),
    "pending": gettext_lazy("待定"),
}
CHANGE_WORDS = {BETTER: gettext_lazy("变好"), WORSE: gettext_lazy("变差"), SAME: gettext_lazy("没有变化")}


def shown(one: Indicator, value: float | None) -> str:
    """The value in its unit, without the unit's word; no data is a dash."""
    if value is None:
        return fmt.NONE
    return fmt.count(round(value)) if one.is_count else fmt.one_decimal(value * one.scale)


def unit_of(one: Indicator) -> str:
    return str(ROW_WORDS[one.population] if one.is_count else UNIT_WORDS[one.unit])


def with_unit(one: Indicator, value: float | None) -> str:
    if value is None:
        return fmt.NONE
    glue = "" if one.unit == "percent" else " "
    return f"{shown(one, value)}{glue}{unit_of(one)}"


def change_of(one: Indicator, figure: Figure) -> dict[str, str] | None:
    """By how much, and whether that is good: which direction is the better one is the indicator's to say."""
    if figure.change is None:
        return None
    if one.unit == "percent":
        words = fmt.points(figure.change * one.scale)
    else:
        words = f"{_signed(one, figure.change)} {unit_of(one)}"
    verdict = trend_of(one, figure.change)
    arrow = "up" if figure.change > 0 else "down" if figure.change < 0 else ""
    return {"words": words, "verdict": verdict, "verdict_words": str(CHANGE_WORDS.get(verdict, "")), "arrow": arrow}


def _signed(one: Indicator, change: float) -> str:
    if one.is_count:
        return fmt.signed(round(change))
    words = fmt.one_decimal(change * one.scale)
    return words if words.startswith(fmt.MINUS) or words == "0.0" else f"+{words}"


def signed_change(one: Indicator, figure: Figure) -> str:
    """For a column whose head has the unit."""
    return fmt.NONE if figure.change is None else _signed(one, figure.change)


# ── goals ────────────────────────────────────────────────────────────────────────────────────────────


def goal_of(
    one: Indicator, figure: Figure, asking: Asking, dims: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """Whether the reference is met, and by how much it is missed; None where there is none."""
    verdict = verdict_of(one, figure.value, asking.known(dims))
    if verdict is None:
        return None
    words = _("达标") if verdict.met else _("未达标，差 %(distance)s") % {"distance": _distance(one, verdict)}
    return {
        "state": NORMAL if verdict.met else OVERDUE,
        "words": words,
        "reference": reference_words(one, verdict),
        "bullet": _bullet(one, figure, verdict),
    }


def _distance(one: Indicator, verdict: Verdict) -> str:
    if one.unit == "percent":
        return fmt.points(verdict.distance).removeprefix("+")
    return f"{fmt.one_decimal(verdict.distance)} {unit_of(one)}"


def reference_words(one: Indicator, verdict: Verdict) -> str:
    sign = "≥" if verdict.reference.least is not None else "≤"
    glue = "" if one.unit == "percent" else " "
    return f"{sign} {_plain(verdict.goal)}{glue}{unit_of(one)}"


def _plain(number: float) -> str:
    return f"{number:g}"


def _bullet(one: Indicator, figure: Figure, verdict: Verdict) -> dict[str, float]:
    """Lengths of a bar of 100: of a share the part from as far below the goal as 100 % is above, else from 0."""
    value, goal = (figure.value or 0) * one.scale, verdict.goal
    if one.unit == "percent":
        start = max(0.0, goal - 2 * (100 - goal)) if goal < 100 else 0.0
        end = 100.0
    else:
        start, end = 0.0, max(value, goal) * 1.25 or 1.0
    return {"start": start, "fill": _share(value, start, end), "tick": _share(goal, start, end)}


def _share(value: float, start: float, end: float) -> float:
    return round(100 * min(1.0, max(0.0, (value - start) / (end - start))), 1)


# ── what stands behind a figure ──────────────────────────────────────────────────────────────────────


def behind_url(one: Indicator, figure: Figure, asked: Question, asking: Asking, part: str) -> str:
    """The page that lists exactly the rows of this part of the figure."""
    query = query_behind(figure, asked, asking.filters, asking.labels)
    return f"{reverse('indicator-tickets', args=[one.id])}?{query}&part={part}"


def parts_of(one: Indicator, figure: Figure, asked: Question, asking: Asking) -> dict[str, dict[str, Any]]:
    """Each part with its number in words and the address of its rows; of none there is nothing to open."""
    counts = {
        "numerator": figure.denominator if one.measure else round(figure.numerator),
        "failures": None if one.is_count or one.apart or one.measure or one.base else _failed(figure),
        "pending": figure.pending if one.pending is not None else None,
    }
    return {
        part: {
            "words": fmt.count(counts[part]),
            "title": str(PART_WORDS[part]),
            "url": behind_url(one, figure, asked, asking, part) if counts[part] else "",
        }
        for part in PARTS
    }


def _failed(figure: Figure) -> int | None:
    return None if figure.denominator is None else figure.denominator - round(figure.numerator)


# ── a card ───────────────────────────────────────────────────────────────────────────────────────────


def card_of(one: Indicator, found: Mapping[str, Sequence[Figure]], asked: Question, asking: Asking) -> dict[str, Any]:
    """One of the numbers on top; the last figure is this period's, those before it make the spark line."""
    figures = found[one.id]
    figure = figures[-1]
    return {
        "id": one.id,
        "title": one.title.say(language()),
        "url": asking.address("indicator", one.id, board="", trend=""),
        "value": shown(one, figure.value),
        "unit": "" if figure.value is None else unit_of(one),
        "no_data": "" if figure.value is not None else _no_data(one, figure),
        "goal": goal_of(one, figure, asking),
        "change": change_of(one, figure),
        "spark": spark_of([past.value for past in figures]),
        "parts": parts_of(one, figure, asked, asking),
        "denominator": fmt.count(figure.denominator) if figure.denominator is not None else "",
        "is_sum": bool(one.measure),
        "is_count": one.is_count,
        "all": fmt.count(figure.denominator_all),
        "row_unit": str(ROW_WORDS[one.population]),
        "pending": figure.pending,
        "excluded": figure.excluded,
        "definition": definition_of(one, found, asking),
    }


def _no_data(one: Indicator, figure: Figure) -> str:
    if one.base and figure.denominator is None:
        return _("还没有导入这一时期的客户数")
    return _("这一时期没有数据")


SPARK_WIDTH, SPARK_HEIGHT = 100, 24


def spark_of(values: Iterable[float | None]) -> dict[str, Any] | None:
    """Points of a line over the periods with data; nothing where there are fewer than two."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    last = known[-1][0]
    least, greatest = min(value for _, value in known), max(value for _, value in known)
    span = greatest - least or 1.0
    points = [
        (round(4 + (SPARK_WIDTH - 8) * place / last, 1), round(20 - 16 * (value - least) / span, 1))
        for place, value in known
    ]
    return {"points": " ".join(f"{x},{y}" for x, y in points), "x": f"{points[-1][0]}", "y": f"{points[-1][1]}"}


# ── the definition (row N09) ─────────────────────────────────────────────────────────────────────────

PERIOD_WORDS = {
    "received": gettext_lazy("按受理时间"),
    "settled": gettext_lazy("按办结时间"),
    "ended": gettext_lazy("按结案时间"),
    "closed": gettext_lazy("按环节结束时间"),
    "asked": gettext_lazy("按请求人工的时间"),
    "raised": gettext_lazy("按预警发出的时间"),
}
CLOCK_WORDS = {
    "limit": gettext_lazy("时限自己的时钟（工作日时限只计工作时间）"),
    "wall": gettext_lazy("自然时间，昼夜连续"),
    "none": gettext_lazy("不涉及时间"),
}


def definition_of(one: Indicator, found: Mapping[str, Sequence[Figure]], asking: Asking) -> dict[str, Any]:
    """Everything that the declaration says, with today's counts and the figures that belong beside it."""
    figure = found[one.id][-1] if found.get(one.id) else None
    return {
        "id": f"definition-{one.id}",
        "says": one.says.say(language()),
        "numerator": _amount(one, figure),
        "denominator": "" if figure is None or figure.denominator is None else fmt.count(figure.denominator),
        "denominator_all": "" if figure is None else fmt.count(figure.denominator_all),
        "excludes": one.excludes.say(language()),
        "period": str(PERIOD_WORDS[one.period]),
        "clock": str(CLOCK_WORDS[one.clock]),
        "references": [_reference_row(one, row, asking) for row in one.references],
        "source": one.source,
        "version": one.version,
        "beside": [
            {
                "title": indicators()[name].title.say(language()),
                "value": with_unit(indicators()[name], found[name][-1].value) if found.get(name) else "",
                "url": asking.address("indicator", name, board="", trend=""),
            }
            for name in one.beside
        ],
    }


def _amount(one: Indicator, figure: Figure | None) -> str:
    if figure is None:
        return ""
    if one.measure and one.unit != "each":
        return f"{fmt.one_decimal(figure.numerator)} {unit_of(one)}"
    return fmt.count(round(figure.numerator))


def _reference_row(one: Indicator, row: Reference, asking: Asking) -> str:
    words = reference_words(one, Verdict(row, 0.0))
    when = [
        str(CYCLE_WORDS[value]) if name == "cycle" else asking.title(name, value) for name, value in row.when.items()
    ]
    return _("%(goal)s（%(when)s）") % {"goal": words, "when": fmt.listed(when)} if when else words
