"""One indicator: any dimensions, a table and a chart, its definition, and a second one over the same time (CORR)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt
from reporting.correlation import correlation
from reporting.declarations import Indicator, indicators
from reporting.dimensions import DIMENSIONS
from reporting.figures import Figure, figures
from reporting.periods import HOUR
from reporting.questions import Question, splits_of
from reporting.views.asking import Asking, asking_of, frame_of, page_of_figures
from reporting.views.charts import bars_chart, pair_chart, trend_chart
from reporting.views.dashboard import plain, tabs_of
from reporting.views.figure_words import (
    change_of,
    definition_of,
    goal_of,
    parts_of,
    shown,
    signed_change,
    unit_of,
)
from reporting.views.period_words import EACH_WORDS, days, short
from tickets.views.reader import language

MOST_ROWS = 500  # of the table; exports have all


@page_of_figures
def indicator(request: HttpRequest, id: str) -> HttpResponse:
    one = declared(id)
    asking, asked = asking_about(request, one)
    found = figures([one], asked, asking.viewer)
    rows = found[one.id]
    context = {
        **frame_of(asking, "indicator", id),
        "tabs": tabs_of(asking, ""),
        "one": {"id": id, "title": one.title.say(language()), "unit": unit_of(one), "has_middle": one.quantiles,
                "has_goal": bool(one.references), "is_count": one.is_count},
        "definition": definition_of(one, {}, asking),
        "splits": _splits(asking, one, asked),
        "eaches": _eaches(asking, one, asked),
        "seconds": _seconds(asking, one, asked),
        "dimensions": [DIMENSIONS[name].title.say(language()) for name in asked.by],
        "by_period": bool(asked.cycle),
        "rows": [row_of(one, figure, asked, asking) for figure in rows[:MOST_ROWS]],
        "more": max(0, len(rows) - MOST_ROWS),
        "chart": _chart(one, rows, asked, asking),
        "pair": _pair(asking, one, rows, asked),
        "exports": {kind: asking.address("indicator-export", id, kind) for kind in ("xlsx", "csv")},
    }  # fmt: skip
    return render(request, "indicators/indicator.html", context)


def declared(id: str) -> Indicator:
    found = indicators().get(id)
    if found is None:
        raise Http404
    return found


def asking_about(request: HttpRequest, one: Indicator) -> tuple[Asking, Question]:
    """What the page of one indicator asks: `by` may stand several times, `each` is the cycle. Raises Invalid."""
    asking = asking_of(request, "each", "second")
    by = ",".join(name for text in request.GET.getlist("by") for name in text.split(",") if name)
    if by:
        asking.more["by"] = by
    asked = asking.question(one, by=by.split(","), cycle=_cycle(one, asking))
    asked.periods()
    return asking, asked


def _cycle(one: Indicator, asking: Asking) -> str | None:
    each = asking.more.get("each", "")
    return each if each in one.cycles else None


# ── what may be chosen ───────────────────────────────────────────────────────────────────────────────


def _splits(asking: Asking, one: Indicator, asked: Question) -> list[dict[str, Any]]:
    return [
        {"name": name, "title": DIMENSIONS[name].title.say(language()), "on": name in asked.by}
        for name in splits_of(one)
    ]


def _eaches(asking: Asking, one: Indicator, asked: Question) -> list[dict[str, Any]]:
    choices = [{"value": "", "title": _("整个时期一行"), "on": asked.cycle is None}]
    choices += [{"value": cycle, "title": str(EACH_WORDS[cycle]), "on": cycle == asked.cycle} for cycle in one.cycles]
    return choices


def _seconds(asking: Asking, one: Indicator, asked: Question) -> list[dict[str, Any]]:
    """What can be laid over it: whatever knows the same conditions and the same parts."""
    return [
        {"value": other.id, "title": other.title.say(language()), "on": other.id == asking.more.get("second")}
        for other in indicators().values()
        if other is not one and asking.can_ask(other, asked.by)
    ]


# ── table and chart ──────────────────────────────────────────────────────────────────────────────────


def row_of(one: Indicator, figure: Figure, asked: Question, asking: Asking) -> dict[str, Any]:
    dims = dict(zip(asked.by, figure.dims, strict=True))
    return {
        "period": days(figure.period) if asked.cycle != HOUR else short(asked.cycle, figure.period),
        "titles": [asking.title(name, value) for name, value in dims.items()],
        "value": shown(one, figure.value),
        "previous": shown(one, figure.previous),
        "change": signed_change(one, figure),
        "verdict": (change_of(one, figure) or {}).get("verdict", ""),
        "goal": goal_of(one, figure, asking, dims),
        "parts": parts_of(one, figure, asked, asking),
        "denominator": fmt.count(figure.denominator),
        "all": fmt.count(figure.denominator_all),
        "excluded": fmt.count(figure.excluded),
        "median": shown(one, figure.median),
        "p90": shown(one, figure.p90),
    }


def _chart(one: Indicator, rows: Sequence[Figure], asked: Question, asking: Asking) -> dict[str, Any] | None:
    """A line over time, bars over parts; of parts over time the table alone is readable."""
    if asked.cycle and not asked.by:
        chart = trend_chart(one, rows, asked, asking, name="figure")
    elif asked.by and not asked.cycle:
        chart = bars_chart(one, rows, asked, asking, name="figure")
    else:
        return None
    return chart if chart["data"]["labels"] else None


def _pair(asking: Asking, one: Indicator, rows: Sequence[Figure], asked: Question) -> dict[str, Any] | None:
    """Both over the same periods or parts, one above the other, and how closely they move together."""
    other = indicators().get(asking.more.get("second", ""))
    if other is None or other is one or not asking.can_ask(other, asked.by) or not (asked.cycle or asked.by):
        return None
    found = figures([plain(other)], asked, asking.viewer)[other.id]
    theirs = {(figure.period.start, figure.dims): figure for figure in found}
    both = [(figure, theirs.get((figure.period.start, figure.dims))) for figure in rows]
    strength, pairs = correlation([(mine.value, its.value if its else None) for mine, its in both])
    return {
        "title": other.title.say(language()),
        "first": one.title.say(language()),
        "chart": pair_chart(one, other, both, asked, asking),
        "pairs": pairs,
        "strength": "" if strength is None else f"{strength:+.2f}".replace("-", fmt.MINUS),
        "words": strength_words(strength),
    }


def strength_words(strength: float | None) -> str:
    if strength is None:
        return _("数据太少，看不出两者是否相关。")
    if abs(strength) < 0.3:
        return _("两者几乎不相关。")
    if strength > 0:
        return _("两者明显同升同降。") if strength >= 0.7 else _("两者大致同升同降。")
    return _("两者明显此升彼降。") if strength <= -0.7 else _("两者大致此升彼降。")
