"""The live board as a page, as a fragment that is asked for every 10 seconds, and on the wall (K06, design §9.4)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from complaints_site.lib import format as fmt
from complaints_site.lib.timestate import NORMAL, OVERDUE, WARNED
from escalation.walls import WallReader, wall_reader
from reporting import board as figures
from reporting.board import Board, Count3, Hour
from reporting.views.hot import hot_rows
from reporting.views.late import late_rows
from tickets.views.access import View, work_page
from tickets.views.queue_words import books_in_force, step_title
from tickets.views.reader import Reader, reader_of

PAGE = 50
LATENESS_KEPT_SECONDS = 30  # a figure of a whole day moves slowly, and its list is no count


def own_or_wall(view: View) -> View:
    """For people with duties; for a screen on a wall with its token, which shows what nobody has to log in for."""
    own = work_page(view)

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        hung = wall_reader(request) if request.GET.get("wall") == "1" else None
        if hung is None:
            return own(request)
        request.reader = hung  # type: ignore[attr-defined]
        return view(request)

    return guarded


@own_or_wall
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    context = _asked(request)
    return render(request, "board_wall.html" if context["wall"] else "board.html", context)


@own_or_wall
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The figures alone; 304 while nothing has changed."""
    return _unless_known(request, render(request, "board_live.html", _asked(request)))


@work_page
@require_GET
def lateness(request: HttpRequest) -> HttpResponse:
    """The alerts behind the lateness on the board: those of the last 24 hours, the latest first."""
    reader = reader_of(request)
    alerts = figures.late_alerts(reader)
    rows = [_alert_row(reader, alert) for alert in alerts.select_related("ticket")[:PAGE]]
    context = {"at": reader.at, "current": "board", "rows": rows, "count": alerts.count(), "most": PAGE}
    return render(request, "board_lateness.html", context)


def _unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _asked(request: HttpRequest) -> dict[str, Any]:
    reader, wall = reader_of(request), request.GET.get("wall") == "1"
    token = request.GET.get("token", "") if isinstance(reader, WallReader) else ""
    return _context(reader, wall=wall, by_rate=request.GET.get("show") == "rate", token=token)


def _context(reader: Reader, *, wall: bool, by_rate: bool, token: str) -> dict[str, Any]:
    counted = figures.board_of(reader)
    hours = figures.hours_of(reader)
    place = reader.place.partition(" · ")[0]
    wanted = (("wall", wall and "1"), ("show", by_rate and "rate"), ("token", token))
    asked = {name: value for name, value in wanted if value}
    return {
        "at": reader.at,
        "current": "board",
        "live": {"words": ""},
        "theme": "dark" if wall else "",
        "wall": wall,
        "place": place,
        "poll_url": f"{reverse('board-live')}?{urlencode(asked)}",
        "figures": figures_of(reader, counted, hours),
        "heat": heat_of(reader, counted, by_rate=by_rate),
        "late": late_rows(reader, figures.longest_overdue(reader), acts=not wall),
        "late_url": _queue(lamp=OVERDUE),
        "hours": drawing_of(hours),
        "hot": [] if wall else hot_rows(reader),
    }


def _queue(**conditions: Any) -> str:
    kept = {name: value for name, value in conditions.items() if value}
    return f"{reverse('queue')}?{urlencode(kept)}" if kept else reverse("queue")


# ── six numbers ──────────────────────────────────────────────────────────────────────────────────────


def figures_of(reader: Reader, counted: Board, hours: list[Hour]) -> list[dict[str, Any]]:
    """Each with what it stands beside, and the address of exactly these rows."""
    total = counted.total
    return [
        _figure(_("在办"), fmt.count(total.count), _side_words(counted), _queue()),
        _figure(
            _("超时"), fmt.count(total.overdue), _oldest(reader, counted.oldest_due), _queue(lamp=OVERDUE),
            OVERDUE if total.overdue else NORMAL,
        ),
        _figure(
            _("预警中"), fmt.count(total.warned), _("时限已用到预警点"), _queue(lamp=WARNED),
            WARNED if total.warned else NORMAL,
        ),
        _due_today(reader, counted, hours),
        _lateness(reader),
        _chases(reader, counted),
    ]  # fmt: skip


def _figure(title: str, value: str, note: str, url: str, state: str = "") -> dict[str, Any]:
    return {"title": title, "value": value, "note": note, "url": url, "state": state}


def _side_words(counted: Board) -> str:
    beside = counted.side_steps
    return ngettext("其中协办等 %(count)s 个", "其中协办等 %(count)s 个", beside) % {"count": fmt.count(beside)}


def _oldest(reader: Reader, since: Any) -> str:
    if since is None:
        return _("没有")
    return _("最久 %(time)s") % {"time": fmt.duration((reader.at - since).total_seconds())}


def _due_today(reader: Reader, counted: Board, hours: list[Hour]) -> dict[str, Any]:
    closing = counted.closing
    local = closing.astimezone(reader.world.calendar.zone) if closing and reader.world else None
    title = _("今日 %(time)s 前到期") % {"time": f"{local:%H:%M}"} if local and (local.hour or local.minute) else ""
    before = [hour for hour in hours if closing and hour.ends_at <= closing and hour.count > 1]
    busiest = max(before, key=lambda hour: hour.count, default=None)
    note = _("没有集中到期")
    if busiest is not None:
        note = _("集中在 %(start)s~%(end)s") % {
            "start": f"{busiest.starts_at:%H:%M}",
            "end": f"{busiest.ends_at:%H:%M}",
        }
    url = _queue(due_before=closing.isoformat() if closing else "")
    return _figure(title or _("今日到期"), fmt.count(counted.due_today), note, url)


