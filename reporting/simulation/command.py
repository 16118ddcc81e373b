"""`manage.py rulebook simulate FILE --from --to [--organisation CODE] [--format table|json]` (row N04)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from tickets.rulebook.source import Flat
from tickets.rulebook.subcommands import Subcommand


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--from", required=True, dest="start", help="received from: 2026-07-01, or a time with offset")
    parser.add_argument("--to", required=True, help="not part of the period")
    parser.add_argument("--organisation", metavar="CODE", help="needed where there are several")
    parser.add_argument("--format", choices=("table", "json"), default="table")


def run(flat: Flat, options: Mapping[str, Any], write: Callable[[str], object]) -> None:
    """Raises RulebookErrors (the file) and CommandError (the question)."""
    # Here, so that the other words of the command need neither indicators nor a database.
    from reporting.access import house
    from reporting.event_log.asking import received_in
    from reporting.refresh import Backlog
    from tickets.core.sentences import Invalid
    from tickets.rulebook.load import compile_flat

    from .represent import lines, simulated_dict
    from .simulate import Wanted, simulate

    book, organisation = compile_flat(flat), _organisation(options["organisation"])
    viewer = house(organisation, timezone.now())
    try:
        period = received_in({"from": options["start"], "to": options["to"]}, viewer.world)
        wanted = Wanted(book, period, viewer, organisation)
        said = simulated_dict(simulate(wanted), wanted, options["lang"])
    except Invalid as error:
        raise CommandError(
            "\n".join(f"{name}: {say.en}" for name, says in error.errors.items() for say in says)
        ) from error
    except Backlog as error:
        raise CommandError("Many tickets wait to be counted: try again in a minute.") from error
    if options["format"] == "json":
        write(json.dumps(said, ensure_ascii=False, indent=1))
        return
    for line in lines(said, options["lang"]):
        write(line)


def _organisation(code: str | None) -> Any:
    from tickets.models import Organisation

    found = list(Organisation.objects.filter(**({"code": code} if code else {})).order_by("code")[:2])
    if len(found) != 1:
        known = ", ".join(Organisation.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(f"Say --organisation, one of: {known or 'none yet'}")
    return found[0]


SIMULATE = Subcommand(
    "simulate", "replay a period's tickets under this rulebook: alerts, overruns, ends and rates", arguments, run
)
