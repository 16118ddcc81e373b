"""Authority on the spot: whose level is needed, and every use listed, counted and sampled (row C21, doc 3 §2.5.5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from reporting.authority import grant_review, grants, grants_by_person
from tests.cast import Cast, cast
from tests.reporting.test_K05_hot_issues import client_of
from tests.tickets.drives import Drive, on, telecom
from tickets.core.sentences import Forbidden, Invalid

NOVEMBER = date(2026, 11, 1)
BILLED = {"grant_kind": "billing_error", "reason": "话单有误"}


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def granted(c: Cast, amount: int) -> Drive:
    case = telecom(c, on(24, 9))
    case.do("front_desk", "grant", on(24, 9, 5), **BILLED, amount=amount)
    return case


def test_C21_above_the_level_it_says_whose_level_is_needed(c: Cast) -> None:
    case = telecom(c, on(24, 9))
    for amount, said in ((150, "投诉处理中心"), (900, "超过各级")):
        with pytest.raises(Invalid) as invalid:
            case.do("front_desk", "grant", on(24, 9, 5), **BILLED, amount=amount)
        assert said in invalid.value.errors["amount"][0].zh
        assert "50" in invalid.value.errors["amount"][0].zh, "and what they may grant themselves"


def test_C21_every_use_is_listed_and_counted_and_somebody_else_judges_the_sampled_ones(c: Cast) -> None:
    for amount in (20, 50, 30):
        granted(c, amount)
    supervisor = c.people["supervisor"]
    found = grants(supervisor, on(25, 9), NOVEMBER)
    assert [one.amount for one in found] == [30, 50, 20]
    drawn = [one for one in found if one.sampled]
    assert len(drawn) == 1, "a tenth of three, at least one of each person"
    assert [one.event for one in grants(supervisor, on(26, 9), NOVEMBER) if one.sampled] == [drawn[0].event]
    with pytest.raises(Forbidden):
        grant_review(event_id=drawn[0].event.pk, proper=True, note="", actor=c.people["front_desk"], at=on(25, 9))
    with pytest.raises(Invalid):
        grant_review(event_id=drawn[0].event.pk, proper=False, note="", actor=supervisor, at=on(25, 9))
    grant_review(event_id=drawn[0].event.pk, proper=False, note="无话单", actor=supervisor, at=on(25, 9))
    [row] = grants_by_person(grants(supervisor, on(25, 10), NOVEMBER))
    assert row == {
        "person_id": c.people["front_desk"].pk, "count": 3, "sum": Decimal(100), "most": Decimal(50), "reviewed": 1,
        "improper": 1,
    }  # fmt: skip
    assert grants(c.people["js_dispatcher"], on(25, 9), NOVEMBER) == []
    with time_machine.travel(on(25, 11), tick=False):
        page = client_of(c, "supervisor").get(reverse("grants"), {"month": "2026-11"}).content.decode()
    assert "无话单" in page
    assert "受理员" in page
