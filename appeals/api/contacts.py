"""Named contacts over REST: who is to be called at which unit, and naming somebody else (row O03)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appeals.access import contacts_for
from appeals.actions.contacts import contact_set, require_setter
from appeals.api import shapes
from appeals.api.filters import ContactFilter, filtered
from appeals.api.represent import contact_dict
from tickets.api import schema
from tickets.api.endpoint import Endpoint
from tickets.api.pages import Order, page_of
from tickets.core.sentences import Invalid
from tickets.models import Person, Unit

NEWEST = Order("since_at", descending=True, is_time=True)
TEXTS = ("unit", "person", "deputy", "phone", "reason")
LIST = schema.described(
    "appeals_contacts_list",
    "Contacts for appeals of your organisation, the latest named first",
    answers={200: schema.paged("AppealContact", shapes.AppealContactShape)},
    refusals=schema.READING,
    parameters=[
        schema.query("unit", help_text="code; the units below it too"),
        schema.query("former", schema.FLAG, "true: only former ones; false: only those in office"),
        *schema.PAGING,
    ],
)
SET = schema.described(
    "appeals_contacts_set",
    "Name the contact of a unit from now on",
    answers={201: shapes.AppealContactShape},
    refusals=schema.WRITING,
    request=shapes.NewAppealContactShape,
)


class Contacts(Endpoint):
    @extend_schema(**LIST)
    def get(self, request: Request) -> Response:
        found = filtered(request, contacts_for(self.person), ContactFilter, world=self.world, language=self.language)
        return Response(page_of(request, found, NEWEST, lambda one: contact_dict(one, self.world)))

    @extend_schema(**SET)
    def post(self, request: Request) -> Response:
        require_setter(self.person, self.at)
        values = self._texts(self.body(frozenset(TEXTS)))
        unit, person, deputy = self._rows(values)
        named = contact_set(
            unit=unit,
            person=person,
            deputy=deputy,
            phone=values["phone"],
            reason=values["reason"],
            actor=self.person,
            at=self.at,
        )
        return Response(contact_dict(named, self.world), status=201)

    def _texts(self, body: dict[str, Any]) -> dict[str, str]:
        errors = Invalid()
        for name, value in body.items():
            if not isinstance(value, str) and not (value is None and name in ("deputy", "phone")):
                errors.add(name, "要填文字", "Must be text")
        errors.raise_if_any()
        return {name: body.get(name) or "" for name in TEXTS}

    def _rows(self, values: dict[str, str]) -> tuple[Unit, Person, Person | None]:
        """The unit and the people named. Raises Invalid with all that are not known here."""
        errors = Invalid()
        units, people = self.world.by_code, self.world.by_username
        if values["unit"] not in units:
            errors.add("unit", f"没有单位“{values['unit']}”", f'There is no unit "{values["unit"]}"')
        for name in ("person", "deputy"):
            if (values[name] or name == "person") and values[name] not in people:
                errors.add(name, f"没有人员“{values[name]}”", f'There is no person "{values[name]}"')
        errors.raise_if_any()
        named = Person.objects.in_bulk([people[values[name]].id for name in ("person", "deputy") if values[name]])
        deputy = named[people[values["deputy"]].id] if values["deputy"] else None
        return Unit.objects.get(pk=units[values["unit"]].id), named[people[values["person"]].id], deputy
