"""Random histories of tickets, driven through the one door by people who may do what they do.

Nothing here knows a rulebook: an action is chosen from what is offered, its fields get values of their types, and time
passes in between. So tickets come out answered at once, dispatched, sent back, recommitted, reworked, reopened,
merged, withdrawn, late and undecided.
"""

from __future__ import annotations

import contextlib
import random
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from tests.books import loaded
from tests.cast import Cast
from tests.tickets.drives import upload
from tests.tickets.test_loop import on
from tickets.actions.outcome import Outcome
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.retime import retime_apply
from tickets.actions.tickets import ticket_act, ticket_read
from tickets.core.offers import Offer, offers
from tickets.core.rules import Actor
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.models import Event, Person
from tickets.rulebook.compiled import End, Field, Need
from tickets.rulebook.registry import book_of

BOOKS = ("unicom-complaint", "unicom-complaint", "unicom-escalation", "unicom-appeal", "property")
DESKS = {
    "unicom-complaint": ("front_desk", "410100-hall"),
    "unicom-escalation": ("hq_front_desk", "HQ-hotline"),
    "unicom-appeal": ("officer", "HQ-service"),
    "property": ("receptionist", "PROP-site1-cs"),
}
PAUSES_HOURS = (0, 0.2, 1, 3, 9, 30, 90)
REFUSALS = (Forbidden, Hidden, Invalid, Refused)


class History:
    """One ticket from its receipt to wherever chance leaves it."""

    def __init__(self, c: Cast, dice: random.Random) -> None:
        self.c, self.dice = c, dice
        self.book = dice.choice(BOOKS)
        self.at = on(2, 9) - timedelta(days=40) + timedelta(hours=dice.randrange(24 * 50))
        self.outcome: Outcome | None = self._register()

    def _register(self) -> Outcome | None:
        desk, unit = DESKS[self.book]
        version = loaded(self.book)
        book = book_of(version.pk)
        fields = [need for need in book.register.fields if need.field not in ("channel", "content")]
        level, brand = self.dice.choice(["vip", "ordinary"]), self.dice.choice(["2g", "3g"])
        new = NewTicket(
            content="客户说了什么",
            customer=NewCustomer(name="王某", phone="13800000000", region=self.dice.choice(["410100", "320100"])),
            facts={"channel": self._channel(book.fields["channel"]), "level": level, "brand": brand},
            data=self._values(fields, book.fields, {}),
            received_by=unit,
            respondent_unit=self.dice.choice(["", "", "", "410000-centre"]) if self.book.startswith("unicom") else "",
        )
        try:
            return ticket_register(new, version=version, actor=self.c.people[desk], at=self.at)
        except REFUSALS:
            return None

    def _channel(self, field: Field) -> str:
        return self.dice.choice(list(field.choices) or ["phone"])

    def go_on(self, steps: int) -> None:
        for _ in range(steps):
            self.at += timedelta(hours=self.dice.choice(PAUSES_HOURS))
            if self.outcome is None or not self._act():
                return

    def _act(self) -> bool:
        assert self.outcome is not None
        found = ticket_read(self.outcome.ticket.pk)
        for person in self._people(found):
            open_ = [
                offer
                for offer in offers(found.book, found.picture, actor=Actor(person.pk), world=found.world, at=self.at)
                if not offer.refused
            ]
            if open_:
                self._do(found, person, self._choose(open_))
                return True
        return False

    def _people(self, found: Outcome) -> list[Person]:
        units = {step.unit for step in found.picture.open_steps()} | {found.picture.received_unit}
        units |= {above for unit in units for above in found.world.units[unit].path}
        able = {duty.person for duty in found.world.duties if duty.unit in units}
        people = [person for person in self.c.people.values() if person.pk in able]
        return self.dice.sample(people, len(people))

    def _choose(self, open_: list[Offer]) -> Offer:
        """What ends a ticket is offered at every step: taken as often as others, no history would get far."""
        going = [offer for offer in open_ if not any(isinstance(effect, End) for effect in offer.action.then)]
        return self.dice.choice(going if going and self.dice.random() < 0.9 else open_)

    def _do(self, found: Outcome, person: Person, offer: Offer) -> None:
        choices = {one.field.name: one.choices for one in offer.fields}
        given = self._values([one.need for one in offer.fields], found.book.fields, choices)
        with contextlib.suppress(*REFUSALS):  # a value that only the rulebook can judge: somebody tries something else
            ticket_act(
                ticket_id=found.ticket.pk,
                action=offer.action.name,
                given=given,
                actor=person,
                at=self.at,
                step_id=offer.step.id if offer.step else None,
            )

    def _values(self, needs: list[Need], fields: Any, choices: dict[str, Any]) -> dict[str, Any]:
        given = {}
        for need in needs:
            field = fields.get(need.field)
            if field is None or not (need.required or self.dice.random() < 0.4):
                continue
            value = self._value(field, choices.get(need.field) or list(field.choices.items()))
            if value is not None:
                given[need.field] = value
        return given

    def _value(self, field: Field, offered: Any) -> Any:
        if offered:
            value = self.dice.choice(offered)[0]
            return [value] if field.type == "list" else value
        match field.type:
            case "boolean":
                return self.dice.random() < 0.5
            case "number":
                return self.dice.choice([0, 1, 20])
            case "datetime":
                return (self.at + timedelta(hours=self.dice.choice([1, 30, 100]))).isoformat()
            case "file":
                return upload(self.c, DESKS[self.book][0])
            case "unit" | "person":
                return None
            case "list":
                return ["一项"]
        return "写明的内容"


def drive(c: Cast, seed: int) -> None:
    """One random history. Now and then the organisation's open tickets are re-timed afterwards."""
    dice = random.Random(seed)
    history = History(c, dice)
    history.go_on(dice.choice((0, 2, 5, 9, 14, 20)))
    if dice.random() < 0.05 and history.outcome is not None:
        version = history.outcome.ticket.rulebook
        retime_apply(version=version, organisation=c.hq, actor=c.people["administrator"], at=history.at)


def now_of(dice: random.Random) -> datetime:
    """An instant at or after everything that happened, so that promises have lapsed and others have not."""
    last = Event.objects.aggregate(last=Max("at"))["last"]
    return max(last or on(24, 12), on(24, 12)) + timedelta(hours=dice.randrange(400))
