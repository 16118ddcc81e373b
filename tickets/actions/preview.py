"""What a ticket would become if it were registered now: a dry run of the core, nothing is written (design §9.2).

It takes a half-filled form: a value that can't be taken is left out, a missing one is no error. So the clerk can tell
the customer a time while the form is being filled; `problems_of` is the strict run before it is really submitted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice, product
from typing import Any

from ..core import rules
from ..core.change import Change
from ..core.conditions import View, has_value, is_one_of
from ..core.decide import decide
from ..core.given import check_given, clean_value
from ..core.offers import Offer, offers
from ..core.picture import ClockView, Picture
from ..core.rules import Actor
from ..core.sentences import Forbidden, Invalid, Refused, Say
from ..core.world import World
from ..explanation_texts import explain
from ..limits import Limit, LimitError, reckon, reckon_fixed
from ..models import Person, RulebookVersion
from ..organisations import world_of
from ..rulebook.compiled import PROMISE, Action, Ask, Back, Book, End, Field, FromTable, Next, Row, Set, Table, Title
from ..rulebook.registry import book_of
from .register import NewTicket, _given, _picture

PLACEHOLDER = "…"
MOST_TRIALS = 100


@dataclass(slots=True)
class Preview:
    """`registered` is the ticket after `register`, `picture` after the action that follows (or the same)."""

    book: Book
    world: World
    registered: Picture
    picture: Picture
    offers: list[Offer] = field(default_factory=list)
    promise: ClockView | None = None
    refused: Say | None = None  # why the action that follows could not be done as things stand
    missing: list[str] = field(default_factory=list)  # fields still empty on which the promise depends
    latest_at: datetime | None = None  # the promise in the worst case, while something is missing

    @property
    def promised_at(self) -> datetime | None:
        return self.promise.due_at if self.promise else None

    def sentences(self, language: str) -> list[str]:
        """How the promise is counted: start, limit, days left out."""
        return clock_sentences(self.promise, self.book, self.world, language) if self.promise else []

    def row_of(self, table: str) -> list[tuple[Title, Title]]:
        """Why a table gave its value: the facts that decided, as (title, value)."""
        return deciding(self.book, self.book.tables[table], View(self.book, self.picture, self.picture.received_at))


def promise_preview(
    new: NewTicket, *, version: RulebookVersion, actor: Person, at: datetime, given: dict[str, Any] | None = None
) -> Preview:
    """The dry run. `given` are the values of the form for the action after `register`. Raises Refused, Forbidden."""
    world, book = world_of(actor.organisation_id or 0), book_of(version.pk)
    at = at.replace(second=0, microsecond=0)  # what is told to a customer has no seconds
    start = _beginning(new, book, world, actor, at)
    return _previewed(book, world, start, given or {}, actor, at)


def _previewed(book: Book, world: World, start: Picture, given: dict[str, Any], actor: Person, at: datetime) -> Preview:
    after, own_offers = _registered(book, world, start, actor, at)
    preview = Preview(book, world, after, after, own_offers)
    main = main_offer(book, own_offers)
    if main is not None:
        try:
            preview.picture = _followed(book, world, after, main.action, given, actor, at)
        except Refused as refused:
            preview.refused = refused.sentence
        except Invalid as invalid:
            preview.refused = next(says[0] for says in invalid.errors.values())
    preview.promise = preview.picture.clock(PROMISE)
    preview.missing = [
        name
        for name in _deciding_fields(book, main.action if main else None)
        if _is_asked(name, book, main) and not has_value(given.get(name))
    ]
    if preview.missing:
        preview.latest_at = _latest(book, world, start, given, preview.missing, actor, at)
    return preview


def promised_by(
    book: Book, picture: Picture, *, given: dict[str, Any], world: World, actor: Person, at: datetime
) -> datetime | None:
    """The promise that a registered ticket has once it is sent on: what a form may say that is signed before that.

    The promise in force where there is nothing to send on, or it can't be said yet.
    """
    main = main_offer(book, offers(book, picture, actor=Actor(actor.pk), world=world, at=at))
    if main is None or main.step is None or main.step.ordinal != 1:
        return picture.promised_at
    try:
        after = _followed(book, world, picture, main.action, {**picture.facts, **given}, actor, at)
    except (Refused, Invalid):
        return picture.promised_at
    return after.promised_at


# ── the steps of the dry run ─────────────────────────────────────────────────────────────────────────


def _beginning(new: NewTicket, book: Book, world: World, actor: Person, at: datetime) -> Picture:
    """The ticket that the form describes, with what can be taken of it."""
    spare = replace(
        new, content=new.content.strip() or PLACEHOLDER, anonymous=True, facts=dict(new.facts), data=dict(new.data)
    )
    while True:
        try:
            picture = _picture(spare, book, world, actor, at)
            break
        except Invalid as invalid:
            if not _left_out(spare, set(invalid.errors)):
                raise
    picture.facts = {**_defaults(book), **picture.facts, **_clean(_given(spare, book), book, world)}
    return picture


def _left_out(new: NewTicket, wrong: set[str]) -> bool:
    """Take what can't be taken out of the form; False where nothing of it is left to take out."""
    before = repr(new)
    for name in wrong:
        new.facts.pop(name, None)
        new.data.pop(name, None)
    if any(name.startswith("respondent") for name in wrong):
        new.respondent_unit = new.respondent_person = ""
    if any(name.startswith("customer") for name in wrong):
        new.customer = type(new.customer)()
    if "content" in wrong:
        new.content = PLACEHOLDER
    if "subject" in wrong:
        new.subject = ""
    if "received_at" in wrong:
        new.received_at = None
    return repr(new) != before


