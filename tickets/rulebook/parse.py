"""The parts that stand in many places: conditions, limits, holders, effects."""

from __future__ import annotations

from collections.abc import Mapping

from tickets.rulebook import words
from tickets.rulebook.compiled import (
    ALWAYS,
    AnyOf,
    Ask,
    Back,
    ClockIs,
    Condition,
    Effect,
    End,
    FromTable,
    Has,
    HolderSpec,
    LimitSpec,
    Next,
    OneOf,
    Recall,
    Rectify,
    Set,
    Tell,
    Test,
    Threshold,
)
from tickets.rulebook.problems import Problems
from tickets.rulebook.reader import Reader
from tickets.rulebook.source import join, kind_of

# ── conditions ───────────────────────────────────────────────────────────────────────────────────────


def condition(value: object, place: str, problems: Problems) -> Condition:
    """`{ a = 1, b = ["x", "y"] }`: every entry holds (§11.5)."""
    reader = Reader(value, place, problems)
    tests: list[Test] = []
    for word, wanted in reader.words.items():
        tests.extend(tests_of(word, wanted, reader.at(word), problems))
    return Condition(tuple(tests))


def tests_of(word: str, wanted: object, place: str, problems: Problems) -> list[Test]:
    if word == "any":
        return [AnyOf(options(wanted, place, problems))]
    if word == "has":
        return [Has(Reader({"has": wanted}, place.removesuffix(".has"), problems).names("has"))]
    if word == "done":
        counts = Reader(wanted, place, problems).words
        return [test for name, one in counts.items() for test in fact_test(f"done.{name}", one, place, problems)]
    if word == "clock":
        clocks = Reader(wanted, place, problems)
        return [ClockIs(name, frozenset(clocks.names(name))) for name in clocks.words]
    return fact_test(word, wanted, place, problems)


def options(wanted: object, place: str, problems: Problems) -> tuple[Condition, ...]:
    if not isinstance(wanted, list) or not wanted:
        problems.add(place, "expected", noun="a list of tables", found=kind_of(wanted))
        return (ALWAYS,)
    return tuple(condition(one, f"{place}[{number}]", problems) for number, one in enumerate(wanted, 1))


def fact_test(fact: str, wanted: object, place: str, problems: Problems) -> list[Test]:
    if isinstance(wanted, Mapping):
        return threshold(fact, wanted, place, problems)
    values = wanted if isinstance(wanted, list) else [wanted]
    if not values or not all(isinstance(one, str | int | float | bool) for one in values):
        problems.add(place, "expected", noun="a value or a list of values", found=kind_of(wanted))
        return []
    return [OneOf(fact, frozenset(values))]


def threshold(fact: str, wanted: Mapping[str, object], place: str, problems: Problems) -> list[Test]:
    reader = Reader(wanted, place, problems, ("min", "max"))
    if not wanted:
        problems.add(place, "expected", noun="a value", found="nothing")
    for word in ("min", "max"):
        value = wanted.get(word, 0)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            reader.wrong(word, "a number or a table")
            return []
    least, most = wanted.get("min"), wanted.get("max")
    if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
        problems.add(place, "min_over_max")
    return [Threshold(fact, least, most)]


def condition_at(reader: Reader, word: str = "when") -> Condition:
    return condition(reader.words[word], reader.at(word), reader.problems) if word in reader else ALWAYS


def target_at(reader: Reader) -> Condition | None:
    """`target = true`: always an aim; a condition: an aim where it holds; else binding (TARGET)."""
    value = reader.words.get("target", False)
    if isinstance(value, bool):
        return ALWAYS if value else None
    if isinstance(value, Mapping):
        return condition(value, reader.at("target"), reader.problems)
    reader.wrong("target", "true, false or a condition")
    return None


# ── limits and holders ───────────────────────────────────────────────────────────────────────────────


def limit_at(reader: Reader, word: str = "limit") -> LimitSpec | None:
    """The parts as written; `reads` is added when all tables are known (`load.with_reads`)."""
    if word not in reader:
        return None
    parts = parts_at(reader, word)
    if not parts:
        return None
    for part in parts:
        check_limit_word(part, reader.at(word), reader.problems)
    return LimitSpec(parts)


