"""Units: the tree, one unit, a new one (row O01). Nothing is deleted: a closed unit keeps its history."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from complaints_site.lib.errors import Invalid
from tickets.actions import organisation as actions
from tickets.actions.administration import ADMINISTRATOR
from tickets.calendars import CalendarError, parse_hours
from tickets.models import Duty, Step, Unit
from tickets.views import admin_words as words
from tickets.views.admin_pages import (
    admin_page,
    asked,
    control,
    filled,
    flag,
    organisation_of,
    organisation_tabs,
    page,
    problems,
    save,
    text,
    texts,
)
from tickets.views.reader import Reader, reader_of

UNIT = ("code", "name", "name_en", "tier", "region", "email", "hours")


@admin_page(ADMINISTRATOR)
@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """The tree, with how many people and how much open work stand at each unit."""
    reader, sought = reader_of(request), asked(request, "q")
    units = _units(reader)
    rows = [_row(unit) for unit in units if not sought or sought in f"{unit.code} {unit.name} {unit.name_en}"]
    context = {
        "current": "organisation",
        "tabs": organisation_tabs("organisation"),
        "rows": rows,
        "sought": sought,
        "total": len(units),
        "closed": sum(1 for unit in units if unit.closed_at),
    }
    return page(request, "admin/organisation.html", context, change=ADMINISTRATOR)


def _units(reader: Reader) -> list[Any]:
    """In the order of the tree: a path of ids doesn't sort as text, so Python sorts."""
    active = Count("people", filter=Q(people__is_active=True), distinct=True)
    units = organisation_of(reader).units.annotate(people_count=active)
    holders = dict(
        Duty.objects.filter(unit__organisation=organisation_of(reader), person__is_active=True)
        .values_list("unit")
        .annotate(Count("person", distinct=True))
    )
    found: list[Any] = list(units)
    for unit in found:
        unit.holders = holders.get(unit.pk, 0)
    return sorted(found, key=lambda unit: [int(part) for part in unit.path.strip("/").split("/") if part])


def _row(unit: Any) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "depth": min(unit.path.count("/") - 2, 6),
        "tier": words.tier(unit.tier),
        "functions": words.functions(unit.functions),
        "region": unit.region,
        "people": unit.people_count,
        "holders": unit.holders,
        "closed_at": unit.closed_at,
    }


