"""The rows behind a figure: exactly as many as the figure says (row K02)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from appeals.models import NamedContact
from reporting.declarations import Indicator, indicators
from reporting.figures import PARTS, behind
from reporting.models import Call, StepFact, TicketFact
from reporting.questions import Question, question
from reporting.views.asking import Asking, asking_of, condition_words, page_of_figures
from reporting.views.figure_words import PART_WORDS, ROW_WORDS
from reporting.views.period_words import days
from tickets.models import Ticket
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.queue_items import ticket_words
from tickets.views.reader import language

PAGE = 50


@page_of_figures
def indicator_tickets(request: HttpRequest, id: str) -> HttpResponse:
    one = indicators().get(id)
    part = request.GET.get("part", PARTS[0])
    if one is None or part not in PARTS:
        raise Http404
    asking, asked = _asked(request, one)
    rows = behind(one, asked, part, asking.viewer)
    context = {
        **list_of(request, asking, rows, str(ROW_WORDS[one.population])),
        "title": one.title.say(language()),
        "part": str(PART_WORDS[part]),
        "says": one.says.say(language()),
        "facts": [days(asked.whole), *condition_words(asking)],
        "back": f"{reverse('indicator', args=[id])}?{_back(asked)}",
    }
    return render(request, "indicators/tickets.html", context)


def _asked(request: HttpRequest, one: Indicator) -> tuple[Asking, Question]:
    """The words of a figure's own address: an exact span and its dimensions."""
    asking = asking_of(request)
    given = {**asking.filters, "from": request.GET.get("from", ""), "to": request.GET.get("to", "")}
    return asking, replace(question(one, given, asking.viewer), cycle=None)


def _back(asked: Question) -> str:
    """The days of the span, as the page of the indicator picks them."""
    last = (asked.end - timedelta(microseconds=1)).date()
    return urlencode({"first": asked.start.date().isoformat(), "last": last.isoformat()})


# ── rows of any population ───────────────────────────────────────────────────────────────────────────


def list_of(request: HttpRequest, asking: Asking, rows: QuerySet[Any], unit: str) -> dict[str, Any]:
    """One page of the rows, newest first, with the whole count."""
    model = rows.model
    column, related, made = SHAPES.get(model, ("raised_at", OF_TICKET, _alert))
    pages = Paginator(rows.select_related(*related).order_by(f"-{column}", "-pk"), PAGE)
    page = pages.get_page(request.GET.get("page"))
    return {
        "at": asking.reader.at,
        "current": "indicators",
        "count": pages.count,
        "unit": unit,
        "is_steps": model is StepFact,
        "is_calls": model is Call,
        "is_contacts": model is NamedContact,
        "is_alerts": model not in SHAPES,
        "rows": [made(asking, row) for row in page],
        "pages": _pages(request, page),
    }


def _pages(request: HttpRequest, page: Any) -> dict[str, Any]:
    def to(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"{request.path}?{query.urlencode()}"

    return {
        "previous_url": to(page.number - 1) if page.has_previous() else "",
        "next_url": to(page.number + 1) if page.has_next() else "",
        "words": _("第 %(first)d~%(last)d 行，共 %(count)d 行")
        % {"first": page.start_index(), "last": page.end_index(), "count": page.paginator.count},
    }


def _ticket(asking: Asking, ticket: Ticket) -> dict[str, Any]:
    book = book_of(ticket.rulebook_id)
    return {
        **ticket_words(asking.reader, ticket, book),
        "state": words.state_title(book, ticket.state, ticket.step_kind, language()),
        "received_at": ticket.received_at,
    }


def _fact(asking: Asking, fact: TicketFact) -> dict[str, Any]:
    ends = {"settled_at": fact.settled_at, "ended_at": fact.ended_at}
    return {**_ticket(asking, fact.ticket), **ends, "unit": asking.reader.unit_name(fact.responsible_unit_id)}


def _step(asking: Asking, fact: StepFact) -> dict[str, Any]:
    return {
        **_ticket(asking, fact.fact.ticket),
        "step": asking.title("step", fact.kind),
        "unit": asking.reader.unit_name(fact.unit_id),
        "opened_at": fact.opened_at,
        "due_at": fact.due_at,
        "closed_at": fact.closed_at,
    }


def _call(asking: Asking, call: Call) -> dict[str, Any]:
    ticket = _ticket(asking, call.ticket) if call.ticket is not None else {}
    return {
        **ticket,
        "call": call.call_id,
        "queue": call.queue,
        "asked_at": call.asked_at,
        "answered_at": call.answered_at,
    }


def _alert(asking: Asking, alert: Any) -> dict[str, Any]:
    late = alert.late.total_seconds()
    return {**_ticket(asking, alert.ticket), "instant": alert.instant, "raised_at": alert.raised_at, "late": late}


def _contact(asking: Asking, former: NamedContact) -> dict[str, Any]:
    return {
        "call": former.person.name,
        "unit": asking.reader.unit_name(former.unit_id),
        "since_at": former.since_at,
        "until_at": former.until_at,
    }


OF_TICKET = ("ticket", "ticket__customer")
SHAPES: dict[Any, tuple[str, tuple[str, ...], Callable[[Asking, Any], dict[str, Any]]]] = {
    TicketFact: ("received_at", OF_TICKET, _fact),
    StepFact: ("received_at", ("fact__ticket", "fact__ticket__customer"), _step),
    Call: ("asked_at", OF_TICKET, _call),
    NamedContact: ("until_at", ("person",), _contact),
}
