"""How far a ticket is, in the words that a caller is told (row I02): made from titles, so any rulebook will do."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt

from .core.rules import step_title
from .core.world import World
from .models import Ticket
from .rulebook.compiled import Ask, Book, End, Next
from .rulebook.words import STAGES


def progress_words(ticket: Ticket, book: Book, world: World, at: datetime) -> str:
    """受理、到哪一步、什么时候答复: sentences to read out, in the language that is active."""
    parts = [_received(ticket, world, at), _place(ticket, book, world, at), _promise(ticket, world, at)]
    return _separator().join(part for part in parts if part)


def next_words(ticket: Ticket, book: Book) -> str:
    """The step that comes next when nothing special happens; empty when the ticket is over or nobody can say."""
    title = next_title(book, ticket.step_kind) if ticket.step_kind in book.steps else ""
    return _("接下来是“%(step)s”。") % {"step": title} if title else ""


def next_title(book: Book, kind: str) -> str:
    """The nearest later stage that an action of this step leads to, else the usual end."""
    now, found = STAGES.index(book.steps[kind].stage), []
    ends: set[str] = set()
    for action in book.actions_of_step.get(kind, ()):
        for effect in action.then:
            if isinstance(effect, Next | Ask) and not book.steps[effect.step].side:
                found.append(effect.step)
            elif isinstance(effect, End):
                ends.add(effect.end)
    later = [step for step in found if STAGES.index(book.steps[step].stage) > now]
    if later:
        nearest = min(later, key=lambda step: STAGES.index(book.steps[step].stage))
        return book.steps[nearest].title.say(_language())
    usual = next(iter(book.ends), "")  # a rulebook names the usual end first
    return book.ends[usual].say(_language()) if usual in ends else ""


def step_words(ticket: Ticket, book: Book) -> str:
    known = ticket.step_kind in book.steps
    return step_title(book, ticket.step_kind).say(_language()) if known else ""


def unit_words(world: World, unit: int | None) -> str:
    found = world.units.get(unit or 0)
    if found is None:
        return ""
    return found.name_en if _language() == "en" and found.name_en else found.name


def is_late(ticket: Ticket, at: datetime) -> bool:
    """What the customer was promised has passed and they have no answer."""
    waits = ticket.settled_at is None and ticket.ended_at is None
    return waits and ticket.promised_at is not None and ticket.promised_at <= at


def _received(ticket: Ticket, world: World, at: datetime) -> str:
    return _("您%(when)s反映的“%(subject)s”已经受理，工单编号 %(number)s。") % {
        "when": spoken(ticket.received_at, world, at),
        "subject": ticket.subject,
        "number": ticket.number,
    }


def _place(ticket: Ticket, book: Book, world: World, at: datetime) -> str:
    if ticket.ended_at is not None:
        end = book.ends[ticket.state].say(_language()) if ticket.state in book.ends else ticket.state
        return _("这件投诉%(when)s已经结束：%(end)s。") % {"when": spoken(ticket.ended_at, world, at), "end": end}
    unit, step = unit_words(world, ticket.unit_id), step_words(ticket, book)
    return _("现在由%(unit)s办理，到了“%(step)s”这一步。") % {"unit": unit, "step": step}


def _promise(ticket: Ticket, world: World, at: datetime) -> str:
    if ticket.settled_at is not None:
        return _("我们%(when)s已经答复您。") % {"when": spoken(ticket.settled_at, world, at)}
    if ticket.ended_at is not None or ticket.promised_at is None:
        return ""
    when = {"when": spoken(ticket.promised_at, world, at)}
    if is_late(ticket, at):
        return _("原来答应%(when)s前答复您，已经超过了，很抱歉，我们马上催办。") % when
    return _("我们会在%(when)s前答复您。") % when


def spoken(value: datetime, world: World, at: datetime) -> str:
    """As one says it on the phone; what ends with a day ends at its 24:00, not in the small hours of the next."""
    zone = world.calendar.zone
    local, now = value.astimezone(zone), at.astimezone(zone)
    if (local.hour, local.minute, local.second) != (0, 0, 0):
        return fmt.spoken(local, at=now)
    day = fmt.moment_told(local - timedelta(minutes=1), at=now).rsplit(" ", 1)[0]
    return _("%(day)s 24 点") % {"day": day}


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _separator() -> str:
    return " " if _language() == "en" else ""
