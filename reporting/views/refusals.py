"""Refusals for the leader's review, as a page (ruling REFUSEREV)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting.models import RefusalReview
from reporting.quality.inspectors import leads
from reporting.quality.refusals import counted_by_person, refusal_review, refusals_seen, refused_by
from reporting.views.quality_parts import CURRENT, tabs
from reporting.views.samples import answered
from tickets.core.sentences import invalid
from tickets.models import Ticket
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number, text
from tickets.views.list_pages import pages_of
from tickets.views.queue_items import title_of
from tickets.views.reader import Reader, reader_of

SHOWN = 30
REVIEWED = "reviewed"


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def refusals(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)

    def show(status: int, problems: list[Any]) -> HttpResponse:
        return render(
            request, "quality/refusals.html", _context(request, reader) | {"problems": problems}, status=status
        )

    if request.method != "POST":
        return show(200, [])
    return answered(request, lambda: _review(request, reader), show, reverse("refusals"))


def _review(request: HttpRequest, reader: Reader) -> str:
    verdict = text(request, "verdict")
    if verdict not in ("yes", "no"):
        raise invalid("", "选择理由是否成立", "Say whether the refusal has a ground")
    done = refusal_review(
        ticket_id=number(text(request, "ticket")) or 0,
        justified=verdict == "yes",
        reason=text(request, "reason"),
        actor=reader.person,
        at=reader.at,
    )
    if done.justified:
        return _("已复核：理由成立")
    if done.reopened:
        return _("已复核：理由不成立，工单已重新打开")
    return _("已复核：理由不成立。规则手册没有让您在这里重新打开，请在工单页上办理或重新登记。")


def _context(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    reviewed = asked(request, "show") == REVIEWED
    tickets = refusals_seen(reader.person, reader.at, reviewed=reviewed)
    page = Paginator(tickets, SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    rows = list(page)
    reviews = {one.ticket_id: one for one in RefusalReview.objects.filter(ticket__in=rows)}
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("refusals"),
        "reviewed": reviewed,
        "count": page.paginator.count,
        "rows": [_row(reader, ticket, reviews.get(ticket.pk)) for ticket in rows],
        "pages": pages_of(page, request),
        "may_review": leads(reader.person, reader.at),
        "people": [
            {**row, "name": reader.person_name(row["refused_by_id"])}
            for row in counted_by_person(reader.person, reader.at)
        ],
        "empty": {
            "title": _("还没有复核过的") if reviewed else _("没有等复核的不予受理"),
            "text": _("每一件不予受理的投诉都会列在这里，由负责人看理由是否成立；不成立的计到经办人名下。"),
            "acts": [],
        },
    }


def _row(reader: Reader, ticket: Ticket, review: RefusalReview | None) -> dict[str, Any]:
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "url": reverse("ticket", args=[ticket.number]),
        "title": title_of(ticket),
        "ended_at": ticket.ended_at,
        "by": reader.person_name(review.refused_by_id if review else refused_by(ticket)),
        "review": review,
        "reviewer": reader.person_name(review.reviewed_by_id) if review else "",
    }
