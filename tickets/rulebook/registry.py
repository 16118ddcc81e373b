"""Loaded versions as books, compiled once per process: a version never changes, so what is cached is never old."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.db.models import Q, QuerySet

from tickets.models import Organisation, RulebookVersion
from tickets.rulebook.compiled import Book
from tickets.rulebook.load import compile_book
from tickets.rulebook.source import Flat

_books: dict[int, Book] = {}


def book_of(version_id: int) -> Book:
    """The book of a version, by the version's id. Raises RulebookVersion.DoesNotExist."""
    if version_id not in _books:
        version = RulebookVersion.objects.get(pk=version_id)
        _books[version_id] = compile_book(source_of(version), f"{version.book}.toml")
    return _books[version_id]


def forget(version_id: int) -> None:
    """A new version has this id; what is remembered under it was rolled back."""
    _books.pop(version_id, None)
    _versions.cache_clear()


def current_books(at: datetime, organisation: Organisation | int | None = None) -> dict[str, RulebookVersion]:
    """The version of each rulebook in force at `at`: the highest one whose effective date has come.

    With an organisation only those it may use: its own and those of the whole installation.
    """
    versions = RulebookVersion.objects.filter(effective_from__lte=at).order_by("book", "version")
    if organisation is not None:
        versions = versions.filter(Q(organisation=None) | Q(organisation=organisation))
    return {version.book: version for version in versions.defer("source")}


def current_version(
    book: str, at: datetime, organisation_id: int | None = None, *, known: tuple[int, int] | None = None
) -> RulebookVersion | None:
    """The version of one rulebook in force; None when none is. With an organisation only one that it may use.

    `known` are the count and the highest id of all versions, where the caller has read them along with something
    else: then the versions themselves come from this process's memory.
    """
    for version in _versions(known) if known is not None else _read_versions(book):
        usable = organisation_id is None or version.organisation_id in (None, organisation_id)
        if version.book == book and version.effective_from <= at and usable:
            return version
    return None


@lru_cache(maxsize=2)
def _versions(known: tuple[int, int]) -> tuple[RulebookVersion, ...]:
    """Every version, the highest first. A version never changes, so count and highest id say whether it is all."""
    return tuple(RulebookVersion.objects.defer("source").order_by("-version"))


def _read_versions(book: str) -> QuerySet[RulebookVersion]:
    return RulebookVersion.objects.filter(book=book).defer("source").order_by("-version")


def stored_source(flat: Flat) -> dict[str, object]:
    """What is stored of a flattened source.

    The text is the truth: PostgreSQL's jsonb forgets the order of names, and that is the order of actions, fields and
    choices on the screen. The roles and the barrier stand beside it to be found by a query.
    """
    rulebook = flat.source.get("rulebook", {})
    barrier = rulebook.get("barrier", "person") if isinstance(rulebook, Mapping) else "person"
    return {"text": flat.canonical, "roles": flat.source.get("roles", {}), "barrier": barrier}


def source_of(version: RulebookVersion) -> Mapping[str, object]:
    """The flattened source of a version, in the order in which it was written."""
    source: Mapping[str, object] = json.loads(version.source["text"])
    return source
