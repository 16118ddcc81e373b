"""A hotline's day: agents take calls, look the caller up, create or append, lose connections, begin again.

Everything that was acknowledged is written into a ledger; `proof.py` compares it with what the product kept.
"""

from __future__ import annotations

import importlib.util
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).resolve().parent.parent / "docs" / "hotline_client.py"
# Parts of the day: share of its calls, agents who take them at once. The second and the fourth are bursts.
DAY = ((0.30, 4), (0.25, 24), (0.25, 4), (0.20, 24))
CALLERS_PER_CALL = 0.3  # people call again
APPENDED, URGED, ASKED, RESTARTED = 0.6, 0.3, 0.2, 0.02  # shares of calls


@dataclass(frozen=True)
class Call:
    """What happens is settled before the day begins, so that a day can be played again."""

    id: str
    phone: str
    appends: bool
    urges: bool
    asks: bool
    restarts: bool  # the hotline program dies and sends the call again when it is back


@dataclass
class Entry:
    """An acknowledged call: what it became."""

    kind: str  # ticket, contact
    number: str
    content: str


@dataclass
class Ledger:
    entries: dict[str, Entry] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)  # by call: the number that a later repetition got
    failed: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


def calls_of_the_day(number: int, seed: int) -> list[Call]:
    drawn = random.Random(seed)
    callers = max(1, int(number * CALLERS_PER_CALL))
    return [
        Call(
            id=f"CC-{seed}-{place}",
            phone=f"137{drawn.randrange(callers):08}",
            appends=drawn.random() < APPENDED,
            urges=drawn.random() < URGED,
            asks=drawn.random() < ASKED,
            restarts=drawn.random() < RESTARTED,
        )
        for place in range(number)
    ]


def play(calls: list[Call], base: str, token: str, *, day: tuple[tuple[float, int], ...] = DAY) -> Ledger:
    """The whole day, part after part; each agent is a thread with a connection."""
    ledger, first = Ledger(), 0
    for share, agents in day:
        last = len(calls) if (share, agents) == day[-1] else first + round(share * len(calls))
        _part(iter(calls[first:last]), agents, base, token, ledger)
        first = last
    return ledger


def _part(calls: Iterator[Call], agents: int, base: str, token: str, ledger: Ledger) -> None:
    threads = [threading.Thread(target=_agent, args=(calls, base, token, ledger)) for _ in range(agents)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _agent(calls: Iterator[Call], base: str, token: str, ledger: Ledger) -> None:
    hotline = client().Hotline(base, token)
    while True:
        with ledger.lock:
            call = next(calls, None)
        if call is None:
            break
        try:
            _take(hotline, call, ledger)
            if call.restarts:
                _take(client().Hotline(base, token), call, ledger)  # a new program knows only its call number
        except Exception as error:  # noqa: BLE001  the ledger tells
            with ledger.lock:
                ledger.failed.append(f"{call.id}: {error!r}")
    with ledger.lock:
        ledger.counts["requests"] += hotline.sent
        ledger.counts["sent again"] += hotline.repeated


def _take(hotline: Any, call: Call, ledger: Ledger) -> None:
    known = ledger.entries.get(call.id)
    waiting = hotline.look_up(call.phone)["open_tickets"]
    number = known.number if known and known.kind == "contact" else waiting[0]["number"] if waiting else ""
    appends = known.kind == "contact" if known else bool(call.appends and number)
    started = time.perf_counter()
    entry = _append(hotline, call, number) if appends else _create(hotline, call)
    took = time.perf_counter() - started
    if call.asks:
        assert entry.number in hotline.progress(entry.number)["said"]
    with ledger.lock:
        ledger.times.append(took)
        if known is None:
            ledger.entries[call.id] = entry
        else:
            ledger.again[call.id] = entry.number


def _create(hotline: Any, call: Call) -> Entry:
    content = f"宽带断线，影响上网。来电 {call.id}"
    ticket = {
        "rulebook": "unicom-complaint",
        "channel": "hotline",
        "external_id": call.id,
        "customer": {"name": "王某", "phone": call.phone, "level": "ordinary", "region": "410100"},
        "business_type": "mobile.gsm",
        "complaint_type": "network_quality",
        "grade": "provincial",
        "content": content,
    }
    return Entry("ticket", hotline.create(ticket, key=call.id)["number"], content)


def _append(hotline: Any, call: Call, number: str) -> Entry:
    content = f"又来电：还没好。来电 {call.id}"
    contact = {"content": content, "urge": call.urges, "call_id": call.id, "recording": f"{call.id}.wav"}
    return Entry("contact", hotline.append(number, contact, key=call.id)["number"], content)


_client: Any = None
_loading = threading.Lock()


def client() -> Any:
    """The reference client from `docs/`, as a hotline's programmer would copy it."""
    global _client
    with _loading:
        if _client is None:
            spec = importlib.util.spec_from_file_location("hotline_client", CLIENT)
            assert spec is not None
            assert spec.loader is not None
            _client = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(_client)
    return _client


def some(entries: dict[str, Entry], number: int) -> Iterator[tuple[str, Entry]]:
    return itertools.islice(entries.items(), number)
