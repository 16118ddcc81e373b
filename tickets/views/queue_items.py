"""A row of the queue: an open step and its ticket as written words, with the acts this person may do on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from complaints_site.lib import mask
from complaints_site.lib.timestate import TimeState
from tickets.actions.outcome import Outcome
from tickets.core import rules
from tickets.core.offers import offered_names
from tickets.core.picture import ClockView, StepView
from tickets.models import Step, Ticket
from tickets.rows import picture_of, with_picture
from tickets.rulebook.compiled import Action, Book, End
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.action_faces import icon_of, keys_for
from tickets.views.queue_rows import any_receipt
from tickets.views.reader import Reader, language
from tickets.views.time_bars import bar_of, calendar_for

NEW_FOR = timedelta(minutes=30)
MOST_BULK_ACTS = 7
# What a bulk form can ask once for several tickets; an act that needs more is done ticket by ticket.
ASKED_ONCE = frozenset({"to", "assignee", "until", "reason"})
PRINCIPLES = {"要": "importance", "大": "gravity", "广": "breadth", "急": "urgency"}


@dataclass(frozen=True, slots=True)
class Row:
    """An open step with its ticket."""

    step: StepView
    found: Outcome


def found_rows(reader: Reader, steps: QuerySet[Step]) -> list[Row]:
    """The steps with their tickets: one statement to find and order them, one for all tickets with steps and clocks."""
    places = list(steps.values_list("pk", "ticket_id"))
    if not places or reader.world is None:
        return []
    found = {}
    for ticket in with_picture(reader.tickets.filter(pk__in={ticket for _step, ticket in places})):
        book = book_of(ticket.rulebook_id)
        found[ticket.pk] = Outcome(ticket, picture_of(ticket, book), book, reader.world)
    by_id = {step.id: Row(step, one) for one in found.values() for step in one.picture.steps}
    return [by_id[step] for step, _ticket in places if step in by_id]


def items_of(reader: Reader, rows: Iterable[Row], *, acts: bool = True) -> list[dict[str, Any]]:
    return [_item(reader, row, acts) for row in rows]


def _item(reader: Reader, row: Row, acts: bool) -> dict[str, Any]:
    found, step = row.found, row.step
    clock = found.picture.step_clock(step)
    time = _time(reader, row, clock)
    allowed = list(_allowed(reader, row)) if acts else []
    return {
        **ticket_words(reader, found.ticket, found.book),
        "step": step.id,
        "version": f"{step.version}-{found.ticket.version}",
        "choice": f"{step.id}.{step.version}",
        "kind": words.step_word(found.book, step.kind, language()),
        "to_sign": _to_sign(found.book, step),
        "side": step.side,
        **_holder(reader, found.book, step),
        "sender": reader.unit_name(found.picture.step(step.sent_by).unit) if step.sent_by else "",
        "time": time,
        "due_at": clock.due_at if clock else None,
        "state": time.state if time else "",
        "is_new": step.signed_at is None and reader.at - step.opened_at < NEW_FOR,
        "acts": " ".join(action.name for action in allowed),
        "allowed": allowed,
    }


def _to_sign(book: Book, step: StepView) -> bool:
    waits = step.signed_at is None and step.sent_by is not None
    return waits and any_receipt(book.actions_of_step.get(step.kind, ()))


def ticket_words(reader: Reader, ticket: Ticket, book: Book) -> dict[str, Any]:
    """What every list says of a ticket."""
    facts = {**ticket.fields, "business_type": ticket.business_type, "complaint_type": ticket.complaint_type}
    facts |= {"grade": ticket.grade, "severity": ticket.severity}
    return {
        "number": ticket.number,
        "url": reverse("ticket", args=[ticket.number]),
        "title": title_of(ticket),
        "about": words.about(book, facts, language()),
        "marks": marks_of(ticket),
        **customer_words(ticket),
        "promise": ticket.promised_at,
        "received": ticket.received_at,
    }


def title_of(ticket: Ticket) -> str:
    return ticket.subject or ticket.content[:60] or ticket.number


def customer_words(ticket: Ticket) -> dict[str, str]:
    """Masked (S05); of an anonymous complaint there is nothing to mask."""
    if ticket.anonymous or ticket.customer is None:
        return {"customer": _("匿名") if ticket.anonymous else "", "phone": ""}
    return {"customer": mask.name(ticket.customer.name or ""), "phone": mask.phone(ticket.customer.phone or "")}


def marks_of(ticket: Ticket) -> list[dict[str, str]]:
    english = language() == "en"
    return [
        {
            "principle": PRINCIPLES.get(mark["mark"], mark["mark"]),
            "reason": (english and mark.get("short_en")) or mark.get("short") or "",
            "because": (english and mark.get("because_en")) or mark.get("because") or "",
        }
        for mark in ticket.marks
        if mark.get("mark")
    ]


def _time(reader: Reader, row: Row, clock: ClockView | None) -> TimeState | None:
    found = row.found
    if clock is None:
        return None
    calendar = calendar_for(clock, found.picture.steps, found.world)
    return bar_of(clock, book=found.book, calendar=calendar, at=reader.at)


def _holder(reader: Reader, book: Book, step: StepView) -> dict[str, Any]:
    """The person, where somebody has to be named; the unit too where it isn't the reader's only one."""
    unit = reader.unit_name(step.unit)
    assignable = any(
        need.field == "assignee" for action in book.actions_of_step.get(step.kind, ()) for need in action.fields
    )
    who = reader.person_name(step.assignee) or (_("未指派") if assignable else "")
    elsewhere = reader.units != {step.unit}
    parts = [unit if elsewhere or not who else "", who]
    return {"holder": " · ".join(filter(None, parts)), "unassigned": assignable and not step.assignee}


def _allowed(reader: Reader, row: Row) -> Iterable[Action]:
    """The actions open to this person on exactly this step."""
    found = row.found
    for action, on in offered_names(found.book, found.picture, actor=reader.actor, world=found.world, at=reader.at):
        if on is row.step:
            yield action


def asks_little(action: Action) -> bool:
    """Fit for several tickets at once: it asks for nothing of the single case, and ends none."""
    if action.name in rules.APPROVAL_ACTIONS:
        return action.name == "approve"
    needed = {need.field for need in action.fields if need.required and not need.when}
    return needed <= ASKED_ONCE and not any(isinstance(effect, End) for effect in action.then)


def bulk_acts(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The acts that rows allow for several at once: those with a key of their own first, seven at most."""
    actions = {action.name: action for item in items for action in item["allowed"] if asks_little(action)}
    keys = keys_for(list(actions))
    faces = [_face(action, keys.get(name, "")) for name, action in actions.items()]
    return sorted(faces, key=lambda act: not act["key"])[:MOST_BULK_ACTS]


def _face(action: Action, key: str) -> dict[str, Any]:
    return {
        "action": action.name,
        "title": action.title.say(language()),
        "icon": icon_of(action.name),
        "key": key,
        "url": reverse("queue-bulk", args=[action.name]),
    }


def ended_items(reader: Reader, tickets: Iterable[Ticket]) -> list[dict[str, Any]]:
    """Rows of tickets that are over: how they ended instead of a holder."""
    return [
        {
            **ticket_words(reader, ticket, book_of(ticket.rulebook_id)),
            "kind": words.state_title(book_of(ticket.rulebook_id), ticket.state, "", language()),
            "holder": "",
            "sender": "",
            "time": None,
            "ended_at": ticket.ended_at,
            "allowed": [],
        }
        for ticket in tickets
    ]
