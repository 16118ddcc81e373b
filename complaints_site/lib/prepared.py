"""A query that is put together once and run with other values: for what every request asks anew."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """`rows` must be a `values_list`; values that stand for others in it are replaced at each run.

    To put a query with several conditions together takes Django longer than PostgreSQL takes to answer it.
    """

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.sql, self.params = rows.query.sql_with_params()

    def run(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """The rows as the database gives them, with `values[p]` wherever the query was made with `p`."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [values.get(param, param) for param in self.params])
            return list(cursor.fetchall())
