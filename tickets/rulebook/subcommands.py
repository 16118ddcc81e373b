"""Further words of `manage.py rulebook` about a file, from rooms above the engine: `simulate` looks at indicators.

A room calls `register_subcommand` in its `ready`.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .source import Flat


@dataclass(frozen=True, slots=True)
class Subcommand:
    """`run` gets the flattened file, the options and what writes a line. It raises RulebookErrors and CommandError."""

    name: str
    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Flat, Mapping[str, Any], Callable[[str], object]], None]


_subcommands: dict[str, Subcommand] = {}


def register_subcommand(subcommand: Subcommand) -> None:
    _subcommands[subcommand.name] = subcommand


def subcommands() -> Mapping[str, Subcommand]:
    return _subcommands
