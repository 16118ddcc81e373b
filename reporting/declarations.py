"""The declarations of the indicators: every figure is declared once, as data, and everything reads that declaration.

`indicators()` reads `reporting/indicators/*.toml` and the folders of INDICATOR_PATH. A mistake is told with its file,
its place and its reason (DeclarationError), all of them in one run.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tickets.rulebook.compiled import ALWAYS, Condition, Title
from tickets.rulebook.parse import condition
from tickets.rulebook.problems import Problems
from tickets.rulebook.words import KINDS

from . import words
from .dimensions import DIMENSIONS, OF_ALERTS, OF_CALLS, OF_CONTACTS, OF_STEPS, OF_TICKETS
from .periods import CYCLES

FOLDER = Path(__file__).parent / "indicators"
POPULATIONS: Mapping[str, Mapping[str, words.Word]] = {
    "tickets": words.TICKETS,
    "steps": words.STEPS,
    "calls": words.CALLS,
    "alerts": words.ALERTS,
    "contacts": words.CONTACTS,
}
SPLITS = {
    "tickets": OF_TICKETS,
    "steps": OF_STEPS,
    "calls": OF_CALLS,
    "alerts": OF_ALERTS,
    "contacts": OF_CONTACTS,
}
MOMENTS = {
    "tickets": {"received": "received_at", "settled": "settled_at", "ended": "ended_at"},
    "steps": {"received": "received_at", "closed": "closed_at"},
    "calls": {"asked": "asked_at"},
    "alerts": {"raised": "raised_at"},
    "contacts": {"replaced": "until_at"},
}
# A unit and by how much a value is multiplied to be shown in it.
UNITS = {"percent": 100, "per_10000": 10_000, "per_100": 100, "hours": 1, "seconds": 1, "count": 1, "each": 1}
CLOCKS = ("wall", "limit", "none")
SECONDS_OF_UNIT = {"hours": 3600, "seconds": 1}
CONDITIONS = ("within", "denominator", "numerator", "failures", "pending")
TEXTS = ("title", "en", "says", "says_en", "excludes", "excludes_en", "source")
WORDS = (
    *("version", "population", "kinds", "measure", "unit", "period", "clock", "cycles", "by", "better", "base"),
    *("apart", "by_step", "quantiles", "beside", "reference"),
    *CONDITIONS,
    *TEXTS,
)


class DeclarationError(Exception):
    """One or more declarations can't be used; the text has a line `file: place: reason` for each mistake."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a value should reach (`least`) or stay under (`most`), in the unit in which it is shown, where `when` holds.

    `when` names dimensions, or the cycle: `{ grade = "provincial" }`, `{ cycle = "month" }`.
    """

    least: float | None
    most: float | None
    when: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: what is counted over what, in which period, with which exclusions (row N09)."""

    id: str
    group: str  # the file: complaints, escalations, appeals, calls, watch
    version: int
    title: Title
    says: Title  # a sentence that a supervisor understands
    excludes: Title  # what is left out, in words
    source: str
    population: str  # tickets steps calls alerts contacts
    kinds: frozenset[str]
    within: Condition  # what the rate is about; the rest is shown as `excluded`
    denominator: Condition
    numerator: Condition | None  # one of numerator and failures is said
    failures: Condition | None
    pending: Condition | None  # None = whatever is within and not in the denominator is not pending
    measure: str  # a sum of this column, not a count; "" = a count
    unit: str
    period: str  # the moment that puts a row into a period
    clock: str  # wall, limit (the limit's own clock), none
    cycles: tuple[str, ...]
    by: tuple[str, ...]  # dimensions it may be split by
    better: str  # higher, lower, ""
    base: str  # customers: the denominator is the number of customers
    apart: bool  # the numerator is no part of the denominator
    by_step: bool  # counts tickets; asked by step, those with such a step
    quantiles: bool  # median and 90th percentile beside the mean
    beside: tuple[str, ...]  # figures to be shown beside it
    references: tuple[Reference, ...]
    definition: Mapping[str, Any]  # the conditions as they are written

    @property
    def scale(self) -> int:
        """By how much a value is multiplied to be shown in its unit."""
        return UNITS[self.unit]

    @property
    def is_count(self) -> bool:
        return self.unit == "count"

    @property
    def words(self) -> Mapping[str, words.Word]:
        return POPULATIONS[self.population]


def indicators() -> Mapping[str, Indicator]:
    """Every declared indicator by its id, in the order of the files. Raises DeclarationError."""
    return _read(os.environ.get("INDICATOR_PATH", ""))


@cache
def _read(path: str) -> Mapping[str, Indicator]:
    folders = [FOLDER, *(Path(folder) for folder in path.split(os.pathsep) if folder)]
    found: dict[str, Indicator] = {}
    mistakes: list[str] = []
    for file in (file for folder in folders for file in sorted(folder.glob("*.toml"))):
        mistakes += _read_file(file, found)
    for one in found.values():
        unknown = [name for name in one.beside if name not in found]
        mistakes += [f'{one.group}.toml: {one.id}.beside: there is no indicator "{name}"' for name in unknown]
    if mistakes:
        raise DeclarationError("\n".join(mistakes))
    return found


