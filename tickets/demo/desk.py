"""Lets the demo's people act: every change goes through the actions that pages and programs use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tickets.actions.outcome import Outcome
from tickets.actions.register import NewTicket, ticket_register
from tickets.actions.tickets import ticket_act, ticket_read
from tickets.core import rules
from tickets.core.picture import StepView
from tickets.core.rules import Actor
from tickets.models import Duty, Person, RulebookVersion
from tickets.rulebook.registry import book_of
from tickets.uploads import store_upload


@dataclass(frozen=True, slots=True)
class Paper:
    """A text file given with an action: whoever acts uploads it."""

    name: str
    text: str


@dataclass
class Desk:
    """Finds for each action somebody who may do it where the work is; the assignee first."""

    random: Random
    people: dict[int, Person] = field(default_factory=dict)
    versions: dict[str, RulebookVersion] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {person.pk: person for person in Person.objects.filter(organisation__code__in=("HQ", "PROP"))}
        for version in RulebookVersion.objects.order_by("version"):
            self.versions[version.book] = version

    def register(self, book: str, new: NewTicket, *, at: datetime) -> int:
        """The id of a ticket that somebody at the unit `new.received_by` took in."""
        version = self.versions[book]
        roles = book_of(version.pk).register.by or frozenset()
        duties = Duty.objects.filter(unit__code=new.received_by, role__in=roles, person__kind=Person.Kind.HUMAN)
        clerks = duties.order_by("person").values_list("person", flat=True).distinct()
        clerk = self.people[self.random.choice(clerks)]
        new = replace(new, data=_uploaded(new.data, clerk, at))
        return ticket_register(new, version=version, actor=clerk, at=at).ticket.pk

    def act(self, ticket_id: int, action: str, *, at: datetime, kind: str = "", **given: Any) -> Outcome:
        """Do an action; `kind` names the side step it is for (its oldest open one)."""
        found = ticket_read(ticket_id)
        step = _open(found, kind)
        actor = self.people[self._actor(found, action, step, at)]
        return ticket_act(
            ticket_id=ticket_id,
            action=action,
            given=_uploaded({name: value for name, value in given.items() if value not in (None, "")}, actor, at),
            actor=actor,
            at=at,
            step_id=step.id if step else None,
        )

    def handler(self, ticket_id: int) -> str:
        """Somebody of the main step's unit to whom it can be assigned: the last by staff number is no head."""
        found = ticket_read(ticket_id)
        main = found.picture.main
        assert main is not None  # noqa: S101  asked of open tickets only
        people = found.world.placed(rules.roles_of_step(found.book, main), main.unit)
        barred = rules.barred_from(found.book, found.picture, main.kind, found.world)
        return max(found.world.people[one].username for one in people if one not in barred)

    def unit(self, ticket_id: int) -> str:
        """The code of the unit that holds the main step."""
        found = ticket_read(ticket_id)
        assert found.picture.main is not None  # noqa: S101
        return found.world.units[found.picture.main.unit].code

    def main_kind(self, ticket_id: int) -> str:
        main = ticket_read(ticket_id).picture.main
        return main.kind if main else ""

    def side_kinds(self, ticket_id: int) -> list[str]:
        return [step.kind for step in ticket_read(ticket_id).picture.open_steps() if step.side]

    def fact(self, ticket_id: int, name: str) -> Any:
        return ticket_read(ticket_id).picture.facts.get(name)

    def _actor(self, found: Outcome, action: str, step: StepView | None, at: datetime) -> int:
        act = rules.action_of(found.book, action)
        if step is not None and step.assignee and self._may(found, action, step, step.assignee, at):
            return step.assignee
        roles = rules.roles_for(found.book, act, step)
        near = list(found.world.placed(roles, step.unit)) if step is not None else []
        fitting = [one for one in near if self._may(found, action, step, one, at)]
        if fitting:
            return self.random.choice(fitting)
        return next(one for one in found.world.people if self._may(found, action, step, one, at))

    def _may(self, found: Outcome, action: str, step: StepView | None, person: int, at: datetime) -> bool:
        act = rules.action_of(found.book, action)
        if person not in self.people or (step is not None and step.data.get("requester") == person):
            return False
        return rules.may_act(found.book, found.picture, act, step, Actor(person), found.world, at)


def _open(found: Outcome, kind: str) -> StepView | None:
    if not kind:
        return found.picture.main
    return next(step for step in found.picture.open_steps() if step.side and step.kind == kind)


def _uploaded(given: Mapping[str, Any], actor: Person, at: datetime) -> dict[str, Any]:
    """The same with the ids of uploaded files in the place of papers."""
    return {name: _upload(value, actor, at) if isinstance(value, Paper) else value for name, value in given.items()}


def _upload(paper: Paper, actor: Person, at: datetime) -> str:
    upload = SimpleUploadedFile(paper.name, paper.text.encode(), content_type="text/plain")
    return str(store_upload(upload, actor=actor, at=at).pk)
