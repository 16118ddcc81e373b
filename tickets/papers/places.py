"""What the places of a document hold: `{customer}`, `{reply_text}`, `{action.reply.at}`, `{step.handling.unit}`.

Documents are Chinese: choices by their labels, units and people by name, moments as 2026年11月24日 10:30.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from ..actions.outcome import Outcome
from ..core.picture import ClockView, StepView
from ..core.rules import step_title
from ..models import Attachment, Customer, Event, Person
from ..rulebook.compiled import Book

ZH = "zh"
JOIN = "、"


@dataclass
class Places:
    """The places of one ticket, for one author at one moment."""

    found: Outcome
    events: list[Event]
    files: list[Attachment]
    author: Person
    at: datetime

    def __post_init__(self) -> None:
        self.own: dict[str, Callable[[], Any]] = {**_of_ticket(self), **_of_customer(self.found.ticket.customer)}

    def value(self, name: str) -> str:
        """The place in words; empty where nothing is known."""
        kind, _, rest = name.partition(".")
        own, _, what = rest.partition(".")
        match kind:
            case "action":
                return self._of_action(own, what)
            case "step" if rest:
                return self._of_step(own, what)
            case "clock" if rest:
                return self._of_clock(self.found.picture.clock(own), what)
            case "done":
                return str(self.found.picture.memory.done.get(rest, 0))
        if name in self.own:
            return self.shown(self.own[name]())
        return self.fact(name, self.found.picture.facts.get(name))

    # ── words ──
    def shown(self, value: Any) -> str:
        if isinstance(value, datetime):
            return self.moment(value)
        return "" if value is None else str(value)

    def moment(self, value: datetime | None) -> str:
        """2026年11月24日 10:30, in the organisation's zone."""
        if value is None:
            return ""
        local = value.astimezone(self.found.world.calendar.zone)
        return f"{day(local)} {local:%H:%M}"

    def unit(self, unit: int | None) -> str:
        view = self.found.world.units.get(unit) if unit is not None else None
        return view.name if view else ""

    def person(self, person: int | None) -> str:
        view = self.found.world.people.get(person) if person is not None else None
        return view.name if view else ""

    def fact(self, name: str, value: Any) -> str:
        """A field's value in words: choices by their labels, a file by its name."""
        if value in (None, "", []):
            return ""
        if isinstance(value, list):
            return JOIN.join(self.fact(name, part) for part in value)
        if isinstance(value, bool):
            return "是" if value else "否"
        return self._typed(name, str(value))

    def _typed(self, name: str, value: str) -> str:
        book, world = self.found.book, self.found.world
        match field_type(book, name):
            case "datetime":
                return self._written_moment(value)
            case "unit" if value in world.by_code:
                return self.unit(world.by_code[value].id)
            case "person" if value in world.by_username:
                return world.by_username[value].name
            case "file":
                return next((one.name for one in self.files if str(one.pk) == value), "")
        choices = book.fields[name].choices if name in book.fields else {}
        return choices[value].zh if value in choices else value

    def _written_moment(self, value: str) -> str:
        try:
            return self.moment(datetime.fromisoformat(value))
        except ValueError:
            return value

    # ── actions, steps, clocks ──
    def _of_action(self, action: str, what: str) -> str:
        event = next((one for one in reversed(self.events) if one.name == action), None)
        if event is None:
            return ""
        match what:
            case "at":
                return self.moment(event.at)
            case "by":
                return str(event.data.get("actor", ""))
            case "unit":
                return str(event.data.get("unit", ""))
        given = event.data.get("given", {})
        hidden = what in self.found.picture.facts and what not in given
        return self.fact(what, self.found.picture.facts.get(what) if hidden else given.get(what))

    def _of_step(self, kind: str, what: str) -> str:
        step = next((one for one in reversed(self.found.picture.steps) if one.kind == kind), None)
        if step is None:
            return ""
        clock = self.found.picture.step_clock(step)
        words: dict[str, Callable[[StepView], str]] = {
            "unit": lambda one: self.unit(one.unit),
            "person": lambda one: self.person(one.closed_by or one.assignee),
            "opened": lambda one: self.moment(one.opened_at),
            "signed": lambda one: self.moment(one.signed_at),
            "closed": lambda one: self.moment(one.closed_at),
            "due": lambda one: self.moment(clock.due_at if clock else None),
        }
        return words[what](step)

    def _of_clock(self, clock: ClockView | None, what: str) -> str:
        if clock is None:
            return ""
        if what == "late":
            return "是" if is_late(clock, self.at) else "否"
        moments = {"started": clock.started_at, "due": clock.due_at, "stopped": clock.stopped_at}
        return self.moment(moments[what])


def day(value: datetime) -> str:
    """2026年11月24日."""
    return f"{value.year}年{value.month}月{value.day}日"


def is_late(clock: ClockView, at: datetime) -> bool:
    return clock.due_at is not None and (clock.stopped_at or at) > clock.due_at


def field_type(book: Book, name: str) -> str:
    return book.fields[name].type if name in book.fields else "datetime" if name == "occurred_at" else "text"


def _of_ticket(places: Places) -> dict[str, Callable[[], Any]]:
    found = places.found
    ticket, picture = found.ticket, found.picture
    main = picture.main
    clock = picture.step_clock(main) if main else None
    home = places.author.home_unit_id
    return {
        "number": lambda: ticket.number,
        "title": lambda: found.book.title.zh,
        "subject": lambda: ticket.subject,
        "content": lambda: ticket.content,
        "state": lambda: state_words(found),
        "step": lambda: step_title(found.book, main.kind).zh if main else "",
        "unit": lambda: places.unit(main.unit if main else None),
        "due": lambda: clock.due_at if clock else None,
        "promise": lambda: picture.promised_at,
        "received": lambda: picture.received_at,
        "received_day": lambda: day(picture.received_at.astimezone(found.world.calendar.zone)),
        "settled": lambda: picture.settled_at,
        "ended": lambda: picture.ended_at,
        "organisation": lambda: ticket.organisation.name,
        "today": lambda: day(places.at.astimezone(found.world.calendar.zone)),
        "author": lambda: places.author.name,
        "author_unit": lambda: places.unit(home),
        "received_unit": lambda: places.unit(ticket.received_unit_id),
        "registered_by": lambda: places.person(ticket.registered_by_id),
        "respondent_unit": lambda: places.unit(ticket.respondent_unit_id),
        "respondent_person": lambda: places.person(ticket.respondent_person_id),
        "files": lambda: "；".join(f"{n}. {file.name}" for n, file in enumerate(places.files, 1)),
    }


def _of_customer(customer: Customer | None) -> dict[str, Callable[[], Any]]:
    columns = {"customer": "name", "customer_level": "level"} | {
        f"customer_{name}": name for name in ("phone", "account", "email", "address")
    }
    return {place: partial(getattr, customer, column, "") for place, column in columns.items()}


def state_words(found: Outcome) -> str:
    """What the ticket is at: its main step, or its end."""
    main = found.picture.main
    if main is not None:
        return step_title(found.book, main.kind).zh
    end = found.book.ends.get(found.picture.state)
    return end.zh if end else found.picture.state
