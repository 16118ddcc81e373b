"""Which days of a year are worked: published tables of days off and worked weekends, read from data files.

Pure: no ORM, no clock. The table of the project is `data/china_days.json` (State Council, 2004-2026); a later year
can be laid over it from a file of the same form or of the form of the holiday-cn project (one file a year).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

CHINA_DAYS = Path(__file__).parent / "data" / "china_days.json"


class CalendarError(ValueError):
    """A calendar that can't be read, or a day that no calendar can hold; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class DayTable:
    """Days that differ from Monday to Friday, why they do, and the years that are published."""

    days: Mapping[date, bool] = field(default_factory=dict)
    names: Mapping[date, str] = field(default_factory=dict)
    published: frozenset[int] = frozenset()

    def overlaid(self, other: DayTable) -> DayTable:
        """This table with the other one on top: a year that the other publishes is taken from it alone."""
        kept = {day: worked for day, worked in self.days.items() if day.year not in other.published}
        return DayTable(
            days={**kept, **other.days},
            names={**{day: self.names.get(day, "") for day in kept}, **other.names},
            published=self.published | other.published,
        )


def read_day_table(text: str) -> DayTable:
    """Read a table of days from JSON, in our form or in that of holiday-cn.

    Raises CalendarError with the place and the reason.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise CalendarError(f"The calendar is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise CalendarError('The calendar must be a JSON object with "years", or with "year" and "days".')
    if "years" in document:
        return _table(_our_rows(document["years"]), document["years"])
    if "year" in document:
        # holiday-cn keeps a file without days for the year that the State Council has not announced yet.
        return _table(_holiday_cn_rows(document.get("days")), [document["year"]] if document.get("days") else [])
    raise CalendarError('The calendar names no year: "years", or "year" and "days", is missing.')


@lru_cache(maxsize=1)
def china_table() -> DayTable:
    """The State Council's days off and worked weekends, 2004-2026."""
    return read_day_table(CHINA_DAYS.read_text(encoding="utf-8"))


def _table(rows: Iterable[tuple[date, bool, str]], years: Iterable[object]) -> DayTable:
    rows = list(rows)
    return DayTable(
        days={day: worked for day, worked, _ in rows},
        names={day: name for day, _, name in rows},
        published=frozenset(_year(year) for year in years),
    )


def _our_rows(years: object) -> Iterable[tuple[date, bool, str]]:
    if not isinstance(years, dict):
        raise CalendarError('"years" must be an object: a year and its list of days.')
    for year, rows in years.items():
        for row in rows if isinstance(rows, list) else [rows]:
            if not (isinstance(row, list) and len(row) == 4 and row[2] in ("off", "work")):
                raise CalendarError(f'{year}: {row!r} is not [first day, last day, "off" or "work", name].')
            first, last = _day(f"{year}-{row[0]}"), _day(f"{year}-{row[1]}")
            for number in range((last - first).days + 1):
                yield first + timedelta(number), row[2] == "work", str(row[3])


def _holiday_cn_rows(days: object) -> Iterable[tuple[date, bool, str]]:
    if not isinstance(days, list):
        raise CalendarError('"days" must be a list of {"name", "date", "isOffDay"}.')
    for row in days:
        if not (isinstance(row, dict) and isinstance(row.get("isOffDay"), bool) and "date" in row):
            raise CalendarError(f'{row!r} is not {{"name", "date", "isOffDay"}}.')
        yield _day(row["date"]), not row["isOffDay"], str(row.get("name", ""))


def _day(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise CalendarError(f"{text!r} is not a date such as 2026-10-01.") from error


def _year(value: object) -> int:
    try:
        return date(int(str(value)), 1, 1).year
    except ValueError as error:
        raise CalendarError(f"{value!r} is not a year.") from error
