"""`manage.py import_contacts FILE --by USERNAME`: the named contacts of units from a table (row O03)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from appeals.contacts_import import COLUMNS, import_contacts
from tickets.core.sentences import Forbidden
from tickets.management.sheet_command import SheetCommand
from tickets.models import Person
from tickets.sheets import ImportReport


class Command(SheetCommand):
    help = f"Import the contacts for appeals. Columns: {', '.join(COLUMNS)}, or their Chinese headings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", required=True, help="staff number of the officer or administrator who names them")

    def work(self, options: dict[str, Any]) -> ImportReport:
        actor = Person.objects.filter(username=options["by"]).first()
        if actor is None:
            raise CommandError(f"There is no person {options['by']!r}.")
        try:
            return import_contacts(options["file"], actor=actor, at=timezone.now(), dry_run=options["dry_run"])
        except Forbidden as error:
            raise CommandError(error.sentence.en) from error
