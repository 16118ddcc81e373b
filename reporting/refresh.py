"""Facts brought up to date: whichever ticket changed since it was counted is counted again.

Every change of a ticket takes its mark `counted` back in the same UPDATE, so what is stale is found by one partial
index and nothing is ever missed. Celery does it in batches as tickets change, and whoever asks for a figure does what
is left first: a figure is exact at the moment it is asked for.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Model
from django.db.models.functions import Now

from tickets.models import Event, Ticket
from tickets.organisations import world_of
from tickets.rows import picture_of, with_picture
from tickets.rulebook.compiled import Book
from tickets.rulebook.registry import book_of

from .counting import Answer, Case, count, instants_of
from .meanings import Meaning, meaning_of
from .memory import days_changed
from .models import FactInstant, SampleVerdict, StepFact, SurveyAnswer, TicketFact, Uncounted
from .seen import ids_of, units_of

log = logging.getLogger(__name__)
BATCH = 500
LONGEST_SECONDS = 20.0
NOT_OURS = frozenset({"hot_issue"})  # written by the grouping of hot issues, not counted from the ticket


class Backlog(Exception):
    """More tickets wait to be counted than a reader can be kept waiting for: no figure rather than a wrong one."""


def bring_up_to_date(*, longest_seconds: float = LONGEST_SECONDS, size: int = BATCH) -> int:
    """Count whatever changed; how many tickets. Raises Backlog where it would take longer."""
    started, total = time.monotonic(), 0
    while ids := stale(size):
        if time.monotonic() - started > longest_seconds:
            raise Backlog
        total += count_batch(ids)
    return total


def stale(most: int) -> list[int]:
    """Tickets that changed since they were counted, oldest first."""
    return list(Ticket.objects.filter(counted=False).order_by("pk").values_list("pk", flat=True)[:most])


def count_again(ticket_ids: Iterable[int]) -> None:
    """Something from outside the loop was judged about these tickets (a sample, a survey)."""
    Ticket.objects.filter(pk__in=list(ticket_ids)).update(counted=False)


def count_batch(ids: Sequence[int]) -> int:
    """Count these tickets in one transaction; how many of them are done with.

    One that raises is set aside by itself: no figure waits for it, and a person sees it on the system page.
    """
    try:
        return _count_together(ids)
    except (OperationalError, InterfaceError):
        raise  # the database is away or two writers met: no ticket's fault
    except Exception:
        log.exception("counting %s tickets together failed: one by one", len(ids))
        return sum(_count_alone(pk) for pk in ids)


@transaction.atomic
def _count_together(ids: Sequence[int]) -> int:
    """The claim is the version: a ticket that somebody changes meanwhile stays stale, for the next batch."""
    tickets = {t.pk: t for t in with_picture(Ticket.objects.filter(pk__in=ids)).select_related(None)}
    claimed = _claim({pk: ticket.version for pk, ticket in tickets.items()})
    counted = [count(case) for case in cases_of([tickets[pk] for pk in sorted(claimed)])]
    _put_seen(tickets, counted)
    _put(TicketFact, [fact for fact, _ in counted])
    days_changed(_day(tickets[fact.ticket_id]) for fact, _ in counted)
    _put(StepFact, [step for _, steps in counted for step in steps])
    _put_instants(counted)
    Uncounted.objects.filter(ticket__in=claimed).delete()
    return len(claimed)


def _put_seen(tickets: Mapping[int, Ticket], counted: Sequence[tuple[TicketFact, list[StepFact]]]) -> None:
    units = {fact.ticket_id: units_of(tickets[fact.ticket_id], steps) for fact, steps in counted}
    ids = ids_of(set(units.values()))
    for fact, _ in counted:
        fact.seen_by_id = ids[units[fact.ticket_id]]


def _put_instants(counted: Sequence[tuple[TicketFact, list[StepFact]]]) -> None:
    FactInstant.objects.filter(fact__in=[fact.ticket_id for fact, _ in counted]).delete()
    FactInstant.objects.bulk_create(
        FactInstant(fact=fact, organisation_id=fact.organisation_id, received_at=fact.received_at, at=at)
        for fact, steps in counted
        for at in instants_of(fact, steps)
    )


def _count_alone(ticket_id: int) -> int:
    ticket = Ticket.objects.annotate(organisation_stamp=F("organisation__stamp")).get(pk=ticket_id)
    try:
        return _count_together([ticket_id])
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("ticket %s is not counted and set aside", ticket_id)
        return _set_aside(ticket, f"{type(error).__name__}: {error}"[:2000])


@transaction.atomic
def _set_aside(ticket: Ticket, error: str) -> int:
    """Its former facts go: they may tell of a ticket whom it is no longer for. A later change is tried anew."""
    claimed = _claim({ticket.pk: ticket.version})
    if claimed:
        TicketFact.objects.filter(ticket=ticket).delete()
        days_changed([_day(ticket)])
        Uncounted.objects.update_or_create(ticket=ticket, defaults={"error": error, "at": Now()})
    return len(claimed)


def _day(ticket: Ticket) -> tuple[int, date]:
    """The organisation and its local day of receipt."""
    calendar = world_of(ticket.organisation_id, ticket.organisation_stamp).calendar  # type: ignore[attr-defined]
    return ticket.organisation_id, calendar.local(ticket.received_at).date()


def _claim(versions: Mapping[int, int]) -> set[int]:
    """Mark those as counted that still have the version that was read. Others wait for the row meanwhile."""
    if not versions:
        return set()
    pairs = ", ".join(["(%s, %s)"] * len(versions))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_ticket SET counted = TRUE WHERE counted = FALSE"  # noqa: S608  marks only
            f" AND (id, version) IN (VALUES {pairs}) RETURNING id",
            [value for pair in versions.items() for value in pair],
        )
        return {row[0] for row in cursor.fetchall()}


def _put(model: type[Model], rows: Sequence[Model]) -> None:
    key = model._meta.pk.attname
    names = [f.name for f in model._meta.concrete_fields if not f.primary_key and f.name not in NOT_OURS]
    model._default_manager.bulk_create(
        rows, batch_size=200, update_conflicts=True, unique_fields=[key.removesuffix("_id")], update_fields=names
    )


# ── reading what a case is made of ───────────────────────────────────────────────────────────────────


def cases_of(tickets: Sequence[Ticket]) -> list[Case]:
    """The tickets, read by `with_picture`, with everything that their facts depend on; a handful of statements."""
    books = {ticket.rulebook_id: book_of(ticket.rulebook_id) for ticket in tickets}
    ids = [ticket.pk for ticket in tickets]
    answers = _answers(tickets, books)
    verdicts = SampleVerdict.objects.filter(ticket__in=ids)
    right = {verdict.ticket_id: verdict.content_right and verdict.routing_right for verdict in verdicts}
    surveys = SurveyAnswer.objects.filter(ticket__in=ids).order_by("answered_at", "pk")
    surveyed = {answer.ticket_id: answer.satisfied for answer in surveys}
    return [
        Case(
            ticket=ticket,
            picture=picture_of(ticket, books[ticket.rulebook_id]),
            book=books[ticket.rulebook_id],
            meaning=meaning_of(books[ticket.rulebook_id].id),
            world=world_of(ticket.organisation_id, ticket.organisation_stamp),  # type: ignore[attr-defined]
            answers=answers[ticket.pk],
            surveyed=surveyed.get(ticket.pk),
            sample_right=right.get(ticket.pk),
        )
        for ticket in tickets
    ]


def _answers(tickets: Sequence[Ticket], books: Mapping[int, Book]) -> Mapping[int, list[Answer]]:
    """What the customers answered, in the order in which it was recorded."""
    by_ticket = {ticket.pk: books[ticket.rulebook_id] for ticket in tickets}
    fields = {pk: meaning_of(book.id).satisfaction for pk, book in by_ticket.items()}
    names = {name for book in books.values() for name in asking(book, meaning_of(book.id))}
    found: dict[int, list[Answer]] = defaultdict(list)
    events = Event.objects.filter(ticket__in=by_ticket, name__in=names).order_by("ticket_id", "seq")
    for pk, data in events.values_list("ticket_id", "data"):
        value = data.get("given", {}).get(fields[pk])
        if value:
            found[pk].append(Answer(_stage(by_ticket[pk], data), str(value)))
    return found


def asking(book: Book, meaning: Meaning) -> frozenset[str]:
    """The actions that take down how satisfied the customer is."""
    return frozenset(
        name for name, act in book.actions.items() if any(need.field == meaning.satisfaction for need in act.fields)
    )


def _stage(book: Book, data: Mapping[str, Any]) -> str:
    step = book.steps.get(data.get("kind", ""))
    return step.stage if step is not None else ""


# ── the tick ─────────────────────────────────────────────────────────────────────────────────────────


def tick(*, longest_seconds: float = 25.0) -> int:
    """What the Celery tick does: as much as fits; the next tick goes on."""
    started, total = time.monotonic(), 0
    while time.monotonic() - started < longest_seconds and (ids := stale(BATCH)):
        total += count_batch(ids)
    return total
