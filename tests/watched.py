"""Random histories with the watch coming by in their pauses, at the instant of every moment."""

from __future__ import annotations

import random
from datetime import datetime

from django.db.models import Min

from escalation.watch import watch_batch
from tests.cast import Cast
from tests.reporting.histories import History
from tickets.models import Clock, Ticket


class Watched(History):
    """Nothing else may be running: what earlier histories left behind is silenced."""

    def __init__(self, c: Cast, dice: random.Random) -> None:
        Clock.objects.update(next_at=None)
        super().__init__(c, dice)
        self.looked_at = self.at

    def _act(self) -> bool:
        self.watch()
        return super()._act()

    def watch(self) -> None:
        while True:
            first = Clock.objects.filter(next_at__lte=self.at).aggregate(first=Min("next_at"))["first"]
            if first is None:
                break
            watch_batch(at=max(first, self.looked_at))
        self.looked_at = self.at


def drive_watched(c: Cast, seed: int, *, until: datetime | None = None) -> tuple[Ticket | None, datetime]:
    """A ticket, and until when the watch has looked after it."""
    dice = random.Random(seed)
    history = Watched(c, dice)
    history.go_on(dice.choice((2, 5, 9, 14, 20)))
    history.at = max(history.at, until) if until else history.at
    history.watch()
    return history.outcome.ticket if history.outcome else None, history.at
