"""Queries that are put together once and run with other values: for what every request asks anew.

To put a query with several conditions together takes Django longer than PostgreSQL takes to answer it, and to plan it
takes PostgreSQL longer than to run the plan.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)
Row = tuple[Any, ...]
# What a connection asks this often it is likely to ask again: then PostgreSQL keeps the plan for it.
OFTEN = 5


class Given(str):
    """Stands in a prepared query for the value that each run gives by this name.

    Where the column isn't text, write `Value(Given(name))`: the column would refuse the name itself.
    """


class Prepared:
    """`rows` must be a `values_list`: a run gives the rows as the database does."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.statement = Statement(*rows.query.sql_with_params())

    def run(self, **values: Any) -> list[Row]:
        return self.statement.rows(values)


class PreparedObjects(Generic[M]):
    """Whole objects, with what `select_related` and `annotate` add to them: a run reads as the queryset would."""

    def __init__(self, rows: QuerySet[M]) -> None:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self.statement = Statement(*compiler.as_sql())
        columns, found = compiler.select, compiler.klass_info
        own = found["select_fields"]
        self.model: type[M] = found["model"]
        self.own = slice(own[0], own[-1] + 1)
        self.names = [column[0].target.attname for column in columns[self.own]]
        # The stubs are those of Django 6, where it takes one more.
        self.related = get_related_populators(found, columns, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        self.added = compiler.annotation_col_map
        self.compiler = compiler
        self.converters = compiler.get_converters([column[0] for column in columns])

    def run(self, **values: Any) -> list[M]:
        rows = self.statement.rows(values)
        return [self._object(row) for row in self.compiler.apply_converters(rows, self.converters)]

    def first(self, **values: Any) -> M | None:
        return next(iter(self.run(**values)), None)

    def _object(self, row: list[Any]) -> M:
        one = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for related in self.related:
            related.populate(row, one)
        for name, place in self.added.items():
            setattr(one, name, row[place])
        return one


# ── what the database keeps ──────────────────────────────────────────────────────────────────────────


class Statement:
    """The text of a query, kept by PostgreSQL with its plan on the connections that ask it often.

    Not where connections go through a pooler that gives each transaction another one: there Django wants
    DISABLE_SERVER_SIDE_CURSORS, and this goes by the same setting.
    """

    _numbers = count(1)
    _uses: WeakKeyDictionary[Any, Counter[str]] = WeakKeyDictionary()  # of each connection: statement, how often

    def __init__(self, sql: str, params: tuple[Any, ...]) -> None:
        self.sql, self.params = sql, params
        self.given = [param for param in params if isinstance(param, Given)]
        self.name = f"asked_{next(self._numbers)}"
        self.short = f"EXECUTE {self.name}" + (f" ({', '.join(['%s'] * len(self.given))})" if self.given else "")

    def rows(self, values: dict[str, Any]) -> list[Row]:
        with connection.cursor() as cursor:
            if self._is_kept(cursor):
                cursor.execute(self.short, [values[name] for name in self.given])
            else:
                given = [values[param] if isinstance(param, Given) else param for param in self.params]
                cursor.execute(self.sql, given)
            return list(cursor.fetchall())

    def _is_kept(self, cursor: CursorWrapper) -> bool:
        if connection.vendor != "postgresql" or connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            return False
        uses = self._uses.setdefault(connection.connection, Counter())
        if uses[self.name] == OFTEN:
            self._keep(cursor)
        uses[self.name] += 1
        return uses[self.name] > OFTEN

    def _keep(self, cursor: CursorWrapper) -> None:
        """What is always the same is written out, so that the planner knows it: partial indexes hang on it."""
        from psycopg2.extensions import AsIs

        numbers = count(1)
        places = [AsIs(f"${next(numbers)}") if isinstance(param, Given) else param for param in self.params]
        with connection.wrap_database_errors:  # of the connection, not of this request: it isn't counted to it
            cursor.cursor.execute(f"PREPARE {self.name} AS {self.sql}", places)
