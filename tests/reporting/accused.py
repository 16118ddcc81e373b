"""Tickets that end in a finding about somebody, for the tests of accountability."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reporting.models import Charge
from tests.books import loaded
from tests.cast import Cast, cast, duty, person
from tests.tickets.drives import Drive, on, upload
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_read
from tickets.models import Person

PLACE = "PROP-site1-engineering"
SAID = {"final_result": "书面道歉", "summary": "两次处理", "evaluation": "首次不到位", "advice": "参加培训"}


@dataclass
class Company:
    """A company whose HR is `manager`, whose department head is `engineering_head`, and `fitter` who works there."""

    c: Cast
    fitter: Person

    def concluded(self, *, about: str = "fitter", conduct: str = "attitude") -> Charge:
        """The charge that the conclusion of a verified complaint about somebody makes the system propose."""
        case = verified(self.c, about)
        case.do("manager", "conclude", on(27, 10), **SAID, conduct=conduct)
        return Charge.objects.get(ticket=case.id)


def company() -> Company:
    c = cast()
    duty(c.people["manager"], "hr", c.units["PROP-site1-cs"])
    fitter = person("fitter", home=c.units[PLACE], name="维修工", roles="clerk")
    c.people["fitter"] = fitter
    return Company(c, fitter)


def verified(c: Cast, about: str) -> Drive:
    new = NewTicket(
        content="师傅态度恶劣",
        customer=NewCustomer(name="王某", phone="13800000000"),
        facts={"channel": "phone"},
        respondent_unit=PLACE,
        respondent_person=about,
        data={"request": "道歉", "topic": "attitude"},
        received_by="PROP-site1-cs",
    )
    made = ticket_register(new, version=loaded("company-service"), actor=c.people["manager"], at=on(24, 9))
    case = Drive(c, made)
    head = "engineering_head2" if about == "engineering_head" else "engineering_head"
    judged = {"grounds_sufficient": True, "request_reasonable": True, "complaint_level": "serious"}
    case.do("manager", "dispatch", on(24, 10), **judged)
    case.do(head, "investigate", on(24, 14), findings="属实", responsible=about, upheld=True)
    form = upload(c, head)
    case.do(head, "feedback", on(24, 15), solution="培训", reply_text="已处理，向您致歉", record_form=form)
    case.do("manager", "callback", on(26, 9), reached=True, satisfaction="satisfied")
    case.do("manager", "summarise", on(26, 9, 30))
    return case


def driven(c: Cast, charge: Charge) -> Drive:
    """The ticket behind a charge, to go on with it."""
    assert charge.ticket_id is not None
    return Drive(c, ticket_read(charge.ticket_id))


# ── a bank ───────────────────────────────────────────────────────────────────────────────────────────
def bank() -> Company:
    """Complaints come to `manager`; `general_manager` and, with all units below, `general_manager2` lead it."""
    c = cast()
    for who, role, unit in (
        ("manager", "officer", "PROP-site1-cs"),
        ("general_manager", "leader", "PROP"),
        ("general_manager2", "leader", "PROP"),
    ):
        duty(c.people[who], role, c.units[unit], subtree=who == "general_manager2")
    return Company(c, person("fitter", home=c.units[PLACE], name="柜员"))


def opinion(house: Company, at: datetime) -> Drive:
    """A customer's opinion, received and not yet looked at."""
    new = NewTicket(
        content="柜台太慢",
        customer=NewCustomer(name="王某", phone="13800000000"),
        facts={"channel": "phone"},
        respondent_unit=PLACE,
        data={"matter": "complaint"},
        received_by="PROP-site1-cs",
    )
    return Drive(house.c, ticket_register(new, version=loaded("bank-rules"), actor=house.c.people["manager"], at=at))


def bank_of_late_work(at: datetime) -> Company:
    """A bank that left an opinion lying since then."""
    house = bank()
    opinion(house, at)
    return house
