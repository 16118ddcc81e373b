"""An import from its first row to its last: in batches, counted, and able to go on after a stop at any moment.

The position of the run is written in the transaction of the batch that it describes, so after a `kill -9` a row is
either imported and counted, or neither. `(source, external_id)` makes a second import of the same file harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db.models import F
from django.db.models.functions import Greatest

from tickets.actions.books import book_load
from tickets.models import ImportRun, Organisation, RulebookVersion
from tickets.organisations import world_of
from tickets.rulebook.compiled import PROMISE, Ask, Book, Next
from tickets.rulebook.compiled import Step as StepRule
from tickets.rulebook.problems import Problem
from tickets.rulebook.registry import book_of, current_version
from tickets.rulebook.source import flatten

from .batch import Made, Outcome, import_batch
from .build import House
from .cases import CaseMaker
from .errors_file import ErrorsFile
from .mapping import ImportMapping
from .problems import FileError, MappingErrors
from .reader import Record, Sheet, scan
from .spool import Spool
from .values import Cells

BATCH = 1_000  # cases of a transaction
MOST_CHARACTERS = 8_000_000  # of a batch, so that huge cells don't fill the memory


@dataclass
class Report:
    """The sums: rows = imported + repeated + rejected + passed over (what `only` leaves out), always."""

    rows: int = 0
    imported: int = 0
    repeated: int = 0
    rejected: int = 0
    tickets: int = 0
    resumed_at: int = 0  # rows that an earlier, broken run had done
    left_out: tuple[str, ...] = ()  # columns that the mapping does not speak of
    errors_file: Path | None = None

    @property
    def passed_over(self) -> int:
        return self.rows - self.imported - self.repeated - self.rejected

    def add(self, outcome: Outcome) -> None:
        self.rows += outcome.rows
        self.imported += outcome.imported
        self.repeated += outcome.repeated
        self.rejected += outcome.rejected_rows
        self.tickets += outcome.tickets


@dataclass(frozen=True)
class Order:
    """What to import. `at` is the moment of the import, `clock` tells when it ended; `errors` lists rejected rows."""

    path: Path
    mapping: ImportMapping
    organisation: Organisation
    errors: Path
    at: datetime
    clock: Callable[[], datetime]
    batch: int = BATCH
    dry_run: bool = False


def import_tickets(order: Order, told: Callable[[Report], None] = lambda report: None) -> Report:
    """Import a file; `told` hears of the sums after every batch. Raises FileError, MappingErrors, OSError."""
    scanned = scan(order.path)
    mapping = order.mapping
    house = house_of(order)
    sheet = Sheet(order.path, encoding=mapping.encoding or scanned.encoding, delimiter=mapping.delimiter)
    with ExitStack() as stack:
        stack.enter_context(sheet)
        check_columns(mapping, sheet.heading)
        zone = ZoneInfo(mapping.zone) if mapping.zone else house.world.calendar.zone
        maker = CaseMaker(mapping, sheet.heading, zone, order.at)
        groups = stack.enter_context(_Groups(sheet, maker))
        keeper = _Keeper(order, scanned.sha256, house, told)
        keeper.report.left_out = tuple(name for name in sheet.heading if name not in mapping.known_columns())
        return keeper.keep(groups.read(), maker)


# ── before the first row ─────────────────────────────────────────────────────────────────────────────


def house_of(order: Order) -> House:
    """Organisation, unit and rulebook; the mapping's rulebook file is loaded if need be. Raises MappingErrors."""
    mapping, organisation = order.mapping, order.organisation
    world = world_of(organisation.pk)
    version = _version(mapping, order.at)
    book = book_of(version.pk)
    problems: list[Problem] = []
    unit = world.by_code.get(mapping.unit or organisation.code)
    if unit is None:
        problems.append(_wrong(mapping, "unit", f"没有单位“{mapping.unit}”", f"There is no unit {mapping.unit!r}"))
    step = _step(mapping, book, problems)
    _check_book(mapping, book, problems)
    if problems or unit is None or step is None:
        raise MappingErrors(problems)
    return House(organisation.pk, world, version, book, unit.id, step, mapping, order.path.name, order.at)


