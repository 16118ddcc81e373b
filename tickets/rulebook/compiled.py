"""A rulebook as the engine reads it: frozen, checked, with everything looked up in advance.

`load` makes these objects from TOML; `core` runs them. Nothing here knows a database, a clock or a file.
Names follow page by page the words that a rulebook is written in (docs/rulebook-language.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tickets.rulebook.keeping_words import NO_GLASS, NO_RETENTION, Glass, Retention

if TYPE_CHECKING:
    from tickets.rulebook.paper_rules import PaperRule

ANY = "*"
ANYONE = "anyone"
APPROVAL = "approval"
APPROVE = "approve"
REJECT = "reject"
REGISTER = "register"
START = "start"
TICKET = "ticket"
ASKED = "asked"
PROMISE = "promise"
MAXIMUM = "maximum"
STEP_CLOCK = "step"
RESERVED_FIELDS = ("to", "assignee", "until")


@dataclass(frozen=True, slots=True)
class Title:
    """The organisation's own word, and English for the second language."""

    zh: str
    en: str = ""

    def say(self, language: str) -> str:
        return self.en if language.startswith("en") and self.en else self.zh


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OneOf:
    """A fact is one of these values (`mobile` also fits `mobile.gsm`)."""

    fact: str
    values: frozenset[object]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A fact is at least `least` and at most `most`; either may be a table's name."""

    fact: str
    least: object = None
    most: object = None


@dataclass(frozen=True, slots=True)
class Has:
    """All these fields have a value."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockIs:
    """A clock's state is one of `none running warned overdue stopped`; `step` is the acting step's own."""

    clock: str
    states: frozenset[str]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these conditions holds."""

    options: tuple[Condition, ...]


Test = OneOf | Threshold | Has | ClockIs | AnyOf


@dataclass(frozen=True, slots=True)
class Condition:
    """Every test holds. The empty condition always does. `done.x` and `step`, `tier` are facts like any other."""

    tests: tuple[Test, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tests)


ALWAYS = Condition()

# ── limits and holders ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """Where a deadline comes from; of several parts the earliest counts.

    A part is a limit (`3wd`), a table's name, a date field's name, `none`, `rest` or `rest-1h`, or `clock.promise-24h`.
    `reads` are the fields, and the clocks, whose change makes this one be counted again (law 8).
    """

    parts: tuple[str, ...]
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HolderSpec:
    """Who gets the work; several parts are a fallback, taken in order (§11.4)."""

    parts: tuple[str, ...]


# ── vocabulary ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    title: Title
    type: str = "text"  # text choice unit person datetime boolean number file list
    choices: Mapping[str, Title] = field(default_factory=dict)
    default: object = None
    of_step: bool = False
    personal: bool = False
    log: bool = False  # names a ticket: who read that one is attached to this one (ruling RETAL)
    hint: Title | None = None
    most: int = 0  # of a list: how many entries it may have; 0 = no bound of its own
    listed: tuple[tuple[str, Title], ...] = field(init=False, compare=False, repr=False)
    _described: dict[str, list[dict[str, str]]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "listed", tuple(self.choices.items()))
        object.__setattr__(self, "_described", {})

    def described(self, language: str) -> list[dict[str, str]]:
        """The choices as the API shows them: put together once, since every ticket's answer holds dozens of them."""
        if language not in self._described:
            self._described[language] = described_choices(self.listed, language)
        return self._described[language]


def described_choices(choices: Iterable[tuple[str, Title]], language: str) -> list[dict[str, str]]:
    return [{"value": value, "label": title.say(language)} for value, title in choices]


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[frozenset[object] | None, ...]  # None = anything
    value: object  # str | int | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    title: Title
    by: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Message:
    name: str
    title: Title
    text: Title
    ways: tuple[str, ...]
    places: frozenset[str] = frozenset()


# ── effects ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Next:
    step: str
    at: HolderSpec | None = None
    limit: LimitSpec | None = None
    when: Condition = ALWAYS
    free: bool = False  # nobody who asked waits for the answer any more


@dataclass(frozen=True, slots=True)
class Ask:
    step: str
    at: HolderSpec | None = None
    limit: LimitSpec | None = None
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Back:
    how: str  # "answer" | "again"
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Recall:
    step: str
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class End:
    end: str
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Rectify:
    at: HolderSpec
    when: Condition = ALWAYS
    limit: LimitSpec | None = None


@dataclass(frozen=True, slots=True)
class FromTable:
    table: str


@dataclass(frozen=True, slots=True)
class Set:
    values: Mapping[str, object]  # a value or FromTable
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Tell:
    message: str
    to: tuple[str, ...]  # "customer" "holder" "sender" or a role, the last two words optionally "of top" / "of above"
    when: Condition = ALWAYS


Effect = Next | Ask | Back | Recall | End | Rectify | Set | Tell

# ── steps, actions, clocks ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Step:
    kind: str
    title: Title
    stage: str
    by: frozenset[str]
    side: bool = False
    at: HolderSpec | None = None
    limit: LimitSpec | None = None
    answered: str | None = None
    not_by: frozenset[str] = frozenset()
    extends: frozenset[str] = frozenset()
    at_most: str | None = None
    target: Condition | None = None  # None = binding; ALWAYS = always an aim
    alarm: str = "standard"


