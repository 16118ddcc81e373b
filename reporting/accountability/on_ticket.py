"""A measure decided by an action of the ticket, where the rulebook has one (`[records.penalty]`, `[records.waiver]`).

What such an action leaves open (a range of which no amount was chosen) is said in its text.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reporting.models import Charge
from tickets.actions.records import Kept
from tickets.core.sentences import Forbidden
from tickets.models import Message

from .decide import FINDING, PARTY, PENALTY
from .due import barred_of, told_concerned

WAIVER = "waiver"
WORDS = ("text", "fine", "loss", "loss_ground")
WAIVER_WORDS = ("text",)


def penalty_keep(kept: Kept) -> None:
    """Apply what is proposed on the ticket. Raises Forbidden (a party) or Invalid (no amount of the range)."""
    for charge in _open_ones(kept):
        fine = _fine(charge, kept)
        loss = kept.given.get("loss")
        _decide(
            charge,
            kept,
            state=Charge.State.APPLIED,
            fine=fine,
            points_given=charge.points,
            loss=None if loss is None else Decimal(str(loss)),
            loss_ground=str(kept.given.get("loss_ground", "")),
        )


def waiver_keep(kept: Kept) -> None:
    for charge in _open_ones(kept):
        _decide(charge, kept, state=Charge.State.WAIVED)


def _open_ones(kept: Kept) -> list[Charge]:
    named = [name for name, one in kept.book.penalties.items() if one.on == FINDING and not one.is_per_day]
    open_ones = Charge.objects.filter(ticket=kept.ticket, state=Charge.State.PROPOSED, penalty__in=named)
    rows = list(open_ones.select_related("ticket"))
    if kept.actor is not None and any(kept.actor.pk in barred_of(charge) for charge in rows):
        raise Forbidden(PARTY)
    return rows


def _fine(charge: Charge, kept: Kept) -> Decimal | None:
    given = kept.given.get("fine")
    least, most = charge.fine_least, charge.fine_most
    if given is None or least is None or most is None:
        return least if least == most else None
    fine = Decimal(str(given))
    if not least <= fine <= most:
        raise kept.wrong("fine", f"金额在 {least:g} 到 {most:g} 元之间", f"An amount from {least:g} to {most:g} yuan")
    return fine


def _decide(charge: Charge, kept: Kept, **put: Any) -> None:
    put |= {"reason": str(kept.given.get("text", "")), "decided_by": kept.actor, "decided_at": kept.at, "due_at": None}
    for name, value in {**put, "version": charge.version + 1}.items():
        setattr(charge, name, value)
    charge.save(update_fields=[*put, "version"])
    Message.objects.bulk_create(told_concerned(charge, kept.at))


__all__ = ["PENALTY", "WAIVER", "WAIVER_WORDS", "WORDS", "penalty_keep", "waiver_keep"]
