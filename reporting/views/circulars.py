"""通报 as a page: what was issued to the reader's units, and the form to issue one (row P04)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting.accountability.circulars import LONGEST_TITLE, circular_issue, circulars_for, draft_about
from reporting.accountability.ledger import charges_for, keeps_ledger
from reporting.models import Charge
from reporting.views.improvement_parts import CURRENT, tabs
from reporting.views.samples import answered, unit_choices
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number, text
from tickets.views.list_pages import pages_of
from tickets.views.reader import Reader, reader_of

SHOWN = 20


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def circulars(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)

    def show(status: int, problems: list[Any]) -> HttpResponse:
        context = _context(request, reader) | {"problems": problems}
        return render(request, "accountability/circulars.html", context, status=status)

    if request.method != "POST":
        return show(200, [])
    return answered(request, lambda: _issue(request, reader), show, reverse("circulars"))


def _issue(request: HttpRequest, reader: Reader) -> str:
    made = circular_issue(
        unit=text(request, "unit"),
        title=text(request, "title"),
        text=text(request, "text"),
        charge_id=number(text(request, "about")),
        actor=reader.person,
        at=reader.at,
    )
    return _("已发通报 %(year)d-%(number)d") % {"year": made.year, "number": made.number}


def _context(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    rows = circulars_for(reader.person, reader.at).order_by("-issued_at", "-pk")
    page = Paginator(rows, SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    about = _about(request, reader)
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("circulars"),
        "rows": [
            {"row": row, "unit": reader.unit_name(row.unit_id), "by": reader.person_name(row.issued_by_id)}
            for row in page
        ],
        "pages": pages_of(page, request),
        "may_issue": keeps_ledger(reader.person, reader.at),
        "about": about.pk if about else "",
        "fields": _fields(request, reader, about),
        "empty": {
            "title": _("还没有通报"),
            "text": _("对核实的问题决定通报的，在这里发给本单位和下级；通报不写客户和工单。"),
            "acts": [],
        },
    }  # fmt: skip


def _about(request: HttpRequest, reader: Reader) -> Charge | None:
    pk = number(asked(request, "about") or text(request, "about"))
    found = charges_for(reader.person, reader.at).exclude(person=reader.person)
    return found.filter(pk=pk, state=Charge.State.APPLIED).first() if pk else None


def _fields(request: HttpRequest, reader: Reader, about: Charge | None) -> list[dict[str, Any]]:
    names = (reader.unit_name(about.unit_id), reader.person_name(about.person_id)) if about else ("", "")
    title, words = draft_about(about, names) if about else ("", "")
    typed = {"unit": "", "title": title, "text": words} | {
        name: request.POST[name] for name in ("unit", "title", "text") if name in request.POST
    }
    return [
        {"name": "unit", "type": "choice", "title": _("发到哪个单位（含下级）"), "required": True,
         "value": typed["unit"], "choices": unit_choices(reader)},
        {"name": "title", "type": "text", "title": _("标题"), "required": True, "value": typed["title"],
         "maxlength": LONGEST_TITLE},
        {"name": "text", "type": "text", "title": _("正文"), "required": True, "value": typed["text"], "long": True,
         "rows": 6},
    ]  # fmt: skip
