"""Lists over all appeals that one may see: findings of responsibility with counts, and filings (A04, A05, N10)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from appeals.access import filings_for, findings_for
from appeals.brief import with_history
from appeals.counts import FINDING, UNIT, finding_counts
from appeals.models import Filing, Finding
from appeals.views.panel import filing_words, finding_words, value_word
from appeals.views.parts import TABS, tabs
from tickets.models import Ticket
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.admin_pages import number
from tickets.views.list_pages import pages_of
from tickets.views.queue_items import title_of
from tickets.views.reader import Reader, reader_of

SHOWN = 30


@work_page
@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    found = findings_for(reader.person, reader.at)
    rows = with_history(found.filter(replaced_at=None)).order_by("-found_at", "-pk").select_related("ticket")
    page = Paginator(rows, SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    context = {
        "at": reader.at,
        "current": "appeals",
        "tabs": tabs(TABS, "appeal-findings"),
        "rows": [_finding(reader, one) for one in page],
        "pages": pages_of(page, request),
        "counts": _counts(reader),
        "empty": {
            "title": _("还没有责任认定"),
            "text": _("申诉结案定性之后，各单位的认定、异议和复核结果都在这里。"),
            "acts": [],
        },
    }
    return render(request, "appeals/findings.html", context)


def _finding(reader: Reader, finding: Finding) -> dict[str, Any]:
    book = book_of(finding.ticket.rulebook_id)
    return {**finding_words(reader, book, finding), **_ticket(finding.ticket)}


def _ticket(ticket: Ticket) -> dict[str, str]:
    url = f"{reverse('ticket', args=[ticket.number])}?tab=appeal"
    return {"url": url, "number": ticket.number, "title": title_of(ticket)}


def _counts(reader: Reader) -> list[dict[str, Any]]:
    """By unit and by conclusion. The words of a conclusion are those of the newest rulebook that made one."""
    found = findings_for(reader.person, reader.at)
    if reader.world is None or (newest := found.order_by("-pk").select_related("ticket").first()) is None:
        return []
    zone, book = reader.world.calendar.zone, book_of(newest.ticket.rulebook_id)
    by_code = reader.world.by_code
    units = [{**row, "words": reader.unit_name(by_code[row["value"]].id)} for row in finding_counts(found, UNIT, zone)]
    kinds = [{**row, "words": value_word(book, FINDING, row["value"])} for row in finding_counts(found, FINDING, zone)]
    return [{"title": _("按单位"), "code": UNIT, "rows": units}, {"title": _("按结论"), "code": FINDING, "rows": kinds}]


@work_page
@require_GET
def filings(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    rows = filings_for(reader.person, reader.at).order_by("-sent_at", "-pk").select_related("ticket")
    page = Paginator(rows, SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    context = {
        "at": reader.at,
        "current": "appeals",
        "tabs": tabs(TABS, "appeal-filings"),
        "rows": [_filing(reader, one) for one in page],
        "pages": pages_of(page, request),
        "empty": {
            "title": _("还没有报备"),
            "text": _("在申诉工单上办“报备”，报给谁、哪天报的、谁接收、回执，都在这里。"),
            "acts": [],
        },
    }
    return render(request, "appeals/filings.html", context)


def _filing(reader: Reader, filing: Filing) -> dict[str, Any]:
    return {**filing_words(reader, filing), **_ticket(filing.ticket)}