# ── one unit ─────────────────────────────────────────────────────────────────────────────────────────


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def unit_new(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    fields = [_code_field(), _parent_field(reader), *_unit_fields()]
    if request.method != "POST":
        values = {"parent": asked(request, "parent")}
        return _new_page(request, filled(fields, values))
    given: dict[str, Any] = {**texts(request, *UNIT, "parent"), "functions": request.POST.getlist("functions")}
    given["round_the_clock"] = flag(request, "round_the_clock")
    parent = Unit.objects.filter(organisation=organisation_of(reader), code=given["parent"]).first()

    def create() -> None:
        if parent is None:
            raise Invalid({"parent": [_("选择上级单位。")]})
        actions.unit_create(organisation=organisation_of(reader), code=given["code"], parent=parent, **_values(given))

    said = _("已新建“%(name)s”") % {"name": given["name"]}
    errors = save(request, "unit_create", {"unit": given["code"], "name": given["name"]}, create, said)
    if not errors:
        return redirect("unit", given["code"])
    return _new_page(request, filled(fields, given, errors), problems(errors, fields), status=422)


def _new_page(request: HttpRequest, fields: list[Any], wrong: Any = (), status: int = 200) -> HttpResponse:
    context = {
        "current": "organisation",
        "tabs": organisation_tabs("organisation"),
        "fields": fields,
        "problems": wrong,
    }
    return page(request, "admin/unit_new.html", context, change=ADMINISTRATOR, status=status)


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Change, move, close or reopen it; what is refused says what stands in the way."""
    reader = reader_of(request)
    found = get_object_or_404(
        Unit.objects.select_related("parent", "organisation"), code=code, organisation=organisation_of(reader)
    )
    if request.method != "POST":
        return _unit_page(request, found, {}, {})
    given: dict[str, Any] = {**texts(request, *UNIT, "parent"), "functions": request.POST.getlist("functions")}
    given["round_the_clock"] = flag(request, "round_the_clock")
    errors = _ACTS.get(text(request, "act"), _change)(request, found, given)
    return redirect("unit", code) if not errors else _unit_page(request, found, given, errors, status=422)


def _change(request: HttpRequest, unit: Unit, given: dict[str, Any]) -> dict[str, list[str]]:
    data = {"unit": unit.code, "name": given["name"], "before": unit.name}
    return save(request, "unit_change", data, lambda: actions.unit_change(unit=unit, **_values(given)), _("单位已保存"))


def _move(request: HttpRequest, unit: Unit, given: dict[str, Any]) -> dict[str, list[str]]:
    parent = Unit.objects.filter(organisation=unit.organisation_id, code=given["parent"]).first()
    if parent is None:
        return {"parent": [_("选择上级单位。")]}
    data = {"unit": unit.code, "to": parent.code, "before": unit.parent.code if unit.parent else ""}
    said = _("“%(unit)s”已移到“%(parent)s”之下") % {"unit": unit.name, "parent": parent.name}
    return save(request, "unit_move", data, lambda: actions.unit_move(unit=unit, parent=parent), said)


def _close(request: HttpRequest, unit: Unit, given: dict[str, Any]) -> dict[str, list[str]]:
    at = reader_of(request).at
    change = lambda: actions.unit_close(unit=unit, at=at)  # noqa: E731
    return save(request, "unit_close", {"unit": unit.code}, change, _("“%(name)s”已关闭") % {"name": unit.name})


def _reopen(request: HttpRequest, unit: Unit, given: dict[str, Any]) -> dict[str, list[str]]:
    change = lambda: actions.unit_reopen(unit=unit)  # noqa: E731
    return save(request, "unit_reopen", {"unit": unit.code}, change, _("“%(name)s”已重开") % {"name": unit.name})


_ACTS = {"change": _change, "move": _move, "close": _close, "reopen": _reopen}


def _unit_page(
    request: HttpRequest, unit: Unit, given: dict[str, Any], errors: dict[str, list[str]], status: int = 200
) -> HttpResponse:
    reader = reader_of(request)
    act = text(request, "act")
    mine = errors if act == "change" else {}
    values = given if act == "change" else _values_of(unit)
    duties = unit.duties.select_related("person").filter(person__is_active=True).order_by("role", "person__username")
    titles = words.roles()
    context = {
        "current": "organisation",
        "tabs": organisation_tabs("organisation"),
        "unit": unit,
        "fields": filled(_unit_fields(), values, mine),
        "problems": problems(errors, [] if act == "close" else _unit_fields()),
        "move": filled([_parent_field(reader)], {"parent": unit.parent.code if unit.parent else ""}, errors)[0],
        "duties": [{"duty": duty, "title": titles.get(duty.role, duty.role)} for duty in duties],
        "open_steps": Step.objects.filter(unit=unit, closed_at=None).count(),
        "routes": unit.routes.count(),
        "tier": words.tier(unit.tier),
        "functions": words.functions(unit.functions),
    }
    return page(request, "admin/unit.html", context, change=ADMINISTRATOR, status=status)


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────


def _code_field() -> dict[str, Any]:
    return control("code", _("单位代码"), required=True, hint=_("以后不能改，工单和导入文件用它认单位"))


def _parent_field(reader: Reader) -> dict[str, Any]:
    units = [
        (unit.code, f"{'　' * min(unit.path.count('/') - 2, 6)}{unit.name}")
        for unit in _units(reader)
        if not unit.closed_at
    ]
    return control("parent", _("上级单位"), "unit", choices=units, required=True)


def _unit_fields() -> list[dict[str, Any]]:
    return [
        control("name", _("单位名称"), required=True, maxlength=100),
        control("name_en", _("英文名称"), maxlength=100),
        control("tier", _("层级"), required=True, hint=_("hq 总部、province 省、city 市、site 管理处，或自己的词")),
        control(
            "functions", _("职能"), "list", choices=[(code, str(word)) for code, word in words.FUNCTION_WORDS.items()]
        ),
        control("region", _("区划代码"), hint=_("省如 410000，市如 410100")),
        control("hours", _("营业时间"), hint=_("写成 09:00-12:00,13:30-17:30；空着就按组织的时间")),
        control("round_the_clock", _("全天 24 小时值守"), "boolean"),
        control("email", _("邮箱")),
    ]


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """What the action takes. Hours that can't be read stay text, which the action refuses in words."""
    plain = {
        name: given[name] for name in ("name", "name_en", "tier", "region", "email", "functions", "round_the_clock")
    }
    return {**plain, "hours": _hours(given["hours"])}


def _hours(written: str) -> list[list[str]]:
    if not written:
        return []
    try:
        return [str(span).split("-") for span in parse_hours(written.replace("，", ",").replace("：", ":"))]
    except CalendarError as error:
        raise Invalid({"hours": [_("营业时间写成 09:00-12:00,13:30-17:30。")]}) from error


def _values_of(unit: Unit) -> dict[str, Any]:
    plain = {
        name: getattr(unit, name)
        for name in ("name", "name_en", "tier", "region", "email", "functions", "round_the_clock")
    }
    return {**plain, "hours": ",".join("-".join(span) for span in unit.hours)}
