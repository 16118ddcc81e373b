"""Scheduled reports as pages: what is made when for whom, what was made, how far it is, its files (rows K04, U07)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints_site.lib.paper import drawing
from reporting.access import Viewer
from reporting.models import ReportCopy, ReportRun, ReportSchedule
from reporting.periods import Period
from reporting.reports.definitions import EVERY, definitions
from reporting.reports.document import cells, chart_of, table_of
from reporting.reports.mails import file_name
from reporting.reports.receivers import copy_for, covers
from reporting.reports.runs import run_again
from reporting.reports.schedules import ANALYSIS, NewSchedule, schedule_create, schedule_switch
from reporting.reports.wording import cycle_word, period_title
from tickets.downloads import sent_content
from tickets.models import Person
from tickets.views.access import work_page
from tickets.views.admin_pages import control, filled, problems, text, texts
from tickets.views.reader import Reader, language, reader_of, role_title

from .report_pages import Errors, doing, managed_units, tabs, unit_of, viewer

PAGE = 50
FIELDS = ("definition", "every", "unit", "title", "time_of_day", "people", "regulator", "regulator_address", "language")


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    given = texts(request, *FIELDS)
    errors = _create(request, given)
    if errors:
        return _page(request, given, errors, status=422)
    messages.success(request, _("已设好，本期结束后生成"))
    return redirect("reports")


def _create(request: HttpRequest, given: dict[str, str]) -> Errors:
    reader, eyes = reader_of(request), viewer(request)
    unit = unit_of(eyes, given["unit"])
    if unit is None:
        return {"unit": [_("选择单位。")]}
    usernames = [
        word for word in given["people"].replace("、", " ").replace(",", " ").replace("，", " ").split() if word
    ]
    people = list(Person.objects.filter(username__in=usernames, organisation=unit.organisation_id, is_active=True))
    missing = sorted(set(usernames) - {person.username for person in people})
    if missing:
        return {"people": [_("没有这些工号：%(names)s。") % {"names": "、".join(missing)}]}
    try:
        hour = time.fromisoformat(given["time_of_day"] or "08:00")
    except ValueError:
        return {"time_of_day": [_("时间写成 08:00。")]}
    new = NewSchedule(
        definition=given["definition"],
        every=given["every"],
        unit=unit,
        title=given["title"][:200],
        time_of_day=hour.replace(tzinfo=None),
        people=people,
        regulator=given["regulator"][:200],
        regulator_address=given["regulator_address"],
        language="en" if given["language"] == "en" else "zh",
    )
    return doing(lambda: schedule_create(new, actor=reader.person, at=reader.at))


def _page(
    request: HttpRequest, given: dict[str, str] | None = None, errors: Errors | None = None, *, status: int = 200
) -> HttpResponse:
    reader, eyes = reader_of(request), viewer(request)
    units = managed_units(reader, eyes)
    fields = filled(_fields(units, reader), given or {}, errors)
    context = {
        "at": reader.at,
        "current": "reports",
        "tabs": tabs("reports"),
        "runs": [_run_row(run, eyes) for run in _runs(eyes).order_by("-asked_at", "-pk")[:PAGE]],
        "schedules": [_schedule_row(one, reader) for one in _schedules(eyes)],
        "fields": fields if units else [],
        "problems": problems(errors or {}, fields),
    }
    return render(request, "reports/list.html", context, status=status)


def _fields(units: Iterable[tuple[str, str]], reader: Reader) -> list[dict[str, Any]]:
    word = language()
    return [
        control(
            "definition",
            _("报告"),
            "choice",
            required=True,
            choices=[(one.id, one.title.say(word)) for one in definitions().values()],
            value=ANALYSIS,
        ),
        control(
            "every",
            _("周期"),
            "choice",
            required=True,
            choices=[(c, cycle_word(c, word)) for c in EVERY],
            value="month",
        ),
        control("unit", _("统计范围"), "choice", required=True, choices=units),
        control("title", _("标题"), hint=_("不填就用报告的名称")),
        control("time_of_day", _("生成时间"), value="08:00", hint=_("周期结束后第一天的这个时间")),
        control(
            "people",
            _("接收人"),
            value=reader.person.username,
            hint=_("工号，用空格隔开。每人只收到自己看得到的工单的数字"),
        ),
        control("regulator", _("监管机构"), hint=_("报送监管机构时填写名称，按报送时的样子存档")),
        control("regulator_address", _("监管机构邮箱")),
        control("language", _("语言"), "choice", choices=[("zh", "中文"), ("en", "English")], value="zh"),
    ]


def _schedules(eyes: Viewer) -> list[ReportSchedule]:
    assert eyes.person is not None  # noqa: S101  a page has a reader
    own = ReportSchedule.objects.filter(organisation=eyes.person.organisation_id).select_related("unit")
    return [one for one in own.order_by("-is_active", "pk") if covers(eyes, one.unit_id)]


def _runs(eyes: Viewer) -> QuerySet[ReportRun]:
    """What somebody may open: where they have a copy, or of schedules that they see to."""
    mine = Q(copies__person=eyes.person) | Q(schedule__in=[one.pk for one in _schedules(eyes)])
    return ReportRun.objects.filter(mine).select_related("schedule__unit").distinct()


def _schedule_row(one: ReportSchedule, reader: Reader) -> dict[str, Any]:
    people = [reader.person_name(pk) for pk in one.people.values_list("pk", flat=True)]
    return {
        "id": one.pk,
        "title": one.title_in(language()),
        "every": cycle_word(one.every, language()),
        "unit": reader.unit_name(one.unit_id),
        "receivers": "、".join([*people, *_role_words(one, reader), *filter(None, [one.regulator])]),
        "next_at": one.next_at,
        "is_active": one.is_active,
        "of_rulebook": one.source.partition(":")[0],
    }


def _role_words(one: ReportSchedule, reader: Reader) -> list[str]:
    return [role_title(role, reader.at) for role in one.roles]


def _run_row(run: ReportRun, eyes: Viewer) -> dict[str, Any]:
    zone = eyes.world.calendar.zone
    period = Period(run.period_start.astimezone(zone), run.period_end.astimezone(zone))
    return {
        "id": run.pk,
        "title": run.schedule.title_in(language()),
        "period": period_title(run.schedule.every, period, language()),
        "edition": run.edition,
        "state": run.state,
        "waits": run.state in ReportRun.UNFINISHED,
        "made_at": run.made_at,
        "due_on": run.due_on,
        "done": run.copies_done,
        "all": run.copies_all,
        "share": 100 * run.copies_done // run.copies_all if run.copies_all else 0,
        "error": run.error,
    }


@work_page
@require_POST
def again(request: HttpRequest, id: int) -> HttpResponse:
    """Make a report now: the last whole period, or with `run` that one's period once more."""
    reader, eyes = reader_of(request), viewer(request)
    schedule = get_object_or_404(ReportSchedule, pk__in=[one.pk for one in _schedules(eyes)], pk=id)
    like = text(request, "run")
    known = schedule.runs.filter(pk=int(like)).first() if like.isdecimal() and len(like) < 18 else None
    made: list[ReportRun] = []
    start = known.period_start if known else None
    refused = doing(lambda: made.append(run_again(schedule, start, actor=reader.person, at=reader.at)))
    if refused:
        messages.error(request, refused[""][0])
        return redirect("reports")
    return redirect("report-run", made[0].pk)


