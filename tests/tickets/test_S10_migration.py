"""A later version's migrations run while people work (reliability page §7.3: migration under load)."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client

from complaints_site.management.commands import migrate
from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import api, body
from tickets.models import Clock, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
PASSED = 3  # requests that must get through while the migration meets a table in use


@pytest.fixture
def later(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A version to come stands beside this one; afterwards the tables are today's again."""
    monkeypatch.setattr(migrate, "WAITS_MS", 100)
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0.05)
    settings.MIGRATION_MODULES = {"tickets": "tests.later"}
    yield
    with connection.cursor() as cursor:  # quicker than to migrate back
        cursor.execute("DROP INDEX IF EXISTS ticket_later")
        cursor.execute("ALTER TABLE tickets_ticket DROP COLUMN later")
        cursor.execute("DELETE FROM django_migrations WHERE name IN ('9998_column', '9999_index')")


class Callers:
    """A hotline that creates tickets until it is over, and what it was answered."""

    def __init__(self, headers: dict[str, str], said: io.StringIO) -> None:
        self.headers, self.said = headers, said
        self.statuses: list[int] = []
        self.over, self.enough = threading.Event(), threading.Event()

    def call(self) -> None:
        behind = 0
        try:
            while not self.over.is_set():
                client = Client(headers=self.headers)
                answer = client.post("/api/v1/tickets/", body(), content_type="application/json")
                self.statuses.append(answer.status_code)
                behind += bool(self.said.getvalue())
                if behind >= PASSED:
                    self.enough.set()
        finally:
            connections.close_all()

    def look_long(self, looking: threading.Event) -> None:
        """A report that reads the table and doesn't end before enough requests got through."""
        try:
            with transaction.atomic():
                Ticket.objects.count()
                looking.set()
                assert self.enough.wait(60), "nobody got through"
        finally:
            connections.close_all()


def test_S10_a_later_version_migrates_and_no_request_is_lost(
    later: None, lane: str, record_property: Callable[[str, object], None]
) -> None:
    c: Cast = cast()
    loaded("unicom-complaint")
    said, looking = io.StringIO(), threading.Event()
    callers = Callers(api(c.people["hotline"]).headers, said)
    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(callers.call) for _ in range(2)]
        if lane == "postgresql":
            work.append(pool.submit(callers.look_long, looking))
            assert looking.wait(30)
        try:
            call_command("migrate", "tickets", verbosity=0, stderr=said)
        finally:
            callers.over.set()
    for one in work:
        one.result()
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, "tickets_ticket")}
        assert "later" in columns
        assert "ticket_later" in connection.introspection.get_constraints(cursor, "tickets_ticket")
    assert set(callers.statuses) <= {201}
    assert Ticket.objects.count() == len(callers.statuses), "each that was answered is there, once"
    assert Clock.objects.filter(stopped_at=None).exists()
    assert (lane == "postgresql") == bool(said.getvalue()), "it met the table in use and stood back"
    found = f"{len(callers.statuses)} creates, all answered, stood back {said.getvalue().count('again')} times"
    record_property("fault", f"a later version's migrations during creates and a long look|{found}")
