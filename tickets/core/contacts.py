"""The customer gets in touch again about an open ticket: a further call, a call that urges (催办). Pure.

It is no action of a rulebook, so every rulebook has it without a line: nothing moves, no clock changes, the words are
kept as they were said (ruling VERBATIM), and whoever holds the ticket is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..rulebook.compiled import Book, Message, Title
from . import rules
from .change import Change
from .outcome import Decision
from .picture import Picture
from .rules import Actor
from .sentences import Forbidden, Hidden, Refused, Say
from .tells import HOLDER, receivers
from .world import ANYONE, World

CONTACTED, URGED = "customer.contacted", "customer.urged"  # with a dot, so no action of a rulebook can be called so
TITLES = {CONTACTED: Say("客户再次联系", "Customer got in touch again"), URGED: Say("客户催办", "Customer urges")}
MESSAGES = {
    CONTACTED: Message(
        CONTACTED,
        Title(TITLES[CONTACTED].zh, TITLES[CONTACTED].en),
        Title(
            "工单 {number} 的客户再次联系，说了新的情况，请查看。",
            "The customer of ticket {number} got in touch again. Please read what was said.",
        ),
        ("inbox",),
    ),
    URGED: Message(
        URGED,
        Title(TITLES[URGED].zh, TITLES[URGED].en),
        Title(
            "工单 {number} 的客户催办，这是第 {count} 次，请尽快处理。",
            "The customer of ticket {number} urges, time {count}. Please act soon.",
        ),
        ("inbox",),
    ),
}


def contact(
    book: Book,
    picture: Picture,
    *,
    urge: bool,
    said: Mapping[str, Any],
    private: Mapping[str, Any],
    actor: Actor,
    world: World,
    at: datetime,
) -> Decision:
    """What the customer said goes into the history as it is. Raises Refused, Forbidden or Hidden."""
    if rules.is_party(book, picture, actor.id, world, at):
        raise Hidden()
    if not takes_calls(book, actor, world, at):
        raise Forbidden(Say("客户的来电由登记投诉的岗位追加", "Contacts are added by those who register complaints"))
    if not picture.is_open:
        raise Refused(
            "not_from", Say("工单已经结束，请另登记一件并关联", "The ticket is over: register another one and link it")
        )
    decision = noted(book, picture, URGED if urge else CONTACTED, world=world, actor=actor.id, at=at)
    decision.data["given"], decision.private = dict(said), dict(private)
    return decision


def noted(book: Book, picture: Picture, event: str, *, world: World, actor: int | None, at: datetime) -> Decision:
    """The ticket with one more contact, and its holder told."""
    change = Change(book, picture.copy(), world, at, actor=actor)
    done = change.draft.memory.done
    done[event] = done.get(event, 0) + 1
    told = receivers(
        event,
        (HOLDER,),
        book=book,
        picture=change.draft,
        step=None,
        world=world,
        at=at,
        places={"count": done[event]},
    )
    return Decision(picture, change.draft, event, None, {"given": {}}, {}, told)


def takes_calls(book: Book, actor: Actor, world: World, at: datetime) -> bool:
    """Who may register a complaint of this rulebook, wherever it is, talks with its customers."""
    roles = book.register.by or frozenset()
    return ANYONE in roles or any(duty.role in roles for duty in world.duties_of(actor.id, at))
