"""From rows to cases: what a source says of one case, in our words, before any of our rows exist.

Pure. A case of an event log is all of its rows together; one row that can't be read rejects the case, since half a
history would give wrong figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from .happened import fields_of
from .mapping import CUSTOMER, ROW_KEY, ImportMapping, Moment
from .problems import RowProblem, problem
from .reader import Record
from .values import Cells, Dates, Rule, date_pattern

LONGEST = {"subject": 200, "content": 20_000, "answer": 20_000, "external_id": 120, "region": 12}
FACT_LENGTH = 60
FIELD_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Happening:
    """What the source recorded of a case: one event of its log."""

    at: datetime
    name: str
    data: dict[str, str]


@dataclass(slots=True)
class Case:
    """One ticket to be. Instants are UTC. `end_known` is False where the source says that it is over but not when."""

    external_id: str
    sha256: str
    rows: list[int]
    received_at: datetime
    content: str
    subject: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    customer: dict[str, str] = field(default_factory=dict)
    replied_at: datetime | None = None
    answer: str = ""
    ended_at: datetime | None = None
    end_known: bool = True
    end_state: str = ""
    due_at: datetime | None = None
    verdict: bool | None = None
    happenings: list[Happening] = field(default_factory=list)

    @property
    def settled_at(self) -> datetime | None:
        """When the customer had the answer: the reply; where the source knows none, the end."""
        return self.replied_at or (self.ended_at if self.end_known else None)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Rows that are not imported: the key as far as it is known, and why, row by row."""

    rows: list[int]
    key: str
    problems: list[tuple[int, RowProblem]]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Rows of a case that the mapping doesn't want: the field that it names in `only` has no value."""

    rows: list[int]


