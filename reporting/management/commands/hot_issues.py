"""`manage.py hot_issues`: put waiting tickets into groups; `--measure FOLDER --judged FILE` says how well it works."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reporting.hot.keep import Grouped, group_batch
from reporting.hot.measure import Measured, judged_in, measure, messages_in
from reporting.refresh import bring_up_to_date
from tickets.models import Organisation


class Command(BaseCommand):
    help = "Group complaints that speak of the same thing, or measure the grouping on messages that people judged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--measure", metavar="FOLDER", help="a folder with *sheet3*.csv of citizens' messages")
        parser.add_argument("--judged", metavar="FILE", help="CSV one,other,same: pairs that people judged")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["measure"]:
            for line in lines(measured(options)):
                self.stdout.write(line)
            return
        bring_up_to_date(longest_seconds=float("inf"))
        for organisation in Organisation.objects.order_by("code"):
            self.stdout.write(f"{organisation.code}: {group_all(organisation)} tickets looked at")


def group_all(organisation: Organisation) -> int:
    total, done = 0, Grouped(1)
    while done.tickets:
        done = group_batch(organisation, at=timezone.now())
        total += done.tickets
    return total


def measured(options: dict[str, Any]) -> Measured:
    try:
        messages = messages_in(Path(options["measure"]))
        judged = judged_in(Path(options["judged"])) if options["judged"] else []
    except (OSError, KeyError, ValueError) as error:
        raise CommandError(f"Can't read it: {error}") from error
    if not messages:
        raise CommandError(f"There is no *sheet3*.csv in {options['measure']}.")
    return measure(messages, judged)


def lines(found: Measured) -> list[str]:
    return [
        f"messages           {found.messages}",
        f"groups             {found.groups}, of {found.grouped} messages, the largest of {found.largest}",
        f"identical texts    {found.identical} together",
        f"precision          {found.precision} of the judged pairs put together are the same thing",
        f"recall             {found.recall} of the judged pairs of the same thing are together",
    ]
