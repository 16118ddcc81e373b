"""A restored system is held: it sends nothing and its watch rests until `manage.py release` (row S09).

What was waiting when the backup was made has perhaps been sent since. Nobody but a person can know, so a release says
what becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Min, QuerySet

from .models import Hold, Message, Organisation

SEND, SET_ASIDE = WAYS = ("send", "set-aside")
SET_ASIDE_ERROR = "held since a restore: perhaps sent by the system that was backed up"


class Undecided(Exception):
    """Messages wait, and nobody said what becomes of them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages that wait in a held system."""

    count: int
    oldest: datetime | None


def is_held() -> bool:
    return Hold.objects.exists()


def hold(*, backed_up_at: datetime, at: datetime) -> None:
    """Hold this installation. Whoever keeps an organisation in memory reads it anew, and shows it."""
    with transaction.atomic():
        Hold.objects.update_or_create(id=1, defaults={"held_at": at, "backed_up_at": backed_up_at})
        _announce()


def release(*, waiting: str | None) -> int:
    """Let messages out and the watch work again; how many messages had waited.

    `waiting`: SEND them, with the keys that they had, or SET_ASIDE them among the dead letters, where a person sends
    one again. Raises Undecided where some wait and None is given.
    """
    with transaction.atomic():
        messages = _waiting()
        count = messages.count()
        if count and waiting not in WAYS:
            raise Undecided
        if waiting == SET_ASIDE:
            messages.update(state=Message.State.FAILED, next_try_at=None, lease_until=None, error=SET_ASIDE_ERROR)
        Hold.objects.all().delete()
        _announce()
    return count


def waiting() -> Waiting:
    """How many messages a release would let out."""
    return Waiting(**_waiting().aggregate(count=Count("pk"), oldest=Min("created_at")))


def _waiting() -> QuerySet[Message]:
    return Message.objects.filter(next_try_at__isnull=False, state__in=Message.WAITING)


def _announce() -> None:
    Organisation.objects.update(stamp=F("stamp") + 1000)  # more than any process that served before has seen


def readiness(at: datetime) -> tuple[bool, Any]:
    """The check of `/readyz`: a held installation takes work and tells nobody, so it is not ready."""
    held = Hold.objects.first()
    if held is None:
        return True, "released"
    return False, f"held since {held.held_at.isoformat(timespec='seconds')}: manage.py release"