def check_limit_word(part: str, place: str, problems: Problems) -> None:
    if words.LIMIT.fullmatch(part):
        if not words.is_limit(part):
            problems.add(place, "limit_length", name=part)
    elif not (words.REST.fullmatch(part) or words.BEFORE_CLOCK.fullmatch(part) or words.is_name(part)):
        problems.add(place, "not_limit", name=part)


def plain_limit_at(reader: Reader, word: str) -> str | None:
    """A limit that must be written out (`at_most`), no table and no field."""
    if word not in reader:
        return None
    value = reader.text(word)
    if not words.is_limit(value):
        reader.problems.add(reader.at(word), "bad_format", name=value, noun="a limit like 15wd")
        return None
    return value


def holder_at(reader: Reader, word: str = "at") -> HolderSpec | None:
    if word not in reader:
        return None
    parts = parts_at(reader, word)
    return HolderSpec(parts) if parts else None


def parts_at(reader: Reader, word: str) -> tuple[str, ...]:
    """A word or a list of words, at least one."""
    if reader.words[word] == []:
        reader.problems.add(reader.place, "empty", word=word)
    return reader.names(word)


# ── effects ──────────────────────────────────────────────────────────────────────────────────────────


def effects(value: object, place: str, problems: Problems) -> tuple[Effect, ...]:
    if not isinstance(value, list):
        problems.add(place, "expected", noun="a list of tables", found=kind_of(value))
        return ()
    found = (effect(one, f"{place}[{number}]", problems) for number, one in enumerate(value, 1))
    return tuple(one for one in found if one is not None)


def effect(value: object, place: str, problems: Problems) -> Effect | None:
    reader = Reader(value, place, problems)
    verbs = [verb for verb in words.EFFECTS if verb in reader]
    if len(verbs) != 1:
        if isinstance(value, Mapping):
            known = [*words.EFFECTS, "at", "limit", "to", "when", "free"]
            for word in reader.words:
                if word not in known:
                    problems.unknown(place, "word", word, known)
            problems.add(place, "one_effect", allowed=" ".join(words.EFFECTS))
        return None
    verb = verbs[0]
    reader.only((verb, *words.EFFECTS[verb]))
    return make_effect(verb, reader, condition_at(reader))


def make_effect(verb: str, reader: Reader, when: Condition) -> Effect | None:
    if verb == "set":
        return Set(set_values(reader), when)
    if verb == "rectify":
        at = holder_at(reader, "rectify")
        return Rectify(at, when, limit_at(reader)) if at else None
    name = reader.text(verb, required=True)
    if verb == "tell":
        return Tell(name, tell_to(reader), when)
    if verb == "next":
        return Next(name, holder_at(reader), limit_at(reader), when, reader.flag("free"))
    if verb == "ask":
        return Ask(name, holder_at(reader), limit_at(reader), when)
    if verb == "recall":
        return Recall(name, when)
    if verb == "end":
        return End(name, when)
    return back(name, reader, when)


def back(how: str, reader: Reader, when: Condition) -> Back:
    if how not in ("answer", "again"):
        reader.problems.add(reader.at("back"), "back_how", name=how)
        how = "answer"
    return Back(how, when)


def tell_to(reader: Reader) -> tuple[str, ...]:
    to = reader.names("to")
    if not to and not reader.words.get("to"):
        reader.problems.add(reader.place, "missing", word="to")
    return to


def set_values(reader: Reader) -> dict[str, object]:
    values = Reader(reader.words["set"], reader.at("set"), reader.problems)
    if not values.words:
        reader.problems.add(reader.place, "empty", word="set")
    return {name: set_value(name, value, values) for name, value in values.words.items()}


def set_value(name: str, value: object, reader: Reader) -> object:
    if isinstance(value, Mapping):
        return FromTable(
            Reader(value, join(reader.place, name), reader.problems, ("table",)).text("table", required=True)
        )
    if isinstance(value, list):
        if not all(isinstance(one, str) for one in value):
            reader.wrong(name, "a value")
        return tuple(str(one) for one in value)
    if value is None:
        reader.wrong(name, "a value")
        return ""
    return value
