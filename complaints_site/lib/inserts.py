"""INSERT and UPDATE of rows by statements that are put together once, or by little more than joining names.

For a row or two, what the ORM does for each field of each row costs more than PostgreSQL takes to write it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

# Fields whose values go to the database as they are. Subclasses (encrypted ones) do something with them.
PLAIN = (
    *(models.CharField, models.TextField, models.BooleanField, models.FloatField, models.IntegerField),
    *(models.PositiveIntegerField, models.PositiveSmallIntegerField, models.BigIntegerField, models.ForeignKey),
    *(models.OneToOneField,),
)
Adapter = Callable[[Any], Any]


class Insert:
    """The statement of one model, and how its columns are written.

    With `by` it is an upsert: where a row has the same values there, `written` is changed in it instead.
    """

    def __init__(self, model: type[models.Model], by: tuple[str, ...] = (), written: tuple[str, ...] = ()) -> None:
        key = model._meta.pk
        self.has_own_id = isinstance(key, models.AutoField | models.BigAutoField)
        self.key = str(key.attname)
        gets_id = self.has_own_id and key.name not in by
        fields = [field for field in model._meta.concrete_fields if not (gets_id and field is key)]
        self.columns: list[tuple[str, Any, Adapter | None]] = [
            (field.attname, field if field.is_relation else None, _adapter(field)) for field in fields
        ]
        names = ", ".join(f'"{field.column}"' for field in fields)
        self.head = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: S608  names of our own columns
        self.marks = f"({_marks(fields)})"
        self.tail = _on_conflict(model, by, written) + (f' RETURNING "{key.column}"' if self.has_own_id else "")

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
            row.append(_adapted(adapt, value))
        return row


def insert(objects: Sequence[models.Model]) -> None:
    """Write new objects of one model in one statement, and give them their ids. Raises the database's errors."""
    if objects:
        _insert_of(type(objects[0])).run(objects)


def upsert(objects: Sequence[models.Model], *, by: tuple[str, ...], written: tuple[str, ...]) -> None:
    """The same for rows of which some are there: of one with the same `by` (fields of a unique constraint) `written`
    is changed. Every object gets its id."""
    if objects:
        _insert_of(type(objects[0]), by, written).run(objects)


def update(model: type[models.Model], where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    """Set columns of the rows that have these values in others (a list: one of them); how many rows that were."""
    columns = _columns_of(model)
    sets = ", ".join(f'"{columns[name][0]}" = %s' for name in values)
    allowed = {name: value if isinstance(value, list) else [value] for name, value in where.items()}
    tests = " AND ".join(f'"{columns[name][0]}" IN ({_marks(these)})' for name, these in allowed.items())
    params = [_adapted(columns[name][1], value) for name, value in values.items()]
    params += [value for these in allowed.values() for value in these]
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET {sets} WHERE {tests}', params)  # noqa: S608  our own names
        return int(cursor.rowcount)


@cache
def _insert_of(model: type[models.Model], by: tuple[str, ...] = (), written: tuple[str, ...] = ()) -> Insert:
    return Insert(model, by, written)


def _on_conflict(model: type[models.Model], by: tuple[str, ...], written: tuple[str, ...]) -> str:
    if not by:
        return ""
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    same = ", ".join(f'"{columns[name]}"' for name in by)
    sets = ", ".join(f'"{columns[name]}" = EXCLUDED."{columns[name]}"' for name in written)
    return f" ON CONFLICT ({same}) DO UPDATE SET {sets}"


@cache
def _columns_of(model: type[models.Model]) -> dict[str, tuple[str, Adapter | None]]:
    return {field.attname: (str(field.column), _adapter(field)) for field in model._meta.concrete_fields}


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _adapted(adapt: Adapter | None, value: Any) -> Any:
    return adapt(value) if adapt is not None and value is not None else value


def _adapter(field: models.Field[Any, Any]) -> Adapter | None:
    """What makes a value that the database takes; None where it takes it as it is."""
    if type(field) in PLAIN:
        return None
    if type(field) is models.JSONField:
        return json.dumps
    if type(field) is models.DateTimeField:
        return connection.ops.adapt_datetimefield_value if connection.vendor == "sqlite" else None
    return lambda value: field.get_db_prep_save(value, connection)
