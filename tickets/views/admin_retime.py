"""Re-time open tickets under a newer version of their rulebook: first what would change, then the change (row R02)."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tickets.access import not_about
from tickets.actions.administration import ADMINISTRATOR
from tickets.actions.retime import retime_apply, retime_preview
from tickets.models import RulebookVersion
from tickets.rulebook.registry import book_of, current_version
from tickets.views import book_words as words
from tickets.views.admin_pages import admin_page, organisation_of, page, save
from tickets.views.reader import reader_of

MOST = 200


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def rulebook_retime(request: HttpRequest, book: str, version: int) -> HttpResponse:
    """Only for the version in force: numbers and deadlines, no content. Tickets keep their steps and their past."""
    reader = reader_of(request)
    organisation = organisation_of(reader)
    in_force = current_version(book, reader.at, organisation.pk)
    found = get_object_or_404(
        RulebookVersion.objects.defer("source"), pk=in_force.pk if in_force else 0, version=version
    )
    if request.method == "POST":
        return _apply(request, found)
    compiled = book_of(found.pk)
    among = not_about(reader.person, reader.at)
    preview = retime_preview(version=found, organisation=organisation, at=reader.at, among=among)
    moved = list(islice(preview, MOST + 1))
    context: dict[str, Any] = {
        "current": "rulebooks",
        "version": found,
        "title": words.say(compiled.title, found.title),
        "rows": [{"moved": one, "clock": _clock(compiled, one.clock)} for one in moved[:MOST]],
        "more": len(moved) > MOST,
    }
    return page(request, "admin/retime.html", context, change=ADMINISTRATOR)


def _clock(compiled: Any, name: str) -> str:
    return words.clock_title(compiled, name) if name in compiled.clocks else words.step(compiled, name)


def _apply(request: HttpRequest, version: RulebookVersion) -> HttpResponse:
    """The line in the trail first: each ticket is then re-timed in a transaction of its own."""
    reader = reader_of(request)
    data = {"book": version.book, "version": version.version}
    refused = save(request, "rulebook_retime", data, lambda: None, _("在办工单的时限按这个版本重算"))
    if not refused:
        count = retime_apply(version=version, organisation=organisation_of(reader), actor=reader.person, at=reader.at)
        messages.success(request, _("重算了 %(count)d 件") % {"count": count})
    return redirect("rulebook", version.book, version.version)
