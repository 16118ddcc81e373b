"""The words of a declaration: named facts, and how a condition over them becomes a query.

A condition is written as in a rulebook: `{ decided = true, grade = ["provincial", "national"] }`. The same word means
the same on tickets and on steps; a step also knows the words of its ticket.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from tickets.rulebook.compiled import AnyOf, Condition, Has, OneOf, Test, Threshold
from tickets.rulebook.words import CLOSED, ENDS

NOTHING = Q(pk__in=())
DOTTED = frozenset({"business_type", "complaint_type", "cause"})
OF_TICKET = "fact__"


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of a vocabulary; where words are dotted, `mobile` also fits `mobile.gsm`."""

    column: str

    def q(self, values: frozenset[object], now: datetime) -> Q:
        return self.among(values)

    def among(self, values: Collection[object]) -> Q:
        found = Q(**{f"{self.column}__in": sorted(str(value) for value in values)})
        if self.column.removeprefix(OF_TICKET) in DOTTED:
            for value in sorted(str(value) for value in values if value):
                found |= Q(**{f"{self.column}__startswith": f"{value}."})
        return found


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes, no, or not known: what is not known is neither `true` nor `false`."""

    column: str

    def q(self, values: frozenset[object], now: datetime) -> Q:
        known = Q(**{f"{self.column}__isnull": False})
        return _either(values, Q(**{self.column: True}), Q(**{self.column: False}), known)


@dataclass(frozen=True, slots=True)
class Known:
    """Whether something has come to pass, or was asked, at all."""

    column: str

    def q(self, values: frozenset[object], now: datetime) -> Q:
        return _either(values, Q(**{f"{self.column}__isnull": False}), Q(**{f"{self.column}__isnull": True}))


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether the instant at which time alone decides has come by now."""

    column: str

    def q(self, values: frozenset[object], now: datetime) -> Q:
        later = Q(**{f"{self.column}__isnull": True}) | Q(**{f"{self.column}__gt": now})
        return _either(values, Q(**{f"{self.column}__lte": now}), later)


@dataclass(frozen=True, slots=True)
class Number:
    """A count, or a length in seconds: `{ min = 1 }`."""

    column: str

    def between(self, least: Any, most: Any) -> Q:
        found = Q() if least is None else Q(**{f"{self.column}__gte": self.as_stored(least)})
        return found if most is None else found & Q(**{f"{self.column}__lte": self.as_stored(most)})

    def q(self, values: frozenset[object], now: datetime) -> Q:
        return Q(**{f"{self.column}__in": [self.as_stored(value) for value in values]})

    def as_stored(self, value: Any) -> Any:
        return value


class Length(Number):
    """A length between two instants, which the query works out: `{ max = 15 }` are seconds."""

    def as_stored(self, value: Any) -> Any:
        return timedelta(seconds=value)


Word = Choice | Flag | Known | Reached | Number


def _either(values: frozenset[object], yes: Q, no: Q, both: Q | None = None) -> Q:
    if len(values) == 2:
        return both or Q()
    return yes if True in values else no


TICKETS: Mapping[str, Word] = {
    **{
        name: Choice(name)
        for name in (
            *("kind", "end", "book", "channel", "business_type", "complaint_type", "grade", "severity", "level"),
            *("brand", "region", "phenomenon", "cause", "finding", "satisfaction", "hot_issue"),
        )
    },
    **{
        name: Flag(name)
        for name in (
            *("promised", "in_time", "in_time_first", "end_in_time", "agreed", "dispatched", "sent_back", "imported"),
            *("unsolvable", "unqualified", "about_staff", "upheld", "company_fault", "satisfied", "sample_right"),
            *("satisfied_at_reply", "satisfied_at_callback", "satisfied_by_survey"),
        )
    },
    **{
        name: Number(name)
        for name in (
            *("reopenings", "recommitments", "returned_reports", "answer_seconds", "handling_seconds"),
            *("delay_seconds", "delay_worked_seconds"),
        )
    },
    "settled": Known("settled_at"),
    "ended": Known("ended_at"),
    "asked": Known("satisfied"),
    "asked_at_reply": Known("satisfied_at_reply"),
    "asked_at_callback": Known("satisfied_at_callback"),
    "asked_by_survey": Known("satisfied_by_survey"),
    "sampled": Known("sample_right"),
    "late": Known("delay_seconds"),
    "decided": Reached("decided_at"),
    "end_decided": Reached("end_decided_at"),
    "lapsed": Reached("lapsed_at"),
    "flow_decided": Reached("step_decided_at"),
    "flow_late": Reached("step_late_at"),
    "flow_late_first": Reached("step_late_first_at"),
    "branch_decided": Reached("branch_decided_at"),
    "branch_late": Reached("branch_late_at"),
}


