"""`manage.py demo`: two organisations to look around in, and tickets of the past thirty days in every state.

It stands here and not in `tickets` because the watch looks in while the past is played, so that warnings and overruns
carry the times at which they would have come.
"""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Min
from django.utils import timezone

from escalation.watch import watch_batch
from tickets.demo.build import LOGINS, PASSWORD, demo_build
from tickets.demo.play import SINGLES, demo_play
from tickets.models import Clock

MOMENT = timedelta(milliseconds=400)  # about what a tick of the watch takes


class Command(BaseCommand):
    help = "Fill in the demo: rulebooks, organisations HQ and PROP, people, routes and tickets. May be run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=int, default=60, metavar="N", help="how many tickets there shall be (60)")
        parser.add_argument("--logins", action="store_true", help="list the log-ins")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        demo_build(at=now)
        made = demo_play(options["tickets"], at=now, watch=watch_until, singles=SINGLES)
        self.stdout.write(f"demo: organisations HQ and PROP, {made} new tickets; everybody's password is {PASSWORD}")
        if options["logins"]:
            for username, role in LOGINS.items():
                self.stdout.write(f"  {username:16}{role}")


def watch_until(until: datetime) -> None:
    """Let the watch handle each moment at its own time, up to and including `until`."""
    while (first := Clock.objects.filter(next_at__lte=until).aggregate(at=Min("next_at"))["at"]) is not None:
        if not watch_batch(at=min(first + MOMENT, until)):
            return
