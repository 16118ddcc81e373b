"""REST create and one action, beside the floor: rounds take turns, so that both meet the same machine."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from django.utils import timezone

from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_act
from tickets.models import RulebookVersion

from . import people, statements
from .load import Ask, Measured, measure
from .servers import Server
from .table import Table

ROUNDS, SECONDS, CLIENTS = 5, 3.0, 8
ACTION_TICKETS = 150  # each is dispatched, answered and replied to
PEER_CREATES = 81  # a second, 8 clients, 100k tickets (speed page)
SHARE_OF_FLOOR, TIMES_PEER, CPU_MS = 0.40, 3, 7.5
STATEMENTS_OF_ACTION = 8


@dataclass
class Sides:
    """Rounds of the product and of the floor, in turn."""

    ours: list[Measured]
    floor: list[Measured]

    @property
    def ratio(self) -> float:
        return median(a.rate / b.rate for a, b in zip(self.ours, self.floor, strict=True))

    @property
    def rate(self) -> float:
        return median(one.rate for one in self.ours)

    @property
    def floor_rate(self) -> float:
        return median(one.rate for one in self.floor)


def creates(table: Table, server: Server, floor: Server, floor_token: str) -> None:
    asks, plain = people.creates(), _floor_asks(floor_token)
    for clients in (1, CLIENTS):
        for one, source in ((server, asks), (floor, plain)):
            measure(one, source, clients=clients, seconds=1.5, expected=201)  # warm up
        sides = Sides([], [])
        for _ in range(ROUNDS):
            sides.floor.append(measure(floor, plain, clients=clients, seconds=SECONDS, expected=201))
            sides.ours.append(measure(server, asks, clients=clients, seconds=SECONDS, expected=201))
        _create_rows(table, sides, clients)
    said = statements.of(next(asks), warm=next(asks))
    table.add("REST create, SQL statements", str(said.count))


def _create_rows(table: Table, sides: Sides, clients: int) -> None:
    who = f"REST create, {clients} client{'s' if clients > 1 else ''}"
    rate, share = sides.rate, sides.ratio
    table.add(who, f"{rate:.0f}/s", beside=f"floor {sides.floor_rate:.0f}/s: {share:.0%}", **_share(share))
    p50, p95 = (median(one.ms(percent) for one in sides.ours) for percent in (50, 95))
    floors = tuple(median(one.ms(percent) for one in sides.floor) for percent in (50, 95))
    table.add(f"{who}, p50 / p95", f"{p50:.1f} / {p95:.1f} ms", beside=f"floor {floors[0]:.1f} / {floors[1]:.1f} ms")
    if clients == 1:
        return
    wanted = TIMES_PEER * PEER_CREATES
    times = f"peer {PEER_CREATES}/s: {rate / PEER_CREATES:.1f}×"
    table.add(f"{who} against the peer", f"{rate:.0f}/s", beside=times, target=f"≥ {wanted}/s", met=rate >= wanted)
    cpu, floor_cpu = (median(one.cpu_ms for one in side) for side in (sides.ours, sides.floor))
    table.add(
        f"{who}, CPU of the web workers a request",
        f"{cpu:.1f} ms",
        beside=f"floor {floor_cpu:.1f} ms",
        target=f"≤ {CPU_MS} ms",
        met=cpu <= CPU_MS,
    )


def _share(share: float) -> dict[str, object]:
    return {"target": f"≥ {SHARE_OF_FLOOR:.0%} of floor", "met": share >= SHARE_OF_FLOOR}


def _floor_asks(token: str) -> Iterator[Ask]:
    same = people.complaint(1)
    body = {name: same[name] for name in ("subject", "content", "channel")}
    return itertools.repeat(Ask("POST", "/tickets/", {"Authorization": f"Token {token}"}, body))


# ── actions ──────────────────────────────────────────────────────────────────────────────────────────
STEPS = (
    ("dispatch", people.DISPATCHER, {"to": people.WHERE, "reason": "请核查信号"}),
    ("feedback", people.HEAD, {"solution": "已更换载频板，复测正常", "outcome": "cured"}),
    (
        "reply",
        people.DISPATCHER,
        {"reply_text": "已修复", "reply_way": "phone", "accepted": True, "outcome": "cured"},
    ),
)


def actions(table: Table, server: Server, floor: Server, floor_token: str) -> None:
    """The floor of an action is the floor's create: a token and three writes in one transaction."""
    numbers = _submitted(ACTION_TICKETS + 2)
    plain = _floor_asks(floor_token)
    for action, who, data in STEPS:
        asks = [
            Ask("POST", f"/api/v1/tickets/{n}/actions/", people.api(who), {"action": action, "data": data})
            for n in numbers
        ]
        said = statements.of(asks[1], warm=asks[0])
        sides, third = Sides([], []), ACTION_TICKETS // 3
        for first in range(2, ACTION_TICKETS + 2, third):
            part = iter(asks[first : first + third])
            sides.floor.append(measure(floor, plain, clients=CLIENTS, seconds=1.0, expected=201))
            sides.ours.append(measure(server, part, clients=CLIENTS, seconds=30, expected=200))
        cpu = median(one.cpu_ms for one in sides.ours)
        table.add(
            f"action {action} over REST, 8 clients",
            f"{sides.rate:.0f}/s, {cpu:.1f} ms CPU",
            beside=f"floor {sides.floor_rate:.0f}/s: {sides.ratio:.0%}",
            **_share(sides.ratio),
        )
        table.add(f"action {action} over REST, SQL statements", str(said.count))
    _in_process(table)


def _in_process(table: Table) -> None:
    """`ticket_act` alone: the statements of the change itself (language page §11.7)."""
    found = {}
    for ticket_id in _registered(3):
        for action, who, data in (SUBMIT, *STEPS):
            with statements.counted() as said:
                ticket_act(
                    ticket_id=ticket_id, action=action, given=dict(data), actor=people.person(who), at=timezone.now()
                )
            found[action] = said.count
    most = max(found.values())
    words = ", ".join(f"{action} {count}" for action, count in found.items())
    table.add(
        "SQL statements of ticket_act", words, target=f"≤ {STATEMENTS_OF_ACTION}", met=most <= STATEMENTS_OF_ACTION
    )


SUBMIT = ("submit", people.CLERK, {"business_type": "mobile.gsm", "complaint_type": "network_quality"})


def _registered(number: int) -> list[int]:
    version = RulebookVersion.objects.filter(book="unicom-complaint").order_by("-version").first()
    found = []
    for _ in range(number):
        new = NewTicket(
            content="我住在花园路，手机在家里只有一格信号",
            customer=NewCustomer(name="王某", phone="13800000000", region="410100"),
            facts={"channel": "hotline", "grade": "provincial", "business_type": "mobile.gsm"},
        )
        made = ticket_register(new, version=version, actor=people.person(people.CLERK), at=timezone.now())
        found.append(made.ticket.pk)
    return found


def _submitted(number: int) -> list[str]:
    numbers = []
    for ticket_id in _registered(number):
        action, who, data = SUBMIT
        done = ticket_act(
            ticket_id=ticket_id, action=action, given=dict(data), actor=people.person(who), at=timezone.now()
        )
        numbers.append(done.ticket.number)
    return numbers
