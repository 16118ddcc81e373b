"""`manage.py import_tickets FILE --mapping MAPPING.toml`: old tickets of another system (row I04)."""

from __future__ import annotations

import gc
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.imports.mapping import ImportMapping, load_mapping
from tickets.imports.problems import FileError, MappingErrors
from tickets.imports.run import BATCH, Order, Report, import_tickets
from tickets.models import Organisation
from tickets.rulebook.problems import Problem, RulebookErrors

WORDS = {
    "zh": "{rows} 行 = 导入 {imported} + 重复 {repeated} + 拒绝 {rejected}；新工单 {tickets} 件",
    "en": "{rows} rows = {imported} imported + {repeated} repeated + {rejected} rejected; {tickets} new tickets",
}


class Command(BaseCommand):
    help = (
        "Import old tickets from a CSV or XLSX file of any size. The mapping says what each column is taken for "
        "(docs/mappings/README.md). A run that was stopped goes on where it stood; a file imported twice adds nothing."
    )
    requires_system_checks: list[str] = []  # needs no page

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="TOML file: what each column is taken for")
        parser.add_argument("--organisation", help="code of the organisation; default: the mapping's, or the only one")
        parser.add_argument("--errors", type=Path, help="where rejected rows are listed (CSV)")
        parser.add_argument("--dry-run", action="store_true", help="read and judge every row, write nothing")
        parser.add_argument("--batch", type=int, default=BATCH, help=f"tickets of a transaction ({BATCH})")
        parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the messages")

    def handle(self, *args: Any, **options: Any) -> None:
        language = options["lang"]
        try:
            mapping = load_mapping(options["mapping"])
            with seldom_collected():
                report = import_tickets(self.order(mapping, options), self.progress(options))
        except (MappingErrors, RulebookErrors) as errors:
            self.refuse(errors.problems, language)
        except FileError as error:
            raise CommandError(f"{options['file'].name}: {error.sentence.say(language)}") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        else:
            self.tell(report, mapping, options)

    def order(self, mapping: ImportMapping, options: dict[str, Any]) -> Order:
        if options["batch"] < 1:
            raise CommandError("--batch must be 1 or more")
        path: Path = options["file"]
        name = f"{path.stem}-{mapping.source}.errors.csv"
        errors = (options["errors"] or Path(settings.DATA_DIR) / "imports" / name).absolute()
        if errors.resolve() in (path.resolve(), options["mapping"].resolve()):
            raise CommandError("--errors must be a file of its own")
        return Order(
            path=path,
            mapping=mapping,
            organisation=organisation_of(options["organisation"] or mapping.organisation),
            errors=errors,
            at=timezone.now(),
            clock=timezone.now,
            batch=options["batch"],
            dry_run=options["dry_run"],
        )

    def progress(self, options: dict[str, Any]) -> Any:
        """At most one line a second, on stderr."""
        began = told = time.monotonic()

        def show(report: Report) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= 1:
                told = now
                sums = WORDS[options["lang"]].format(**vars(report))
                self.stderr.write(f"{options['file'].name}: {sums} ({report.rows / (now - began):,.0f}/s)")

        return show

    def refuse(self, problems: Sequence[Problem], language: str) -> None:
        for problem in problems:
            self.stderr.write(problem.say(language))
        raise CommandError(f"{len(problems)} mistakes, nothing was imported.")

    def tell(self, report: Report, mapping: ImportMapping, options: dict[str, Any]) -> None:
        chinese = options["lang"] == "zh"
        if report.left_out:
            columns = "、".join(report.left_out) if chinese else ", ".join(report.left_out)
            self.stderr.write(f"映射没有提到的列：{columns}" if chinese else f"Columns left out: {columns}")
        if report.resumed_at:
            done = report.resumed_at
            self.stderr.write(f"接着先前中断的导入，从第 {done} 行之后" if chinese else f"Went on after row {done}")
        trial = ("试运行，没有写入：" if chinese else "Trial, nothing was written: ") if options["dry_run"] else ""
        self.stdout.write(trial + WORDS[options["lang"]].format(**vars(report)))
        if report.passed_over:
            passed = report.passed_over
            self.stdout.write(f"映射的 only 略过：{passed} 行" if chinese else f"Passed over by `only`: {passed} rows")
        if report.errors_file:
            self.stdout.write(f"拒绝的行：{report.errors_file}" if chinese else f"Rejected rows: {report.errors_file}")
        if not options["dry_run"]:
            self.stdout.write(f"manage.py imported_figures --source {mapping.source}")


@contextmanager
def seldom_collected() -> Iterator[None]:
    """A batch is many small objects without a cycle: looking for cycles at the usual pace costs a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def organisation_of(code: str) -> Organisation:
    """The organisation of that code; without one the only one there is."""
    if code:
        found = Organisation.objects.filter(code=code)
    else:
        found = Organisation.objects.all()[:2]
    if len(found) != 1:
        known = ", ".join(Organisation.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(f"--organisation must be one of: {known or '(there is none yet)'}")
    return found[0]
