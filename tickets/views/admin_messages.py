"""Messages that did not leave: dead letters for the administrator, what a clerk must tell by hand (rule 4, N01)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints_site.lib import mask
from tickets.access import not_about
from tickets.actions.administration import ADMINISTRATOR
from tickets.actions.messages import message_told
from tickets.delivery import messages_resend
from tickets.models import Message
from tickets.views.access import work_page
from tickets.views.admin_pages import admin_page, asked, number, page, save, system_tabs, text
from tickets.views.queue_items import title_of
from tickets.views.reader import reader_of

MOST = 200


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def dead_letters(request: HttpRequest) -> HttpResponse:
    """What no channel could deliver: key, way and error. Texts and addresses are no administrator's business."""
    reader = reader_of(request)
    failed = Message.objects.filter(ticket__in=not_about(reader.person, reader.at), state=Message.State.FAILED)
    if request.method == "POST":
        return _resend(request, failed)
    way = asked(request, "way")
    of_way = failed.filter(way=way) if way else failed
    shown = of_way.select_related("subscription").order_by("-pk").defer("text", "text_en", "address", "subject")[:MOST]
    context = {
        "current": "system",
        "tabs": system_tabs(reader, "dead-letters"),
        "rows": [_letter(message) for message in shown],
        "ways": failed.order_by("way").values_list("way").annotate(Count("pk")),
        "way": way,
        "count": of_way.count(),
        "most": MOST,
    }
    return page(request, "admin/dead_letters.html", context, change=ADMINISTRATOR)


def _letter(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "key": message.key,
        "way": message.way,
        "to": message.subscription.name if message.subscription else "",
        "name": message.name,
        "attempts": message.attempts,
        "created_at": message.created_at,
        "error": mask.contacts(message.error),
    }


def _resend(request: HttpRequest, failed: QuerySet[Message]) -> HttpResponse:
    """One, or all of a way that has been mended."""
    at, way = reader_of(request).at, text(request, "way")
    if text(request, "all"):
        wanted = failed.filter(way=way) if way else failed
        data: dict[str, object] = {"way": way, "count": wanted.count()}
    else:
        message = get_object_or_404(failed, pk=number(text(request, "message")) or 0)
        wanted, data = failed.filter(pk=message.pk), {"key": message.key}
    change = lambda: messages_resend(wanted, at=at)  # noqa: E731
    refused = save(request, "message_resend", data, change, _("已放回发送队列"))
    for word in refused.get("", ()):
        messages.error(request, word)
    return redirect("dead-letters")


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: HttpRequest) -> HttpResponse:
    """What customers must be told by a person, because no channel of ours reaches them; oldest first."""
    reader = reader_of(request)
    waiting = Message.objects.filter(ticket__in=reader.tickets, state=Message.State.BY_HAND)
    if request.method == "POST":
        message = get_object_or_404(waiting, pk=number(text(request, "message")) or 0)
        message_told(message_id=message.pk, actor=reader.person, at=reader.at)
        messages.success(request, _("已记下：客户知道了"))
        return redirect("by-hand")
    rows = [
        {
            "id": message.pk,
            "number": message.ticket.number if message.ticket else "",
            "title": title_of(message.ticket) if message.ticket else "",
            "customer": _customer(message),
            "subject": message.subject,
            "text": message.text,
            "created_at": message.created_at,
        }
        for message in waiting.select_related("ticket__customer").order_by("pk")[:MOST]
    ]
    context = {"at": reader.at, "current": "queue", "rows": rows, "count": waiting.count()}
    return render(request, "by_hand.html", context)


def _customer(message: Message) -> str:
    customer = message.ticket.customer if message.ticket else None
    if customer is None:
        return ""
    return " ".join(filter(None, (mask.name(customer.name or ""), mask.phone(customer.phone or ""))))
