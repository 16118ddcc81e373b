"""A small client for a hotline, with the standard library only: copy it, or read how it is done.

    hotline = Hotline("https://complaints.example.com", token)
    caller = hotline.look_up("13800000000")            # the screen pop
    ticket = hotline.create(body, key="CC-1")          # the same key again: the same ticket
    hotline.append(ticket["number"], {"content": "又断线了", "urge": True, "call_id": "CC-2"}, key="CC-2")
    print(hotline.progress(ticket["number"])["said"])  # to read out to the caller

A request whose answer got lost is sent again with the same key, so nothing is lost and nothing is doubled. `key` should
be something that the hotline keeps with the call (its call number), so that it is the same even after a restart.
"""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

AGAIN = frozenset({429, 502, 503, 504})  # told to come back, or something between us and the server gave up
LOST = (OSError, http.client.HTTPException, ValueError)  # no answer, or half of one
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0  # seconds


class Refused(Exception):
    """The server has understood and says no; to send it again as it is would not help."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status}: {problem.get('detail', '')} {problem.get('errors', '')}".strip())
        self.status, self.problem = status, problem


class Hotline:
    """One connection, for one thread. `tries` bounds how often a request is sent; then the last error is raised."""

    def __init__(
        self,
        base: str,
        token: str,
        *,
        tries: int = 12,
        timeout: float = 20,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(base)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Language": "zh"}
        self._root, self._tries, self._pause = f"{parts.path.rstrip('/')}/api/v1", tries, pause
        self.sent, self.repeated = 0, 0

    # ── what a hotline does ──

    def look_up(self, phone: str) -> dict[str, Any]:
        """Who is calling: `customer`, `open_tickets` with what to tell them, `history`, `last_contact`."""
        return self.ask("GET", f"/customers/lookup/?{urlencode({'phone': phone})}")

    def create(self, ticket: dict[str, Any], *, key: str) -> dict[str, Any]:
        return self.ask("POST", "/tickets/", ticket, key=key)

    def append(self, number: str, contact: dict[str, Any], *, key: str) -> dict[str, Any]:
        """The customer called again: `content`, and if you have them `urge`, `call_id`, `recording`."""
        return self.ask("POST", f"/tickets/{number}/contacts/", contact, key=key)

    def wrap_up(self, call: dict[str, Any], *, key: str) -> dict[str, Any]:
        """The end of a call in one request: its figures, and a new ticket or a further contact."""
        return self.ask("POST", "/calls/wrap-up/", call, key=key)

    def progress(self, number: str) -> dict[str, Any]:
        return self.ask("GET", f"/tickets/{number}/progress/")

    def act(self, number: str, action: str, data: dict[str, Any], *, version: int | None = None) -> dict[str, Any]:
        """An action of the rulebook. It has no key: `version` is what keeps it from being done twice."""
        said = {"action": action, "data": data, "version": version}
        return self.ask("POST", f"/tickets/{number}/actions/", said)

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Every row of a list, page after page: `pages("/tickets/?state=handling&limit=200")`."""
        following: str | None = path
        while following:
            page = self.ask("GET", following)
            yield from page["results"]
            following = page["next"] and page["next"].partition("/api/v1")[2]

    # ── how it is sent ──

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "") -> dict[str, Any]:
        """Send until an answer comes. Raises Refused for a no, and the last error when all tries are used up."""
        for number in range(self._tries):
            last = number == self._tries - 1
            try:
                status, headers, answer = self._send(method, path, body, key)
            except LOST:
                self._connection.close()
                if last or (method == "POST" and not key):  # without a key nobody knows whether it was done
                    raise
                self._wait(number)
                continue
            if status not in AGAIN or last:
                break
            self._wait(number, headers.get("Retry-After", ""))
        if status >= 400:
            raise Refused(status, answer)
        return answer

    def _send(self, method: str, path: str, body: Any, key: str) -> tuple[int, Any, dict[str, Any]]:
        headers = dict(self._headers)
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        self.sent += 1
        self._connection.request(method, self._root + path, body=data, headers=headers)
        response = self._connection.getresponse()
        text = response.read()
        answer = json.loads(text) if "json" in response.headers.get("Content-Type", "") else {}
        return response.status, response.headers, answer

    def _wait(self, number: int, told: str = "") -> None:
        """As long as the server says, else longer each time, and never all clients at once."""
        self.repeated += 1
        grown = min(LONGEST_PAUSE, FIRST_PAUSE * 2**number)
        self._pause(float(told) if told.isdigit() else grown * random.uniform(0.5, 1.0))
