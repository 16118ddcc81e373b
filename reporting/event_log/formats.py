"""What an event log can be written as, by the names that command, API and page use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from . import ocel, table, xes
from .cases import Case


@dataclass(frozen=True, slots=True)
class Format:
    """`write` turns cases into pieces of text; together they are the file, in UTF-8."""

    suffix: str
    content_type: str
    write: Callable[[Iterable[Case]], Iterator[str]]


FORMATS = {
    "xes": Format(".xes", "application/xml", xes.written),
    "ocel": Format(".jsonocel", "application/json", ocel.written),
    "csv": Format(".csv", "text/csv", table.written),
}
