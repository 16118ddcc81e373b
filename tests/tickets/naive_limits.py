"""A second reckoning of limits, as slow and as plain as can be: every minute is looked at on the wall clock.

It shares the table of days with the product and nothing else. Starts, pauses and hours must be whole minutes.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(1)
TABLE = Path(__file__).parents[2] / "tickets" / "data" / "china_days.json"


def china_days():
    """Every listed day of the table: worked or not."""
    days = {}
    for year, rows in json.loads(TABLE.read_text(encoding="utf-8"))["years"].items():
        for first, last, kind, _ in rows:
            day = date.fromisoformat(f"{year}-{first}")
            while day <= date.fromisoformat(f"{year}-{last}"):
                days[day] = kind == "work"
                day += DAY
    return days


CHINA = china_days()
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Naive:
    zone: ZoneInfo = SHANGHAI
    hours: tuple = ((time(9), time(17, 30)),)
    days: dict = field(default_factory=lambda: CHINA)
    closures: frozenset = frozenset()
    round_the_clock: bool = False

    def works(self, day):
        if day in self.closures:
            return False
        return self.days.get(day, day.weekday() in (0, 1, 2, 3, 4))

    def at(self, day, clock):
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def closing(self, day):
        return self.at(day + DAY, time(0)) if self.round_the_clock else self.at(day, self.hours[-1][1])

    def open_at(self, minute):
        local = minute.astimezone(self.zone)
        if not self.works(local.date()):
            return False
        return self.round_the_clock or any(opens <= local.time() < closes for opens, closes in self.hours)

    def limit_end(self, amount, unit, start):
        """Where the limit ends if its clock never stands still."""
        day = start.astimezone(self.zone).date()
        if unit in ("s", "min", "h"):
            return start + amount * {"s": timedelta(seconds=1), "min": MINUTE, "h": 60 * MINUTE}[unit]
        if unit == "d":
            return self.at(day + (amount + 1) * DAY, time(0))
        if unit == "mo":
            return self.at(self.months_later(day, amount) + DAY, time(0))
        if unit == "wd":
            for _ in range(amount):
                day = self.next_working(day)
            return self.closing(day)
        if self.round_the_clock:
            return self.closing(day)
        while not self.works(day) or start >= self.closing(day):
            day += DAY
        return self.closing(day)

    def next_working(self, day):
        day += DAY
        while not self.works(day):
            day += DAY
        return day

    def months_later(self, day, amount):
        month, number = day.replace(day=1), day.day
        for _ in range(amount):
            month = (month + 31 * DAY).replace(day=1)
        while True:
            try:
                return month.replace(day=number)
            except ValueError:
                number -= 1

    def reckon(self, amount, unit, start, percent=90, pauses=()):
        """(due_at, warn_at): walk over minutes, count those on which the limit's clock runs."""
        ticks = (lambda minute: True) if self.runs_always(unit) else self.open_at
        end = self.limit_end(amount, unit, start)
        total, minute = 0, start
        while minute < end:
            total += ticks(minute)
            minute += MINUTE
        wanted = Fraction(total * percent, 100)
        used, minute, warn_at = 0, start, None
        while used < total:
            runs = ticks(minute) and not any(stopped <= minute < again for stopped, again in pauses)
            if runs and warn_at is None and used + 1 >= wanted:
                warn_at = minute + timedelta(microseconds=int((wanted - used) * 60_000_000))
            used += runs
            minute += MINUTE
        return minute, warn_at

    def runs_always(self, unit):
        return unit not in ("wd", "same-day") or (unit == "same-day" and self.round_the_clock)
