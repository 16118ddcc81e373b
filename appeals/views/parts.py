"""What the pages of this room share: their tabs, and pages of a list."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest
from django.utils.translation import gettext as _
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


def pages_of(page: Page[Any], request: HttpRequest) -> dict[str, Any]:
    """Before, after, and where we are, for partials/pagination.html; the conditions are kept."""
    told = {"first": page.start_index(), "last": page.end_index(), "all": page.paginator.count}
    return {
        "previous_url": _page_url(page.previous_page_number(), request) if page.has_previous() else "",
        "next_url": _page_url(page.next_page_number(), request) if page.has_next() else "",
        "words": _("第 %(first)d~%(last)d 件，共 %(all)d 件") % told,
    }


def _page_url(number: int, request: HttpRequest) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
