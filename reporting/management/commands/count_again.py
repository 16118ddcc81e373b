"""`manage.py count_again`: count every ticket anew, after the meaning of a rulebook's words was corrected."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from reporting.refresh import bring_up_to_date
from tickets.models import Ticket


class Command(BaseCommand):
    help = "Mark every ticket as not counted and count them, however long it takes."

    def handle(self, *args: Any, **options: Any) -> None:
        Ticket.objects.filter(counted=True).update(counted=False)
        total = bring_up_to_date(longest_seconds=float("inf"))
        self.stdout.write(f"counted {total} tickets")
