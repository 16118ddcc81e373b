"""What the pages of hot issues and of quality inspection share: their tabs, and problems of a form as words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from tickets.core.sentences import Invalid
from tickets.views.addresses import address
from tickets.views.reader import language

TABS = (
    ("hot-issues", gettext_lazy("热点问题")),
    ("samples", gettext_lazy("工单抽查")),
    ("test-calls", gettext_lazy("拨测")),
    ("refusals", gettext_lazy("不予受理复核")),
)
CURRENT = "board"


def tabs(current: str) -> list[dict[str, Any]]:
    return [{"label": word, "url": address(name), "current": name == current} for name, word in TABS if address(name)]


def problems_of(error: Invalid) -> list[dict[str, str]]:
    """For partials/error_summary.html: every sentence, with the field that it is about."""
    return [
        {"field": f"field-{name}" if name else "", "words": say.say(language())}
        for name, says in error.errors.items()
        for say in says
    ]
