"""Where letters lie: a Maildir, an IMAP box. A letter that was taken is marked; one that wasn't is offered again."""

from __future__ import annotations

import imaplib
import mailbox
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from complaints_site.lib.trust import trusted

SECONDS = 30
HANDLED = "Handled"
Offered = tuple[bytes, Callable[[], None]]  # the letter, and what to do once it is taken


def maildir(path: str) -> Iterator[Offered]:
    """Letters of a Maildir, oldest first; those that are taken move to its folder `Handled`."""
    box = mailbox.Maildir(path, create=False)
    handled = box.add_folder(HANDLED)
    for key in sorted(box.keys()):
        raw = box.get_bytes(key)

        def done(key: str = key, raw: bytes = raw) -> None:
            handled.add(raw)
            box.discard(key)

        yield raw, done


def imap(host: str, *, port: int, user: str, password: str, folder: str, tls: bool) -> Iterator[Offered]:
    """Unread letters of a folder; those that are taken are marked as read, nothing is deleted."""
    with _connected(host, port, tls) as box:
        box.login(user, password)
        _require(box.select(folder))
        found = _require(box.uid("search", "UNSEEN"))
        for uid in (found[0] or b"").split():
            number = uid.decode()
            parts = _require(box.uid("fetch", number, "(BODY.PEEK[])"))
            raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            if isinstance(raw, bytes) and raw:
                yield raw, partial(_mark, box, number)


@contextmanager
def _connected(host: str, port: int, tls: bool) -> Iterator[imaplib.IMAP4]:
    # Without a context of ours it would take any certificate.
    box = (
        imaplib.IMAP4_SSL(host, port, ssl_context=trusted(), timeout=SECONDS)
        if tls
        else imaplib.IMAP4(host, port, timeout=SECONDS)
    )
    try:
        yield box
    finally:
        box.logout()


def _mark(box: imaplib.IMAP4, number: str) -> None:
    _require(box.uid("store", number, "+FLAGS", r"(\Seen)"))


def _require(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the mail server answered {status}")
    return data
