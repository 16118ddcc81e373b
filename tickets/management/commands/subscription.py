"""`manage.py subscription add NAME URL --unit CODE --event EVENT …`, `list`, `stop ID`, `start ID`, `remove ID`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from complaints_site.lib.errors import Invalid
from tickets.actions import endpoints as actions
from tickets.models import Subscription, Unit
from tickets.webhooks import EVENTS


class Command(BaseCommand):
    help = "Systems that are told of events by signed webhooks. `add` prints the secret, once, as the last word."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        add = what.add_parser("add", help="a new subscription")
        add.add_argument("name", metavar="NAME")
        add.add_argument("url", metavar="URL", help="https://…, of a host among OUTBOUND_HOSTS")
        add.add_argument("--unit", required=True, metavar="CODE", help="events at this unit and below")
        add.add_argument("--event", action="append", required=True, choices=list(EVENTS), help="repeatable")
        what.add_parser("list", help="all of them")
        for name, does in (("stop", "tell it nothing more"), ("start", "go on"), ("remove", "for good")):
            what.add_parser(name, help=does).add_argument("id", type=int, metavar="ID")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["what"]:
            case "add":
                self.add(options)
            case "list":
                self.list()
            case "remove":
                actions.subscription_remove(subscription=_found(options["id"]))
            case _:
                is_active = options["what"] == "start"
                actions.subscription_switch(subscription=_found(options["id"]), is_active=is_active)

    def add(self, options: dict[str, Any]) -> None:
        unit = Unit.objects.open().select_related("organisation").filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"No unit has the code {options['unit']}.")
        try:
            made = actions.subscription_create(
                organisation=unit.organisation,
                name=options["name"],
                url=options["url"],
                events=options["event"],
                unit=unit,
                actor=None,
                at=timezone.now(),
            )
        except Invalid as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made.pk}: {made.name} at {unit.code}. Secret, shown once: {made.secret}")

    def list(self) -> None:
        for one in Subscription.objects.select_related("unit").order_by("pk"):
            state = "active" if one.is_active else "stopped"
            self.stdout.write(f"{one.pk}: {one.name}, {actions.host_of(one)}, {one.unit.code}, {state}")


def _found(which: int) -> Subscription:
    one = Subscription.objects.select_related("organisation").filter(pk=which).first()
    if one is None:
        raise CommandError(f"There is no subscription {which}.")
    return one
