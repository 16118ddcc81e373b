"""Which roles do what in this app: data, because no line of Python names a role (`duties.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from tickets.models import Person
from tickets.organisations import world_for

FILE = Path(__file__).parent / "duties.toml"
INSPECT, TIDY, TOLD_OF_RISES, REPORT_CALLS = "inspect", "tidy", "told_of_rises", "report_calls"


def roles_that(what: str) -> frozenset[str]:
    return _read()[what]


def holds_one_that(what: str, person: Person, at: datetime) -> bool:
    """Whether the person has a duty, of their own or as a deputy, in one of those roles."""
    if person.organisation_id is None:
        return False
    roles = roles_that(what)
    return any(duty.role in roles for duty in world_for(person).duties_of(person.pk, at))


@cache
def _read() -> Mapping[str, frozenset[str]]:
    return {what: frozenset(roles) for what, roles in tomllib.loads(FILE.read_text("utf-8")).items()}
