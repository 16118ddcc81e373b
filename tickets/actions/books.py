"""Loading a rulebook: the only code that adds a version (language page §11.8). A version is never changed."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils.timezone import get_default_timezone

from tickets.models import Organisation, Person, RulebookVersion
from tickets.rulebook.compiled import Book
from tickets.rulebook.load import compile_flat
from tickets.rulebook.problems import RulebookErrors, make_problem
from tickets.rulebook.registry import forget, stored_source
from tickets.rulebook.source import Flat


def book_load(
    *, flat: Flat, actor: Person | None, at: datetime, organisation: Organisation | None = None
) -> RulebookVersion:
    """Prove a rulebook and store it as a version; the same content again gives the version that is there.

    `organisation` None: every organisation of the installation may use it. It is in force from its `effective` date,
    without one from `at`. Raises RulebookErrors: it has errors, or this version is loaded with other content; what
    was in force stays so.
    """
    book = compile_flat(flat)
    known = find(book) or store(flat, book, actor=actor, at=at, organisation=organisation)
    if known.sha256 != flat.sha256:
        raise RulebookErrors([make_problem(flat.file, "rulebook.version", "same_version", version=book.version)])
    return known


def find(book: Book) -> RulebookVersion | None:
    return RulebookVersion.objects.filter(book=book.id, version=book.version).first()


def store(
    flat: Flat, book: Book, *, actor: Person | None, at: datetime, organisation: Organisation | None
) -> RulebookVersion:
    try:
        with transaction.atomic():
            version = RulebookVersion.objects.create(
                book=book.id,
                version=book.version,
                kind=book.kind,
                title=book.title.zh,
                title_en=book.title.en,
                sha256=flat.sha256,
                source=stored_source(flat),
                organisation=organisation,
                loaded_by=actor,
                loaded_at=at,
                effective_from=effective_from(book, at),
            )
            forget(version.pk)
            return version
    except IntegrityError:  # another process loaded this version between our look and our insert
        return RulebookVersion.objects.get(book=book.id, version=book.version)


def effective_from(book: Book, at: datetime) -> datetime:
    """The first instant of the effective date in the house's zone; now, when the rulebook names none."""
    if not book.effective:
        return at
    return datetime.combine(date.fromisoformat(book.effective[:10]), time.min, get_default_timezone())
