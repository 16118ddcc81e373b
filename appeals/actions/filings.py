"""报备, recorded with the action that files an appeal with an authority (row A05)."""

from __future__ import annotations

from datetime import datetime

from appeals.models import Filing
from tickets.actions.records import Kept

WORDS = ("sent_to", "receiver", "sent_on", "receipt")
LONGEST = 200


def filing_keep(kept: Kept) -> None:
    """Write one filing. Raises Invalid: nobody it was sent to, no date, a name too long."""
    given = kept.given
    sent_on = given.get("sent_on")
    if "sent_to" not in given:
        raise kept.wrong("sent_to", "填报备给谁", "Say with whom it was filed")
    if sent_on is None:
        raise kept.wrong("sent_on", "填报备日期", "Give the date of the filing")
    for word in ("sent_to", "receiver"):
        if len(str(given.get(word, ""))) > LONGEST:
            raise kept.wrong(word, f"最多 {LONGEST} 字", f"At most {LONGEST} characters")
    Filing.objects.create(
        ticket=kept.ticket,
        sent_to=given["sent_to"],
        receiver=given.get("receiver", ""),
        sent_at=datetime.fromisoformat(sent_on),
        receipt_id=given.get("receipt"),
        officer=kept.actor,
        recorded_at=kept.at,
    )
