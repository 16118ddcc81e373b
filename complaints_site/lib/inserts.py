"""INSERT of model objects by a statement that is put together once for each model.

For a row or two, what the ORM does for each field of each row costs more than PostgreSQL takes to write it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

# Fields whose values go to the database as they are. Subclasses (encrypted ones) do something with them.
PLAIN = (
    *(models.CharField, models.TextField, models.BooleanField, models.FloatField, models.IntegerField),
    *(models.PositiveIntegerField, models.PositiveSmallIntegerField, models.BigIntegerField, models.ForeignKey),
    *(models.OneToOneField,),
)


class Insert:
    """The statement of one model, and how its columns are written."""

    def __init__(self, model: type[models.Model]) -> None:
        key = model._meta.pk
        self.has_own_id = isinstance(key, models.AutoField | models.BigAutoField)
        self.key = str(key.attname)
        fields = [field for field in model._meta.concrete_fields if not (self.has_own_id and field is key)]
        self.columns: list[tuple[str, Any, Callable[[Any], Any] | None]] = [
            (field.attname, field if field.is_relation else None, _adapter(field)) for field in fields
        ]
        names = ", ".join(f'"{field.column}"' for field in fields)
        self.head = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: S608  names of our own columns
        self.marks = f"({', '.join(['%s'] * len(fields))})"
        self.tail = f' RETURNING "{key.column}"' if self.has_own_id else ""

    def run(self, objects: Sequence[models.Model]) -> None:
        values = [value for one in objects for value in self._row(one)]
        with connection.cursor() as cursor:
            cursor.execute(self.head + ", ".join([self.marks] * len(objects)) + self.tail, values)
            ids = cursor.fetchall() if self.has_own_id else ()
        for one, found in zip(objects, ids, strict=False):
            setattr(one, self.key, found[0])
        for one in objects:
            one._state.adding, one._state.db = False, DEFAULT_DB_ALIAS

    def _row(self, one: models.Model) -> list[Any]:
        row, given = [], vars(one)
        for name, relation, adapt in self.columns:
            value = given[name]
            if value is None and relation is not None and relation.is_cached(one):
                other = relation.get_cached_value(one)  # it may have got its id after it was named here
                value = other.pk if other is not None else None
                setattr(one, name, value)
            row.append(adapt(value) if adapt is not None and value is not None else value)
        return row


def insert(objects: Sequence[models.Model]) -> None:
    """Write new objects of one model in one statement, and give them their ids. Raises the database's errors."""
    if objects:
        _insert_of(type(objects[0])).run(objects)


@cache
def _insert_of(model: type[models.Model]) -> Insert:
    return Insert(model)


def _adapter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """What makes a value that the database takes; None where it takes it as it is."""
    if type(field) in PLAIN:
        return None
    if type(field) is models.JSONField:
        return json.dumps
    if type(field) is models.DateTimeField:
        return connection.ops.adapt_datetimefield_value if connection.vendor == "sqlite" else None
    return lambda value: field.get_db_prep_save(value, connection)
