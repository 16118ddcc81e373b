"""Rulebooks over REST: what a program must know to fill in a create body (row R01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..actions.links import TICKET_FIELDS
from ..core.offers import RESERVED, OfferedField, describe_field
from ..core.world import World
from ..models import RulebookVersion
from ..rulebook.compiled import REGISTER, Action, Book, Field, Need, Title
from ..rulebook.registry import book_of, current_books, current_version
from . import schema
from .endpoint import Endpoint
from .represent import tickets_to_name, times_of


class Rulebooks(Endpoint):
    @extend_schema(**schema.BOOKS)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, frozenset())
        found = current_books(self.at, self.person.organisation_id)
        rows = [self._row(version) for version in found.values()]
        return Response({"next": None, "previous": None, "results": rows})

    def _row(self, version: RulebookVersion) -> dict[str, Any]:
        english = self.language == "en" and version.title_en
        return {
            "id": version.book,
            "version": version.version,
            "kind": version.kind,
            "title": version.title_en if english else version.title,
            "effective_from": times_of(self.world)(version.effective_from),
        }


class OneRulebook(Endpoint):
    @extend_schema(**schema.BOOK)
    def get(self, request: Request, id: str) -> Response:
        self.refuse_unknown(request.query_params, frozenset())
        version = current_version(id, self.at, self.person.organisation_id)
        if version is None:
            raise Http404
        shown = book_dict(book_of(version.pk), self.world, self.language)
        named = [field for field in shown["actions"][REGISTER]["fields"] if field["name"] in TICKET_FIELDS]
        if named:
            others = tickets_to_name(self.person, self.at)
            for field in named:
                field["choices"] = others
        return Response(shown)


def book_dict(book: Book, world: World, language: str) -> dict[str, Any]:
    return {
        "id": book.id,
        "version": book.version,
        "kind": book.kind,
        "title": book.title.say(language),
        "vocabulary": {
            name: [{"value": value, "label": title.say(language)} for value, title in field.choices.items()]
            for name, field in book.fields.items()
            if field.choices
        },
        "steps": {
            kind: {
                "title": step.title.say(language),
                "stage": step.stage,
                "side": step.side,
                "by": sorted(step.by),
            }
            for kind, step in book.steps.items()
        },
        "actions": {name: _action(action, book, world, language) for name, action in book.actions.items()},
        "ends": {name: title.say(language) for name, title in book.ends.items()},
    }


def _action(action: Action, book: Book, world: World, language: str) -> dict[str, Any]:
    """An action in the form of `allowed_actions`; units and persons are those of the whole organisation."""
    return {
        "title": action.title.say(language),
        "by": sorted(action.by or ()),
        "fields": [describe_field(_field(need, book, world), language) for need in action.fields],
    }


def _field(need: Need, book: Book, world: World) -> OfferedField:
    known = book.fields.get(need.field) or RESERVED.get(need.field) or Field(need.field, Title(need.field))
    choices: Sequence[tuple[str, Title]] | None = None
    if known.choices:
        choices = known.listed
    elif known.type == "unit":
        choices = [(unit.code, Title(unit.name, unit.name_en)) for unit in world.units.values() if unit.is_open]
    elif known.type == "person":
        choices = [(person.username, Title(person.name)) for person in world.people.values()]
    return OfferedField(known, need.required, need, choices)
