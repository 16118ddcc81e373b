"""A desk for tests of pages: the cast, a few tickets, and a browser for each person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.books import loaded
from tests.cast import Cast, cast
from tickets.actions.outcome import Outcome
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_act
from tickets.models import Step, Ticket


class Desk:
    """Everything happens around now, since pages read the clock themselves."""

    def __init__(self) -> None:
        self.c: Cast = cast()
        self.now: datetime = timezone.now()

    def ago(self, **time: float) -> datetime:
        return self.now - timedelta(**time)

    def client(self, who: str, **headers: Any) -> Client:
        client = Client(headers={"accept-language": "zh-CN", **headers})
        client.force_login(self.c.people[who])
        return client

    def complaint(
        self, at: datetime | None = None, content: str = "宽带连续断线三天", level: str = "", **more: Any
    ) -> Ticket:
        """Registered at the hall in Zhengzhou."""
        new = NewTicket(
            content=content,
            customer=NewCustomer(
                name="王小明", phone="13800006621", region="410100", address="郑州市金水区花园路 1 号", level=level
            ),
            facts={"channel": "hotline", "grade": "provincial", "business_type": "fixed.broadband"} | more,
            received_by="410100-hall",
            received_at=at,
        )
        version = loaded("unicom-complaint")
        return ticket_register(new, version=version, actor=self.c.people["front_desk"], at=at or self.now).ticket

    def do(self, ticket: Ticket, who: str, action: str, at: datetime | None = None, **given: Any) -> Outcome:
        actor = self.c.people[who]
        return ticket_act(ticket_id=ticket.pk, action=action, given=given, actor=actor, at=at or self.now)

    def dispatched(self, at: datetime | None = None, to: str = "410100-net", **more: Any) -> Ticket:
        """A complaint that a department in Zhengzhou handles."""
        at = at or self.ago(minutes=30)
        ticket = self.complaint(at, **more)
        self.do(
            ticket, "front_desk", "submit", at, business_type="fixed.broadband", complaint_type="quality_within_net"
        )
        self.do(ticket, "dispatcher", "dispatch", at, to=to, reason="光路问题")
        return ticket

    def step(self, ticket: Ticket, **which: Any) -> Step:
        return Step.objects.filter(ticket=ticket, closed_at=None, **which).get()
