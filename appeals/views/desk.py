"""The officer's desk and the branch contact's: open appeals, the regulator's most urgent first (design §9.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from appeals.access import cases_for
from appeals.documents import documents_of, missing_of
from appeals.models import RegulatorCase
from appeals.views.panel import APPEAL, kind_word
from appeals.views.parts import TABS, tabs
from complaints_site.lib import timestate
from complaints_site.lib.timestate import TimeState
from tickets.core.picture import ClockView, Picture
from tickets.models import Clock, Ticket
from tickets.rows import picture_of, with_picture
from tickets.rulebook.compiled import PROMISE, Book
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number
from tickets.views.intake import books_for
from tickets.views.list_pages import pages_of
from tickets.views.queue_items import marks_of, title_of
from tickets.views.reader import Reader, language, reader_of
from tickets.views.time_bars import bar_of, calendar_for

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Wish:
    """What the list is narrowed down to."""

    origin: str
    stage: str
    lamp: str

    @classmethod
    def read(cls, request: HttpRequest) -> Wish:
        return cls(asked(request, "origin"), asked(request, "stage"), asked(request, "lamp"))

    def narrow(self, cases: QuerySet[RegulatorCase]) -> QuerySet[RegulatorCase]:
        """By origin and stage; the lamps count what is left."""
        cases = cases.filter(kind=self.origin) if self.origin else cases
        return cases.filter(ticket__step_kind=self.stage) if self.stage else cases


@work_page
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    reader, wish = reader_of(request), Wish.read(request)
    cases = open_cases(reader)
    narrowed = wish.narrow(cases)
    wanted = narrowed.filter(_lamp(wish.lamp, reader))
    page = Paginator(wanted, SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    context = {
        "at": reader.at,
        "current": "appeals",
        "tabs": tabs(TABS, "appeals"),
        "count": page.paginator.count,
        "register_url": _register_url(reader),
        "lamp": wish.lamp,
        "lamps": _lamps(reader, narrowed, wish),
        **_choices(cases, wish),
        "rows": _rows(reader, page),
        "pages": pages_of(page, request),
        "empty": _empty(filtered=wish != Wish("", "", "")),
    }
    return render(request, "appeals/desk.html", context)


def open_cases(reader: Reader) -> QuerySet[RegulatorCase]:
    """For whom the regulator still waits first, by their deadline, else that of the whole appeal."""
    cases = cases_for(reader.person, reader.at).filter(ticket__ended_at=None)
    waits = Clock.objects.filter(ticket=OuterRef("pk"), step=None, name=PROMISE, stopped_at=None)
    urgent = Coalesce("due_at", "ticket__promised_at")
    ordered = cases.annotate(waits=Exists(waits)).order_by("-waits", urgent.asc(nulls_last=True), "pk")
    return ordered.select_related("ticket")


def _register_url(reader: Reader) -> str:
    """The form for an appeal, for whoever may register one."""
    book = next((version.book for version in books_for(reader) if version.kind == APPEAL), "")
    return f"{reverse('intake')}?book={book}" if book else ""


def _lamp(state: str, reader: Reader) -> Q:
    """By the limit of the main step."""
    at = reader.at
    if state == timestate.OVERDUE:
        return Q(ticket__step_due_at__lte=at)
    if state == timestate.WARNED:
        return Q(ticket__step_warn_at__lte=at, ticket__step_due_at__gt=at)
    return Q()


def _lamps(reader: Reader, cases: QuerySet[RegulatorCase], wish: Wish) -> list[dict[str, Any]]:
    """Overdue and warned with their counts; a lamp that is on is put out by its own link."""
    states = (timestate.OVERDUE, timestate.WARNED)
    counts = cases.order_by().aggregate(**{state: Count("pk", filter=_lamp(state, reader)) for state in states})
    found = []
    for state in states:
        lamp = "" if state == wish.lamp else state
        query = urlencode({"origin": wish.origin, "stage": wish.stage, "lamp": lamp})
        found.append({"state": state, "count": counts[state], "on": state == wish.lamp, "url": f"?{query}"})
    return found


def _choices(cases: QuerySet[RegulatorCase], wish: Wish) -> dict[str, list[dict[str, Any]]]:
    """What may be filtered by, with counts; the words are those of the rulebook that the appeals run under."""
    grouped = cases.order_by().values("kind", step=F("ticket__step_kind"), book=F("ticket__rulebook_id"))
    origins: dict[str, dict[str, Any]] = {}
    stages: dict[str, dict[str, Any]] = {}
    for row in grouped.annotate(count=Count("pk")):
        book = book_of(row["book"])
        word = kind_word(RegulatorCase(kind=row["kind"]), book)
        _count(origins, row["kind"], word, wish.origin, row["count"])
        _count(stages, row["step"], words.step_word(book, row["step"], language()), wish.stage, row["count"])
    return {"origins": list(origins.values()), "stages": list(stages.values())}


def _count(found: dict[str, dict[str, Any]], value: str, word: str, chosen: str, count: int) -> None:
    entry = found.setdefault(value, {"value": value, "title": word, "count": 0, "on": value == chosen})
    entry["count"] += count


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────


def _rows(reader: Reader, page: Page[RegulatorCase]) -> list[dict[str, Any]]:
    """One statement more for the steps and clocks of all tickets of the page."""
    cases = list(page)
    tickets = with_picture(reader.tickets.filter(pk__in=[case.pk for case in cases]))
    found = {ticket.pk: ticket for ticket in tickets}
    return [_row(reader, case, found[case.pk]) for case in cases if case.pk in found]


def _row(reader: Reader, case: RegulatorCase, ticket: Ticket) -> dict[str, Any]:
    book = book_of(ticket.rulebook_id)
    picture = picture_of(ticket, book)
    missing = missing_of(documents_of(book, picture, reader.at))
    inner = picture.step_clock(picture.main) if picture.main else None
    inner_title = words.step_word(book, ticket.step_kind, language())
    return {
        "url": f"{reverse('ticket', args=[ticket.number])}?tab=appeal",
        "number": ticket.number,
        "case_number": case.number,
        "origin": kind_word(case, book),
        "regulator": case.regulator,
        "title": title_of(ticket),
        "marks": marks_of(ticket),
        "unit": reader.unit_name(ticket.unit_id),
        "stage": inner_title,
        "clocks": list(_clocks(reader, book, picture, case, inner)),
        "missing": [words.field_title(book, name, language()) for name in missing],
    }


def _clocks(
    reader: Reader, book: Book, picture: Picture, case: RegulatorCase, inner: ClockView | None
) -> Iterable[dict[str, Any]]:
    """The two limits of design §9.6: of this step, and of the whole towards the regulator."""
    whole = picture.clock(PROMISE)
    titled = ((_("内部"), inner), (_("监管") if case.due_at else _("全程"), whole))
    for title, clock in titled:
        time = _bar(reader, book, picture, clock)
        if time is not None:
            yield {"title": title, "time": time}


def _bar(reader: Reader, book: Book, picture: Picture, clock: ClockView | None) -> TimeState | None:
    if clock is None or not clock.runs or reader.world is None:
        return None
    return bar_of(clock, book=book, calendar=calendar_for(clock, picture.steps, reader.world), at=reader.at)


def _empty(*, filtered: bool) -> dict[str, Any]:
    if filtered:
        acts = [{"label": _("清除条件"), "url": reverse("appeals"), "main": True}]
        return {"title": _("没有这样的申诉"), "text": _("换一个来源或环节看看。"), "acts": acts}
    return {
        "title": _("没有在办的申诉"),
        "text": _("监管部门转来的、客户直接提出的申诉，登记后都在这里，监管期限最近的在最前。"),
        "acts": [],
    }
