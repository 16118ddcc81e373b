"""From the flat source to a `Book`: compiled, with everything looked up in advance, and proved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tickets.rulebook import flow, keeping, paper_rules, vocabulary, words
from tickets.rulebook.compiled import (
    Action,
    Approval,
    Ask,
    Book,
    Chain,
    Clock,
    Effect,
    LimitSpec,
    Next,
    Rectify,
    Step,
    Table,
    Title,
)
from tickets.rulebook.problems import Problems, RulebookErrors
from tickets.rulebook.reader import Reader
from tickets.rulebook.source import Flat, flatten


def compile_book(source: Mapping[str, object], file: str, places: Mapping[str, str] | None = None) -> Book:
    """The book of a flattened source. Raises RulebookErrors for wrong words, types and shapes."""
    problems = Problems(file, places)
    book = compile_into(source, problems)
    problems.raise_if_any()
    return book


def load_file(path: Path | str) -> Book:
    """Read, compile and prove the rulebook of a file. Raises RulebookErrors with every problem found."""
    return compile_flat(flatten(path))


def compile_flat(flat: Flat) -> Book:
    """Compile and prove; a rulebook with errors does not load (§11.10)."""
    from tickets.rulebook.check import prove

    book, report = prove(flat)
    if report.errors or book is None:
        raise RulebookErrors(report.errors)
    return book


def compile_into(source: Mapping[str, object], problems: Problems) -> Book:
    """Compile what can be compiled and collect the problems, so that one run shows all of them."""
    for name in Reader(source, "", problems).words:
        if name not in words.SECTIONS:
            problems.unknown(name, "section", name, words.SECTIONS)
    head = head_of(source, problems)
    steps = flow.steps(source, problems)
    ends = vocabulary.ends(source, problems)
    for name in sorted(set(steps) & set(ends)):
        problems.add(f"steps.{name}", "step_and_end", name=name)
    tables = vocabulary.tables(source, problems)
    fields = vocabulary.fields(source, problems)
    reads = Reads(tables, {name for name, one in fields.items() if one.type == "datetime"})
    actions = {name: reads.action(one) for name, one in flow.actions(source, steps, ends, problems).items()}
    return Book(
        **head,
        roles=vocabulary.titles(source, "roles", problems),
        ends=ends,
        fields=fields,
        tables=tables,
        steps={kind: reads.step(one) for kind, one in steps.items()},
        actions=actions,
        clocks={name: reads.clock(one) for name, one in flow.clocks(source, problems).items()},
        alarms={name: reads.chain(one) for name, one in flow.alarms(source, problems).items()},
        messages=vocabulary.messages(source, problems),
        priority=vocabulary.priority(source, problems),
        penalties=vocabulary.penalties(source, problems),
        reports=vocabulary.reports(source, problems),
        records=vocabulary.records(source, problems),
        alike=vocabulary.alike(source, problems),
        phrases=vocabulary.phrases(source, problems),
        papers=paper_rules.papers(source, problems),
        actions_of_step=by_origin(actions, steps, lambda action: action.from_steps),
        actions_of_end=by_origin(actions, ends, lambda action: action.from_ends),
        actions_of_ticket=tuple(one for one in actions.values() if one.from_ticket),
    )


def by_origin(
    actions: Mapping[str, Action], origins: Iterable[str], of: Callable[[Action], frozenset[str]]
) -> dict[str, tuple[Action, ...]]:
    return {name: tuple(one for one in actions.values() if name in of(one)) for name in origins}


def head_of(source: Mapping[str, object], problems: Problems) -> dict[str, Any]:
    """The section `rulebook`: who it is and the house's general rules."""
    if "rulebook" not in source:
        problems.add("rulebook", "missing", word="rulebook")
    reader = Reader(source.get("rulebook", {}), "rulebook", problems, words.RULEBOOK)
    return {
        "id": written_as(reader, "id", words.BOOK_ID, "an id of small letters, digits and -", required=True),
        "version": version_of(reader),
        "kind": reader.one_of("kind", "kind", words.KINDS, required=True),
        "title": reader.title(required=True),
        "source": Title(reader.text("source"), reader.text("source_en")),
        "quiet": written_as(reader, "quiet", words.QUIET, "hours like 22:00-07:00"),
        "barrier": reader.one_of("barrier", "barrier", words.BARRIERS, "person"),
        "roll": reader.flag("roll"),
        "end": reader.one_of("end", "word", words.DAY_ENDS, "midnight"),
        "owner": reader.text("owner"),
        "interpreter": reader.text("interpreter"),
        "library": reader.names("library"),
        "glass": keeping.glass_of(reader),
        "effective": written_as(reader, "effective", words.DATE, "a date like 2026-11-24"),
        "retention": keeping.retention_of(reader),
    }


def written_as(reader: Reader, word: str, pattern: re.Pattern[str], noun: str, *, required: bool = False) -> str:
    value = reader.text(word, required=required)
    if value and (len(value) > words.NAME_LENGTH or not pattern.fullmatch(value)):
        reader.problems.add(reader.at(word), "bad_format", name=value, noun=noun)
        return ""
    return value


def version_of(reader: Reader) -> int:
    reader.require("version")
    value = reader.whole("version", 1)
    if value < 1 or value > 10**6:
        reader.wrong("version", "a whole number from 1 on")
    return value


class Reads:
    """Fills in which facts a limit depends on, so that law 8 looks only at clocks whose facts changed."""

    def __init__(self, tables: Mapping[str, Table], dates: set[str]) -> None:
        self.tables = tables
        self.dates = dates

    def limit(self, spec: LimitSpec | None) -> LimitSpec | None:
        return spec and self.known_limit(spec)

    def known_limit(self, spec: LimitSpec) -> LimitSpec:
        return replace(spec, reads=frozenset(self.of(spec.parts, frozenset())))

    def of(self, parts: tuple[str, ...], seen: frozenset[str]) -> set[str]:
        found: set[str] = set()
        for part in parts:
            if part in self.tables and part not in seen:
                table = self.tables[part]
                found.update(table.by)
                for row in table.rows:
                    found |= self.of(as_parts(row.value), seen | {part})
            elif part in self.dates:
                found.add(part)
            elif clock := words.BEFORE_CLOCK.fullmatch(part):
                found.add(f"clock.{clock[1]}")
        return found

    def step(self, step: Step) -> Step:
        return replace(step, limit=self.limit(step.limit))

    def clock(self, clock: Clock) -> Clock:
        return replace(clock, limit=self.known_limit(clock.limit))

    def effect(self, effect: Effect) -> Effect:
        return replace(effect, limit=self.limit(effect.limit)) if isinstance(effect, Next | Ask | Rectify) else effect

    def action(self, action: Action) -> Action:
        approval = action.approval
        if approval:
            approval = Approval(approval.at, approval.by, self.limit(approval.limit))
        return replace(action, then=tuple(self.effect(one) for one in action.then), approval=approval)

    def chain(self, chain: Chain) -> Chain:
        moments = (replace(one, then=tuple(self.effect(effect) for effect in one.then)) for one in chain.moments)
        return Chain(chain.name, tuple(moments))


def as_parts(value: object) -> tuple[str, ...]:
    """A cell's value as the parts of a limit or a holder."""
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()
