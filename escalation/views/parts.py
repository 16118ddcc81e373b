"""What the pages of supervision share: tabs, the choice of a rulebook, words of stages, pages of a list."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from tickets.core.picture import ClockView, Picture
from tickets.core.world import World
from tickets.rulebook.compiled import APPROVAL, Book
from tickets.views.addresses import address
from tickets.views.queue_words import books_in_force
from tickets.views.reader import Reader, language
from tickets.views.time_bars import bar_of, calendar_for

CURRENT = "supervision"
TABS = (
    ("supervision", gettext_lazy("各省督办")),
    ("escalations", gettext_lazy("升级投诉")),
    ("orders", gettext_lazy("督办单")),
    ("major-reports", gettext_lazy("重大事项")),
    ("walls", gettext_lazy("大屏")),
)
STAGE_WORDS = {
    "intake": pgettext_lazy("stage", "受理"),
    "review": pgettext_lazy("stage", "复核"),
    "dispatch": pgettext_lazy("stage", "派单"),
    "handling": pgettext_lazy("stage", "处理"),
    "assist": pgettext_lazy("stage", "协办督办"),
    "feedback": pgettext_lazy("stage", "反馈"),
    "reply": pgettext_lazy("stage", "答复"),
    "callback": pgettext_lazy("stage", "回访"),
    "close": pgettext_lazy("stage", "结案"),
    "archive": pgettext_lazy("stage", "归档"),
    APPROVAL: pgettext_lazy("stage", "审批"),
}


def tabs(current: str) -> list[dict[str, Any]]:
    return [{"label": word, "url": address(name), "current": name == current} for name, word in TABS if address(name)]


def books_of(reader: Reader, chosen: str) -> list[dict[str, Any]]:
    """The rulebooks in force as choices of a filter."""
    return [
        {"value": book.id, "title": book.title.say(language()), "on": book.id == chosen}
        for book in books_in_force(reader)
    ]


def bar(reader: Reader, world: World, book: Book, picture: Picture, clock: ClockView | None) -> Any:
    """A clock as partials/time_bar.html draws it; nothing where it doesn't run."""
    if clock is None or not clock.runs:
        return None
    return bar_of(clock, book=book, calendar=calendar_for(clock, picture.steps, world), at=reader.at)
