"""Own closures, own working days, and a year's calendar on its publication (row R04)."""

from datetime import UTC, date, datetime

import pytest

from complaints_site.lib.errors import Invalid
from tests.cast import NOON, Cast, cast
from tickets.actions.organisation import day_remove, day_set, year_publish
from tickets.calendars import Calendar
from tickets.limits import Limit, reckon
from tickets.models import CalendarYear
from tickets.organisations import world_of

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 11, 25)
SPRING_2031 = date(2031, 1, 23)  # a Thursday of a year whose calendar nobody has published


@pytest.fixture
def c() -> Cast:
    return cast()


def calendar(c: Cast) -> Calendar:
    return world_of(c.hq.pk).calendar


def test_R04_an_own_closure_moves_a_deadline_and_can_be_taken_back(c: Cast) -> None:
    def due() -> datetime:
        return reckon(Limit.parse("1wd"), NOON, calendar(c)).due_at

    assert due() == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    day_set(organisation=c.hq, day=WEDNESDAY, worked=False, note="盘点")
    assert due() == datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    day_remove(organisation=c.hq, day=WEDNESDAY)
    assert due() == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def test_R04_a_closure_of_one_organisation_is_no_closure_of_another(c: Cast) -> None:
    day_set(organisation=c.hq, day=WEDNESDAY, worked=False)
    assert not calendar(c).is_working(WEDNESDAY)
    assert world_of(c.prop.pk).calendar.is_working(WEDNESDAY)


def test_R04_an_own_working_day_may_be_a_sunday(c: Cast) -> None:
    sunday = date(2026, 11, 29)
    day_set(organisation=c.hq, day=sunday, worked=True)
    day_set(organisation=c.hq, day=sunday, worked=True, note="值班")
    assert calendar(c).is_working(sunday)
    assert c.hq.days.get().note == "值班"


def test_R04_a_published_year_is_no_longer_provisional_anywhere(c: Cast) -> None:
    assert not calendar(c).is_published(2031)
    year_publish(year=2031, days={SPRING_2031: False}, source="国务院办公厅通知", at=NOON)
    for organisation in (c.hq, c.prop):
        found = world_of(organisation.pk).calendar
        assert found.is_published(2031)
        assert not found.is_working(SPRING_2031)


def test_R04_a_day_of_another_year_is_refused(c: Cast) -> None:
    with pytest.raises(Invalid, match="2030-12-31"):
        year_publish(year=2031, days={date(2030, 12, 31): False}, source="x", at=NOON)
    assert not CalendarYear.objects.exists()
