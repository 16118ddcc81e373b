"""The page of the event log: a period, a form, a button (row I05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting.event_log import FORMATS
from reporting.event_log.answer import log_answer
from reporting.event_log.asking import NAMES, PSEUDONYMS, WITH_NAMES, event_log_export
from tickets.actions.administration import AUDITOR
from tickets.core.sentences import Forbidden, Invalid
from tickets.views.access import work_page
from tickets.views.admin_pages import control, filled, problems, text
from tickets.views.reader import Reader, language, reader_of

DAYS = 30  # the period that the page offers first


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def event_log(request: HttpRequest) -> HttpResponseBase:
    """GET shows the form; POST answers with the file, or with what is wrong with the question."""
    reader = reader_of(request)
    if request.method != "POST":
        return _page(request, _first(reader), {})
    given = {name: text(request, name) for name in (*NAMES, "format")}
    given["persons"] = given["persons"] or PSEUDONYMS
    if given["format"] not in FORMATS:
        return _page(request, given, {"format": [_("选择一种格式")]})
    try:
        log = event_log_export(given["format"], given, actor=reader.person, at=reader.at, language=language())
    except Forbidden:
        return render(request, "403.html", status=403)
    except Invalid as error:
        said = {name: [say.say(language()) for say in says] for name, says in error.errors.items()}
        return _page(request, given, said)
    return log_answer(log, given["format"])


def _first(reader: Reader) -> dict[str, str]:
    today = reader.at.astimezone(reader.world.calendar.zone if reader.world else None).date()
    end = today + timedelta(days=1)
    period = {"from": (end - timedelta(days=DAYS)).isoformat(), "to": end.isoformat()}
    return {**period, "format": "csv", "persons": PSEUDONYMS}


def _page(request: HttpRequest, given: dict[str, str], errors: dict[str, list[str]]) -> HttpResponse:
    reader = reader_of(request)
    fields = filled(_fields(reader), given, errors)
    context = {"at": reader.at, "current": "indicators", "fields": fields, "problems": problems(errors, fields)}
    return render(request, "event_log.html", context, status=422 if errors else 200)


def _fields(reader: Reader) -> list[dict[str, Any]]:
    formats = [("csv", _("CSV 表格")), ("xes", _("XES，流程挖掘工具通用")), ("ocel", _("OCEL 2.0，按对象看的日志"))]
    fields = [
        control("from", _("接收时间从"), "date", required=True),
        control("to", _("到（不含这一天）"), "date", required=True),
        control("format", _("格式"), "choice", required=True, choices=formats),
    ]
    if AUDITOR in reader.roles:
        persons = [(PSEUDONYMS, _("代号")), (WITH_NAMES, _("姓名"))]
        fields.append(control("persons", _("人员写成"), "choice", required=True, choices=persons))
        fields.append(control("purpose", _("用途（写姓名时必填）")))
    return fields
