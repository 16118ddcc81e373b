"""A regulator's case is written with the appeal, through every door, and its number is taken once (rows A02, N10)."""

from __future__ import annotations

from datetime import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from appeals.models import RegulatorCase
from tests.appeals.appeal import appeal, file_of, new_appeal
from tests.books import loaded
from tests.cast import Cast, cast
from tests.tickets.test_loop import on
from tests.walker import Api
from tickets.actions.people import token_create
from tickets.actions.register import ticket_register
from tickets.core.sentences import Invalid
from tickets.models import Ticket


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


@pytest.mark.clause("D3-4.1.2")
def test_A02_the_regulators_number_and_deadline_are_kept_with_the_appeal(c: Cast) -> None:
    due = "2026-11-27T17:30:00+08:00"
    case = appeal(c, regulator="工信部申诉受理中心", regulator_contact="刘处 010-1234", regulator_due=due)
    kept = RegulatorCase.objects.get(ticket=case.id)
    assert (kept.kind, kept.regulator, kept.number) == ("filed", "工信部申诉受理中心", "12300-2026-114032")
    assert (kept.contact, kept.due_at, kept.received_at) == ("刘处 010-1234", datetime.fromisoformat(due), on(24, 9))
    case.do("officer", "admit", on(24, 10), regulator_due="2026-11-26T17:30:00+08:00")
    kept.refresh_from_db()
    assert kept.due_at == datetime.fromisoformat("2026-11-26T17:30:00+08:00")
    assert kept.number == "12300-2026-114032", "what was not given stays"


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        ({}, True),
        ({"number": " １２３００-2026-114032 "}, True),  # full width, blanks
        ({"number": "12300-2026-114033"}, False),
        ({"origin": "consumer"}, False),
        ({"regulator": "省通信管理局"}, False),
        ({"number": "不详"}, False),
    ],
)
def test_A02_a_regulators_number_is_taken_once_and_the_refusal_names_the_ticket(
    c: Cast, other: dict[str, Any], refused: bool
) -> None:
    first = appeal(c)
    if not refused:
        assert appeal(c, **other).id != first.id
        return
    with pytest.raises(Invalid) as error:
        appeal(c, **other)
    assert first.last.ticket.number in error.value.errors["case_number"][0].zh
    assert Ticket.objects.count() == 1, "nothing half-written"


def test_A02_two_unnumbered_cases_stand_side_by_side(c: Cast) -> None:
    appeal(c, number="不详")
    appeal(c, number="不详")
    assert RegulatorCase.objects.count() == 2


def test_A02_the_refusal_names_no_ticket_that_the_officer_may_not_see(c: Cast) -> None:
    first = appeal(c, respondent_person="officer2")
    new = new_appeal(c, who="officer2", number="12300-2026-114032")
    with pytest.raises(Invalid) as error:
        ticket_register(new, version=loaded("unicom-appeal"), actor=c.people["officer2"], at=on(24, 9))
    assert first.last.ticket.number not in error.value.errors["case_number"][0].zh


def test_A02_the_number_of_another_organisation_is_its_own_matter(c: Cast) -> None:
    appeal(c)
    RegulatorCase.objects.all().update(organisation=c.prop)
    assert appeal(c).id


def test_A02_over_rest_a_taken_number_is_a_422_on_its_field(c: Cast) -> None:
    first = appeal(c)
    api = Api(token_create(person=c.people["officer"], at=on(24, 9)))
    body = {
        "rulebook": "unicom-appeal",
        "channel": "phone",
        "content": "再次申诉",
        "customer": {"name": "王某", "phone": "13800000000", "region": "410000"},
        "data": {"origin": "filed", "case_number": "12300-2026-114032", "original": file_of(c.people["officer"])},
    }
    answer = api.post("/tickets/", body)
    assert answer.status == 422
    assert first.last.ticket.number in answer.body["errors"]["case_number"][0]
    too_long = api.post("/tickets/", body | {"data": body["data"] | {"case_number": "1" * 201}})  # type: ignore[operator]
    assert (too_long.status, list(too_long.body["errors"])) == (422, ["case_number"])


@pytest.mark.django_db(transaction=True)
def test_A02_two_officers_who_register_the_same_number_at_once_make_one_appeal() -> None:
    c = cast()
    loaded("unicom-appeal")
    ready, outcomes = Barrier(2), []

    def register(who: str, new: Any) -> None:
        try:
            ready.wait(10)
            ticket_register(new, version=loaded("unicom-appeal"), actor=c.people[who], at=on(24, 9))
            outcomes.append("registered")
        except Invalid as error:
            outcomes.append(",".join(error.errors))
        finally:
            connection.close()

    two = [(who, new_appeal(c, who=who, number="12300-2026-1")) for who in ("officer", "officer2")]
    threads = [Thread(target=register, args=one) for one in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["case_number", "registered"]
    assert RegulatorCase.objects.count() == Ticket.objects.count() == 1
