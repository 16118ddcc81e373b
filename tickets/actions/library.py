"""The library of what customers are told: wordings, scripts for calls, one-stop rule cards, by version (row C23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ..core.given import text_problem
from ..core.sentences import Forbidden, Invalid, Refused, Say
from ..models import LibraryEntry, LibraryVersion, Person, Unit
from ..organisations import world_for
from ..rulebook.registry import book_of, current_books

# The parts of a one-stop rule card (ruling WORDING; doc 16)
CARD_PARTS = (
    "业务范围",
    "法律依据",
    "资格审核",
    "资料审核",
    "办理时限",
    "工作流程",
    "表证单书",
    "事后监督",
)
LONGEST = {"title": 120, "topic": 120, "text": 5000, "note": 200}


@dataclass(slots=True)
class Wording:
    """What an editor says of an entry. `parts` are those of a card, in the order of CARD_PARTS."""

    title: str
    text: str = ""
    topic: str = ""
    parts: Sequence[str] = ()
    owner: Unit | None = None
    valid_from: date | None = None  # today, where nothing is said
    valid_until: date | None = None  # the last day
    note: str = ""
    kind: str = field(default=LibraryEntry.Kind.WORDING)  # of a new entry; an old one keeps its own


def may_write(person: Person, at: datetime) -> bool:
    """A role that a rulebook of the organisation names as keeping the library (`library`)."""
    if person.organisation_id is None:
        return False
    world = world_for(person)
    books = (book_of(version.pk) for version in current_books(at, person.organisation_id).values())
    keepers = frozenset(role for book in books for role in book.library)
    return any(duty.role in keepers for duty in world.duties_of(person.pk, at))


def entry_write(
    *, wording: Wording, actor: Person, at: datetime, entry: LibraryEntry | None = None, seen: int = 0
) -> LibraryVersion:
    """A new entry, or the next version of one. `seen` is the version that the editor looked at.

    Raises Forbidden, Invalid, Refused (somebody wrote a version meanwhile).
    """
    if not may_write(actor, at):
        raise Forbidden(Say("口径库由规则手册指定的岗位维护", "The rulebook says which roles keep the library"))
    zone = world_for(actor).calendar.zone
    begins = wording.valid_from or at.astimezone(zone).date()
    _require_sense(wording, begins)
    with transaction.atomic():
        entry, number = _claimed(entry, seen, wording, actor, at)
        return LibraryVersion.objects.create(
            entry=entry,
            version=number,
            title=wording.title,
            text=wording.text,
            parts=[[label, text] for label, text in zip(CARD_PARTS, wording.parts, strict=False) if text],
            owner=wording.owner,
            valid_from=begins,
            valid_until=wording.valid_until,
            note=wording.note,
            author=actor,
            at=at,
        )


def _claimed(
    entry: LibraryEntry | None, seen: int, wording: Wording, actor: Person, at: datetime
) -> tuple[LibraryEntry, int]:
    assert actor.organisation_id is not None  # noqa: S101  refused before
    if entry is None:
        made = LibraryEntry.objects.create(
            organisation_id=actor.organisation_id, kind=wording.kind, topic=wording.topic, created_at=at
        )
        return made, 1
    own = LibraryEntry.objects.filter(pk=entry.pk, organisation=actor.organisation_id, newest=seen)
    if not own.update(newest=seen + 1, topic=wording.topic):
        raise Refused(
            "stale",
            Say("这一条刚被别人改过，请看新的版本再改", "Somebody has just changed it: look at the new version"),
        )
    return entry, seen + 1


def _require_sense(wording: Wording, begins: date) -> None:
    errors = Invalid()
    for name, longest in LONGEST.items():
        if problem := text_problem(getattr(wording, name), longest):
            errors.errors[name] = [problem]
    if not wording.title.strip():
        errors.add("title", "必填", "Required")
    if wording.kind not in LibraryEntry.Kind.values:
        errors.add("kind", "没有这一类", "There is no such kind")
    if not wording.text.strip() and not any(part.strip() for part in wording.parts):
        errors.add("text", "写下要对客户说的话", "Write what is to be said")
    if wording.valid_until is not None and wording.valid_until < begins:
        errors.add("valid_until", "截止日不能早于生效日", "It can't end before it begins")
    errors.raise_if_any()


def in_force(organisation: int | None, day: date) -> QuerySet[LibraryVersion]:
    """What may be said on that day: of each entry the newest version that has begun, unless it has ended."""
    begun = LibraryVersion.objects.filter(entry__organisation=organisation, valid_from__lte=day)
    later = LibraryVersion.objects.filter(entry=OuterRef("entry"), valid_from__lte=day, version__gt=OuterRef("version"))
    current = begun.filter(~Exists(later))
    return current.filter(Q(valid_until=None) | Q(valid_until__gte=day)).select_related("entry", "owner", "author")


def found(rows: QuerySet[LibraryVersion], words: str, kind: str = "") -> QuerySet[LibraryVersion]:
    """Those that hold every word of the search in title, topic or text."""
    for word in words.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word) | Q(entry__topic__icontains=word))
    if kind in LibraryEntry.Kind.values:
        rows = rows.filter(entry__kind=kind)
    return rows.order_by("entry__topic", "title", "pk")
