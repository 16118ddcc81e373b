"""Screens on walls: given and taken back by a supervisor, known by a token of which only a hash is kept (row K06)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from functools import cached_property

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from tickets.access import Sight, below
from tickets.core.sentences import Forbidden, Say, invalid
from tickets.core.world import World
from tickets.models import Person
from tickets.organisations import world_for
from tickets.views.reader import Reader

from .models import Wall

SUPERVISOR = "supervisor"  # a standard role
LONGEST_NAME = 60
NOT_YOURS = Say("大屏由督办岗开通和停用", "Walls are opened and closed by supervisors")


def supervised(person: Person, at: datetime) -> frozenset[int]:
    """The units for which this person may hang up a wall: those they supervise."""
    if person.organisation_id is None:
        return frozenset()
    world = world_for(person)
    return frozenset(unit for unit in world.units if world.serves(person.pk, {SUPERVISOR}, unit, at))


def walls_for(person: Person, at: datetime) -> QuerySet[Wall]:
    """Walls of the units that this person supervises, closed ones too, newest first."""
    units = sorted(supervised(person, at))
    return Wall.objects.filter(unit_id__in=units).select_related("unit", "created_by").order_by("-created_at", "-pk")


@transaction.atomic
def wall_open(*, unit: str, name: str, actor: Person, at: datetime) -> str:
    """A new wall for a unit (its code) and all below it; its token, given once. Raises Forbidden, Invalid."""
    units = supervised(actor, at)
    if not units:
        raise Forbidden(NOT_YOURS)
    place = world_for(actor).by_code.get(unit)
    if place is None or place.id not in units:
        raise invalid("unit", "选一个您督办的单位", "Choose a unit that you supervise")
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise invalid("name", "写明挂在哪里，最多 60 字", "Say where it hangs, in at most 60 characters")
    token = secrets.token_urlsafe(32)
    Wall.objects.create(
        unit_id=place.id, name=name, digest=_digest(token), beginning=token[:6], created_by=actor, created_at=at
    )
    return token


@transaction.atomic
def wall_close(*, wall_id: int, actor: Person, at: datetime) -> bool:
    """Take its token back: the screen is dark at its next poll. Whether it was still open."""
    return bool(walls_for(actor, at).filter(pk=wall_id, revoked_at=None).order_by().update(revoked_at=at))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# ── who looks, where nobody is logged in ─────────────────────────────────────────────────────────────


class WallReader(Reader):
    """The eyes of a wall: the work of its unit and below, as counts; no duty, so no act."""

    def __init__(self, wall: Wall, at: datetime) -> None:
        super().__init__(wall.created_by, at, {"wall": wall.pk})
        self.wall = wall

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset()

    @cached_property
    def sight(self) -> Sight | None:
        world: World = world_for(self.person)
        if self.wall.unit_id not in world.units:
            return None
        units = frozenset(below(world, self.wall.unit_id))
        everything = world.units[self.wall.unit_id].parent is None
        return Sight(self.wall.unit.organisation_id, 0, units, own=frozenset(), everything=everything, anybody=True)

    @property
    def place(self) -> str:
        return self.unit_name(self.wall.unit_id)


def wall_reader(request: HttpRequest) -> WallReader | None:
    """The reader of an address with the token of an open wall; nothing otherwise."""
    token = request.GET.get("token", "")
    if not token or len(token) > 100:
        return None
    wall = Wall.objects.select_related("unit", "created_by").filter(digest=_digest(token), revoked_at=None).first()
    return WallReader(wall, timezone.now()) if wall is not None else None
