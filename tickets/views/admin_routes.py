"""The routing table: who gets what, in which order it is asked, and where it leads nowhere (row O05, ruling ROUTE)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints_site.lib.errors import Invalid
from tickets.actions import organisation as actions
from tickets.actions.administration import ADMINISTRATOR
from tickets.actions.organisation import ANY, CELLS
from tickets.models import Person, Route, Unit
from tickets.routing import Gap, route_gaps, uses_routes
from tickets.rulebook.compiled import Book
from tickets.rulebook.registry import book_of, current_books
from tickets.views.admin_pages import (
    admin_page,
    asked,
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
from tickets.views.reader import Reader, language, reader_of

MOST_GAPS = 30
PAGE = 200


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def routes(request: HttpRequest) -> HttpResponse:
    """The table with its gaps; a post adds a row, moves one or takes one away."""
    if request.method != "POST":
        return _page(request, {}, {})
    act = text(request, "act")
    if act in ("up", "down", "remove"):
        errors = _existing(request, act)
    else:
        errors = _add(request)
    return redirect("routes") if not errors else _page(request, texts(request, *CELLS, "unit", "person"), errors, 422)


def _existing(request: HttpRequest, act: str) -> dict[str, list[str]]:
    route = get_object_or_404(
        Route.objects.select_related("organisation", "unit"),
        pk=number(text(request, "route")) or 0,
        organisation=organisation_of(reader_of(request)),
    )
    data = {"cells": [getattr(route, name) for name in CELLS], "unit": route.unit.code}
    if act == "remove":
        return save(request, "route_remove", data, lambda: actions.route_remove(route=route), _("已删除一行"))
    change = lambda: actions.route_move(route=route, up=act == "up")  # noqa: E731
    return save(request, "route_move", {**data, "up": act == "up"}, change, _("顺序已改"))


def _add(request: HttpRequest) -> dict[str, list[str]]:
    organisation = organisation_of(reader_of(request))
    given = texts(request, *CELLS, "unit", "person")
    unit = Unit.objects.filter(organisation=organisation, code=given["unit"]).first()
    person = Person.objects.filter(organisation=organisation, username=given["person"]).first()

    def change() -> None:
        if unit is None:
            raise Invalid({"unit": [_("选择去处。")]})
        if given["person"] and person is None:
            raise Invalid({"person": [_("没有工号为“%(username)s”的人。") % {"username": given["person"]}]})
        cells: dict[str, Any] = {name: given[name] or ANY for name in CELLS}
        actions.route_set(unit=unit, person=person, **cells)

    data = {"cells": [given[name] or ANY for name in CELLS], "unit": given["unit"], "person": given["person"]}
    return save(request, "route_set", data, change, _("路由已保存"))


def _page(request: HttpRequest, given: dict[str, str], errors: dict[str, list[str]], status: int = 200) -> HttpResponse:
    reader = reader_of(request)
    organisation = organisation_of(reader)
    books = books_in_force(reader)
    words = _words(books)
    first = (number(asked(request, "page") or "1", 10_000) or 1) - 1
    found = Route.objects.filter(organisation=organisation).select_related("unit", "person")
    total = found.count()
    rows = [_row(route, words) for route in found[first * PAGE : (first + 1) * PAGE]]
    fields = _fields(reader, books)
    context = {
        "current": "organisation",
        "tabs": organisation_tabs("routes"),
        "rows": rows,
        "total": total,
        "first": first * PAGE,
        "previous": first,
        "next": first + 2 if total > (first + 1) * PAGE else 0,
        "gaps": _gaps(reader, books, words, asked(request, "book")),
        "fields": filled(fields, given, errors),
        "problems": problems(errors, fields),
    }
    return page(request, "admin/routes.html", context, change=ADMINISTRATOR, status=status)


def books_in_force(reader: Reader) -> list[Book]:
    versions = current_books(reader.at, organisation_of(reader))
    return [book_of(version.pk) for version in versions.values()]


def _row(route: Route, words: dict[tuple[str, str], str]) -> dict[str, Any]:
    return {
        "id": route.pk,
        "cells": [_cell(name, getattr(route, name), words) for name in CELLS],
        "unit": route.unit,
        "person": route.person,
    }


def _cell(name: str, value: str, words: dict[tuple[str, str], str]) -> str:
    return _("任意") if value == ANY else words.get((name, value), value)


def _words(books: Iterable[Book]) -> dict[tuple[str, str], str]:
    """What the rulebooks call a value; a group such as `fixed` is called by its own id."""
    said: dict[tuple[str, str], str] = {}
    for book in books:
        said[("book", book.id)] = book.title.say(language())
        for name in CELLS:
            if name in book.fields:
                for value, title in book.fields[name].choices.items():
                    said.setdefault((name, value), title.say(language()))
    return said


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────────────


def _gaps(reader: Reader, books: list[Book], words: dict[tuple[str, str], str], wanted: str) -> list[dict[str, Any]]:
    """For each rulebook that asks the table: how many combinations lead nowhere, the first of them in words."""
    found = []
    for book in books:
        if uses_routes(book):
            gaps = route_gaps(organisation_of(reader), book)
            most = len(gaps) if wanted == book.id else MOST_GAPS
            found.append(
                {
                    "book": book.id,
                    "title": book.title.say(language()),
                    "count": len(gaps),
                    "rows": [_gap_words(gap, words) for gap in gaps[:most]],
                    "more": max(len(gaps) - most, 0),
                }
            )
    return found


def _gap_words(gap: Gap, words: dict[tuple[str, str], str]) -> list[str]:
    cells = (("business_type", gap.business_type), ("complaint_type", gap.complaint_type), ("region", gap.region))
    said = [words.get(cell, cell[1]) or _("不知道") for cell in cells]
    return [*said, words.get(("level", gap.level), gap.level) or "—"]


# ── fields ───────────────────────────────────────────────────────────────────────────────────────────


def _fields(reader: Reader, books: list[Book]) -> list[dict[str, Any]]:
    units = organisation_of(reader).units.open().order_by("path").values_list("code", "name")
    anything = _("空着就是任意")
    return [
        control("book", _("规则手册"), "choice", choices=[(book.id, book.title.say(language())) for book in books]),
        control("business_type", _("业务类型"), "unit", choices=_choices(books, "business_type"), hint=anything),
        control("complaint_type", _("投诉类型"), "unit", choices=_choices(books, "complaint_type"), hint=anything),
        control("region", _("区划代码"), hint=_("如 410100；空着就是任意"), maxlength=12),
        control("level", _("客户级别"), "unit", choices=_choices(books, "level")),
        control(
            "unit", _("去处"), "unit", choices=[(code, f"{name}（{code}）") for code, name in units], required=True
        ),
        control("person", _("专席（工号）"), hint=_("只给专席专人的客户级别填"), maxlength=60),
    ]


def _choices(books: list[Book], name: str) -> list[tuple[str, str]]:
    """Every value of every rulebook; above a group of them (`fixed.line`, `fixed.broadband`) the group itself."""
    found: dict[str, str] = {}
    for book in books:
        field = book.fields.get(name)
        for value, title in field.choices.items() if field else ():
            group, dot, _rest = value.partition(".")
            if dot and group not in found:
                found[group] = _("%(group)s 全部") % {"group": group}
            found.setdefault(value, title.say(language()))
    return list(found.items())
