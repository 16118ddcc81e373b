"""A ticket keeps the version it began with; open tickets can be re-timed, with a preview (rows R02, R04)."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.books import BOOKS, loaded
from tests.cast import cast, duty
from tests.tickets.test_loop import complaint, on
from tickets.actions.books import book_load
from tickets.actions.organisation import year_publish
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.retime import provisional_recount, retime_apply, retime_preview
from tickets.models import Clock, Event, RulebookVersion, Ticket
from tickets.rulebook.problems import RulebookErrors
from tickets.rulebook.source import flatten


def newer(tmp_path: Path, old: str, new: str, *, version: int = 2) -> RulebookVersion:
    """The next version of unicom-complaint with one change."""
    text = (BOOKS / "unicom-complaint.toml").read_text()
    assert old in text
    changed = text.replace("version = 1", f"version = {version}", 1).replace(old, new, 1)
    file = tmp_path / "unicom-complaint.toml"
    file.write_text(changed)
    for shared in BOOKS.glob("shared-*.toml"):
        (tmp_path / shared.name).write_text(shared.read_text())
    return book_load(flat=flatten(file), actor=None, at=datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.django_db
def test_R02_a_ticket_keeps_its_version_and_a_new_one_takes_the_new(tmp_path: Path) -> None:
    c = cast()
    case = complaint(c, on(24, 9))
    version = newer(tmp_path, 'limit = "1h"', 'limit = "30min"')
    again = complaint(c, on(24, 9))
    assert case.due("intake") == on(24, 10)
    assert again.due("intake") == on(24, 9, 30)
    assert Ticket.objects.get(pk=case.id).rulebook.version == 1
    assert Ticket.objects.get(pk=again.id).rulebook == version


@pytest.mark.django_db
def test_R02_open_tickets_are_re_timed_with_a_preview(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    c = cast()
    case = complaint(c, on(24, 9))
    version = newer(tmp_path, 'limit = "1h"', 'limit = "30min"')
    moved = list(retime_preview(version=version, organisation=c.hq, at=on(24, 9, 20)))
    assert [(m.clock, m.old_due_at, m.new_due_at) for m in moved] == [("intake", on(24, 10), on(24, 9, 30))]
    assert case.due("intake") == on(24, 10), "a preview changes nothing"
    call_command("rulebook", "retime", "unicom-complaint", "--root", "HQ")
    assert "intake" in capsys.readouterr().out
    changed = retime_apply(version=version, organisation=c.hq, actor=c.people["administrator"], at=on(24, 9, 20))
    assert changed == 1
    assert case.due("intake") == on(24, 9, 30)
    assert Event.objects.filter(name="retimed").count() == 1
    assert retime_apply(version=version, organisation=c.hq, actor=c.people["administrator"], at=on(24, 9, 21)) == 0


@pytest.mark.django_db
def test_R01_the_same_version_with_other_content_is_refused(tmp_path: Path) -> None:
    loaded("unicom-complaint")
    with pytest.raises(RulebookErrors):
        newer(tmp_path, 'limit = "1h"', 'limit = "30min"', version=1)
    assert RulebookVersion.objects.get(book="unicom-complaint").version == 1


@pytest.mark.django_db
def test_R04_a_provisional_deadline_is_counted_again_when_the_year_is_published() -> None:
    c = cast()
    duty(c.people["officer"], "inspector", c.units["HQ"])
    duty(c.people["officer"], "inspector", c.units["HQ-supervision"])
    new = NewTicket(
        content="投诉窗口态度",
        customer=NewCustomer(phone="13800000000"),
        received_by="HQ",
        facts={"request": "道歉", "channel": "phone"},
        data={"form": "oral", "grave": False, "grounds": "排队两小时", "topic": "attitude"},
    )
    at = datetime(2026, 12, 30, 2, tzinfo=UTC)
    given = ticket_register(new, version=loaded("service-window"), actor=c.people["officer"], at=at)
    clock = Clock.objects.get(ticket=given.ticket, name="acceptance")  # 3 wd over the turn of the year
    assert clock.provisional
    due = clock.due_at
    assert provisional_recount(at=at) == 0
    year_publish(year=2027, days={date(2027, 1, 1): False, date(2027, 1, 4): False}, source="test", at=at)
    assert provisional_recount(at=at) == 1
    clock.refresh_from_db()
    assert not clock.provisional
    assert clock.due_at > due
