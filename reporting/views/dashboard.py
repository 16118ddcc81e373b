"""The dashboard: six numbers, a trend, where complaints come from, where it leaks, unit by unit (design §9.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt
from reporting.boards import Dashboard, dashboards
from reporting.declarations import Indicator, indicators
from reporting.figures import Figure, figures
from reporting.periods import Period, before
from reporting.questions import Question, branch_of
from reporting.spreads import Share, grid_of, stacked
from reporting.views.asking import Asking, asking_of, frame_of, page_of_figures
from reporting.views.charts import bars_chart, spread_chart, trend_chart
from reporting.views.figure_words import behind_url, card_of, change_of, goal_of, shown, unit_of
from tickets.views.queue_words import books_in_force
from tickets.views.reader import language

ALL = "all"  # every declared indicator, as a table
REST = "rest"
PIECES = (("rest_url", "part", REST), ("whole_url", "whole", "1"))  # fetched by script, or by a link without it
BRANCH, UNIT = "branch", "responsible_unit"


@page_of_figures
def dashboard(request: HttpRequest) -> HttpResponse:
    asking = asking_of(request, "board", "trend")
    board = dashboards().get(asking.more.get("board", ""), next(iter(dashboards().values())))
    context = {**frame_of(asking, "indicators"), "tabs": tabs_of(asking, board.id)}
    if asking.more.get("board") == ALL:
        context |= {"tabs": tabs_of(asking, ALL), "groups": _groups(asking)}
        return render(request, "indicators/all.html", context)
    if request.GET.get("part") == REST:
        return render(request, "indicators/rest.html", context | _rest(asking, board))
    context |= _numbers(asking, board)
    if request.GET.get("whole"):
        context |= {"whole": True, **_rest(asking, board)}
    else:
        context |= {name: asking.address("indicators", **{word: text}) for name, word, text in PIECES}
    return render(request, "indicators/dashboard.html", context)


def _rest(asking: Asking, board: Dashboard) -> dict[str, Any]:
    """What stands below the numbers; a page asks for it as soon as it is shown."""
    return {"spreads": _spreads(asking, board), "heat": _heat(asking, board), "units": _units(asking, board)}


def tabs_of(asking: Asking, current: str) -> list[dict[str, Any]]:
    def to(board: str) -> str:
        return asking.address("indicators", board=board, trend="", by="", each="", second="")

    tabs = [
        {"label": one.title.say(language()), "url": to(one.id), "current": one.id == current}
        for one in dashboards().values()
    ]
    steps = asking.address("indicators-steps", board="", trend="", by="", each="", second="")
    tabs.append({"label": _("环节与延误"), "url": steps, "current": current == "steps"})
    return [*tabs, {"label": _("全部指标"), "url": to(ALL), "current": current == ALL}]


# ── numbers and trend ────────────────────────────────────────────────────────────────────────────────


def _numbers(asking: Asking, board: Dashboard) -> dict[str, Any]:
    wanted = [indicators()[name] for name in board.numbers if asking.can_ask(indicators()[name])]
    if not wanted:
        return {"cards": [], "trend": None}
    beside = [indicators()[name] for one in wanted for name in one.beside]
    every = {one.id: plain(one) for one in (*wanted, *beside) if asking.can_ask(one)}
    cycle = None if asking.pick.is_range else asking.pick.cycle
    asked = asking.question(wanted[0], cycle=cycle, span=asking.pick.recent())
    found = figures(list(every.values()), asked, asking.viewer, remember=True)
    cards = [card_of(one, found, asked, asking) for one in wanted]
    chosen = next((one for one in wanted if one.id == asking.more.get("trend")), wanted[0])
    return {"cards": cards, "trend": _trend(asking, chosen, wanted)}


def plain(one: Indicator) -> Indicator:
    """Without median and 90th percentile: those rank every row, and stand on the indicator's own page."""
    return replace(one, quantiles=False)


def _trend(asking: Asking, one: Indicator, wanted: Sequence[Indicator]) -> dict[str, Any]:
    choices = [
        {"label": other.title.say(language()), "url": asking.address("indicators", trend=other.id) + "#trend",
         "current": other is one}
        for other in wanted
    ]  # fmt: skip
    return {"title": one.title.say(language()), "choices": choices, "chart": trend_of(asking, one)}


