"""The only way to get alerts for a person: those of tickets they see, at units they serve or addressed to them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from tickets.access import sees_all, served_units, visible_to
from tickets.models import Person
from tickets.organisations import world_for

from .models import Alert


def alerts_for(person: Person, at: datetime) -> QuerySet[Alert]:
    if person.organisation_id is None:
        return Alert.objects.none()
    world = world_for(person)
    alerts = Alert.objects.filter(ticket__in=visible_to(person, at))
    if sees_all(person, world, at):
        return alerts
    return alerts.filter(Q(unit_id__in=served_units(person, world, at)) | Q(person=person))
