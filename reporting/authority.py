"""Authority on the spot (doc 3 §2.5.5, row C21): every use of it, by whom and how much; a part of them is looked at.

Which acts these are the rulebook says: an action whose amount may not exceed a table of the book. What it allows is
judged when it is done; here is what was done with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from reporting.models import GrantReview
from reporting.quality.inspectors import OWN_WORK, require_inspector
from reporting.quality.samples import month_of, picked
from tickets.access import visible_to
from tickets.core.authority import authority_acts
from tickets.core.sentences import Forbidden, Hidden, invalid
from tickets.models import Event, Person
from tickets.organisations import world_for
from tickets.rulebook.registry import book_of, current_books

SAMPLED_PERCENT, SAMPLED_LEAST = Decimal(10), 1  # of each person's uses of a month
MOST = 5_000
LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Grant:
    """One use: the event of its action, how much (in the rulebook's unit), and what a look at it found."""

    event: Event
    amount: Decimal
    sampled: bool
    review: GrantReview | None


def grants(person: Person, at: datetime, month: date) -> list[Grant]:
    """The uses of a month on tickets that this person sees, the latest first; of a very busy month the latest part."""
    period = month_of(world_for(person), month)
    names = {name for version in current_books(at).values() for name in authority_acts(book_of(version.pk))}
    events = Event.objects.filter(name__in=names, at__gte=period.start, at__lt=period.end)
    seen = events.filter(ticket__in=visible_to(person, at)).select_related("ticket", "grant_review", "step")
    found = [(event, used) for event in seen.order_by("-at", "-pk")[:MOST] if (used := _used(event)) is not None]
    drawn = _drawn(month, (event for event, _used in found))
    return [
        Grant(event, used, event.pk in drawn, getattr(event, "grant_review", None)) for event, used in found
    ]  # fmt: skip


def _used(event: Event) -> Decimal | None:
    """The amount given with it; None where the ticket's own rulebook has no such act."""
    act = authority_acts(book_of(event.ticket.rulebook_id)).get(event.name)
    amount = event.data.get("given", {}).get(act.field) if act else None
    return Decimal(str(amount)) if isinstance(amount, int | float) and not isinstance(amount, bool) else None


def _drawn(month: date, events: Iterable[Event]) -> set[int]:
    """The same month draws the same ones again; nobody chooses what is looked at."""
    strata: dict[str, list[int]] = defaultdict(list)
    for event in events:
        strata[str(event.actor_id)].append(event.pk)
    chosen = picked(strata, percent=SAMPLED_PERCENT, number=SAMPLED_LEAST, seed=month.year * 100 + month.month)
    return {pk for ids in chosen.values() for pk in ids}


def grants_by_person(found: Iterable[Grant]) -> list[Mapping[str, Any]]:
    """By who used it: how often, how much, how many were looked at, and of them improper."""
    rows: dict[int, dict[str, Any]] = {}
    for grant in found:
        row = rows.setdefault(
            grant.event.actor_id or 0, {"count": 0, "sum": Decimal(0), "most": Decimal(0), "reviewed": 0, "improper": 0}
        )
        row["count"] += 1
        row["sum"] += grant.amount
        row["most"] = max(row["most"], grant.amount)
        row["reviewed"] += grant.review is not None
        row["improper"] += grant.review is not None and not grant.review.proper
    told = [{"person_id": person, **row} for person, row in rows.items()]
    return sorted(told, key=lambda row: (-row["sum"], row["person_id"]))


@transaction.atomic
def grant_review(*, event_id: int, proper: bool, note: str, actor: Person, at: datetime) -> GrantReview:
    """Say whether a use was proper. Raises Forbidden (no inspector; their own), Hidden or Invalid."""
    require_inspector(actor, at)
    event = Event.objects.filter(pk=event_id, ticket__in=visible_to(actor, at)).select_related("ticket").first()
    if event is None or _used(event) is None:
        raise Hidden
    if event.actor_id == actor.pk:
        raise Forbidden(OWN_WORK)
    if len(note) > LONGEST_NOTE or (not proper and not note):
        raise invalid("note", "写明哪里不当，不超过 2000 字", "Say what is improper, 2000 characters at most")
    values = {"proper": proper, "note": note, "reviewed_by": actor, "reviewed_at": at}
    return GrantReview.objects.update_or_create(event=event, defaults=values)[0]
