"""APPLATE as a table: hours after the two deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from appeals.lateness import lateness_of

DUE = datetime(2026, 11, 24, 4, tzinfo=UTC)


def after(hours: float | None) -> datetime | None:
    return DUE + timedelta(hours=hours) if hours is not None else None


@pytest.mark.clause("D3-4.6.1-a")
@pytest.mark.parametrize(
    ("reported", "answered", "now", "branch", "regulator", "consequential"),
    [
        (-1, 40, 40, 0, 0, False),  # both in time; the regulator's deadline is 48 h after the branch's
        (10, 47, 47, 10, 0, False),  # the branch late, headquarters caught up
        (10, 50, 50, 10, 2, True),  # without the branch's ten hours: in time
        (10, 58, 58, 10, 10, True),  # to the minute
        (10, 59, 59, 10, 11, False),  # an hour too much is headquarters' own
        (-1, 50, 50, 0, 2, False),  # headquarters' own lateness
        (None, None, 30, 30, 0, False),  # nothing reported yet, the regulator still waits in time
        (None, None, 60, 60, 12, True),  # nothing reported, and the regulator's time is over
        (10, None, 50, 10, 2, True),  # reported late, not answered yet
    ],
)
def test_A04_lateness_of_a_branch_is_consequential_where_the_regulator_waited_because_of_it(
    reported: float | None,
    answered: float | None,
    now: float,
    branch: float,
    regulator: float,
    consequential: bool,
) -> None:
    found = lateness_of(
        report_due=DUE,
        reported_at=after(reported),
        regulator_due=after(48),
        answered_at=after(answered),
        at=DUE + timedelta(hours=now),
    )
    assert (found.branch, found.regulator) == (timedelta(hours=branch), timedelta(hours=regulator))
    assert found.is_consequential is consequential


def test_A04_where_the_regulator_set_no_deadline_nothing_was_missed() -> None:
    found = lateness_of(report_due=DUE, reported_at=after(99), regulator_due=None, answered_at=None, at=DUE)
    assert found.branch == timedelta(hours=99)
    assert not found.is_consequential
