"""Parts of the ticket page that belong to rooms above this one: escalation adds its alerts and is not imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tickets.models import Ticket
from tickets.views.reader import Reader


@dataclass
class Panel:
    """A tab of the ticket page. `lines` join the record of what happened (see partials/event_item.html)."""

    code: str
    label: str
    count: int
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    clock_notes: dict[int, str] = field(default_factory=dict)  # by the clock's id: 16:36 已预警
    ways: list[dict[str, str]] = field(default_factory=list)  # {label, url, icon}: where one may go on from this ticket


PanelMaker = Callable[[Reader, Ticket], Panel | None]  # None: nothing of that room on this ticket
_makers: list[PanelMaker] = []


def register_panel(maker: PanelMaker) -> None:
    """Called by an app's `ready`."""
    if maker not in _makers:
        _makers.append(maker)


def panels_of(reader: Reader, ticket: Ticket) -> list[Panel]:
    return [panel for make in _makers if (panel := make(reader, ticket)) is not None]
