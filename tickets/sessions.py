"""Sessions in the database, with their person, and with an end that no work puts off (row S07).

Django's own store in all else: `SESSION_ENGINE` names this module.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

BEGAN, ADDRESS, AGENT = "began", "address", "agent"  # what logging in writes into the session


class SessionStore(DatabaseStore):
    """Ends when nobody works, and `SESSION_LONGEST_SECONDS` after it began in any case."""

    @classmethod
    def get_model_class(cls) -> Any:
        from tickets.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        person = data.get(SESSION_KEY)
        row.person_id = int(person) if person else None
        row.began_at = _instant(data.get(BEGAN))
        row.seen_at = timezone.now()
        row.address, row.agent = data.get(ADDRESS, ""), data.get(AGENT, "")
        return row

    def get_expiry_age(self, **given: Any) -> int:
        usual = super().get_expiry_age(**given)
        left = self._seconds_left(given.get("modification"))
        return usual if left is None else min(usual, left)

    def get_expiry_date(self, **given: Any) -> datetime:
        usual = super().get_expiry_date(**given)
        began = _instant(self.get(BEGAN))
        return usual if began is None else min(usual, began + _longest())

    def _seconds_left(self, now: datetime | None) -> int | None:
        began = _instant(self.get(BEGAN))
        if began is None:
            return None
        return max(0, int((began + _longest() - (now or timezone.now())).total_seconds()))


def _instant(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _longest() -> timedelta:
    return timedelta(seconds=settings.SESSION_LONGEST_SECONDS)
