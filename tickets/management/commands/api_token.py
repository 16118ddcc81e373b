"""`manage.py api_token NAME --role ROLE --unit CODE`: an account for a program, and a token that is told once."""

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from complaints_site.lib.errors import Invalid
from tickets.actions.people import (
    duty_grant,
    duty_withdraw,
    person_activate,
    person_create,
    token_create,
    tokens_revoke,
)
from tickets.models import Person, Unit
from tickets.roles import STANDARD_ROLES, roles_of_database, roles_of_files


class Command(BaseCommand):
    help = (
        "Give a program an account with duties and print a new bearer token, once, as the last word. "
        "Called again for the same name it adds duties and another token."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the program's name, e.g. hotline-zz")
        parser.add_argument("--role", action="append", default=[], choices=_choices(), help="repeatable")
        parser.add_argument("--unit", metavar="CODE", help="where it holds these roles")
        parser.add_argument("--subtree", action="store_true", help="and in the units below")
        parser.add_argument("--days", type=int, metavar="N", help="days until the token expires (default: never)")
        parser.add_argument("--revoke", action="store_true", help="take back its tokens and duties; prints no token")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(username=options["name"]).first()
        if person is not None and person.kind != Person.Kind.SERVICE:
            raise CommandError(f"{options['name']} is a person's account, not a program's.")
        if options["revoke"]:
            self.revoke(person, options["name"])
            return
        unit = _require(options)
        try:
            token = _token(person, unit, options)
        except Invalid as error:
            raise CommandError(str(error)) from error
        roles = ", ".join(options["role"])
        below = " and below" if options["subtree"] else ""
        self.stdout.write(f"{options['name']}: {roles} at {unit.code}{below}. Token, shown once: {token}")

    @transaction.atomic
    def revoke(self, person: Person | None, name: str) -> None:
        if person is None:
            raise CommandError(f"No program is named {name}.")
        count = tokens_revoke(person=person, at=timezone.now())
        for duty in person.duties.select_related("unit__organisation"):
            duty_withdraw(person=person, role=duty.role, unit=duty.unit)
        self.stdout.write(f"{name}: {count} tokens revoked, duties withdrawn")


def _require(options: dict[str, Any]) -> Unit:
    if not options["role"]:
        raise CommandError("Name at least one --role.")
    if not options["unit"]:
        raise CommandError("Name the unit: --unit CODE.")
    if options["days"] is not None and not 0 < options["days"] < 36500:
        raise CommandError("--days is a number of days from 1 on.")
    unit = Unit.objects.select_related("organisation").filter(code=options["unit"]).first()
    if unit is None:
        codes = ", ".join(Unit.objects.order_by("path").values_list("code", flat=True)[:30])
        raise CommandError(f"No unit has the code {options['unit']}. There are: {codes or 'none yet (manage.py demo)'}")
    return unit


@transaction.atomic
def _token(person: Person | None, unit: Unit, options: dict[str, Any]) -> str:
    now = timezone.now()
    if person is None:
        person = person_create(
            organisation=unit.organisation,
            username=options["name"],
            name=options["name"],
            home_unit=unit,
            kind=Person.Kind.SERVICE,
        )
    elif not person.is_active:
        person_activate(person=person)
    for role in dict.fromkeys(options["role"]):
        duty_grant(person=person, role=role, unit=unit, subtree=options["subtree"])
    expires = now + timedelta(days=options["days"]) if options["days"] else None
    return token_create(person=person, at=now, expires_at=expires)


def _choices() -> list[str]:
    """Every role there is; `--help` must also work where there is no database yet."""
    roles = {**STANDARD_ROLES, **roles_of_files()}
    settings = connection.settings_dict
    missing = connection.vendor == "sqlite" and not Path(settings["NAME"]).exists()  # to look would make the file
    try:
        return sorted({**roles, **({} if missing else roles_of_database())})
    except DatabaseError:
        return sorted(roles)
