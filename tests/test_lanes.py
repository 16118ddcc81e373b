"""The lanes themselves: append-only rows survive a test, and a test that commits leaves an empty database."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tests.cast import NOON, cast
from tests.conftest import ROOT
from tickets.models import Event, Organisation, RulebookVersion, Step, Ticket

seen_ids: set[int] = set()


@transaction.atomic
def ticket_with_event() -> Event:
    """Rows only, no rule: what these tests look at is the database."""
    made = cast()
    at, unit = {"received_at": NOON, "registered_at": NOON}, made.units["410100-net"]
    book = RulebookVersion.objects.create(book="b", version=1, source={}, loaded_at=NOON, effective_from=NOON)
    ticket = Ticket.objects.create(organisation=made.hq, rulebook=book, step_kind="s", received_unit=unit, **at)
    Step.objects.create(ticket=ticket, ordinal=1, kind="s", unit=unit, opened_at=NOON)
    return Event.objects.create(ticket=ticket, seq=1, at=NOON, name="intake", hash="0")


@pytest.mark.django_db
def test_S02_the_database_refuses_to_change_or_delete_an_event() -> None:
    event = ticket_with_event()
    for change in (lambda: Event.objects.update(name="other"), lambda: Event.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    event.refresh_from_db()
    assert event.name == "intake"


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_committed_event_is_gone_in_the_next_test_and_still_guarded(turn: int) -> None:
    assert not Organisation.objects.exists()
    ticket_with_event()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.all().delete()


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db
def test_no_two_tests_see_the_same_id(turn: int) -> None:
    """What a process keeps by id, it must not find again in the next test: SQLite would number from the start."""
    assert cast().hq.pk not in seen_ids
    seen_ids.update(Organisation.objects.values_list("pk", flat=True))


def test_the_lane_is_what_it_says(lane: str) -> None:
    assert connection.vendor == lane
    assert lane != "sqlite" or not settings.REDIS_URL


def test_another_process_sees_the_rows_of_the_test(product_environment: dict[str, str]) -> None:
    cast()
    program = "import django; django.setup(); from tickets.models import Person; print(Person.objects.count())"
    command = [sys.executable, "-c", program]
    seen = subprocess.run(command, cwd=ROOT, env=product_environment, capture_output=True, text=True, check=True)
    assert int(seen.stdout) > 50
