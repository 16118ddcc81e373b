"""The event log: append-only, sealed event by event and day by day; a fault is found and named (row S02, rule 11)."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.cast import cast
from tests.tickets.test_loop import Case, complaint, on
from tickets.models import DayRoot, Event
from tickets.verify import seal_days


def a_case() -> Case:
    c = cast()
    case = complaint(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 10), business_type="mobile.gsm", complaint_type="billing")
    case.do("dispatcher", "dispatch", on(24, 11), to="410100-net", reason="x")
    return case


def tamper(sql: str, *params: object) -> None:
    """What somebody with the database's own password could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER tickets_event_final")
            cursor.execute(sql, params)
            cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER tickets_event_final")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'tickets_event'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(sql, params)
        for _, text in triggers:
            cursor.execute(text)


@pytest.mark.django_db
def test_S02_an_honest_log_is_verified() -> None:
    case = a_case()
    call_command("events", "verify")
    call_command("events", "verify", case.last.ticket.number)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE tickets_event SET name = 'answer' WHERE seq = 2", "event 2: was changed"),
        ("DELETE FROM tickets_event WHERE seq = 2", "event 2: is missing"),
        ("DELETE FROM tickets_event WHERE seq = 3", "is not the last one"),
        ("UPDATE tickets_event SET seq = 9 WHERE seq = 3", "event 3: is missing"),
    ],
)
def test_S02_the_first_broken_link_is_named(sql: str, said: str) -> None:
    a_case()
    tamper(sql)
    with pytest.raises(CommandError, match=said):
        call_command("events", "verify")


@pytest.mark.django_db
def test_S02_a_cut_chain_is_seen_by_the_root_of_its_day() -> None:
    a_case()
    assert seal_days(at=on(25, 12)) == 1
    assert seal_days(at=on(25, 13)) == 0
    assert DayRoot.objects.get().events == 3
    kept = Event.objects.get(seq=2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_ticket SET event_count = 2, chain_head = %s", [kept.hash])
    tamper("DELETE FROM tickets_event WHERE seq = 3")
    with pytest.raises(CommandError, match="the day had 3 events"):
        call_command("events", "verify")
