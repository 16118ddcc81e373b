"""Alerts over REST: warnings, overruns, reminders, chases; and the word that somebody is on it (rows W01, N02)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalation.access import alerts_for
from escalation.actions import alert_acknowledge
from escalation.models import Alert
from tickets.access import below
from tickets.api import schema, shapes
from tickets.api.endpoint import Endpoint
from tickets.api.filters import UNKNOWN_FILTER, FlagFilter, InstantFilter, WordsFilter
from tickets.api.pages import PAGE_NAMES, Order, page_of
from tickets.api.problems import BadValues
from tickets.api.represent import times_of
from tickets.core.sentences import Say
from tickets.core.world import World

NEWEST = Order("raised_at", descending=True, is_time=True)


class AlertShape(serializers.Serializer[Any]):
    id = shapes.whole()
    ticket = shapes.text()
    step = shapes.whole(null=True)
    clock = shapes.text()
    moment = shapes.text()
    kind = serializers.ChoiceField(choices=Alert.Kind.choices)
    generation = shapes.whole()
    due_at = shapes.time()
    raised_at = shapes.time(null=False)
    late_seconds = serializers.FloatField()
    unit = shapes.text(null=True)
    person = shapes.text(null=True)
    acknowledged_at = shapes.time()


LIST = schema.described(
    "alerts_list",
    _("与您有关的预警、超时、催办、督办，最新的在前"),
    answers={200: schema.paged("Alert", AlertShape)},
    refusals=schema.READING,
    parameters=[
        schema.query("kind", help_text=_("可以填几个，用逗号隔开：warning、overrun、reminder、chase")),
        schema.query("unit", help_text=_("单位代号，连同下级单位")),
        schema.query("ticket", help_text=_("工单编号")),
        schema.query("acknowledged", schema.FLAG),
        schema.query("since", help_text=schema.MOMENT),
        *schema.PAGING,
    ],
)
ACKNOWLEDGE = schema.described(
    "alerts_acknowledge",
    _("确认已在处理：不再往上报，时钟照走"),
    answers={200: AlertShape},
    refusals=(404, *schema.ALWAYS),
    request=None,
)


class AlertFilter(django_filters.FilterSet):
    kind = WordsFilter()
    unit = django_filters.CharFilter(method="by_unit", max_length=40)
    ticket = django_filters.CharFilter(field_name="ticket__number", max_length=20)
    acknowledged = FlagFilter(method="by_acknowledged")
    since = InstantFilter(method="by_since")

    class Meta:
        model = Alert
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Alert], *, world: World) -> None:
        super().__init__(data, queryset)
        self.world = world

    def by_unit(self, rows: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        unit = self.world.by_code.get(value)
        return rows.filter(unit_id__in=list(below(self.world, unit.id))) if unit else rows.none()

    def by_acknowledged(self, rows: QuerySet[Alert], name: str, value: bool) -> QuerySet[Alert]:
        return rows.filter(acknowledged_at__isnull=not value)

    def by_since(self, rows: QuerySet[Alert], name: str, value: date) -> QuerySet[Alert]:
        if not isinstance(value, datetime):
            value = datetime.combine(value, time.min, self.world.calendar.zone)
        return rows.filter(raised_at__gte=value)


class Alerts(Endpoint):
    @extend_schema(**LIST)
    def get(self, request: Request) -> Response:
        world = self.world
        rows = alerts_for(self.person, self.at).select_related("ticket").only(*IN_ROWS)
        return Response(page_of(request, self._filtered(request, rows, world), NEWEST, lambda a: alert_dict(a, world)))

    def _filtered(self, request: Request, rows: QuerySet[Alert], world: World) -> QuerySet[Alert]:
        given = request.query_params
        known = AlertFilter.base_filters.keys() | PAGE_NAMES
        errors = {name: [self.say(UNKNOWN_FILTER)] for name in given if name not in known}
        found = AlertFilter(given, rows, world=world)
        if not found.is_valid():
            errors |= {name: [str(text) for text in texts] for name, texts in found.errors.items()}
        code = given.get("unit", "").strip()
        if code and code not in world.by_code and "unit" not in errors:
            errors["unit"] = [self.say(Say(f"没有单位“{code}”", f'There is no unit "{code}"'))]
        if errors:
            raise BadValues(errors)
        return found.qs


class AlertAcknowledge(Endpoint):
    @extend_schema(**ACKNOWLEDGE)
    def post(self, request: Request, id: int) -> Response:
        try:  # there is nothing to say in the body, so it isn't read
            alert = alert_acknowledge(alert_id=id, actor=self.person, at=self.at)
        except Alert.DoesNotExist as error:
            raise Http404 from error
        return Response(alert_dict(alert, self.world))


IN_ROWS = (
    *("ticket__number", "step_id", "clock_name", "moment", "kind", "generation", "instant", "due_at", "raised_at"),
    *("unit_id", "person_id", "acknowledged_at"),
)


def alert_dict(alert: Alert, world: World) -> dict[str, Any]:
    times = times_of(world)
    unit, person = world.units.get(alert.unit_id or 0), world.people.get(alert.person_id or 0)
    return {
        "id": alert.pk,
        "ticket": alert.ticket.number,
        "step": alert.step_id,
        "clock": alert.clock_name,
        "moment": alert.moment,
        "kind": alert.kind,
        "generation": alert.generation,
        "due_at": times(alert.due_at),
        "raised_at": times(alert.raised_at),
        "late_seconds": alert.late_seconds,
        "unit": unit.code if unit else None,
        "person": person.username if person else None,
        "acknowledged_at": times(alert.acknowledged_at),
    }
