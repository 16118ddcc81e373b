"""The audit trail: what administrators changed, and who looked at personal data. The auditor's page (rule 13, S05)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets.actions.administration import AUDITOR
from tickets.models import AccessLog, AdminEntry
from tickets.views.admin_pages import admin_page, asked, number, organisation_of, page, system_tabs
from tickets.views.admin_words import WHAT_WORDS
from tickets.views.reader import reader_of

PAGE = 100


@admin_page(AUDITOR, readers=())
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Newest first, a page further by the id of the last line."""
    reader = reader_of(request)
    looks = asked(request, "view") == "looks"
    before = number(asked(request, "before"), 10**9 - 1)
    entries: Any = AccessLog.objects.filter(person__organisation=organisation_of(reader)).select_related("ticket")
    if not looks:
        entries = AdminEntry.objects.filter(organisation=organisation_of(reader))
        if asked(request, "what") in WHAT_WORDS:
            entries = entries.filter(what=asked(request, "what"))
    if before:
        entries = entries.filter(pk__lt=before)
    found = list(entries.select_related("person").order_by("-pk")[: PAGE + 1])
    context = {
        "current": "system",
        "tabs": system_tabs(reader, "audit"),
        "looks": looks,
        "rows": [_look(entry) if looks else _entry(entry) for entry in found[:PAGE]],
        "what": asked(request, "what"),
        "whats": WHAT_WORDS.items(),
        "next": found[PAGE - 1].pk if len(found) > PAGE else 0,
    }
    return page(request, "admin/audit.html", context, change=AUDITOR)


def _entry(entry: AdminEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": f"{entry.person.name} {entry.person.username}",
        "what": WHAT_WORDS.get(entry.what, entry.what),
        "about": "；".join(f"{name}：{_said(value)}" for name, value in entry.data.items() if value not in ("", None)),
    }


def _look(entry: AccessLog) -> dict[str, Any]:
    about = " · ".join(filter(None, (entry.ticket.number if entry.ticket else "", entry.purpose)))
    return {"at": entry.at, "who": f"{entry.person.name} {entry.person.username}", "what": entry.what, "about": about}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return " × ".join(map(str, value)) if isinstance(value, list) else str(value)
