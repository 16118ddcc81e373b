"""Analysis reports and bulletins: drafted from figures, edited, published, fetched as Word or PDF (rows K08, P04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from complaints_site.lib.paper import pdf_trouble, to_html, to_pdf, to_word
from reporting.access import Viewer
from reporting.declarations import Indicator, indicators
from reporting.models import Writing
from reporting.periods import MONTH, Period, shifted
from reporting.reports.receivers import covers
from reporting.writings.actions import (
    analysis_draft,
    bulletin_draft,
    paper_of,
    writing_edit,
    writing_publish,
    writings_for,
)
from reporting.writings.drafts import Threshold
from tickets.core.given import text_problem
from tickets.downloads import sent_content
from tickets.models import Unit
from tickets.uploads import safe_name
from tickets.views.access import work_page
from tickets.views.admin_pages import control, filled, problems, text, texts
from tickets.views.reader import Reader, language, reader_of

from .report_pages import Errors, doing, last_month, managed_units, range_of, tabs, unit_of, viewer

PAGE = 100
SPLITS = ("branch", "unit", "responsible_unit")
KINDS = Writing.Kind


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def writings(request: HttpRequest) -> HttpResponse:
    """The list; a post drafts a new one from figures."""
    if request.method != "POST":
        return _page(request, {}, {})
    given = texts(request, "kind", "unit", "first", "last", "indicator", "sign", "value")
    made: list[Writing] = []
    errors = _draft(request, given, made)
    return _page(request, given, errors) if errors else redirect("writing", made[0].pk)


def _draft(request: HttpRequest, given: dict[str, str], made: list[Writing]) -> Errors:
    reader, eyes = reader_of(request), viewer(request)
    unit, period = unit_of(eyes, given["unit"]), range_of(eyes, given["first"], given["last"])
    if unit is None:
        return {"unit": [_("选择单位。")]}
    if period is None:
        return {"first": [_("日期写成 2026-10-01，开始不晚于结束。")]}
    shared: dict[str, Any] = {"language": language(), "actor": reader.person, "at": reader.at}
    if given["kind"] != KINDS.BULLETIN:
        return doing(lambda: made.append(analysis_draft(unit, period, **shared)))
    threshold = _threshold(given)
    if threshold is None:
        return {"value": [_("选择指标，界限写成数字。")]}
    return doing(lambda: made.append(bulletin_draft(unit, period, threshold, **shared)))


def _threshold(given: dict[str, str]) -> Threshold | None:
    one = _splittable().get(given["indicator"])
    try:
        value = float(given["value"])
    except ValueError:
        return None
    if one is None or not abs(value) < 1e12:
        return None
    by = next(name for name in SPLITS if name in one.by)
    return Threshold(one, by, over=given["sign"] != "under", value=value)


def _splittable() -> dict[str, Indicator]:
    return {name: one for name, one in indicators().items() if set(SPLITS) & set(one.by)}


def _page(request: HttpRequest, given: dict[str, str], errors: Errors) -> HttpResponse:
    reader, eyes = reader_of(request), viewer(request)
    units = managed_units(reader, eyes)
    fields = filled(_fields(eyes, units), given, errors)
    rows = writings_for(reader.person, reader.at).select_related("unit", "written_by").order_by("-written_at")[:PAGE]
    context = {
        "at": reader.at,
        "current": "reports",
        "tabs": tabs("writings"),
        "rows": [{"one": one, "kind": _kind_word(one), "period": _period(one, eyes)} for one in rows],
        "fields": fields if units else [],
        "problems": problems(errors, fields),
    }
    return render(request, "reports/writings.html", context, status=422 if errors else 200)


def _fields(eyes: Viewer, units: list[tuple[str, str]]) -> list[dict[str, Any]]:
    start = last_month(eyes)
    last = shifted(MONTH, start, 1).date() - timedelta(days=1)
    names = [(name, one.title.say(language())) for name, one in _splittable().items()]
    kinds = [(KINDS.ANALYSIS.value, _("分析报告")), (KINDS.BULLETIN.value, _("服务质量通报"))]
    return [
        control("kind", _("种类"), "choice", required=True, choices=kinds, value=KINDS.ANALYSIS.value),
        control("unit", _("统计范围"), "choice", required=True, choices=units),
        control("first", _("开始日期"), "date", required=True, value=start.date().isoformat()),
        control("last", _("结束日期"), "date", required=True, value=last.isoformat()),
        control("indicator", _("通报的指标"), "choice", choices=names, hint=_("只有通报要选")),
        control("sign", _("通报哪些单位"), "choice", choices=[("over", _("高于界限")), ("under", _("低于界限"))]),
        control("value", _("界限"), "number", hint=_("按指标的单位填写，如 95")),
    ]


def _kind_word(one: Writing) -> str:
    return _("服务质量通报") if one.kind == KINDS.BULLETIN else _("分析报告")


def _period(one: Writing, eyes: Viewer) -> str:
    zone = eyes.world.calendar.zone
    period = Period(one.period_start.astimezone(zone), one.period_end.astimezone(zone))
    return f"{period.start.date()} – {period.end.date() - timedelta(days=1)}"


# ── one ──────────────────────────────────────────────────────────────────────────────────────────────


def _found(request: HttpRequest, id: int) -> tuple[Reader, Viewer, Writing]:
    reader = reader_of(request)
    rows = writings_for(reader.person, reader.at).select_related("organisation", "published_by", "written_by")
    return reader, viewer(request), get_object_or_404(rows, pk=id)


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def writing(request: HttpRequest, id: int) -> HttpResponse:
    """A published text as it is; a draft to be edited by whoever sees the whole unit."""
    reader, eyes, one = _found(request, id)
    if request.method != "POST":
        return _show(request, eyes, one)
    version = text(request, "version")
    seen = int(version) if version.isdecimal() and len(version) < 10 else 0
    errors = _save(request, reader, one, seen)
    if not errors and text(request, "do") == "publish":
        errors = doing(lambda: writing_publish(one, version=one.version, actor=reader.person, at=reader.at))
    if errors:
        one.refresh_from_db()
        return _show(request, eyes, one, errors)
    messages.success(request, _("已发布") if one.published_at else _("已保存"))
    return redirect("writing", one.pk)


def _save(request: HttpRequest, reader: Reader, one: Writing, version: int) -> Errors:
    said = [request.POST.get(f"text-{place}", "").replace("\r\n", "\n") for place in range(len(one.sections))]
    title = text(request, "title")
    if any(text_problem(word, 20_000) for word in (title, *said) if word):
        return {"text": [_("文字太长，或者含有不能保存的字符。")]}
    to = list(Unit.objects.filter(organisation=one.organisation_id, code__in=request.POST.getlist("to")))
    edit = {"title": title, "texts": said, "to": to, "version": version}
    return doing(lambda: writing_edit(one, **edit, actor=reader.person, at=reader.at))  # type: ignore[arg-type]


def _show(request: HttpRequest, eyes: Viewer, one: Writing, errors: Errors | None = None) -> HttpResponse:
    reader = reader_of(request)
    to = set(one.to.values_list("code", flat=True))
    units = [(unit.code, reader.unit_name(unit.id)) for unit in sorted(eyes.world.units.values(), key=lambda u: u.path)]
    typed = [request.POST.get(f"text-{place}") for place in range(len(one.sections))]
    context = {
        "at": reader.at,
        "current": "reports",
        "one": one,
        "kind": _kind_word(one),
        "sections": [
            {"title": section["title"], "text": said if said is not None and errors else section["text"]}
            for section, said in zip(one.sections, typed, strict=True)
        ],
        "units": [(code, name, code in to) for code, name in units],
        "may_edit": one.published_at is None and covers(eyes, one.unit_id),
        "paper": to_html(paper_of(one, one.organisation.name, eyes.world.calendar.zone)),
        "no_pdf": pdf_trouble(),
        "problems": problems(errors or {}, []),
    }
    return render(request, "reports/writing.html", context, status=422 if errors else 200)


@work_page
@require_GET
def writing_file(request: HttpRequest, id: int, suffix: str) -> HttpResponseBase:
    _reader, eyes, one = _found(request, id)
    if suffix == "pdf" and pdf_trouble():
        raise Http404
    made = paper_of(one, one.organisation.name, eyes.world.calendar.zone)
    return sent_content(safe_name(f"{one.title}.{suffix}"), (to_pdf if suffix == "pdf" else to_word)(made))
