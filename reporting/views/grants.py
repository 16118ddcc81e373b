"""现场授权 as a page: every use of a month, by whom and how much, and the part that is looked at (row C21)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting.authority import Grant, grant_review, grants, grants_by_person
from reporting.quality.inspectors import inspects
from reporting.views.improvement_parts import CURRENT, tabs
from reporting.views.samples import answered, month_of
from tickets.core.sentences import invalid
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number, text
from tickets.views.list_pages import pages_of
from tickets.views.reader import Reader, language, reader_of

SHOWN = 50
SAMPLED = "sampled"


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def authority(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)

    def show(status: int, problems: list[Any]) -> HttpResponse:
        context = _context(request, reader) | {"problems": problems}
        return render(request, "accountability/grants.html", context, status=status)

    if request.method != "POST":
        return show(200, [])
    return answered(request, lambda: _review(request, reader), show, request.get_full_path())


def _review(request: HttpRequest, reader: Reader) -> str:
    verdict = text(request, "verdict")
    if verdict not in ("yes", "no"):
        raise invalid("", "选择授权是否得当", "Say whether it was proper")
    grant_review(
        event_id=number(text(request, "event")) or 0,
        proper=verdict == "yes",
        note=text(request, "note"),
        actor=reader.person,
        at=reader.at,
    )
    return _("已记下抽查结果")


def _context(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    local = reader.world.calendar.local(reader.at) if reader.world else reader.at
    month = month_of(asked(request, "month") or f"{local:%Y-%m}")
    month = month if month.day == 1 else local.date().replace(day=1)
    found = grants(reader.person, reader.at, month)
    sampled = asked(request, "show") == SAMPLED
    page = Paginator([one for one in found if one.sampled or not sampled], SHOWN).get_page(
        number(request.GET.get("page", "")) or 1
    )
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("grants"),
        "month": f"{month:%Y-%m}",
        "sampled": sampled,
        "count": len(found),
        "people": [
            {**row, "name": reader.person_name(row["person_id"]) or "—"} for row in grants_by_person(found)
        ],
        "rows": [_row(reader, one) for one in page],
        "pages": pages_of(page, request),
        "may_review": inspects(reader.person, reader.at),
        "empty": {
            "title": _("这个月没有用过现场授权"),
            "text": _("一线按规则手册的额度当场答应客户的，都会列在这里：谁、多少、依据；每人抽一部分复核。"),
            "acts": [],
        },
    }  # fmt: skip


def _row(reader: Reader, grant: Grant) -> dict[str, Any]:
    event, review = grant.event, grant.review
    book = book_of(event.ticket.rulebook_id)
    given = event.data.get("given", {})
    words = [
        book.fields[name].choices[value].say(language())
        for name, value in given.items()
        if name in book.fields and isinstance(value, str) and value in book.fields[name].choices
    ]
    return {
        "id": event.pk,
        "title": book.actions[event.name].title.say(language()),
        "number": event.ticket.number,
        "url": reverse("ticket", args=[event.ticket.number]),
        "who": event.data.get("actor", ""),
        "unit": event.data.get("unit", ""),
        "amount": grant.amount.normalize(),
        "words": words,
        "reason": given.get("reason", ""),
        "event_at": event.at,
        "sampled": grant.sampled,
        "review": review,
        "reviewer": reader.person_name(review.reviewed_by_id) if review else "",
        "own": event.actor_id == reader.person.pk,
    }
