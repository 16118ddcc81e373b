"""How often somebody whom we don't know may ask: counted in the cache, by windows of time.

A courtesy of the cache: where it is down nobody is refused, because complaints are taken in any case.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in so many seconds, for each who asks."""

    name: str
    times: int
    seconds: int

    def is_full(self, who: str) -> bool:
        """Were those before as many as there may be? Counts nothing."""
        try:
            return int(cache.get(f"throttle:{self.name}:{who}", 0)) >= self.times
        except Exception:  # whatever the cache's client raises
            log.exception("the throttle %s doesn't count", self.name)
            return False

    def is_over(self, who: str) -> bool:
        """Count this time; was it one too many?"""
        key = f"throttle:{self.name}:{who}"
        try:
            if cache.add(key, 1, self.seconds):
                return False
            return cache.incr(key) > self.times
        except ValueError:
            return False  # the window ended between the two
        except Exception:  # whatever the cache's client raises
            log.exception("the throttle %s doesn't count", self.name)
            return False


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: behind our own proxy what the proxy saw, never what the client wrote before it."""
    if settings.BEHIND_PROXY:
        forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if forwarded:
            return forwarded.rpartition(",")[2].strip()[:60]
    return str(request.META.get("REMOTE_ADDR", ""))
