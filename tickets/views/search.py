"""Search over everything this person may see: number, phone number, words of two characters and more (row U06)."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from complaints_site.lib.crypto import blind_index
from tickets.models import Ticket
from tickets.rulebook.registry import book_of
from tickets.search import search as matching
from tickets.views.access import work_page
from tickets.views.glass import may_break_any
from tickets.views.queue_items import ended_items
from tickets.views.reader import Reader, language, reader_of
from tickets.views.words import state_title

MOST = 50
PHONE = re.compile(r"^\+?[\d\s-]{7,20}$")


@work_page
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    text = " ".join(request.GET.get("q", "").split())[:100]
    tickets = _found(reader, text) if text else []
    if len(tickets) == 1 and tickets[0].number.lower() == text.lower():
        return redirect("ticket", number=tickets[0].number)
    context = {
        "at": reader.at,
        "current": "",
        "text": text,
        "rows": _rows(reader, tickets),
        "more": len(tickets) > MOST,
        "empty": None if tickets else _nothing(reader, text),
    }
    return render(request, "search.html", context)


def _found(reader: Reader, text: str) -> list[Ticket]:
    """By phone number where it looks like one, else by number and words; the latest first."""
    tickets = reader.tickets.select_related("customer").order_by("-received_at", "-pk")
    if PHONE.match(text):
        index = blind_index(re.sub(r"\D", "", text))
        by_phone = list(tickets.filter(customer__phone_index=index)[: MOST + 1])
        if by_phone:
            return by_phone
    return list(matching(tickets, text)[: MOST + 1])


def _rows(reader: Reader, tickets: list[Ticket]) -> list[dict[str, Any]]:
    rows = ended_items(reader, tickets[:MOST])
    for row, ticket in zip(rows, tickets, strict=False):
        book = book_of(ticket.rulebook_id)
        row["kind"] = state_title(book, ticket.state, ticket.step_kind, language())
        row["received_at"] = ticket.received_at
        row["holder"] = reader.unit_name(ticket.unit_id)
    return rows


def _nothing(reader: Reader, text: str) -> dict[str, Any]:
    if not text:
        return {"title": _("找什么？"), "text": _("输入工单号、客户号码，或投诉内容里的两个字以上。")}
    return {
        "title": _("没有找到“%(text)s”") % {"text": text},
        "text": _("换几个字试试。不归您看的工单不会出现在这里。"),
        "acts": [{"label": _("破例查看"), "url": reverse("break-glass")}] if may_break_any(reader) else [],
    }
