"""Tickets driven by named people at named instants, with the watch coming by in between: for the tests by document."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from escalation.models import Alert
from escalation.watch import watch_batch
from tests.books import loaded
from tests.cast import Cast
from tests.tickets.test_loop import SHANGHAI, Case, on
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_read
from tickets.core.picture import ClockView, StepView
from tickets.models import Attachment, Clock, Message, Ticket

__all__ = [
    "Drive",
    "desk_case",
    "local",
    "on",
    "opened",
    "run_watch",
    "telecom",
    "to_callback",
    "to_handling",
    "upload",
]

TYPES = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}
REPLY: dict[str, Any] = {"reply_text": "已修复", "reply_way": "phone", "accepted": True, "outcome": "cured"}
MINOR = {"nature": "valid", "valid_ground": "harm", "harm": False, "promise_broken": False, "fault": False}


def local(at: datetime | None) -> datetime | None:
    return at.astimezone(SHANGHAI) if at else None


def run_watch(until: datetime) -> None:
    """The watch handles every moment at its own instant, as if it came by each second."""
    while True:
        first = Clock.objects.filter(next_at__lte=until).aggregate(first=Min("next_at"))["first"]
        if first is None:
            return
        assert watch_batch(at=first) > 0


def upload(c: Cast, who: str, name: str = "签字.pdf") -> str:
    """The id of a file that this person has uploaded."""
    person = c.people[who]
    row = Attachment.objects.create(
        organisation_id=person.organisation_id,
        name=name,
        content_type="application/pdf",
        size=3,
        sha256="0" * 64,
        file=f"00/{name}",
        uploaded_by=person,
        uploaded_at=on(24, 8),
    )
    return str(row.pk)


class Drive(Case):
    """A case with its clocks, alerts and messages at hand."""

    @property
    def now(self) -> Any:
        return ticket_read(self.id).picture

    @property
    def ticket(self) -> Ticket:
        return Ticket.objects.get(pk=self.id)

    def stage(self) -> tuple[str, str]:
        """Kind and unit of the main step as it stands in the database."""
        main = self.now.main
        return main.kind, self.code(main.unit)

    def code(self, unit: int | None) -> str:
        return next((code for code, row in self.c.units.items() if row.pk == unit), "")

    def clock(self, name: str) -> ClockView:
        found: ClockView = next(c for c in reversed(self.now.clocks) if c.name == name)
        return found

    def state(self, name: str, at: datetime) -> str:
        return self.clock(name).state(at)

    def sides(self, kind: str = "") -> list[StepView]:
        return [s for s in self.now.open_steps() if s.side and kind in ("", s.kind)]

    def aside(self, kind: str) -> int:
        found = self.sides(kind)[0].id
        assert found is not None
        return found

    def fact(self, name: str) -> Any:
        return self.now.facts.get(name)

    def alerts(self, clock: str = "") -> list[tuple[str, str, datetime]]:
        """(clock, moment, Shanghai time) in the order of their instants."""
        rows = Alert.objects.filter(ticket=self.id).order_by("instant", "id")
        kept = [row for row in rows if clock in ("", row.clock_name)]
        assert all(row.late_seconds == 0 for row in kept)
        return [(row.clock_name, row.moment, row.instant.astimezone(SHANGHAI)) for row in kept]

    def told(self, name: str, since: datetime | None = None) -> set[str]:
        """Who has that message: unit codes with the role (`410000-centre dispatcher`), user names, `customer`."""
        rows = Message.objects.filter(ticket=self.id, name=name).select_related("person")
        found = set()
        for row in rows.filter(created_at__gte=since) if since else rows:
            if row.to_customer:
                found.add("customer")
            elif row.way == "inbox":
                units = f"{self.code(row.unit_id)} {'/'.join(row.roles)}"
                found.add(row.person.username if row.person else units)
        return found

    def text(self, name: str) -> str:
        return Message.objects.filter(ticket=self.id, name=name).latest("id").text


# ── doc 3 §2 ─────────────────────────────────────────────────────────────────────────────────────────
def telecom(c: Cast, at: datetime, *, customer: dict[str, str] | None = None, **more: Any) -> Drive:
    """A broadband complaint taken at a hotline; `more` are further values of the form."""
    facts = {"channel": "hotline", "business_type": "fixed.broadband"}
    facts |= {name: more.pop(name) for name in ("channel", "grade", "business_type") if name in more}
    new = NewTicket(
        content="宽带连续断线三天，两次上门未修好",
        customer=NewCustomer(**{"name": "王某", "phone": "13800000000", "region": "410100", **(customer or {})}),
        facts=facts,
        respondent_person=more.pop("respondent_person", ""),
        respondent_unit=more.pop("respondent_unit", ""),
        data=more,
        received_by="410100-hall",
    )
    return Drive(c, ticket_register(new, version=loaded("unicom-complaint"), actor=c.people["front_desk"], at=at))


def to_handling(case: Drive, *, to: str = "410100-net", at: datetime | None = None, **submitted: Any) -> Drive:
    """Submitted at 10:00 and dispatched at 11:00 of the 24th (or both at `at`)."""
    case.do("front_desk", "submit", at or on(24, 10), **{**TYPES, **submitted})
    case.do("dispatcher", "dispatch", at or on(24, 11), to=to, reason="光路")
    return case


def to_callback(case: Drive, *, at: datetime | None = None, **reply: Any) -> Drive:
    """From the department's answer at 16:00 to the customer's at 17:00 of the 24th (or an hour after `at`)."""
    at = at or on(24, 16)
    case.do("head", "feedback", at, solution="已修复")
    case.do("dispatcher", "reply", at + timedelta(hours=1), **{**REPLY, **reply})
    return case


# ── doc 12 ───────────────────────────────────────────────────────────────────────────────────────────
def desk_case(c: Cast, at: datetime, **more: Any) -> Drive:
    """A complaint about the lift, told to the desk of the estate; nobody is named unless `more` does."""
    data = {"occurred_at": on(23, 20).isoformat(), "occurred_place": "3 号楼"}
    new = NewTicket(
        content="电梯连续三天停运，老人下不了楼",
        customer=NewCustomer(name="李某", phone="13700000000", address="3 号楼 1201"),
        facts={"channel": more.pop("channel", "phone")},
        respondent_unit=more.pop("respondent_unit", ""),
        respondent_person=more.pop("respondent_person", ""),
        data={**data, **more},
        received_by="PROP-site1-cs",
    )
    return Drive(c, ticket_register(new, version=loaded("property"), actor=c.people["receptionist"], at=at))


def opened(c: Cast, at: datetime, **more: Any) -> Drive:
    """A case opened with the department complained about: minor and valid unless `more` says otherwise."""
    named = {n: more.pop(n) for n in ("respondent_unit", "respondent_person", "channel", "wanted_by") if n in more}
    case = desk_case(c, at, **named)
    given = {"case_ground": "on_site", "contact": "李某", "address": "3 号楼 1201", "phone": "13700000000"}
    if "wanted_by" in named and more.get("term_accepted"):
        given["wanted_by"] = named["wanted_by"]
    case.do("receptionist", "open_case", at, **{**MINOR, **given, **more})
    return case
