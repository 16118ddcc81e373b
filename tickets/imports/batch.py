"""One batch: which of its cases are new, and all rows of those in one transaction with the run's position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db import DataError, IntegrityError, transaction

from tickets.core.given import clean_value
from tickets.core.sentences import Invalid
from tickets.models import Clock, Customer, Event, Step, Ticket, TicketText
from tickets.numbers import take_numbers

from .build import IMPORT, Builder, House, Rows, index_of, numbers_wanted
from .cases import Case, PassedOver, Rejected
from .problems import RowProblem, problem
from .records import keep_imported
from .write import point, table_of, take_ids

Made = Case | Rejected | PassedOver


@dataclass
class Outcome:
    """What became of the rows of a batch."""

    imported: int = 0
    repeated: int = 0
    tickets: int = 0
    passed_over: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def rejected_rows(self) -> int:
        return sum(len(one.rows) for one in self.rejected)

    @property
    def rows(self) -> int:
        return self.imported + self.repeated + self.passed_over + self.rejected_rows


class Ledger(Protocol):
    """Who keeps count: `commit` in the transaction of a batch, then `done` or `undo`."""

    @property
    def writes(self) -> bool: ...
    def commit(self, outcome: Outcome) -> None: ...
    def undo(self) -> None: ...
    def done(self, outcome: Outcome) -> None: ...


def import_batch(cases: Sequence[Made], house: House, ledger: Ledger) -> None:
    """Write the new ones in one transaction with the ledger's count of all.

    Where the database, or a keeper of records, refuses a batch it is halved until the row is found that it refuses.
    """
    try:
        _import(cases, house, ledger)
    except (DataError, IntegrityError, Invalid) as error:
        if len(cases) > 1:
            middle = len(cases) // 2
            import_batch(cases[:middle], house, ledger)
            import_batch(cases[middle:], house, ledger)
            return
        (case,) = cases
        if not isinstance(case, Case):
            raise
        _import([reject(case, _refusal(error))], house, ledger)


def _refusal(error: Exception) -> RowProblem:
    if isinstance(error, Invalid):
        name, says = next(iter(error.errors.items()))
        return problem(name, "", says[0].zh, says[0].en)
    text = str(error).strip().splitlines()[0]
    return problem("", "", f"数据库不接受：{text}", f"Refused by the database: {text}")


def _import(cases: Sequence[Made], house: House, ledger: Ledger) -> None:
    fresh, outcome = sift(cases, house)
    rows = rows_of(fresh, house) if ledger.writes else Rows()
    try:
        with transaction.atomic():
            save(rows)
            if ledger.writes:
                keep_imported(fresh, rows.tickets, house)
            ledger.commit(outcome)
    except BaseException:
        ledger.undo()
        raise
    ledger.done(outcome)


# ── which are new ────────────────────────────────────────────────────────────────────────────────────


def sift(cases: Sequence[Made], house: House) -> tuple[list[Case], Outcome]:
    """The new cases, and what becomes of every row of the batch."""
    known = _known([case.external_id for case in cases if isinstance(case, Case)], house)
    fresh, outcome = [], Outcome()
    for case in cases:
        if isinstance(case, Case):
            refusal = _unknown_word(case, house)
            before = known.get(case.external_id)
            if refusal is not None:
                outcome.rejected.append(reject(case, refusal))
            elif before is None:
                known[case.external_id] = case.sha256
                fresh.append(case)
                outcome.tickets += 1
                outcome.imported += len(case.rows)
            elif before in ("", case.sha256):
                outcome.repeated += len(case.rows)
            else:
                outcome.rejected.append(reject(case, _changed(case)))
        elif isinstance(case, PassedOver):
            outcome.passed_over += len(case.rows)
        else:
            outcome.rejected.append(case)
    return fresh, outcome


def _known(external_ids: list[str], house: House) -> dict[str, str]:
    """The digests of the rows from which tickets were imported before; "" of tickets that came another way."""
    found = Ticket.objects.filter(source=house.mapping.source, external_id__in=external_ids)
    # The exclusion is what lets the database use the partial index, here and below: it can't infer it from a long IN.
    tickets = dict(found.exclude(external_id="").values_list("pk", "external_id"))
    if not tickets:
        return {}
    events = Event.objects.filter(ticket_id__in=tickets, name=IMPORT).values_list("ticket_id", "data")
    digests = {ticket: str(data.get("sha256", "")) for ticket, data in events}
    return {external_id: digests.get(pk, "") for pk, external_id in tickets.items()}


def _changed(case: Case) -> RowProblem:
    zh = "这个编号先前已导入，内容不同；已有工单没有改动"
    return problem("external_id", case.external_id, zh, "This key was imported with other content; that ticket stays")


def _unknown_word(case: Case, house: House) -> RowProblem | None:
    """A value that the rulebook's field does not know."""
    for name, value in (*case.facts.items(), *case.fields.items()):
        rule = house.book.fields.get(name)
        if rule is None or not rule.choices:
            continue
        errors = Invalid()
        clean_value(rule, name, value, errors, house.world)
        for sentences in errors.errors.values():
            return RowProblem(name, value, sentences[0])
    return None


def reject(case: Case, reason: RowProblem) -> Rejected:
    return Rejected(case.rows, case.external_id, [(number, reason) for number in case.rows])


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────


def rows_of(cases: Sequence[Case], house: House) -> Rows:
    """Our rows of the cases, with their numbers taken."""
    builder = Builder(house, _known_customers(cases, house))
    days, wanted = numbers_wanted(cases, house.world)
    following = take_numbers(wanted)
    for case, day in zip(cases, days, strict=True):
        builder.add(case, f"T{day}{following[day]:06d}")
        following[day] += 1
    return builder.rows


def _known_customers(cases: Sequence[Case], house: House) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for what in ("phone", "account"):
        wanted = {index_of(case.customer[what]) for case in cases if what in case.customer}
        if wanted:
            column = f"{what}_index"
            rows = Customer.objects.filter(organisation_id=house.organisation, **{f"{column}__in": wanted})
            rows = rows.exclude(**{column: ""})
            found |= {(what, index): pk for index, pk in rows.order_by("pk").values_list(column, "pk")}
    return found


def save(rows: Rows) -> None:
    """Write everything; parents before children."""
    customers = take_ids(Customer, len(rows.customers))
    tickets = take_ids(Ticket, len(rows.tickets))
    steps = take_ids(Step, len(rows.steps))
    for models, ids in ((rows.customers, customers), (rows.tickets, tickets), (rows.steps, steps)):
        for row, pk in zip(models, ids, strict=True):
            row["id"] = pk
    for row, place in rows.fresh:
        row["customer_id"] = customers[place]
    for model, children in ((Clock, rows.clocks), (Event, rows.events)):
        for row, pk in zip(children, take_ids(model, len(children)), strict=True):
            row["id"] = pk
    for children in (rows.steps, rows.clocks, rows.events, rows.texts):
        point(children, "ticket_id", tickets)
    point(rows.events, "step_id", steps)
    table_of(Customer).insert(rows.customers)
    table_of(Ticket).insert(rows.tickets)
    table_of(TicketText).insert(rows.texts)
    table_of(Step).insert(rows.steps)
    table_of(Clock).insert(rows.clocks)
    table_of(Event).insert(rows.events)
