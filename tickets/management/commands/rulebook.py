"""`manage.py rulebook check | load | list | retime | …`: prove, load, list, re-time (R01, R02, page §11.10)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.rulebook.check import Report, prove
from tickets.rulebook.compiled import Book
from tickets.rulebook.problems import Problem, RulebookErrors
from tickets.rulebook.source import Flat, find_book, flatten
from tickets.rulebook.subcommands import subcommands


class Command(BaseCommand):
    help = "Prove rulebooks, load them as versions, list what is loaded. FILE is a path or the id of a rulebook."
    requires_system_checks: list[str] = []  # `check` works without a database

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = "|".join(("check", "load", "list", "retime", *subcommands()))
        commands = parser.add_subparsers(dest="what", required=True, metavar=names)
        check = commands.add_parser("check", help="prove rulebooks; nothing is stored")
        check.add_argument("files", nargs="+", metavar="FILE")
        check.add_argument("--organisation", metavar="CODE", help="has this organisation a holder for every step?")
        load = commands.add_parser("load", help="prove rulebooks and store them as versions")
        load.add_argument("files", nargs="+", metavar="FILE")
        load.add_argument("--root", metavar="CODE", help="only this organisation may use them")
        further = [commands.add_parser(one.name, help=one.help) for one in subcommands().values()]
        for command, one in zip(further, subcommands().values(), strict=True):
            command.add_argument("files", nargs=1, metavar="FILE")
            one.arguments(command)
        for command in (check, load, *further):
            command.add_argument("--lang", choices=("zh", "en"), default="en", help="language of reasons and tables")
        commands.add_parser("list", help="list the loaded versions")
        retime = commands.add_parser("retime", help="count open tickets again under the version in force")
        retime.add_argument("book", metavar="ID")
        retime.add_argument("--root", metavar="CODE", required=True, help="the organisation")
        retime.add_argument("--apply", metavar="USERNAME", help="do it, in this person's name; default: a preview")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "list":
            self.list_versions()
            return
        if options["what"] == "retime":
            self.retime(options)
            return
        works = {"check": self.check_one, "load": self.load_one}
        work = works.get(options["what"], self.run_subcommand)
        refused = [name for name in options["files"] if not self.do(work, name, options)]
        if refused:
            raise SystemExit(1)

    def do(self, work: Any, name: str, options: dict[str, Any]) -> bool:
        """Work on one file; what is wrong with it goes to stderr, one a line."""
        try:
            work(read(name), options)
        except RulebookErrors as errors:
            for problem in errors.problems:
                self.stderr.write(problem.say(options["lang"]))
            return False
        return True

    def run_subcommand(self, flat: Flat, options: dict[str, Any]) -> None:
        subcommands()[options["what"]].run(flat, options, self.stdout.write)

    # ── check ──
    def check_one(self, flat: Flat, options: dict[str, Any]) -> None:
        book, report = prove(flat)
        if report.errors or book is None:
            raise RulebookErrors(report.errors)
        self.say_warnings(report, options["lang"])
        self.stdout.write(f"{flat.file}: {book.id} {book.version}: {said(report)}")
        if options["organisation"]:
            self.check_organisation(flat, book, options)

    def check_organisation(self, flat: Flat, book: Book, options: dict[str, Any]) -> None:
        from tickets.staffing import vacancies  # here, so that the proof alone needs no database

        organisation = organisation_of(options["organisation"])
        found = vacancies(organisation, book)
        if found:
            raise RulebookErrors([Problem(flat.file, one.place, one.reason, one.reason_zh) for one in found])
        self.stdout.write(f"{flat.file}: {organisation.code} has a holder for every step")

    def say_warnings(self, report: Report, language: str) -> None:
        for warning in report.warnings:
            self.stdout.write(f"warning: {warning.say(language)}")

    # ── load and list ──
    def load_one(self, flat: Flat, options: dict[str, Any]) -> None:
        from tickets.actions.books import book_load  # here, so that `check` needs no database

        organisation = organisation_of(options["root"]) if options["root"] else None
        version = book_load(flat=flat, actor=None, at=timezone.now(), organisation=organisation)
        self.stdout.write(f"{flat.file}: {version} loaded, in force from {version.effective_from:%Y-%m-%d %H:%M %z}")

    def list_versions(self) -> None:
        from tickets.models import RulebookVersion

        versions = RulebookVersion.objects.select_related("organisation").defer("source").order_by("book", "version")
        for one in versions:
            root = one.organisation.code if one.organisation else "*"
            begins = timezone.localtime(one.effective_from)
            self.stdout.write(
                f"{one.book} {one.version}  {one.kind}  {root}  {begins:%Y-%m-%d}  {one.sha256[:12]}  {one.title}"
            )

    # ── re-time ──
    def retime(self, options: dict[str, Any]) -> None:
        from tickets.actions.retime import retime_apply, retime_preview
        from tickets.models import Person
        from tickets.rulebook.registry import current_version

        at, organisation = timezone.now(), organisation_of(options["root"])
        version = current_version(options["book"], at)
        if version is None:
            raise CommandError(f"No version of {options['book']!r} is in force.")
        if options["apply"]:
            actor = Person.objects.filter(username=options["apply"], organisation=organisation).first()
            if actor is None:
                raise CommandError(f"There is no person {options['apply']!r} in {organisation.code}.")
            changed = retime_apply(version=version, organisation=organisation, actor=actor, at=at)
            self.stdout.write(f"{changed} tickets re-timed under {version}")
            return
        for moved in retime_preview(version=version, organisation=organisation, at=at):
            self.stdout.write(f"{moved.number}  {moved.clock}  {moved.old_due_at} -> {moved.new_due_at}")


def read(name: str) -> Flat:
    """The flattened source of a path or an id; a name that is neither is an error of its own."""
    path = find_book(name, settings.RULEBOOK_PATH)
    if path is None:
        reason = "no such file, and no rulebook of that id on the search path"
        raise RulebookErrors([Problem(name, "", reason, "没有这个文件,搜索路径中也没有此标识的规则手册")])
    return flatten(path, settings.RULEBOOK_PATH)


def organisation_of(code: str) -> Any:
    from tickets.models import Organisation

    try:
        return Organisation.objects.get(code=code)
    except Organisation.DoesNotExist as error:
        raise CommandError(f"There is no organisation {code!r}.") from error


def said(report: Report) -> str:
    """What was proved, in one line."""
    facts = report.facts
    text = f"proved: {facts['states']} situations, {facts['transitions']} transitions"
    longest = facts["longest"]
    ways = [f"{clock} {way}" for clock, way in longest.items()] if isinstance(longest, dict) else []
    note = " (1 wd counted as 24 h, date fields left out)" if ways else ""
    return "; ".join([text, *ways]) + note