def trend_of(asking: Asking, one: Indicator) -> dict[str, Any] | None:
    """Over the parts of the period and of the one before; of what is not asked in such parts, over recent periods."""
    pick = asking.pick
    part = pick.part_for(one)
    if part is None:
        return None
    earlier = before(None if pick.is_range else pick.cycle, pick.period)
    span = pick.recent() if part == pick.cycle else Period(earlier.start, pick.period.end)
    asked = asking.question(one, cycle=part, span=span)
    found = figures([plain(one)], asked, asking.viewer, remember=True)[one.id]
    return trend_chart(one, found, asked, asking)


# ── where they come from ─────────────────────────────────────────────────────────────────────────────


def _spreads(asking: Asking, board: Dashboard) -> list[dict[str, Any]]:
    one = indicators()[board.spread]
    return [_spread(asking, one, by, board.kind) for by in board.spreads if asking.can_ask(one, by)]


def _spread(asking: Asking, one: Indicator, by: Sequence[str], kind: str) -> dict[str, Any]:
    of_kind = replace(asking, filters={**asking.filters, "kind": kind})
    asked = of_kind.question(one, by=by)
    found = figures([one], asked, asking.viewer, remember=True)[one.id]
    return spread_chart(one, found, stacked(found), asked, of_kind)


# ── where it leaks: units × steps ────────────────────────────────────────────────────────────────────


def _heat(asking: Asking, board: Dashboard) -> dict[str, Any] | None:
    one = indicators().get(board.heat)
    by = (BRANCH if _sees_branches(asking) else "unit", "step")
    if one is None or not asking.can_ask(one, by):
        return None
    asked = asking.question(one, by=by)
    found = figures([one], asked, asking.viewer, remember=True)[one.id]
    return heat_of(asking, one, found, asked)


def heat_of(asking: Asking, one: Indicator, found: Sequence[Figure], asked: Question) -> dict[str, Any]:
    """Shares of late steps; a cell opens the late ones, the sums open theirs."""
    place = asked.by[0]
    grid, by_dims = grid_of(found), {figure.dims: figure for figure in found}
    order = steps_in_order(asking)
    steps = sorted(grid.columns, key=lambda step: (order.get(step, len(order)), step))
    tree = asking.viewer.world.units
    units = sorted(grid.rows, key=lambda unit: tree[unit].path if unit in tree else ())

    def cell(unit: int, step: str) -> dict[str, Any]:
        figure = by_dims.get((unit, step))
        share = grid.cells.get((unit, step), Share())
        part = "failures" if share.failed else "numerator"
        return _share(share, behind_url(one, figure, asked, asking, part) if figure else "")

    rows = [
        {
            "title": asking.title(place, unit),
            "url": asking.address("indicator", one.id, **{place: asking.exactly(place, unit)}, by="step", board=""),
            "cells": [cell(unit, step) for step in steps],
            "total": grid.rows[unit].judged,
            "overdue": grid.rows[unit].failed,
        }
        for unit in units
    ]
    return {
        "caption": _("各单位各环节的超时率，可左右滚动"),
        "corner": _("单位"),
        "columns": [asking.title("step", step) for step in steps],
        "rows": rows,
        "totals": [
            _share(grid.columns[step], asking.address("indicator", one.id, step=f"{step}!", by=place, board=""))
            for step in steps
        ],
        "total": grid.total.judged,
        "overdue": grid.total.failed,
        "greatest": 0,
        "by_rate": True,
    }


def steps_in_order(asking: Asking) -> dict[str, int]:
    """Where each kind of step stands in its rulebook."""
    books = reversed(books_in_force(asking.reader))
    return {step: number for book in books for number, step in enumerate(book.steps)}


def _share(share: Share, url: str) -> dict[str, Any]:
    return {"count": share.judged, "overdue": share.failed, "warned": 0, "url": url}


# ── unit by unit ─────────────────────────────────────────────────────────────────────────────────────


