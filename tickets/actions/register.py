"""A ticket comes into being: the create of page, API, web form and import (rows C01-C04, S01, rule 9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value

from complaints_site.lib.crypto import blind_index
from complaints_site.lib.inserts import insert
from complaints_site.lib.pairs import pairs
from complaints_site.lib.prepared import Given, PreparedObjects

from ..core.decide import register
from ..core.given import clean_value, text_problem
from ..core.picture import Picture
from ..core.rules import Actor
from ..core.sentences import Forbidden, Invalid, Refused, Say
from ..core.world import World
from ..models import (
    FACT_COLUMNS,
    Customer,
    Person,
    RulebookVersion,
    Ticket,
    TicketText,
)
from ..numbers import next_number
from ..organisations import world_for
from ..rows import write_clocks, write_steps
from ..rulebook.compiled import REGISTER, Book
from ..rulebook.registry import book_of
from .access_records import attach_logs
from .alike import Whose, find_alike, link_alike
from .files import take_files
from .idempotency import Idempotency, Repeated, keep_answer, refuse_repeated
from .links import link_tickets
from .outcome import Outcome
from .records import keep_records
from .write import finish_event, put_picture, seal_event, write_messages

LONGEST = {"subject": 200, "content": 20_000}
REACHES = ("phone", "email", "account", "address")


@dataclass(slots=True)
class NewCustomer:
    name: str = ""
    phone: str = ""
    account: str = ""
    email: str = ""
    address: str = ""
    level: str = ""
    brand: str = ""
    region: str = ""
    language: str = ""  # of what we send them; as it was before, where nothing is said
    vouched: bool = True  # a person or program of the house says so: only then is a known customer brought up to date

    def can_be_reached(self) -> bool:
        return any(getattr(self, name) for name in REACHES)


@dataclass(slots=True)
class NewTicket:
    """What a ticket begins with. `facts` are vocabulary that every house shares (business_type, grade, ...), `data`
    what the rulebook's `register` needs beyond it; names that a rulebook doesn't have are kept as they are."""

    content: str
    customer: NewCustomer = field(default_factory=NewCustomer)
    subject: str = ""
    anonymous: bool = False
    confidential: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    received_at: datetime | None = None
    received_by: str = ""  # the receiving unit's code
    respondent_unit: str = ""
    respondent_person: str = ""
    source: str = ""
    external_id: str = ""


def ticket_register(
    new: NewTicket,
    *,
    version: RulebookVersion,
    actor: Person,
    at: datetime,
    idempotency: Idempotency | None = None,
) -> Outcome:
    """Create a ticket. Raises Invalid (422), Forbidden (403), Refused (409), Repeated (answered before).

    The same (source, external_id) is the same ticket for ever: Repeated carries the first one.
    """
    if actor.organisation_id is None:
        raise Forbidden(Say("您不属于任何单位", "You belong to no organisation"))
    world = world_for(actor)
    book = book_of(version.pk)
    _refuse_repeated(new, idempotency, actor)
    picture = _picture(new, book, world, actor, at)
    number = next_number(picture.received_at, world.calendar.zone)
    picture.number = number
    ticket = _ticket(new, version, picture, actor, at, number)
    given = _given(new, book)
    alike = find_alike(
        book,
        REGISTER,
        facts={**picture.facts, **given},
        whose=Whose.said(new.customer.phone, new.customer.account),
        ticket=ticket,
        at=at,
    )
    decision = register(book, picture, given=given, actor=Actor(actor.pk), world=world, at=at, counted=alike.counted)
    put_picture(ticket, book, decision.after, at)
    event = seal_event(ticket, decision, world=world, actor=actor.pk, at=at)
    try:
        with transaction.atomic():
            ticket.customer = _customer(new.customer, ticket.organisation_id, at)
            insert([ticket])
            decision.before.id = decision.after.id = ticket.pk
            decision.after.version = ticket.version
            write_steps(ticket, decision.before, decision.after)
            write_clocks(ticket, decision.before, decision.after, at)
            insert([TicketText(ticket=ticket, pairs=searchable(ticket))])
            finish_event(event, decision)
            take_files(ticket, book, given, actor=actor)
            link_tickets(ticket, decision, actor=actor, at=at)
            attach_logs(ticket, decision, book=book, actor=actor, at=at)
            link_alike(ticket, alike, actor=actor, at=at)
            keep_records(ticket, decision, book=book, world=world, actor=actor, at=at)
            write_messages(ticket, decision, book=book, world=world, at=at)
            outcome = Outcome(ticket, decision.after, book, world, decision)
            keep_answer(idempotency, outcome, actor, at)
            return outcome
    except IntegrityError:
        _refuse_repeated(new, idempotency, actor)  # somebody with the same key was first
        raise


def searchable(ticket: Ticket) -> str:
    """What full-text search finds a ticket by: subject and the customer's words, as pairs of characters."""
    return " ".join(pairs(f"{ticket.subject} {ticket.content}"))


