"""Satisfaction surveys by a third party: draw, hand out, take in, look at the outcome (row K07)."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from complaints_site.lib.format import one_decimal
from reporting.access import Viewer
from reporting.dimensions import DIMENSIONS
from reporting.labels import Labels
from reporting.models import SurveyAnswer, SurveySample
from reporting.reports.receivers import covers
from reporting.surveys import COLUMNS, SPLITS, NewSample, answers_import, results_of, sample_draw, sample_workbook
from tickets.downloads import sent_content
from tickets.uploads import safe_name
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, control, filled, number, problems, text, texts
from tickets.views.reader import Reader, language, reader_of

from .report_pages import (
    Errors,
    doing,
    headings,
    imported,
    last_month,
    managed_units,
    range_of,
    tabs,
    unit_of,
    viewer,
)

PAGE = 100
FIELDS = ("name", "mode", "unit", "first", "last", "size")
LARGEST_SEED = 2**31


def mode_words() -> dict[str, str]:
    modes = SurveyAnswer.Mode
    return {modes.PHONE.value: _("电话"), modes.VISIT.value: _("面访"), modes.MAIL.value: _("邮件")}


def _samples(reader: Reader, eyes: Viewer) -> list[SurveySample]:
    rows = SurveySample.objects.filter(organisation=reader.person.organisation_id).order_by("-drawn_at")
    return [one for one in rows[:PAGE] if covers(eyes, one.unit_id)]


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def surveys(request: HttpRequest) -> HttpResponse:
    """The samples; a post draws a new one."""
    if request.method != "POST":
        return _page(request, {}, {})
    given, made = texts(request, *FIELDS), []  # type: ignore[var-annotated]
    errors = _draw(request, given, made)
    return _page(request, given, errors) if errors else redirect("survey", made[0].pk)


def _draw(request: HttpRequest, given: dict[str, str], made: list[SurveySample]) -> Errors:
    reader, eyes = reader_of(request), viewer(request)
    unit, settled = unit_of(eyes, given["unit"]), range_of(eyes, given["first"], given["last"])
    if unit is None:
        return {"unit": [_("选择单位。")]}
    if settled is None:
        return {"first": [_("日期写成 2026-10-01，开始不晚于结束。")]}
    size, seed = number(given["size"]) or 0, secrets.randbelow(LARGEST_SEED)
    new = NewSample(given["name"], given["mode"], unit, settled, size, seed)
    errors = doing(lambda: made.append(sample_draw(new, actor=reader.person, at=reader.at)))
    return {"first" if name == "settled" else name: words for name, words in errors.items()}


def _page(request: HttpRequest, given: dict[str, str], errors: Errors) -> HttpResponse:
    reader, eyes = reader_of(request), viewer(request)
    units = managed_units(reader, eyes)
    start = last_month(eyes).date().isoformat()
    fields = [
        control("name", _("名称"), required=True, maxlength=60),
        control("mode", _("方式"), "choice", required=True, choices=mode_words().items()),
        control("unit", _("受理单位（含下级）"), "choice", required=True, choices=units),
        control("first", _("办结日期从"), "date", required=True, value=start),
        control("last", _("到"), "date", required=True, value=eyes.world.calendar.local(eyes.at).date().isoformat()),
        control("size", _("抽取件数"), "number", required=True, value="100"),
    ]
    fields = filled(fields, given, errors)
    context = {
        "at": reader.at,
        "current": "reports",
        "tabs": tabs("surveys"),
        "rows": [_row(one, reader) for one in _samples(reader, eyes)],
        "fields": fields if units else [],
        "problems": problems(errors, fields),
    }
    return render(request, "reports/surveys.html", context, status=422 if errors else 200)


def _row(one: SurveySample, reader: Reader) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "mode": mode_words()[one.mode],
        "unit": reader.unit_name(one.unit_id),
        "drawn_at": one.drawn_at,
        "seed": one.seed,
        "size": one.tickets.count(),
        "answers": SurveyAnswer.objects.filter(survey=one.name, ticket__in=one.tickets.values("pk")).count(),
    }


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, id: int) -> HttpResponse:
    """A sample with its outcome; a post takes the answers in."""
    reader, eyes = reader_of(request), viewer(request)
    one = get_object_or_404(SurveySample, pk__in=[row.pk for row in _samples(reader, eyes)], pk=id)
    outcome: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        by = {"actor": reader.person, "at": reader.at}
        outcome, status = imported(request, lambda path, dry: answers_import(one, path, **by, dry_run=dry))  # type: ignore[arg-type]
    wanted = asked(request, "by")
    split = wanted if wanted in SPLITS else "unit"
    context = {
        "at": reader.at,
        "current": "reports",
        "one": _row(one, reader),
        "by_mode": _results(one, eyes, ""),
        "by_split": _results(one, eyes, split),
        "splits": [(name, DIMENSIONS[name].title.say(language()), name == split) for name in ("unit", *SPLITS)],
        "columns": headings(COLUMNS),
        **outcome,
    }
    return render(request, "reports/survey.html", context, status=status)


def _results(one: SurveySample, eyes: Viewer, by: str) -> list[dict[str, Any]]:
    labels = Labels(eyes) if by else None
    rows: list[dict[str, Any]] = []
    for found in results_of(one, eyes, by):
        row: dict[str, Any] = dict(found)
        of = row.pop("of")
        row["label"] = labels.title(by, of, language()) if labels else mode_words().get(of, of)
        means = (row["process_score"], row["result_score"], row["staff_score"])
        row["means"] = [one_decimal(mean) if mean is not None else "—" for mean in means]
        rows.append(row)
    return rows


@work_page
@require_POST
def sample(request: HttpRequest, id: int) -> HttpResponseBase:
    """The table for the third party; whole names and numbers only with a purpose, which is written down."""
    reader, eyes = reader_of(request), viewer(request)
    one = get_object_or_404(SurveySample, pk__in=[row.pk for row in _samples(reader, eyes)], pk=id)
    made: list[bytes] = []
    purpose = text(request, "purpose")
    errors = doing(lambda: made.append(sample_workbook(one, purpose=purpose, actor=reader.person, at=reader.at)))
    if errors:
        messages.error(request, " ".join(word for words in errors.values() for word in words))
        return redirect("survey", one.pk)
    return sent_content(safe_name(f"{one.name}.xlsx"), made[0])
