"""What a name may mean at a place of a rulebook: facts, values, limits, holders, receivers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from tickets.rulebook import words
from tickets.rulebook.compiled import (
    STEP_CLOCK,
    AnyOf,
    Book,
    ClockIs,
    Condition,
    Field,
    Has,
    HolderSpec,
    LimitSpec,
    OneOf,
    Test,
    Threshold,
)
from tickets.rulebook.problems import Problems, nearest

CONDITION_WORDS = ("any", "has", "done", "clock", words.STEP_FACT, words.TIER_FACT, words.SIGNED_FACT)


class Scope:
    """Looks names up in one book and reports what is not there. Remembers who uses each table, and for what."""

    def __init__(self, book: Book, problems: Problems) -> None:
        self.book = book
        self.problems = problems
        self.facts = (*book.fields, *words.FACTS)
        self.used_tables: dict[str, set[str]] = defaultdict(set)
        self.used_roles: set[str] = set()
        self.used_alarms: set[str] = set()

    # ── facts and values ──
    def condition(self, condition: Condition, place: str) -> None:
        for test in condition.tests:
            self.test(test, place)

    def test(self, test: Test, place: str) -> None:
        match test:
            case OneOf(fact, values):
                self.fact(fact, place)
                for value in sorted(values, key=str):
                    self.value(fact, value, place)
            case Threshold(fact, least, most):
                self.threshold(fact, (least, most), place)
            case Has(fields):
                for name in fields:
                    self.known(name, "field", self.facts, place)
            case ClockIs(clock, states):
                self.known(clock, "clock", (*self.book.clocks, STEP_CLOCK), place)
                for state in sorted(states):
                    self.known(state, "clock state", words.CLOCK_STATES, place)
            case AnyOf(options):
                for option in options:
                    self.condition(option, place)

    def known(self, name: str, noun: str, names: Iterable[str], place: str) -> bool:
        if name in names:
            return True
        self.problems.unknown(place, noun, name, names)
        return False

    def fact(self, name: str, place: str) -> bool:
        if name.startswith(words.DONE):
            return self.known(name.removeprefix(words.DONE), "action", self.book.actions, place)
        return self.known(name, "fact", (*self.facts, *CONDITION_WORDS), place)

    def value(self, fact: str, value: object, place: str) -> None:
        """A value that a condition or a cell compares a fact with; `mobile` stands for `mobile.gsm`, too."""
        if fact == words.STEP_FACT:
            self.known(str(value), "step", self.book.steps, place)
        elif (fact.startswith(words.DONE) and not is_number(value)) or (
            fact == words.SIGNED_FACT and not isinstance(value, bool)
        ):
            self.bad_value(fact, value, (), place)
        elif fact in self.book.fields and not fits(self.book.fields[fact], value, prefix=True):
            self.bad_value(fact, value, self.book.fields[fact].choices, place)

    def stored_value(self, name: str, value: object, place: str) -> None:
        """A value that a field is set to: exactly one of its choices."""
        if self.known(name, "field", self.book.fields, place) and not fits(self.book.fields[name], value):
            self.bad_value(name, value, self.book.fields[name].choices, place)

    def bad_value(self, name: str, value: object, choices: Iterable[str], place: str) -> None:
        near = nearest(value, choices)
        self.problems.add(place, "bad_value_near" if near else "bad_value", value=value, name=name, near=near)

    def threshold(self, fact: str, bounds: tuple[object, object], place: str) -> None:
        if not self.fact(fact, place):
            return
        field = self.book.fields.get(fact)
        if not fact.startswith(words.DONE) and (field is None or field.type != "number"):
            self.problems.add(place, "not_number", name=fact)
        for bound in bounds:
            if isinstance(bound, str) and self.known(bound, "table", self.book.tables, place):
                self.used_tables[bound].add(place)
                if not all(is_number(row.value) for row in self.book.tables[bound].rows):
                    self.problems.add(place, "threshold_table", name=bound)

    # ── limits and holders ──
    def limit(self, spec: LimitSpec | None, place: str, *, rest: bool) -> None:
        for part in spec.parts if spec else ():
            self.limit_part(part, place, place, 0, rest=rest, above=())

    def limit_part(self, part: str, place: str, user: str, row: int, *, rest: bool, above: tuple[str, ...]) -> None:
        if part == words.NONE or words.LIMIT.fullmatch(part):
            if row and part != words.NONE and not words.is_limit(part):
                self.problems.add(place, "limit_length", name=part)
        elif words.REST.fullmatch(part):
            if not rest:
                self.problems.add(place, "rest_here", name=part)
        elif found := words.BEFORE_CLOCK.fullmatch(part):
            self.before_clock(found[1], place)
        elif part in self.book.tables:
            self.limit_table(part, user, rest=rest, above=above)
        elif part in self.book.fields:
            if self.book.fields[part].type != "datetime":
                self.problems.add(place, "not_date", name=part)
        elif row:
            self.problems.add(place, "limit_value", row=row, value=part, user=user)
        elif words.is_name(part):  # what could not even be a name was told when it was read
            dates = [name for name, field in self.book.fields.items() if field.type == "datetime"]
            self.problems.unknown(place, "table or date field", part, [*self.book.tables, *dates])

    def before_clock(self, name: str, place: str) -> None:
        """`clock.promise-24h`: of a clock that hangs on no other, so that nothing goes round in circles."""
        if self.known(name, "clock", self.book.clocks, place) and any(
            words.BEFORE_CLOCK.fullmatch(part) for part in self.book.clocks[name].limit.parts
        ):
            self.problems.add(place, "clock_on_clock", name=name)

    def limit_table(self, name: str, user: str, *, rest: bool, above: tuple[str, ...]) -> None:
        place = f"tables.{name}"
        if name in above:
            self.problems.add(place, "table_circle")
            return
        self.used_tables[name].add(user)
        for number, row in enumerate(self.book.tables[name].rows, 1):
            for part in parts_of(row.value):
                if part is None:
                    self.problems.add(place, "limit_value", row=number, value=row.value, user=user)
                else:
                    self.limit_part(part, place, user, number, rest=rest, above=(*above, name))

    def holder(self, spec: HolderSpec | None, place: str) -> None:
        for part in spec.parts if spec else ():
            self.holder_part(part, place, place, 0, ())

    def holder_part(self, part: str, place: str, user: str, row: int, above: tuple[str, ...]) -> None:
        function, of, where = part.partition(" of ")
        if part in words.HOLDER_WORDS or part in words.FUNCTIONS:
            if part in self.book.tables:  # which of the two is meant?
                self.problems.add(f"tables.{part}", "reserved", name=part)
            return
        if of and function in words.FUNCTIONS and where in words.OF:
            return
        if part in self.book.tables:
            self.holder_table(part, user, above)
        elif row:
            self.problems.add(place, "holder_value", row=row, value=part, user=user)
        else:
            far = [f"{name} of {where}" for name in words.FUNCTIONS for where in words.OF]
            self.problems.unknown(
                place, "holder", part, [*words.HOLDER_WORDS, *words.FUNCTIONS, *far, *self.book.tables]
            )

    def holder_table(self, name: str, user: str, above: tuple[str, ...]) -> None:
        place = f"tables.{name}"
        if name in above:
            self.problems.add(place, "table_circle")
            return
        self.used_tables[name].add(user)
        for number, row in enumerate(self.book.tables[name].rows, 1):
            for part in parts_of(row.value):
                if part is None:
                    self.problems.add(place, "holder_value", row=number, value=row.value, user=user)
                else:
                    self.holder_part(part, place, user, number, (*above, name))

    # ── people ──
    def roles(self, names: Iterable[str], place: str) -> None:
        for name in sorted(names):
            if self.known(name, "role", (*self.book.roles, "anyone"), place):
                self.used_roles.add(name)

    def receiver(self, name: str, place: str) -> None:
        role, of, where = name.partition(" of ")
        if name in words.TELL_WORDS:
            return
        if role in self.book.roles and (not of or where in words.OF):
            self.used_roles.add(role)
            return
        far = [f"{one} of {where}" for one in self.book.roles for where in words.OF]
        self.problems.unknown(place, "receiver", name, [*words.TELL_WORDS, *self.book.roles, *far])


def parts_of(value: object) -> tuple[str | None, ...]:
    """The words of a cell's value; None stands for what is no word."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else (None,)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def fits(field: Field, value: object, *, prefix: bool = False) -> bool:
    """May this field have this value? With `prefix`, a group of choices (`mobile` for `mobile.gsm`) does, too."""
    if isinstance(value, tuple):
        return field.type in ("list", "unit") and all(fits(field, one) for one in value)
    if field.type == "boolean":
        return isinstance(value, bool)
    if field.type == "number":
        return is_number(value)
    if not isinstance(value, str):
        return False
    if not field.choices or value in field.choices:
        return True
    return prefix and any(choice.startswith(f"{value}.") for choice in field.choices)
