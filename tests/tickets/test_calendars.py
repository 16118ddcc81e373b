"""R04: working days and hours, the table of published years, and its agreement with others' reckonings."""

import csv
import json
import statistics
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.naive_limits import Naive
from tickets.calendars import Calendar, CalendarError, Hours, calendar_of, china, parse_hours, read_day_table
from tickets.day_tables import DayTable, china_table

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Working days of each year after the State Council's notices.
WORKING_DAYS = {2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def year_days(year: int) -> list[date]:
    return [date.fromordinal(day) for day in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]


@pytest.mark.parametrize(("year", "count"), WORKING_DAYS.items())
def test_R04_working_days_of_a_year(year, count):
    assert sum(china().is_working(day) for day in year_days(year)) == count
    assert china().working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == count


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2004-05-03", False), ("2004-05-08", True), ("2015-09-03", False), ("2015-09-06", True),
        ("2018-12-29", True), ("2018-12-31", False), ("2020-01-31", False), ("2022-12-31", False),
        ("2024-02-04", True), ("2024-02-09", True), ("2024-02-29", True), ("2026-01-04", True),
        ("2026-02-14", True), ("2026-02-23", False), ("2026-02-28", True), ("2026-10-08", True),
        ("2027-01-01", True), ("2027-01-02", False),
    ],
)  # fmt: skip
def test_R04_days_off_and_worked_weekends(day, worked):
    assert china().is_working(date.fromisoformat(day)) is worked


def test_R04_published_years():
    assert [year for year in range(2000, 2030) if china().is_published(year)] == list(range(2004, 2027))


def test_R04_own_closures_beat_a_worked_weekend():
    calendar = china(closures=frozenset({date(2026, 2, 14)}))
    assert not calendar.is_working(date(2026, 2, 14))
    assert calendar.next_working_day(date(2026, 2, 13)) == date(2026, 2, 24)


def test_R04_opening_and_closing_are_instants():
    calendar = china(hours=parse_hours("08:30-12:00,13:30-18:00"))
    assert calendar.opening(date(2026, 11, 24)) == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert calendar.closing(date(2026, 11, 24)) == datetime(2026, 11, 24, 10, tzinfo=UTC)
    around = china(round_the_clock=True)
    assert around.opening(date(2026, 11, 24)) == at("2026-11-24")
    assert around.closing(date(2026, 11, 24)) == at("2026-11-25")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-24T09:00", "2026-11-24T17:30", 8.5),
        ("2026-11-24T00:00", "2026-11-25T00:00", 8.5),
        ("2026-11-20T17:00", "2026-11-23T09:30", 1),
        ("2026-11-21T00:00", "2026-11-22T23:00", 0),
        ("2026-02-13T17:00", "2026-02-24T10:00", 10),
        ("2025-12-31T16:30", "2026-01-05T10:00", 10.5),
        ("2026-01-05T10:00", "2025-12-31T16:30", -10.5),
        ("2024-01-01T00:00", "2026-01-01T00:00", 8.5 * (251 + 248)),
    ],
)
def test_R04_working_time_between(start, end, hours):
    assert china().working_between(at(start), at(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24T09:00", 8.5, "2026-11-24T17:30"),
        ("2026-11-24T16:30", 2, "2026-11-25T10:00"),
        ("2026-11-21T12:00", 0, "2026-11-21T12:00"),
        ("2026-11-21T12:00", 1, "2026-11-23T10:00"),
        ("2026-11-23T10:00", -1, "2026-11-20T17:30"),
        ("2026-11-23T10:00", -2, "2026-11-20T16:30"),
        ("2026-01-04T10:00", -2, "2025-12-31T16:30"),
        ("2024-01-01T00:00", 8.5 * (251 + 248), "2025-12-31T17:30"),
    ],
)
def test_R04_working_time_added(start, hours, end):
    assert china().add_working(at(start), timedelta(hours=hours)) == at(end)


INSTANTS = st.datetimes(datetime(2004, 1, 1), datetime(2029, 1, 1), timezones=st.just(SHANGHAI))
AMOUNTS = st.integers(-3000 * 3600, 3000 * 3600).filter(bool).map(lambda seconds: timedelta(seconds=seconds))


@given(start=INSTANTS, amount=AMOUNTS)
def test_R04_adding_and_measuring_are_each_others_inverse(start, amount):
    end = china().add_working(start, amount)
    assert china().working_between(start, end) == amount
    # The first such instant: a moment earlier, less is used.
    assert china().working_between(start, end - timedelta(microseconds=1)) < amount


@given(start=INSTANTS, middle=INSTANTS, end=INSTANTS)
def test_R04_working_time_adds_up(start, middle, end):
    between = china(hours=parse_hours("08:30-12:00,13:30-18:00")).working_between
    assert between(start, middle) + between(middle, end) == between(start, end)


@given(day=st.dates(date(2003, 1, 1), date(2028, 1, 1)), number=st.integers(1, 40))
def test_R04_the_nth_working_day_is_found_by_walking(day, number):
    naive, walked = Naive(), day
    for _ in range(number):
        walked = naive.next_working(walked)
    assert china().nth_working_day(day, number) == walked
    assert china().working_days_between(day, walked) == number
    assert china().working_days_between(walked, day) == -number