def _defaults(book: Book) -> dict[str, Any]:
    return {name: one.default for name, one in book.fields.items() if one.default is not None and not one.of_step}


def _clean(values: dict[str, Any], book: Book, world: World) -> dict[str, Any]:
    clean = {}
    for name, value in values.items():
        errors = Invalid()
        fact = clean_value(book.fields.get(name), name, value, errors, world) if has_value(value) else None
        if has_value(fact) and not errors.errors:
            clean[name] = fact
    return clean


def _registered(book: Book, world: World, start: Picture, actor: Person, at: datetime) -> tuple[Picture, list[Offer]]:
    if rules.is_party(book, start, actor.pk, world, at):
        raise Forbidden(Say("被投诉人不能登记这件投诉", "The person complained about can't register the complaint"))
    change = Change(book, start.copy(), world, at, actor=actor.pk)
    change.apply(book.register.name, book.register.then, None, {})
    return change.draft, offers(book, change.draft, actor=Actor(actor.pk), world=world, at=at)


def _followed(
    book: Book, world: World, after: Picture, action: Action, given: dict[str, Any], actor: Person, at: datetime
) -> Picture:
    own = {need.field for need in action.fields}
    clean = _clean({name: value for name, value in given.items() if name in own}, book, world)
    change = Change(book, after.copy(), world, at, actor=actor.pk)
    change.apply(action.name, action.then, change.draft.main, clean)
    return change.draft


def _deciding_fields(book: Book, action: Action | None) -> frozenset[str]:
    """The facts that the promise comes from, those behind its tables included."""
    if PROMISE not in book.clocks:
        return frozenset()
    reads = set(book.reads_of(book.clocks[PROMISE].limit.parts))
    effects = [*book.register.then, *(action.then if action else ())]
    sources = {
        name: value.table
        for effect in effects
        if isinstance(effect, Set)
        for name, value in effect.values.items()
        if isinstance(value, FromTable)
    }
    for name in tuple(reads):
        if name in sources:
            reads |= set(book.tables[sources[name]].by)
    return frozenset(reads)


def _is_asked(name: str, book: Book, main: Offer | None) -> bool:
    """The form requires the field, and it has choices: without it nothing sensible can be said."""
    needs = [*book.register.fields, *(one.need for one in (main.fields if main else ()))]
    rule = book.fields.get(name)
    return bool(rule and choices_of(rule)) and any(
        need.field == name and need.required and not need.when for need in needs
    )


def choices_of(rule: Field) -> tuple[object, ...]:
    return (True, False) if rule.type == "boolean" else tuple(rule.choices)


def _latest(
    book: Book, world: World, start: Picture, given: dict[str, Any], missing: list[str], actor: Person, at: datetime
) -> datetime | None:
    """The latest promise that any choice of what is missing would give."""
    found = []
    for choices in islice(product(*(choices_of(book.fields[name]) for name in missing)), MOST_TRIALS):
        chosen = dict(zip(missing, choices, strict=True))
        trial = start.copy()
        trial.facts |= chosen
        after, own_offers = _registered(book, world, trial, actor, at)
        main = main_offer(book, own_offers)
        try:
            if main is not None:
                after = _followed(book, world, after, main.action, {**given, **chosen}, actor, at)
        except (Refused, Invalid):
            continue
        clock = after.clock(PROMISE)
        if clock is not None and clock.due_at is not None:
            found.append(clock.due_at)
    return max(found, default=None)


