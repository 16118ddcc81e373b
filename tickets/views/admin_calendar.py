"""Days: the organisation's own days off and working days, and the State Council's calendar of a year (row R04)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints_site.lib.errors import Invalid
from tickets.access import not_about
from tickets.actions import organisation as actions
from tickets.actions.administration import ADMINISTRATOR
from tickets.day_tables import CalendarError, china_table, read_day_table
from tickets.models import CalendarYear, Clock
from tickets.views.admin_pages import (
    admin_page,
    control,
    filled,
    number,
    organisation_of,
    organisation_tabs,
    page,
    problems,
    save,
    text,
    texts,
)
from tickets.views.reader import Reader, reader_of

LINE = re.compile(r"\s*(\d{4}-\d{2}-\d{2})\s*[,，\s]\s*(休|班|off|work).*", re.IGNORECASE)
OFF = ("休", "off")


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, {}, {})
    act = {"day": _day, "remove": _remove, "year": _year}.get(text(request, "act"), _day)
    errors = act(request)
    if not errors:
        return redirect("calendar")
    return _page(request, texts(request, "day", "worked", "note", "year", "days", "source"), errors, status=422)


def _day(request: HttpRequest) -> dict[str, list[str]]:
    day, organisation = _date(text(request, "day")), organisation_of(reader_of(request))
    if day is None:
        return {"day": [_("填日期，如 2026-10-08。")]}
    worked, note = text(request, "worked") == "work", text(request, "note")
    data = {"day": day.isoformat(), "worked": worked}
    change = lambda: actions.day_set(organisation=organisation, day=day, worked=worked, note=note)  # noqa: E731
    return save(request, "day_set", data, change, _("%(day)s 已记下") % {"day": day})


def _remove(request: HttpRequest) -> dict[str, list[str]]:
    day, organisation = _date(text(request, "day")), organisation_of(reader_of(request))
    if day is None:
        return {"day": [_("填日期，如 2026-10-08。")]}
    change = lambda: actions.day_remove(organisation=organisation, day=day)  # noqa: E731
    return save(request, "day_remove", {"day": day.isoformat()}, change, _("%(day)s 按国家日历") % {"day": day})


def _year(request: HttpRequest) -> dict[str, list[str]]:
    at, source = reader_of(request).at, text(request, "source")
    year = number(text(request, "year"), 2199)
    if year is None or year < 2000:
        return {"year": [_("填年份，如 2027。")]}

    def change() -> None:
        actions.year_publish(year=year, days=read_days(text(request, "days"), year), source=source, at=at)

    data = {"year": year, "source": source}
    return save(request, "year_publish", data, change, _("%(year)d 年的日历已发布") % {"year": year})


def read_days(written: str, year: int) -> dict[date, bool]:
    """A table of days in JSON, or a line for each day: `2027-01-01 休 元旦`. Raises Invalid with the line."""
    if written.startswith("{"):
        try:
            table = read_day_table(written)
        except (CalendarError, RecursionError) as error:
            raise Invalid({"days": [_("读不懂这份日历：%(error)s") % {"error": error}]}) from error
        return {day: worked for day, worked in table.days.items() if day.year == year}
    days = {}
    for place, line in enumerate(written.splitlines(), start=1):
        if line.strip():
            found = LINE.fullmatch(line)
            day = _date(found[1]) if found else None
            if found is None or day is None:
                raise Invalid({"days": [_("第 %(place)d 行写成“2027-01-01 休 元旦”或“… 班”。") % {"place": place}]})
            days[day] = found[2].lower() not in OFF
    if not days:
        raise Invalid({"days": [_("填这一年与周一至周五不同的日子。")]})
    return days


def _date(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _page(request: HttpRequest, given: dict[str, str], errors: dict[str, list[str]], status: int = 200) -> HttpResponse:
    reader = reader_of(request)
    act = text(request, "act")
    day, year = _day_fields(), _year_fields()
    context = {
        "current": "organisation",
        "tabs": organisation_tabs("calendar"),
        "days": organisation_of(reader).days.order_by("-day"),
        "day_fields": filled(day, given if act == "day" else {}, errors if act == "day" else {}),
        "year_fields": filled(year, given if act == "year" else {}, errors if act == "year" else {}),
        "problems": problems(errors, day if act == "day" else year),
        "years": _years(),
        "provisional": _provisional(reader),
        "missing": _missing(reader),
    }
    return page(request, "admin/calendar.html", context, change=ADMINISTRATOR, status=status)


def _years() -> list[dict[str, Any]]:
    """The years that are published, the latest first: those of the product and those entered here."""
    entered = {row.year: row for row in CalendarYear.objects.all()}
    years = sorted(china_table().published | set(entered), reverse=True)
    return [{"year": year, "entered": entered.get(year)} for year in years]


def _missing(reader: Reader) -> list[int]:
    """This year and the next, where their calendar isn't published."""
    world, this = reader.world, reader.at.year
    return [year for year in (this, this + 1) if world is not None and not world.calendar.is_published(year)]


def _provisional(reader: Reader) -> int:
    """Running deadlines that touch a year without a published calendar: they are counted again when it comes."""
    return Clock.objects.filter(
        stopped_at=None, provisional=True, ticket__in=not_about(reader.person, reader.at)
    ).count()


def _day_fields() -> list[dict[str, Any]]:
    kinds = [("off", _("休息")), ("work", _("上班"))]
    return [
        control("day", _("日期"), "date", required=True),
        control("worked", _("这一天"), "choice", choices=kinds, required=True, value="off"),
        control("note", _("说明"), maxlength=100),
    ]


def _year_fields() -> list[dict[str, Any]]:
    hint = _("每行一天：2027-01-01 休 元旦；2027-01-03 班。也可以粘贴 JSON")
    return [
        control("year", _("年份"), required=True, maxlength=4),
        control("source", _("依据（文号）"), maxlength=200),
        control("days", _("与周一至周五不同的日子"), long=True, rows=8, required=True, hint=hint),
    ]
