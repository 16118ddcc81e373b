"""Compiling what a rulebook says about words: roles, ends, fields, messages, tables, and data for others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tickets.rulebook import words
from tickets.rulebook.compiled import (
    Alike,
    Field,
    Message,
    Penalty,
    Phrases,
    PriorityRow,
    Record,
    Report,
    Row,
    Table,
    Title,
)
from tickets.rulebook.parse import condition_at, plain_limit_at
from tickets.rulebook.problems import Problems
from tickets.rulebook.reader import Reader
from tickets.rulebook.source import join, kind_of


def section(source: Mapping[str, object], name: str, problems: Problems) -> dict[str, object]:
    """The names of a section with their content; bad names are problems and left out."""
    reader = Reader(source.get(name, {}), name, problems)
    for word in reader.words:
        if not words.is_name(word):
            problems.add(name, "bad_name", name=word)
    return {word: value for word, value in reader.words.items() if words.is_name(word)}


def titles(source: Mapping[str, object], name: str, problems: Problems) -> dict[str, Title]:
    """`[roles]`, `[ends]`: a name and its title; English stands in `[en.roles]`."""
    english = Reader(source.get("en", {}), "en", problems, ("roles", "ends"))
    en = Reader(english.words.get(name, {}), f"en.{name}", problems)
    found: dict[str, Title] = {}
    reader = Reader(section(source, name, problems), name, problems)
    for word, value in reader.words.items():
        if isinstance(value, Mapping):
            found[word] = Reader(value, join(name, word), problems, ("title", "en")).title(required=True)
        else:
            found[word] = Title(reader.text(word, required=True) or word, en.text(word))
    for word in en.words:
        if word not in found:
            problems.unknown(f"en.{name}", name.removesuffix("s"), word, found)
    return found


def ends(source: Mapping[str, object], problems: Problems) -> dict[str, Title]:
    found = titles(source, "ends", problems)
    for name in found:
        if name not in words.ENDS:
            problems.unknown("ends", "end", name, words.ENDS)
    if not found:
        problems.add("ends", "missing", word="ends")
    return found


# ── fields, messages, tables ─────────────────────────────────────────────────────────────────────────


def fields(source: Mapping[str, object], problems: Problems) -> dict[str, Field]:
    found = {name: field(name, value, problems) for name, value in section(source, "fields", problems).items()}
    for name, kind in words.RESERVED_TYPES.items():
        if name not in found:
            found[name] = Field(name, words.RESERVED_TITLES[name], kind)
        elif found[name].type != kind:
            problems.add(f"fields.{name}", "reserved_type", name=name, wanted=kind)
    found.setdefault("channel", Field("channel", words.CHANNEL_TITLE))  # every ticket has one; choices are the book's
    return found


def field(name: str, value: object, problems: Problems) -> Field:
    reader = Reader(value, f"fields.{name}", problems, words.FIELD)
    choices = choices_of(reader)
    kind = reader.one_of("type", "type", words.TYPES, "choice" if choices else "text")
    if choices and kind not in ("choice", "list"):
        problems.add(reader.place, "choices_type", name=kind)
    if kind == "choice" and not choices:
        problems.add(reader.place, "no_choices")
    if "of" in reader and reader.words["of"] != "step":
        reader.wrong("of", '"step"')
    if "most" in reader and (kind != "list" or reader.whole("most") < 1):
        reader.wrong("most", "how many entries a list may have")
    return Field(
        name=name,
        title=reader.title(default=name),
        type=kind,
        most=reader.whole("most"),
        choices=choices,
        default=default_of(reader),
        of_step="of" in reader,
        personal=reader.flag("personal"),
        log=reader.flag("log"),
        hint=reader.title("hint", "hint_en") if "hint" in reader else None,
    )


def default_of(reader: Reader) -> object:
    value = reader.words.get("default")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if value is not None and not isinstance(value, str | int | float | bool):
        reader.wrong("default", "a value")
        return None
    return value


def choices_of(reader: Reader) -> dict[str, Title]:
    if "choices" not in reader:
        return {}
    listed = reader.words["choices"]
    if isinstance(listed, list) and listed and all(isinstance(one, str) for one in listed):
        listed = {one: one for one in listed}
    choices = Reader(listed, reader.at("choices"), reader.problems)
    if not choices.words:
        reader.problems.add(reader.place, "empty", word="choices")
    english = Reader(reader.words.get("choices_en", {}), reader.at("choices_en"), reader.problems)
    for value in english.words:
        if value not in choices:
            reader.problems.unknown(english.place, "value", value, choices.words)
    for value in choices.words:
        if not value.strip() or len(value) > words.NAME_LENGTH:
            reader.problems.add(choices.place, "bad_name", name=value)
    return {value: Title(choices.text(value), english.text(value)) for value in choices.words}


def messages(source: Mapping[str, object], problems: Problems) -> dict[str, Message]:
    return {name: message(name, value, problems) for name, value in section(source, "messages", problems).items()}


def message(name: str, value: object, problems: Problems) -> Message:
    reader = Reader(value, f"messages.{name}", problems, words.MESSAGE)
    text = reader.title("text", "text_en", required=True)
    reader.require("ways")
    places = places_in(text.zh, reader.at("text"), problems) | places_in(text.en, reader.at("text_en"), problems)
    return Message(name, reader.title(default=name), text, reader.names("ways"), places)


def places_in(text: str, place: str, problems: Problems) -> frozenset[str]:
    if "{" in words.PLACE.sub("", text) or "}" in words.PLACE.sub("", text):
        problems.add(place, "bad_braces")
    return frozenset(words.PLACE.findall(text))


def tables(source: Mapping[str, object], problems: Problems) -> dict[str, Table]:
    return {name: table(name, value, problems) for name, value in section(source, "tables", problems).items()}


def table(name: str, value: object, problems: Problems) -> Table:
    reader = Reader(value, f"tables.{name}", problems, words.TABLE)
    if words.LIMIT.fullmatch(name) or name in (words.NONE, words.REST_WORD):
        problems.add(reader.place, "reserved", name=name)
    reader.require("by")
    by = reader.names("by")
    rows = [row(number, one, by, reader) for number, one in enumerate(reader.items("rows"), 1)]
    if not rows:
        problems.add(reader.place, "empty", word="rows")
    return Table(name, reader.title(default=name), by, tuple(one for one in rows if one is not None))


def row(number: int, value: object, by: tuple[str, ...], reader: Reader) -> Row | None:
    place, problems = reader.at("rows"), reader.problems
    if not isinstance(value, list):
        problems.add(f"{place}[{number}]", "expected", noun="a list", found=kind_of(value))
        return None
    if len(value) != len(by) + 1:
        problems.add(reader.place, "row_length", row=number, found=len(value), wanted=len(by) + 1)
        return None
    cells = tuple(cell(number, one, reader) for one in value[:-1])
    return Row(cells, row_value(value[-1], f"{place}[{number}]", problems))


def cell(number: int, value: object, reader: Reader) -> frozenset[object] | None:
    if value == "*":
        return None
    values = value if isinstance(value, list) else [value]
    if "*" in values:
        reader.problems.add(reader.place, "star_in_list", row=number)
        return frozenset(one for one in values if isinstance(one, str) and one != "*")
    if not values or not all(isinstance(one, str | int | float | bool) for one in values):
        noun = "a value or a list of values"
        reader.problems.add(f"{reader.place}.rows[{number}]", "expected", noun=noun, found=kind_of(value))
        return None
    return frozenset(values)


def row_value(value: object, place: str, problems: Problems) -> object:
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return tuple(value)
    if isinstance(value, str | int | float | bool):
        return value
    problems.add(place, "expected", noun="a value", found=kind_of(value))
    return ""


# ── data for others ──────────────────────────────────────────────────────────────────────────────────


def priority(source: Mapping[str, object], problems: Problems) -> tuple[PriorityRow, ...]:
    rows = source.get("priority", [])
    if not isinstance(rows, list):
        problems.add("priority", "expected", noun="a list of tables", found=kind_of(rows))
        return ()
    return tuple(priority_row(one, f"priority[{number}]", problems) for number, one in enumerate(rows, 1))


def priority_row(value: object, place: str, problems: Problems) -> PriorityRow:
    reader = Reader(value, place, problems, words.PRIORITY)
    reader.require("score")
    return PriorityRow(
        when=condition_at(reader),
        score=reader.whole("score"),
        because=reader.title("because", "because_en", required=True),
        mark=reader.text("mark"),
        short=reader.title("short", "short_en") if "short" in reader else None,
    )


def penalties(source: Mapping[str, object], problems: Problems) -> dict[str, Penalty]:
    return {name: penalty(name, value, problems) for name, value in section(source, "penalties", problems).items()}


def penalty(name: str, value: object, problems: Problems) -> Penalty:
    reader = Reader(value, f"penalties.{name}", problems, words.PENALTY)
    return Penalty(
        name=name,
        title=reader.title(default=name),
        when=condition_at(reader),
        on=reader.one_of("on", "word", words.PENALTY_ON, words.PENALTY_ON[0]),
        of=reader.names("of"),
        fine=fine(reader),
        points=amount(reader, "points"),
        per=reader.one_of("per", "word", (words.DAY_LATE,)),
        measures=reader.names("measures"),
        measures_en=reader.names("measures_en"),
        by=reader.names("by"),
        above=reader.names("above"),
        within=plain_limit_at(reader, "within") or "",
        tell=reader.names("tell"),
        circular=reader.flag("circular"),
    )


def amount(reader: Reader, word: str) -> Decimal:
    value = reader.words.get(word, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        reader.wrong(word, "a number")
        return Decimal(0)
    return Decimal(str(value))


def fine(reader: Reader) -> tuple[Decimal, Decimal] | None:
    """One amount, or the least and the most that may be chosen."""
    if "fine" not in reader:
        return None
    value = reader.words["fine"]
    written = value if isinstance(value, list) else [value, value]
    numbers = [Decimal(str(one)) for one in written if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(written) != 2 or len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1]:
        reader.wrong("fine", "two numbers")
        return None
    return numbers[0], numbers[1]


def reports(source: Mapping[str, object], problems: Problems) -> dict[str, Report]:
    return {name: report(name, value, problems) for name, value in section(source, "reports", problems).items()}


def report(name: str, value: object, problems: Problems) -> Report:
    reader = Reader(value, f"reports.{name}", problems, words.REPORT)
    every = reader.one_of("every", "period", words.EVERY, required=True)
    due = reader.text("due", required=True)
    if due and not words.is_limit(due) and not words.REPORT_DUE.fullmatch(due):
        problems.add(reader.at("due"), "bad_format", name=due, noun="day 30 or a limit")
    return Report(name, reader.title(default=name), every, due, reader.names("by"), reader.names("to"))


def records(source: Mapping[str, object], problems: Problems) -> dict[str, Record]:
    return {name: record(name, value, problems) for name, value in section(source, "records", problems).items()}


def record(name: str, value: object, problems: Problems) -> Record:
    reader = Reader(value, f"records.{name}", problems, words.RECORD)
    reader.require("on")
    keep = Reader(reader.words.get("keep", {}), reader.at("keep"), problems)
    clocks = Reader(reader.words.get("clocks", {}), reader.at("clocks"), problems)
    return Record(
        name=name,
        title=reader.title(default=name),
        on=frozenset(reader.names("on")),
        keep={word: keep.names(word) for word in keep.words},
        clocks={word: clocks.text(word) for word in clocks.words},
        when=condition_at(reader),
    )


def alike(source: Mapping[str, object], problems: Problems) -> dict[str, Alike]:
    return {name: alike_one(name, value, problems) for name, value in section(source, "alike", problems).items()}


def alike_one(name: str, value: object, problems: Problems) -> Alike:
    reader = Reader(value, f"alike.{name}", problems, words.ALIKE)
    for word in ("same", "on"):
        reader.require(word)
    within = reader.text("within", required=True)
    if within and not words.WITHIN.fullmatch(within):
        problems.add(reader.at("within"), "bad_format", name=within, noun="a time back like 24h or 30d")
    return Alike(
        name=name,
        title=reader.title(default=name),
        same=reader.names("same"),
        within=within,
        on=frozenset(reader.names("on")),
        count=reader.text("count", required=True),
        link=reader.one_of("link", "link", words.LINKS),
    )


def phrases(source: Mapping[str, object], problems: Problems) -> Phrases:
    reader = Reader(source.get("phrases", {}), "phrases", problems, words.PHRASES)
    return Phrases(reader.names("polite"), reader.names("forbidden"))
