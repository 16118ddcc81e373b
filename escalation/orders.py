"""Chase orders (督办单): which are open, how many stand at each unit, and putting one to several holders (W04, N02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from tickets.access import Sight, steps_of
from tickets.actions.outcome import Outcome
from tickets.actions.tickets import ticket_act
from tickets.core.offers import Offer, offers
from tickets.core.rules import Actor
from tickets.core.sentences import Invalid, Refusal, Say
from tickets.core.world import World
from tickets.models import Person, Step, Ticket
from tickets.rows import picture_of, with_picture
from tickets.rulebook.registry import book_of

from .supervised import order_acts, order_kinds

MOST = 50  # tickets of one order
PERIOD = timedelta(days=30)
TO = "to"
NOT_OFFERED = Say("这件工单现在不能督办，或者不归您督办", "This ticket can't be chased now, or not by you")


def orders_at(sight: Sight) -> QuerySet[Step]:
    """Every chase order at units that this person sees, open or answered."""
    return steps_of(sight).filter(kind__in=sorted(order_kinds()), side=True)


def order_counts(sight: Sight, at: datetime) -> list[dict[str, Any]]:
    """By unit: `open`, of them `overdue`, and put, answered and answered late in the last 30 days. One statement."""
    since = at - PERIOD
    late = Q(clocks__due_at__lte=at, clocks__stopped_at=None) | Q(clocks__stopped_at__gt=F("clocks__due_at"))
    recent, is_open = Q(opened_at__gt=since), Q(closed_at=None)
    rows = orders_at(sight).filter(is_open | recent).order_by().values("unit_id")
    counted = rows.annotate(
        open=Count("pk", filter=is_open, distinct=True),
        overdue=Count("pk", filter=is_open & late, distinct=True),
        put=Count("pk", filter=recent, distinct=True),
        answered=Count("pk", filter=recent & Q(closed_at__isnull=False), distinct=True),
        late=Count("pk", filter=recent & Q(closed_at__isnull=False) & late, distinct=True),
    )
    found: list[dict[str, Any]] = list(counted)  # type: ignore[arg-type]
    return sorted(found, key=lambda row: (-row["overdue"], -row["open"], row["unit_id"]))


# ── putting orders ───────────────────────────────────────────────────────────────────────────────────


@dataclass
class Chased:
    """A ticket that is to be chased: what may be put, or why not. `said` is what came of it."""

    found: Outcome
    unit: str  # code of the unit whose step was chosen; "" = whoever holds the main step
    offer: Offer | None = None
    refused: Say | None = None
    errors: dict[str, list[Say]] = field(default_factory=dict)
    done: bool = False

    @property
    def ticket(self) -> Ticket:
        return self.found.ticket

    def takes(self, name: str, value: str) -> bool:
        """Whether the order on this ticket may carry that value of a choice."""
        one = next((f for f in self.offer.fields if f.field.name == name), None) if self.offer else None
        return one is not None and any(value == choice for choice, _title in one.choices or ())


def chased(
    tickets: QuerySet[Ticket], units: Mapping[int, str], *, actor: Actor, world: World, at: datetime
) -> list[Chased]:
    """The tickets `units` names (with the unit to be chased), judged by their rulebooks, in the order given."""
    rows = {ticket.pk: ticket for ticket in with_picture(tickets.filter(pk__in=list(units)[:MOST]))}
    judged = []
    for pk, unit in units.items():
        if pk in rows:
            book = book_of(rows[pk].rulebook_id)
            found = Outcome(rows[pk], picture_of(rows[pk], book), book, world)
            judged.append(_judged(Chased(found, unit), actor, at))
    return judged


def _judged(one: Chased, actor: Actor, at: datetime) -> Chased:
    found = one.found
    names = {action.name for action in order_acts(found.book).values()}
    own = offers(found.book, found.picture, actor=actor, world=found.world, at=at)
    offer = next((offer for offer in own if offer.action.name in names), None)
    if offer is None:
        one.refused = NOT_OFFERED
    elif offer.refused is not None:
        one.refused = offer.refused.sentence
    else:
        one.offer = offer
    return one


def orders_put(chosen: Sequence[Chased], given: Mapping[str, Any], *, actor: Person, at: datetime) -> None:
    """Put the same order on every ticket, each a change of its own: what is refused on one stays said on that one."""
    for one in chosen:
        if one.offer is None:
            continue
        fields = {field.field.name for field in one.offer.fields}
        values = {name: value for name, value in given.items() if name in fields}
        if one.unit and one.takes(TO, one.unit):
            values.setdefault(TO, one.unit)
        try:
            ticket_act(ticket_id=one.ticket.pk, action=one.offer.action.name, given=values, actor=actor, at=at)
        except Invalid as invalid:
            one.errors = invalid.errors
        except Refusal as refusal:
            one.refused = refusal.sentence
        else:
            one.done = True
