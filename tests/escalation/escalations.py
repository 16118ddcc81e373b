"""Escalations of the cast, brought to whatever stage a test needs (doc 3 §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.books import loaded
from tests.cast import Cast
from tests.tickets.drives import Drive, on
from tickets.actions.register import NewCustomer, NewTicket, ticket_register

ANSWER: dict[str, Any] = {"result": "cured", "reply_text": "已修复", "reply_way": "phone", "measures": "更换设备并巡检"}
CALLED: dict[str, Any] = {"reached": True, "satisfaction": "satisfied", "solved": True}


def escalation(c: Cast, at: datetime | None = None, *, business: str = "mobile.gsm", **more: Any) -> Drive:
    """Taken in by the group's hotline on the 24th at 09:00."""
    new = NewTicket(
        content="手机连续三天无信号，省里两次答复不一",
        customer=NewCustomer(name="王某", phone="13800000000", region="410100"),
        facts={"channel": "hotline", "business_type": business},
        data=more,
        received_by="HQ-hotline",
    )
    version, who = loaded("unicom-escalation"), c.people["hq_front_desk"]
    return Drive(c, ticket_register(new, version=version, actor=who, at=at or on(24, 9)))


def in_province(c: Cast, *, business: str = "mobile.gsm", **more: Any) -> Drive:
    """Dispatched to the province on the 24th at 10:00."""
    case = escalation(c, business=business, **more)
    case.do("hq_front_desk", "submit", on(24, 9, 30), business_type=business, complaint_type="network_quality")
    case.do("hq_dispatcher", "dispatch", on(24, 10))
    return case


def in_handling(c: Cast, **more: Any) -> Drive:
    case = in_province(c, **more)
    case.do("dispatcher", "dispatch_inside", on(24, 11))
    return case


def answered(c: Cast, **more: Any) -> Drive:
    """The province's answer is at HQ on the 24th at 16:00."""
    case = in_handling(c, **more)
    case.do("head", "feedback", on(24, 15), solution="已修复")
    case.do("dispatcher", "answer_hq", on(24, 16), **ANSWER)
    return case
