"""`manage.py api_token NAME --role ROLE --unit CODE`: an account for a program, and a token that is told once.

`--list` shows what there is, `--revoke` takes back.
"""

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
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
    token_revoke,
    tokens_revoke,
)
from tickets.models import ApiToken, Person, Unit
from tickets.roles import STANDARD_ROLES, roles_of_database, roles_of_files


class Command(BaseCommand):
    help = (
        "Give a program an account with duties and print a new bearer token, once, as the last word. "
        "Called again for the same name it adds duties and another token."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", nargs="?", help="the program's name, e.g. hotline-zz")
        parser.add_argument("--role", action="append", default=[], choices=_choices(), help="repeatable")
        parser.add_argument("--unit", metavar="CODE", help="where it holds these roles")
        parser.add_argument("--subtree", action="store_true", help="and in the units below")
        parser.add_argument("--days", type=int, metavar="N", help="days until the token expires (default: never)")
        parser.add_argument("--expires", metavar="DATE", help="last day of the token, 2027-06-30, instead of --days")
        parser.add_argument("--note", default="", metavar="WORDS", help="what this token is for")
        parser.add_argument("--list", action="store_true", help="list tokens, of NAME or of every program")
        parser.add_argument("--revoke", action="store_true", help="take back its tokens and duties; prints no token")
        parser.add_argument("--token", type=int, metavar="ID", help="with --revoke: only this token of the list")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.show(options["name"])
            return
        if not options["name"]:
            raise CommandError("Name the program.")
        person = Person.objects.filter(username=options["name"]).first()
        if person is not None and person.kind != Person.Kind.SERVICE:
            raise CommandError(f"{options['name']} is a person's account, not a program's.")
        if options["revoke"]:
            self.revoke(person, options["name"], options["token"])
            return
        unit = _require(options)
        try:
            token = _token(person, unit, options)
        except Invalid as error:
            raise CommandError(str(error)) from error
        roles = ", ".join(options["role"])
        below = " and below" if options["subtree"] else ""
        self.stdout.write(f"{options['name']}: {roles} at {unit.code}{below}. Token, shown once: {token}")

    def show(self, name: str | None) -> None:
        rows = ApiToken.objects.select_related("person").order_by("person__username", "pk")
        for token in rows.filter(person__username=name) if name else rows:
            self.stdout.write(_line(token, timezone.now()))

    @transaction.atomic
    def revoke(self, person: Person | None, name: str, token: int | None) -> None:
        if person is None:
            raise CommandError(f"No program is named {name}.")
        if token is not None:
            found = person.tokens.filter(pk=token).first()
            if found is None:
                raise CommandError(f"{name} has no token {token}: see --list.")
            token_revoke(token=found, at=timezone.now())
            self.stdout.write(f"{name}: token {token} revoked")
            return
        count = tokens_revoke(person=person, at=timezone.now())
        for duty in person.duties.select_related("unit__organisation"):
            duty_withdraw(person=person, role=duty.role, unit=duty.unit)
        self.stdout.write(f"{name}: {count} tokens revoked, duties withdrawn")


def _line(token: ApiToken, now: datetime) -> str:
    """One token of the list: never the token itself."""
    state = "revoked" if token.revoked_at else "expired" if token.expires_at and token.expires_at <= now else "valid"
    used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
    until = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "no end"
    duties = token.person.duties.select_related("unit").order_by("role", "unit__code")
    held = ", ".join(f"{one.role}@{one.unit.code}{'+' if one.subtree else ''}" for one in duties) or "no duty"
    first = f"{token.pk}  {token.person.username}  {token.beginning or '?'}…  {state}"
    return f"{first}  until {until}  used {used}  {held}  {token.name}".rstrip()


def _expiry(options: dict[str, Any], now: datetime) -> datetime | None:
    """The end of the last day, or so many days from now. Raises CommandError."""
    if options["days"] is not None:
        return now + timedelta(days=options["days"])
    if options["expires"] is None:
        return None
    try:
        last = date.fromisoformat(options["expires"])
    except ValueError as error:
        raise CommandError("--expires is a date like 2027-06-30.") from error
    return datetime.combine(last + timedelta(days=1), time.min, timezone.get_default_timezone())


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
    return token_create(person=person, at=now, expires_at=_expiry(options, now), name=options["note"])


def _choices() -> list[str]:
    """Every role there is; `--help` must also work where there is no database yet."""
    roles = {**STANDARD_ROLES, **roles_of_files()}
    settings = connection.settings_dict
    missing = connection.vendor == "sqlite" and not Path(settings["NAME"]).exists()  # to look would make the file
    try:
        return sorted({**roles, **({} if missing else roles_of_database())})
    except DatabaseError:
        return sorted(roles)