def _version(mapping: ImportMapping, at: datetime) -> RulebookVersion:
    if mapping.rulebook_file:
        path = mapping.folder / mapping.rulebook_file
        if not path.is_file():
            en = f"There is no file {mapping.rulebook_file!r} beside the mapping"
            raise MappingErrors([_wrong(mapping, "rulebook_file", f"没有文件“{mapping.rulebook_file}”", en)])
        book_load(flat=flatten(path), actor=None, at=at)
    version = current_version(mapping.rulebook, at)
    if version is None:
        en = f"The rulebook {mapping.rulebook!r} is not loaded"
        raise MappingErrors([_wrong(mapping, "rulebook", f"规则手册“{mapping.rulebook}”没有载入", en)])
    return version


def _step(mapping: ImportMapping, book: Book, problems: list[Problem]) -> StepRule | None:
    """The step that an open case stands in: the mapping's, else the one that registering opens."""
    opened = [effect.step for effect in book.register.then if isinstance(effect, Next | Ask)]
    name = mapping.step or (opened[0] if opened else "")
    step = book.steps.get(name)
    if step is None or step.side:
        known = ", ".join(kind for kind, one in book.steps.items() if not one.side)
        problems.append(_wrong(mapping, "step", f"只能是：{known}", f"Must be one of: {known}"))
        return None
    return step


def _check_book(mapping: ImportMapping, book: Book, problems: list[Problem]) -> None:
    state = mapping.end_state.text
    states = {state} if state else {*mapping.end_state.values.values()}
    for unknown in sorted(states - set(book.ends)):
        known = ", ".join(book.ends)
        problems.append(
            _wrong(mapping, "end.state", f"“{unknown}”不在 {known} 之中", f"{unknown!r} is none of {known}")
        )
    for role, action in mapping.actions.items():
        if action not in book.actions:
            problems.append(_wrong(mapping, f"actions.{role}", f"没有动作“{action}”", f"There is no action {action!r}"))
    if (mapping.limit or mapping.due_at.label) and PROMISE not in book.clocks:
        problems.append(_wrong(mapping, "promise", "规则手册没有承诺时限", "The rulebook has no clock `promise`"))


def _wrong(mapping: ImportMapping, place: str, zh: str, en: str) -> Problem:
    return Problem(mapping.file, place, en, zh)


def check_columns(mapping: ImportMapping, heading: list[str]) -> None:
    """Raises FileError where the file lacks a column that the mapping needs."""
    missing = sorted(mapping.needed_columns() - set(heading))
    if missing:
        shown, there = "、".join(missing), "、".join(heading[:40])
        raise FileError(f"缺少的列：{shown}；文件的列：{there}", f"Missing columns: {shown}. The file has: {there}")


# ── rows to cases ────────────────────────────────────────────────────────────────────────────────────


class _Groups:
    """The rows that make one case each: single rows, or those of an event log by case."""

    def __init__(self, sheet: Sheet, maker: CaseMaker) -> None:
        self.sheet, self.maker = sheet, maker
        self.spool = Spool() if maker.mapping.case else None

    def __enter__(self) -> _Groups:
        return self

    def __exit__(self, *_: object) -> None:
        if self.spool is not None:
            self.spool.__exit__()

    def read(self) -> Iterator[list[Record]]:
        if self.spool is None:
            yield from ([record] for record in self.sheet.records())
            return
        yield from ([record] for record in self.spool.fill(self.sheet.records(), self._case_of))
        yield from self.spool.cases()

    def _case_of(self, record: Record) -> str:
        cells: Cells = record.cells
        return self.maker.case_key(cells)


