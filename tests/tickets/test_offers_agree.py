"""Offers and guards agree, and law 4 holds, over random walks of both desks on the database (rows C09, S03, S04).

After every change each person is asked what they may do. What is offered and given valid values must not be refused
for the person or the step; what is not offered must be refused; the person complained about must find nothing.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from escalation.access import alerts_for
from escalation.watch import watch_batch
from tests.cast import Cast, cast
from tests.tickets.drives import Drive, desk_case, on, telecom, upload
from tickets.access import visible_to
from tickets.actions.outcome import Outcome
from tickets.actions.tickets import ticket_act, ticket_read
from tickets.core.decide import decide
from tickets.core.offers import Offer, offered_names, offers
from tickets.core.rules import Actor
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.models import Message, Person
from tickets.rulebook.compiled import End

pytestmark = pytest.mark.django_db

STEPS = 45
# Values that only the rulebook can judge: a guard over given values, a ceiling, a gap in the routing table.
JUDGED = {"condition", "ceiling", "no_holder", "waiting", "void"}


class Walk:
    def __init__(self, c: Cast, case: Drive, seed: int, respondent: str = "") -> None:
        self.c, self.case, self.dice = c, case, random.Random(seed)
        self.respondent = c.people[respondent] if respondent else None
        self.at = on(24, 9, 1)
        organisation = case.ticket.organisation_id
        self.people = [p for p in c.people.values() if p.organisation_id == organisation]
        self.done: list[str] = []

    def read(self) -> Outcome:
        return ticket_read(self.case.id)

    def offers(self, found: Outcome, who: Person) -> list[Offer]:
        return offers(found.book, found.picture, actor=Actor(who.pk), world=found.world, at=self.at)

    def given(self, offer: Offer, who: Person) -> dict[str, Any]:
        values = {}
        for one in offer.fields:
            if one.required or self.dice.random() < 0.2:
                value = self.value(one.field.name, one.field.type, one.choices, who)
                if value is not None:
                    values[one.field.name] = value
        return values

    def value(self, name: str, kind: str, choices: list[Any] | None, who: Person) -> Any:
        if choices is not None:
            value = self.dice.choice(choices)[0] if choices else None
            return [value] if kind == "list" and value else value
        if name in ("merged_into", "linked_case", "grew_from"):
            return None
        match kind:
            case "boolean":
                return self.dice.random() < 0.5
            case "number":
                return self.dice.choice([0, 20, 400])
            case "datetime":
                return (self.at + timedelta(hours=self.dice.choice([2, 30, 90]))).isoformat()
            case "file":
                return upload(self.c, who.username)
            case "list":
                return ["x"]
        return "写明的内容"

    def act(self) -> None:
        """One offered action of a random person."""
        found = self.read()
        choices = [(who, offer) for who in self.people for offer in self.offers(found, who) if offer.refused is None]
        going = [(w, o) for w, o in choices if not any(isinstance(effect, End) for effect in o.action.then)]
        pool = going if going and len(self.done) < STEPS - 10 else choices
        if not pool:
            return
        weights = [1 / (1 + self.done.count(offer.action.name)) ** 2 for _, offer in pool]
        who, offer = self.dice.choices(pool, weights)[0]
        try:
            ticket_act(
                ticket_id=self.case.id,
                action=offer.action.name,
                given=self.given(offer, who),
                actor=who,
                at=self.at,
                step_id=offer.step.id if offer.step else None,
            )
            self.done.append(offer.action.name)
        except (Invalid, Refused) as refusal:
            self.judge(offer, refusal)

    def judge(self, offer: Offer, refusal: Exception) -> None:
        """An offer may fail by its values only: never for the person, the step or a field it doesn't have."""
        if isinstance(refusal, Invalid):
            assert set(refusal.errors) <= {need.field for need in offer.action.fields} | {"action"}, refusal
        elif isinstance(refusal, Refused):
            assert refusal.code in JUDGED, (offer.action.name, str(refusal))

    def pass_time(self) -> None:
        self.at += timedelta(minutes=self.dice.choice([1, 20, 60, 300, 1200]))
        while watch_batch(at=self.at):
            pass

    # ── what must hold ──
    def check(self) -> None:
        found = self.read()
        for who in self.dice.sample(self.people, 12):
            self.check_person(found, who)
        if self.respondent is not None:
            self.check_party(found, self.respondent)

    def check_person(self, found: Outcome, who: Person) -> None:
        mine = self.offers(found, who)
        names = {(o.action.name, o.step.ordinal if o.step else None) for o in mine if o.refused is None}
        listed = offered_names(found.book, found.picture, actor=Actor(who.pk), world=found.world, at=self.at)
        assert names == {(action.name, step.ordinal if step else None) for action, step in listed}
        if names:
            assert visible_to(who, self.at).filter(pk=self.case.id).exists(), (
                f"{who.username} may act on what they can't see"
            )
        offered = {offer.action.name for offer in mine}
        for action in (*found.book.actions, "approve", "reject"):
            if action not in offered and action != "register":
                self.must_refuse(found, who, action)
        for offer in mine:
            if offer.refused is not None:
                with pytest.raises((Refused, Invalid)) as refusal:
                    self.decide(found, who, offer.action.name, offer.step.ordinal if offer.step else None)
                # What only the carrying out would meet asks for its fields first.
                code = offer.refused.code
                assert getattr(refusal.value, "code", "waiting") == code or code == "no_holder"

    def decide(self, found: Outcome, who: Person, action: str, step: int | None) -> None:
        decide(
            found.book,
            found.picture,
            action=action,
            given={},
            actor=Actor(who.pk),
            world=found.world,
            at=self.at,
            step=step,
        )

    def must_refuse(self, found: Outcome, who: Person, action: str) -> None:
        with pytest.raises((Refused, Forbidden, Hidden)) as refused:
            self.decide(found, who, action, None)
        assert str(refused.value), "in words"

    def check_party(self, found: Outcome, who: Person) -> None:
        assert self.offers(found, who) == []
        assert not visible_to(who, self.at).filter(pk=self.case.id).exists()
        assert not alerts_for(who, self.at).filter(ticket=self.case.id).exists()
        assert not Message.objects.filter(ticket=self.case.id, person=who).exists()
        assert all(step.assignee != who.pk for step in found.picture.steps)
        with pytest.raises(Hidden):
            self.decide(found, who, "report_major", None)


def walked(walk: Walk) -> Walk:
    for turn in range(STEPS):
        if not walk.read().picture.is_open:
            break
        walk.act()
        if turn % 4 == 3:
            walk.pass_time()
        if turn % 3 == 2:
            walk.check()
    walk.check()
    return walk


@pytest.mark.parametrize("seed", range(3))
def test_S03_offers_and_guards_agree_on_the_complaint_loop(seed: int) -> None:
    c = cast()
    respondent = "handler" if seed % 2 else ""
    walk = Walk(c, telecom(c, on(24, 9), respondent_person=respondent), seed, respondent)
    assert len(walked(walk).done) > 10


@pytest.mark.parametrize("seed", range(3))
def test_S03_offers_and_guards_agree_on_the_property_desk(seed: int) -> None:
    c = cast()
    respondent = "engineering_head" if seed % 2 else ""
    walk = Walk(c, desk_case(c, on(24, 9), respondent_person=respondent), seed, respondent)
    assert len(walked(walk).done) > 5
