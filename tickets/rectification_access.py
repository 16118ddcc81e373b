"""The only way to get rectifications for a person, as `tickets.access` is for tickets."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from .access import Sight, sight_of
from .models import Person, Rectification, Ticket


def rectifications_for(person: Person, at: datetime) -> QuerySet[Rectification]:
    """Items of the units this person sees, those that are theirs, and of rounds they held. None about a ticket that
    complains about them."""
    sight = sight_of(person, at)
    if sight is None:
        return Rectification.objects.none()
    rows = Rectification.objects.filter(unit__organisation=sight.organisation)
    if not sight.everything:
        inspected = Q(round__unit_id__in=sorted(sight.units)) | Q(round__opened_by=person)
        rows = rows.filter(Q(unit_id__in=sorted(sight.units)) | Q(person=person) | inspected)
    walled = _walled(sight).values("pk")
    return rows.filter(Q(ticket=None) | ~Q(ticket__in=walled))


def _walled(sight: Sight) -> QuerySet[Ticket]:
    """The tickets that complain about this person, or about their unit where the rulebook bars it."""
    strict = Q(respondent_unit_id__in=sorted(sight.own), rulebook__source__barrier="unit")
    return Ticket.objects.filter(Q(respondent_person=sight.person) | strict)
