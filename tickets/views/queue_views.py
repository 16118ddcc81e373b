"""Views of the queue that a person keeps, and the list as a file (row U02)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from complaints_site.lib.errors import Invalid
from tickets.actions.saved_views import LONGEST, view_remove, view_save
from tickets.models import SavedView
from tickets.views.access import work_page
from tickets.views.admin_pages import number, text
from tickets.views.queue_rows import Wish
from tickets.views.queue_words import chips, view_title
from tickets.views.reader import Reader, reader_of


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest) -> HttpResponse:
    """The panel: loaded into the list when somebody wants it, a page of its own without script."""
    reader = reader_of(request)
    if request.method != "POST":
        return _panel(request, reader, Wish.read(request.GET))
    wish = Wish.read(QueryDict(text(request, "query").removeprefix("?")))
    if text(request, "remove"):
        view_remove(person=reader.person, id=number(text(request, "remove")) or 0)
        return redirect(reverse("queue-views") + wish.query())
    try:
        view_save(person=reader.person, name=text(request, "name"), query=wish.query(), at=reader.at)
    except Invalid as invalid:
        return _panel(request, reader, wish, invalid.errors, status=422)
    return redirect(reverse("queue") + wish.query())


def _panel(
    request: HttpRequest,
    reader: Reader,
    wish: Wish,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "at": reader.at,
        "current": "queue",
        "query": wish.query(),
        "says": "，".join([view_title(wish), *(chip["words"] for chip in chips(reader, wish))]),
        "saved": [_row(one, wish) for one in SavedView.objects.filter(person=reader.person).order_by("name")],
        "errors": (errors or {}).get("name", []),
        "name": text(request, "name"),
        "longest": LONGEST,
        "page": not request.htmx,  # type: ignore[attr-defined]
    }
    return render(request, "queue_views.html", context, status=status)


def _row(one: SavedView, wish: Wish) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "url": reverse("queue") + one.query, "on": one.query == wish.query()}
