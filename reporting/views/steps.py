"""Where time is spent: per step and unit, on both clocks; the paths that tickets take, and where they go to and fro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints_site.lib import format as fmt
from reporting.counting import SEPARATOR
from reporting.declarations import Indicator, indicators
from reporting.figures import Figure, figures
from reporting.paths import Path, Paths, behind_path, paths_of
from reporting.questions import Question
from reporting.views.asking import Asking, asking_of, frame_of, page_of_figures
from reporting.views.charts import bars_chart
from reporting.views.dashboard import steps_in_order, tabs_of
from reporting.views.figure_words import behind_url, shown
from reporting.views.indicator_tickets import list_of
from reporting.views.period_words import days

WALL, WORKED, COUNTED = "time_spent", "time_spent_worked", "received"  # declared indicators
KINDS = ("complaint", "escalation", "appeal")  # of tickets, words of the product
MOST_PATHS, MOST_LOOPS = 20, 15
PATH_WORDS = {
    "path": gettext_lazy("走这条路径的工单"),
    "again": gettext_lazy("又回到这个环节的工单"),
    "swing": gettext_lazy("在这两个环节之间来回的工单"),
}


@page_of_figures
def steps(request: HttpRequest) -> HttpResponse:
    asking = _asking(request)
    by = ("step", "unit") if request.GET.get("units") else ("step",)
    asked = asking.question(indicators()[WALL], by=by)
    found = figures([indicators()[WALL], indicators()[WORKED]], asked, asking.viewer, remember=True)
    paths = paths_of(asking.question(indicators()[COUNTED]), asking.viewer)
    context = {
        **_without_kind(frame_of(asking, "indicators-steps")),
        "tabs": tabs_of(asking, "steps"),
        "kinds": _kinds(asking),
        "by_unit": len(by) > 1,
        "toggle": asking.address("indicators-steps", units="" if len(by) > 1 else "1"),
        "rows": _rows(found, asked, asking),
        "chart": bars_chart(indicators()[WALL], found[WALL], asked, asking, name="steps"),
        "paths": _paths(paths, asking),
    }
    return render(request, "indicators/steps.html", context)


def _asking(request: HttpRequest) -> Asking:
    """Always of one kind of tickets: paths of different kinds can't be compared."""
    asking = asking_of(request, "units")
    kind = asking.filters.get("kind", KINDS[0])
    return replace(asking, filters={**asking.filters, "kind": kind if kind in KINDS else KINDS[0]})


def _without_kind(frame: dict[str, Any]) -> dict[str, Any]:
    """The kind is chosen by a switch of its own and can't be taken off."""
    bar = frame["bar"]
    chips = [chip for chip in bar["chips"] if chip["code"] != "kind"]
    choices = [choice for choice in bar["choices"] if choice["name"] != "kind"]
    kept = [*bar["kept"], *((name, text) for name, text in bar["filters"] if name == "kind")]
    return {**frame, "bar": {**bar, "chips": chips, "choices": choices, "kept": kept}}


def _kinds(asking: Asking) -> list[dict[str, Any]]:
    return [
        {
            "words": asking.title("kind", kind),
            "url": asking.address("indicators-steps", kind=kind),
            "current": asking.filters["kind"] == kind,
        }
        for kind in KINDS
    ]


def _rows(found: dict[str, list[Figure]], asked: Question, asking: Asking) -> list[dict[str, Any]]:
    """Both clocks side by side; a limit's own clock leaves out what it does not count."""
    worked = {figure.dims: figure for figure in found[WORKED]}
    order = steps_in_order(asking)
    return [
        {
            "titles": [asking.title(name, value) for name, value in zip(asked.by, figure.dims, strict=True)],
            "count": fmt.count(figure.denominator),
            "url": behind_url(indicators()[WALL], figure, asked, asking, "numerator") if figure.denominator else "",
            "pending": fmt.count(figure.pending),
            "pending_url": behind_url(indicators()[WALL], figure, asked, asking, "pending") if figure.pending else "",
            "wall": _times(indicators()[WALL], figure),
            "worked": _times(indicators()[WORKED], worked.get(figure.dims)),
        }
        for figure in sorted(found[WALL], key=lambda figure: order.get(figure.dims[0], len(order)))
    ]


def _times(one: Indicator, figure: Figure | None) -> list[str]:
    if figure is None:
        return [fmt.NONE] * 3
    return [shown(one, value) for value in (figure.value, figure.median, figure.p90)]


# ── paths ────────────────────────────────────────────────────────────────────────────────────────────


def _paths(paths: Paths, asking: Asking) -> dict[str, Any]:
    return {
        "tickets": paths.tickets,
        "different": len(paths.variants),
        "variants": [_counted(f"path:{_code(path)}", _titles(path, asking), number, paths, asking)
                     for path, number in paths.variants[:MOST_PATHS]],
        "again": [_counted(f"again:{step}", [asking.title("step", step)], number, paths, asking)
                  for step, number in paths.again[:MOST_LOOPS]],
        "swings": [_counted(f"swing:{_code(pair)}", _titles(pair, asking), number, paths, asking)
                   for pair, number in paths.to_and_fro[:MOST_LOOPS]],
    }  # fmt: skip


def _code(path: Path) -> str:
    return SEPARATOR.join(path)


def _titles(path: Sequence[str], asking: Asking) -> list[str]:
    return [asking.title("step", step) for step in path]


def _counted(part: str, titles: list[str], number: int, paths: Paths, asking: Asking) -> dict[str, Any]:
    return {
        "titles": titles,
        "count": fmt.count(number),
        "share": fmt.rate(number, paths.tickets),
        "width": round(100 * number / paths.tickets, 1),
        "url": asking.address("indicators-paths", path=part, units=""),
    }


@page_of_figures
def path_tickets(request: HttpRequest) -> HttpResponse:
    """The tickets that took a path, came back to a step, or went to and fro."""
    part = request.GET.get("path", "")
    name, _colon, text = part.partition(":")
    if name not in PATH_WORDS:
        raise Http404
    asking = _asking(request)
    asked = asking.question(indicators()[COUNTED])
    context = {
        **list_of(request, asking, behind_path(part, asked, asking.viewer), _("件")),
        "title": str(PATH_WORDS[name]),
        "part": " → ".join(_titles(text.split(SEPARATOR), asking)),
        "says": "",
        "facts": [days(asked.whole), asking.title("kind", asking.filters["kind"])],
        "back": asking.address("indicators-steps"),
    }
    return render(request, "indicators/tickets.html", context)
