"""Tables of facts that only this connection sees, in the place of the real ones.

A temporary table hides the table of its name, in PostgreSQL and in SQLite. So the indicators are worked out over
simulated tickets by the very statements that work them out over real ones, and nothing that is real is touched. It
ends with the block, or with the connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from reporting.models import StepFact, TicketFact

MODELS = (TicketFact, StepFact)
BATCH = 200


@dataclass(frozen=True, slots=True)
class Shadow:
    """Only what is put here is counted while the block lasts.

    Never bring facts up to date meanwhile: they would be written here and lost.
    """

    real: str  # the schema of the real tables

    def put(self, tickets: Sequence[TicketFact], steps: Sequence[StepFact]) -> None:
        TicketFact.objects.bulk_create(tickets, batch_size=BATCH)
        StepFact.objects.bulk_create(steps, batch_size=BATCH)

    def put_real(self, ids: Sequence[int]) -> None:
        """What was counted of the real tickets with these ids."""
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            marks = ", ".join(["%s"] * len(some))
            for model, column in ((TicketFact, "ticket_id"), (StepFact, "fact_id")):
                table = model._meta.db_table
                _execute(
                    f"INSERT INTO {table} SELECT * FROM {self.real}.{table} WHERE {column} IN ({marks})",  # noqa: S608
                    some,
                )

    def clear(self) -> None:
        for model in MODELS:
            _execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608  the name of a table


@contextmanager
def shadowed() -> Iterator[Shadow]:
    postgres = connection.vendor == "postgresql"
    real = _schema() if postgres else "main"
    try:
        for model in MODELS:
            table = model._meta.db_table
            # Of the real tables only the columns: a simulated step has no row that it could refer to.
            _execute(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM {real}.{table} WHERE FALSE")  # noqa: S608
        yield Shadow(real)
    finally:
        for model in MODELS:
            _execute(f"DROP TABLE IF EXISTS {'pg_temp' if postgres else 'temp'}.{model._meta.db_table}")


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _execute(statement: str, values: Sequence[int] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