# ── repeated requests ────────────────────────────────────────────────────────────────────────────────


def _refuse_repeated(new: NewTicket, idempotency: Idempotency | None, actor: Person) -> None:
    refuse_repeated(idempotency, actor)
    if new.external_id:
        ticket = Ticket.objects.filter(source=new.source, external_id=new.external_id).first()
        if ticket is not None:
            _refuse_misfits(new)
            raise Repeated(ticket, None)


# ── the beginning ────────────────────────────────────────────────────────────────────────────────────


def _given(new: NewTicket, book: Book) -> dict[str, Any]:
    """The values of `register`: those of the body that it takes, and all of `data`."""
    taken = {need.field for need in book.register.fields}
    common = {"content": new.content, **new.facts, "level": new.customer.level, "brand": new.customer.brand}
    common["region"] = new.facts.get("region") or new.customer.region
    for name in REACHES:  # property asks for the phone as a field of its own (立项)
        common.setdefault(name, getattr(new.customer, name))
    return {**{name: value for name, value in common.items() if name in taken and value not in (None, "")}, **new.data}


def _picture(new: NewTicket, book: Book, world: World, actor: Person, at: datetime) -> Picture:
    errors = Invalid()
    _check_texts(new, errors)
    received_at = new.received_at or at
    if received_at > at:
        errors.add("received_at", "受理时间不能晚于现在", "A complaint can't be received in the future")
    unit = _unit_of(new.received_by, actor, world, errors)
    respondent_unit = world.by_code.get(new.respondent_unit)
    if new.respondent_unit and respondent_unit is None:
        errors.add("respondent.unit", f"没有单位“{new.respondent_unit}”", "There is no such unit")
    respondent = world.by_username.get(new.respondent_person)
    if new.respondent_person and respondent is None:
        errors.add("respondent.person", f"没有人员“{new.respondent_person}”", "There is no such person")
    if not new.anonymous and not new.customer.can_be_reached():
        errors.add(
            "customer",
            "至少留一种联系方式（电话、邮箱、账号或地址）；客户要匿名就勾选匿名",
            "Give one way to reach the customer (phone, email, account or address), or mark the complaint anonymous",
        )
    facts = _facts(new, book, world, errors)
    errors.raise_if_any()
    return Picture(
        number="",
        kind=book.kind,
        received_at=received_at,
        received_unit=unit,
        facts=facts,
        respondent_unit=respondent_unit.id if respondent_unit else None,
        respondent_person=respondent.id if respondent else None,
    )


def _facts(new: NewTicket, book: Book, world: World, errors: Invalid) -> dict[str, Any]:
    """Facts that stand beside what `register` takes: the customer's, and what the rulebook has as a field."""
    taken = {need.field for need in book.register.fields}
    values = {**new.facts, "level": new.customer.level, "brand": new.customer.brand}
    values["region"] = new.facts.get("region") or new.customer.region
    kept = {}
    for name, value in values.items():
        if value in (None, "") or name in taken:
            continue
        rule = book.fields.get(name)
        if rule is not None:
            kept[name] = clean_value(rule, name, value, errors, world)
        elif isinstance(value, str) and not text_problem(value, 60 if name in FACT_COLUMNS else 2000):
            kept[name] = value
        else:
            errors.add(name, "这里要填短的文字", "Must be a short text")
    return kept


