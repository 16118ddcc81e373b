"""Which forbidden phrases went to customers all the same, by unit and person, and why: for training (ruling PHRASES).

Counted are only tickets that the reader sees, so nobody learns here of a complaint about themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tickets.models import WordingOverruled
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.admin_pages import asked
from tickets.views.reader import Reader, language, reader_of

PERIODS = (30, 90, 365)
MOST, MOST_SHOWN, MOST_PHRASES = 2000, 50, 5


@dataclass(slots=True)
class Row:
    """A person of a unit: how often they kept a phrase, and which most."""

    unit: str
    person: str
    count: int = 0
    phrases: Counter[str] = field(default_factory=Counter)

    @property
    def said(self) -> str:
        return _("、").join(phrase for phrase, _n in self.phrases.most_common(MOST_PHRASES))


@work_page
@require_GET
def training(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    days = next((n for n in PERIODS if str(n) == asked(request, "days")), PERIODS[1])
    since = reader.at - timedelta(days=days)
    rows = list(
        WordingOverruled.objects.filter(ticket__in=reader.tickets, at__gte=since)
        .select_related("ticket")
        .order_by("-at")[:MOST]
    )
    context = {
        "at": reader.at,
        "current": "wording-training",
        "periods": [{"days": n, "on": n == days} for n in PERIODS],
        "people": by_person(rows, reader),
        "rows": [_line(row, reader) for row in rows[:MOST_SHOWN]],
        "total": len(rows),
        "empty": {
            "title": _("没有"),
            "text": _("对客户的话里有服务忌语、仍写明理由发出的，按单位和人列在这里，供培训用。"),
        },
    }
    return render(request, "library/training.html", context)


def by_person(rows: Iterable[WordingOverruled], reader: Reader) -> list[Row]:
    """The most first."""
    people: dict[tuple[int | None, int | None], Row] = {}
    for row in rows:
        own = people.setdefault(
            (row.unit_id, row.person_id), Row(reader.unit_name(row.unit_id), reader.person_name(row.person_id))
        )
        own.count += 1
        own.phrases.update(row.phrases)
    return sorted(people.values(), key=lambda one: (-one.count, one.unit, one.person))


def _line(row: WordingOverruled, reader: Reader) -> dict[str, Any]:
    book = book_of(row.ticket.rulebook_id)
    rule = book.actions.get(row.what) or book.papers.get(row.what)
    return {
        "at": row.at,
        "number": row.ticket.number,
        "what": rule.title.say(language()) if rule else row.what,
        "phrases": _("、").join(row.phrases),
        "reason": row.reason,
        "person": reader.person_name(row.person_id),
    }
