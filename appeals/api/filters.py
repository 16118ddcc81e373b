"""What the lists of this room are narrowed down by. A word that can't be meant is refused, never ignored."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework.request import Request

from appeals.models import Filing, Finding, NamedContact, RegulatorCase
from appeals.models.case import number_key
from tickets.access import below
from tickets.api.filters import UNKNOWN_FILTER, FlagFilter, InstantFilter, WordsFilter
from tickets.api.pages import PAGE_NAMES
from tickets.api.problems import BadValues
from tickets.core.sentences import Say
from tickets.core.world import World


class RoomFilter(django_filters.FilterSet):
    """Every list here knows its organisation: units by code, days in its zone."""

    def __init__(self, data: Any, queryset: QuerySet[Any], *, world: World) -> None:
        super().__init__(data, queryset)
        self.world = world

    def units_below(self, code: str) -> list[int]:
        unit = self.world.by_code.get(code)
        return list(below(self.world, unit.id)) if unit else []

    def instant(self, value: date) -> datetime:
        return value if isinstance(value, datetime) else datetime.combine(value, time.min, self.world.calendar.zone)


class CaseFilter(RoomFilter):
    kind = WordsFilter()
    number = django_filters.CharFilter(method="by_number", max_length=200)
    regulator = django_filters.CharFilter(max_length=200)
    step = WordsFilter(field_name="ticket__step_kind")
    unit = django_filters.CharFilter(method="by_unit", max_length=40)
    open = FlagFilter(method="by_open")
    due_before = InstantFilter(method="by_due_before")

    class Meta:
        model = RegulatorCase
        fields: list[str] = []

    def by_number(self, rows: QuerySet[RegulatorCase], name: str, value: str) -> QuerySet[RegulatorCase]:
        key = number_key(value)
        return rows.filter(number_key=key) if key else rows.none()

    def by_unit(self, rows: QuerySet[RegulatorCase], name: str, value: str) -> QuerySet[RegulatorCase]:
        return rows.filter(ticket__unit_id__in=self.units_below(value))

    def by_open(self, rows: QuerySet[RegulatorCase], name: str, value: bool) -> QuerySet[RegulatorCase]:
        return rows.filter(ticket__ended_at__isnull=value)

    def by_due_before(self, rows: QuerySet[RegulatorCase], name: str, value: date) -> QuerySet[RegulatorCase]:
        return rows.filter(due_at__lt=self.instant(value))


class FindingFilter(RoomFilter):
    ticket = django_filters.CharFilter(field_name="ticket__number", max_length=20)
    unit = django_filters.CharFilter(method="by_unit", max_length=40)
    finding = WordsFilter()
    disputed = FlagFilter(method="by_disputed")
    replaced = FlagFilter(method="by_replaced")
    found_after = InstantFilter(method="by_found_after")
    found_before = InstantFilter(method="by_found_before")

    class Meta:
        model = Finding
        fields: list[str] = []

    def by_unit(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        return rows.filter(unit_id__in=self.units_below(value))

    def by_disputed(self, rows: QuerySet[Finding], name: str, value: bool) -> QuerySet[Finding]:
        return rows.filter(dispute__isnull=not value)

    def by_replaced(self, rows: QuerySet[Finding], name: str, value: bool) -> QuerySet[Finding]:
        return rows.filter(replaced_at__isnull=not value)

    def by_found_after(self, rows: QuerySet[Finding], name: str, value: date) -> QuerySet[Finding]:
        return rows.filter(found_at__gte=self.instant(value))

    def by_found_before(self, rows: QuerySet[Finding], name: str, value: date) -> QuerySet[Finding]:
        return rows.filter(found_at__lt=self.instant(value))


class FilingFilter(RoomFilter):
    ticket = django_filters.CharFilter(field_name="ticket__number", max_length=20)
    sent_after = InstantFilter(method="by_sent_after")
    sent_before = InstantFilter(method="by_sent_before")

    class Meta:
        model = Filing
        fields: list[str] = []

    def by_sent_after(self, rows: QuerySet[Filing], name: str, value: date) -> QuerySet[Filing]:
        return rows.filter(sent_at__gte=self.instant(value))

    def by_sent_before(self, rows: QuerySet[Filing], name: str, value: date) -> QuerySet[Filing]:
        return rows.filter(sent_at__lt=self.instant(value))


class ContactFilter(RoomFilter):
    unit = django_filters.CharFilter(method="by_unit", max_length=40)
    former = FlagFilter(method="by_former")

    class Meta:
        model = NamedContact
        fields: list[str] = []

    def by_unit(self, rows: QuerySet[NamedContact], name: str, value: str) -> QuerySet[NamedContact]:
        return rows.filter(unit_id__in=self.units_below(value))

    def by_former(self, rows: QuerySet[NamedContact], name: str, value: bool) -> QuerySet[NamedContact]:
        return rows.filter(until_at__isnull=not value)


def filtered(
    request: Request,
    rows: QuerySet[Any],
    kind: type[RoomFilter],
    *,
    world: World,
    language: str,
    others: frozenset[str] = frozenset(),
) -> QuerySet[Any]:
    """The rows that the request asks for; `others` are words of the query that the caller reads. Raises BadValues."""
    given = request.query_params
    known = kind.base_filters.keys() | PAGE_NAMES | others
    errors = {name: [UNKNOWN_FILTER.say(language)] for name in given if name not in known}
    found = kind(given, rows, world=world)
    if not found.is_valid():
        errors |= {name: [str(text) for text in texts] for name, texts in found.errors.items()}
    code = given.get("unit", "").strip()
    if "unit" in kind.base_filters and code and code not in world.by_code and "unit" not in errors:
        errors["unit"] = [Say(f"没有单位“{code}”", f'There is no unit "{code}"').say(language)]
    if errors:
        raise BadValues(errors)
    return found.qs