def test_R04_a_calendar_is_hashed_by_identity_and_kept():
    assert china() is china()
    assert china(zone="Europe/Berlin") is not china()
    assert hash(Calendar(zone=SHANGHAI)) != hash(Calendar(zone=SHANGHAI))


# ---- refusing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "9-17", "09:00-17:30-18:00", "25:00-26:00", "17:30-09:00", "09:00-09:00", "09:00"]
)
def test_R04_business_hours_that_are_none_are_refused(text):
    with pytest.raises(CalendarError):
        parse_hours(text)


def test_R04_calendars_that_cannot_be_are_refused():
    with pytest.raises(CalendarError, match="at least one"):
        Calendar(zone=SHANGHAI, hours=())
    with pytest.raises(CalendarError, match="overlap"):
        Calendar(zone=SHANGHAI, hours=parse_hours("13:30-17:30,09:00-12:00"))
    with pytest.raises(CalendarError, match="overlap"):
        Calendar(zone=SHANGHAI, hours=(Hours(time(9), time.min), Hours(time(10), time(11))))
    with pytest.raises(CalendarError, match="time zone"):
        china(zone="Asia/Nowhere")
    with pytest.raises(CalendarError, match="beyond"):
        china().next_working_day(date(9999, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"years": []}',
        '{"years": {"2027": [["01-01"]]}}',
        '{"years": {"2027": [["01-01", "02-30", "off", "x"]]}}',
        '{"years": {"x": []}}',
        '{"year": 2027, "days": {}}',
        '{"year": 2027, "days": [{"date": "2027-01-01"}]}',
        '{"year": "soon", "days": [{"date": "2027-01-01", "isOffDay": true}]}',
    ],
)
def test_R04_tables_that_cannot_be_read_are_refused(text):
    with pytest.raises(CalendarError):
        read_day_table(text)


def test_R04_a_year_laid_over_the_table_replaces_that_year():
    table = china_table().overlaid(
        read_day_table(
            '{"year": 2026, "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true},'
            '{"name": "元旦", "date": "2025-12-31", "isOffDay": true}]}'
        )
    )
    calendar = calendar_of(table)
    assert not calendar.is_working(date(2026, 1, 1))
    assert calendar.is_working(date(2026, 10, 1))
    assert not calendar.is_working(date(2025, 12, 31))
    assert not calendar.is_working(date(2025, 10, 1))


def test_R04_a_year_without_days_is_not_published():
    assert read_day_table('{"year": 2027, "papers": [], "days": []}') == DayTable()


# ---- against the reference data, where it is at hand --------------------------------------------------------------


def test_R04_agrees_with_the_published_years_of_holiday_cn(reference_data):
    folder = reference_data / "holiday_cn"
    read = [read_day_table((folder / f"{year}.json").read_text(encoding="utf-8")) for year in range(2019, 2027)]
    days = {day: worked for table in read for day, worked in table.days.items()}
    for year in range(2019, 2027):
        for day in year_days(year):
            assert china().is_working(day) is days.get(day, day.weekday() < 5), day


def test_R04_agrees_with_the_counts_of_holiday_cn(reference_data):
    folder = reference_data / "holiday_cn"
    truth = json.loads((folder / "truth_dev.json").read_text(encoding="utf-8"))["per_year"]
    assert truth
    for year, expected in truth.items():
        days = year_days(int(year))
        worked = [day for day in days if china().is_working(day)]
        months = Counter(day.month for day in worked)
        assert len(days) == expected["days"]
        assert len(worked) == expected["workdays"]
        assert [months[month] for month in range(1, 13)] == expected["workdays_per_month"]
        assert [str(day) for day in worked if day.weekday() >= 5] == expected["weekend_workdays"]
        off = [str(day) for day in days if day.weekday() < 5 and day not in set(worked)]
        assert off == expected["weekday_days_off"]


def _read_time(text: str) -> datetime:
    day, _, clock = text.strip().partition(" ")
    year, month, number = map(int, day.split("/"))
    hour, minute, second = [*map(int, clock.split(":")), 0, 0, 0][:3] if clock else (0, 0, 0)
    return datetime(year, month, number, hour, minute, second, tzinfo=SHANGHAI)


def test_R03_working_days_of_real_replies_are_counted_as_known(reference_data):
    folder = reference_data / "tipdm_zhengwu"
    truth = json.loads((folder / "truth_dev.json").read_text(encoding="utf-8"))["dev_sheet4"]
    with (folder / "tipdm_sheet4_replies_dev.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(_read_time(row["留言时间"]), _read_time(row["答复时间"])) for row in csv.DictReader(file)]
    taken = [china().working_days_between(received.date(), replied.date()) for received, replied in rows]
    assert len(taken) == truth["reply_workdays_T_plus_n"]["n"]
    assert round(statistics.mean(taken), 4) == truth["reply_workdays_T_plus_n"]["mean"]
    assert statistics.median(taken) == truth["reply_workdays_T_plus_n"]["median"]
    for number, expected in truth["replied_within_workdays"].items():
        # Their count is of working days used, so a reply on the weekend after the n-th working day is still n.
        assert sum(days <= int(number) for days in taken) == expected["num"]