def _of_ticket(word: Word) -> Word:
    return type(word)(f"{OF_TICKET}{word.column}")


STEPS: Mapping[str, Word] = {
    **{name: _of_ticket(word) for name, word in TICKETS.items()},
    "step": Choice("kind"),
    "stage": Choice("stage"),
    "side": Flag("side"),
    "sent_back": Flag("sent_back"),
    "closed": Known("closed_at"),
    "flow_decided": Reached("decided_at"),
    "flow_late": Reached("late_at"),
    "flow_late_first": Reached("late_first_at"),
    "aim_decided": Reached("aim_decided_at"),
    "aim_missed": Reached("aim_missed_at"),
    "late": Known("delay_seconds"),
    **{
        name: Number(name)
        for name in ("spent_seconds", "spent_worked_seconds", "delay_seconds", "delay_worked_seconds")
    },
}
# The columns that a query compares with its now: nothing else of a fact changes by time alone.
INSTANTS = tuple(word.column for word in TICKETS.values() if isinstance(word, Reached))
STEP_INSTANTS = tuple(
    word.column for word in STEPS.values() if isinstance(word, Reached) and not word.column.startswith(OF_TICKET)
)
CALLS: Mapping[str, Word] = {
    "queue": Choice("queue"),
    "answered": Known("answered_at"),
    "wait_seconds": Length("wait"),
}
ALERTS: Mapping[str, Word] = {
    "alert_kind": Choice("kind"),
    "clock": Choice("clock_name"),
    "late_seconds": Length("late"),
}
CONTACTS: Mapping[str, Word] = {"has_deputy": Known("deputy")}
OF_KINDS = ("tickets", "steps")  # populations that know kinds of tickets


def query(condition: Condition, words: Mapping[str, Word], now: datetime) -> Q:
    """The rows for which a condition holds, at that now. Its words are known: the loader has looked."""
    found = Q()
    for test in condition.tests:
        found &= _test(test, words, now)
    return found


def _test(test: Test, words: Mapping[str, Word], now: datetime) -> Q:
    match test:
        case OneOf(fact, values):
            return words[fact].q(values, now)
        case Threshold(fact, least, most):
            word = words[fact]
            assert isinstance(word, Number)  # noqa: S101  the loader has looked
            return word.between(least, most)
        case AnyOf(options):
            found = NOTHING
            for option in options:
                found |= query(option, words, now)
            return found
        case _:
            raise AssertionError(test)


def query_of_kinds(kinds: Collection[str], table: str) -> Q:
    """Rows of tickets of these kinds; calls, alerts and contacts have none."""
    if not kinds or table not in OF_KINDS:
        return Q()
    return Q(**{f"{OF_TICKET if table == 'steps' else ''}kind__in": sorted(kinds)})


def otherwise_ended(table: str) -> Q:
    """Rows of tickets that were declined, withdrawn, merged or transferred."""
    others = [end for end in ENDS if end != CLOSED]
    return Q(**{f"{OF_TICKET if table == 'steps' else ''}end__in": others})


def unfit(condition: Condition, words: Mapping[str, Word]) -> str:
    """Why a condition can't be asked of rows with these words; empty when it can."""
    for test in condition.tests:
        match test:
            case AnyOf(options):
                reason = next((one for one in (unfit(option, words) for option in options) if one), "")
                if reason:
                    return reason
            case OneOf(fact) | Threshold(fact) if fact not in words:
                return f'there is no fact "{fact}"'
            case OneOf(fact, values) if isinstance(words[fact], Flag | Known | Reached) and not all(
                isinstance(value, bool) for value in values
            ):
                return f'"{fact}" is true or false'
            case Threshold(fact) if not isinstance(words[fact], Number):
                return f'"{fact}" is no number'
            case Threshold(_, least, most) if isinstance(least, str) or isinstance(most, str):
                return "a threshold is a number"
            case Has():
                return "has is not known here"
            case OneOf() | Threshold():
                continue
            case _:
                return "only facts can be asked"
    return ""
