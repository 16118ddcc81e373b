"""Who a provider's claims stand for: found, or made at the first log-in; duties as the mapping says (row I06)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from complaints_site.lib.errors import Invalid
from tickets.actions.people import duty_grant, duty_withdraw, person_create
from tickets.models import Duty, Person, Unit
from tickets.sign_on.mapping import DutyRule, SignOnMapping

log = logging.getLogger(__name__)


class NotKnown(Exception):
    """Nobody here, somebody else, or somebody whose account is shut: the person is told the same for each."""


@transaction.atomic
def person_sign_on(*, claims: Mapping[str, Any], mapping: SignOnMapping, at: datetime) -> Person:
    """The person of these checked claims, with today's duties. Raises NotKnown.

    They are known by the provider's `sub`; the first time by their staff number, which must not be another subject's.
    """
    subject, username = str(claims["sub"])[:255], str(claims.get(mapping.username) or "")[:60]
    people = Person.objects.select_for_update().filter(kind=Person.Kind.HUMAN)
    person = people.filter(sign_on_subject=subject).first()
    if person is None and username:
        person = people.filter(username=username).first() or _made(claims, username, mapping)
    if person is None or not person.is_active or person.sign_on_subject not in (None, subject):
        raise NotKnown(username)
    if person.sign_on_subject is None:
        person.sign_on_subject = subject
        person.save(update_fields=["sign_on_subject"])
    _set_duties(person, claims, mapping)
    return person


def _made(claims: Mapping[str, Any], username: str, mapping: SignOnMapping) -> Person | None:
    """Somebody new, without a password of ours; nobody where the mapping makes none or names no open unit."""
    code = claims.get(mapping.unit) if mapping.unit else None
    unit = Unit.objects.open().filter(code=str(code or mapping.default_unit)).first() if mapping.create else None
    if unit is None or Person.objects.filter(username=username).exists():
        return None
    try:
        return person_create(
            organisation=unit.organisation,
            username=username,
            name=str(claims.get(mapping.name) or username)[:60],
            email=str(claims.get(mapping.email) or ""),
            home_unit=unit,
        )
    except Invalid as error:
        log.warning("sign-on can't make %s: %s", username, error)
        return None


def _set_duties(person: Person, claims: Mapping[str, Any], mapping: SignOnMapping) -> None:
    """Every duty that the mapping names is the provider's to give and to take; others are left alone."""
    ruled = [(rule, unit) for rule in mapping.duties if (unit := _unit_of(rule, person)) is not None]
    due = {(rule.role, unit.pk): (rule, unit) for rule, unit in ruled if rule.fits(claims)}
    for role, unit in {(rule.role, unit) for rule, unit in ruled}:
        if (role, unit.pk) not in due and person.duties.filter(role=role, unit=unit).exists():
            duty_withdraw(person=person, role=role, unit=unit)
    for rule, unit in due.values():
        _grant(person, rule, unit)


def _grant(person: Person, rule: DutyRule, unit: Unit) -> None:
    if Duty.objects.filter(person=person, role=rule.role, unit=unit, subtree=rule.subtree).exists():
        return
    try:
        with transaction.atomic():
            duty_grant(person=person, role=rule.role, unit=unit, subtree=rule.subtree)
    except Invalid as error:  # fewer rights than the mapping says, never more
        log.warning("sign-on gives %s no %s: %s", person.username, rule.role, error)


def _unit_of(rule: DutyRule, person: Person) -> Unit | None:
    if not rule.unit:
        return person.home_unit
    return Unit.objects.filter(organisation=person.organisation_id, code=rule.unit).first()
