"""Supervision over the provinces: what is late, how each did, problem cases, what nobody confirmed (W06)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from complaints_site.lib import format as fmt
from complaints_site.lib.timestate import NORMAL, OVERDUE, WARNED
from escalation import board as figures
from escalation.board import Assessed, Board, Cell, province_of, units_of
from escalation.models import Alert
from escalation.orders import orders_at
from escalation.supervised import order_acts
from escalation.views.items import alert_item, waiting_alerts
from escalation.views.parts import CURRENT, STAGE_WORDS, books_of, tabs
from tickets.core.world import World
from tickets.models import Step, Ticket
from tickets.rulebook.compiled import Book
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number
from tickets.views.list_pages import pages_of
from tickets.views.queue_items import found_rows, items_of, marks_of, title_of
from tickets.views.queue_rows import LAMPS, PAGE, lamp_condition
from tickets.views.queue_words import books_in_force
from tickets.views.reader import Reader, language, reader_of

MOST = 10


@work_page
@require_GET
def supervision(request: HttpRequest) -> HttpResponse:
    reader, book = reader_of(request), asked(request, "book")
    world = reader.world
    board = figures.board_of(reader, book)
    unconfirmed = waiting_alerts(reader)
    context = {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("supervision"),
        "books": books_of(reader, book),
        "figures": _figures(reader, board, unconfirmed, book),
        "heat": heat_of(reader, world, board, book) if world else {},
        "assessed": _assessed(reader, world, board, book) if world else [],
        "problems": [_problem(reader, ticket) for ticket in figures.problem_cases(reader, book)[:MOST]],
        "unconfirmed": [_unconfirmed(reader, alert) for alert in unconfirmed[:MOST]],
        "alerts_url": reverse("alerts"),
    }
    return render(request, "supervision/board.html", context)


def _cases(**conditions: Any) -> str:
    kept = {name: value for name, value in conditions.items() if value}
    return f"{reverse('supervision-cases')}?{urlencode(kept)}" if kept else reverse("supervision-cases")


def _figures(reader: Reader, board: Board, unconfirmed: list[Alert], book: str) -> list[dict[str, Any]]:
    """Each with the address of exactly what it counts."""
    total = board.total
    orders = orders_at(reader.sight).filter(closed_at=None).count() if reader.sight else 0
    late, warned = (OVERDUE if total.overdue else NORMAL), (WARNED if total.warned else NORMAL)
    return [
        _figure(_("在办"), total.count, _cases(book=book)),
        _figure(_("超时"), total.overdue, _cases(book=book, lamp=OVERDUE), late),
        _figure(_("预警中"), total.warned, _cases(book=book, lamp=WARNED), warned),
        _figure(_("督办未答"), orders, reverse("orders"), OVERDUE if orders else NORMAL),
        _figure(_("没人确认的预警"), len(unconfirmed), reverse("alerts"), WARNED if unconfirmed else NORMAL),
    ]


def _figure(title: str, value: int, url: str, state: str = "") -> dict[str, Any]:
    return {"title": title, "value": fmt.count(value), "url": url, "state": state}


# ── province × stage ─────────────────────────────────────────────────────────────────────────────────


def heat_of(reader: Reader, world: World, board: Board, book: str) -> dict[str, Any]:
    """As partials/heat_table.html draws it: provinces in the order of their codes, stages in that of a loop."""
    stages = [stage for stage in STAGE_WORDS if any(stage == of for _province, of in board.cells)]
    provinces = sorted({province for province, _stage in board.cells}, key=lambda unit: world.units[unit].code)
    rows = []
    for province in provinces:
        code, own = world.units[province].code, board.of_province(province)
        cells = [_cell(board.cells.get((province, stage), Cell()), book, code, stage) for stage in stages]
        url = _cases(book=book, province=code)
        rows.append({"title": _name(reader, world, province), "url": url, "cells": cells, **_totals(own)})
    return {
        "caption": _("各省各阶段在办，可左右滚动"),
        "corner": _("省"),
        "columns": [STAGE_WORDS[stage] for stage in stages],
        "rows": rows,
        "totals": [_cell(board.of_stage(stage), book, "", stage) for stage in stages],
        **_totals(board.total),
        "url": _cases(book=book),
        "greatest": max((cell.count for cell in board.cells.values()), default=0),
        "by_rate": False,
    }


def _name(reader: Reader, world: World, province: int) -> str:
    """The top itself is a row as well: what headquarters has to do."""
    return _("总部") if world.top(province).id == province else reader.unit_name(province)


def _cell(cell: Cell, book: str, province: str, stage: str) -> dict[str, Any]:
    url = _cases(book=book, province=province, stage=stage)
    return {"count": cell.count, "warned": cell.warned, "overdue": cell.overdue, "url": url}


def _totals(cell: Cell) -> dict[str, Any]:
    return {"total": cell.count, "overdue": cell.overdue}


def _assessed(reader: Reader, world: World, board: Board, book: str) -> list[dict[str, Any]]:
    """A line for each province, the greatest share of missed limits first."""
    found = figures.assessed(reader, book)
    known = set(found) | {province for province, _stage in board.cells}
    lines = [(province, found.get(province, Assessed())) for province in known]
    lines.sort(key=lambda line: (-(line[1].late / line[1].due if line[1].due else 0), world.units[line[0]].code))
    return [
        {
            "title": _name(reader, world, province),
            "due": one.due,
            "late": one.late,
            "chased": one.chased,
            "taken": one.taken,
            "overdue": board.of_province(province).overdue,
            "overdue_url": _cases(book=book, province=world.units[province].code, lamp=OVERDUE),
        }
        for province, one in lines
    ]


# ── problem cases, warnings that nobody confirmed ────────────────────────────────────────────────────


def _problem(reader: Reader, ticket: Ticket) -> dict[str, Any]:
    late = ticket.step_due_at is not None and ticket.step_due_at <= reader.at
    return {
        "number": ticket.number,
        "url": reverse("ticket", args=[ticket.number]),
        "title": title_of(ticket),
        "unit": reader.unit_name(ticket.unit_id),
        "stage": words.step_word(book_of(ticket.rulebook_id), ticket.step_kind, language()),
        "marks": marks_of(ticket),
        "taken": figures.was_taken_over(ticket),
        "late": fmt.duration((reader.at - ticket.step_due_at).total_seconds()) if late and ticket.step_due_at else "",
    }


def _unconfirmed(reader: Reader, alert: Alert) -> dict[str, Any]:
    """The alert, whom it has climbed to by now, and who is next."""
    told = "、".join(reader.unit_name(unit) for unit in alert.told_units) or reader.unit_name(alert.unit_id)
    return {**alert_item(reader, alert), "told": told}


# ── the list behind a cell ───────────────────────────────────────────────────────────────────────────


@work_page
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """Exactly the steps that a cell of the board counts; those chosen may be chased together."""
    reader = reader_of(request)
    wish = {name: asked(request, name) for name in ("book", "province", "stage", "lamp")}
    page = Paginator(_wanted(reader, wish), PAGE).get_page(number(request.GET.get("page", "")) or 1)
    steps = Step.objects.filter(pk__in=[step.pk for step in page]).order_by()
    items = {item["step"]: item for item in items_of(reader, found_rows(reader, steps), acts=False)}
    context = {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("supervision"),
        "title": _title(reader, wish),
        "count": page.paginator.count,
        "rows": [items[step.pk] for step in page if step.pk in items],
        "may_chase": any(_may_chase(reader, book) for book in books_in_force(reader)),
        "back": request.get_full_path(),
        "pages": pages_of(page, request),
        "empty": {"title": _("没有这样的工单"), "text": _("办掉了，或者换了环节。"), "acts": []},
    }
    return render(request, "supervision/cases.html", context)


def _wanted(reader: Reader, wish: dict[str, str]) -> QuerySet[Step]:
    """The longest overdue first; an unknown condition finds nothing."""
    steps = figures.steps_under(reader, wish["book"])
    if wish["province"] and reader.world is not None:
        unit = reader.world.by_code.get(wish["province"])
        steps = steps.filter(unit_id__in=sorted(units_of(reader.world, unit.id)) if unit else ())
    if wish["stage"]:
        steps = steps.filter(figures.at_stage(wish["stage"]))
    if wish["lamp"]:
        steps = steps.filter(lamp_condition(wish["lamp"], reader.at)) if wish["lamp"] in LAMPS else steps.none()
    return steps.annotate(due_at=F("own__due_at")).order_by(F("due_at").asc(nulls_last=True), "pk")


def _title(reader: Reader, wish: dict[str, str]) -> str:
    """河南省分公司 · 处理 · 超时: what the list is narrowed down to."""
    parts = []
    unit = reader.world.by_code.get(wish["province"]) if reader.world else None
    if unit is not None and reader.world is not None:
        parts.append(_name(reader, reader.world, province_of(reader.world, unit.id)))
    parts += [str(STAGE_WORDS[wish["stage"]])] if wish["stage"] in STAGE_WORDS else []
    parts += {OVERDUE: [_("超时")], WARNED: [_("预警中")]}.get(wish["lamp"], [])
    return " · ".join(parts) or _("全部在办")


def _may_chase(reader: Reader, book: Book) -> bool:
    """Whether there is any use in choosing: somebody with these duties may put an order at all."""
    return any(reader.roles & (action.by or frozenset()) for action in order_acts(book).values())
