"""What a page of figures asks: whose eyes, which period, which conditions; and the addresses that change one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from complaints_site.lib.format import labelled, listed
from complaints_site.lib.packaged import is_here
from reporting.access import Viewer, viewer_of
from reporting.choices import choices_of, title_of, title_of_code
from reporting.declarations import SPLITS, Indicator
from reporting.dimensions import DIMENSIONS
from reporting.labels import Labels
from reporting.periods import Period
from reporting.picking import NAMES, Pick, picked
from reporting.questions import EXACTLY, Question, question, splits_of
from reporting.refresh import Backlog
from reporting.views.period_words import CYCLE_WORDS, against, period_title
from tickets.core.sentences import Invalid
from tickets.views.access import work_page
from tickets.views.reader import Reader, language, reader_of

CHARTS = "packaged/echarts.min.js"
RETRY_SECONDS = 10


@dataclass
class Asking:
    """One request for figures. `filters` are dimensions with the values asked for, in the words of an address."""

    reader: Reader
    viewer: Viewer
    pick: Pick
    filters: dict[str, str]
    more: dict[str, str]  # what else the page keeps in its address

    @cached_property
    def labels(self) -> Labels:
        return Labels(self.viewer)

    def can_ask(self, one: Indicator, by: Iterable[str] = ()) -> bool:
        """Whether the indicator knows these conditions and may be split like this."""
        known = {*SPLITS[one.population], *splits_of(one)}
        return known.issuperset(self.filters) and set(splits_of(one)).issuperset(by)

    def question(
        self, one: Indicator, *, by: Iterable[str] = (), cycle: str | None = None, span: Period | None = None,
        also: Mapping[str, str] | None = None,
    ) -> Question:  # fmt: skip
        """The question about this period, or another span. Raises Invalid."""
        given = {**self.filters, **(also or {}), **self.pick.asked(), "by": ",".join(by)}
        asked = question(one, given, self.viewer)
        span = span or self.pick.period
        return replace(asked, start=span.start, end=span.end, cycle=cycle)

    def known(self, dims: Mapping[str, Any] | None = None) -> dict[str, str]:
        """What decides which reference holds: the cycle, and the one value of each dimension."""
        single = {name: text.removesuffix(EXACTLY) for name, text in self.filters.items() if "," not in text}
        return {"cycle": self.pick.cycle, **single, **{name: str(value) for name, value in (dims or {}).items()}}

    def address(self, name: str, *args: str, **changes: str) -> str:
        """A page for the same period and conditions; a change to "" takes a word off."""
        kept = {**self.pick.given(), **self.filters, **self.more, **changes}
        query = urlencode({word: text for word, text in kept.items() if text})
        return f"{reverse(name, args=args)}?{query}"

    def exactly(self, dimension: str, value: Any) -> str:
        """A value in an address that means this value and nothing below it."""
        return f"{self.labels.code(dimension, value) or ''}{EXACTLY}"

    def title(self, dimension: str, value: Any) -> str:
        return title_of(dimension, value, self.labels, language())


def asking_of(request: HttpRequest, *more: str) -> Asking:
    """Raises Invalid where the period can't be meant."""
    reader = reader_of(request)
    viewer = viewer_of(reader.person, reader.at)
    given = {name: text for name, text in request.GET.dict().items() if isinstance(text, str) and text}
    filters = {name: text for name, text in given.items() if name in DIMENSIONS}
    pick = picked(given, reader.at, viewer.world.calendar.zone)
    return Asking(reader, viewer, pick, filters, {name: given[name] for name in more if name in given})


def page_of_figures(view: Callable[..., HttpResponse]) -> Any:
    """A page that reads figures: a question that can't be meant, or counts that are not ready, are told in words."""

    @work_page
    @require_GET
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Invalid as error:
            return _refused(request, error)
        except Backlog:
            return _not_counted(request)

    return guarded


def _refused(request: HttpRequest, error: Invalid) -> HttpResponse:
    problems = [
        {"field": "", "words": labelled(_field_title(name), say.say(language()))}
        for name, says in error.errors.items()
        for say in says
    ]
    context = {"at": reader_of(request).at, "current": "indicators", "problems": problems}
    return render(request, "indicators/refused.html", context, status=422)


def _field_title(name: str) -> str:
    return DIMENSIONS[name].title.say(language()) if name in DIMENSIONS else name


def _not_counted(request: HttpRequest) -> HttpResponse:
    context = {"at": reader_of(request).at, "current": "indicators"}
    response = render(request, "indicators/not_counted.html", context, status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


# ── the bar on top of every page of figures ──────────────────────────────────────────────────────────


def frame_of(asking: Asking, page: str, *args: str) -> dict[str, Any]:
    """Period, conditions and place, for the bar on top."""
    choices = list(_choices(asking))
    offered = {choice["name"] for choice in choices}
    return {
        "at": asking.reader.at,
        "current": "indicators",
        "place": asking.reader.place.partition(" · ")[0],
        "charts": is_here(CHARTS),
        "bar": {
            "page": reverse(page, args=args),
            "picked": list(asking.pick.given().items()),
            "kept": [
                *asking.more.items(),
                *((name, text) for name, text in asking.filters.items() if name not in offered),
            ],
            "filters": list(asking.filters.items()),
            **_period_words(asking, page, *args),
            "chips": list(_chips(asking, page, *args)),
            "choices": choices,
        },
    }


def _period_words(asking: Asking, page: str, *args: str) -> dict[str, Any]:
    pick = asking.pick
    clear = dict.fromkeys(NAMES, "")

    def to(**words: str) -> str:
        return asking.address(page, *args, **{**clear, **words})

    today = asking.reader.at.astimezone(pick.period.start.tzinfo).date().isoformat()
    on = today if pick.is_range or asking.reader.at in pick.period else pick.period.start.date().isoformat()
    return {
        "cycles": [
            {"words": words, "url": to(period=cycle, on=on), "current": cycle == pick.cycle}
            for cycle, words in CYCLE_WORDS.items()
        ],
        "title": period_title(pick, asking.reader.at),
        "against": against(pick),
        "earlier": "" if pick.is_range else to(period=pick.cycle, on=pick.moved(-1).isoformat()),
        "later": "" if pick.is_range else to(period=pick.cycle, on=pick.moved(1).isoformat()),
        "is_range": pick.is_range,
        **(pick.given() if pick.is_range else {}),
    }


def _chips(asking: Asking, page: str, *args: str) -> Iterable[dict[str, str]]:
    for name, words in zip(asking.filters, condition_words(asking), strict=True):
        title = DIMENSIONS[name].title.say(language())
        yield {"code": name, "name": title, "words": words, "remove_url": asking.address(page, *args, **{name: ""})}


def condition_words(asking: Asking) -> list[str]:
    """Each condition as a reader reads it: 受理渠道：热线."""
    said = []
    for name, text in asking.filters.items():
        codes = text.removesuffix(EXACTLY).split(",")
        values = listed(title_of_code(name, code, asking.labels, language()) for code in codes)
        said.append(labelled(DIMENSIONS[name].title.say(language()), values))
    return said


def _choices(asking: Asking) -> Iterable[dict[str, Any]]:
    """A field for each dimension whose values are known beforehand: the rulebooks' words, and units."""
    for name, dimension in DIMENSIONS.items():
        choices = choices_of(name, asking.labels, asking.viewer, language())
        if choices:
            value = asking.filters.get(name, "").removesuffix(EXACTLY)
            yield {"name": name, "title": dimension.title.say(language()), "value": value, "choices": choices}
