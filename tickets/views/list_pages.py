"""Pages of a list: before, after, and where we are."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest
from django.utils.translation import gettext as _


def pages_of(page: Page[Any], request: HttpRequest) -> dict[str, Any]:
    """For partials/pagination.html; the conditions in the address are kept."""
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
