"""The words for time in a rulebook: limits (`3wd`) and the moments of an alarm chain (`90%`, `due+24h`).

Pure. Reading is strict, refuses in a sentence, and is remembered, because every action reads them. Offsets of moments
are clock time in seconds, minutes or hours (11 §11.6): "1d" is refused, since as a limit it would mean midnight after
the next day, and a daily reminder would come every second day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache

SECONDS = {"s": 1, "min": 60, "h": 3600}
# A hundred years of each: far beyond any rule, well inside what a date can hold.
MOST = {"s": 3_155_760_000, "min": 52_596_000, "h": 876_600, "d": 36_525, "wd": 26_000, "mo": 1_200}


class LimitError(ValueError):
    """A limit, moment or date that can't be reckoned with; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number and a unit: s, min, h (clock time), d, mo (calendar), wd (working days), same-day."""

    amount: int
    unit: str

    @staticmethod
    def parse(text: str) -> Limit:
        """Read `30s 10min 4h 2d 3wd 1mo same-day`; raises LimitError."""
        return _parse_limit(text)

    @property
    def counts_working_time(self) -> bool:
        """Whether its clock runs in business hours only."""
        return self.unit in ("wd", "same-day")

    def __str__(self) -> str:
        return self.unit if self.unit == "same-day" else f"{self.amount}{self.unit}"


@lru_cache(maxsize=4096)
def _parse_limit(text: str) -> Limit:
    if text == "same-day":
        return Limit(1, "same-day")
    found = re.fullmatch(r"([0-9]{1,12})(s|min|h|d|wd|mo)", str(text))
    if not found:
        raise LimitError(
            f'"{text}" is not a limit: write a whole number and one of s, min, h, d, wd, mo (such as 3wd), or same-day.'
        )
    amount, unit = int(found[1]), found[2]
    if not 1 <= amount <= MOST[unit]:
        raise LimitError(f'"{text}" is not a limit: the number must be from 1 to {MOST[unit]}.')
    return Limit(amount, unit)


@dataclass(frozen=True, slots=True)
class Moment:
    """One key of a chain: kind `percent` (of the limit's own time), `due`, `after` the deadline, or `every`."""

    kind: str
    percent: Fraction | None = None
    offset: timedelta | None = None


@lru_cache(maxsize=1024)
def parse_moment(key: str) -> Moment:
    """Read a moment's key; raises LimitError."""
    if key == "due":
        return Moment("due")
    percent = re.fullmatch(r"([0-9]{1,2}(?:\.[0-9]{1,6})?)%", key)
    if percent and Fraction(percent[1]) > 0:
        return Moment("percent", percent=Fraction(percent[1]))
    offset = re.fullmatch(r"(due\+|every )([0-9]{1,12})(s|min|h)", key)
    if offset and 1 <= int(offset[2]) <= MOST[offset[3]]:
        length = timedelta(seconds=int(offset[2]) * SECONDS[offset[3]])
        return Moment("after" if offset[1] == "due+" else "every", offset=length)
    raise LimitError(
        f'"{key}" is not a moment: write a percentage below 100 (90%), due, due+24h or every 24h; '
        "the time is in s, min or h."
    )
