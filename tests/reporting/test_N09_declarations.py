"""A declaration is checked as a whole, with file, place and reason; periods begin and end once (rows N09, K03)."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reporting.declarations import DeclarationError, indicators
from reporting.periods import Period, TooManyPeriods, before, begin_of, periods_of

ZONE = ZoneInfo("Asia/Shanghai")
GOOD = """
[mine]
version = 1
title = "我的"
en = "Mine"
says = "一句话"
says_en = "A sentence"
numerator = { settled = true }
"""
MISTAKES = [
    ('unitt = "percent"', "mine.unitt: there is no such word"),
    ('unit = "miles"', 'mine.unit: there is no "miles"'),
    ('kinds = ["rumour"]', 'mine.kinds: there is no "rumour"'),
    ('by = ["weather"]', 'mine.by: there is no "weather"'),
    ('cycles = "month"', "mine.cycles: must be a list of names"),
    ("failures = { late = true }", "mine.numerator: say either numerator or failures"),
    ("denominator = { decidedd = true }", 'mine.denominator: there is no fact "decidedd"'),
    ('denominator = { decided = "yes" }', 'mine.denominator: "decided" is true or false'),
    ("denominator = { channel = { min = 1 } }", 'mine.denominator: "channel" is no number'),
    ('measure = "channel"', 'mine.measure: "channel" is no number of tickets'),
    ('period = "asked"', 'mine.period: there is no "asked"'),
    ("reference = { about = 3 }", "mine.reference: must say least or most"),
    ('reference = { most = 3, weather = "rain" }', 'mine.reference: there is no dimension "weather"'),
    ('beside = ["nobody"]', 'mine.beside: there is no indicator "nobody"'),
]


def declared(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is told about a folder with this declaration; empty where it is fine."""
    (folder / "own.toml").write_text(text, "utf-8")
    monkeypatch.setenv("INDICATOR_PATH", str(folder))
    try:
        assert "mine" in indicators()
    except DeclarationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("line", "reason"), MISTAKES, ids=[line.split(" =")[0] for line, _ in MISTAKES])
def test_N09_a_mistake_is_told_with_file_place_and_reason(
    line: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert declared(tmp_path, GOOD, monkeypatch) == ""
    bad = tmp_path / "bad"
    bad.mkdir()
    told = declared(bad, f"{GOOD}{line}\n", monkeypatch)
    assert f"own.toml: {reason}" in told


def test_N09_every_mistake_of_every_file_is_told_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.toml").write_text("not toml at all", "utf-8")
    told = declared(tmp_path, GOOD + 'unit = "miles"\nversion2 = 1\n[on_time_closure]\n', monkeypatch).splitlines()
    assert {line.split(":")[0] for line in told} == {"other.toml", "own.toml"}
    assert sum(line.startswith("own.toml: mine.") for line in told) == 2
    assert any("on_time_closure: declared twice, in complaints.toml too" in line for line in told)


# ── periods ──────────────────────────────────────────────────────────────────────────────────────────


def at(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time.min, ZONE)


@pytest.mark.parametrize(
    ("cycle", "day", "begin", "earlier"),
    [
        ("day", "2024-03-01", "2024-03-01", "2024-02-29"),
        ("week", "2026-11-22", "2026-11-16", "2026-11-09"),  # a Sunday belongs to the Monday before it
        ("week", "2026-01-01", "2025-12-29", "2025-12-22"),
        ("month", "2024-02-29", "2024-02-01", "2024-01-01"),
        ("month", "2026-01-31", "2026-01-01", "2025-12-01"),
        ("quarter", "2026-03-31", "2026-01-01", "2025-10-01"),
        ("half-year", "2026-06-30", "2026-01-01", "2025-07-01"),
        ("year", "2026-12-31", "2026-01-01", "2025-01-01"),
    ],
)
def test_K03_a_period_begins_at_the_zones_midnight_after_the_one_before(
    cycle: str, day: str, begin: str, earlier: str
) -> None:
    noon = at(day).replace(hour=23, minute=59)
    assert begin_of(cycle, noon) == at(begin)
    (period,) = periods_of(cycle, begin_of(cycle, noon), noon)
    assert before(cycle, period) == Period(at(earlier), at(begin))


def test_K03_periods_are_half_open_and_leave_no_gap() -> None:
    found = periods_of("month", at("2023-12-15"), at("2024-03-10"))
    starts = ["2023-12-15", "2024-01-01", "2024-02-01", "2024-03-01", "2024-03-10"]
    assert found == [Period(at(a), at(b)) for a, b in itertools.pairwise(starts)]
    assert at("2024-02-01") in found[2]
    assert at("2024-02-01") not in found[1]


def test_K03_a_range_of_whole_months_is_compared_with_as_many_months_before() -> None:
    assert before(None, Period(at("2024-02-01"), at("2024-04-01"))) == Period(at("2023-12-01"), at("2024-02-01"))
    assert before(None, Period(at("2024-02-10"), at("2024-02-13"))) == Period(at("2024-02-07"), at("2024-02-10"))


def test_K03_more_periods_than_anybody_can_read_are_refused() -> None:
    with pytest.raises(TooManyPeriods):
        periods_of("hour", at("2026-01-01"), at("2026-12-31"))
