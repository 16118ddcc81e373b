"""The only way to get alerts for a person: those of tickets they see, at units they serve or addressed to them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from tickets.access import Sight, outside_wall, sight_of, visible
from tickets.models import Person

from .models import Alert

LATEST = "SELECT id FROM escalation_alert WHERE acknowledged_at IS NULL AND {} LIMIT %s"


def alerts_for(person: Person, at: datetime) -> QuerySet[Alert]:
    sight = sight_of(person, at)
    return alerts_of(sight).all() if sight is not None else Alert.objects.none()


@lru_cache(maxsize=1024)
def alerts_of(sight: Sight) -> QuerySet[Alert]:
    """The query of `alerts_for`, shared by everybody who asks: filter it further, never evaluate it itself."""
    if sight.everything:
        return Alert.objects.filter(ticket__in=visible(sight))
    at_units = Q(unit_id__in=sorted(sight.units))
    addressed = Q(person_id=sight.person) & Exists(visible(sight).filter(pk=OuterRef("ticket")))
    return outside_wall(Alert.objects.filter(at_units | addressed), sight)


def latest_unconfirmed(sight: Sight, most: int) -> RawSQL:
    """The ids of the latest alerts that might be this person's: to narrow `alerts_of` down, which alone lets see.

    For each of the two ways in which an alert may be somebody's there is an index; for either-or there is none.
    """
    if sight.everything:
        return RawSQL(LATEST.format("TRUE ORDER BY id DESC"), [most])  # noqa: S611  no values in it
    units = sorted(sight.units)
    held = LATEST.format(f"unit_id IN ({', '.join(['%s'] * len(units))}) ORDER BY raised_at DESC")
    own = LATEST.format("person_id = %s ORDER BY raised_at DESC")
    both = f"SELECT id FROM ({held}) held UNION SELECT id FROM ({own}) own"  # noqa: S608
    return RawSQL(both, [*units, most, sight.person, most])  # noqa: S611  parameters
