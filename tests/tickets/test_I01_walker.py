"""A client that knows no rulebook drives tickets of every rulebook to their end (issue item 8, REST contract)."""

from __future__ import annotations

import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.books import IDS, loaded
from tests.cast import Cast, cast, duty, person
from tests.walker import Api, Walk, Walker
from tickets.actions.people import token_create
from tickets.models import Clock, Event, Person, Step
from tickets.rulebook.registry import book_of

TICKETS = 3


@pytest.fixture
def c() -> Cast:
    return cast()


def everyman(c: Cast, book: str, name: str) -> Person:
    """A program with every role of the rulebook over the whole tree."""
    root = c.units["PROP" if book == "property" else "HQ"]
    who = person(name, home=root, kind=Person.Kind.SERVICE)
    for role in book_of(loaded(book).pk).roles:
        if role != "anyone":
            duty(who, role, root, subtree=True)
    return who


def upload(api: Api) -> str:
    sent = api.upload("/attachments/", file=SimpleUploadedFile("回执.txt", "客户签名".encode()))
    assert sent.status == 201, sent.body
    return str(sent.body["id"])


def walker(c: Cast, book: str, seed: int, people: int = 4) -> Walker:
    tokens = [token_create(person=everyman(c, book, f"w{n}"), at=timezone.now()) for n in range(people)]
    return Walker([Api(token) for token in tokens], random.Random(seed), timezone.now, upload)


def assert_laws(walk: Walk) -> None:
    """Laws 1 and 3 on the rows, and a history without a gap."""
    rows = Step.objects.filter(ticket__number=walk.number, closed_at=None)
    running = Clock.objects.filter(ticket__number=walk.number, stopped_at=None)
    if walk.is_over:
        assert not rows.exists()
        assert not running.exists()
    else:
        assert rows.filter(side=False).count() == 1
    seqs = list(Event.objects.filter(ticket__number=walk.number).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.clause("D12-5-1", "D13-1-b", "D18-3-2-b")
@pytest.mark.django_db
@pytest.mark.parametrize("book", IDS)
def test_I01_a_client_that_knows_no_rulebook_brings_every_ticket_to_its_end(c: Cast, book: str) -> None:
    loaded(book)
    walker_of_book = walker(c, book, seed=20261124)
    others = [walker_of_book.register(book) for _ in range(2)]  # for what names another ticket
    for _ in range(TICKETS):
        walk = walker_of_book.walk(walker_of_book.register(book), assert_laws)
        assert walk.is_over, f"{walk.number} is stuck at {walk.ticket['state']} after {walk.done}: {walk.refusals[-5:]}"
        assert not any(step["closed_at"] is None for step in walk.ticket["steps"])
        assert not any(clock["state"] != "stopped" for clock in walk.ticket["clocks"])
    assert others
