"""The watch: one warning at 90 % of every limit, in time, never twice, never lost (rows W01, W03, W05, N01, N02)."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from escalation.actions import alert_acknowledge
from escalation.models import Alert, SetAside
from escalation.watch import watch_batch
from tests.cast import cast
from tests.tickets.test_loop import complaint, on
from tickets.models import Clock, Message


def drain(at: datetime) -> int:
    total = 0
    while handled := watch_batch(at=at):
        total += handled
    return total


def alerts(name: str) -> list[tuple[str, str]]:
    rows = Alert.objects.filter(clock_name=name).order_by("instant", "id")
    return [(alert.moment, alert.kind) for alert in rows]


@pytest.mark.clause("D3-2.4.7-a", "D3-2.4.7-b", "D3-2.4.7-c", "D3-2.5.4")
@pytest.mark.django_db
def test_W01_a_step_warns_once_at_ninety_percent_and_is_overrun_at_its_end() -> None:
    c = cast()
    complaint(c, on(24, 9))  # intake: one hour
    assert drain(on(24, 9, 53)) == 0
    assert drain(on(24, 9, 54)) == 1
    assert drain(on(24, 9, 59)) == 0
    assert alerts("intake") == [("90%", "warning")]
    alert = Alert.objects.get()
    assert alert.unit == c.units["410100-hall"]
    assert alert.late_seconds == 0
    assert drain(on(24, 10)) == 1
    assert alerts("intake") == [("90%", "warning"), ("due", "overrun")]
    inbox = Message.objects.filter(way="inbox", name="warning").get()
    assert inbox.unit == c.units["410100-hall"]
    assert "受理" in inbox.text


@pytest.mark.django_db
def test_W01_after_downtime_all_is_raised_late_and_says_how_late() -> None:
    c = cast()
    complaint(c, on(24, 9))
    drain(on(24, 11))
    warning = Alert.objects.get(clock_name="intake", moment="90%")
    assert warning.late_seconds == timedelta(hours=1, minutes=6).total_seconds()
    assert Alert.objects.filter(clock_name="intake", moment="due").count() == 1


@pytest.mark.django_db
def test_W01_a_reminder_each_day_until_it_is_done() -> None:
    c = cast()
    case = complaint(c, on(20, 9))
    drain(on(23, 10))
    reminders = Alert.objects.filter(clock_name="intake", kind="reminder").order_by("instant")
    assert [alert.instant for alert in reminders] == [on(21, 10), on(22, 10), on(23, 10)]
    case.do("front_desk", "submit", on(23, 11), business_type="mobile.gsm", complaint_type="billing")
    assert Clock.objects.get(name="intake").next_at is None
    before = Alert.objects.filter(clock_name="intake").count()
    drain(on(27, 11))
    assert Alert.objects.filter(clock_name="intake").count() == before


@pytest.mark.django_db
def test_N01_a_recommitted_deadline_warns_at_its_own_ninety_percent() -> None:
    c = cast()
    case = complaint(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 9, 30), business_type="mobile.gsm", complaint_type="billing")
    case.do("dispatcher", "dispatch", on(24, 10), to="410100-net", reason="x")
    drain(on(25, 23))  # 41 h: warned at 36.9 h
    assert alerts("handling") == [("90%", "warning")]
    case.do("head", "recommit", on(25, 23, 30), until=on(27, 12).isoformat(), reason="等备件")
    clock = Clock.objects.get(name="handling")
    assert (clock.generation, clock.first_due_at, clock.due_at) == (2, on(26, 3), on(27, 12))
    drain(on(26, 12))
    assert alerts("handling") == [("90%", "warning")], "the old deadline raises nothing any more"
    drain(on(27, 12))
    assert alerts("handling") == [("90%", "warning"), ("90%", "warning"), ("due", "overrun")]


@pytest.mark.django_db
def test_N02_an_acknowledged_overrun_stops_the_climb_but_not_the_clock() -> None:
    c = cast()
    complaint(c, on(24, 9))
    drain(on(24, 10))
    overrun = Alert.objects.get(clock_name="intake", moment="due")
    alert_acknowledge(alert_id=overrun.pk, actor=c.people["front_desk"], at=on(24, 10, 5))
    drain(on(25, 10))
    climbed = Alert.objects.get(clock_name="intake", moment="due+24h")
    assert climbed.told_units == [c.units["410100-hall"].pk], "nobody above is told"
    assert Clock.objects.get(name="intake").overdue_at == on(24, 10)


@pytest.mark.django_db
def test_W03_an_unacknowledged_overrun_climbs() -> None:
    c = cast()
    complaint(c, on(24, 9))
    drain(on(25, 10))
    climbed = Alert.objects.get(clock_name="intake", moment="due+24h")
    assert len(climbed.told_units) > 1


@pytest.mark.django_db
def test_W01_a_poison_row_is_set_aside_and_the_rest_goes_on() -> None:
    c = cast()
    complaint(c, on(24, 9))
    complaint(c, on(24, 9))
    bad, good = Clock.objects.filter(name="intake").order_by("id")
    Clock.objects.filter(pk=bad.pk).update(chain="no such chain")
    drain(on(24, 9, 55))
    assert Alert.objects.get(clock_name="intake").clock_id == good.pk
    aside = SetAside.objects.get()
    assert aside.clock_id == bad.pk
    assert "no such chain" in aside.error


@pytest.mark.django_db
def test_S02_events_can_not_be_changed() -> None:
    c = cast()
    complaint(c, on(24, 9))
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_event SET name = 'x'")
