"""`manage.py routes`: the routing table and its gaps (row O05)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.models import Organisation, Route, RulebookVersion
from tickets.routing import route_gaps
from tickets.rulebook.compiled import Book
from tickets.rulebook.load import load_file
from tickets.rulebook.problems import RulebookErrors
from tickets.rulebook.registry import book_of
from tickets.rulebook.source import find_book


class Command(BaseCommand):
    help = "Show the routing table, or with --gaps every combination of types and regions that leads nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", help="code of the organisation (default: all)")
        parser.add_argument("--gaps", action="store_true", help="list the gaps; fails when there are any")
        parser.add_argument("--rulebook", help="id of the rulebook whose types are looked at; needed for --gaps")

    def handle(self, *args: Any, **options: Any) -> None:
        organisations = Organisation.objects.order_by("code")
        if options["organisation"]:
            organisations = organisations.filter(code=options["organisation"])
            if not organisations:
                raise CommandError(f"No organisation has the code {options['organisation']}.")
        if not options["gaps"]:
            self.show(organisations)
            return
        if not options["rulebook"]:
            raise CommandError("--gaps needs --rulebook ID.")
        book = _book(options["rulebook"])
        if sum([self.gaps(organisation, book) for organisation in organisations]):
            raise CommandError("The routing table has gaps.")

    def show(self, organisations: Any) -> None:
        for row in Route.objects.filter(organisation__in=organisations).select_related("unit", "person"):
            cells = (row.book, row.business_type, row.complaint_type, row.region, row.level)
            seat = f" ({row.person})" if row.person else ""
            self.stdout.write(f"{row.position:>6}  {' × '.join(cells)} → {row.unit.code} {row.unit}{seat}")

    def gaps(self, organisation: Organisation, book: Book) -> int:
        gaps = route_gaps(organisation, book)
        for gap in gaps:
            cells = (gap.business_type, gap.complaint_type, gap.region, gap.level)
            self.stdout.write(f"{organisation.code}: {' × '.join(cell or '-' for cell in cells)}")
        self.stdout.write(f"{organisation.code} {book.id}: {len(gaps)} gaps")
        return len(gaps)


def _book(name: str) -> Book:
    """The newest loaded version, or the file of that name."""
    loaded = RulebookVersion.objects.filter(book=name).order_by("-version").first()
    try:
        if loaded:
            return book_of(loaded.pk)
        if path := find_book(name):
            return load_file(path)
    except RulebookErrors as error:
        raise CommandError(str(error)) from error
    raise CommandError(f"No rulebook {name} is loaded or on the search path.")