def _read_file(file: Path, found: dict[str, Indicator]) -> list[str]:
    try:
        source = tomllib.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        return [f"{file.name}: {error}"]
    mistakes: list[str] = []
    for name, value in source.items():
        if name in found:
            mistakes.append(f"{file.name}: {name}: declared twice, in {found[name].group}.toml too")
        elif not isinstance(value, Mapping):
            mistakes.append(f"{file.name}: {name}: must be a table")
        else:
            one = Declaration(name, value, file)
            found[name] = one.made()
            mistakes += [f"{file.name}: {name}.{place}: {reason}" for place, reason in one.mistakes]
    return mistakes


class Declaration:
    """Reads one table; every mistake is kept, and something usable stands in for it."""

    def __init__(self, name: str, source: Mapping[str, Any], file: Path) -> None:
        self.name, self.source, self.file = name, source, file
        self.mistakes: list[tuple[str, str]] = []
        for word in source:
            if word not in WORDS:
                self.mistakes.append((word, f"there is no such word; known are {' '.join(sorted(WORDS))}"))

    def made(self) -> Indicator:
        population = self.one_of("population", POPULATIONS, "tickets")
        if ("numerator" in self.source) == ("failures" in self.source):
            self.mistakes.append(("numerator", "say either numerator or failures"))
        return Indicator(
            id=self.name,
            group=self.file.stem,
            version=self.whole("version"),
            title=Title(self.text("title", required=True), self.text("en", required=True)),
            says=Title(self.text("says", required=True), self.text("says_en", required=True)),
            excludes=Title(self.text("excludes"), self.text("excludes_en")),
            source=self.text("source"),
            population=population,
            kinds=frozenset(self.names("kinds", KINDS, KINDS if population in words.OF_KINDS else ())),
            within=self.condition("within", population) or ALWAYS,
            denominator=self.condition("denominator", population) or ALWAYS,
            numerator=self.condition("numerator", population),
            failures=self.condition("failures", population),
            pending=self.condition("pending", population),
            measure=self.measure(population),
            unit=self.one_of("unit", UNITS, "percent"),
            period=self.moment(population),
            clock=self.one_of("clock", CLOCKS, "none"),
            cycles=self.names("cycles", CYCLES, CYCLES),
            by=self.names("by", SPLITS[population], tuple(SPLITS[population])),
            better=self.one_of("better", ("higher", "lower", ""), ""),
            base=self.one_of("base", ("customers", ""), ""),
            apart=self.flag("apart"),
            by_step=self.flag("by_step"),
            quantiles=self.flag("quantiles"),
            beside=self.names("beside", None, ()),
            references=tuple(self.references()),
            definition={word: self.source[word] for word in (*CONDITIONS, "measure", "base") if word in self.source},
        )

    # ── values ──
    def wrong(self, place: str, reason: str) -> None:
        self.mistakes.append((place, reason))

    def text(self, word: str, *, required: bool = False) -> str:
        value = self.source.get(word, "")
        if not isinstance(value, str) or (required and not value.strip()):
            self.wrong(word, "must be a text")
            return ""
        return value

    def whole(self, word: str) -> int:
        value = self.source.get(word)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.wrong(word, "must be a whole number from 1 on")
            return 1
        return value

    def flag(self, word: str) -> bool:
        value = self.source.get(word, False)
        if not isinstance(value, bool):
            self.wrong(word, "must be true or false")
        return value is True

    def one_of(self, word: str, known: Any, unsaid: str) -> str:
        value = self.source.get(word, unsaid)
        if value not in known:
            self.wrong(word, f'there is no "{value}"; known are {" ".join(known)}')
            return unsaid
        return str(value)

    def names(self, word: str, known: Any, unsaid: Any) -> tuple[str, ...]:
        value = self.source.get(word, list(unsaid))
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(word, "must be a list of names")
            return tuple(unsaid)
        for one in value:
            if known is not None and one not in known:
                self.wrong(word, f'there is no "{one}"; known are {" ".join(known)}')
        return tuple(value)

    def moment(self, population: str) -> str:
        known = MOMENTS[population]
        return self.one_of("period", known, next(iter(known)))

    def measure(self, population: str) -> str:
        value = self.text("measure")
        word = POPULATIONS[population].get(value)
        if value and not isinstance(word, words.Number):
            self.wrong("measure", f'"{value}" is no number of {population}')
            return ""
        return value

    def condition(self, word: str, population: str) -> Condition | None:
        if word not in self.source:
            return None
        problems = Problems(self.file.name)
        found = condition(self.source[word], word, problems)
        for problem in problems.found:
            self.wrong(problem.place, problem.reason)
        reason = words.unfit(found, POPULATIONS[population])
        if reason:
            self.wrong(word, reason)
            return ALWAYS
        return found

    def references(self) -> Iterator[Reference]:
        value = self.source.get("reference", [])
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            if not isinstance(row, Mapping) or not {"least", "most"} & row.keys():
                self.wrong("reference", "must say least or most")
                continue
            when = {name: str(wanted) for name, wanted in row.items() if name not in ("least", "most")}
            for name in when:
                if name != "cycle" and name not in DIMENSIONS:
                    self.wrong("reference", f'there is no dimension "{name}"')
            yield Reference(row.get("least"), row.get("most"), when)
