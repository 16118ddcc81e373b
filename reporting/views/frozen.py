"""Frozen months: what was told, what counts now, and every correction with its reason (row N09)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting.frozen import Line, figure_restate, lines_of, may_freeze, month_freeze, months_of
from reporting.models import FrozenFigure, FrozenMonth
from reporting.refresh import Backlog
from reporting.reports.wording import value_words
from tickets.models import Organisation
from tickets.views.access import work_page
from tickets.views.admin_pages import text
from tickets.views.reader import Reader, language, reader_of

from .report_pages import day_of, doing, last_month, tabs, viewer


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def frozen(request: HttpRequest) -> HttpResponse:
    reader, eyes, refused = reader_of(request), viewer(request), ""
    if request.method == "POST":
        day = day_of(f"{text(request, 'month')}-01")
        errors = {"": [_("月份写成 2026-10。")]} if day is None else _freeze(reader, day)
        if not errors:
            messages.success(request, _("已定稿"))
            return redirect("frozen")
        refused = " ".join(word for words in errors.values() for word in words)
    context = {
        "at": reader.at,
        "current": "reports",
        "tabs": tabs("frozen"),
        "months": months_of(_organisation(reader)),
        "may_freeze": may_freeze(eyes),
        "month": f"{last_month(eyes):%Y-%m}",
        "refused": refused,
    }
    return render(request, "reports/frozen.html", context, status=409 if refused else 200)


def _freeze(reader: Reader, day: date) -> dict[str, list[str]]:
    return doing(lambda: month_freeze(day, actor=reader.person, at=reader.at))


def _organisation(reader: Reader) -> Organisation:
    assert reader.person.organisation is not None  # noqa: S101  who sees tickets belongs to one
    return reader.person.organisation


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def month(request: HttpRequest, id: int) -> HttpResponse:
    reader, eyes, refused = reader_of(request), viewer(request), ""
    one = get_object_or_404(FrozenMonth.objects.filter(organisation=_organisation(reader)), pk=id)
    if request.method == "POST":
        wanted = text(request, "figure")
        figure = get_object_or_404(
            FrozenFigure, month=one, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 18 else 0
        )
        reason = text(request, "reason")
        errors = doing(lambda: figure_restate(figure, reason=reason, actor=reader.person, at=reader.at))
        if not errors:
            messages.success(request, _("已更正"))
            return redirect("frozen-month", one.pk)
        refused = " ".join(word for words in errors.values() for word in words)
    try:
        lines = lines_of(one, eyes)
    except Backlog:
        lines, refused = [], _("许多工单刚有变化，正在重新计数。请稍后再试。")
    context = {
        "at": reader.at,
        "current": "reports",
        "month": one,
        "rows": [_row(line, reader) for line in lines],
        "may_freeze": may_freeze(eyes),
        "refused": refused,
    }
    return render(request, "reports/frozen_month.html", context, status=422 if refused else 200)


def _row(line: Line, reader: Reader) -> dict[str, Any]:
    one = line.indicator
    return {
        "id": line.figure.pk,
        "title": one.title.say(language()) if one else line.figure.indicator,
        "unit": reader.unit_name(line.figure.branch_id) or _("全部"),
        "version": line.told["version"],
        "told": _words(line.told, line),
        "live": _words(line.live, line) if line.live is not None else "—",
        "differs": line.differs,
        "history": [
            {
                "old": _words(past.old, line),
                "new": _words(past.new, line),
                "reason": past.reason,
                "by": past.restated_by.name if past.restated_by else "—",
                "at": past.restated_at,
            }
            for past in line.restatements
        ],
    }


def _words(values: dict[str, Any], line: Line) -> str:
    """The value in its unit; where only what is behind it differs, the fraction too."""
    one = line.indicator
    scale, unit = (one.scale, one.unit) if one else (1, "each")
    value = None if values["value"] is None else values["value"] * scale
    said = value_words({"value": value, "unit": unit}, "value", language())
    if values["denominator"] is None:
        return said
    return f"{said} ({values['numerator']:,.6g} / {values['denominator']:,})"
