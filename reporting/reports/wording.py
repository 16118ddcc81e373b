"""How a report writes periods, values and goals, in the language of the report and not of whoever makes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from complaints_site.lib.format import count, one_decimal
from reporting.periods import DAY, HALF, MONTH, QUARTER, WEEK, YEAR, Period

NONE = "—"
UNIT_WORDS = {
    "percent": ("%", "%"),
    "per_10000": ("件/万户", "per 10,000"),
    "per_100": ("件/百件", "per 100"),
    "hours": ("小时", "h"),
    "seconds": ("秒", "s"),
    "count": ("件", ""),
    "each": ("", ""),
}
CYCLE_WORDS = {
    DAY: ("日", "day"),
    WEEK: ("周", "week"),
    MONTH: ("月", "month"),
    QUARTER: ("季", "quarter"),
    HALF: ("半年", "half-year"),
    YEAR: ("年", "year"),
}


def cycle_word(every: str, language: str) -> str:
    return CYCLE_WORDS[every][language.startswith("en")]


def period_title(every: str, period: Period, language: str) -> str:
    """2026年10月, 2026年第3季度, 2026年上半年, 11月16日至11月22日."""
    english, start = language.startswith("en"), period.start.date()
    last = (period.end - timedelta(microseconds=1)).date()
    part = (start.month - 1) // (3 if every == QUARTER else 6) + 1
    match every:
        case "day":
            return start.isoformat() if english else _day(start)
        case "month":
            return f"{start:%Y-%m}" if english else f"{start.year}年{start.month}月"
        case "quarter":
            return f"{start.year} Q{part}" if english else f"{start.year}年第{part}季度"
        case "half-year":
            return f"{start.year} H{part}" if english else f"{start.year}年{'上' if part == 1 else '下'}半年"
        case "year":
            return str(start.year) if english else f"{start.year}年"
    return f"{start} – {last}" if english else f"{_day(start)}至{_day(last)}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def unit_word(unit: str, language: str) -> str:
    return UNIT_WORDS[unit][language.startswith("en")]


def value_words(row: Mapping[str, Any], name: str, language: str) -> str:
    """A value as it is read, with its unit; no data is a dash."""
    value = row[name]
    if value is None:
        return NONE
    number = count(round(value)) if row["unit"] == "count" else one_decimal(value)
    word = unit_word(row["unit"], language)
    return f"{number}{word}" if word == "%" else f"{number} {word}".rstrip()


def change_words(row: Mapping[str, Any], language: str) -> str:
    value = row["change"]
    if value is None:
        return NONE
    number = count(round(value)) if row["unit"] == "count" else one_decimal(value)
    return number.replace("-", "\N{MINUS SIGN}") if value <= 0 else f"+{number}"


def goal_words(row: Mapping[str, Any]) -> str:
    if row["least"] is not None:
        return f"≥ {row['least']:g}"
    return f"≤ {row['most']:g}" if row["most"] is not None else NONE


def fraction_words(row: Mapping[str, Any]) -> str:
    """Numerator / denominator; of a count nothing beside it."""
    if row["denominator"] is None:
        return NONE
    top = one_decimal(row["numerator"]) if row["unit"] in ("hours", "seconds") else count(round(row["numerator"]))
    return f"{top} / {count(row['denominator'])}"