class _Keeper:
    """Keeps the run: where it stands, what became of the rows, the list of the rejected ones."""

    def __init__(self, order: Order, sha256: str, house: House, told: Callable[[Report], None]) -> None:
        self.order, self.house, self.told = order, house, told
        self.report = Report()
        self.run, self.goes_on = self._run(sha256)
        kept = self.run is not None and self.goes_on and self.run.errors_file
        self.errors = ErrorsFile(Path(kept) if kept else order.errors)

    def _run(self, sha256: str) -> tuple[ImportRun | None, bool]:
        """The run of this file and mapping, and whether it is one to go on with. A trial run has none."""
        if self.order.dry_run:
            return None, False
        whole = f"{self.order.mapping.sha256} {self.order.organisation.code}"
        run, _ = ImportRun.objects.get_or_create(
            file_sha256=sha256,
            mapping_sha256=hashlib.sha256(whole.encode()).hexdigest(),
            defaults={
                "source": self.order.mapping.source,
                "file_name": self.order.path.name[-200:],
                "started_at": self.order.at,
                "errors_file": str(self.order.errors)[:300],
            },
        )
        return run, run.finished_at is None

    def keep(self, groups: Iterator[list[Record]], maker: CaseMaker) -> Report:
        waiting: list[Made] = []
        weight = 0
        done = self._skip(groups)
        try:
            for records in groups:
                waiting.append(maker.make(records))
                weight += sum(len(cell) for record in records for cell in record.cells)
                if len(waiting) >= self.order.batch or weight >= MOST_CHARACTERS:
                    import_batch(waiting, self.house, self)
                    waiting, weight = [], 0
            if waiting:
                import_batch(waiting, self.house, self)
            self._finish()
        finally:
            self.errors.close()
        self.report.resumed_at = done
        self.report.errors_file = self.errors.path if self.report.rejected else None
        return self.report

    def _skip(self, groups: Iterator[list[Record]]) -> int:
        """Pass over what a broken run has committed, and take over its sums."""
        run = self.run
        if run is None or not self.goes_on or not run.rows_done:
            self.errors.start()
            return 0
        passed: set[int] = set()
        last, rows = 0, 0
        while rows < run.rows_done and (records := next(groups, None)):
            rows += len(records)
            if self.order.mapping.case:
                passed.update(record.number for record in records)
            last = records[-1].number
        self.errors.go_on(passed.__contains__ if self.order.mapping.case else lambda number: number <= last)
        self.report.rows, self.report.imported = run.rows_done, run.imported
        self.report.repeated, self.report.rejected = run.repeated, run.rejected
        return rows

    # ── the ledger of a batch ──
    @property
    def writes(self) -> bool:
        return not self.order.dry_run

    def commit(self, outcome: Outcome) -> None:
        """In the transaction of the batch: list the rejected rows, move the position."""
        self.errors.mark()
        for rejected in outcome.rejected:
            self.errors.add(rejected)
        self.errors.flush()
        if self.run is not None:
            self._move(self.run, outcome)

    def undo(self) -> None:
        """The transaction failed."""
        self.errors.back_to_mark()

    def done(self, outcome: Outcome) -> None:
        """The transaction is committed."""
        self.report.add(outcome)
        self.told(self.report)

    def _move(self, run: ImportRun, outcome: Outcome) -> None:
        runs = ImportRun.objects.filter(pk=run.pk)
        if not self.goes_on:  # the file was done before: what was rejected then may go in now
            fewer = Greatest(F("rejected") - outcome.imported, 0)
            runs.update(imported=F("imported") + outcome.imported, rejected=fewer)
            return
        claimed = runs.filter(rows_done=self.report.rows).update(
            rows_done=F("rows_done") + outcome.rows,
            imported=F("imported") + outcome.imported,
            repeated=F("repeated") + outcome.repeated,
            rejected=F("rejected") + outcome.rejected_rows,
        )
        if not claimed:
            raise FileError("另一个进程正在导入同一文件", "Another process is importing this file")

    def _finish(self) -> None:
        if self.run is not None and self.goes_on:
            ImportRun.objects.filter(pk=self.run.pk).update(
                finished_at=self.order.clock(), errors_file=str(self.errors.path)[:300] if self.report.rejected else ""
            )