def _refuse_misfits(new: NewTicket) -> None:
    """What no complaint can be is no repetition of one. Raises Invalid."""
    errors = Invalid()
    _check_texts(new, errors)
    errors.raise_if_any()


def _check_texts(new: NewTicket, errors: Invalid) -> None:
    if not new.content.strip():
        errors.add("content", "写下客户说了什么", "Write down what the customer said")
    texts = {"subject": new.subject, "content": new.content}
    texts |= {
        f"customer.{name}": getattr(new.customer, name) for name in ("name", *REACHES, "level", "brand", "region")
    }
    texts |= {"external_id": new.external_id, "source": new.source}
    longest = {**LONGEST, "external_id": 120, "source": 60, "customer.region": 12}
    for name, value in texts.items():
        problem = text_problem(value, longest.get(name, 200))
        if problem is not None:
            errors.errors.setdefault(name, []).append(problem)


def _unit_of(code: str, actor: Person, world: World, errors: Invalid) -> int:
    """The receiving unit: the one named, else the actor's own."""
    if code:
        unit = world.by_code.get(code)
        if unit is None or not unit.is_open:
            errors.add("received_by", f"没有单位“{code}”", f'There is no unit "{code}"')
        return unit.id if unit else 0
    if actor.home_unit_id is None:
        raise Refused(
            "no_holder", Say("您没有所属单位，请指明受理单位", "You have no unit of your own: name the receiving unit")
        )
    return actor.home_unit_id


def _ticket(
    new: NewTicket, version: RulebookVersion, picture: Picture, actor: Person, at: datetime, number: str
) -> Ticket:
    assert actor.organisation_id is not None  # noqa: S101  refused before
    return Ticket(
        number=number,
        organisation_id=actor.organisation_id,
        rulebook=version,
        kind=version.kind,
        subject=new.subject or _first_words(new.content),
        content=new.content,
        anonymous=new.anonymous,
        confidential=new.confidential,
        respondent_unit_id=picture.respondent_unit,
        respondent_person_id=picture.respondent_person,
        received_unit_id=picture.received_unit,
        received_at=picture.received_at,
        registered_at=at,
        registered_by=actor,
        source=new.source,
        external_id=new.external_id,
    )


def _first_words(content: str) -> str:
    """A subject for who gave none: the first sentence, short enough for a row."""
    line = " ".join(content.split())
    for stop in "。！？!?；;":
        line = line.split(stop)[0]
    return line[:60]


def _customer(new: NewCustomer, organisation_id: int, at: datetime) -> Customer | None:
    """The customer of that number, brought up to date, or a new one; None for somebody who said nothing."""
    if not (new.name or new.can_be_reached()):
        return None
    index, account = blind_index(new.phone), blind_index(new.account)
    known = None
    if index:
        known = _customers_by_phone().first(organisation=organisation_id, phone=index)
    values = {
        name: value
        for name in ("name", "phone", "account", "email", "address", "level", "brand", "region", "language")
        if (value := getattr(new, name))
    }
    if known is None:
        new_one = Customer(
            organisation_id=organisation_id, phone_index=index, account_index=account, created_at=at, **values
        )
        insert([new_one])
        return new_one
    if not new.vouched:
        return known
    changed = [name for name, value in values.items() if getattr(known, name) != value]
    for name in changed:
        setattr(known, name, values[name])
    if account and known.account_index != account:
        known.account_index = account
        changed.append("account_index")
    if changed:
        known.save(update_fields=changed)
    return known


@cache
def _customers_by_phone() -> PreparedObjects[Customer]:
    """The newest customer with that number."""
    same = Customer.objects.filter(organisation=Value(Given("organisation")), phone_index=Given("phone"))
    return PreparedObjects(same.exclude(phone_index="").order_by("-pk")[:1])
