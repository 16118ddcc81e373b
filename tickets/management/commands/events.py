"""`manage.py events verify [TICKET]`: is the event log what it was when it was written?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.models import Ticket
from tickets.verify import Broken, seal_days, verify_days, verify_tickets


class Command(BaseCommand):
    help = "Verify the append-only, hash-chained event log, or seal the days that are over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "seal-days"])
        parser.add_argument("ticket", nargs="?", help="a ticket's number; default: all tickets and all days")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "seal-days":
            self.stdout.write(f"{seal_days(at=timezone.now())} days sealed")
            return
        tickets = Ticket.objects.all()
        if options["ticket"]:
            tickets = tickets.filter(number=options["ticket"])
            if not tickets.exists():
                raise CommandError(f"There is no ticket {options['ticket']}.")
        broken: list[Broken] = [*verify_tickets(tickets), *([] if options["ticket"] else verify_days())]
        for fault in broken:
            self.stderr.write(str(fault))
        if broken:
            raise CommandError(f"{len(broken)} faults; the first: {broken[0]}")
        self.stdout.write(f"{tickets.count()} tickets verified, no fault")