class CaseMaker:
    """A mapping compiled against the heading of a file."""

    def __init__(self, mapping: ImportMapping, heading: Sequence[str], zone: ZoneInfo, now: datetime) -> None:
        self.mapping = mapping
        self.now = now
        self.places = {name: place for place, name in enumerate(heading)}
        self.dates = Dates(tuple(date_pattern(one) for one in mapping.dates), mapping.dates, zone)
        self.key = None if mapping.external_id.column == ROW_KEY else self._rule(mapping.external_id)
        self.subject, self.content = self._rule(mapping.subject), self._rule(mapping.content)
        self.answer, self.state = self._rule(mapping.reply_text), self._rule(mapping.end_state)
        self.facts = {name: self._rule(rule) for name, rule in mapping.facts.items()}
        self.fields = {name: self._rule(rule) for name, rule in mapping.fields.items()}
        self.customer = {name: self._rule(mapping.customer[name]) for name in CUSTOMER if name in mapping.customer}
        self.received_at, self.replied_at = self._date(mapping.received_at), self._date(mapping.reply_at)
        self.ended_at, self.due_at = self._date(mapping.end_at), self._date(mapping.due_at)
        self.moments = [self._moment(one) for one in mapping.moments]
        self.event = self._moment(mapping.event) if mapping.event else None
        self.end_when = {self.places[column]: values for column, values in mapping.end_when.items()}
        self.verdict_at = self.places[mapping.verdict.column] if mapping.verdict else None

    # ── compiling ──
    def _rule(self, rule: Rule) -> Any:
        return rule.compiled(self.places, self.mapping.empty)

    def _date(self, rule: Rule) -> Any:
        read, label = self._rule(rule), rule.label

        def reading(cells: Cells) -> datetime | None:
            text = read(cells)
            return self.dates.read(label, text) if text else None

        return reading

    def _moment(self, moment: Moment) -> Any:
        at, name = self._date(moment.at), self._rule(moment.name)
        data = {key: self._rule(rule) for key, rule in moment.data.items()}

        def reading(cells: Cells) -> Happening | None:
            happened_at = at(cells)
            if happened_at is None:
                return None
            what = _short("", name(cells), FIELD_LENGTH)
            values = {key: _short(key, read(cells), FIELD_LENGTH) for key, read in data.items()}
            return Happening(happened_at, what, {key: value for key, value in values.items() if value})

        return reading

    # ── one case ──
    def case_key(self, cells: Cells) -> str:
        """The cell that says which case an event row belongs to."""
        return cells[self.places[self.mapping.case]].strip()

    def make(self, records: Sequence[Record]) -> Case | Rejected | PassedOver:
        """The case of these rows, or why there is none."""
        numbers = [record.number for record in records]
        found = [(record.number, record.problem) for record in records if record.problem]
        if not found:
            decisive = records[0 if self.mapping.attributes == "first" else -1]
            case = self._try(decisive.number, found, self._case, decisive, records)
            happenings = self._happenings(records, found)
            if case is not None and not found:
                case.rows = numbers
                case.happenings = happenings
                case.fields |= fields_of(self.mapping.happened, happenings)
                if self.mapping.only and self.mapping.only not in case.fields:
                    return PassedOver(numbers)
                self._try(decisive.number, found, self._finish, case)
                if not found:
                    return case
        return self._rejected(records, found)

    def _rejected(self, records: Sequence[Record], found: list[tuple[int, RowProblem]]) -> Rejected:
        bad = {number for number, _ in found}
        zh, en = f"同一案件的第 {min(bad)} 行有错", f"Row {min(bad)} of the same case is wrong"
        found += [(one.number, problem("", "", zh, en)) for one in records if one.number not in bad]
        return Rejected([one.number for one in records], self._known_key(records), found)

    def _known_key(self, records: Sequence[Record]) -> str:
        first = records[0]
        try:
            return self.key(first.cells)[:120] if self.key and first.cells else ""
        except (RowProblem, IndexError):
            return ""

    @staticmethod
    def _try(number: int, found: list[tuple[int, RowProblem]], work: Any, *given: Any) -> Any:
        try:
            return work(*given)
        except RowProblem as error:
            found.append((number, error))
            return None

    def _case(self, record: Record, records: Sequence[Record]) -> Case:
        cells = record.cells
        digest = _digest(records)
        received_at = self.received_at(cells)
        if received_at is None:
            raise problem(self.mapping.received_at.label, "", "没有受理时间", "No time of receipt")
        return Case(
            external_id=self._external_id(record, digest),
            sha256=digest,
            rows=[record.number],
            received_at=received_at,
            content=self._required(self.mapping.content.label, self.content(cells), "content"),
            subject=_short(self.mapping.subject.label, self.subject(cells), LONGEST["subject"]),
            facts=self._texts(self.mapping.facts, self.facts, cells, FACT_LENGTH),
            fields=self._texts(self.mapping.fields, self.fields, cells, FIELD_LENGTH),
            customer=self._texts(self.mapping.customer, self.customer, cells, 200),
            replied_at=self.replied_at(cells),
            answer=_short(self.mapping.reply_text.label, self.answer(cells), LONGEST["answer"]),
            ended_at=self.ended_at(cells),
            end_state=self.state(cells) if self._is_over(cells) else "",
            due_at=self.due_at(cells),
            verdict=self._verdict(cells),
        )

    def _external_id(self, record: Record, digest: str) -> str:
        if self.key is None:
            return f"{record.number}-{digest[:24]}"
        return self._required(self.mapping.external_id.label, self.key(record.cells), "external_id")

    def _required(self, label: str, value: str, what: str) -> str:
        if not value:
            raise problem(label, "", "不能为空", "Must not be empty")
        return _short(label, value, LONGEST[what])

    def _texts(self, rules: Any, readings: Any, cells: Cells, longest: int) -> dict[str, str]:
        found = {}
        for name, read in readings.items():
            value = read(cells)
            if value:
                found[name] = _short(rules[name].label, value, LONGEST.get(name, longest))
        return found

    def _is_over(self, cells: Cells) -> bool:
        """By `end.when`; without it, where there is a time of the end or, as the mapping knows none, of the reply."""
        if self.end_when:
            return any(cells[place].strip() in values for place, values in self.end_when.items())
        return bool(self.ended_at(cells) if self.mapping.end_at.label else self.replied_at(cells))

    def _verdict(self, cells: Cells) -> bool | None:
        verdict = self.mapping.verdict
        if verdict is None or self.verdict_at is None:
            return None
        value = cells[self.verdict_at].strip()
        if value in verdict.yes:
            return True
        if value in verdict.no:
            return False
        if value == "" or value in self.mapping.empty:
            return None
        known = "、".join(sorted(verdict.yes | verdict.no))
        raise problem(verdict.column, value, f"只认：{known}", f"Must be one of: {known.replace('、', ', ')}")

    # ── times ──
    def _happenings(self, records: Sequence[Record], found: list[tuple[int, RowProblem]]) -> list[Happening]:
        """What was recorded, in the order of time; rows of the same instant stay in the order of the file."""
        readings = [self.event] if self.event else self.moments
        made = [
            self._try(record.number, found, self._happening, read, record) for record in records for read in readings
        ]
        return sorted((one for one in made if one is not None), key=attrgetter("at"))

    def _happening(self, read: Any, record: Record) -> Happening | None:
        happening: Happening | None = read(record.cells)
        if happening is None and self.event and self.mapping.event:
            raise problem(self.mapping.event.at.label, "", "没有事件时间", "No time of the event")
        return happening

    def _finish(self, case: Case) -> None:
        """What follows from all of it: whether it is over, and that nothing lies ahead of the import."""
        if not case.end_state:
            case.ended_at = None
        elif case.ended_at is None:
            self._end_as_known(case)
        times = {
            self.mapping.received_at.label: case.received_at,
            self.mapping.reply_at.label: case.replied_at,
            self.mapping.end_at.label: case.ended_at,
            "event": case.happenings[-1].at if case.happenings else None,
        }
        for label, at in times.items():
            if at is not None and at > self.now:
                raise problem(label, at.isoformat(), "这个时间还没有到", "This time lies in the future")

    def _end_as_known(self, case: Case) -> None:
        """Over, but the source gives no time of the end: the reply's, else the last one it knows, marked as such."""
        if case.replied_at is not None:
            case.ended_at = case.replied_at
            return
        known = [case.received_at, *(happening.at for happening in case.happenings)]
        case.ended_at, case.end_known = max(known), False


def _short(label: str, value: str, longest: int) -> str:
    """The value, or a RowProblem when it is too long. Characters that can't be stored were found by the reader."""
    if len(value) > longest:
        zh, en = f"最多 {longest} 字，现在 {len(value)} 字", f"At most {longest} characters, there are {len(value)}"
        raise problem(label, value, zh, en)
    return value


def _digest(records: Sequence[Record]) -> str:
    whole = "\x1e".join("\x1f".join(record.cells) for record in records)
    return hashlib.sha256(whole.encode()).hexdigest()
