"""The only way to get rows of appeals for a person: those of tickets they may see.

A branch sees no appeal but its own, the person complained about sees none: tickets.access says so, nothing here does.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from appeals.models import Filing, Finding, NamedContact, RegulatorCase
from tickets.access import visible_to
from tickets.actions.administration import ADMINISTRATOR, holds
from tickets.models import Person

OFFICER = "officer"  # the standard role (domain §1.2)


def cases_for(person: Person, at: datetime) -> QuerySet[RegulatorCase]:
    return RegulatorCase.objects.filter(ticket__in=visible_to(person, at))


def findings_for(person: Person, at: datetime) -> QuerySet[Finding]:
    return Finding.objects.filter(ticket__in=visible_to(person, at))


def filings_for(person: Person, at: datetime) -> QuerySet[Filing]:
    return Filing.objects.filter(ticket__in=visible_to(person, at))


def contacts_for(person: Person) -> QuerySet[NamedContact]:
    """Whom to call is known to the whole organisation; it says nothing of a complaint."""
    if person.organisation_id is None or not person.is_active:
        return NamedContact.objects.none()
    return NamedContact.objects.filter(unit__organisation_id=person.organisation_id)


def may_set_contacts(person: Person, at: datetime) -> bool:
    return holds(person, ADMINISTRATOR, at) or holds(person, OFFICER, at)
