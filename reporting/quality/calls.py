"""拨测: planned, made as a customer would, scored, with what was found (ruling TESTCALL)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from reporting.models import TestCall
from tickets.access import sight_of
from tickets.core.sentences import Hidden, Invalid, Refused, Say
from tickets.models import Person

from .inspectors import require_inspector
from .samples import unit_seen

LONGEST_TOPIC = 200
LONGEST_FINDINGS = 2_000
MOST_SCORE = 100
MOST_WAIT_SECONDS = 7_200
MOST_AHEAD = timedelta(days=366)
DONE_BEFORE = Say("这次拨测已经记过结果", "The result of this test call was recorded already")


@dataclass(frozen=True, slots=True)
class Result:
    """What a test call found. `wait_seconds` until an agent answered; nothing where nobody did."""

    connected: bool
    wait_seconds: int | None
    score: int | None
    findings: str


def calls_seen(person: Person, at: datetime) -> QuerySet[TestCall]:
    """The test calls of units whose work the person sees."""
    sight = sight_of(person, at)
    if sight is None:
        return TestCall.objects.none()
    return TestCall.objects.filter(organisation_id=sight.organisation, unit_id__in=sorted(sight.units))


def call_plan(*, unit: str, topic: str, planned_on: date | None, actor: Person, at: datetime) -> TestCall:
    """Plan a call to a unit. Raises Forbidden or Invalid."""
    require_inspector(actor, at)
    errors, found = Invalid(), unit_seen(actor, unit, at)
    if found is None:
        errors.add("unit", "选择您能看到的单位", "Choose a unit that you see")
    if not 0 < len(topic) <= LONGEST_TOPIC:
        errors.add("topic", f"拨测内容要填，不超过 {LONGEST_TOPIC} 字", f"Required, {LONGEST_TOPIC} characters at most")
    if planned_on is None or planned_on - at.date() > MOST_AHEAD:
        errors.add("planned_on", "选择一年以内的日期", "Choose a date within a year")
    errors.raise_if_any()
    assert found is not None and planned_on is not None  # noqa: S101, PT018  else it was told above
    return TestCall.objects.create(
        organisation_id=found.organisation_id, unit=found, topic=topic, planned_on=planned_on, planned_by=actor,
        planned_at=at,
    )  # fmt: skip


def call_record(*, call_id: int, result: Result, actor: Person, at: datetime) -> None:
    """Record a result, once. Raises Forbidden, Hidden, Refused or Invalid."""
    require_inspector(actor, at)
    calls = calls_seen(actor, at).filter(pk=call_id)
    if not calls.exists():
        raise Hidden
    _check(result)
    done = calls.filter(called_at=None).update(
        connected=result.connected,
        wait_seconds=result.wait_seconds,
        score=result.score,
        findings=result.findings,
        called_by=actor,
        called_at=at,
    )
    if not done:
        raise Refused("recorded", DONE_BEFORE)


def _check(result: Result) -> None:
    errors = Invalid()
    if result.score is None or not 0 <= result.score <= MOST_SCORE:
        errors.add("score", f"评分是 0 到 {MOST_SCORE} 的整数", f"The score is a whole number from 0 to {MOST_SCORE}")
    if result.connected and (result.wait_seconds is None or not 0 <= result.wait_seconds <= MOST_WAIT_SECONDS):
        errors.add("wait_seconds", "接通了就要填等了几秒", "Say how many seconds it took to be answered")
    if not 0 < len(result.findings) <= LONGEST_FINDINGS:
        errors.add(
            "findings", f"写发现，不超过 {LONGEST_FINDINGS} 字", f"Required, {LONGEST_FINDINGS} characters at most"
        )
    errors.raise_if_any()
