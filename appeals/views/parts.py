"""What the pages of this room share: their tabs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from tickets.views.addresses import address

TABS = (
    ("appeals", gettext_lazy("在办申诉")),
    ("appeal-findings", gettext_lazy("责任认定")),
    ("appeal-filings", gettext_lazy("报备")),
    ("appeal-contacts", gettext_lazy("联系责任人")),
)


def tabs(named: tuple[tuple[str, Any], ...], current: str) -> list[dict[str, Any]]:
    return [{"label": word, "url": address(name), "current": name == current} for name, word in named]
