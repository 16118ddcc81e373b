"""The filters of the ticket list (REST contract). A value that can't be meant is refused in words, never ignored."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from rest_framework.request import Request

from complaints_site.lib.crypto import blind_index

from ..access import below
from ..core.given import EARLIEST, LATEST
from ..core.sentences import Say
from ..core.world import World
from ..models import Person, RulebookVersion, Step, Ticket
from ..search import search
from .pages import PAGE_NAMES, Order
from .problems import BadValues

NOT_A_TIME = Say(
    "时间写成 2026-11-24T09:00:00+08:00，或日期 2026-11-24",
    "Write a time like 2026-11-24T09:00:00+08:00, or a date like 2026-11-24",
)
NOT_A_YEAR = Say(f"年份要在 {EARLIEST} 到 {LATEST} 之间", f"The year must lie between {EARLIEST} and {LATEST}")
NOT_A_FLAG = Say("只能填 true 或 false", "Must be true or false")
UNKNOWN_FILTER = Say("没有这个筛选条件", "There is no such filter")
ORDERS = {
    "received_at": Order("received_at", is_time=True),
    "registered_at": Order("registered_at", is_time=True),
    "due_at": Order("step_due_at", is_time=True, nullable=True),
    "promised_at": Order("promised_at", is_time=True, nullable=True),
    "priority": Order("priority"),
}
ORDERINGS = {
    **ORDERS,
    **{f"-{name}": Order(o.column, True, o.nullable, o.is_time) for name, o in ORDERS.items()},
}
NEWEST = "-received_at"


def _refused(sentence: Say) -> forms.ValidationError:
    return forms.ValidationError(sentence.say(get_language() or ""))


class InstantField(forms.CharField):
    """A time with its offset, or a date, which begins at midnight in the organisation's zone."""

    def clean(self, value: Any) -> date | None:  # a datetime is one
        text = super().clean(value)
        if not text:
            return None
        try:
            moment = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None or (isinstance(moment, datetime) and moment.tzinfo is None):
            raise _refused(NOT_A_TIME)
        if not EARLIEST <= moment.year <= LATEST:
            raise _refused(NOT_A_YEAR)
        return moment


class InstantFilter(django_filters.Filter):
    field_class = InstantField


class FlagField(forms.CharField):
    WORDS = {"true": True, "1": True, "false": False, "0": False}

    def clean(self, value: Any) -> bool | None:
        if value is None:
            return None
        text = super().clean(value)
        if text.lower() not in self.WORDS:
            raise _refused(NOT_A_FLAG)
        return self.WORDS[text.lower()]


class FlagFilter(django_filters.Filter):
    field_class = FlagField


class WordsFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    """One word, or several with commas between: any of them."""


class TicketFilter(django_filters.FilterSet):
    rulebook = django_filters.CharFilter(method="by_rulebook", max_length=60)
    kind = WordsFilter()
    state = WordsFilter()
    channel = WordsFilter()
    business_type = django_filters.CharFilter(method="by_business_type", max_length=60)
    complaint_type = WordsFilter()
    grade = WordsFilter()
    unit = django_filters.CharFilter(method="by_unit", max_length=40)
    phone = django_filters.CharFilter(method="by_phone", max_length=60)
    q = django_filters.CharFilter(method="by_text", max_length=200)
    received_after = InstantFilter(method="by_received_after")
    received_before = InstantFilter(method="by_received_before")
    overdue = FlagFilter(method="by_overdue")
    warned = FlagFilter(method="by_warned")
    assigned_to_me = FlagFilter(method="by_assignee")
    ordering = django_filters.ChoiceFilter(
        choices=[(name, name) for name in ORDERINGS], method="by_nothing", empty_label=None
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(
        self, data: Any = None, queryset: Any = None, *, person: Person, world: World, at: datetime, **more: Any
    ) -> None:
        super().__init__(data, queryset, **more)
        self.person, self.world, self.at = person, world, at

    def by_rulebook(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return rows.filter(rulebook__in=RulebookVersion.objects.filter(book=value).values("pk"))

    def by_business_type(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """`mobile` also finds `mobile.gsm`."""
        return rows.filter(Q(business_type=value) | Q(business_type__startswith=f"{value}."))

    def by_unit(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Tickets whose main step lies at the unit or below it."""
        return rows.filter(unit_id__in=list(below(self.world, self.world.by_code[value].id)))

    def by_phone(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        index = blind_index(value)
        return rows.filter(customer__phone_index=index) if index else rows.none()

    def by_text(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return search(rows, value)

    def by_received_after(self, rows: QuerySet[Ticket], name: str, value: date) -> QuerySet[Ticket]:
        return rows.filter(received_at__gte=self._instant(value))

    def by_received_before(self, rows: QuerySet[Ticket], name: str, value: date) -> QuerySet[Ticket]:
        return rows.filter(received_at__lt=self._instant(value))

    def by_overdue(self, rows: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        overdue = Q(ended_at=None, step_due_at__lte=self.at)
        return rows.filter(overdue) if value else rows.filter(~overdue | Q(step_due_at=None))

    def by_warned(self, rows: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        """Past the warning of the main step's limit and not past the limit itself."""
        warned = Q(ended_at=None, step_warn_at__lte=self.at, step_due_at__gt=self.at)
        return rows.filter(warned) if value else rows.filter(~warned | Q(step_warn_at=None))

    def by_assignee(self, rows: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        mine = Step.objects.filter(ticket=OuterRef("pk"), assignee=self.person, closed_at=None)
        return rows.filter(Exists(mine)) if value else rows.exclude(Exists(mine))

    def by_nothing(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return rows  # the order is the page's

    def _instant(self, value: date) -> datetime:
        if isinstance(value, datetime):
            return value
        return datetime.combine(value, time.min, self.world.calendar.zone)


def filtered(
    request: Request, rows: QuerySet[Ticket], *, person: Person, world: World, at: datetime, language: str
) -> tuple[QuerySet[Ticket], Order]:
    """The rows that the request asks for, and in which order. Raises BadValues."""
    known = TicketFilter.base_filters.keys() | PAGE_NAMES
    given = request.query_params
    errors = {name: [UNKNOWN_FILTER.say(language)] for name in given if name not in known}
    found = TicketFilter(given, rows, person=person, world=world, at=at)
    if not found.is_valid():
        errors |= {name: [str(text) for text in texts] for name, texts in found.errors.items()}
    code = given.get("unit", "").strip()
    if code and code not in world.by_code and "unit" not in errors:
        errors["unit"] = [Say(f"没有单位“{code}”", f'There is no unit "{code}"').say(language)]
    if given.get("ordering") == "":
        errors["ordering"] = [Say("填一种排序，或者不填", "Name an ordering, or leave it out").say(language)]
    if errors:
        raise BadValues(errors)
    return found.qs, ORDERINGS[given.get("ordering", NEWEST)]
