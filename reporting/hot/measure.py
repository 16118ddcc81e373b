"""How well grouping works: the pairs of messages that people judged, against the groups that the product made of them.

Precision: of the judged pairs that it put together, those that people call the same thing. Recall: of the pairs that
people call the same thing, those that it put together. Messages with identical texts are counted apart: they must
always be together, and would flatter the other figures.
"""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from .alike import text_of
from .shelf import WINDOW, Shelf

ZONE = ZoneInfo("Asia/Shanghai")
PATTERN = "*sheet3*.csv"
ID, TITLE, TIME, CONTENT = "留言编号", "留言主题", "留言时间", "留言详情"
TIMES = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M")


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    at: datetime
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    num: int
    den: int

    def __str__(self) -> str:
        return f"{self.num}/{self.den} = {self.num / self.den:.3f}" if self.den else "no data"


@dataclass(frozen=True, slots=True)
class Measured:
    messages: int
    groups: int
    grouped: int
    largest: int
    identical: Share
    precision: Share
    recall: Share


def messages_in(folder: Path) -> list[Message]:
    """The citizens' messages of that folder, in the order of their time. Raises OSError, KeyError, ValueError."""
    found = []
    for path in sorted(folder.glob(PATTERN)):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found.append(Message(int(row[ID]), _time(row[TIME]), row[TITLE].strip(), row[CONTENT].strip()))
    return sorted(found, key=lambda message: (message.at, message.id))


def _time(text: str) -> datetime:
    for pattern in TIMES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=ZONE)
        except ValueError:
            continue
    raise ValueError(f"no time: {text!r}")


def judged_in(path: Path) -> list[tuple[int, int, bool]]:
    """Pairs of messages, and whether people call them the same thing: a CSV `one,other,same`."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(int(row["one"]), int(row["other"]), row["same"] == "1") for row in csv.DictReader(file)]


def measure(messages: Sequence[Message], judged: Iterable[tuple[int, int, bool]]) -> Measured:
    groups = grouped(messages)
    known = [(groups[one] == groups[other], same) for one, other, same in judged if {one, other} <= groups.keys()]
    together = [same for is_together, same in known if is_together]
    same_ones = [is_together for is_together, same in known if same]
    sizes: dict[int, int] = defaultdict(int)
    for group in groups.values():
        sizes[group] += 1
    several = [size for size in sizes.values() if size > 1]
    return Measured(
        messages=len(messages),
        groups=len(several),
        grouped=sum(several),
        largest=max(several, default=0),
        identical=_identical(messages, groups),
        precision=Share(sum(together), len(together)),
        recall=Share(sum(same_ones), len(same_ones)),
    )


def grouped(messages: Iterable[Message]) -> dict[int, int]:
    """The group of each message, put there one after the other as they came."""
    shelf, groups = Shelf(), {}
    for message in messages:
        groups[message.id] = id(shelf.place(text_of(message.id, message.at, message.title, message.content)))
    return groups


def _identical(messages: Iterable[Message], groups: dict[int, int]) -> Share:
    """Of neighbours with the same text within the time that a group lives, those that are together."""
    by_content: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_content[message.content].append(message)
    pairs = [
        (one.id, other.id)
        for same in by_content.values()
        for one, other in itertools.pairwise(same)
        if other.at - one.at <= WINDOW
    ]
    return Share(sum(groups[one] == groups[other] for one, other in pairs), len(pairs))
