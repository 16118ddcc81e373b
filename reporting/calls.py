"""Call figures from a hotline: what it reports, once or again, is one call (doc 3 §3.5.3 h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tickets.core.sentences import Forbidden, Refused, Say
from tickets.models import Person

from .duties import REPORT_CALLS, holds_one_that
from .models import Call

REPORTED = ("queue", "asked_at", "answered_at", "ended_at", "ticket")


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call as reported; `ticket` is the id of the ticket that came of it."""

    call_id: str
    queue: str
    asked_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ticket_id: int | None = None


@transaction.atomic
def calls_record(calls: Sequence[NewCall], *, actor: Person, at: datetime) -> list[Call]:
    """Keep these calls; a `call_id` that is known is the same call, told anew. Raises Forbidden, Refused."""
    if not holds_one_that(REPORT_CALLS, actor, at):
        raise Forbidden(Say("通话记录由热线系统上报", "Calls are reported by a hotline system"))
    if actor.home_unit is None:
        raise Refused("no_holder", Say("账号没有所属单位", "The account has no unit of its own"))
    latest = {call.call_id: call for call in calls}
    Call.objects.bulk_create(
        [
            Call(
                organisation_id=actor.home_unit.organisation_id,
                unit=actor.home_unit,
                source=actor.username,
                call_id=call.call_id,
                queue=call.queue,
                asked_at=call.asked_at,
                answered_at=call.answered_at,
                ended_at=call.ended_at,
                ticket_id=call.ticket_id,
            )
            for call in latest.values()
        ],
        update_conflicts=True,
        unique_fields=["source", "call_id"],
        update_fields=REPORTED,
    )
    kept = Call.objects.filter(source=actor.username, call_id__in=latest).select_related("ticket")
    by_id = {call.call_id: call for call in kept}
    return [by_id[call.call_id] for call in calls]