@work_page
@require_POST
def switch(request: HttpRequest, id: int) -> HttpResponse:
    reader, eyes = reader_of(request), viewer(request)
    schedule = get_object_or_404(ReportSchedule, pk__in=[one.pk for one in _schedules(eyes)], pk=id)
    schedule_switch(schedule, on=text(request, "on") == "true", actor=reader.person, at=reader.at)
    messages.success(request, _("已保存"))
    return redirect("reports")


# ── one report ───────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_GET
def report_run(request: HttpRequest, id: int) -> HttpResponse:
    """The report as this reader got it; while it is being made, how far it is."""
    reader, eyes = reader_of(request), viewer(request)
    run = get_object_or_404(_runs(eyes), pk=id)
    copy = copy_for(eyes, run.pk)
    context = {
        "at": reader.at,
        "current": "reports",
        "run": _run_row(run, eyes),
        "schedule": run.schedule,
        "manages": covers(eyes, run.schedule.unit_id),
        "copy": copy,
        "filed_to": run.schedule.regulator if copy is not None and copy.person_id is None else "",
        "sections": _sections(copy) if copy is not None else [],
    }
    if request.headers.get("HX-Request"):
        return render(request, "reports/run_body.html", context)
    return render(request, "reports/run.html", context)


def _sections(copy: ReportCopy) -> list[dict[str, Any]]:
    said = copy.content["language"]
    return [
        {
            "title": section["title"],
            "head": table_of(section, said).head,
            "rows": [cells(row, said) for row in section["rows"]],
            "left_out": "、".join(section["left_out"]),
            "chart": drawing(chart) if chart is not None else "",
        }
        for section in copy.content["sections"]
        for chart in [chart_of(section, said)]
    ]


@work_page
@require_GET
def report_file(request: HttpRequest, id: int, suffix: str) -> HttpResponseBase:
    copy = copy_for(viewer(request), id)
    kept = (copy.workbook if suffix == "xlsx" else copy.document) if copy is not None else None
    if copy is None or not kept:
        raise Http404
    with kept.open("rb") as file:
        return sent_content(file_name(copy, suffix), file.read())
