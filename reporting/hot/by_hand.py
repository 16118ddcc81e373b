"""What people do to hot issues: put two together, take tickets out, and say that it is one incident (K05, C20)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from reporting.access import viewer_of
from reporting.duties import TIDY, holds_one_that
from reporting.models import HotChange, HotIssue, HotText
from tickets.access import visible_to
from tickets.core.sentences import Forbidden, Hidden, Say, invalid
from tickets.models import Organisation, Person, Ticket, TicketLink

from .marks import mark, mark_facts
from .seen import issue_seen

NOT_YOURS = Say("热点问题由主管、质检员或派单员整理", "Supervisors, quality inspectors and dispatchers tidy hot issues")


def may_tidy(person: Person, at: datetime) -> bool:
    return holds_one_that(TIDY, person, at)


@transaction.atomic
def issues_merge(*, issue_id: int, into_id: int, actor: Person, at: datetime) -> None:
    """Both speak of the same thing: the tickets of the first go to the second. Raises Forbidden, Hidden, Invalid."""
    _lock(actor, at)
    if issue_id == into_id:
        raise invalid("into", "不能并到自己", "An issue can't be put into itself")
    for wanted in (issue_id, into_id):
        _require_seen(wanted, actor, at)
    moved = list(HotText.objects.filter(issue=issue_id).values_list("pk", flat=True))
    HotText.objects.filter(pk__in=moved).update(issue=into_id, by_hand=True)
    HotIssue.objects.filter(pk=issue_id).update(merged_into=into_id)
    _note(into_id, HotChange.What.MERGE, moved, actor, at, other=issue_id)
    mark_facts([into_id])


@transaction.atomic
def issue_split(*, issue_id: int, tickets: Iterable[int], actor: Person, at: datetime) -> HotIssue | None:
    """These tickets speak of something else: several become a group of their own, a single one stands alone.

    Raises Forbidden, Hidden or Invalid.
    """
    _lock(actor, at)
    _require_seen(issue_id, actor, at)
    moved = _own(issue_id, tickets, actor, at)
    first = HotText.objects.filter(pk__in=moved).order_by("received_at").first()
    if first is None:
        raise invalid("ticket", "先选中工单", "Choose tickets first")
    made = None
    if len(moved) > 1:
        made = HotIssue.objects.create(organisation_id=first.organisation_id, begun_at=first.received_at)
    HotText.objects.filter(pk__in=moved).update(issue=made, by_hand=True)
    _note(issue_id, HotChange.What.SPLIT, moved, actor, at, other=made.pk if made else None)
    mark(moved, "")
    mark_facts([issue_id, *([made.pk] if made else [])])
    return made


@transaction.atomic
def incident_declare(*, issue_id: int, tickets: Iterable[int], actor: Person, at: datetime) -> int:
    """发起群发事件: link these tickets to the earliest one of them as the same incident; how many links are new.

    Raises Forbidden, Hidden or Invalid.
    """
    _lock(actor, at)
    _require_seen(issue_id, actor, at)
    chosen = _own(issue_id, tickets, actor, at)
    rows = list(Ticket.objects.filter(pk__in=chosen).order_by("received_at", "pk"))
    if len(rows) < 2:
        raise invalid("ticket", "至少选两件工单", "Choose two tickets at least")
    first, made = rows[0], 0
    for ticket in rows[1:]:
        _link, is_new = TicketLink.objects.get_or_create(
            ticket=ticket, other=first, kind=TicketLink.Kind.INCIDENT, defaults={"by": actor, "at": at}
        )
        made += is_new
    _note(issue_id, HotChange.What.INCIDENT, chosen, actor, at)
    return made


def _lock(actor: Person, at: datetime) -> None:
    """Grouping and people take turns."""
    if actor.organisation_id is None or not may_tidy(actor, at):
        raise Forbidden(NOT_YOURS)
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)


def _require_seen(issue_id: int, actor: Person, at: datetime) -> None:
    if issue_seen(viewer_of(actor, at), issue_id) is None:
        raise Hidden


def _own(issue_id: int, tickets: Iterable[int], actor: Person, at: datetime) -> list[int]:
    """Those of the issue that the actor sees."""
    texts = HotText.objects.filter(issue=issue_id, pk__in=list(tickets), ticket__in=visible_to(actor, at))
    return sorted(texts.values_list("pk", flat=True))


def _note(issue: int, what: str, tickets: list[int], actor: Person, at: datetime, other: int | None = None) -> None:
    HotChange.objects.create(issue_id=issue, what=what, other_id=other, tickets=tickets, by=actor, at=at)
