"""What happens to a demo ticket. A story yields how many minutes pass before it goes on; where the time is up, the
ticket stays as it is. So the same stories leave tickets in every state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tickets.actions.register import NewCustomer, NewTicket
from tickets.demo import texts
from tickets.demo.desk import Desk
from tickets.demo.texts import Matter, Trouble

HOUR = 60
DAY = 24 * HOUR
Course = Iterator[float]
CITIES = ("410100", "410100", "410100", "410300", "320100", "320500")
WRITTEN = {"web": "email", "letter": "phone", "sms": "phone"}


@dataclass
class Tale:
    """One ticket while it is told: who does something now, and at what time."""

    desk: Desk
    random: Random
    at: datetime
    ticket: int = 0

    def act(self, action: str, **given: Any) -> None:
        self.desk.act(self.ticket, action, at=self.at, **given)

    def wait(self, least: float, most: float) -> float:
        return self.random.uniform(least, most)

    def later(self, hours: float) -> str:
        return (self.at + timedelta(hours=hours)).isoformat()

    def customer(self, region: str = "") -> NewCustomer:
        name = self.random.choice(texts.SURNAMES) + self.random.choice(texts.GIVEN)
        return NewCustomer(name=name, phone=f"1990000{self.random.randrange(10_000):04}", region=region)


# ── the telecom loop ─────────────────────────────────────────────────────────────────────────────────
def taken_in(tale: Tale, *, level: str = "ordinary", matter: Matter | None = None, **facts: Any) -> Course:
    """A complaint comes in and is filled in; `matter` fixes what it is about."""
    city = tale.random.choice(CITIES)
    tale.matter = matter or tale.random.choice(texts.TELECOM)  # type: ignore[attr-defined]
    channel = tale.random.choices(["hotline", "hall", "web", "letter", "sms"], [10, 4, 3, 1, 1])[0]
    customer = tale.customer(city)
    customer.level, customer.brand = level, "3g" if "wcdma" in tale.matter.business_type else "2g"  # type: ignore[attr-defined]
    tale.channel, tale.words = channel, _words(tale, city)  # type: ignore[attr-defined]
    new = NewTicket(
        content=tale.words(tale.matter.content),  # type: ignore[attr-defined]
        subject=tale.words(tale.matter.subject),  # type: ignore[attr-defined]
        customer=customer,
        facts={
            "channel": channel,
            "business_type": tale.matter.business_type,  # type: ignore[attr-defined]
            "complaint_type": tale.matter.complaint_type,  # type: ignore[attr-defined]
            "request": tale.words(tale.matter.request),  # type: ignore[attr-defined]
            **facts,
        },
        received_by=f"{city}-hall" if channel == "hall" else f"{city[:2]}0000-hotline",
    )
    tale.ticket = tale.desk.register("unicom-complaint", new, at=tale.at)
    yield tale.wait(4, 45)
