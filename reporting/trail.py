"""The audit trail of reporting: who set up, froze, corrected or published what (rule 13)."""

from __future__ import annotations

from datetime import datetime

from tickets.models import AdminEntry, Person


def note(what: str, *, actor: Person, at: datetime, **data: object) -> None:
    """A line in the trail, in the transaction of the change itself."""
    AdminEntry.objects.create(person=actor, organisation_id=actor.organisation_id, what=what, data=data, at=at)