@dataclass(frozen=True, slots=True)
class Need:
    field: str
    required: bool
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Approval:
    at: HolderSpec
    by: frozenset[str]
    limit: LimitSpec | None = None


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    title: Title
    from_steps: frozenset[str] = frozenset()
    from_ends: frozenset[str] = frozenset()
    from_start: bool = False
    from_ticket: bool = False
    by: frozenset[str] | None = None  # None = the step's
    fields: tuple[Need, ...] = ()
    when: Condition = ALWAYS
    then: tuple[Effect, ...] = ()
    approval: Approval | None = None
    of_top: frozenset[str] = frozenset()  # of `by`: these count only where they are held in the top tier


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline over several steps. `starts stops resumes` hold action names and `<clock>.due`."""

    name: str
    title: Title
    starts: frozenset[str]
    stops: frozenset[str]
    limit: LimitSpec
    resumes: frozenset[str] = frozenset()
    fixed: bool = False
    target: Condition | None = None
    extends: frozenset[str] = frozenset()
    at_most: str | None = None
    alarm: str = "standard"


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of an alarm chain. `percent` before the deadline; `offset` seconds after it; `every` repeats."""

    key: str  # as written: "90%", "due", "due+24h", "every 24h"
    percent: Fraction | None
    offset_seconds: int
    every_seconds: int | None
    then: tuple[Effect, ...]
    tells_only: bool


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Moments in the order of time; the repeating one, if any, is last. Hashed by identity."""

    name: str
    moments: tuple[Moment, ...]

    @property
    def warning_percent(self) -> Fraction:
        return next((m.percent for m in self.moments if m.percent is not None), Fraction(90))


@dataclass(frozen=True, slots=True)
class PriorityRow:
    when: Condition
    score: int
    because: Title
    mark: str = ""
    short: Title | None = None


@dataclass(frozen=True, slots=True)
class Penalty:
    """What may follow from a verified finding; a person decides. Amounts in yuan, the least and the most."""

    name: str
    title: Title
    when: Condition
    on: str = "finding"
    of: tuple[str, ...] = ()  # fields and words that name who is concerned; the first that has a value
    fine: tuple[Decimal, Decimal] | None = None
    points: Decimal = Decimal(0)
    per: str = ""
    measures: tuple[str, ...] = ()
    measures_en: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    above: tuple[str, ...] = ()  # who decides where those did not, or are concerned; else `by`, one tier up
    within: str = ""  # the time to decide
    tell: tuple[str, ...] = ()
    circular: bool = False

    @property
    def is_per_day(self) -> bool:
        return bool(self.per)


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    title: Title
    every: str
    due: str
    by: tuple[str, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What a room above the engine keeps beside the ticket when one of these actions is done (`[records]`).

    `keep` says which fields each of its words comes from (the first that has a value), `clocks` which clocks it reads.
    """

    name: str
    title: Title
    on: frozenset[str]
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clocks: Mapping[str, str] = field(default_factory=dict)
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Alike:
    """Complaints that belong together, looked for when one of the actions `on` is done (row N07, `[alike]`).

    With "customer" among `same` they are earlier ones of the same customer, else those of other customers. `count` gets
    their number (of the others: of the customers), `link` says how the tickets are tied.
    """

    name: str
    title: Title
    same: tuple[str, ...]
    within: str  # a limit in clock time or days, back from the instant of the action
    on: frozenset[str]
    count: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Phrases:
    polite: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """One organisation's rules, of one version."""

    id: str
    version: int
    kind: str
    title: Title
    source: Title
    roles: Mapping[str, Title]
    ends: Mapping[str, Title]
    fields: Mapping[str, Field]
    tables: Mapping[str, Table]
    steps: Mapping[str, Step]
    actions: Mapping[str, Action]
    clocks: Mapping[str, Clock]
    alarms: Mapping[str, Chain]
    messages: Mapping[str, Message]
    priority: tuple[PriorityRow, ...] = ()
    penalties: Mapping[str, Penalty] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)
    alike: Mapping[str, Alike] = field(default_factory=dict)
    phrases: Phrases = Phrases()
    papers: Mapping[str, PaperRule] = field(default_factory=dict)
    quiet: str = ""
    barrier: str = "person"
    roll: bool = False
    end: str = "midnight"
    owner: str = ""
    interpreter: str = ""
    library: tuple[str, ...] = ()  # the roles that write the library of wordings
    effective: str = ""
    retention: Retention = NO_RETENTION
    glass: Glass = NO_GLASS
    # made at load, so that one action looks at little
    actions_of_step: Mapping[str, tuple[Action, ...]] = field(default_factory=dict)
    actions_of_end: Mapping[str, tuple[Action, ...]] = field(default_factory=dict)
    actions_of_ticket: tuple[Action, ...] = ()

    @property
    def register(self) -> Action:
        return self.actions[REGISTER]

    def reads_of(self, parts: tuple[str, ...], depth: int = 4) -> frozenset[str]:
        """The fields that a limit looks at: columns of the tables it may reach, and date fields."""
        read: set[str] = set()
        for part in parts:
            if part in self.tables and depth:
                table = self.tables[part]
                read.update(table.by)
                for row in table.rows:
                    values = row.value if isinstance(row.value, tuple) else (str(row.value),)
                    read |= self.reads_of(values, depth - 1)
            elif part in self.fields:
                read.add(part)
            elif part.startswith("clock."):
                read.add(part.partition("-")[0])
        return frozenset(read)
