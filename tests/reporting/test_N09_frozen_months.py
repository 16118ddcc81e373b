"""Frozen months: kept with their definitions, corrected only with a reason (row N09)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from reporting.access import viewer_of
from reporting.frozen import figure_restate, lines_of, month_freeze
from reporting.models import FrozenMonth, Restatement
from tests.cast import Cast, cast
from tests.tickets.test_loop import complaint, on
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import Person

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)
DECEMBER = datetime(2026, 12, 2, 4, tzinfo=UTC)
SUBMIT: dict[str, Any] = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}


@pytest.fixture
def c() -> Cast:
    c = cast()
    complaint(c, on(24, 9)).do("front_desk", "submit", on(24, 9), **SUBMIT)
    return c


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def line(month: FrozenMonth, person: Person, indicator: str = "received") -> Any:
    return next(one for one in lines_of(month, viewer_of(person, DECEMBER)) if one.figure.indicator == indicator)


def test_N09_a_frozen_month_keeps_its_values_whatever_comes_later(c: Cast) -> None:
    month = month_freeze(NOVEMBER, actor=c.people["hq_supervisor"], at=DECEMBER)
    complaint(c, on(24, 10)).do("front_desk", "submit", on(24, 10), **SUBMIT)
    one = line(month, c.people["hq_supervisor"])
    assert (one.told["numerator"], one.live["numerator"], one.differs) == (1, 2, True)
    assert one.figure.version == one.indicator.version == 1


def test_N09_a_figure_is_restated_with_a_reason_and_the_old_value_stays(c: Cast) -> None:
    who = c.people["hq_supervisor"]
    month = month_freeze(NOVEMBER, actor=who, at=DECEMBER)
    figure = line(month, who).figure
    with pytest.raises(Refused):
        figure_restate(figure, reason="没有变化", actor=who, at=DECEMBER)
    complaint(c, on(24, 10)).do("front_desk", "submit", on(24, 10), **SUBMIT)
    with pytest.raises(Invalid):
        figure_restate(figure, reason="  ", actor=who, at=DECEMBER)
    figure_restate(figure, reason="补录一件", actor=who, at=DECEMBER)
    told = Restatement.objects.get()
    assert (told.old["numerator"], told.new["numerator"], told.reason) == (1, 2, "补录一件")
    one = line(month, who)
    assert (one.told["numerator"], one.differs, one.figure.numerator) == (2, False, 1)


def test_N09_a_month_is_frozen_once_when_it_is_over_by_who_sees_everything(c: Cast) -> None:
    who = c.people["hq_supervisor"]
    with pytest.raises(Refused):
        month_freeze(date(2026, 12, 1), actor=who, at=DECEMBER)
    with pytest.raises(Forbidden):
        month_freeze(NOVEMBER, actor=c.people["supervisor"], at=DECEMBER)
    month_freeze(NOVEMBER, actor=who, at=DECEMBER)
    with pytest.raises(Refused):
        month_freeze(NOVEMBER, actor=who, at=DECEMBER)


def test_N09_a_province_sees_its_own_frozen_figures_and_no_total(c: Cast) -> None:
    month = month_freeze(NOVEMBER, actor=c.people["hq_supervisor"], at=DECEMBER)
    seen = lines_of(month, viewer_of(c.people["supervisor"], DECEMBER))
    assert {one.figure.branch_id for one in seen} == {c.units["410000"].pk}
    assert lines_of(month, viewer_of(c.people["head"], DECEMBER)) == []


def test_N09_the_page_freezes_and_restates(c: Cast) -> None:
    with time_machine.travel(DECEMBER, tick=False):
        client = client_of(c.people["hq_supervisor"])
        client.post(reverse("frozen"), {"month": "2026-11"})
        month = FrozenMonth.objects.get()
        complaint(c, on(24, 10)).do("front_desk", "submit", on(24, 10), **SUBMIT)
        page = client.get(reverse("frozen-month", args=[month.pk]))
        figure = next(row["id"] for row in page.context["rows"] if row["differs"])
        assert client.post(reverse("frozen-month", args=[month.pk]), {"figure": figure}).status_code == 422
        client.post(reverse("frozen-month", args=[month.pk]), {"figure": figure, "reason": "补录"})
        assert "补录" in client.get(reverse("frozen-month", args=[month.pk])).content.decode()
        assert client.post(reverse("frozen"), {"month": "2026-13"}).status_code == 409
