"""What the words of a rulebook mean to the indicators: which field holds the customer's satisfaction, which outcome is
an agreement, which stage is the department's.

It is data beside the declarations and not a section of the rulebook, because a version of a rulebook never changes and
judges its tickets for ever, while a definition of a figure is corrected and restated for old tickets too (row N09).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tickets.rulebook import words
from tickets.rulebook.compiled import ALWAYS, AnyOf, ClockIs, Condition, Test
from tickets.rulebook.parse import condition
from tickets.rulebook.problems import Problems
from tickets.rulebook.reader import Reader
from tickets.rulebook.source import read

FOLDER = Path(__file__).parent / "meanings"
DEFAULT = "default"
CONDITIONS = ("agreed", "refused", "unsolvable", "unqualified", "upheld", "company_fault")
FIELDS = ("phenomenon", "cause", "finding", "fault_unit")
SECTIONS = ("handling", "staff", "satisfaction", "fields", "clocks", "when")


@dataclass(frozen=True, slots=True)
class Meaning:
    """`when` holds a condition for each of CONDITIONS that is said; `fields` names of fields, the first filled one."""

    handling: frozenset[str]
    staff: frozenset[str]
    satisfaction: str
    satisfied: frozenset[str]
    branch: str
    fields: Mapping[str, tuple[str, ...]]
    when: Mapping[str, Condition]

    def condition(self, name: str, unsaid: bool) -> Condition | None:
        """The condition of that name; None where nobody said one and `unsaid` is the answer."""
        return self.when.get(name, ALWAYS if unsaid else None)


@cache
def meaning_of(book: str) -> Meaning:
    """The meaning of a rulebook's words. Raises RulebookErrors (file: place: reason)."""
    path = find(book)
    problems = Problems(path.name if path else f"{DEFAULT}.toml")
    said: Mapping[str, Any] = read(find(DEFAULT) or FOLDER / f"{DEFAULT}.toml", problems)
    own: Mapping[str, Any] = read(path, problems) if path else {}
    problems.raise_if_any()
    merged = {name: _merged(said.get(name), own.get(name)) for name in {*said, *own}}
    made = compile_meaning(merged, problems)
    problems.raise_if_any()
    return made


def _merged(common: Any, own: Any) -> Any:
    if isinstance(common, Mapping) and isinstance(own, Mapping):
        return {**common, **own}
    return common if own is None else own


def find(name: str) -> Path | None:
    """A file of meanings: in a folder of INDICATOR_PATH, else the product's own."""
    folders = [*(Path(folder) for folder in os.environ.get("INDICATOR_PATH", "").split(os.pathsep) if folder), FOLDER]
    return next((path for folder in folders if (path := folder / f"{name}.toml").is_file()), None)


def compile_meaning(source: Mapping[str, Any], problems: Problems) -> Meaning:
    reader = Reader(source, "", problems, SECTIONS)
    satisfaction = Reader(source.get("satisfaction", {}), "satisfaction", problems, ("field", "satisfied"))
    fields = Reader(source.get("fields", {}), "fields", problems, FIELDS)
    clocks = Reader(source.get("clocks", {}), "clocks", problems, ("branch",))
    when = Reader(source.get("when", {}), "when", problems, CONDITIONS)
    for stage in reader.names("handling"):
        if stage not in words.STAGES:
            problems.unknown("handling", "stage", stage, words.STAGES)
    return Meaning(
        handling=frozenset(reader.names("handling")),
        staff=frozenset(reader.names("staff")),
        satisfaction=satisfaction.text("field"),
        satisfied=frozenset(satisfaction.names("satisfied")),
        branch=clocks.text("branch"),
        fields={name: fields.names(name) for name in fields.words},
        when={name: _timeless(name, value, when) for name, value in when.words.items()},
    )


def _timeless(name: str, value: object, when: Reader) -> Condition:
    """A condition that does not hang on the state of a clock: a fact is counted once and stays."""
    found = condition(value, when.at(name), when.problems)
    if any(_reads_clock(test) for test in found.tests):
        when.wrong(name, "a condition without clocks")
    return found


def _reads_clock(test: Test) -> bool:
    if isinstance(test, AnyOf):
        return any(_reads_clock(one) for option in test.options for one in option.tests)
    return isinstance(test, ClockIs)
