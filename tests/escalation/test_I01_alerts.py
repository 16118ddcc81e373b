"""Alerts over REST (rows W01, N02)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from escalation.models import Alert
from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import api, body, statements
from tickets.models import Clock, Ticket

pytestmark = pytest.mark.django_db
FIELDS = {
    *("id", "ticket", "step", "clock", "moment", "kind", "generation", "due_at", "raised_at", "late_seconds"),
    *("unit", "person", "acknowledged_at"),
}


@pytest.fixture
def c() -> Cast:
    loaded("unicom-complaint")
    return cast()


def alert(number: str, moment: str, kind: str, minutes_ago: int) -> Alert:
    ticket = Ticket.objects.get(number=number)
    clock = Clock.objects.get(ticket=ticket, step__isnull=False)
    raised = timezone.now() - timedelta(minutes=minutes_ago)
    return Alert.objects.create(
        ticket=ticket,
        step=clock.step,
        clock=clock,
        clock_name=clock.name,
        moment=moment,
        kind=kind,
        generation=clock.generation,
        instant=raised - timedelta(seconds=2),
        due_at=clock.due_at,
        raised_at=raised,
        unit=ticket.unit,
        person=ticket.assignee,
    )


def test_I01_alerts_are_listed_newest_first_and_filtered(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    first, second = (hotline.post("/tickets/", body(external_id=str(n))).body["number"] for n in range(2))
    warned = alert(first, "90%", "warning", 30)
    overrun = alert(first, "due", "overrun", 10)
    other = alert(second, "90%", "warning", 20)
    hotline.get("/alerts/")
    with CaptureQueriesContext(connection) as said:
        rows = hotline.get("/alerts/").body["results"]
    assert len(statements(said)) <= 5
    assert [row["id"] for row in rows] == [overrun.pk, other.pk, warned.pk]
    assert set(rows[0]) == FIELDS
    assert (rows[0]["ticket"], rows[0]["unit"], rows[0]["late_seconds"]) == (first, "410000-hotline", 2.0)
    since = (timezone.now() - timedelta(minutes=25)).isoformat().replace("+", "%2B")
    for query, expected in (
        ("kind=warning", [other, warned]),
        ("kind=warning,overrun", [overrun, other, warned]),
        ("kind=chase", []),
        ("unit=410000", [overrun, other, warned]),
        ("unit=320000", []),
        (f"ticket={second}", [other]),
        ("acknowledged=false", [overrun, other, warned]),
        ("acknowledged=true", []),
        (f"since={since}", [overrun, other]),
    ):
        found = hotline.get(f"/alerts/?{query}").body["results"]
        assert [row["id"] for row in found] == [one.pk for one in expected], query
    for query in ("nonsense=1", "unit=nowhere", "acknowledged=perhaps", "since=yesterday", "cursor=x", "kind=%00"):
        assert hotline.get(f"/alerts/?{query}").status == 422, query


def test_N02_acknowledging_stops_the_climb_and_not_the_clock(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    number = hotline.post("/tickets/", body()).body["number"]
    one = alert(number, "90%", "warning", 5)
    said = hotline.post(f"/alerts/{one.pk}/acknowledge/", {})
    assert (said.status, said.body["id"]) == (200, one.pk)
    assert said.body["acknowledged_at"]
    again = hotline.post(f"/alerts/{one.pk}/acknowledge/", {})
    assert again.body["acknowledged_at"] == said.body["acknowledged_at"]
    clock = Clock.objects.get(pk=one.clock_id)
    assert (clock.silenced, clock.stopped_at) == ("warning", None)


def test_S03_alerts_of_others_are_not_there(c: Cast) -> None:
    number = api(c.people["hotline"]).post("/tickets/", body()).body["number"]
    one = alert(number, "90%", "warning", 5)
    for who in ("front_desk", "receptionist", "administrator", "head"):
        connected = api(c.people[who])
        assert connected.get("/alerts/").body["results"] == []
        assert connected.post(f"/alerts/{one.pk}/acknowledge/", {}).status == 404
    one.refresh_from_db()
    assert one.acknowledged_at is None


def test_I01_readiness_is_red_while_the_watch_sleeps(c: Cast, client) -> None:
    from escalation.sweep import sweep

    red = client.get("/readyz")
    assert red.status_code == 503
    assert red.json()["checks"]["watch"]["ok"] is False
    sweep(now=timezone.now)
    green = client.get("/readyz")
    assert (green.status_code, green.json()["status"]) == (200, "ready"), green.json()
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.post("/healthz").status_code == 405
