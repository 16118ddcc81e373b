"""What became of it: complaints of the same cause at the same unit, before a rectification and since (P03, doc 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from reporting.access import Viewer
from reporting.meanings import meaning_of
from reporting.models import TicketFact
from tickets.models import Rectification
from tickets.rulebook.registry import book_of, current_books

LOOKED_BACK = timedelta(days=90)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Effect:
    """Complaints in the `days` before it was opened, and in the `days_since` since it was done."""

    cause: str
    before: int
    days: int
    since: int
    days_since: int

    @property
    def is_less(self) -> bool | None:
        """Fewer a day than before; None while there is nothing to compare."""
        if not self.days_since or not self.before:
            return None
        return self.since / self.days_since < self.before / self.days


def effect_of(row: Rectification, viewer: Viewer) -> Effect | None:
    """None before it is done, or where nobody named a cause. Only tickets that the viewer sees count."""
    fact = TicketFact.objects.filter(pk=row.ticket_id or 0).first()
    cause = row.cause_word or (fact.cause if fact else "")
    done = row.closed_at or row.done_at
    if not cause or done is None:
        return None
    units = {row.unit_id} | ({fact.responsible_unit_id} if fact else set())
    about = Q(responsible_unit__in=units) | Q(responsible_unit=None, respondent_unit__in=units)
    same = viewer.ticket_facts().filter(about, cause=cause)
    earlier = same.filter(received_at__gte=row.opened_at - LOOKED_BACK, received_at__lte=row.opened_at)
    later = same.filter(received_at__gt=done, received_at__lte=viewer.at)
    return Effect(cause, earlier.count(), LOOKED_BACK.days, later.count(), (viewer.at - done) // A_DAY)


def causes_known(at: datetime) -> dict[str, dict[str, str]]:
    """The words for causes in the rulebooks in force, with their titles in both languages."""
    found: dict[str, dict[str, str]] = {}
    for version in current_books(at).values():
        book = book_of(version.pk)
        for name in meaning_of(book.id).fields.get("cause", ()):
            field = book.fields.get(name)
            for value, title in (field.choices if field else {}).items():
                found.setdefault(value, {"zh": title.zh, "en": title.en or title.zh})
    return found
