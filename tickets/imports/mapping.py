"""The mapping language: a TOML file that says what each column of a foreign table is taken for.

Pure. `load_mapping` finds every mistake at once, each as `file: place: reason`. docs/mappings/README.md explains it.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tickets.limit_words import Limit, LimitError
from tickets.rulebook.problems import Problem

from . import happened
from .happened import Happened
from .problems import MappingErrors
from .values import ISO, NOTHING, Rule, date_pattern

FACTS = ("channel", "business_type", "complaint_type", "grade", "severity", "level", "brand", "region")
CUSTOMER = ("name", "phone", "account", "email", "address")
ROW_KEY = "#row"  # as external_id: the source has no key, one is made of row number and content
ACTIONS = {"register": "register", "record": "record", "reply": "reply", "close": "close"}
NAME = re.compile(r"[a-z][a-z0-9_]{0,58}")
RULE_WORDS = frozenset({"column", "text", "values", "refuse", "default", "cut", "optional"})
SECTIONS: dict[str, frozenset[str]] = {
    "ticket": frozenset({"external_id", "received_at", "subject", "content", *FACTS}),
    "customer": frozenset(CUSTOMER),
    "reply": frozenset({"at", "text"}),
    "end": frozenset({"at", "state", "when"}),
    "promise": frozenset({"due_at", "limit"}),
    "verdict": frozenset({"column", "yes", "no"}),
    "event": frozenset({"at", "name", "data"}),
    "actions": frozenset(ACTIONS),
}
LISTED = ("fields", "moment", "happened")
TOP = {
    "source": str,
    "title": str,
    "title_en": str,
    "rulebook": str,
    "rulebook_file": str,
    "organisation": str,
    "unit": str,
    "step": str,
    "zone": str,
    "encoding": str,
    "delimiter": str,
    "case": str,
    "attributes": str,
    "only": str,
    "dates": list,
    "empty": list,
    "ignored": list,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a case at a time of its own: `name` is what, `data` is kept with it."""

    name: Rule
    at: Rule
    data: Mapping[str, Rule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The source only says whether it was in time."""

    column: str
    yes: frozenset[str]
    no: frozenset[str]


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A mapping that is well formed. Whether it fits the file and the rulebook is found out before the first row."""

    file: str
    folder: Path
    sha256: str
    source: str
    rulebook: str
    external_id: Rule
    received_at: Rule
    content: Rule
    subject: Rule = NOTHING
    facts: Mapping[str, Rule] = field(default_factory=dict)
    fields: Mapping[str, Rule] = field(default_factory=dict)
    customer: Mapping[str, Rule] = field(default_factory=dict)
    reply_at: Rule = NOTHING
    reply_text: Rule = NOTHING
    end_at: Rule = NOTHING
    end_state: Rule = NOTHING
    end_when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    due_at: Rule = NOTHING
    limit: Limit | None = None
    verdict: Verdict | None = None
    event: Moment | None = None
    moments: tuple[Moment, ...] = ()
    happened: tuple[Happened, ...] = ()
    only: str = ""
    actions: Mapping[str, str] = field(default_factory=lambda: dict(ACTIONS))
    title: str = ""
    title_en: str = ""
    rulebook_file: str = ""
    organisation: str = ""
    unit: str = ""
    step: str = ""
    zone: str = ""
    encoding: str = ""
    delimiter: str = ""
    case: str = ""
    attributes: str = "last"
    dates: tuple[str, ...] = (ISO,)
    empty: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    def rules(self) -> Iterator[Rule]:
        """Every rule there is."""
        yield from (self.external_id, self.received_at, self.content, self.subject, self.reply_at, self.reply_text)
        yield from (self.end_at, self.end_state, self.due_at)
        yield from (*self.facts.values(), *self.fields.values(), *self.customer.values())
        for moment in (*self.moments, *([self.event] if self.event else [])):
            yield from (moment.name, moment.at, *moment.data.values())

    def needed_columns(self) -> frozenset[str]:
        """Columns that the file must have."""
        named = {column for rule in self.rules() if not rule.optional for column in rule.columns}
        named |= set(self.end_when) | ({self.verdict.column} if self.verdict else set())
        return frozenset((named | ({self.case} if self.case else set())) - {ROW_KEY})

    def known_columns(self) -> frozenset[str]:
        """Columns that the mapping speaks of."""
        return self.needed_columns() | self.ignored | {column for rule in self.rules() for column in rule.columns}


def load_mapping(path: Path) -> ImportMapping:
    """Read a mapping file. Raises MappingErrors, OSError."""
    content = path.read_bytes()
    reading = _Reading(path.name)
    try:
        source = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reading.wrong("", f"不是 TOML：{error}", f"Not TOML: {error}")
        raise MappingErrors(reading.problems) from error
    words = reading.all(source)
    if reading.problems:
        raise MappingErrors(reading.problems)
    return ImportMapping(file=path.name, folder=path.parent, sha256=hashlib.sha256(content).hexdigest(), **words)


class _Reading:
    """Reads one file and collects what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, place: str, zh: str, en: str) -> None:
        self.problems.append(Problem(self.file, place, en, zh))

    def all(self, source: dict[str, Any]) -> dict[str, Any]:
        for name in source:
            if name not in TOP and name not in SECTIONS and name not in LISTED:
                self.wrong(name, "没有这个词", f"Unknown word; known are {', '.join([*TOP, *SECTIONS, *LISTED])}")
        head = self.head(source)
        ticket = self.section(source, "ticket")
        for name in ("external_id", "received_at", "content"):
            if name not in ticket:
                self.wrong(f"ticket.{name}", "必须写", "Must be given")
        customer = self.section(source, "customer")
        fields = self.table(source, "fields")
        return {
            **head,
            "external_id": self.rule(ticket, "ticket", "external_id"),
            "received_at": self.rule(ticket, "ticket", "received_at"),
            "content": self.rule(ticket, "ticket", "content"),
            "subject": self.rule(ticket, "ticket", "subject"),
            "facts": {name: self.rule(ticket, "ticket", name) for name in FACTS if name in ticket},
            "fields": {name: self.field(fields, name) for name in fields},
            "customer": {name: self.rule(customer, "customer", name) for name in customer if name in CUSTOMER},
            **self.times(source),
            "verdict": self.verdict(source),
            "event": self.event(source),
            "moments": self.moments(source),
            "happened": self.happened(source),
            "actions": {**ACTIONS, **self.texts(self.section(source, "actions"), "actions")},
        }

    # ── the head ──
    def head(self, source: dict[str, Any]) -> dict[str, Any]:
        words: dict[str, Any] = {}
        for name, kind in TOP.items():
            if name not in source:
                continue
            value = source[name]
            if not isinstance(value, kind) or (kind is list and not all(isinstance(one, str) for one in value)):
                self.wrong(name, "类型不对", f"Must be {'a text' if kind is str else 'a list of texts'}")
            else:
                words[name] = value
        for name in ("source", "rulebook"):
            if not words.get(name):
                self.wrong(name, "必须写", "Must be given")
        self.check_head(words)
        words["dates"] = tuple(words.get("dates") or (ISO,))
        for name in ("empty", "ignored"):
            words[name] = frozenset(words.get(name, ()))
        return words

    def check_head(self, words: dict[str, Any]) -> None:
        if len(words.get("source", "")) > 60:
            self.wrong("source", "最多 60 字", "At most 60 characters")
        if words.get("attributes", "last") not in ("first", "last"):
            self.wrong("attributes", "写 first 或 last", 'Must be "first" or "last"')
        if len(words.get("delimiter", ",")) != 1:
            self.wrong("delimiter", "只能一个字符", "Must be one character")
        for place, written in enumerate(words.get("dates", ()), start=1):
            try:
                date_pattern(written)
            except ValueError:
                zh = f"“{written}”要由 %Y %m %d %H %M %S %f 组成，每个最多一次"
                self.wrong(
                    f"dates[{place}]", zh, f'"{written}" must be "iso" or made of %Y %m %d %H %M %S %f, each once'
                )
        self.check_zone(words.get("zone", ""))
        try:
            "".encode(words.get("encoding") or "utf-8")
        except LookupError:
            self.wrong("encoding", "不认识的编码", f"Unknown encoding {words['encoding']!r}")

    def check_zone(self, zone: str) -> None:
        try:
            ZoneInfo(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.wrong("zone", f"不认识的时区“{zone}”", f"Unknown time zone {zone!r}")

    # ── sections ──
    def table(self, source: dict[str, Any], name: str) -> dict[str, Any]:
        found = source.get(name, {})
        if not isinstance(found, dict):
            self.wrong(name, "要写成一节", "Must be a section")
            return {}
        return found

    def section(self, source: dict[str, Any], name: str, place: str = "") -> dict[str, Any]:
        found = self.table(source, name)
        for word in found:
            if word not in SECTIONS[name]:
                known = ", ".join(sorted(SECTIONS[name]))
                self.wrong(f"{place or name}.{word}", f"没有这个词；可用：{known}", f"Unknown word; known are {known}")
        return found

    def texts(self, section: dict[str, Any], place: str) -> dict[str, str]:
        for name, value in section.items():
            if not isinstance(value, str):
                self.wrong(f"{place}.{name}", "要写文字", "Must be a text")
        return {name: str(value) for name, value in section.items()}

    def times(self, source: dict[str, Any]) -> dict[str, Any]:
        reply, end = self.section(source, "reply"), self.section(source, "end")
        promise = self.section(source, "promise")
        if "text" in reply and "at" not in reply:
            self.wrong("reply.at", "必须写", "Must be given")
        if "due_at" in promise and "limit" in promise:
            self.wrong("promise", "due_at 与 limit 只能写一个", "Either due_at or limit, not both")
        state = end.get("state", "closed")
        return {
            "reply_at": self.rule(reply, "reply", "at"),
            "reply_text": self.rule(reply, "reply", "text"),
            "end_at": self.rule(end, "end", "at"),
            "end_state": Rule(text=state) if isinstance(state, str) else self.rule(end, "end", "state"),
            "end_when": self.when(end),
            "due_at": self.rule(promise, "promise", "due_at"),
            "limit": self.limit(promise),
        }

    def when(self, end: dict[str, Any]) -> dict[str, frozenset[str]]:
        found = end.get("when", {})
        lists = isinstance(found, dict) and all(
            isinstance(values, list) and all(isinstance(one, str) for one in values) for values in found.values()
        )
        if not lists:
            self.wrong("end.when", "要写成 { 列名 = [值, …] }", "Must be { column = [values] }")
            return {}
        return {column: frozenset(values) for column, values in found.items()}

    def limit(self, promise: dict[str, Any]) -> Limit | None:
        if "limit" not in promise:
            return None
        try:
            return Limit.parse(str(promise["limit"]))
        except LimitError as error:
            self.wrong("promise.limit", f"不是时限：{promise['limit']}", str(error))
            return None

    def verdict(self, source: dict[str, Any]) -> Verdict | None:
        if "verdict" not in source:
            return None
        found = self.section(source, "verdict")
        lists = {name: found.get(name) for name in ("yes", "no")}
        for name, values in lists.items():
            if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
                self.wrong(f"verdict.{name}", "要写值的列表", "Must be a list of values")
                lists[name] = []
        if not isinstance(found.get("column"), str):
            self.wrong("verdict.column", "必须写", "Must be given")
        return Verdict(str(found.get("column", "")), frozenset(lists["yes"] or ()), frozenset(lists["no"] or ()))

    def event(self, source: dict[str, Any]) -> Moment | None:
        if ("event" in source) != ("case" in source):
            self.wrong("event", "case 与 [event] 要一起写", "`case` and [event] belong together")
        if "event" not in source:
            return None
        return self.moment(self.section(source, "event"), "event")

    def moments(self, source: dict[str, Any]) -> tuple[Moment, ...]:
        found = source.get("moment", [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.wrong("moment", "要写成 [[moment]]", "Must be [[moment]]")
            return ()
        made = []
        for number, one in enumerate(found, start=1):
            self.section({"event": one}, "event", f"moment[{number}]")
            made.append(self.moment(one, f"moment[{number}]"))
        return tuple(made)

    def happened(self, source: dict[str, Any]) -> tuple[Happened, ...]:
        rules = happened.read(source, lambda name: NAME.fullmatch(name) is not None, self.wrong)
        only = source.get("only", "")
        if only and only not in {rule.field for rule in rules}:
            self.wrong("only", "要写 [[happened]] 里的一个字段", "Must be a field of [[happened]]")
        return rules

    def moment(self, words: dict[str, Any], place: str) -> Moment:
        for name in ("at", "name"):
            if name not in words:
                self.wrong(f"{place}.{name}", "必须写", "Must be given")
        data = self.table(words, "data")
        return Moment(
            self.rule(words, place, "name"),
            self.rule(words, place, "at"),
            {name: self.rule(data, f"{place}.data", name) for name in data},
        )

    # ── rules ──
    def field(self, fields: dict[str, Any], name: str) -> Rule:
        if not NAME.fullmatch(name) or name in (*FACTS, "content"):
            zh = "字段名要用小写字母、数字、下划线，且不与工单的列同名"
            en = "Must be a name of a-z 0-9 _ that is no column of [ticket]"
            self.wrong(f"fields.{name}", zh, en)
        return self.rule(fields, "fields", name)

    def rule(self, section: dict[str, Any], place: str, name: str) -> Rule:
        if name not in section:
            return NOTHING
        where, value = f"{place}.{name}", section[name]
        if isinstance(value, str):
            return Rule(column=value) if value else self.bad_rule(where)
        if not isinstance(value, dict):
            return self.bad_rule(where)
        for word in value:
            if word not in RULE_WORDS:
                known = ", ".join(sorted(RULE_WORDS))
                self.wrong(f"{where}.{word}", f"没有这个词；可用：{known}", f"Unknown word; known are {known}")
        return self.long_rule(where, {word: one for word, one in value.items() if word in RULE_WORDS})

    def bad_rule(self, where: str) -> Rule:
        self.wrong(
            where, "要写列名，或 { column = … }、{ text = … }", "Must be a column, { column = … } or { text = … }"
        )
        return NOTHING

    def long_rule(self, where: str, value: dict[str, Any]) -> Rule:
        if ("column" in value) == ("text" in value):
            return self.bad_rule(where)
        kinds: dict[str, type] = {"values": dict, "refuse": bool, "cut": int, "optional": bool}
        for word, one in value.items():
            if not isinstance(one, kinds.get(word, str)):
                self.wrong(f"{where}.{word}", "类型不对", f"Must be {kinds.get(word, str).__name__}")
                return NOTHING
        translated = value.get("values", {})
        if not all(isinstance(one, str) for one in translated.values()):
            self.wrong(f"{where}.values", "要写 { 原值 = 新值 }", "Must be { foreign = ours } of texts")
            return NOTHING
        if "cut" in value and value["cut"] < 2:
            self.wrong(f"{where}.cut", "至少 2", "At least 2")
        return Rule(**value)
