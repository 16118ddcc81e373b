"""`manage.py imported_figures --source SOURCE`: the figures of imported tickets, counted from our own rows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reporting.imported import UnknownSplit, imported_figures
from tickets.models import FACT_COLUMNS, ImportRun, Organisation, Ticket

BASIS = {
    "deadline": "on time = settled at or before the promise in force",
    "verdict": "on time = the source's own verdict; it gives no deadline",
    "neither": "the source gives neither a deadline nor a verdict",
}


class Command(BaseCommand):
    help = "On-time shares, shares settled within N days, durations and the event log of an imported source."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", required=True, help="the mapping's `source`")
        parser.add_argument("--organisation", help="code of the organisation; default: the one that has the tickets")
        parser.add_argument("--by", help=f"{', '.join(FACT_COLUMNS)}, year, or a field of the mapping")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = organisation_of(options["source"], options["organisation"])
        try:
            figures = imported_figures(organisation, options["source"], options["by"])
        except UnknownSplit as error:
            raise CommandError(f"There is no dimension {error}.") from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1))
        else:
            for line in lines(figures):
                self.stdout.write(line)


def organisation_of(source: str, code: str | None) -> Organisation:
    """The one named, else the only one that has tickets of this source."""
    found = Organisation.objects.filter(code=code) if code else Organisation.objects.filter(pk__in=owners(source))
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(set(ImportRun.objects.values_list("source", flat=True)))) or "none"
    raise CommandError(
        f"There is no organisation {code!r}." if code else f"Name the --organisation. Imported sources: {known}"
    )


def owners(source: str) -> list[int]:
    tickets = Ticket.objects.filter(source=source, imported=True).exclude(external_id="")
    return list(tickets.order_by().values_list("organisation", flat=True).distinct())


def lines(figures: dict[str, Any]) -> Iterator[str]:
    yield f"{figures['source']} in {figures['organisation']}: {figures['cases']} cases, {figures['open']} open"
    yield BASIS[figures["basis"]]
    yield from of_group(figures)
    log = figures["log"]
    if log["events"]:
        yield f"events  {log['events']}, {log['variants']} variants"
        yield f"hours from first to last event  {stated(log['hours_first_to_last'])}"
    for name, group in figures.get("groups", {}).items():
        yield f"── {figures['by']} = {name or '(none)'}: {group['cases']} cases"
        yield from of_group(group)


def of_group(figures: dict[str, Any]) -> Iterator[str]:
    for name in ("on_time_by_deadline", "on_time_by_verdict"):
        if figures[name]["den"]:
            yield f"{name}  {share(figures[name])}"
    for name in ("settled_within_working_days", "settled_within_24h_days"):
        if figures["hours_to_settled"]["n"]:
            yield f"{name}  " + "  ".join(f"{days}: {share(one)}" for days, one in figures[name].items())
    for name in ("hours_to_settled", "hours_to_ended"):
        if figures[name]["n"]:
            yield f"{name}  {stated(figures[name])}"


def share(one: dict[str, Any]) -> str:
    return f"{one['num']}/{one['den']} = {one['rate']:.6f}"


def stated(one: dict[str, Any]) -> str:
    return "  ".join(f"{name} {value}" for name, value in one.items())
