"""The check of a text for a customer while it is written (ruling PHRASES). It warns, and refuses nothing.

A field dictionary with `phrases_url` is checked by partials/field.html, on the intake form as on the action panel.
"""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tickets.models import RulebookVersion
from tickets.phrases import forbidden_in, told_to_customers
from tickets.rulebook.compiled import Action, Book
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.reader import reader_of

LONGEST = 20_000


def phrases_url(book: Book, name: str, action: Action | None = None) -> str:
    """Where a field's text is checked; nothing for a field that no customer reads, or a rulebook without phrases."""
    if not book.phrases.forbidden or name not in _told(book, action):
        return ""
    return reverse("phrases", args=[book.id, book.version])


def library_url(book: Book, name: str, action: Action) -> str:
    """Where words for a text come from; nothing for a text that no customer reads."""
    return reverse("library-pick", args=[book.id, book.version]) if name in _told(book, action) else ""


_told_of: dict[tuple[str, int, str], frozenset[str]] = {}


def _told(book: Book, action: Action | None) -> frozenset[str]:
    """Worked out once per version: a version never changes."""
    key = (book.id, book.version, action.name if action else "")
    if key not in _told_of:
        _told_of[key] = told_to_customers(book, action)
    return _told_of[key]


@work_page
@require_POST
def phrases(request: HttpRequest, book: str, version: int) -> HttpResponse:
    """The warning, or nothing. The text is whatever field was posted, under its own name."""
    own = Q(organisation=None) | Q(organisation_id=reader_of(request).person.organisation_id)
    known = RulebookVersion.objects.filter(own, book=book, version=version).only("pk").first()
    if known is None:
        raise Http404
    text = "\n".join(str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken")[:LONGEST]
    return render(request, "intake/phrases.html", {"hits": forbidden_in(text, book_of(known.pk))})
