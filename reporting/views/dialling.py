"""拨测 as a page: what is planned, what was found, and the form for either (ruling TESTCALL)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting.models import TestCall
from reporting.quality.calls import LONGEST_TOPIC, Result, call_plan, call_record, calls_seen
from reporting.quality.inspectors import inspects
from reporting.views.quality_parts import CURRENT, tabs
from reporting.views.samples import answered, unit_choices
from tickets.views.access import work_page
from tickets.views.admin_pages import flag, number, text
from tickets.views.reader import Reader, reader_of

SHOWN = 100


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def dialling(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)

    def show(status: int, problems: list[Any]) -> HttpResponse:
        return render(
            request, "quality/test_calls.html", _context(request, reader) | {"problems": problems}, status=status
        )

    if request.method != "POST":
        return show(200, [])
    act = _record if request.POST.get("do") == "record" else _plan
    return answered(request, lambda: act(request, reader), show, reverse("test-calls"))


def _plan(request: HttpRequest, reader: Reader) -> str:
    call_plan(
        unit=text(request, "unit"),
        topic=text(request, "topic"),
        planned_on=_day(text(request, "planned_on")),
        actor=reader.person,
        at=reader.at,
    )
    return _("已安排拨测")


def _record(request: HttpRequest, reader: Reader) -> str:
    connected = flag(request, "connected")
    result = Result(
        connected=connected,
        wait_seconds=number(text(request, "wait_seconds")) if connected else None,
        score=number(text(request, "score")),
        findings=text(request, "findings"),
    )
    call_record(call_id=number(text(request, "call")) or 0, result=result, actor=reader.person, at=reader.at)
    return _("已记下拨测结果")


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _context(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    calls = calls_seen(reader.person, reader.at)
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("test-calls"),
        "may_inspect": inspects(reader.person, reader.at),
        "planned": [_row(reader, one) for one in calls.filter(called_at=None).order_by("planned_on", "pk")[:SHOWN]],
        "done": [
            _row(reader, one) for one in calls.filter(called_at__isnull=False).order_by("-called_at", "-pk")[:SHOWN]
        ],
        "fields": _fields(request, reader),
        "empty": {
            "title": _("还没有拨测"),
            "text": _("像客户一样拨打热线或营业厅电话，记下是否接通、等了多久、评分和发现。先在下面安排一次。"),
            "acts": [],
        },
    }


def _row(reader: Reader, one: TestCall) -> dict[str, Any]:
    return {
        "id": one.pk,
        "unit": reader.unit_name(one.unit_id),
        "topic": one.topic,
        "planned_on": one.planned_on,
        "connected": one.connected,
        "wait_seconds": one.wait_seconds,
        "score": one.score,
        "findings": one.findings,
        "by": reader.person_name(one.called_by_id),
        "called_at": one.called_at,
    }


def _fields(request: HttpRequest, reader: Reader) -> list[dict[str, Any]]:
    typed = {name: request.POST.get(name, "") for name in ("unit", "topic", "planned_on")}
    return [
        {"name": "unit", "type": "choice", "title": _("拨哪个单位"), "required": True, "value": typed["unit"],
         "choices": unit_choices(reader)},
        {"name": "topic", "type": "text", "title": _("拨测内容"), "required": True, "value": typed["topic"],
         "maxlength": LONGEST_TOPIC},
        {"name": "planned_on", "type": "date", "title": _("哪天拨"), "required": True, "value": typed["planned_on"]},
    ]  # fmt: skip
