"""Figures of the system page that other rooms add: each says what it found and whether a person must look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tickets.views.reader import Reader


@dataclass(frozen=True, slots=True)
class SystemFigure:
    title: str
    value: str
    note: str
    is_bad: bool


Asked = Callable[[Reader], SystemFigure]
_figures: list[Asked] = []


def register_figure(asked: Asked) -> None:
    """Called by an app's AppConfig.ready(); a second call with the same function changes nothing."""
    if asked not in _figures:
        _figures.append(asked)


def further_figures(reader: Reader) -> list[SystemFigure]:
    return [asked(reader) for asked in _figures]
