"""An appeal of the cast, brought to whatever stage a test needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile

from tests.books import loaded
from tests.cast import Cast
from tests.tickets.test_loop import Case, on
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.models import Attachment, Person

WRITTEN = {"facts": "已核查", "cause": "未告知资费", "proposed_finding": "company", "measures": "培训营业员"}
FAULT = {
    "finding": "company",
    "ground_company": "service",
    "responsible_unit": "410000-service",
    "responsibility": "服务不达标",
    "cause": "未告知资费",
    "fault_step": "handling",
}


def file_of(person: Person, name: str = "原件.txt") -> str:
    kept = Attachment(
        organisation_id=person.organisation_id,
        name=name,
        content_type="text/plain",
        size=6,
        sha256="0" * 64,
        uploaded_by=person,
        uploaded_at=on(24, 9),
    )
    kept.file.save(name, ContentFile("原件".encode()), save=False)
    kept.save()
    return str(kept.pk)


def new_appeal(c: Cast, *, who: str = "officer", origin: str = "filed", number: str = "", **more: Any) -> NewTicket:
    data = {"origin": origin, "original": file_of(c.people[who])} | ({"case_number": number} if number else {})
    known = {"respondent_person", "subject"}
    return NewTicket(
        content="携号转网被拒，理由前后不一",
        customer=NewCustomer(name="王某", phone="13800000000", region="410000"),
        facts={"channel": "phone"},
        data=data | {name: value for name, value in more.items() if name not in known},
        **{name: value for name, value in more.items() if name in known},
    )


def appeal(c: Cast, at: datetime | None = None, **more: Any) -> Case:
    """Registered by the officer, with a case number unless it is a direct appeal."""
    at = at or on(24, 9)
    if more.get("origin") != "direct":
        more.setdefault("number", "12300-2026-114032")
    new = new_appeal(c, **more)
    return Case(c, ticket_register(new, version=loaded("unicom-appeal"), actor=c.people["officer"], at=at))


def dispatched(c: Cast, at: datetime | None = None, *, to: str = "410000-service", **more: Any) -> Case:
    at = at or on(24, 9)
    case = appeal(c, at, **more)
    case.do("officer", "admit", at)
    case.do("officer", "dispatch", at, nature="charges", to=to)
    return case


def reported(c: Cast, at: datetime | None = None, *, report_at: datetime | None = None, **more: Any) -> Case:
    """The branch has handled it, answered the customer and handed its report in."""
    at = at or on(24, 9)
    case = dispatched(c, at, **more)
    report_at = report_at or at + timedelta(hours=2)
    case.do("branch_head", "dispatch_inside", report_at, to="410000-net", reason="核查")
    case.do("province_net_head", "feedback", report_at, findings="属实", solution="退费")
    case.do("branch_head", "reply", report_at, reply_text="已退费并致歉", reply_way="phone", accepted=True, **WRITTEN)
    paper = file_of(c.people["branch_head"], "分公司报告.txt")
    case.do("branch_head", "branch_report", report_at, branch_report_file=paper)
    return case


def called_back(c: Cast, at: datetime | None = None, **more: Any) -> Case:
    """Reported to the regulator, the customer called back: it waits for its conclusion."""
    at = at or on(24, 9)
    case = reported(c, at, **more)
    later = at + timedelta(hours=3)
    case.do("officer", "accept_report", later, review_basis="电信条例")
    case.do("officer", "report", later, regulator_report=file_of(c.people["officer"], "处理报告.txt"))
    case.do("hq_caller", "callback", later, reached=True, satisfaction="satisfied")
    case.do("hq_caller", "callback_done", later)
    return case


def concluded(c: Cast, at: datetime | None = None, **fault: Any) -> Case:
    """Called back and concluded: it waits to be archived."""
    at = at or on(24, 9)
    more = {name: fault.pop(name) for name in ("number", "origin") if name in fault}
    case = called_back(c, at, **more)
    case.do("officer", "conclude", at + timedelta(hours=3), **(FAULT | fault))
    return case
