"""Full-text search in tickets, the same on PostgreSQL and SQLite (row U06). Access is the caller's: pass a queryset."""

from __future__ import annotations

import re

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from complaints_site.lib.pairs import normal, pairs

from .models import Ticket

MOST_PAIRS = 60
_NUMBER = re.compile(r"t\d{3,19}")
POSTGRES = "SELECT ticket_id FROM tickets_tickettext WHERE string_to_array(pairs, ' ') @> %s::text[]"
SQLITE = "SELECT rowid FROM tickets_tickettext_pairs WHERE tickets_tickettext_pairs MATCH %s"


def search(queryset: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """The tickets whose subject or content holds every pair of characters of the text, or whose number begins so.

    A text without a letter, digit or Chinese character finds nothing.
    """
    wanted = normal(text)
    if _NUMBER.fullmatch(wanted):
        return queryset.filter(number__startswith=wanted.upper())
    keys = pairs(wanted)[:MOST_PAIRS]
    if not keys:
        return queryset.none()
    return queryset.filter(pk__in=_hits(keys))


def _hits(keys: list[str]) -> RawSQL:
    if connection.vendor == "postgresql":
        return RawSQL(POSTGRES, [keys])  # noqa: S611  parameters
    # Pairs are made of word characters only, so nothing in them can leave the quotes.
    return RawSQL(SQLITE, [" AND ".join(f'"{key}"' for key in keys)])  # noqa: S611  parameters
