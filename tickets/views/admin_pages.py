"""What the administrator's pages share: who may open and who may change, fields as plain data, one way to save."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.actions.administration import ADMINISTRATOR, AUDITOR, SECURITY, administer
from tickets.core.sentences import Refusal
from tickets.models import Organisation
from tickets.views.access import View
from tickets.views.addresses import address
from tickets.views.reader import Reader, language, reader_of

READERS = frozenset({ADMINISTRATOR, SECURITY, AUDITOR})
MOST_TEXT = 20_000


def admin_page(change: str, readers: Iterable[str] = READERS) -> Callable[[View], View]:
    """For administrators: `readers` may look, only whoever holds the role `change` may post."""
    may_look = frozenset(readers) | {change}

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            reader = reader_of(request)
            needed = frozenset({change}) if request.method == "POST" else may_look
            if reader.person.organisation is None or not reader.roles & needed:
                return render(request, "403.html", status=403)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def page(request: HttpRequest, template: str, context: Mapping[str, Any], *, change: str, status: int = 200) -> Any:
    """A page with what every template of this area uses: the moment, whether this person may change things."""
    reader = reader_of(request)
    shared = {"at": reader.at, "may_change": change in reader.roles, "zh": language() == "zh"}
    return render(request, template, {**shared, **context}, status=status)


def organisation_of(reader: Reader) -> Organisation:
    assert reader.person.organisation is not None  # noqa: S101  the guard let nobody else in
    return reader.person.organisation


def save(
    request: HttpRequest, what: str, data: Mapping[str, object], change: Callable[[], Any], said: str
) -> dict[str, list[str]]:
    """Do an administrative change; what is wrong with it, by field, or nothing and a word on the next page."""
    reader = reader_of(request)
    try:
        administer(actor=reader.person, at=reader.at, what=what, data=data, change=change)
    except Invalid as error:
        return error.errors
    except Refusal as error:
        return {"": [error.sentence.say(language())]}
    messages.success(request, said)
    return {}


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────


def control(name: str, title: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """A field as partials/field.html draws it; `choices` are pairs of a value and its word."""
    choices = [{"value": value, "title": word} for value, word in more.pop("choices", ())]
    return {"name": name, "title": title, "type": kind, "required": False, "choices": choices, **more}


def filled(
    fields: list[dict[str, Any]], values: Mapping[str, Any], errors: Mapping[str, list[str]] | None = None
) -> list[dict[str, Any]]:
    """The fields with what was typed, or what is there, and what is wrong with it."""
    wrong = errors or {}
    return [
        {**field, "value": values.get(field["name"], field.get("value", "")), "errors": wrong.get(field["name"])}
        for field in fields
    ]


def problems(errors: Mapping[str, list[str]], fields: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Lines of the error summary; one about no field of the form stands there alone."""
    known = {field["name"]: f"field-{field.get('prefix', '')}{field['name']}" for field in fields}
    return [{"field": known.get(name, ""), "words": word} for name, words in errors.items() for word in words]


def text(request: HttpRequest, name: str) -> str:
    """A posted text: trimmed, without the characters that no database takes."""
    return _clean(request.POST.get(name, ""))


def asked(request: HttpRequest, name: str) -> str:
    return _clean(request.GET.get(name, ""))[:200]


def _clean(value: str) -> str:
    return value[:MOST_TEXT].replace("\x00", "").strip()


def texts(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: text(request, name) for name in names}


def flag(request: HttpRequest, name: str) -> bool:
    return request.POST.get(name, "") == "true"


def moment(reader: Reader, written: str) -> datetime | None:
    """A date and time of a form, in the organisation's zone; a date alone is its beginning."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    if not 2000 <= found.year < 2200:
        return None
    zone = reader.world.calendar.zone if reader.world else reader.at.tzinfo
    return found.replace(tzinfo=zone) if found.tzinfo is None else found


def number(written: str, most: int = 10**9) -> int | None:
    return (
        int(written)
        if written.isascii() and written.isdecimal() and len(written) < 10 and int(written) <= most
        else None
    )


def end_of_day(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(23, 59), tzinfo=moment.tzinfo)


# ── the two groups of pages ──────────────────────────────────────────────────────────────────────────


def organisation_tabs(current: str) -> list[dict[str, Any]]:
    named = (
        ("organisation", _("单位")),
        ("routes", _("路由")),
        ("calendar", _("日历")),
        ("desk", _("公众页")),
        ("appeal-contacts", _("联系责任人")),
        ("organisation-import", _("导入")),
        ("customers", _("客户数")),
    )
    return _tabs(named, current)


def system_tabs(reader: Reader, current: str) -> list[dict[str, Any]]:
    named = [("system", _("系统状况")), ("dead-letters", _("发送失败")), ("outbound", _("对外通知"))]
    if AUDITOR in reader.roles:
        named.append(("audit", _("管理记录")))
    return _tabs(named, current)


def _tabs(named: Iterable[tuple[str, str]], current: str) -> list[dict[str, Any]]:
    return [{"label": word, "url": address(name), "current": name == current} for name, word in named if address(name)]
