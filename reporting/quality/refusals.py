"""Every complaint that was not taken up, for its leader to review (doc 13 §3 c, ruling REFUSEREV).

One refused without ground counts against whoever refused it. It is opened again where the rulebook lets this leader
do so; where that needs more than a reason, they do it on the ticket's own page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reporting.access import viewer_of
from reporting.accountability.propose import refused_without_ground
from reporting.models import RefusalReview
from tickets.access import visible_to
from tickets.actions.tickets import ticket_act, ticket_read
from tickets.core.offers import Offer, offers
from tickets.core.rules import Actor
from tickets.core.sentences import Forbidden, Hidden, Refused, Say, invalid
from tickets.models import Event, Person, Ticket
from tickets.rulebook.compiled import Next

from .inspectors import OWN_REFUSAL, require_leader

DECLINED = "declined"  # the end of that name in the facts, whatever a rulebook calls it
REASON = "reason"
LONGEST_REASON = 2_000
REVIEWED_BEFORE = Say("这件已经复核过", "This one was reviewed already")


def refusals_seen(person: Person, at: datetime, *, reviewed: bool) -> QuerySet[Ticket]:
    """The refused tickets that this person sees, the latest first. Those opened again stay among the reviewed."""
    done = RefusalReview.objects.filter(ticket=OuterRef("pk"))
    tickets = visible_to(person, at)
    if reviewed:
        return tickets.filter(Exists(done)).order_by("-refusal_review__reviewed_at", "-pk")
    refused = viewer_of(person, at).ticket_facts().filter(end=DECLINED).values("pk")
    return tickets.filter(~Exists(done), pk__in=refused, ended_at__isnull=False).order_by("-ended_at", "-pk")


def refused_by(ticket: Ticket) -> int | None:
    """Who refused it: whoever did the last thing to it before it ended."""
    if ticket.ended_at is None:
        return None
    events = Event.objects.filter(ticket=ticket, actor__isnull=False, at=ticket.ended_at)
    return events.order_by("-seq").values_list("actor", flat=True).first()


@transaction.atomic
def refusal_review(*, ticket_id: int, justified: bool, reason: str, actor: Person, at: datetime) -> RefusalReview:
    """Review a refusal, once. Raises Forbidden (no leader; own refusal), Hidden, Invalid or Refused."""
    require_leader(actor, at)
    seen = visible_to(actor, at).filter(pk=ticket_id)
    if RefusalReview.objects.filter(ticket__in=seen).exists():
        raise Refused("reviewed", REVIEWED_BEFORE)
    ticket = refusals_seen(actor, at, reviewed=False).filter(pk=ticket_id).first()
    if ticket is None:
        raise Hidden
    who = refused_by(ticket)
    if who == actor.pk:
        raise Forbidden(OWN_REFUSAL)
    if not 0 < len(reason) <= LONGEST_REASON:
        raise invalid("reason", f"写理由，不超过 {LONGEST_REASON} 字", f"Required, {LONGEST_REASON} characters at most")
    if not justified:
        refused_without_ground(ticket, who, at=at)
    opened = not justified and _opened_again(ticket, reason, actor, at)
    return RefusalReview.objects.create(
        ticket=ticket, justified=justified, reason=reason, refused_by_id=who, reopened=opened, reviewed_by=actor,
        reviewed_at=at,
    )  # fmt: skip


def reopening_offer(ticket_id: int, actor: Person, at: datetime) -> Offer | None:
    """The action that leads this ticket on from its end, where the rulebook gives it to this person."""
    found = ticket_read(ticket_id)
    own = offers(found.book, found.picture, actor=Actor(actor.pk), world=found.world, at=at)
    onward = (offer for offer in own if offer.refused is None and offer.step is None and _leads_on(offer))
    return next(onward, None)


def _leads_on(offer: Offer) -> bool:
    return bool(offer.action.from_ends) and any(isinstance(effect, Next) for effect in offer.action.then)


def _opened_again(ticket: Ticket, reason: str, actor: Person, at: datetime) -> bool:
    offer = reopening_offer(ticket.pk, actor, at)
    if offer is None or any(field.required and field.field.name != REASON for field in offer.fields):
        return False
    ticket_act(ticket_id=ticket.pk, action=offer.action.name, given={REASON: reason}, actor=actor, at=at)
    return True


def counted_by_person(person: Person, at: datetime) -> list[dict[str, Any]]:
    """Of the refusals that this person sees, by whoever refused: reviewed, and of them without ground."""
    reviews = RefusalReview.objects.filter(ticket__in=visible_to(person, at), refused_by__isnull=False)
    counted = reviews.values("refused_by_id").annotate(
        reviewed=Count("pk"), unjustified=Count("pk", filter=Q(justified=False))
    )
    rows: list[dict[str, Any]] = [dict(row) for row in counted]
    return sorted(rows, key=lambda row: (-row["unjustified"], -row["reviewed"], row["refused_by_id"]))