def _lateness(reader: Reader) -> dict[str, Any]:
    name = f"board-lateness:{reader.person.pk}:{reader.known.get('wall', '')}"
    known = cache.get(name)
    if known is None:
        known = [figures.lateness_seconds(reader)]
        cache.set(name, known, LATENESS_KEPT_SECONDS)
    late = known[0]
    goal = figures.LATENESS_GOAL_SECONDS
    value = fmt.NONE if late is None else _seconds(late)
    state = "" if late is None else NORMAL if late <= goal else OVERDUE
    note = _("目标 %(seconds)d 秒内，近 24 小时") % {"seconds": goal}
    return _figure(_("预警送达用时（95%）"), value, note, reverse("board-lateness"), state)


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return _("%(seconds)s 秒") % {"seconds": fmt.one_decimal(seconds).removesuffix(".0")}
    return fmt.duration(seconds)


def _chases(reader: Reader, counted: Board) -> dict[str, Any]:
    state = OVERDUE if counted.chases else NORMAL
    note = _oldest(reader, counted.oldest_chase)
    return _figure(_("督办未答"), fmt.count(counted.chases), note, _queue(step=",".join(sorted(counted.orders))), state)


# ── unit × step ──────────────────────────────────────────────────────────────────────────────────────


def heat_of(reader: Reader, counted: Board, *, by_rate: bool) -> dict[str, Any]:
    """Rows in the order of the tree, columns in the order of the rulebooks."""
    books = books_in_force(reader)
    order: dict[str, int] = {}
    for kind in (kind for book in books for kind in book.steps):
        order.setdefault(kind, len(order))
    kinds = sorted({kind for _unit, kind in counted.cells}, key=lambda kind: (order.get(kind, len(order)), kind))
    tree = reader.world.units if reader.world else {}
    units = sorted({unit for unit, _kind in counted.cells}, key=lambda unit: tree[unit].path if unit in tree else ())
    codes = {unit: tree[unit].code for unit in units if unit in tree}
    rows = [
        {
            "title": reader.unit_name(unit),
            "url": _queue(unit=codes.get(unit)),
            "cells": [
                _cell(counted.cells.get((unit, kind), Count3()), _queue(unit=codes.get(unit), step=kind))
                for kind in kinds
            ],
            **_totals(counted.of_unit(unit)),
        }
        for unit in units
    ]
    return {
        "caption": _("各单位各环节在办，可左右滚动"),
        "corner": _("单位"),
        "columns": [step_title(books, kind) for kind in kinds],
        "rows": rows,
        "totals": [_cell(counted.of_kind(kind), _queue(step=kind)) for kind in kinds],
        **_totals(counted.total),
        "url": _queue(),
        "greatest": max((cell.count for cell in counted.cells.values()), default=0),
        "by_rate": by_rate,
    }


def _cell(cell: Count3, url: str) -> dict[str, Any]:
    return {"count": cell.count, "warned": cell.warned, "overdue": cell.overdue, "url": url}


def _totals(cell: Count3) -> dict[str, Any]:
    return {"total": cell.count, "overdue": cell.overdue}


# ── the next twelve hours ────────────────────────────────────────────────────────────────────────────

WIDTH, LEFT, BAR, FLOOR, TALLEST = 1200, 30, 50, 96, 74


def drawing_of(hours: list[Hour]) -> dict[str, Any]:
    """The bars as coordinates, and the same numbers for the table behind them."""
    greatest = max([hour.count for hour in hours] + [1])
    slot = (WIDTH - LEFT) / len(hours)
    bars = []
    for place, hour in enumerate(hours):
        height = round(TALLEST * hour.count / greatest, 1)
        marked = round(TALLEST * hour.marked / greatest, 1)
        middle = round(LEFT + slot * (place + 0.5), 1)
        bars.append(
            {
                "x": round(middle - BAR / 2, 1),
                "middle": middle,
                "y": FLOOR - height,
                "height": height,
                "marked_y": FLOOR - marked,
                "marked_height": marked,
                "words_y": FLOOR - height - 5,
                "hour": hour.starts_at.hour,
                "span": f"{hour.starts_at:%H:%M}~{hour.ends_at:%H:%M}",
                "count": hour.count,
                "marked": hour.marked,
                "url": _hour_url(hour),
            }
        )
    total = sum(hour.count for hour in hours)
    busiest = max(hours, key=lambda hour: hour.count)
    words = _("接下来 12 小时没有到期的环节")
    if total:
        words = _("接下来 12 小时到期 %(total)d 个，最多的是 %(hour)d 时，%(count)d 个") % {
            "total": total,
            "hour": busiest.starts_at.hour,
            "count": busiest.count,
        }
    return {"bars": bars, "width": WIDTH, "left": LEFT, "floor": FLOOR, "words": words, "total": total}


def _hour_url(hour: Hour) -> str:
    """The queue counts a limit up to and including its end; an hour ends just before the next one."""
    moment = timedelta(microseconds=1)
    return _queue(due_from=(hour.starts_at - moment).isoformat(), due_before=(hour.ends_at - moment).isoformat())


# ── alerts behind the lateness ───────────────────────────────────────────────────────────────────────


def _alert_row(reader: Reader, alert: Any) -> dict[str, Any]:
    return {
        "number": alert.ticket.number,
        "url": _ticket_url(alert.ticket.number),
        "unit": reader.unit_name(alert.unit_id),
        "moment": alert.moment,
        "instant": alert.instant,
        "raised_at": alert.raised_at,
        "late": _seconds(max(alert.late.total_seconds(), 0)),
    }


def _ticket_url(number: str) -> str:
    try:
        return reverse("ticket", args=[number])
    except NoReverseMatch:
        return ""
