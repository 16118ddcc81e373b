"""Who looks at a page, when, and at which units' work: read once per request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone, translation

from tickets.access import BLIND_ROLES, Sight, sight_of, visible
from tickets.core.rules import Actor
from tickets.core.world import DutyView, World
from tickets.models import Person, Ticket
from tickets.organisations import world_for
from tickets.roles import STANDARD_ROLES, roles_known
from tickets.rulebook.registry import book_of, current_books


@dataclass
class Reader:
    """A person at a moment. `at` is the instant at which this request read the clock."""

    person: Person
    at: datetime
    known: dict[str, Any] = field(default_factory=dict)  # numbers that a page counted and its frame shows

    @property
    def actor(self) -> Actor:
        return Actor(self.person.pk)

    @cached_property
    def world(self) -> World | None:
        """The organisation; None for a person who belongs to none."""
        if not self.person.organisation_id:
            return None
        world = world_for(self.person)
        # Read once per request; whoever asks for the organisation later finds it here.
        self.person.organisation_stamp = world.stamp  # type: ignore[attr-defined]
        return world

    @cached_property
    def duties(self) -> list[DutyView]:
        return list(self.world.duties_of(self.person.pk, self.at)) if self.world else []

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(duty.role for duty in self.duties)

    @property
    def sees_tickets(self) -> bool:
        """Somebody whose only duties run the system sees no complaint (and gets no list of them)."""
        return bool(self.roles - BLIND_ROLES)

    @cached_property
    def sight(self) -> Sight | None:
        return sight_of(self.person, self.at) if self.world else None

    @property
    def sees_everything(self) -> bool:
        return self.sight is not None and self.sight.everything

    @property
    def units(self) -> frozenset[int]:
        """The units whose work this person sees."""
        return self.sight.units if self.sight else frozenset()

    @property
    def tickets(self) -> QuerySet[Ticket]:
        return visible(self.sight).all() if self.sight else Ticket.objects.none()

    @property
    def place(self) -> str:
        """网络维护部 · 部门负责人: the first duty, at home where there is one."""
        if self.world is None or not self.duties:
            return ""
        duty = min(self.duties, key=lambda one: one.unit != self.person.home_unit_id)
        known = (duty.role, language())
        if known not in _titles:
            _titles[known] = role_title(duty.role, self.at)
        return f"{self.unit_name(duty.unit)} · {_titles[known]}"

    def unit_name(self, unit: int | None) -> str:
        view = self.world.units.get(unit) if self.world and unit is not None else None
        if view is None:
            return ""
        return view.name_en if language() == "en" and view.name_en else view.name

    def person_name(self, person: int | None) -> str:
        view = self.world.people.get(person) if self.world and person is not None else None
        return view.name if view else ""


_titles: dict[tuple[str, str], str] = {}


def role_title(role: str, at: datetime) -> str:
    """What a role is called in the language of this page: the standard ones by us, others by the rulebook in force."""
    if role in STANDARD_ROLES:
        return translation.gettext(STANDARD_ROLES[role])
    books = (book_of(version.pk) for version in current_books(at).values())
    title = next((book.roles[role] for book in books if role in book.roles), None)
    return title.say(language()) if title else roles_known().get(role, role)


def language() -> str:
    """`zh` or `en`: the language of this page, as rulebooks name it."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"


def reader_of(request: HttpRequest) -> Reader:
    """The reader of this request; the caller has made sure that somebody is logged in."""
    known = getattr(request, "reader", None)
    if known is None:
        known = Reader(cast(Person, request.user), timezone.now())
        request.reader = known  # type: ignore[attr-defined]
    return known
