"""What people do to alerts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from tickets.core.sentences import Forbidden, Refused, Say
from tickets.models import Clock, Person

from .access import alerts_for
from .models import Alert, SetAside

UNDO_WITHIN = timedelta(minutes=10)
TOO_LATE = Say("只有本人能在 10 分钟内撤销确认", "Only who confirmed it can take it back, within ten minutes")


@transaction.atomic
def alert_acknowledge(*, alert_id: int, actor: Person, at: datetime) -> Alert:
    """Say "I know, I am on it" (N02): it stops the climb to others, not the clock. Saying it twice changes nothing.

    Raises Alert.DoesNotExist for an alert that the actor may not see.
    """
    alert = alerts_for(actor, at).get(pk=alert_id)
    if not Alert.objects.filter(pk=alert.pk, acknowledged_at=None).update(acknowledged_at=at, acknowledged_by=actor):
        return alerts_for(actor, at).get(pk=alert_id)
    silent = "warning" if alert.kind == Alert.Kind.WARNING else "overrun"
    clocks = Clock.objects.filter(pk=alert.clock_id, generation=alert.generation)
    clocks.exclude(silenced="overrun").update(silenced=silent)
    alert.acknowledged_at, alert.acknowledged_by = at, actor
    return alert


@transaction.atomic
def alert_unacknowledge(*, alert_id: int, actor: Person, at: datetime) -> Alert:
    """Take back one's own word within ten minutes: the limit's alerts wait again, and the climb goes on from now.

    What was confirmed with it (the earlier alerts of the same limit) goes back too. Raises Alert.DoesNotExist for an
    alert that the actor may not see, Refused when it is somebody else's word or too old.
    """
    alert = alerts_for(actor, at).get(pk=alert_id)
    if alert.acknowledged_at is None:
        return alert
    if alert.acknowledged_by_id != actor.pk or at - alert.acknowledged_at > UNDO_WITHIN:
        raise Refused("condition", TOO_LATE)
    same = Alert.objects.filter(clock=alert.clock_id, generation=alert.generation)
    same.filter(acknowledged_by=actor, acknowledged_at=alert.acknowledged_at).update(
        acknowledged_at=None, acknowledged_by=None
    )
    kinds = set(same.filter(acknowledged_at__isnull=False).values_list("kind", flat=True))
    silent = "" if not kinds else "warning" if kinds == {Alert.Kind.WARNING} else "overrun"
    Clock.objects.filter(pk=alert.clock_id, generation=alert.generation).update(silenced=silent)
    return alerts_for(actor, at).get(pk=alert_id)


@transaction.atomic
def clock_try_again(*, set_aside_id: int, actor: Person, at: datetime) -> None:
    """Give a clock that was set aside back to the watch."""
    row = SetAside.objects.select_related("clock__ticket").get(pk=set_aside_id, tried_again_at=None)
    if row.clock.ticket.organisation_id != actor.organisation_id:
        raise Forbidden(Say("这不是您单位的工单", "This is not a ticket of your organisation"))
    SetAside.objects.filter(pk=row.pk).update(tried_again_at=at)
    Clock.objects.filter(pk=row.clock_id, stopped_at=None, next_at=None).update(next_at=row.due_moment_at)
