"""A ticket's past carried out again under its own rulebook is the same past (row N04, language page §11.8)."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from escalation.models import Alert
from tests.cast import Cast, cast
from tests.watched import drive_watched
from tickets.core.picture import Picture
from tickets.core.replay import Replayed, replay
from tickets.models import Event, Ticket
from tickets.organisations import world_of
from tickets.past import Past, pasts_of
from tickets.rows import picture_of, with_picture
from tickets.rulebook.registry import book_of

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("REPLAY_HISTORIES", "60"))


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def test_N04_under_its_own_rulebook_a_replay_is_the_history_to_the_letter(c: Cast) -> None:
    events = alerts = 0
    for seed in range(HISTORIES):
        ticket, until = drive_watched(c, seed)
        if ticket is None:
            continue
        past, found, now = replayed(ticket, until)
        assert found.stopped is None, f"{seed}: {found.stopped}"
        assert story(found) == recorded_story(ticket), f"seed {seed}, {past.own.id}"
        assert raised(found) == recorded_alerts(ticket), f"seed {seed}, {past.own.id}"
        assert plain(found.picture) == plain(now), f"seed {seed}, {past.own.id}"
        events, alerts = events + len(found.done), alerts + len(found.raised)
    assert events > HISTORIES * 3
    assert alerts > HISTORIES


def replayed(ticket: Ticket, until: datetime) -> tuple[Past, Replayed, Picture]:
    row = with_picture(Ticket.objects.filter(pk=ticket.pk)).get()
    past = pasts_of([row])[0]
    world = world_of(ticket.organisation_id)
    found = replay(past.start, past.events, own=past.own, book=past.own, world=world, until=until)
    return past, found, picture_of(row, book_of(row.rulebook_id))


def story(found: Replayed) -> list[Any]:
    return [(one.name, one.at, one.actor, one.step, one.kind, one.state) for one in found.done]


def recorded_story(ticket: Ticket) -> list[Any]:
    rows = Event.objects.filter(ticket=ticket).order_by("seq")
    return [(e.name, e.at, e.actor_id, e.data.get("step"), e.data.get("kind", ""), e.data["state"]) for e in rows]


def raised(found: Replayed) -> list[Any]:
    return sorted((one.clock, one.step or 0, one.generation, one.moment, one.kind, one.instant) for one in found.raised)


def recorded_alerts(ticket: Ticket) -> list[Any]:
    rows = Alert.objects.filter(ticket=ticket).select_related("step")
    return sorted(
        (a.clock_name, a.step.ordinal if a.step else 0, a.generation, a.moment, a.kind, a.instant) for a in rows
    )


def instants(entry: dict[str, Any]) -> dict[str, Any]:
    """The same instant may be written in another zone."""
    times = {name: datetime.fromisoformat(entry[name]) for name in ("at", "from", "to") if entry.get(name)}
    return {**entry, **times}


def plain(picture: Picture) -> Picture:
    """Without ids, which only the database gives."""
    steps = [replace(step, id=None) for step in picture.steps]
    clocks = [
        replace(clock, id=None, story=[instants(entry) for entry in clock.story], stood_still=clock.stood_still or None)
        for clock in picture.clocks
    ]
    facts = {name: value for name, value in picture.facts.items() if name != "content"}
    return replace(picture, steps=steps, clocks=clocks, facts=facts)
