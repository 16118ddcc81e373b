"""Lists, pages and search: statements, and the time of one client's request."""

from __future__ import annotations

import itertools
from statistics import median
from urllib.parse import quote

from django.urls import Resolver404, resolve

from tickets.models import Ticket

from . import people, statements
from .fill import RARE_TICKETS, RARE_WORD
from .load import Ask, Failed, measure
from .servers import Server
from .table import Table

REQUESTS = 40
LIST_STATEMENTS, PAGE_STATEMENTS = 8, 12
PEER_PAGE_MS, PEER_LIST_MS, PEER_SEARCH_MS = 57, 176, 1500  # at 100k (speed page)
SEARCH_MS, MEGABYTES = 50, 200


def reading(table: Table, server: Server) -> None:
    numbers = _numbers()
    for name, ask, most in (
        ("list of one unit with filters, 25 rows", _list(), LIST_STATEMENTS),
        ("queue page of one unit", Ask("GET", "/queue/", people.pages(people.HEAD)), LIST_STATEMENTS),
        ("one ticket over REST", Ask("GET", f"/api/v1/tickets/{numbers[0]}/", people.api(people.HEAD)), None),
    ):
        _row(table, server, name, [ask], most, PEER_LIST_MS if name.startswith("list") else None)
    page = [Ask("GET", f"/tickets/{number}/", people.pages(people.HEAD)) for number in numbers]
    _row(table, server, "ticket page", page, PAGE_STATEMENTS, PEER_PAGE_MS, times=1.5)
    _search(table, server)


def memory(table: Table, server: Server) -> None:
    most = server.megabytes()
    table.add(
        "memory of a web worker after all of this", f"{most:.0f} MB", target=f"≤ {MEGABYTES} MB", met=most <= MEGABYTES
    )


def _numbers() -> list[str]:
    """Tickets that lie at the head's unit."""
    rows = Ticket.objects.filter(unit__code=people.WHERE, ended_at=None).order_by("-priority", "id")
    return list(rows.values_list("number", flat=True)[:REQUESTS])


def _list() -> Ask:
    query = f"unit={people.WHERE}&kind=complaint&business_type=mobile&received_after=2025-01-01&limit=25"
    return Ask("GET", f"/api/v1/tickets/?{query}", people.api(people.HEAD))


def _row(
    table: Table,
    server: Server,
    name: str,
    asks: list[Ask],
    most: int | None,
    peer_ms: float | None,
    times: float | None = None,
) -> None:
    if not _is_there(asks[0].path):
        table.add(name, "no such page here")
        return
    try:
        said = statements.of(asks[0])
        ms = _ms(server, asks)
    except Failed as error:
        table.add(name, str(error)[:60], met=False)
        return
    beside = f"peer {peer_ms} ms: 1/{peer_ms / ms:.1f}" if peer_ms else ""
    fine = ms <= peer_ms / times if peer_ms and times else None
    table.add(f"{name}, p50", f"{ms:.1f} ms", beside=beside, target=f"≤ 1/{times} of peer" if times else "", met=fine)
    wanted = {"target": f"≤ {most}", "met": said.count <= most} if most else {}
    table.add(f"{name}, SQL statements", str(said.count), **wanted)


def _is_there(path: str) -> bool:
    try:
        resolve(path.split("?")[0])
    except Resolver404:
        return False
    return True


def _ms(server: Server, asks: list[Ask]) -> float:
    measure(server, iter(asks[:4] * 2), clients=2, seconds=30, expected=200)  # both workers know the world then
    many = itertools.islice(itertools.cycle(asks), REQUESTS)
    return measure(server, many, clients=1, seconds=60, expected=200).ms(50)


def _search(table: Table, server: Server) -> None:
    auditor = people.api("shenji")
    ask = Ask("GET", f"/api/v1/tickets/?q={quote(RARE_WORD)}", auditor)
    many = itertools.repeat(ask, REQUESTS)
    measure(server, itertools.repeat(ask, 8), clients=2, seconds=30, expected=200)
    found = measure(server, many, clients=1, seconds=60, expected=200, keep_answers=True)
    assert {len(answer["results"]) for answer in found.answers} == {RARE_TICKETS}, "the search must find them all"
    ms = median(found.times) * 1000
    table.add(
        "search of a rare word of two characters, p50",
        f"{ms:.1f} ms",
        beside=f"peer {PEER_SEARCH_MS} ms: 1/{PEER_SEARCH_MS / ms:.0f}",
        target=f"≤ {SEARCH_MS} ms",
        met=ms <= SEARCH_MS,
    )
