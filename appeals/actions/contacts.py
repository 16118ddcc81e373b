"""The named contact of a unit and their deputy: every change has a date and a reason (doc 3 §4.1.8, row O03)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from appeals.access import may_set_contacts
from appeals.models import NamedContact
from complaints_site.lib.errors import Invalid
from tickets.core.given import text_problem
from tickets.core.sentences import Forbidden, Say
from tickets.models import AdminEntry, Person, Unit

LONGEST = {"phone": 60, "reason": 200}


@transaction.atomic
def contact_set(
    *, unit: Unit, person: Person, deputy: Person | None, phone: str, reason: str, actor: Person, at: datetime
) -> NamedContact:
    """Name the contact of a unit from now on; whoever was named before is kept as history.

    Raises Forbidden, and Invalid (sentences by field) where it can't be or changes nothing.
    """
    require_setter(actor, at)
    Unit.objects.select_for_update().get(pk=unit.pk)  # two changes at once: one after the other
    former = NamedContact.objects.filter(unit=unit, until_at=None).first()
    phone, reason = phone.strip(), reason.strip()
    errors = _errors(unit, person, deputy, {"phone": phone, "reason": reason})
    if former is not None and is_as_before(former, person, deputy, phone):
        errors["person"] = [_("和现在的联系责任人一样，没有变化。")]
    if errors:
        raise Invalid(errors)
    NamedContact.objects.filter(unit=unit, until_at=None).update(until_at=at)
    named = NamedContact.objects.create(
        unit=unit, person=person, deputy=deputy, phone=phone, reason=reason, since_at=at, set_by=actor
    )
    _log(named, former, actor, at)
    return named


def require_setter(actor: Person, at: datetime) -> None:
    if not may_set_contacts(actor, at):
        raise Forbidden(Say("联系责任人由申诉管理员或系统管理员设置", "Only officers and administrators name contacts"))


def _errors(unit: Unit, person: Person, deputy: Person | None, texts: dict[str, str]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if unit.closed_at is not None:
        errors["unit"] = [_("“%(name)s”已关闭。") % {"name": unit.name}]
    for field, who in (("person", person), ("deputy", deputy)):
        if who is not None and who.organisation_id != unit.organisation_id:
            errors[field] = [_("“%(name)s”属于另一个组织。") % {"name": who.name}]
        elif who is not None and not who.is_active:
            errors[field] = [_("“%(name)s”已停用。") % {"name": who.name}]
    if deputy is not None and deputy.pk == person.pk:
        errors["deputy"] = [_("代理人不能是本人。")]
    for name, text in texts.items():
        if len(text) > LONGEST[name] or text_problem(text) is not None:
            errors[name] = [_("最多 %(most)d 字，不含控制字符。") % {"most": LONGEST[name]}]
    if not texts["reason"]:
        errors["reason"] = [_("写明原因，如“原联系人调岗”。")]
    return errors


def is_as_before(former: NamedContact, person: Person, deputy: Person | None, phone: str) -> bool:
    """Naming them would change nothing."""
    now = (former.person_id, former.deputy_id, former.phone)
    return now == (person.pk, deputy.pk if deputy else None, phone)


def _log(named: NamedContact, former: NamedContact | None, actor: Person, at: datetime) -> None:
    data = {"unit": named.unit.code, "person": named.person.username, "reason": named.reason}
    if named.deputy is not None:
        data["deputy"] = named.deputy.username
    if former is not None:
        data["former"] = former.person.username
    AdminEntry.objects.create(
        person=actor, organisation_id=named.unit.organisation_id, what="contact_set", data=data, at=at
    )
