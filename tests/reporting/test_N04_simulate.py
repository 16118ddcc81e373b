"""Last quarter's tickets under a changed rulebook: `manage.py rulebook simulate` (row N04)."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from reporting.access import house
from reporting.models import Simulation, StepFact, TicketFact
from reporting.periods import Period
from reporting.refresh import bring_up_to_date
from reporting.simulation.asked import simulations_run
from reporting.simulation.simulate import Wanted, simulate
from tests.books import BOOKS, loaded
from tests.cast import Cast, cast, stamp
from tests.tickets.drives import REPLY, TYPES, Drive, run_watch, telecom
from tests.tickets.test_loop import on
from tests.watched import drive_watched
from tickets.models import Duty, Event
from tickets.rulebook.registry import book_of

pytestmark = pytest.mark.django_db
BOOK = "unicom-complaint"
END = datetime(2027, 2, 15, tzinfo=UTC)
QUARTER = Period(datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def changed(folder: Path, old: str, new: str) -> Path:
    """The product's rulebook with one change."""
    for file in BOOKS.glob("shared-*.toml"):
        (folder / file.name).write_bytes(file.read_bytes())
    source = (BOOKS / f"{BOOK}.toml").read_text()
    assert source.count(old) == 1
    file = folder / f"{BOOK}.toml"
    file.write_text(source.replace(old, new).replace("\nversion = 1\n", "\nversion = 2\n", 1))
    return file


def said(file: Path | str, *more: str) -> str:
    out = io.StringIO()
    period = ("--from", "2026-11-01", "--to", "2026-12-01", "--organisation", "HQ")
    call_command("rulebook", "simulate", str(file), *period, *more, stdout=out)
    return out.getvalue()


def simulated(file: Path | str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(file, "--format", "json"))
    return found


STORY: tuple[tuple[str, str, datetime, dict[str, Any]], ...] = (
    ("front_desk", "submit", on(2, 10), TYPES),
    ("dispatcher", "dispatch", on(2, 11), {"to": "410100-net", "reason": "光路"}),
    ("head", "feedback", on(2, 16), {"solution": "已修复"}),
    ("dispatcher", "reply", on(2, 17), REPLY),
    ("caller", "callback", on(2, 18), {"reached": True, "satisfaction": "satisfied", "solved": True}),
    ("caller", "close", on(2, 18), {}),
)


def settled_after_eight_hours(c: Cast) -> Drive:
    """And closed an hour later: nothing is left that time could change."""
    case = telecom(c, on(2, 9))
    for who, action, at, given in STORY:
        run_watch(at)
        case.do(who, action, at, **given)
    return case


def rate(found: dict[str, Any], name: str) -> tuple[float | None, float | None]:
    one = next(one for one in found["rates"] if one["id"] == name)
    return one["before"], one["after"]


def facts() -> list[Any]:
    return [list(model.objects.order_by("pk").values_list()) for model in (TicketFact, StepFact)]


def test_N04_under_the_same_rulebook_every_number_is_the_same(c: Cast) -> None:
    for seed in range(6):
        drive_watched(c, seed, until=END)
    bring_up_to_date()
    before, events = facts(), Event.objects.count()
    for book in ("unicom-complaint", "property"):
        organisation = c.prop if book == "property" else c.hq
        wanted = Wanted(book_of(loaded(book).pk), QUARTER, house(organisation, END), organisation)
        found = simulate(wanted)
        assert (found.refused, found.moved) == (0, 0), found.examples
        assert found.alerts[0] == found.alerts[1]
        assert found.ends[0] == found.ends[1]
        assert [(one.indicator.id, one.before) for one in found.rates] == [
            (one.indicator.id, one.after) for one in found.rates
        ]
        assert found.replayed
        assert found.alerts[0].total() > 10
    assert facts() == before, "nothing real was touched"
    assert Event.objects.count() == events


