"""Headquarters' escalations: whose each is, how often its answer came back, what it grew from (E01-E04)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from complaints_site.lib.timestate import OVERDUE, WARNED
from tickets.core.picture import Picture
from tickets.core.world import World
from tickets.models import Clock, Step, Ticket, TicketLink
from tickets.rulebook.compiled import PROMISE, Book
from tickets.views.reader import Reader

from .board import province_of, units_of
from .supervised import returns

ESCALATION = "escalation"
INNER, OUTER = "inner", "outer"


def open_escalations(reader: Reader) -> QuerySet[Ticket]:
    """Open escalations with `at_province`, the unit outside the top tier that had it last: emergencies first."""
    tickets = reader.tickets.filter(kind=ESCALATION, ended_at=None)
    world = reader.world
    provincial = [unit for unit in world.units if province_of(world, unit) != world.top(unit).id] if world else []
    last = Step.objects.filter(ticket=OuterRef("pk"), side=False, unit_id__in=sorted(provincial)).order_by("-ordinal")
    waits = Clock.objects.filter(ticket=OuterRef("pk"), step=None, name=PROMISE, stopped_at=None)
    found = tickets.annotate(
        at_province=Subquery(last.values("unit_id")[:1]),
        span_due_at=Subquery(waits.values("due_at")[:1]),
        span_warn_at=Subquery(waits.values("warn_at")[:1]),
    )
    return found.order_by("-priority", "span_due_at", "pk")


def of_province(tickets: QuerySet[Any], world: World, province: int) -> QuerySet[Any]:
    return tickets.filter(at_province__in=sorted(units_of(world, province)))


def provinces(tickets: QuerySet[Any], world: World) -> Counter[int]:
    """How many escalations each province has or had last; those that no province has seen yet are left out."""
    found: Counter[int] = Counter()
    rows = tickets.order_by().exclude(at_province=None).values("at_province").annotate(n=Count("pk"))
    for unit, number in rows.values_list("at_province", "n"):
        found[province_of(world, unit)] += number
    return found


def lamp(clock: str, state: str, reader: Reader) -> Q:
    """By the limit of the step that is being worked on, or by the span towards headquarters."""
    due, warn = ("step_due_at", "step_warn_at") if clock == INNER else ("span_due_at", "span_warn_at")
    if state == OVERDUE:
        return Q(**{f"{due}__lte": reader.at})
    if state == WARNED:
        return Q(**{f"{warn}__lte": reader.at, f"{due}__gt": reader.at})
    return Q()


def returned(book: Book, picture: Picture) -> int:
    """How often an answer of this ticket was sent back."""
    return sum(picture.memory.done.get(name, 0) for name in returns(book))


def origins(reader: Reader, tickets: list[int]) -> dict[int, Ticket]:
    """The complaint that each escalation grew from, where the reader may see it; two statements."""
    links = dict(
        TicketLink.objects.filter(ticket__in=tickets, kind=TicketLink.Kind.GREW_FROM)
        .order_by("-at")
        .values_list("ticket_id", "other_id")
    )
    seen = reader.tickets.in_bulk(list(links.values())) if links else {}
    return {ticket: seen[other] for ticket, other in links.items() if other in seen}
