"""The earlier complaint that proves "properly handled before": nothing is kept, an appeal without it is refused.

Ruling PRIOR (row A04, doc 3 §4.6.2): it was answered within its limit, and before the appeal came in. The rulebook says
of which findings this is asked, and in which field the complaint stands.
"""

from __future__ import annotations

from tickets.actions.records import Kept
from tickets.models import Ticket

WORDS = ("complaint",)


def earlier_require(kept: Kept) -> None:
    """Raises Invalid, on the field that names the complaint, where it proves nothing."""
    number = str(kept.values.get("complaint", ""))
    earlier = Ticket.objects.filter(linked_from__ticket=kept.ticket, number=number).first()
    if earlier is None:
        raise kept.wrong("complaint", "先关联原投诉工单", "Link the earlier complaint first")
    if earlier.settled_at is None:
        zh, en = f"原投诉 {number} 没有答复客户，不能认定先期处理得当", f"Complaint {number} was never answered"
        raise kept.wrong("complaint", zh, en)
    if earlier.settled_at >= kept.ticket.received_at:
        zh, en = f"原投诉 {number} 在收到申诉之后才答复", f"Complaint {number} was answered after the appeal came in"
        raise kept.wrong("complaint", zh, en)
    if not _in_time(earlier):
        zh, en = f"原投诉 {number} 没有在规定时限内答复", f"Complaint {number} was not answered within its limit"
        raise kept.wrong("complaint", zh, en)


def _in_time(earlier: Ticket) -> bool:
    """By its promise; a ticket that came without one has the verdict of its source, or no proof."""
    assert earlier.settled_at is not None  # noqa: S101  asked above
    if earlier.promised_at is None:
        return bool(earlier.verdict)
    return earlier.settled_at <= earlier.promised_at
