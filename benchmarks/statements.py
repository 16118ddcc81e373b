"""How many SQL statements something costs, and the time they take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client

from .load import Ask, Failed

NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT")


class Statements:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - started
            if not sql.startswith(NOT_COUNTED):
                self.said.append(sql)

    @property
    def count(self) -> int:
        return len(self.said)


@contextmanager
def counted() -> Iterator[Statements]:
    found = Statements()
    with connection.execute_wrapper(found):
        yield found


def of(ask: Ask, *, warm: Ask | None = None) -> Statements:
    """The statements of a request, asked in this process, after one like it has filled what a process keeps."""
    for one in (warm or ask, ask):
        with counted() as found:
            _ask(one)
    return found


def _ask(ask: Ask) -> None:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in ask.headers.items()}
    client = Client(raise_request_exception=False)
    if ask.method == "POST":
        answer = client.post(ask.path, ask.body, content_type="application/json", **headers)
    else:
        answer = client.get(ask.path, **headers)
    if answer.status_code >= 300:
        raise Failed(f"{answer.status_code} for {ask.method} {ask.path}: {answer.content[:500]!r}")