# ── what follows `register` ──────────────────────────────────────────────────────────────────────────


def main_offer(book: Book, own: list[Offer]) -> Offer | None:
    """The first action of the rulebook's order that sends the work on: the page's main button."""
    return next((offer for offer in own if offer.action.from_steps and _sends_on(book, offer.action)), None)


def ending_offer(own: list[Offer]) -> Offer | None:
    """The first one that ends the ticket at the step of intake: answered on the spot (row C04)."""
    return next(
        (
            offer
            for offer in own
            if offer.action.from_steps and any(isinstance(effect, End) for effect in offer.action.then)
        ),
        None,
    )


def _sends_on(book: Book, action: Action) -> bool:
    """It opens a main step elsewhere: neither an end, nor a question beside, nor back to whoever sent it."""
    if any(isinstance(effect, End | Back) for effect in action.then):
        return False
    return any(isinstance(effect, Ask | Next) and not book.steps[effect.step].side for effect in action.then)


# ── the strict run ───────────────────────────────────────────────────────────────────────────────────


def problems_of(
    new: NewTicket,
    *,
    version: RulebookVersion,
    actor: Person,
    at: datetime,
    then: str = "",
    given: dict[str, Any] | None = None,
) -> Invalid:
    """Everything that stands against registering and doing `then`, all at once. A file that is only still missing
    does not: the ticket is registered, its form is printed and signed, and the copy attached (ruling SIGN).

    Raises Forbidden.
    """
    world, book = world_of(actor.organisation_id or 0), book_of(version.pk)
    found = Invalid()
    try:
        _picture(new, book, world, actor, at)
    except Invalid as invalid:
        found.errors.update(invalid.errors)
    start = _beginning(new, book, world, actor, at)
    own = _given(new, book)
    try:
        check_given(book, book.register, own, view=rules.view_of(book, start, None, world, at), world=world)
    except Invalid as invalid:
        _add(found, invalid)
    if then:
        _add(found, _problems_of_action(book, world, start, then, given or {}, actor, at))
    return found


def _problems_of_action(
    book: Book, world: World, start: Picture, then: str, given: dict[str, Any], actor: Person, at: datetime
) -> Invalid:
    after, _ = _registered(book, world, start, actor, at)
    try:
        decide(book, after, action=then, given=given, actor=Actor(actor.pk), world=world, at=at)
    except Refused:
        pass  # the ticket is registered all the same, and its page says why
    except Invalid as invalid:
        kept = {
            name: says
            for name, says in invalid.errors.items()
            if has_value(given.get(name)) or name not in book.fields or book.fields[name].type != "file"
        }
        return Invalid(kept)
    return Invalid()


def _add(found: Invalid, more: Invalid) -> None:
    for name, says in more.errors.items():
        found.errors.setdefault(name, says)


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────────


def clock_sentences(clock: ClockView, book: Book, world: World, language: str) -> list[str]:
    """How a deadline is counted, without the deadline itself, which stands beside."""
    if clock.due_at is None:
        return []
    try:
        limit = Limit.parse(clock.limit)
        deadline = reckon(limit, clock.started_at, world.calendar, roll=book.roll, end=book.end)
    except LimitError:
        deadline = reckon_fixed(clock.due_at, clock.started_at, world.calendar)
    sentences = explain(deadline.explanation, language)
    return [one for one in sentences if not one.startswith(("截止", "预警", "Due", "Warns"))]


def deciding(book: Book, table: Table, view: View) -> list[tuple[Title, Title]]:
    """The facts named in the row that fits; empty where the row fits everything."""
    values = [view.fact(name) for name in table.by]
    for row in table.rows:
        if all(cell is None or is_one_of(value, cell) for cell, value in zip(row.cells, values, strict=True)):
            return _named(book, table, row, values)
    return []


def _named(book: Book, table: Table, row: Row, values: list[Any]) -> list[tuple[Title, Title]]:
    return [
        (book.fields[name].title, title_of(book, name, value))
        for name, cell, value in zip(table.by, row.cells, values, strict=True)
        if cell is not None and name in book.fields
    ]


def title_of(book: Book, name: str, value: Any) -> Title:
    """A value in the rulebook's own word."""
    if isinstance(value, bool):
        return Title("是", "yes") if value else Title("否", "no")
    rule = book.fields.get(name)
    return rule.choices.get(str(value), Title(str(value))) if rule else Title(str(value))


def handler_of(preview: Preview) -> str:
    """The unit that gets the ticket next, by name; nothing while that is open."""
    main = preview.picture.main
    return preview.world.units[main.unit].name if main is not None else ""
