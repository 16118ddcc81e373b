"""The intake form as it was posted or kept: read for any rulebook, typed, with what can't be read named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints_site.lib.crypto import blind_index
from complaints_site.lib.spoken_time import parse
from tickets.actions.register import NewCustomer, NewTicket
from tickets.core.world import World
from tickets.models import Customer, RulebookVersion
from tickets.rulebook.compiled import ANYONE, Action, Ask, Book, Field, Next
from tickets.views.reader import Reader

CUSTOMER = ("name", "phone", "account", "email", "address", "level", "brand", "region")
# A rulebook's fields that the form asks for in its own places, and which part of the form answers them.
ANSWERED_BY = {
    "content": "content",
    "contact": "name",
    "phone": "phone",
    "address": "address",
    "email": "email",
    "account": "account",
    "level": "level",
    "brand": "brand",
    "region": "region",
}
MOST_FILES = 20
_IN_BRACKETS = re.compile(r"[（(]([^（()）]+)[)）]\s*$")


@dataclass
class IntakeForm:
    reader: Reader
    version: RulebookVersion
    book: Book
    data: QueryDict
    unread: dict[str, str] = field(default_factory=dict)  # field -> what is wrong with what was typed

    def text(self, name: str) -> str:
        return self.data.get(name, "").strip()

    def ticked(self, name: str) -> bool:
        return self.data.get(name) in ("true", "on", "1")

    # ── what the rulebook asks ──

    @cached_property
    def first_actions(self) -> tuple[Action, ...]:
        """The actions of the step that a new ticket begins with."""
        starts = [effect.step for effect in self.book.register.then if isinstance(effect, Next | Ask)]
        return self.book.actions_of_step.get(starts[0], ()) if starts else ()

    @cached_property
    def asked(self) -> dict[str, Field]:
        """Every field that the form may show: those of `register` and of the first step's actions."""
        needs = [need for action in (self.book.register, *self.first_actions) for need in action.fields]
        return {need.field: self.book.fields[need.field] for need in needs if need.field in self.book.fields}

    @cached_property
    def values(self) -> dict[str, Any]:
        """The typed values of what was filled in."""
        found = {}
        for name, rule in self.asked.items():
            value = self._answered(name) if name in ANSWERED_BY else self._value(name, rule)
            if value not in (None, "", []):
                found[name] = value
        return found

    def _answered(self, name: str) -> str:
        return getattr(self.customer, ANSWERED_BY[name]) if name != "content" else self.data.get("content", "")

    def _value(self, name: str, rule: Field) -> Any:
        if rule.type == "list":
            return self.data.getlist(name)
        raw = self.data.get(name, "").strip()
        if not raw:
            return None
        match rule.type:
            case "boolean":
                return {"true": True, "on": True, "false": False}.get(raw, raw)
            case "number":
                return number(raw)
            case "datetime":
                return self._moment(name, raw)
            case "unit":
                return code_of(raw, self.world) or raw
            case "person":
                return username_of(raw, self.world) or raw
        return raw

    def _moment(self, name: str, raw: str) -> str:
        meant = parse(raw, at=timezone.localtime(self.reader.at))
        if meant is None:
            self.unread[name] = _("看不懂这个时间，写成“昨天 20”“3天前”或“11-21 20:00”都可以")
            return ""
        return meant.isoformat()

    def given(self, action: Action | None) -> dict[str, Any]:
        """The values that an action takes."""
        if action is None:
            return {}
        return {need.field: self.values[need.field] for need in action.fields if need.field in self.values}

    # ── the ticket ──

    @property
    def world(self) -> World:
        assert self.reader.world is not None  # noqa: S101  only people with duties come here
        return self.reader.world

    @cached_property
    def known(self) -> list[Customer]:
        """The customers of that number, newest first; nothing is looked up without one."""
        index = blind_index(self.text("phone"))
        if not index:
            return []
        own = Customer.objects.filter(organisation=self.reader.person.organisation_id)
        return list((own.filter(phone_index=index) | own.filter(account_index=index)).order_by("-id")[:5])

    @cached_property
    def customer(self) -> NewCustomer:
        """What was typed; level, brand and region of a known customer where nothing was."""
        texts: dict[str, Any] = {name: self.text(name) for name in CUSTOMER}
        typed = NewCustomer(**texts)
        for name in ("level", "brand", "region"):
            if not getattr(typed, name) and self.known:
                setattr(typed, name, getattr(self.known[0], name))
        return typed

    def new_ticket(self) -> NewTicket:
        taken = {need.field for need in self.book.register.fields}
        values = {name: value for name, value in self.values.items() if name in taken and name not in ANSWERED_BY}
        return NewTicket(
            content=self.data.get("content", ""),
            customer=self.customer,
            subject=self.text("subject"),
            anonymous=self.ticked("anonymous"),
            confidential=self.ticked("confidential"),
            data=values | ({"contact": self.text("name")} if "contact" in taken and self.text("name") else {}),
            received_by=self.received_by,
            respondent_unit=self.respondent("respondent_unit"),
            respondent_person=self.respondent("respondent_person"),
        )

    def respondent(self, name: str) -> str:
        raw = self.text(name)
        found = code_of(raw, self.world) if name == "respondent_unit" else username_of(raw, self.world)
        return (found or raw)[:60]

    @cached_property
    def units(self) -> list[int]:
        """Where this person may take a complaint in, the own unit first."""
        roles = self.book.register.by or frozenset()
        home = self.reader.person.home_unit_id
        at_home = home is not None and self.world.serves(self.reader.person.pk, roles, home, self.reader.at)
        own = [home] if at_home and home is not None else []
        if ANYONE not in roles:
            own += [duty.unit for duty in self.reader.duties if duty.role in roles]
        return list(dict.fromkeys(own))

    @property
    def received_by(self) -> str:
        codes = [self.world.units[unit].code for unit in self.units]
        chosen = self.text("received_by")
        return chosen if chosen in codes else (codes[0] if codes else "")

    @property
    def files(self) -> list[UUID]:
        """Attachments that were uploaded for this form and belong to no field."""
        return [found for raw in self.data.getlist("file")[:MOST_FILES] if (found := uuid_of(raw))]


def number(raw: str) -> int | float | str:
    """A number as people type it; what is none stays as it is, and the engine says so."""
    plain = raw.replace(",", "").replace("，", "")
    try:
        return int(plain) if plain.lstrip("-").isdigit() else float(plain)
    except ValueError:
        return raw


def uuid_of(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None


def code_of(raw: str, world: World) -> str:
    """The code of the unit that was typed: its code, `名称（code）`, or a name that only one unit has."""
    inner = _IN_BRACKETS.search(raw)
    if inner and inner[1].strip() in world.by_code:
        return inner[1].strip()
    if raw in world.by_code:
        return raw
    named = [unit.code for unit in world.units.values() if raw in (unit.name, unit.name_en) and raw]
    return named[0] if len(named) == 1 else ""


def username_of(raw: str, world: World) -> str:
    inner = _IN_BRACKETS.search(raw)
    if inner and inner[1].strip() in world.by_username:
        return inner[1].strip()
    if raw in world.by_username:
        return raw
    named = [person.username for person in world.people.values() if person.name == raw and raw]
    return named[0] if len(named) == 1 else ""


def querydict(values: Mapping[str, list[str]]) -> QueryDict:
    """A draft's values in the shape of a post."""
    found = QueryDict(mutable=True)
    for name, parts in values.items():
        found.setlist(name, [str(part) for part in parts])
    return found
