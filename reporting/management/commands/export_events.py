"""`manage.py export_events --format xes --from 2026-11-01 --to 2026-12-01`: the event log for process mining (I05)."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reporting.access import Viewer, house, viewer_of
from reporting.event_log import FORMATS, Log
from reporting.event_log.asking import received_in
from tickets.core.sentences import Invalid
from tickets.models import Organisation, Person


class Command(BaseCommand):
    help = "Write the events of all tickets received in a period; as much memory for ten as for a million."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=FORMATS, required=True)
        parser.add_argument("--from", required=True, dest="start", help="2026-11-01, or a time with its offset")
        parser.add_argument("--to", required=True, help="not part of the period")
        parser.add_argument("--organisation", help="code; needed where there are several")
        parser.add_argument("--as", dest="person", help="user name: only what this person may see")
        parser.add_argument("--names", action="store_true", help="names of staff; default: pseudonyms")
        parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the titles of events")
        parser.add_argument("--output", help="file; default: standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        viewer = viewer_for(options)
        try:
            received = received_in({"from": options["start"], "to": options["to"]}, viewer.world)
        except Invalid as error:
            lines = [f"--{name}: {say.say('en')}" for name, says in error.errors.items() for say in says]
            raise CommandError("\n".join(lines)) from error
        pieces = FORMATS[options["format"]].write(Log(viewer, received, options["names"], options["language"]).cases())
        if not options["output"]:
            sys.stdout.buffer.writelines(piece.encode() for piece in pieces)
            return
        with Path(options["output"]).open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)


def viewer_for(options: dict[str, Any]) -> Viewer:
    """Whose eyes the log is read with: a person's, or the house's own. Raises CommandError."""
    at = timezone.now()
    if options["person"]:
        person = Person.objects.filter(username=options["person"], is_active=True).exclude(organisation=None).first()
        if person is None:
            raise CommandError(f"There is no person {options['person']!r} in an organisation.")
        return viewer_of(person, at)
    organisations = Organisation.objects.order_by("code")
    if options["organisation"]:
        organisations = organisations.filter(code=options["organisation"])
    found = list(organisations[:2])
    if len(found) != 1:
        known = ", ".join(Organisation.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(f"Say --organisation, one of: {known or 'none yet'}")
    return house(found[0], at)
