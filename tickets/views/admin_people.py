"""People: accounts, duties at units, absences with a deputy (rows O02, O04, S07): the security administrator's work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from complaints_site.lib.errors import Invalid
from tickets.actions import people as actions
from tickets.actions.accounts import second_factor_reset
from tickets.actions.administration import SECURITY
from tickets.imports_organisation import one_time_password
from tickets.models import Absence, Duty, Person, SecondFactor, Step, Unit
from tickets.views import admin_words as words
from tickets.views.admin_pages import (
    admin_page,
    asked,
    control,
    filled,
    flag,
    moment,
    number,
    organisation_of,
    page,
    problems,
    save,
    text,
    texts,
)
from tickets.views.reader import Reader, reader_of

PAGE = 50
PERSON = ("name", "email", "mobile", "home_unit")
Errors = dict[str, list[str]]


@admin_page(SECURITY)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    reader, sought = reader_of(request), asked(request, "q")
    role, unit = asked(request, "role"), asked(request, "unit")
    found = Person.objects.filter(organisation=organisation_of(reader)).select_related("home_unit")
    if sought:
        found = found.filter(Q(username__icontains=sought) | Q(name__icontains=sought))
    if role:
        found = found.filter(pk__in=Duty.objects.filter(role=role).values("person"))
    if unit:
        found = found.filter(Q(home_unit__code=unit) | Q(pk__in=Duty.objects.filter(unit__code=unit).values("person")))
    place = number(asked(request, "page") or "1", 100_000) or 1
    total = found.count()
    shown = list(found.order_by("-is_active", "username")[(place - 1) * PAGE : place * PAGE])
    context = {
        "current": "people",
        "rows": _rows(reader, shown),
        "total": total,
        "sought": sought,
        "roles": sorted(words.roles().items(), key=lambda pair: pair[1]),
        "role": role,
        "unit": unit,
        "pages": _pages(place, total, {"q": sought, "role": role, "unit": unit}),
    }
    return page(request, "admin/people.html", context, change=SECURITY)


def _pages(place: int, total: int, kept: dict[str, str]) -> dict[str, str]:
    from urllib.parse import urlencode

    def url(number: int) -> str:
        return f"?{urlencode({**{name: value for name, value in kept.items() if value}, 'page': number})}"

    last = min(place * PAGE, total)
    said = _("第 %(first)d~%(last)d 人，共 %(total)d 人") % {
        "first": min((place - 1) * PAGE + 1, last), "last": last, "total": total
    }  # fmt: skip
    return {
        "previous_url": url(place - 1) if place > 1 else "",
        "next_url": url(place + 1) if place * PAGE < total else "",
        "words": said,
    }


def _rows(reader: Reader, people: list[Person]) -> list[dict[str, Any]]:
    duties: dict[int, list[Duty]] = {}
    for duty in Duty.objects.filter(person__in=people).select_related("unit").order_by("role"):
        duties.setdefault(duty.person_id, []).append(duty)
    away = {
        absence.person_id: absence
        for absence in Absence.objects.filter(
            person__in=people, starts_at__lte=reader.at, ends_at__gt=reader.at
        ).select_related("deputy")
    }
    titles = words.roles()
    return [
        {
            "person": person,
            "duties": [_duty_words(duty, titles) for duty in duties.get(person.pk, ())],
            "away": away.get(person.pk),
        }
        for person in people
    ]


def _duty_words(duty: Duty, titles: dict[str, str]) -> str:
    said = f"{titles.get(duty.role, duty.role)} · {duty.unit.name}"
    return _("%(duty)s（含下级）") % {"duty": said} if duty.subtree else said


# ── a new person ─────────────────────────────────────────────────────────────────────────────────────


@admin_page(SECURITY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """Made with a first password, which the answer shows once and nothing keeps."""
    reader = reader_of(request)
    fields = [control("username", _("工号"), required=True, maxlength=60), *_person_fields(reader)]
    if request.method != "POST":
        context = {"current": "people", "fields": filled(fields, {}), "problems": []}
        return page(request, "admin/person_new.html", context, change=SECURITY)
    given = texts(request, "username", *PERSON)
    password = one_time_password()
    organisation = organisation_of(reader)

    def create() -> None:
        actions.person_create(
            organisation=organisation,
            username=given["username"],
            name=given["name"],
            email=given["email"],
            mobile=given["mobile"],
            home_unit=_unit(reader, given["home_unit"], "home_unit"),
            password=password,
        )

    said = _("已新建 %(name)s，接着给岗位") % {"name": given["name"]}
    errors = save(request, "person_create", {"person": given["username"]}, create, said)
    if errors:
        context = {"current": "people", "fields": filled(fields, given, errors), "problems": problems(errors, fields)}
        return page(request, "admin/person_new.html", context, change=SECURITY, status=422)
    made = Person.objects.get(username=given["username"])
    return _person_page(request, made, {}, {}, password=password)


# ── one person ───────────────────────────────────────────────────────────────────────────────────────


@admin_page(SECURITY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, username: str) -> HttpResponse:
    reader = reader_of(request)
    people = Person.objects.select_related("home_unit", "organisation")
    found = get_object_or_404(people, username=username, organisation=organisation_of(reader))
    if request.method != "POST":
        return _person_page(request, found, {}, {})
    act = text(request, "act")
    if act == "password":
        return _password(request, found)
    given = texts(
        request, "name", "email", "mobile", "home_unit", "role", "unit", "deputy", "starts_at", "ends_at", "absence"
    )
    errors = _ACTS.get(act, _change)(request, found, given)
    return redirect("person", username) if not errors else _person_page(request, found, given, errors, status=422)


def _change(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    reader = reader_of(request)

    def change() -> None:
        home = _unit(reader, given["home_unit"], "home_unit")
        values = {name: given[name] for name in ("name", "email", "mobile")}
        actions.person_change(person=found, home_unit=home, **values)

    data = {"person": found.username, "name": given["name"], "home_unit": given["home_unit"]}
    return save(request, "person_change", data, change, _("已保存"))


def _grant(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    reader, subtree = reader_of(request), flag(request, "subtree")
    if found.pk == reader.person.pk:
        return {"role": [_("不能给自己设岗位，请另一位安全管理员设。")]}

    def change() -> None:
        unit = _unit(reader, given["unit"], "unit")
        actions.duty_grant(person=found, role=given["role"], unit=unit, subtree=subtree)

    data = {"person": found.username, "role": given["role"], "unit": given["unit"], "subtree": subtree}
    said = _("已给 %(name)s 设岗位") % {"name": found.name}
    return save(request, "duty_grant", data, change, said)


def _withdraw(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    reader = reader_of(request)

    def change() -> None:
        unit = _unit(reader, given["unit"], "unit")
        actions.duty_withdraw(person=found, role=given["role"], unit=unit)

    data = {"person": found.username, "role": given["role"], "unit": given["unit"]}
    return save(request, "duty_withdraw", data, change, _("岗位已撤"))


def _absent(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    reader = reader_of(request)
    starts, ends = moment(reader, given["starts_at"]), moment(reader, given["ends_at"])
    deputy = Person.objects.filter(organisation=organisation_of(reader), username=given["deputy"]).first()
    missing: Errors = {}
    if starts is None:
        missing["starts_at"] = [_("填从什么时候起不在。")]
    if ends is None:
        missing["ends_at"] = [_("填到什么时候回来。")]
    if deputy is None:
        missing["deputy"] = [_("没有工号为“%(username)s”的人。") % {"username": given["deputy"]}]
    if starts is None or ends is None or deputy is None:
        return missing
    data = {"person": found.username, "deputy": deputy.username, "from": starts.isoformat(), "to": ends.isoformat()}
    change = lambda: actions.absence_set(person=found, deputy=deputy, starts_at=starts, ends_at=ends)  # noqa: E731
    return save(request, "absence_set", data, change, _("缺勤已登记，工作由 %(name)s 代理") % {"name": deputy.name})


def _back(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    absence = get_object_or_404(found.absences, pk=number(given["absence"]) or 0)
    at = reader_of(request).at
    change = lambda: actions.absence_end(absence=absence, at=at)  # noqa: E731
    return save(request, "absence_end", {"person": found.username}, change, _("缺勤已结束"))


def _deactivate(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    at = reader_of(request).at
    if found.pk == reader_of(request).person.pk:
        return {"": [_("不能停用自己。")]}
    change = lambda: actions.person_deactivate(person=found, at=at)  # noqa: E731
    said = _("%(name)s 已停用，已登录的也已退出") % {"name": found.name}
    return save(request, "person_deactivate", {"person": found.username}, change, said)


def _activate(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    change = lambda: actions.person_activate(person=found)  # noqa: E731
    return save(
        request, "person_activate", {"person": found.username}, change, _("%(name)s 已启用") % {"name": found.name}
    )


def _revoke(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    at = reader_of(request).at
    change = lambda: actions.tokens_revoke(person=found, at=at)  # noqa: E731
    return save(request, "tokens_revoke", {"person": found.username}, change, _("令牌已收回"))


def _reset_factor(request: HttpRequest, found: Person, given: dict[str, str]) -> Errors:
    """A lost phone: all their sessions end, and the next log-in sets up a new one if a role of theirs needs it."""
    change = lambda: second_factor_reset(person=found)  # noqa: E731
    said = _("%(name)s 的验证码已取消，已登录的也已退出") % {"name": found.name}
    return save(request, "second_factor_reset", {"person": found.username}, change, said)


_ACTS: dict[str, Callable[[HttpRequest, Person, dict[str, str]], Errors]] = {
    "change": _change,
    "grant": _grant,
    "withdraw": _withdraw,
    "absent": _absent,
    "back": _back,
    "deactivate": _deactivate,
    "activate": _activate,
    "revoke": _revoke,
    "factor": _reset_factor,
}


def _password(request: HttpRequest, found: Person) -> HttpResponse:
    """A new one-time password ends every session of the old one; this answer is the only place that shows it."""
    password = one_time_password()
    change = lambda: actions.password_set(person=found, password=password)  # noqa: E731
    errors = save(request, "password_reset", {"person": found.username}, change, _("密码已重设"))
    return _person_page(request, found, {}, errors, password="" if errors else password, status=422 if errors else 200)


def _unit(reader: Reader, code: str, field: str) -> Unit:
    unit = Unit.objects.filter(organisation=organisation_of(reader), code=code).first()
    if unit is None:
        raise Invalid({field: [_("选择单位。")]})
    return unit


def _person_page(
    request: HttpRequest, found: Person, given: dict[str, str], errors: Errors, *, password: str = "", status: int = 200
) -> HttpResponse:
    reader, act = reader_of(request), text(request, "act")
    titles = words.roles()
    forms = {"change": _person_fields(reader), "grant": _grant_fields(reader, titles), "absent": _absence_fields()}
    there = {name: getattr(found, name) for name in ("name", "email", "mobile")}
    there["home_unit"] = found.home_unit.code if found.home_unit else ""
    shown = {
        name: filled(
            fields, given if act == name else (there if name == "change" else {}), errors if act == name else {}
        )
        for name, fields in forms.items()
    }
    duties = found.duties.select_related("unit").order_by("role", "unit__path")
    context = {
        "current": "people",
        "found": found,
        "is_self": found.pk == reader.person.pk,
        "forms": shown,
        "problems": problems(errors, forms.get(act, [])),
        "duties": [{"duty": duty, "words": _duty_words(duty, titles)} for duty in duties],
        "absences": found.absences.filter(ends_at__gt=reader.at).select_related("deputy").order_by("starts_at"),
        "stands_in": found.stands_in.filter(ends_at__gt=reader.at).select_related("person").order_by("starts_at"),
        "tokens": found.tokens.filter(revoked_at=None).order_by("created_at"),
        "open_steps": Step.objects.filter(assignee=found, closed_at=None).count(),
        "password": password,
        "second_factor": SecondFactor.objects.filter(person=found).exclude(confirmed_at=None).exists(),
    }
    return page(request, "admin/person.html", context, change=SECURITY, status=status)


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────


def _units(reader: Reader) -> list[tuple[str, str]]:
    units = organisation_of(reader).units.open().order_by("code").values_list("code", "name")
    return [(code, f"{name}（{code}）") for code, name in units]


def _person_fields(reader: Reader) -> list[dict[str, Any]]:
    return [
        control("name", _("姓名"), required=True, maxlength=60),
        control("email", _("邮箱"), hint=_("提醒邮件发到这里")),
        control("mobile", _("手机"), hint=_("提醒短信发到这里"), maxlength=20),
        control("home_unit", _("所在单位"), "unit", choices=_units(reader), required=True),
    ]


def _grant_fields(reader: Reader, titles: dict[str, str]) -> list[dict[str, Any]]:
    ordered = sorted(titles.items(), key=lambda pair: pair[1])
    return [
        control("role", _("角色"), "unit", choices=ordered, required=True),
        control("unit", _("在哪个单位"), "unit", choices=_units(reader), required=True),
        control("subtree", _("连同下级单位"), "boolean"),
    ]


def _absence_fields() -> list[dict[str, Any]]:
    return [
        control("starts_at", _("从"), "datetime", required=True),
        control("ends_at", _("到"), "datetime", required=True),
        control("deputy", _("代理人（工号）"), required=True, maxlength=60),
    ]
