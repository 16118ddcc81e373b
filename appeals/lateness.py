"""Whose lateness made the regulator wait (ruling APPLATE): pure arithmetic on four moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Lateness:
    """By how much the branch's report and the answer to the regulator were late; nothing where they were in time."""

    branch: timedelta
    regulator: timedelta

    @property
    def is_consequential(self) -> bool:
        """Had the branch been in time, the regulator would have been, too: only this is assessed (doc 3 §4.6.1)."""
        return NONE < self.regulator <= self.branch


def lateness_of(
    *,
    report_due: datetime | None,
    reported_at: datetime | None,
    regulator_due: datetime | None,
    answered_at: datetime | None,
    at: datetime,
) -> Lateness:
    """As it stands at `at`: what has not been done yet is as late as it is by now; what has no deadline is not late."""
    return Lateness(_late(report_due, reported_at or at), _late(regulator_due, answered_at or at))


def _late(due: datetime | None, done: datetime) -> timedelta:
    return max(done - due, NONE) if due is not None else NONE
