"""Compiling what a rulebook says about work: steps, actions, clocks, alarms."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import pairwise

from tickets.rulebook import words
from tickets.rulebook.compiled import (
    APPROVAL,
    APPROVE,
    REJECT,
    START,
    STEP_CLOCK,
    TICKET,
    Action,
    Approval,
    Chain,
    Clock,
    HolderSpec,
    LimitSpec,
    Moment,
    Need,
    Step,
    Tell,
)
from tickets.rulebook.parse import condition_at, effects, holder_at, limit_at, plain_limit_at, target_at
from tickets.rulebook.problems import Problems
from tickets.rulebook.reader import Reader
from tickets.rulebook.vocabulary import section

# ── steps ────────────────────────────────────────────────────────────────────────────────────────────


def steps(source: Mapping[str, object], problems: Problems) -> dict[str, Step]:
    found = {kind: step(kind, value, problems) for kind, value in section(source, "steps", problems).items()}
    for kind in found:
        if kind in (APPROVAL, START, TICKET):
            problems.add(f"steps.{kind}", "reserved", name=kind)
    if not found:
        problems.add("steps", "missing", word="steps")
    return found


def step(kind: str, value: object, problems: Problems) -> Step:
    reader = Reader(value, f"steps.{kind}", problems, words.STEP)
    return Step(
        kind=kind,
        title=reader.title(default=kind),
        stage=reader.one_of("stage", "stage", words.STAGES, required=True),
        by=frozenset(reader.names("by")),
        side=reader.flag("side"),
        at=holder_at(reader),
        limit=limit_at(reader),
        answered=reader.text("answered") or None,
        not_by=frozenset(reader.names("not_by")),
        extends=frozenset(reader.names("extends")),
        at_most=plain_limit_at(reader, "at_most"),
        target=target_at(reader),
        alarm=reader.text("alarm", "standard"),
    )


# ── actions ──────────────────────────────────────────────────────────────────────────────────────────


def actions(
    source: Mapping[str, object], kinds: Collection[str], ends: Collection[str], problems: Problems
) -> dict[str, Action]:
    found = section(source, "actions", problems)
    for name in found:
        if name in (APPROVE, REJECT):
            problems.add(f"actions.{name}", "reserved", name=name)
    return {name: action(name, value, kinds, ends, problems) for name, value in found.items()}


def action(name: str, value: object, kinds: Collection[str], ends: Collection[str], problems: Problems) -> Action:
    reader = Reader(value, f"actions.{name}", problems, words.ACTION)
    origins = from_where(reader, kinds, ends)
    roles = reader.names("by")
    return Action(
        name=name,
        title=reader.title(default=name),
        from_steps=frozenset(one for one in origins if one in kinds),
        from_ends=frozenset(one for one in origins if one in ends),
        from_start=START in origins,
        from_ticket=TICKET in origins,
        by=frozenset(role.removesuffix(words.OF_TOP) for role in roles) if "by" in reader else None,
        of_top=frozenset(role.removesuffix(words.OF_TOP) for role in roles if role.endswith(words.OF_TOP)),
        fields=(*needs(reader, "needs"), *needs(reader, "may")),
        when=condition_at(reader),
        then=effects(reader.words["then"], reader.at("then"), problems) if "then" in reader else (),
        approval=approval(reader) if "approval" in reader else None,
    )


def from_where(reader: Reader, kinds: Collection[str], ends: Collection[str]) -> tuple[str, ...]:
    reader.require("from")
    origins = reader.names("from")
    if "from" in reader and not origins:
        reader.problems.add(reader.place, "empty", word="from")
    for one in origins:
        if one in (START, TICKET):
            if len(origins) > 1:
                reader.problems.add(reader.at("from"), "from_word", name=one)
        elif one not in kinds and one not in ends:
            known = [*kinds, *ends, START, TICKET]
            reader.problems.unknown(reader.at("from"), "step, end, start or ticket", one, known)
    return origins


def needs(reader: Reader, word: str) -> tuple[Need, ...]:
    found = []
    for number, value in enumerate(as_list(reader, word), 1):
        if isinstance(value, str):
            found.append(Need(value, word == "needs"))
            continue
        one = Reader(value, f"{reader.at(word)}[{number}]", reader.problems, ("field", "when"))
        name = one.text("field", required=True)
        if name:
            found.append(Need(name, word == "needs", condition_at(one)))
    return tuple(found)


def as_list(reader: Reader, word: str) -> list[object]:
    value = reader.words.get(word)
    return [value] if isinstance(value, str) else reader.items(word)


def approval(reader: Reader) -> Approval:
    inner = Reader(reader.words["approval"], reader.at("approval"), reader.problems, words.APPROVAL)
    inner.require("at")
    inner.require("by")
    at = holder_at(inner) or HolderSpec((words.NONE,))
    return Approval(at, frozenset(inner.names("by")), limit_at(inner))


# ── clocks and alarms ────────────────────────────────────────────────────────────────────────────────


def clocks(source: Mapping[str, object], problems: Problems) -> dict[str, Clock]:
    found = {name: clock(name, value, problems) for name, value in section(source, "clocks", problems).items()}
    if STEP_CLOCK in found:
        problems.add(f"clocks.{STEP_CLOCK}", "reserved", name=STEP_CLOCK)
    return found


def clock(name: str, value: object, problems: Problems) -> Clock:
    reader = Reader(value, f"clocks.{name}", problems, words.CLOCK)
    for word in ("starts", "limit"):
        reader.require(word)
    return Clock(
        name=name,
        title=reader.title(default=name),
        starts=frozenset(reader.names("starts")),
        stops=frozenset(reader.names("stops")),
        limit=limit_at(reader) or LimitSpec((words.NONE,)),
        resumes=frozenset(reader.names("resumes")),
        fixed=reader.flag("fixed"),
        target=target_at(reader),
        extends=frozenset(reader.names("extends")),
        at_most=plain_limit_at(reader, "at_most"),
        alarm=reader.text("alarm", "standard"),
    )


def alarms(source: Mapping[str, object], problems: Problems) -> dict[str, Chain]:
    return {name: chain(name, value, problems) for name, value in section(source, "alarms", problems).items()}


def chain(name: str, value: object, problems: Problems) -> Chain:
    """Percents first, then what comes at and after the deadline, last what repeats."""
    reader = Reader(value, f"alarms.{name}", problems)
    if not reader.words:
        problems.add("alarms", "empty", word=name)
    found = [moment(key, reader) for key in reader.words]
    ordered = sorted((one for one in found if one is not None), key=order)
    for earlier, later in pairwise(ordered):
        if earlier.every_seconds and later.every_seconds:
            problems.add(reader.place, "two_every")
        elif order(earlier) == order(later):
            problems.add(reader.place, "same_moment", name=later.key, other=earlier.key)
    return Chain(name, tuple(ordered))


def order(moment: Moment) -> tuple[int, Fraction]:
    if moment.percent is not None:
        return 0, moment.percent
    return (2 if moment.every_seconds else 1), Fraction(moment.offset_seconds)


def moment(key: str, reader: Reader) -> Moment | None:
    when = moment_time(key)
    if when is None:
        reader.problems.add(reader.place, "bad_moment", name=key)
        return None
    percent, offset, every = when
    then = effects(reader.words[key], f"{reader.place}.{key}", reader.problems)
    if not then:
        reader.problems.add(reader.place, "empty", word=key)
    return Moment(key, percent, offset, every, then, all(isinstance(one, Tell) for one in then))


def moment_time(key: str) -> tuple[Fraction | None, int, int | None] | None:
    """Percent, seconds after the deadline, seconds between repetitions; None when it is not a moment."""
    if found := words.PERCENT.fullmatch(key):
        percent = Fraction(found[1])
        return (percent, 0, None) if 0 < percent <= 100 else None
    if key == "due":
        return None, 0, None
    found = words.MOMENT.fullmatch(key)
    if not found or not found[2]:
        return None
    seconds = int(found[2]) * words.SECONDS[found[3]]
    if seconds == 0 or seconds > words.LONGEST_SECONDS or found[1] == "due":
        return None
    return None, seconds, seconds if found[1] == "every " else None
