"""Which records there are: rooms above the engine say what they keep beside a ticket (`[records]` of a rulebook).

A room calls `register_keeper` in its `ready`; `rulebook check` looks the words up here, `actions.records` the function.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Keeper:
    """`keep` gets a `tickets.actions.records.Kept`, in the transaction of the action; it may refuse the action."""

    name: str
    words: frozenset[str]
    keep: Callable[[Any], None]


_keepers: dict[str, Keeper] = {}
_followers: list[Callable[..., None]] = []


def register_keeper(name: str, words: Collection[str], keep: Callable[[Any], None]) -> None:
    _keepers[name] = Keeper(name, frozenset(words), keep)


def keeper_of(name: str) -> Keeper | None:
    """None where no room of this installation keeps such a record."""
    return _keepers.get(name)


def names() -> Collection[str]:
    return _keepers.keys()


def words_of(name: str) -> frozenset[str]:
    return _keepers[name].words


def register_follower(follow: Callable[..., None]) -> None:
    """`follow(ticket, decision, book=, world=, at=)` is called after every change of a ticket, in its transaction."""
    if follow not in _followers:
        _followers.append(follow)


def followers() -> Collection[Callable[..., None]]:
    return tuple(_followers)
