"""The escalation desk: every open escalation with its province and both clocks, emergencies first (E01, E02, E04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from complaints_site.lib.timestate import OVERDUE, WARNED
from escalation import desk as figures
from escalation.board import province_of
from escalation.desk import ESCALATION, INNER, OUTER, open_escalations, origins, returned
from escalation.supervised import KEPT_SECONDS
from escalation.views.parts import CURRENT, bar, tabs
from tickets.core.world import World
from tickets.models import Ticket
from tickets.rows import picture_of, with_picture
from tickets.rulebook.compiled import ANYONE, PROMISE
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number
from tickets.views.list_pages import pages_of
from tickets.views.queue_items import marks_of, title_of
from tickets.views.queue_words import books_in_force
from tickets.views.reader import Reader, language, reader_of

SHOWN = 30
STATES = (OVERDUE, WARNED)
REGISTERING = "supervision:registering"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the desk is narrowed down to."""

    province: str
    clock: str
    lamp: str
    marked: bool

    @classmethod
    def read(cls, request: HttpRequest) -> Wish:
        clock = OUTER if asked(request, "clock") != INNER else INNER
        lamp = asked(request, "lamp")
        return cls(asked(request, "province"), clock, lamp if lamp in STATES else "", asked(request, "marked") == "1")

    def query(self, **changes: str) -> str:
        plain = {"province": self.province, "clock": self.clock if self.lamp else "", "lamp": self.lamp}
        kept = {**plain, "marked": "1" if self.marked else "", **changes}
        return "?" + urlencode({name: value for name, value in kept.items() if value})


@work_page
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    reader, wish = reader_of(request), Wish.read(request)
    tickets = open_escalations(reader)
    narrowed = _narrowed(reader, tickets, wish)
    wanted = narrowed.filter(figures.lamp(wish.clock, wish.lamp, reader))
    page = Paginator(wanted, SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    context = {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("escalations"),
        "count": page.paginator.count,
        "register_url": register_url(reader),
        "wish": wish,
        "marked_url": wish.query(marked="" if wish.marked else "1"),
        "provinces": _provinces(reader, tickets, wish),
        "lamps": _lamps(reader, narrowed, wish),
        "rows": _rows(reader, list(page)),
        "pages": pages_of(page, request),
        "empty": _empty(filtered=wish != Wish("", OUTER, "", marked=False)),
    }
    return render(request, "supervision/escalations.html", context)


def register_url(reader: Reader, origin: str = "") -> str:
    """The form for an escalation (that grew from `origin`), for whoever a rulebook lets register one."""
    registering = _registering(reader)
    book = next((book for book, roles in registering.items() if ANYONE in roles or roles & reader.roles), "")
    asked_for = {"book": book, **({"grew_from": origin} if origin else {})}
    return f"{reverse('intake')}?{urlencode(asked_for)}" if book else ""


def _registering(reader: Reader) -> dict[str, frozenset[str]]:
    """Who registers escalations, by rulebook in force; looked up once a minute, since every ticket page asks."""
    name = f"{REGISTERING}:{reader.person.organisation_id}"
    known: dict[str, frozenset[str]] | None = cache.get(name)
    if known is None:
        found = (book for book in books_in_force(reader) if book.kind == ESCALATION)
        known = {book.id: book.register.by or frozenset() for book in found}
        cache.set(name, known, KEPT_SECONDS)
    return known


def _narrowed(reader: Reader, tickets: QuerySet[Ticket], wish: Wish) -> QuerySet[Ticket]:
    """By province and mark; the lamps count what is left. An unknown province has none."""
    if wish.province and reader.world is not None:
        unit = reader.world.by_code.get(wish.province)
        tickets = figures.of_province(tickets, reader.world, unit.id) if unit else tickets.none()
    return tickets.filter(priority__gt=0) if wish.marked else tickets


def _provinces(reader: Reader, tickets: QuerySet[Ticket], wish: Wish) -> list[dict[str, Any]]:
    if reader.world is None:
        return []
    units = reader.world.units
    counted = figures.provinces(tickets, reader.world)
    return [
        {
            "value": units[unit].code,
            "title": reader.unit_name(unit),
            "count": counted[unit],
            "on": units[unit].code == wish.province,
        }
        for unit in sorted(counted, key=lambda unit: units[unit].code)
    ]


def _lamps(reader: Reader, tickets: QuerySet[Ticket], wish: Wish) -> list[dict[str, Any]]:
    """Overdue and warned of either clock with their counts; a lamp that is on is put out by its own link."""
    both = [(clock, state) for clock in (OUTER, INNER) for state in STATES]
    counts = tickets.order_by().aggregate(
        **{f"{clock}_{state}": Count("pk", filter=figures.lamp(clock, state, reader)) for clock, state in both}
    )
    names = {OUTER: _("省里全程"), INNER: _("本环节")}
    found = []
    for clock, state in both:
        on = (clock, state) == (wish.clock, wish.lamp)
        url = wish.query(clock="" if on else clock, lamp="" if on else state)
        count = counts[f"{clock}_{state}"]
        found.append({"name": names[clock], "state": state, "count": count, "on": on, "url": url})
    return found


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────


def _rows(reader: Reader, tickets: list[Ticket]) -> list[dict[str, Any]]:
    """Three statements for all: the pictures, the links, the complaints behind them."""
    if reader.world is None:
        return []
    found = {one.pk: one for one in with_picture(reader.tickets.filter(pk__in=[ticket.pk for ticket in tickets]))}
    grown = origins(reader, list(found))
    return [
        _row(reader, reader.world, ticket, found[ticket.pk], grown.get(ticket.pk))
        for ticket in tickets
        if ticket.pk in found
    ]


def _row(reader: Reader, world: World, listed: Ticket, ticket: Ticket, origin: Ticket | None) -> dict[str, Any]:
    book = book_of(ticket.rulebook_id)
    picture = picture_of(ticket, book)
    province = listed.at_province  # type: ignore[attr-defined]
    inner = picture.step_clock(picture.main) if picture.main else None
    return {
        "number": ticket.number,
        "url": reverse("ticket", args=[ticket.number]),
        "title": title_of(ticket),
        "marks": marks_of(ticket),
        "stage": words.step_word(book, ticket.step_kind, language()),
        "unit": reader.unit_name(ticket.unit_id),
        "province": reader.unit_name(province_of(world, province)) if province else _("未派省"),
        "inner": bar(reader, world, book, picture, inner),
        "outer": bar(reader, world, book, picture, picture.clock(PROMISE)),
        "returned": returned(book, picture),
        "origin": {"number": origin.number, "url": reverse("ticket", args=[origin.number])} if origin else None,
    }


def _empty(*, filtered: bool) -> dict[str, Any]:
    if filtered:
        acts = [{"label": _("清除条件"), "url": reverse("escalations"), "main": True}]
        return {"title": _("没有这样的升级投诉"), "text": _("换一个省或时限看看。"), "acts": acts}
    return {
        "title": _("没有在办的升级投诉"),
        "text": _("客户向总部提出的、从省里投诉升级来的，登记后都在这里，应急的在最前。"),
        "acts": [],
    }
