"""Drafts of the intake form: kept every few seconds while somebody types, encrypted, of one person (row C01)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tickets.actions.intake import intake_key
from tickets.models import Draft, IdempotencyKey, Person
from tickets.views.access import work_page
from tickets.views.intake_form import uuid_of
from tickets.views.reader import reader_of

MOST = 50  # of one person; the oldest go
MOST_NAMES, LONGEST = 200, 20_000
BEGUN = "ticket:"  # what was typed for an action that could not be done yet
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "do"})


@work_page
@require_POST
def draft_save(request: HttpRequest, draft: UUID) -> HttpResponse:
    reader = reader_of(request)
    data = {
        name: [part[:LONGEST].replace("\x00", "") for part in request.POST.getlist(name)[:MOST_NAMES]]
        for name in list(request.POST)[:MOST_NAMES]
        if name not in NOT_KEPT
    }
    book = request.POST.get("book", "")[:60]
    known = Draft.objects.filter(pk=draft).first()
    if known is not None and known.person_id != reader.person.pk:
        return HttpResponse(status=404)
    if _was_submitted(reader.person, request.POST.get("request_key", "")):
        return JsonResponse({"saved_at": f"{timezone.localtime(reader.at):%H:%M:%S}"})
    Draft.objects.update_or_create(
        pk=draft, defaults={"person": reader.person, "book": book, "data": data, "saved_at": reader.at}
    )
    _drop_oldest(reader.person)
    return JsonResponse({"saved_at": f"{timezone.localtime(reader.at):%H:%M:%S}"})


def _was_submitted(person: Person, key: str) -> bool:
    """The form became a ticket while its last draft was on the way: that would come back as a ghost."""
    return IdempotencyKey.objects.filter(person=person, key=intake_key(key)).exists()


@work_page
@require_POST
def draft_discard(request: HttpRequest, draft: UUID) -> HttpResponse:
    forget_draft(reader_of(request).person, str(draft))
    messages.info(request, _("草稿已放弃"))
    return redirect("intake")


def draft_of(person: Person, raw: str) -> Draft | None:
    key = uuid_of(raw)
    return forms_of(person).filter(pk=key).first() if key else None


def forms_of(person: Person) -> QuerySet[Draft]:
    """A person's unfinished forms."""
    return Draft.objects.filter(person=person).exclude(book__startswith=BEGUN)


def drafts_of(person: Person) -> list[dict[str, object]]:
    """The drafts of a person, newest first, with a line to tell them apart."""
    return [
        {"id": draft.pk, "saved_at": draft.saved_at, "words": _first_words(draft)}
        for draft in forms_of(person).order_by("-saved_at")[:10]
    ]


def _first_words(draft: Draft) -> str:
    content = (draft.data.get("content") or [""])[0]
    return " ".join(content.split())[:24] or _("还没有写内容")


def forget_draft(person: Person, raw: str) -> None:
    key = uuid_of(raw)
    if key:
        Draft.objects.filter(pk=key, person=person).delete()


def _drop_oldest(person: Person) -> None:
    old = Draft.objects.filter(person=person).order_by("-saved_at").values_list("pk", flat=True)[MOST : MOST + 50]
    Draft.objects.filter(pk__in=list(old)).delete()


def count_of(person: Person) -> tuple[int, datetime | None]:
    """How many drafts wait, and when the last one was saved."""
    found = forms_of(person).aggregate(count=Count("pk"), last=Max("saved_at"))
    return found["count"], found["last"]


# ── an action that was begun on the form ─────────────────────────────────────────────────────────────


def keep_begun(person: Person, number: str, action: str, given: dict[str, Any], at: datetime) -> None:
    """What was typed for the action after registering, where it could not be done: its form starts with it."""
    Draft.objects.update_or_create(
        person=person, book=f"{BEGUN}{number}", defaults={"data": {"action": action, "given": given}, "saved_at": at}
    )


def begun(person: Person, number: str, action: str) -> dict[str, Any]:
    """The values kept for that action of that ticket; nothing for another one."""
    found = Draft.objects.filter(person=person, book=f"{BEGUN}{number}").first()
    return dict(found.data["given"]) if found is not None and found.data.get("action") == action else {}
