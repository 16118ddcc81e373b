"""Walks a rulebook in memory with the people of the demo: nobody is invented, every step finds its own."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.tickets.test_laws import some_value
from tickets.core import decide as core
from tickets.core.offers import Offer, offers
from tickets.core.outcome import Decision
from tickets.core.picture import Picture
from tickets.core.rules import Actor
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.core.world import World
from tickets.rulebook.compiled import Book, End, Need

MOST_ACTIONS = 400


class DemoWalk:
    """One ticket, taken in by somebody who may, moved at random by whoever may act until it is over."""

    def __init__(self, book: Book, world: World, *, seed: int, at: datetime) -> None:
        self.book, self.world, self.at = book, world, at
        self.dice = random.Random(seed)
        self.acted: set[int] = set()
        self.refusals: list[str] = []
        self.patient = True
        clerk, unit = self.clerk()
        facts = {"content": "x", "region": self.dice.choice(["410100", "410300", "320500", ""])}
        picture = Picture("T1", book.kind, at, unit, facts, respondent_unit=self.dice.choice([unit, None]))
        given = self.given(book.register.fields, {})
        self.take(core.register(book, picture, given=given, actor=Actor(clerk), world=world, at=at))

    def clerk(self) -> tuple[int, int]:
        """Somebody who may register, at the unit where they may."""
        duties = [duty for duty in self.world.duties if duty.role in (self.book.register.by or ())]
        duty = self.dice.choice(duties)
        return duty.person, duty.unit

    def given(self, needs: tuple[Need, ...], choices: dict[str, Any]) -> dict[str, Any]:
        given = {}
        for need in needs:
            field = self.book.fields.get(need.field)
            offered = choices.get(need.field) or (list(field.choices.items()) if field else [])
            wanted = need.required or self.dice.random() < 0.3
            if wanted and field is not None and (field.type not in ("unit", "person") or offered):
                given[need.field] = some_value(field, offered, self.dice, self.at)
        return given

    def take(self, decision: Decision) -> None:
        self.picture = decision.after
        for rows in (self.picture.steps, self.picture.clocks):
            for row in rows:
                row.id = row.id or id(row)

    def run(self) -> str:
        """The end it came to; what stood in the way when it came to none."""
        for turn in range(MOST_ACTIONS):
            self.patient = turn < MOST_ACTIONS // 2
            if not self.picture.is_open:
                return self.picture.state
            self.at += timedelta(minutes=self.dice.randint(1, 240))
            if not self.step():
                return f"stuck at {self.picture.state}: {self.refusals[-3:]}"
        return f"open at {self.picture.state}: {self.refusals[-3:]}"

    def step(self) -> bool:
        """Somebody does something; False when nobody can do anything."""
        people = list({duty.person for duty in self.world.duties if duty.role in self.book.roles})
        found = [(person, offer) for person in people for offer in self.offered(person)]
        self.dice.shuffle(found)
        if not self.patient:
            found.sort(key=lambda one: not ends(one[1]))
        elif self.dice.random() < 0.95:
            found.sort(key=lambda one: is_dull(one[1]))
        return any(self.act(person, offer) for person, offer in found)

    def offered(self, person: int) -> list[Offer]:
        given = offers(self.book, self.picture, actor=Actor(person), world=self.world, at=self.at)
        return [offer for offer in given if offer.refused is None]

    def act(self, person: int, offer: Offer) -> bool:
        choices = {one.field.name: one.choices for one in offer.fields}
        needs = tuple(replace(one.need, required=one.required) for one in offer.fields)
        given = self.given(needs, choices)
        try:
            decision = core.decide(
                self.book,
                self.picture,
                action=offer.action.name,
                given=given,
                actor=Actor(person),
                world=self.world,
                at=self.at,
                step=offer.step.ordinal if offer.step else None,
            )
        except (Refused, Forbidden, Hidden, Invalid) as refusal:
            self.refusals.append(f"{offer.action.name}: {refusal}")
            return False
        self.take(decision)
        self.acted.add(person)
        return True


def ends(offer: Offer) -> set[str]:
    return {effect.end for effect in offer.action.then if isinstance(effect, End)}


def is_dull(offer: Offer) -> bool:
    """Ends before the end, and what may go on for ever."""
    return bool(ends(offer) and ends(offer) != {"closed"}) or offer.action.from_ticket
