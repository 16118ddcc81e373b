"""How many requests a minute one may send: a program by its token, whoever shows none by their address (429).

A counter for each minute lies in the cache that all web workers share where Redis is; it costs one round trip. While
the cache doesn't answer nobody is refused: a complaint is worth more than a limit.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework import exceptions
from rest_framework.request import Request

MINUTE = 60
REST_SECONDS = 5.0  # a cache that failed is not asked again for so long
_rests_until = 0.0


def spend(who: str, most: int) -> None:
    """Count a request of `who`. Raises Throttled, with the seconds until there is room again."""
    if most <= 0:
        return
    now = time.time()
    if _count(f"rate:{who}:{int(now // MINUTE)}") > most:
        raise exceptions.Throttled(wait=MINUTE - now % MINUTE)


def spend_token(request: Request) -> None:
    """A request of somebody known: of a token, or of a person's session."""
    who = f"t{request.auth}" if request.auth is not None else f"p{request.user.pk}"
    spend(who, settings.API_REQUESTS_PER_MINUTE)


def spend_address(request: Any) -> None:
    """A request of somebody unknown: without a token or with a wrong one."""
    spend(f"a{address_of(request)}", settings.API_UNKNOWN_PER_MINUTE)


def address_of(request: Any) -> str:
    """The caller's address; behind our own proxy the one that it saw."""
    said = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return str(said.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))[:60]


def _count(key: str) -> int:
    global _rests_until
    if time.monotonic() < _rests_until:
        return 0
    try:
        return _incremented(key)
    except Exception:  # noqa: BLE001  whatever a cache raises when its server is gone
        _rests_until = time.monotonic() + REST_SECONDS
        return 0


def _incremented(key: str) -> int:
    try:
        return int(cache.incr(key))
    except ValueError:  # the first of this minute
        return 1 if cache.add(key, 1, 2 * MINUTE) else int(cache.incr(key))
