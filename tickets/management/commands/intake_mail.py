"""`manage.py intake_mail --organisation CODE`: complaints that come by e-mail (row I07)."""

from __future__ import annotations

import imaplib
import os
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from tickets.letters.boxes import Offered, imap, maildir
from tickets.letters.intake import letter_take
from tickets.models import PublicDesk

TRY_AGAIN = 75  # EX_TEMPFAIL: a mail server that pipes letters to us keeps this one and comes back
IMAP_TLS_PORT = 993


class Command(BaseCommand):
    help = (
        "Take in complaints from a mail box; without a box one letter is read from standard input, for a mail server "
        "that pipes. The same letter is taken once, however often it is read. The password of an IMAP box is read "
        "from the environment: INTAKE_PASSWORD."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, metavar="CODE")
        box = parser.add_mutually_exclusive_group()
        box.add_argument("--maildir", metavar="FOLDER")
        box.add_argument("--imap", metavar="HOST")
        parser.add_argument("--port", type=int, default=IMAP_TLS_PORT)
        parser.add_argument("--user", default="")
        parser.add_argument("--folder", default="INBOX")
        parser.add_argument("--no-tls", action="store_true", help="only for a box on this machine")

    def handle(self, *args: Any, **options: Any) -> None:
        desk = _desk(options["organisation"])
        became: Counter[str] = Counter()
        try:
            for raw, done in _letters(options):
                became[letter_take(raw, desk=desk, at=timezone.now())] += 1
                done()
        except (DatabaseError, imaplib.IMAP4.error, OSError) as error:
            self.stderr.write(f"Stopped, and can go on from there: {error}")
            sys.exit(TRY_AGAIN)
        counts = ", ".join(f"{number} {what}" for what, number in became.items()) or "nothing new"
        self.stdout.write(counts)


def _desk(code: str) -> PublicDesk:
    desk = PublicDesk.objects.select_related("organisation", "unit", "actor").filter(organisation__code=code).first()
    if desk is None or not desk.takes_mail:
        raise CommandError(f"{code} takes no complaints by e-mail: open it on the page of the public desk.")
    return desk


def _letters(options: dict[str, Any]) -> Iterator[Offered]:
    if options["maildir"]:
        if not os.path.isdir(os.path.join(options["maildir"], "new")):
            raise CommandError(f"{options['maildir']} is no Maildir.")
        yield from maildir(options["maildir"])
    elif options["imap"]:
        yield from imap(
            options["imap"],
            port=options["port"],
            user=options["user"],
            password=os.environ.get("INTAKE_PASSWORD", ""),
            folder=options["folder"],
            tls=not options["no_tls"],
        )
    else:
        yield sys.stdin.buffer.read(), lambda: None
