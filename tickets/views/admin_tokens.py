"""Programs and their tokens (row S07): the security administrator gives them, sees when they were used, takes back."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints_site.lib.errors import Invalid
from tickets.actions import people as actions
from tickets.actions.administration import SECURITY
from tickets.models import ApiToken, Duty, Person, Unit
from tickets.views import admin_words as words
from tickets.views.admin_pages import (
    admin_page,
    control,
    end_of_day,
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

Errors = dict[str, list[str]]


@admin_page(SECURITY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """A new token stands in the answer, once, and nowhere afterwards."""
    if request.method != "POST":
        return _page(request)
    if text(request, "act") == "revoke":
        return _revoke(request)
    given = texts(request, "program", "role", "unit", "expires_at", "note")
    made, errors = _create(request, given)
    return _page(request, given if errors else {}, errors, token=made, status=422 if errors else 200)


def _create(request: HttpRequest, given: dict[str, str]) -> tuple[str, Errors]:
    reader, subtree, made = reader_of(request), flag(request, "subtree"), [""]
    last = moment(reader, given["expires_at"])
    if given["expires_at"] and last is None:
        return "", {"expires_at": [_("日期写成 2027-06-30。")]}

    def create() -> None:
        unit = Unit.objects.filter(organisation=organisation_of(reader), code=given["unit"]).first()
        if unit is None:
            raise Invalid({"unit": [_("选择单位。")]})
        made[0] = actions.program_create(
            name=given["program"],
            role=given["role"],
            unit=unit,
            subtree=subtree,
            at=reader.at,
            expires_at=end_of_day(last) if last else None,
            note=given["note"],
        )

    data = {name: given[name] for name in ("program", "role", "unit", "expires_at")} | {"subtree": subtree}
    said = _("已给程序“%(name)s”发令牌") % {"name": given["program"]}
    errors = save(request, "token_create", data, create, said)
    renamed = {"username": "program", "name": "program"}
    return made[0], {renamed.get(name, name): says for name, says in errors.items()}


def _revoke(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    own = ApiToken.objects.filter(person__organisation=organisation_of(reader))
    token = get_object_or_404(own.select_related("person"), pk=number(text(request, "token")) or 0)
    data = {"person": token.person.username, "token": token.beginning}
    change = lambda: actions.token_revoke(token=token, at=reader.at)  # noqa: E731
    errors = save(request, "token_revoke", data, change, _("令牌已收回，马上失效"))
    return _page(request, {}, errors, status=422) if errors else redirect("tokens")


def _page(
    request: HttpRequest,
    given: dict[str, str] | None = None,
    errors: Errors | None = None,
    *,
    token: str = "",
    status: int = 200,
) -> HttpResponse:
    reader, wrong = reader_of(request), errors or {}
    fields = _fields(reader)
    context = {
        "current": "people",
        "programs": _programs(reader),
        "fields": filled(fields, given or {}, wrong),
        "problems": problems(wrong, fields),
        "token": token,
    }
    return page(request, "admin/tokens.html", context, change=SECURITY, status=status)


def _programs(reader: Reader) -> list[dict[str, Any]]:
    titles = words.roles()
    people = Person.objects.filter(organisation=organisation_of(reader), kind=Person.Kind.SERVICE).prefetch_related(
        Prefetch("duties", Duty.objects.select_related("unit").order_by("role")),
        Prefetch("tokens", ApiToken.objects.order_by("revoked_at", "-created_at")),
    )
    return [
        {
            "person": person,
            "duties": [_duty_words(duty, titles) for duty in person.duties.all()],
            "tokens": [{"token": one, "state": _state(one, reader)} for one in person.tokens.all()],
        }
        for person in people.order_by("username")
    ]


def _duty_words(duty: Duty, titles: dict[str, str]) -> str:
    said = f"{titles.get(duty.role, duty.role)} · {duty.unit.name}"
    return _("%(duty)s（含下级）") % {"duty": said} if duty.subtree else said


def _state(token: ApiToken, reader: Reader) -> str:
    if token.revoked_at is not None:
        return _("已收回")
    if token.expires_at is not None and token.expires_at <= reader.at:
        return _("已过期")
    return ""


def _fields(reader: Reader) -> list[dict[str, Any]]:
    units = organisation_of(reader).units.open().order_by("code").values_list("code", "name")
    roles = sorted(words.roles().items(), key=lambda pair: pair[1])
    return [
        control("program", _("程序名"), required=True, maxlength=60, hint=_("例如 hotline-zz；已有的程序再得一个令牌")),
        control("role", _("角色"), "unit", choices=roles, required=True),
        control("unit", _("在哪个单位"), "unit", choices=[(c, f"{n}（{c}）") for c, n in units], required=True),
        control("subtree", _("连同下级单位"), "boolean"),
        control("expires_at", _("最后一天"), hint=_("写成 2027-06-30；空着就一直有效")),
        control("note", _("用途"), maxlength=60),
    ]
