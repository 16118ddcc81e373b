"""The one door: every change of a ticket goes through one of these functions (page, API, import, command, task).

A change reads the ticket, lets the core decide, and writes the decision, all in one transaction without network. It
takes no lock: the conditional UPDATE of the ticket's version is the claim, and whoever loses judges again on what the
winner left behind. So two people who press at once get one action and one refusal that says what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Value

from complaints_site.lib.prepared import Given, PreparedObjects

from ..core.decide import decide, expire
from ..core.picture import Picture
from ..core.rules import Actor
from ..core.sentences import Refused, Say, invalid
from ..models import Clock, Person, Ticket
from ..organisations import world_of
from ..rows import Raced, picture_of, with_picture
from ..rulebook.compiled import Moment
from ..rulebook.registry import book_of
from .access_records import attach_logs
from .alike import Found, Whose, find_alike, link_alike
from .files import take_files
from .links import link_tickets
from .manners import judge_words, keep_overruled, note_words, set_apart
from .outcome import Outcome
from .records import follow_up, keep_records
from .write import write

TRIES = 30
T = TypeVar("T")


def ticket_read(ticket_id: int) -> Outcome:
    """A ticket with its picture, rulebook and organisation: what pages and answers are made from."""
    ticket = _ticket_by_id().first(id=ticket_id)
    if ticket is None:
        raise Ticket.DoesNotExist
    book = book_of(ticket.rulebook_id)
    world = world_of(ticket.organisation_id, ticket.organisation_stamp)  # type: ignore[attr-defined]
    return Outcome(ticket, picture_of(ticket, book), book, world)


@cache
def _ticket_by_id() -> PreparedObjects[Ticket]:
    return PreparedObjects(with_picture(Ticket.objects.filter(pk=Value(Given("id")))))


def ticket_act(
    *,
    ticket_id: int,
    action: str,
    given: dict[str, Any],
    actor: Person,
    at: datetime,
    step_id: int | None = None,
    version: int | None = None,
    ticket_version: int | None = None,
) -> Outcome:
    """Do an action on a ticket.

    `version` is that of what the action is on, the step's if `step_id` is given, else the ticket's; stale is refused.
    `ticket_version` is the ticket's in any case. Beside the action's own fields `given` may hold what
    `actions.manners` sets apart.
    Raises Refused (409), Forbidden (403), Hidden (404), Invalid (422). Whether the actor may see the ticket at all is
    the caller's question (`access`).
    """

    own, beside = set_apart(given)

    def once() -> Outcome:
        found = ticket_read(ticket_id)
        step = _ordinal(found.picture, step_id)
        _require_version(found, step, version)
        _require_version(found, None, ticket_version)
        alike = _alike(found, action, own, at)
        decision = decide(
            found.book,
            found.picture,
            action=action,
            given=own,
            actor=Actor(actor.pk),
            world=found.world,
            at=at,
            step=step,
            counted=alike.counted,
        )
        manners = judge_words(found.book, action, own, beside, actor.organisation_id)
        note_words(decision, manners)
        take_files(found.ticket, found.book, own, actor=actor)
        link_tickets(found.ticket, decision, actor=actor, at=at)
        attach_logs(found.ticket, decision, book=found.book, actor=actor, at=at)
        link_alike(found.ticket, alike, actor=actor, at=at)
        write(found.ticket, decision, book=found.book, world=found.world, actor=actor.pk, at=at)
        unit = decision.step.unit if decision.step is not None else None
        keep_overruled(found.ticket, action, manners.phrases, manners.why, unit=unit, actor=actor, at=at)
        keep_records(found.ticket, decision, book=found.book, world=found.world, actor=actor, at=at)
        return Outcome(found.ticket, decision.after, found.book, found.world, decision)

    return in_turn(once)


def _alike(found: Outcome, action: str, given: dict[str, Any], at: datetime) -> Found:
    if not any(action in rule.on for rule in found.book.alike.values()):
        return Found()
    return find_alike(
        found.book,
        action,
        facts={**found.picture.facts, **given},
        whose=Whose.of(found.ticket.customer),
        ticket=found.ticket,
        at=at,
    )


def clock_expire(*, clock: Clock, moment: Moment, at: datetime, claim: Callable[[], bool]) -> Outcome | None:
    """Carry out a moment that changes the ticket, as the event `<clock>.due`. `claim` moves the clock on and says
    whether this caller was the first; both commit together. None when there was nothing to do."""

    def once() -> Outcome | None:
        if not claim():
            return None
        found = ticket_read(clock.ticket_id)
        own = next((view for view in found.picture.clocks if view.id == clock.pk), None)
        if own is None or not own.runs:
            return None
        decision = expire(found.book, found.picture, clock=own, moment=moment, world=found.world, at=at)
        if decision is None:
            return None
        write(found.ticket, decision, book=found.book, world=found.world, actor=None, at=at)
        follow_up(found.ticket, decision, book=found.book, world=found.world, at=at)
        return Outcome(found.ticket, decision.after, found.book, found.world, decision)

    return in_turn(once)


def in_turn(once: Callable[[], T]) -> T:
    """Run a change in a transaction of its own, again where somebody else was first (deadlocks included)."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return once()
        except (Raced, IntegrityError, OperationalError) as error:
            if attempt == TRIES - 1 or not _worth_a_retry(error):
                raise
    raise AssertionError("unreachable")


def _worth_a_retry(error: Exception) -> bool:
    """Lost races: the version was stale, a unique row stood there first, a deadlock or serialization failure."""
    if isinstance(error, Raced):
        return True
    code = getattr(error.__cause__, "pgcode", None)
    if isinstance(error, IntegrityError):
        text = str(error)
        return "step_ordinal_once" in text or "event_once" in text or "step_one_main_open" in text
    return code in ("40001", "40P01")


def _ordinal(picture: Picture, step_id: int | None) -> int | None:
    if step_id is None:
        return None
    found = next((step.ordinal for step in picture.steps if step.id == step_id), None)
    if found is None:
        raise invalid("step", "这件工单没有这个环节", "The ticket has no such step")
    return found


def _require_version(found: Outcome, step: int | None, version: int | None) -> None:
    if version is None:
        return
    now = found.picture.step(step).version if step is not None else found.picture.version
    closed = step is not None and not found.picture.step(step).is_open
    if version != now and not closed:  # a closed step says more, by itself
        raise Refused(
            "stale",
            Say(
                f"这件工单刚被改过（您看到的是第 {version} 版，现在是第 {now} 版），请看改了什么再办",
                f"The ticket has changed (you saw version {version}, it is {now} now): look at it again",
            ),
        )
