"""上报重大事项: one form, everybody told at once, and who has read it (ruling MAJORREP, row W07)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from complaints_site.lib import format as fmt
from escalation.majors import LONGEST, major_read, major_report, majors_for
from escalation.models import MajorReceipt, MajorReport
from escalation.views.parts import CURRENT, tabs
from tickets.core.sentences import Invalid
from tickets.views.access import work_page
from tickets.views.admin_pages import control, filled, number, problems, texts
from tickets.views.list_pages import pages_of
from tickets.views.reader import Reader, language, reader_of

SHOWN = 20
TOLD_WORDS = {
    MajorReceipt.Told.HEAD: gettext_lazy("负责人"),
    MajorReceipt.Told.SERVICE: gettext_lazy("客户服务部门"),
    MajorReceipt.Told.CENTRE: gettext_lazy("总部投诉处理中心"),
}
NOT_A_TIME = gettext_lazy("看不懂这个时间")


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def majors(request: HttpRequest) -> HttpResponse:
    """The form and the reports that concern the reader, the newest first."""
    reader = reader_of(request)
    if request.method != "POST":
        return _page(request, reader, {"unit": _home(reader)}, {})
    typed = texts(request, "text", "unit", "expected_at")
    expected_at, errors = _moment(reader, typed["expected_at"])
    try:
        if errors:
            return _page(request, reader, typed, errors)
        report = major_report(
            text=typed["text"], unit=typed["unit"], expected_at=expected_at, actor=reader.person, at=reader.at
        )
    except Invalid as invalid:
        said = {name: [one.say(language()) for one in says] for name, says in invalid.errors.items()}
        return _page(request, reader, typed, said)
    told = report.receipts.count()
    words = ngettext("已上报，同时告知 %(count)d 人", "已上报，同时告知 %(count)d 人", told)
    messages.success(request, words % {"count": told})
    return redirect(f"{reverse('major-reports')}#report-{report.pk}")


@work_page
@require_POST
def read(request: HttpRequest, report: int) -> HttpResponse:
    """签收: the receipt of a report."""
    reader = reader_of(request)
    found = majors_for(reader.person, reader.at).filter(pk=report).first()
    if found is None:
        raise Http404
    if major_read(report=found, actor=reader.person, at=reader.at):
        messages.success(request, _("已签收"))
    return redirect(f"{reverse('major-reports')}#report-{found.pk}")


def _home(reader: Reader) -> str:
    unit = reader.world.units.get(reader.person.home_unit_id or 0) if reader.world else None
    return unit.code if unit else ""


def _moment(reader: Reader, written: str) -> tuple[datetime | None, dict[str, list[str]]]:
    """A time as a browser's control writes it, in the organisation's zone."""
    if not written:
        return None, {}
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None, {"expected_at": [str(NOT_A_TIME)]}
    zone = reader.world.calendar.zone if reader.world else None
    return (found if found.tzinfo else found.replace(tzinfo=zone)), {}


def _page(request: HttpRequest, reader: Reader, typed: dict[str, str], errors: dict[str, list[str]]) -> HttpResponse:
    rows = majors_for(reader.person, reader.at).select_related("reported_by").prefetch_related("receipts")
    counted = rows.annotate(told=Count("receipts"), unread=Count("receipts", filter=Q(receipts__read_at=None)))
    page = Paginator(counted.order_by("-reported_at", "-pk"), SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    fields = _fields(reader)
    context = {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("major-reports"),
        "fields": filled(fields, typed, errors),
        "problems": problems(errors, fields),
        "rows": [_row(reader, report) for report in page],
        "pages": pages_of(page, request),
    }
    return render(request, "supervision/majors.html", context, status=422 if errors else 200)


def _fields(reader: Reader) -> list[dict[str, Any]]:
    units = reader.world.units.values() if reader.world else ()
    choices = [(unit.code, reader.unit_name(unit.id)) for unit in sorted(units, key=lambda u: u.path) if unit.is_open]
    return [
        control("text", _("什么事"), long=True, required=True, maxlength=LONGEST),
        control("unit", _("发生在哪个单位"), "unit", required=True, choices=choices),
        control("expected_at", _("预计什么时候发生"), "datetime", hint=_("已经发生的不用填。")),
    ]


def _row(reader: Reader, report: MajorReport) -> dict[str, Any]:
    receipts = list(report.receipts.all())
    own = reader.world.selves(reader.person.pk, reader.at) if reader.world else []
    return {
        "id": report.pk,
        "text": report.text,
        "unit": reader.unit_name(report.unit_id),
        "who": report.reported_by.name,
        "at_words": _near(reader, report.reported_at),
        "expected": _near(reader, report.expected_at) if report.expected_at else "",
        "receipts": [_receipt(reader, one) for one in receipts],
        "told": report.told,  # type: ignore[attr-defined]
        "read": report.told - report.unread,  # type: ignore[attr-defined]
        "read_url": reverse("major-read", args=[report.pk])
        if any(one.person_id in own and one.read_at is None for one in receipts)
        else "",
    }


def _receipt(reader: Reader, one: MajorReceipt) -> dict[str, Any]:
    return {
        "who": reader.person_name(one.person_id),
        "unit": reader.unit_name(one.unit_id),
        "told": TOLD_WORDS[MajorReceipt.Told(one.told)],
        "read": _near(reader, one.read_at) if one.read_at else "",
    }


def _near(reader: Reader, moment: datetime) -> str:
    return fmt.moment(timezone.localtime(moment), at=timezone.localtime(reader.at))
