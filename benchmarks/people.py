"""Who asks in the benchmark: people of the demo, with a token for the API and a session for the pages."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from tickets.actions.people import token_create
from tickets.models import Person
from tickets.sessions import SessionStore

from .load import Ask

CLERK, DISPATCHER, HEAD = "shouli", "paidan", "bumen"
WHERE = "410100-net"  # the unit of HEAD


@cache
def person(username: str) -> Person:
    return Person.objects.get(username=username)


@cache
def token(username: str) -> str:
    return token_create(person=person(username), at=timezone.now())


@cache
def session(username: str) -> str:
    store, who = SessionStore(), person(username)
    store.update(
        {
            SESSION_KEY: str(who.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: who.get_session_auth_hash(),
        }
    )
    store.create()
    return str(store.session_key)


def api(username: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(username)}", "Accept": "application/json"}


def pages(username: str) -> dict[str, str]:
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session(username)}", "Accept": "text/html"}


def complaint(number: int) -> dict[str, Any]:
    """A complaint as a hotline program sends it."""
    return {
        "rulebook": "unicom-complaint",
        "channel": "hotline",
        "customer": {"name": "王某", "phone": f"139{number:08}", "level": "ordinary", "region": "410100"},
        "business_type": "mobile.gsm",
        "complaint_type": "network_quality",
        "grade": "provincial",
        "subject": "家里信号弱",
        "content": "我住在花园路，三天来手机在家里只有一格信号，打电话断断续续，请尽快恢复。",
        "request": "尽快恢复信号",
        "occurred_place": "郑州花园路",
    }


def creates() -> Iterator[Ask]:
    """Complaint after complaint of customers of their own, each with an Idempotency-Key."""
    number = uuid.uuid4().int % 90_000_000
    while True:
        number += 1
        headers = {**api(CLERK), "Idempotency-Key": uuid.uuid4().hex}
        yield Ask("POST", "/api/v1/tickets/", headers, complaint(number))
