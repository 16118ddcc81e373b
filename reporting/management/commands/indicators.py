"""`manage.py indicators ID --from 2026-11-01 --to 2026-12-01`: an indicator's figures, as everybody else sees them."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils import timezone
from openpyxl import Workbook

from reporting.access import Viewer, house, viewer_of
from reporting.declarations import Indicator, indicators
from reporting.figures import figures
from reporting.labels import Labels
from reporting.periods import CYCLES
from reporting.questions import Question, question
from reporting.refresh import Backlog
from reporting.represent import figure_dict, indicator_dict, table_of
from tickets.core.sentences import Invalid
from tickets.models import Organisation, Person

LANGUAGES = ("zh", "en")


class Command(BaseCommand):
    help = "An indicator's figures over all tickets of an organisation, or over those that a person sees."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", help="; ".join(indicators()))
        parser.add_argument("--from", required=True, dest="start", help="2026-11-01, or a time with its offset")
        parser.add_argument("--to", required=True, help="not part of the period")
        parser.add_argument("--cycle", choices=CYCLES, default="")
        parser.add_argument("--by", nargs="*", default=[], help="dimensions")
        parser.add_argument("--only", nargs="*", default=[], metavar="NAME=VALUE", help="filters")
        parser.add_argument("--organisation", help="code; default: the one with the most tickets")
        parser.add_argument("--as", dest="person", help="user name: only what this person may see")
        parser.add_argument("--language", choices=LANGUAGES, default="zh")
        parser.add_argument("--format", choices=("json", "table", "xlsx"), default="table")
        parser.add_argument("--output", help="file; default: standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        indicator = indicators().get(options["id"])
        if indicator is None:
            raise CommandError(f"There is no indicator {options['id']!r}. Known: {', '.join(indicators())}")
        viewer = self._viewer(options)
        asked = self._question(indicator, options, viewer)
        try:
            found = figures([indicator], asked, viewer)[indicator.id]
        except Backlog as error:
            raise CommandError("Many tickets wait to be counted: try again in a minute.") from error
        labels = Labels(viewer)
        rows = [figure_dict(figure, asked, labels, options["language"]) for figure in found]
        if options["format"] == "xlsx":
            write_xlsx(indicator, asked, rows, options)
        elif options["output"]:
            Path(options["output"]).write_text(text_of(indicator, asked, rows, options) + "\n", encoding="utf-8")
        else:
            self.stdout.write(text_of(indicator, asked, rows, options))

    def _viewer(self, options: dict[str, Any]) -> Viewer:
        at = timezone.now()
        if options["person"]:
            person = Person.objects.filter(username=options["person"]).exclude(organisation=None).first()
            if person is None:
                raise CommandError(f"There is no person {options['person']!r} in an organisation.")
            return viewer_of(person, at)
        organisations = Organisation.objects.annotate(size=Count("tickets")).order_by("-size", "pk")
        if options["organisation"]:
            organisations = organisations.filter(code=options["organisation"])
        organisation = organisations.first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation'] or ''!r}.")
        return house(organisation, at)

    def _question(self, indicator: Indicator, options: dict[str, Any], viewer: Viewer) -> Question:
        only = dict(word.partition("=")[::2] for word in options["only"])
        by = ",".join(options["by"])
        given = {**only, "from": options["start"], "to": options["to"], "cycle": options["cycle"], "by": by}
        try:
            return question(indicator, given, viewer)
        except Invalid as error:
            lines = [f"{name}: {say.say('en')}" for name, says in error.errors.items() for say in says]
            raise CommandError("\n".join(lines)) from error


def text_of(indicator: Indicator, asked: Question, rows: list[dict[str, Any]], options: dict[str, Any]) -> str:
    if options["format"] == "json":
        told = {"indicator": indicator_dict(indicator, options["language"]), "results": rows}
        return json.dumps(told, ensure_ascii=False, indent=1)
    heading, lines = table_of(rows, asked)
    return "\n".join("\t".join("" if cell is None else str(cell) for cell in line) for line in [heading, *lines])


def write_xlsx(indicator: Indicator, asked: Question, rows: list[dict[str, Any]], options: dict[str, Any]) -> None:
    """Numbers stay numbers; texts are texts, whatever they begin with (rule 16 of the reliability page)."""
    book = Workbook()
    sheet = book.active
    heading, lines = table_of(rows, asked)
    sheet.append([indicator.title.say(options["language"])])
    for line in [heading, *lines]:
        sheet.append(line)
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    book.save(options["output"] or sys.stdout.buffer)
