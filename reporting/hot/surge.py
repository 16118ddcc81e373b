"""A sudden rise of a hot issue: a notice to the supervisors who see it, once (row K05).

An issue is compared with itself: how many came in the last day, against how many came on a day of the four weeks
before. Small numbers prove nothing: fewer than five are never a rise, and what chance would bring once in a thousand
days neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from reporting.duties import TOLD_OF_RISES, roles_that
from reporting.models import HotIssue, HotText
from tickets.access import visible_to
from tickets.channels import EMAIL, usable
from tickets.core.world import World
from tickets.models import Message, Organisation, Person, Ticket
from tickets.organisations import world_of
from tickets.outbox import INBOX

DAY = timedelta(days=1)
BASELINE_DAYS = 28
LEAST = 5
CHANCE = 0.001
LEAST_MEAN = 0.5  # tickets a day: an issue that is new has no baseline of its own
AGAIN_AFTER = timedelta(days=7)
NAME = "hot_issue"
TITLE, TITLE_EN = "群发投诉提醒", "Possible mass incident"
TEXT = "24 小时内有 {count} 件投诉说的是同一件事，此前 28 天平均每天 {mean} 件。最新一件是 {number}，请看是否群发事件。"
TEXT_EN = (
    "{count} complaints within 24 hours speak of the same thing; in the 28 days before it was {mean} a day."
    " The latest one is {number}. Please see whether it is a mass incident."
)


@dataclass(frozen=True, slots=True)
class Rise:
    """`count` within the last day, `before` in the four weeks before it."""

    count: int
    before: int

    @property
    def mean(self) -> float:
        return self.before / BASELINE_DAYS

    @property
    def is_sudden(self) -> bool:
        return self.count >= LEAST and chance_of(self.count, max(self.mean, LEAST_MEAN)) < CHANCE


def chance_of(least: int, mean: float) -> float:
    """The chance of that many or more on a day, where `mean` come on an ordinary one (Poisson)."""
    term = math.exp(-mean)
    below = 0.0
    for number in range(least):
        below += term
        term *= mean / (number + 1)
    return max(1.0 - below, 0.0)


def rise_of(texts: QuerySet[HotText], at: datetime) -> Rise:
    """The rise among these texts of one issue."""
    recent = Q(received_at__gt=at - DAY)
    span = texts.filter(received_at__gt=at - DAY * (BASELINE_DAYS + 1), received_at__lte=at)
    found = span.aggregate(count=Count("pk", filter=recent), before=Count("pk", filter=~recent))
    return Rise(found["count"], found["before"])


def raise_notices(organisation: Organisation, issues: Iterable[int], *, at: datetime) -> int:
    """Tell the supervisors of every issue that rose suddenly; how many issues there were."""
    world = world_of(organisation.pk)
    raised = 0
    for issue in HotIssue.objects.filter(pk__in=sorted(issues), organisation=organisation):
        if rise_of(issue.texts.all(), at).is_sudden:
            raised += _raise(issue, world, at)
    return raised


@transaction.atomic
def _raise(issue: HotIssue, world: World, at: datetime) -> bool:
    """The claim is the row count of a conditional UPDATE; the messages commit with it."""
    quiet = Q(noticed_at=None) | Q(noticed_at__lte=at - AGAIN_AFTER)
    if not HotIssue.objects.filter(quiet, pk=issue.pk).update(noticed_at=at):
        return False
    roles = roles_that(TOLD_OF_RISES)
    told = sorted({duty.person for duty in world.duties if duty.role in roles})
    for person in Person.objects.filter(pk__in=told, is_active=True).order_by("pk"):
        Message.objects.bulk_create(_messages(issue, person, world, at))
    return True


def _messages(issue: HotIssue, person: Person, world: World, at: datetime) -> list[Message]:
    """What one supervisor is told: only of tickets that they see, and only where these alone are a rise."""
    own = visible_to(person, at)
    seen = issue.texts.filter(ticket__in=own)
    rise = rise_of(seen, at)
    latest = Ticket.objects.filter(pk__in=seen.values("pk")).order_by("-received_at", "-pk").first()
    if latest is None or not rise.is_sudden:
        return []
    filled = {"count": rise.count, "mean": f"{rise.mean:.1f}", "number": latest.number}
    told = {
        "ticket": latest,
        "name": NAME,
        "person": person,
        "created_at": at,
        "subject": TITLE,
        "text": TEXT.format(**filled),
        "subject_en": TITLE_EN,
        "text_en": TEXT_EN.format(**filled),
    }
    key = f"hot:{issue.pk}:{at:%Y%m%dT%H%M%S}:p{person.pk}"
    messages = [Message(**told, way=INBOX, key=f"{key}:{INBOX}", state=Message.State.SENT)]
    channel, view = usable(EMAIL), world.people.get(person.pk)
    if channel is not None and view is not None and channel.reaches_person(view):
        messages.append(Message(**_mail(told, view.language), way=EMAIL, key=f"{key}:{EMAIL}", address=person.email))
    return messages


def _mail(told: dict[str, object], language: str) -> dict[str, object]:
    """A mail is read in one language and waits for the delivery sweep."""
    english = language.startswith("en")
    words = {"subject": told["subject_en"], "text": told["text_en"]} if english else {}
    return {**told, **words, "next_try_at": told["created_at"]}
