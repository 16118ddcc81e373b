"""The only way to get alerts for a person: those of tickets they see, at units they serve or addressed to them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from tickets.access import sees_all, served_units, visible_to
from tickets.models import Person
from tickets.organisations import world_for

from .models import Alert

LATEST = "SELECT id FROM escalation_alert WHERE acknowledged_at IS NULL AND {} ORDER BY raised_at DESC LIMIT %s"


def alerts_for(person: Person, at: datetime) -> QuerySet[Alert]:
    if person.organisation_id is None:
        return Alert.objects.none()
    world = world_for(person)
    alerts = Alert.objects.filter(ticket__in=visible_to(person, at))
    if sees_all(person, world, at):
        return alerts
    return alerts.filter(Q(unit_id__in=served_units(person, world, at)) | Q(person=person))


def latest_unconfirmed(person: Person, at: datetime, most: int) -> RawSQL:
    """The ids of the latest alerts that might be this person's: to narrow `alerts_for` down, which alone lets see.

    For each of the two ways in which an alert may be somebody's there is an index; for either-or there is none.
    """
    world = world_for(person)
    if sees_all(person, world, at):
        return RawSQL(LATEST.format("TRUE").replace("raised_at DESC", "id DESC"), [most])  # noqa: S611  no values in it
    units = sorted(served_units(person, world, at)) or [0]
    held = LATEST.format(f"unit_id IN ({', '.join(['%s'] * len(units))})")
    both = f"SELECT id FROM ({held}) held UNION SELECT id FROM ({LATEST.format('person_id = %s')}) own"  # noqa: S608
    return RawSQL(both, [*units, most, person.pk, most])  # noqa: S611  parameters
