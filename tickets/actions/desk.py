"""What an organisation offers to the public, and the program that registers what comes in by it (row I07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.actions.people import duty_grant, duty_withdraw, person_create
from tickets.models import Organisation, Person, PublicDesk, Unit
from tickets.rulebook.compiled import ANYONE, Book
from tickets.rulebook.registry import book_of, current_version

CHANNEL = "channel"
CHANNELS = ("form_channel", "mail_channel")


@dataclass(slots=True)
class DeskPlan:
    """How the public desk is to be. `given` and `asked` name fields of the rulebook's `register`."""

    book: str
    unit: str  # code
    is_open: bool = False
    takes_forms: bool = False
    takes_mail: bool = False
    form_channel: str = ""
    mail_channel: str = ""
    asked: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    words_en: str = ""


def desk_book(organisation_id: int, book: str, at: datetime) -> Book | None:
    """The rulebook in force that a desk names; None where it is none of this organisation any more."""
    version = current_version(book, at, organisation_id)
    return book_of(version.pk) if version else None


@transaction.atomic
def desk_set(*, organisation: Organisation, plan: DeskPlan, at: datetime) -> PublicDesk:
    """Set up the public desk, or change it. Raises Invalid."""
    book = desk_book(organisation.pk, plan.book, at)
    unit = Unit.objects.open().filter(organisation=organisation, code=plan.unit).first()
    errors: dict[str, list[str]] = {}
    if book is None:
        errors["book"] = [_("选择规则手册。")]
    if unit is None:
        errors["unit"] = [_("选择受理单位。")]
    if book is None or unit is None:
        raise Invalid(errors)
    errors = _misfits(plan, book)
    if errors:
        raise Invalid(errors)
    values = {name: getattr(plan, name) for name in plan.__dataclass_fields__ if name not in ("unit", "asked", "given")}
    taken = {need.field for need in book.register.fields}
    values["asked"] = [name for name in plan.asked if name in taken]
    values["given"] = {name: value for name, value in plan.given.items() if name in taken}
    actor = _actor(organisation, book, unit)
    return PublicDesk.objects.update_or_create(
        organisation=organisation, defaults={**values, "unit": unit, "actor": actor}
    )[0]


def _misfits(plan: DeskPlan, book: Book) -> dict[str, list[str]]:
    known: Mapping[str, Any] = book.fields[CHANNEL].choices if CHANNEL in book.fields else {}
    errors = {}
    for name, is_open in zip(CHANNELS, (plan.takes_forms, plan.takes_mail), strict=True):
        chosen = getattr(plan, name)
        if known and ((is_open and not chosen) or (chosen and chosen not in known)):
            errors[name] = [_("选择这条渠道在规则手册里的名称。")]
    return errors


def _actor(organisation: Organisation, book: Book, unit: Unit) -> Person:
    """The program that registers for the public: it holds what registering takes at the receiving unit, no more."""
    username = f"public.{organisation.code}"[:60]
    actor = Person.objects.filter(organisation=organisation, username=username).first()
    if actor is None:
        actor = person_create(
            organisation=organisation, username=username, name=_("公众"), home_unit=unit, kind=Person.Kind.SERVICE
        )
    elif actor.home_unit_id != unit.pk:
        Person.objects.filter(pk=actor.pk).update(home_unit=unit)
    wanted = {role for role in sorted(book.register.by or ())[:1] if role != ANYONE}
    for duty in actor.duties.select_related("unit__organisation"):
        if duty.unit_id != unit.pk or duty.role not in wanted:
            duty_withdraw(person=actor, role=duty.role, unit=duty.unit)
    for role in wanted:
        duty_grant(person=actor, role=role, unit=unit)
    return Person.objects.get(pk=actor.pk)
