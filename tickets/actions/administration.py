"""The door of administrators: a change and its line in the audit trail, both or neither (rule 13).

The system administrator runs the organisation, the security administrator people and their duties, the auditor reads
what both did. Nobody of the three may do another's work, whatever page or command the change comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction

from tickets.core.sentences import Forbidden, Say
from tickets.models import AdminEntry, Person
from tickets.organisations import world_of

ADMINISTRATOR, SECURITY, AUDITOR = "administrator", "security_admin", "auditor"
# What is done, and whose work it is. The words of the pages stand in tickets/views/admin_words.py.
WHOSE = {
    "unit_create": ADMINISTRATOR,
    "unit_change": ADMINISTRATOR,
    "unit_move": ADMINISTRATOR,
    "unit_close": ADMINISTRATOR,
    "unit_reopen": ADMINISTRATOR,
    "units_import": ADMINISTRATOR,
    "routes_import": ADMINISTRATOR,
    "route_set": ADMINISTRATOR,
    "route_move": ADMINISTRATOR,
    "route_remove": ADMINISTRATOR,
    "day_set": ADMINISTRATOR,
    "day_remove": ADMINISTRATOR,
    "year_publish": ADMINISTRATOR,
    "rulebook_load": ADMINISTRATOR,
    "rulebook_retime": ADMINISTRATOR,
    "message_resend": ADMINISTRATOR,
    "subscription_create": ADMINISTRATOR,
    "subscription_switch": ADMINISTRATOR,
    "subscription_remove": ADMINISTRATOR,
    "robot_set": ADMINISTRATOR,
    "robot_remove": ADMINISTRATOR,
    "desk_set": ADMINISTRATOR,
    "clock_try_again": ADMINISTRATOR,
    "people_import": SECURITY,
    "person_create": SECURITY,
    "person_change": SECURITY,
    "person_deactivate": SECURITY,
    "person_activate": SECURITY,
    "password_reset": SECURITY,
    "second_factor_reset": SECURITY,
    "duty_grant": SECURITY,
    "duty_withdraw": SECURITY,
    "absence_set": SECURITY,
    "absence_end": SECURITY,
    "token_create": SECURITY,
    "token_revoke": SECURITY,
    "tokens_revoke": SECURITY,
}
T = TypeVar("T")


def administer(*, actor: Person, at: datetime, what: str, data: Mapping[str, object], change: Callable[[], T]) -> T:
    """Do an administrative change and write it down. Raises Forbidden, and whatever `change` raises."""
    require_role(actor, WHOSE[what], at)
    with transaction.atomic():
        done = change()
        AdminEntry.objects.create(
            person=actor, organisation_id=actor.organisation_id, what=what, data=dict(data), at=at
        )
    return done


def require_role(actor: Person, role: str, at: datetime) -> None:
    if not holds(actor, role, at):
        raise Forbidden(Say("这件事由另一种管理员办", "This is another administrator's work"))


def holds(actor: Person, role: str, at: datetime) -> bool:
    """Whether the person holds this role, anywhere in their organisation, at this moment."""
    if actor.organisation_id is None or not actor.is_active:
        return False
    return any(duty.role == role for duty in world_of(actor.organisation_id).duties_of(actor.pk, at))


def misfits(model: type[models.Model], values: Mapping[str, object]) -> dict[str, list[str]]:
    """Texts that the columns of `model` can't hold: too long, no address; sentences by field."""
    errors: dict[str, list[str]] = {}
    for name, value in values.items():
        field = model._meta.get_field(name)
        if isinstance(value, str) and value and isinstance(field, models.Field):
            try:
                field.run_validators(value)
            except ValidationError as error:
                errors[name] = list(error.messages)
    return errors
