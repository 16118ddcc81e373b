"""The audit trail: what administrators changed, and who looked at personal data. The auditor's page (rule 13, S05)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets.access import not_about
from tickets.actions.administration import AUDITOR
from tickets.models import AccessLog, AdminEntry, Ticket
from tickets.views.admin_pages import admin_page, asked, number, organisation_of, page, system_tabs
from tickets.views.admin_words import WHAT_WORDS
from tickets.views.glass import way_word
from tickets.views.reader import Reader, reader_of

PAGE = 100


@admin_page(AUDITOR, readers=())
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Newest first, a page further by the id of the last line. Nothing that names a ticket about the reader."""
    reader = reader_of(request)
    looks = asked(request, "view") == "looks"
    before = number(asked(request, "before"), 10**9 - 1)
    told = Q(ticket=None) | Q(ticket__in=not_about(reader.person, reader.at))
    entries: Any = AccessLog.objects.filter(told, person__organisation=organisation_of(reader)).select_related("ticket")
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
        "rows": [_look(entry) for entry in found[:PAGE]] if looks else _entries(found[:PAGE], reader),
        "what": asked(request, "what"),
        "whats": WHAT_WORDS.items(),
        "next": found[PAGE - 1].pk if len(found) > PAGE else 0,
    }
    return page(request, "admin/audit.html", context, change=AUDITOR)


def _entries(found: list[AdminEntry], reader: Reader) -> list[dict[str, Any]]:
    """Some changes name a ticket: `ticket`, or the key of its message, which begins with the number."""
    said = {entry.pk: str(entry.data.get("ticket") or entry.data.get("key") or "") for entry in found}
    named = {pk: text.partition(":")[0] for pk, text in said.items()}
    there = Ticket.objects.filter(number__in=set(named.values()))
    hidden = set(
        there.exclude(pk__in=not_about(reader.person, reader.at).values("pk")).values_list("number", flat=True)
    )
    return [_entry(entry) for entry in found if named[entry.pk] not in hidden]


def _entry(entry: AdminEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": f"{entry.person.name} {entry.person.username}",
        "what": WHAT_WORDS.get(entry.what, entry.what),
        "about": "；".join(f"{name}：{_said(value)}" for name, value in entry.data.items() if value not in ("", None)),
    }


def _look(entry: AccessLog) -> dict[str, Any]:
    about = " · ".join(filter(None, (entry.ticket.number if entry.ticket else "", entry.purpose)))
    return {
        "at": entry.at,
        "who": f"{entry.person.name} {entry.person.username}",
        "what": way_word(entry.what),
        "about": about,
    }


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return " × ".join(map(str, value)) if isinstance(value, list) else str(value)
