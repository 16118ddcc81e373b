"""Asking for an event log: which form, which period, and whether with names; every answer leaves a trace (row S05)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reporting.access import viewer_of
from reporting.periods import Period
from reporting.questions import instant_in
from tickets.actions.administration import AUDITOR, holds
from tickets.core.given import text_problem
from tickets.core.sentences import Forbidden, Invalid, Say
from tickets.core.world import World
from tickets.models import AccessLog, Person

from .cases import Log

NAMES = frozenset({"from", "to", "persons", "purpose"})
PSEUDONYMS, WITH_NAMES = PERSONS = ("pseudonyms", "names")
LOOKED_AT = "event_log"
LONGEST_PURPOSE = 160
NO_PURPOSE = Say("带姓名的日志要写明用途", "A log with names needs its purpose")


def event_log_export(format: str, given: Mapping[str, str], *, actor: Person, at: datetime, language: str) -> Log:
    """The log of what this person sees, and a line that says so. Raises Invalid (422) and Forbidden (403)."""
    viewer = viewer_of(actor, at)
    received, names = received_in(given, viewer.world), given.get("persons", PSEUDONYMS) == WITH_NAMES
    if names and not holds(actor, AUDITOR, at):
        raise Forbidden(Say("只有审计员能导出带姓名的日志", "Only an auditor exports the log with names"))
    about = f"{format} {received.start:%Y-%m-%d}–{received.end:%Y-%m-%d} {given.get('purpose', '').strip()}"
    AccessLog.objects.create(person=actor, what=LOOKED_AT, purpose=about.strip(), at=at)
    return Log(viewer, received, names, language)


def received_in(given: Mapping[str, str], world: World) -> Period:
    """The period of receipt. Raises Invalid with everything that is wrong with the question."""
    errors = Invalid()
    start, end = (instant_in(name, given.get(name, ""), world, errors) for name in ("from", "to"))
    persons, purpose = given.get("persons", PSEUDONYMS), given.get("purpose", "").strip()
    if not errors.errors and start >= end:
        errors.add("to", "结束要晚于开始", "The end must lie after the start")
    if persons not in PERSONS:
        errors.add("persons", "只有 pseudonyms、names", "One of pseudonyms, names")
    problem = text_problem(purpose, LONGEST_PURPOSE)
    if problem or (persons == WITH_NAMES and not purpose):
        errors.errors.setdefault("purpose", []).append(problem or NO_PURPOSE)
    errors.raise_if_any()
    return Period(start, end)
