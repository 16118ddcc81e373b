"""Queries that are put together once and run with other values: for what every request asks anew.

To put a query with several conditions together takes Django longer than PostgreSQL takes to answer it.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class Given(str):
    """Stands in a prepared query for the value that each run gives by this name.

    Where the column isn't text, write `Value(Given(name))`: the column would refuse the name itself.
    """


class Prepared:
    """`rows` must be a `values_list`: a run gives the rows as the database does."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.sql, self.params = rows.query.sql_with_params()

    def run(self, **values: Any) -> list[tuple[Any, ...]]:
        return _rows(self.sql, self.params, values)


class PreparedObjects(Generic[M]):
    """Whole objects, with what `select_related` and `annotate` add to them: a run reads as the queryset would."""

    def __init__(self, rows: QuerySet[M]) -> None:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.params = compiler.as_sql()
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
        rows = _rows(self.sql, self.params, values)
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


def _rows(sql: str, params: tuple[Any, ...], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    given = [values[param] if isinstance(param, Given) else param for param in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