def test_N04_a_shorter_promise_would_have_been_broken(c: Cast, tmp_path: Path) -> None:
    case = settled_after_eight_hours(c)
    told = case.ticket.promised_at
    shorter = changed(
        tmp_path,
        '["general",    "24h"],\n  ["provincial", "48h"],',
        '["general",    "4h"],\n  ["provincial", "4h"],',
    )
    found = simulated(shorter)
    assert (found["tickets"], found["replayed"], found["refused"], found["moved"]) == (1, 1, 0, 1)
    assert rate(found, "on_time_closure") == (100, 0)
    promise = {one["kind"]: (one["before"], one["after"]) for one in found["alerts"] if one["clock"] == "promise"}
    assert promise["overrun"] == (0, 1)
    assert found["examples"][0]["number"] == case.ticket.number
    table = said(shorter, "--lang", "zh")
    assert "投诉按时办结率" in table
    assert case.ticket.promised_at == told, "the ticket keeps the promise that was given"


def test_N04_a_ticket_that_cannot_go_on_is_listed_with_event_and_reason(c: Cast, tmp_path: Path) -> None:
    case = settled_after_eight_hours(c)
    stricter = changed(
        tmp_path,
        '"reply_text", "reply_way", "accepted", "outcome",\n  { field = "reply_letter"',
        '"reply_text", "reply_way", "accepted", "outcome", "next_measures",\n  { field = "reply_letter"',
    )
    found = simulated(stricter)
    assert (found["tickets"], found["replayed"], found["refused"]) == (1, 0, 1)
    refusal = found["refusals"][0]
    assert (refusal["number"], refusal["event"]) == (case.ticket.number, "Answer the customer")
    assert "next_measures" in refusal["reason"]
    assert rate(found, "on_time_closure") == (None, None), "it is in no figure, on neither side"


def test_N04_what_the_organisation_became_since_does_not_undo_what_people_did(c: Cast) -> None:
    settled_after_eight_hours(c)
    Duty.objects.filter(person=c.people["head"]).delete()
    stamp(c.hq)
    found = simulated(BOOK)
    assert (found["refused"], found["moved"]) == (0, 0)


def test_N04_a_period_that_cannot_be_meant_is_refused_in_words(c: Cast) -> None:
    with pytest.raises(CommandError, match="The end must lie after the start"):
        call_command("rulebook", "simulate", BOOK, "--from", "2026-12-01", "--to", "2026-11-01", "--organisation", "HQ")
    with pytest.raises(CommandError, match="Say --organisation, one of: HQ, PROP"):
        call_command("rulebook", "simulate", BOOK, "--from", "2026-11-01", "--to", "2026-12-01")


def test_N04_a_supervisor_asks_on_the_page_and_a_worker_answers(c: Cast, client: Client, tmp_path: Path) -> None:
    case = settled_after_eight_hours(c)
    client.force_login(c.people["supervisor"])
    shorter = changed(tmp_path, '["provincial", "48h"],', '["provincial", "4h"],')
    asked = {"from": "2026-11-01", "to": "2026-12-01", "file": SimpleUploadedFile("new.toml", shorter.read_bytes())}
    page = client.post("/simulations/", asked)
    assert page.status_code == 302
    assert "已排上" in client.get(page["Location"]).content.decode()
    assert simulations_run(now=timezone.now) == 1
    text = client.get(page["Location"]).content.decode()
    assert "投诉按时办结率" in text
    assert case.ticket.number in text
    client.force_login(c.people["administrator"])
    assert client.get(page["Location"]).status_code == 404, "it shows what only the supervisor sees"


def test_N04_others_may_not_ask_and_a_wrong_file_is_refused_in_words(c: Cast, client: Client) -> None:
    client.force_login(c.people["front_desk"])
    assert client.get("/simulations/").status_code == 403
    client.force_login(c.people["administrator"])
    asked = {"from": "2026-12-01", "to": "x", "file": SimpleUploadedFile("new.toml", b"[rulebook")}
    for wrong in (asked, {**asked, "to": "2027-01-01", "file": SimpleUploadedFile("new.toml", b"[rulebook")}):
        answer = client.post("/simulations/", wrong)
        assert answer.status_code == 422
        assert "还不能试算" in answer.content.decode()
    assert not Simulation.objects.exists()
