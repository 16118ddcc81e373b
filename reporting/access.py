"""Whose eyes look at the figures, and the only way to get the rows that they may count.

It says the same as `tickets.access` in the columns of the facts, so that no figure has to read a ticket: a test holds
the two together. Totals are over a person's own rows only, so no difference of totals shows what they may not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet

from appeals.models import NamedContact
from escalation.access import alerts_for
from escalation.models import Alert
from tickets.access import Sight, sight_of, visible
from tickets.core.world import World
from tickets.models import Organisation, Person, RulebookVersion, Ticket
from tickets.organisations import world_for, world_of

from .models import Call, StepFact, TicketFact
from .periods import Period
from .seen import meeting
from .words import OF_TICKET


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and when. Without a person it is the house itself: a command, a scheduled report of everything."""

    at: datetime
    world: World
    sight: Sight | None  # None: sees no ticket at all
    person: Person | None = None

    def tickets(self) -> QuerySet[Ticket]:
        return visible(self.sight).all() if self.sight is not None else Ticket.objects.none()

    def ticket_facts(self, received: Period | None = None) -> QuerySet[TicketFact]:
        """The facts of the tickets that may be seen. `received`: only those received then, found the faster."""
        return _seen(TicketFact.objects.all(), "", self.sight, received)

    def step_facts(self, received: Period | None = None) -> QuerySet[StepFact]:
        """The facts of all steps of the tickets that may be seen."""
        steps = _seen(StepFact.objects.all(), OF_TICKET, self.sight, received)
        if received is not None:  # said of the ticket too: open tickets are few, and their steps found through them
            steps = steps.filter(fact__received_at__gte=received.start, fact__received_at__lt=received.end)
        return steps

    def calls(self) -> QuerySet[Call]:
        """Calls of the hotlines at units served, with `wait`: how long it took until one was answered."""
        if self.sight is None:
            return Call.objects.none()
        calls = Call.objects.filter(organisation_id=self.sight.organisation)
        if not self.sight.everything:
            calls = calls.filter(unit_id__in=sorted(self.sight.units))
        return calls.annotate(wait=_length("asked_at", "answered_at"))

    def contacts(self) -> QuerySet[NamedContact]:
        """Former contacts for appeals: each was replaced at `until_at` (row O03). All know them; units served count."""
        if self.sight is None:
            return NamedContact.objects.none()
        former = NamedContact.objects.filter(unit__organisation_id=self.sight.organisation, until_at__isnull=False)
        return former if self.sight.everything else former.filter(unit_id__in=sorted(self.sight.units))

    def alerts(self) -> QuerySet[Alert]:
        """Alerts that concern the viewer, with `late`: how long after its moment each was raised (row N01)."""
        if self.person is not None:
            alerts = alerts_for(self.person, self.at)
        else:
            alerts = Alert.objects.filter(ticket__in=self.tickets())
        return alerts.annotate(late=_length("instant", "raised_at"))


def viewer_of(person: Person, at: datetime) -> Viewer:
    """The eyes of a person, who belongs to an organisation."""
    return Viewer(at, world_for(person), sight_of(person, at), person)


def house(organisation: Organisation, at: datetime) -> Viewer:
    """Every ticket of an organisation: for a command, and for reports that nobody in particular asked for."""
    world = world_of(organisation.pk)
    sight = Sight(organisation.pk, 0, frozenset(world.units), own=frozenset(), everything=True)
    return Viewer(at, world, sight)


def _seen(rows: QuerySet[Any], ticket: str, sight: Sight | None, received: Period | None) -> QuerySet[Any]:
    if sight is None:
        return rows.none()
    rows = rows.filter(organisation_id=sight.organisation)
    if received is not None:
        rows = rows.filter(received_at__gte=received.start, received_at__lt=received.end)
    if not sight.everything:
        rows = rows.filter(**{f"{ticket}seen_by__in": meeting(sight.units)})
    strict = RulebookVersion.objects.filter(source__barrier="unit").values("pk")
    if sight.anybody:
        rows = rows.filter(**{f"{ticket}respondent_person": None})
        return rows.exclude(**{f"{ticket}respondent_unit__isnull": False, f"{ticket}rulebook__in": strict})
    rows = rows.exclude(**{f"{ticket}respondent_person": sight.person})
    return rows.exclude(**{f"{ticket}respondent_unit__in": sorted(sight.own), f"{ticket}rulebook__in": strict})


def _length(start: str, end: str) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(F(end) - F(start), output_field=DurationField())
