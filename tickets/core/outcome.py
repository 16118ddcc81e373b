"""What a decision comes to: the ticket after it, and what else has to be written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .picture import Picture, StepView
from .tells import Told


@dataclass(slots=True)
class Decision:
    """The ticket after the action, and what else has to be written down."""

    before: Picture
    after: Picture
    event: str
    step: StepView | None
    data: dict[str, Any]
    private: dict[str, Any] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    rectify: dict[int, datetime | None] = field(default_factory=dict)  # by unit, until when
