"""The complaint loop of doc 3 §2, through the one door, with its clocks (language page §11.11)."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.books import loaded
from tests.cast import Cast, cast
from tickets.actions.outcome import Outcome
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_act, ticket_read
from tickets.core.sentences import Forbidden, Invalid, Refused

SHANGHAI = timezone(timedelta(hours=8))


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


class Case:
    """One ticket and the people who work on it."""

    def __init__(self, c: Cast, outcome: Outcome) -> None:
        self.c, self.id, self.last = c, outcome.ticket.pk, outcome

    def do(self, who: str, action: str, at: datetime, step: int | None = None, **given: Any) -> Outcome:
        self.last = ticket_act(
            ticket_id=self.id, action=action, given=given, actor=self.c.people[who], at=at, step_id=step
        )
        return self.last

    def side(self, unit: str) -> int:
        found = next(s for s in self.last.picture.open_steps() if s.side and s.unit == self.c.units[unit].pk)
        assert found.id is not None
        return found.id

    def due(self, name: str) -> datetime | None:
        clock = next(c for c in reversed(ticket_read(self.id).picture.clocks) if c.name == name)
        return clock.due_at.astimezone(SHANGHAI) if clock.due_at else None

    def main(self) -> tuple[str, str]:
        main = self.last.picture.main
        assert main is not None
        return main.kind, next(code for code, unit in self.c.units.items() if unit.pk == main.unit)


def complaint(c: Cast, at: datetime, **more: Any) -> Case:
    new = NewTicket(
        content="宽带连续断线三天，两次上门未修好",
        customer=NewCustomer(name="王某", phone="13800000000", region="410100"),
        facts={"channel": "hotline", "grade": "provincial", "business_type": "fixed.broadband"} | more,
        received_by="410100-hall",
    )
    return Case(c, ticket_register(new, version=loaded("unicom-complaint"), actor=c.people["front_desk"], at=at))


@pytest.mark.clause("D16-1-e")
@pytest.mark.django_db
def test_C12_an_answer_finds_its_way_back_through_every_forwarding() -> None:
    c = cast()
    case = complaint(c, on(24, 9))
    assert case.main() == ("intake", "410100-hall")
    case.do("front_desk", "submit", on(24, 10), business_type="fixed.broadband", complaint_type="quality_within_net")
    assert case.main() == ("review", "410000-centre")
    case.do("dispatcher", "dispatch", on(24, 11), to="410100-net", reason="光路")
    assert case.main() == ("handling", "410100-net")
    assert case.due("handling") == on(26, 4)
    case.do("head", "forward", on(24, 12), to="410100-billing", reason="计费")
    assert case.due("handling") == on(26, 3)
    case.do("billing_head", "assist", on(24, 14), to=["410100-line", "410100-estate"], reason="查线路")
    with pytest.raises(Refused) as waiting:
        case.do("billing_head", "feedback", on(24, 14, 5), solution="x")
    assert waiting.value.code == "waiting"
    case.do("line_head", "feedback", on(24, 15), solution="线路正常")
    case.do("estate_head", "feedback", on(24, 15), solution="弱电井已开")
    case.do("billing_head", "feedback", on(24, 16), solution="已退费")
    assert case.main() == ("feedback", "410100-net")
    assert case.due("feedback") == on(26, 4), "the department goes on under its own clock"
    case.do("head", "feedback", on(24, 16, 30), solution="已修复")
    assert case.main() == ("reply", "410000-centre")
    assert case.due("reply") == on(24, 18, 30)
    case.do("dispatcher", "reply", on(24, 17), reply_text="已修复", reply_way="phone", accepted=True, outcome="cured")
    assert case.last.ticket.settled_at == on(24, 17)
    assert case.main() == ("callback", "410000-centre")


@pytest.mark.django_db
def test_S01_an_action_costs_at_most_eight_statements() -> None:
    c = cast()
    case = complaint(c, on(24, 9))
    for who, action, given in (
        ("front_desk", "submit", {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}),
        ("dispatcher", "dispatch", {"to": "410100-net", "reason": "光路"}),
        ("head", "sign", {}),
        ("head", "feedback", {"solution": "已修复"}),
    ):
        with CaptureQueriesContext(connection) as said:
            case.do(who, action, on(24, 10), **given)
        statements = [q["sql"] for q in said if "SAVEPOINT" not in q["sql"]]
        assert len(statements) <= 8, "\n".join(statements)


@pytest.mark.django_db
def test_C09_the_wrong_person_and_the_wrong_moment_are_refused_in_words() -> None:
    c = cast()
    case = complaint(c, on(24, 9))
    with pytest.raises(Forbidden):
        case.do("dispatcher", "submit", on(24, 10))
    with pytest.raises(Refused) as refused:
        case.do("dispatcher", "dispatch", on(24, 10))
    assert refused.value.code == "not_from"
    assert "受理" in refused.value.sentence.zh
    with pytest.raises(Invalid) as invalid:
        case.do("front_desk", "submit", on(24, 10), business_type="no such thing")
    assert set(invalid.value.errors) == {"business_type", "complaint_type"}
