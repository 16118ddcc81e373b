"""Verification of the event log: every chain, every day's root, and that each ticket is what its events say.

A broken link is named: ticket, sequence number, what is wrong. Nothing is mended.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, F, Max, Min, Q, QuerySet

from .events import seal
from .models import DayRoot, Event, Ticket

PAGE = 2000


@dataclass(frozen=True, slots=True)
class Broken:
    """The first fault of a ticket's chain, or of a day."""

    where: str
    seq: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.where}{f' event {self.seq}' if self.seq is not None else ''}: {self.what}"


def verify_tickets(tickets: QuerySet[Ticket]) -> Iterator[Broken]:
    """The first fault of each ticket, in the order of tickets; memory stays flat."""
    columns = ("id", "number", "chain_head", "event_count", "ended_at", "state")
    for page in _pages(tickets.order_by("pk").values_list(*columns)):
        numbers = {row[0]: row for row in page}
        events = Event.objects.filter(ticket_id__in=numbers).order_by("ticket_id", "seq")
        chains: dict[int, list[Event]] = {pk: [] for pk in numbers}
        for event in events.iterator(chunk_size=PAGE):
            chains[event.ticket_id].append(event)
        for pk, chain in chains.items():
            _, number, head, count, *_ = numbers[pk]
            broken = _first_fault(number, chain, head, count)
            if broken is not None:
                yield broken
    yield from _stray_states(tickets)


def _pages(rows: QuerySet[Ticket, tuple]) -> Iterator[list[tuple]]:
    page: list[tuple] = []
    for row in rows.iterator(chunk_size=PAGE):
        page.append(row)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _first_fault(number: str, chain: list[Event], head: str, count: int) -> Broken | None:
    previous = ""
    for place, event in enumerate(chain, start=1):
        if event.seq != place:
            return Broken(number, place, f"is missing (the next one there is {event.seq})")
        if event.previous != previous:
            return Broken(number, event.seq, "does not follow the event before it")
        if event.hash != _sealed(number, event):
            return Broken(number, event.seq, "was changed after it was sealed")
        previous = event.hash
    if previous != head or len(chain) != count:
        return Broken(number, len(chain), "is not the last one that the ticket knows of")
    return None


def _sealed(number: str, event: Event) -> str:
    return seal(
        number=number,
        seq=event.seq,
        at=event.at,
        name=event.name,
        step=event.data.get("step"),
        actor=event.actor_id,
        data=event.data,
        private=event.private,
        previous=event.previous,
    )


def _stray_states(tickets: QuerySet[Ticket]) -> Iterator[Broken]:
    """Law 1 in the rows: an open ticket has exactly one open main step, an ended one no open step and no clock."""
    main = Count("steps", filter=Q(steps__side=False, steps__closed_at=None), distinct=True)
    for number, count in tickets.filter(ended_at=None).annotate(n=main).exclude(n=1).values_list("number", "n"):
        yield Broken(number, None, f"is open and has {count} open main steps")
    ended = tickets.exclude(ended_at=None)
    for number in ended.filter(steps__closed_at=None, steps__isnull=False).distinct().values_list("number", flat=True):
        yield Broken(number, None, "is over and has an open step")
    for number in (
        ended.filter(clocks__stopped_at=None, clocks__isnull=False).distinct().values_list("number", flat=True)
    ):
        yield Broken(number, None, "is over and has a running clock")


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────


def seal_days(*, at: datetime) -> int:
    """Make the roots of all days that are over and have none yet; how many were made. May run twice."""
    last = DayRoot.objects.aggregate(day=Max("day"))["day"]
    first = last + timedelta(days=1) if last else _first_day()
    made = 0
    while first is not None and first < at.astimezone(UTC).date():
        tickets, events, root = day_root(first)
        if events:
            DayRoot.objects.get_or_create(
                day=first, defaults={"tickets": tickets, "events": events, "root": root, "made_at": at}
            )
            made += 1
        first += timedelta(days=1)
    return made


def _first_day() -> date | None:
    first = _own_events().aggregate(at=Min("at"))["at"]
    return first.astimezone(UTC).date() if first else None


def _own_events() -> QuerySet[Event]:
    """Those that happened here. The past of an imported ticket is covered by the seal of its `import` event."""
    return Event.objects.exclude(ticket__imported=True, at__lt=F("ticket__registered_at"))


def day_root(day: date) -> tuple[int, int, str]:
    """(tickets, events, HMAC over the seals of the day's events in the order of ticket and sequence)."""
    start = datetime.combine(day, time.min, UTC)
    rows = _own_events().filter(at__gte=start, at__lt=start + timedelta(days=1)).order_by("ticket_id", "seq")
    return _root(rows.values_list("ticket_id", "hash").iterator(chunk_size=PAGE))


def _root(rows: Iterable[tuple[int, str]]) -> tuple[int, int, str]:
    digest = hmac.new(settings.EVENT_CHAIN_KEY.encode(), digestmod=hashlib.sha256)
    tickets, events, last = 0, 0, None
    for ticket, sealed in rows:
        events += 1
        tickets += ticket != last
        last = ticket
        digest.update(sealed.encode())
    return tickets, events, digest.hexdigest()


def verify_days() -> Iterator[Broken]:
    for kept in DayRoot.objects.order_by("day"):
        tickets, events, root = day_root(kept.day)
        if (tickets, events, root) != (kept.tickets, kept.events, kept.root):
            yield Broken(
                str(kept.day), None, f"the day had {kept.events} events of {kept.tickets} tickets, now {events}"
            )