def _units(asking: Asking, board: Dashboard) -> dict[str, Any] | None:
    """Branch by branch where several are seen, else by the unit that is responsible."""
    dimension = BRANCH if _sees_branches(asking) else UNIT
    known = [indicators()[name] for name in board.numbers]
    wanted = [plain(one) for one in known if asking.can_ask(one, (dimension,))]
    if not wanted:
        return None
    asked = asking.question(wanted[0], by=(dimension,))
    found = figures(wanted, asked, asking.viewer, remember=True)
    by_unit = {one.id: {figure.dims[0]: figure for figure in found[one.id]} for one in wanted}
    tree = asking.viewer.world.units
    units = {unit for rows in by_unit.values() for unit in rows}
    ordered = sorted(units, key=lambda unit: (unit is None, tree[unit].path if unit in tree else ()))
    return {
        "title": _("按分公司") if dimension == BRANCH else _("按责任单位"),
        "columns": [{"title": one.title.say(language()), "unit": unit_of(one)} for one in wanted],
        "rows": [_unit_row(asking, dimension, unit, wanted, by_unit, asked) for unit in ordered],
        "chart": bars_chart(wanted[0], found[wanted[0].id], asked, asking, name="units"),
        "chart_title": wanted[0].title.say(language()),
    }


def _sees_branches(asking: Asking) -> bool:
    units = asking.viewer.sight.units if asking.viewer.sight else frozenset()
    return BRANCH not in asking.filters and len({branch_of(asking.viewer.world, unit) for unit in units}) > 1


def _unit_row(
    asking: Asking, dimension: str, unit: Any, wanted: Sequence[Indicator],
    by_unit: Mapping[str, Mapping[Any, Figure]], asked: Question,
) -> dict[str, Any]:  # fmt: skip
    code = asking.labels.code(dimension, unit)
    return {
        "title": asking.title(dimension, unit),
        "url": asking.address("indicators", **{dimension: code}) if code else "",
        "cells": [_unit_cell(asking, one, by_unit[one.id].get(unit), asked) for one in wanted],
    }


def _unit_cell(asking: Asking, one: Indicator, figure: Figure | None, asked: Question) -> dict[str, Any]:
    if figure is None:
        return {"words": fmt.NONE}
    failed = figure.denominator is not None and figure.numerator < figure.denominator
    part = "failures" if failed and not (one.measure or one.apart or one.base) else "numerator"
    return {
        "words": shown(one, figure.value),
        "url": behind_url(one, figure, asked, asking, part) if figure.value is not None else "",
        "goal": goal_of(one, figure, asking),
        "change": change_of(one, figure),
    }


# ── every declared indicator ─────────────────────────────────────────────────────────────────────────


def _groups(asking: Asking) -> list[dict[str, Any]]:
    """All of them by the file that declares them; what can't be asked under these conditions stands there empty."""
    groups: dict[str, list[Indicator]] = {name: [] for name in dashboards()}
    for one in indicators().values():
        groups.setdefault(one.group, []).append(one)
    return [
        {"id": name, "title": _group_title(name), "rows": _rows(asking, declared)} for name, declared in groups.items()
    ]


def _group_title(name: str) -> str:
    titles = {"calls": _("热线"), "watch": _("预警")}
    return titles.get(name) or (dashboards()[name].title.say(language()) if name in dashboards() else name)


def _rows(asking: Asking, declared: Sequence[Indicator]) -> list[dict[str, Any]]:
    asked_of = [plain(one) for one in declared if asking.can_ask(one)]
    found: dict[str, list[Figure]] = {}
    if asked_of:
        found = figures(asked_of, asking.question(asked_of[0]), asking.viewer, remember=True)
    return [_row(asking, one, found[one.id][0] if one.id in found else None) for one in declared]


def _row(asking: Asking, one: Indicator, figure: Figure | None) -> dict[str, Any]:
    return {
        "title": one.title.say(language()),
        "says": one.says.say(language()),
        "url": asking.address("indicator", one.id, board="", trend=""),
        "value": shown(one, figure.value) if figure else fmt.NONE,
        "unit": unit_of(one) if figure and figure.value is not None else "",
        "goal": goal_of(one, figure, asking) if figure else None,
        "change": change_of(one, figure) if figure else None,
        "pending": fmt.count(figure.pending) if figure else fmt.NONE,
        "all": fmt.count(figure.denominator_all) if figure else fmt.NONE,
    }
