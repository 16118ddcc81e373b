"""The history of a ticket over REST: names as they were, what was given; personal values never."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..actions.papers import EVENT_TITLES
from ..core import contacts
from ..core.rules import APPROVAL_ACTIONS
from ..core.world import World
from ..models import Event, Ticket
from ..rulebook.compiled import Book
from ..rulebook.registry import book_of
from . import schema
from .pages import PAGE_NAMES, Order, page_of
from .represent import times_of
from .tickets import TicketEndpoint

NOT_SHOWN = ("private", "previous", "hash")


class TicketEvents(TicketEndpoint):
    @extend_schema(**schema.TICKET_EVENTS)
    def get(self, request: Request, number: str) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES)
        ticket = Ticket.objects.only("rulebook_id").get(pk=self.ticket_id(number))
        book, world = book_of(ticket.rulebook_id), self.world
        rows = Event.objects.filter(ticket=ticket).defer(*NOT_SHOWN)
        return Response(page_of(request, rows, Order("seq"), lambda e: event_dict(e, book, world, self.language)))


def event_dict(event: Event, book: Book, world: World, language: str) -> dict[str, Any]:
    data = event.data
    return {
        "seq": event.seq,
        "at": times_of(world)(event.at),
        "name": event.name,
        "title": event_title(event.name, book, language),
        "actor": data.get("actor"),
        "step": event.step_id,
        "kind": data.get("kind"),
        "unit": data.get("unit") or None,
        "state": data.get("state"),
        "given": data.get("given") or {},
        "opened": data.get("opened") or [],
        "closed": data.get("closed") or [],
        "set": data.get("set") or {},
        "approved_by": data.get("approved_by") or None,
    }


def event_title(name: str, book: Book, language: str) -> str:
    """The action's own words; a clock's title where it ran out."""
    if name in contacts.TITLES:
        return contacts.TITLES[name].say(language)
    action = book.actions.get(name) or APPROVAL_ACTIONS.get(name)
    if action is not None:
        return action.title.say(language)
    if name in EVENT_TITLES:
        return EVENT_TITLES[name].say(language)
    first, _, rest = name.partition(".")
    if first in book.actions:
        words = {"asked": ("申请", "requested"), "rejected": ("未批准", "rejected")}.get(rest, (rest, rest))
        return f"{book.actions[first].title.say(language)} {words[language == 'en']}"
    if first in book.clocks:
        return f"{book.clocks[first].title.say(language)} {rest}"
    return name
