"""A request that is sent again gets its first answer: kept in the change's own transaction (rule 9)."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from django.db.models import Value

from complaints_site.lib.inserts import insert
from complaints_site.lib.prepared import Given, PreparedObjects

from ..core.sentences import Invalid
from ..models import IdempotencyKey, Person, Ticket
from .outcome import Outcome


@dataclass(slots=True)
class Idempotency:
    """A client's key, and how the first answer is made."""

    key: str
    body_sha256: str
    answer: Callable[[Outcome], dict[str, Any]]


class Repeated(Exception):
    """This request was answered before."""

    def __init__(self, ticket: Ticket | None, answer: dict[str, Any] | None) -> None:
        super().__init__("repeated")
        self.ticket, self.answer = ticket, answer


def refuse_repeated(idempotency: Idempotency | None, actor: Person) -> None:
    """Raises Repeated with the first answer, or Invalid where the key was used for another body."""
    if idempotency is None:
        return
    known = _known().first(person=actor.pk, key=idempotency.key)
    if known is None:
        return
    if known.body_sha256 != idempotency.body_sha256:
        errors = Invalid()
        errors.add(
            "Idempotency-Key",
            "这个键已用于另一件内容不同的请求",
            "This key was used for a request with another body",
        )
        raise errors
    raise Repeated(known.ticket, _unpacked(known.answer))


@cache
def _known() -> PreparedObjects[IdempotencyKey]:
    return PreparedObjects(IdempotencyKey.objects.filter(person=Value(Given("person")), key=Given("key")))


def keep_answer(idempotency: Idempotency | None, outcome: Outcome, actor: Person, at: datetime) -> None:
    if idempotency is None:
        return
    kept = IdempotencyKey(
        person=actor,
        key=idempotency.key,
        body_sha256=idempotency.body_sha256,
        ticket=outcome.ticket,
        answer=_packed(idempotency.answer(outcome)),
        created_at=at,
    )
    insert([kept])


def _packed(answer: dict[str, Any]) -> bytes:
    return zlib.compress(orjson.dumps(answer), level=1)


def _unpacked(kept: bytes | memoryview | None) -> dict[str, Any] | None:
    return orjson.loads(zlib.decompress(kept)) if kept is not None else None
