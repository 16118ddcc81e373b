"""Whether this installation lives and is ready: for load balancers and whoever is on call (rule 7).

Apps above add their own checks from their `ready()`, since the engine knows nobody above it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..holding import readiness

# A check gets the instant and answers whether all is well, and a few words or figures about it.
Check = Callable[[datetime], tuple[bool, Any]]
_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Have `/readyz` ask this too. The same name again replaces the check."""
    _checks[name] = check


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503 with what is not."""
    now = timezone.now()
    told: dict[str, Any] = {}
    ready = True
    for name, check in _checks.items():
        try:
            fine, said = check(now)
        except Error:
            fine, said = False, "database error"
        told[name] = {"ok": fine, "is": said}
        ready = ready and fine
    status = 200 if ready else 503
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": told}, status=status)


def database(at: datetime) -> tuple[bool, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, connection.vendor


def broker(at: datetime) -> tuple[bool, Any]:
    """Redis answers; the embedded default has its queue in a folder."""
    if not settings.REDIS_URL:
        return True, "folder"
    import redis

    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except (redis.RedisError, OSError, socket.gaierror):
        return False, "redis does not answer"
    return True, "redis"


register_check("database", database)
register_check("broker", broker)
register_check("held", readiness)
