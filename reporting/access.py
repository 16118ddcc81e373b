"""The only way to get rows to count for a person: facts of tickets that they may see, their calls and their alerts.

It says the same as `tickets.access` in the columns of the facts, so that no figure has to read a ticket: a test holds
the two together. Totals are over a person's own rows only, so no difference of totals shows what they may not see.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet

from escalation.access import alerts_for
from tickets.access import Sight, sees_all, served_units, sight_of
from tickets.models import Person, RulebookVersion
from tickets.organisations import world_for

from .models import Call, StepFact, TicketFact
from .periods import Period
from .words import OF_TICKET


def ticket_facts(person: Person, at: datetime, received: Period | None = None) -> QuerySet[TicketFact]:
    """The facts of tickets that this person may see. `received`: only those received then, found the faster."""
    sight = sight_of(person, at)
    return TicketFact.objects.none() if sight is None else _seen(TicketFact.objects.all(), "", sight, received)


def step_facts(person: Person, at: datetime, received: Period | None = None) -> QuerySet[StepFact]:
    """The facts of all steps of tickets that this person may see."""
    sight = sight_of(person, at)
    return StepFact.objects.none() if sight is None else _seen(StepFact.objects.all(), OF_TICKET, sight, received)


def _seen(rows: QuerySet[Any], ticket: str, sight: Sight, received: Period | None) -> QuerySet[Any]:
    rows = rows.filter(organisation_id=sight.organisation)
    span = {"received_at__gte": received.start, "received_at__lt": received.end} if received is not None else {}
    rows = rows.filter(**span)
    if sight.units is not None:
        held = StepFact.objects.filter(unit_id__in=sorted(sight.units), **span).values("fact")
        own = Q(**{f"{ticket}received_unit__in": sorted(sight.units)})
        rows = rows.filter(own | Q(**{("fact" if ticket else "pk") + "__in": held}))
    rows = rows.exclude(**{f"{ticket}respondent_person": sight.person})
    strict = RulebookVersion.objects.filter(source__barrier="unit").values("pk")
    return rows.exclude(**{f"{ticket}respondent_unit__in": sorted(sight.own), f"{ticket}rulebook__in": strict})


def calls_for(person: Person, at: datetime) -> QuerySet[Call]:
    """Calls of the hotlines at units that this person serves, with `wait`: how long it took until one was answered."""
    if person.organisation_id is None or sight_of(person, at) is None:
        return Call.objects.none()
    world = world_for(person)
    calls = Call.objects.filter(organisation_id=person.organisation_id)
    if not sees_all(person, world, at):
        calls = calls.filter(unit_id__in=sorted(served_units(person, world, at)))
    return calls.annotate(wait=_length("asked_at", "answered_at"))


def alerts_with_lateness(person: Person, at: datetime) -> QuerySet[Any]:
    """Alerts that concern this person, with `late`: how long after its moment each was raised (row N01)."""
    return alerts_for(person, at).annotate(late=_length("instant", "raised_at"))


def _length(start: str, end: str) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(F(end) - F(start), output_field=DurationField())
