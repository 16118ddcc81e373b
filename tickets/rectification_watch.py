"""The watch over rectifications: a warning at nine tenths of the time, one when it is over, then one a day (row P03).

Like the watch over clocks a sweep claims a row with a conditional UPDATE and commits the claim with its messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from .core.world import World
from .models import Message, Rectification
from .organisations import world_of
from .outbox import INBOX

SHARE = 0.9  # as the rulebooks' own chains, by default (domain page §1.5)
DAILY = timedelta(days=1)
BATCH = 200
WORDS = {
    "opened": ("新的整改项", "New rectification", "{title}：请写原因、措施、负责人和日期", "{title}: plan it"),
    "planned": ("整改交给您", "A rectification is yours", "{title}，{due} 前完成", "{title}, until {due}"),
    "warning": ("整改快到期", "Rectification nearly due", "{title}，{due} 到期", "{title}, due {due}"),
    "overdue": ("整改已超期", "Rectification overdue", "{title}，{due} 已到期", "{title}, was due {due}"),
}


def first_moment(start: datetime, due_at: datetime | None) -> datetime | None:
    return start + (due_at - start) * SHARE if due_at is not None else None


def watch_rectifications(*, at: datetime, size: int = BATCH) -> int:
    """Tell of those whose moment has come, at most `size`; how many there were."""
    due = Rectification.objects.filter(next_at__lte=at).order_by("next_at").select_related("unit", "ticket", "round")
    return sum(_told_once(row, at) for row in due[:size])


@transaction.atomic
def _told_once(row: Rectification, at: datetime) -> int:
    over = row.due_at is not None and at >= row.due_at
    following = max(row.due_at, row.next_at) if row.due_at and row.next_at else at
    while over and following <= at:
        following += DAILY
    claimed = Rectification.objects.filter(pk=row.pk, moment=row.moment, next_at=row.next_at)
    if not claimed.update(moment=row.moment + 1, next_at=following):
        return 0
    world = world_of(row.unit.organisation_id)
    Message.objects.bulk_create(told_of(row, "overdue" if over else "warning", world, at))
    return 1


def told_of(row: Rectification, what: str, world: World, at: datetime) -> Iterator[Message]:
    """A note in the inbox of whoever does it, else of the unit's people. It names no customer and no ticket."""
    subject, subject_en, text, text_en = WORDS[what]
    people = {row.person_id} if row.person_id else {duty.person for duty in world.duties if duty.unit == row.unit_id}
    barred = {row.ticket.respondent_person_id} if row.ticket is not None else set()
    due = f"{world.calendar.local(row.due_at):%m-%d %H:%M}" if row.due_at else ""
    title = row.item or (row.round.title if row.round else world.units[row.unit_id].name)
    for person in sorted({world.present(one, at, barred) or 0 for one in people} - {0}):
        yield Message(
            name=f"rectification_{what}",
            way=INBOX,
            person_id=person,
            state=Message.State.SENT,
            subject=subject,
            subject_en=subject_en,
            text=text.format(title=title, due=due),
            text_en=text_en.format(title=title, due=due),
            key=f"rectification:{row.pk}:{what}:{at.timestamp():.0f}:p{person}",
            created_at=at,
        )
