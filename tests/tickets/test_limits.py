"""R03: limits, deadlines, warning moments, pauses, against worked dates and a second, naive reckoning."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tickets.naive_limits import Naive
from tickets.calendars import Calendar, calendar_of, china, parse_hours
from tickets.day_tables import DayTable, china_table
from tickets.limits import (
    Limit,
    LimitError,
    moment_at,
    parse_moment,
    reckon,
    reckon_fixed,
    resume,
    share_of,
    time_left,
    time_used,
    used_share,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# limit, start, deadline, warning, p = provisional; wall clock of Shanghai, 09:00-17:30.
WORKED = """
30s       2026-11-24T09:00:00  2026-11-24T09:00:30  2026-11-24T09:00:27  -
10s       2026-11-24T09:00:07  2026-11-24T09:00:17  2026-11-24T09:00:16  -
10min     2026-11-24T09:00     2026-11-24T09:10     2026-11-24T09:09     -
1h        2026-11-24T23:30     2026-11-25T00:30     2026-11-25T00:24     -
24h       2026-11-21T10:00     2026-11-22T10:00     2026-11-22T07:36     -
24h       2026-12-31T10:00     2027-01-01T10:00     2027-01-01T07:36     -
48h       2024-02-28T09:00     2024-03-01T09:00     2024-03-01T04:12     -
48h       2025-02-28T09:00     2025-03-02T09:00     2025-03-02T04:12     -
41h       2026-11-24T11:00     2026-11-26T04:00     2026-11-25T23:54     -
1d        2024-02-28T12:00     2024-03-01T00:00     2024-02-29T20:24     -
1d        2025-02-28T12:00     2025-03-02T00:00     2025-03-01T20:24     -
1d        2026-11-24T00:00     2026-11-26T00:00     2026-11-25T19:12     -
1d        2026-11-24T23:59     2026-11-26T00:00     2026-11-25T21:35:54  -
2d        2026-11-24T09:00     2026-11-27T00:00     2026-11-26T17:42     -
2d        2027-02-05T09:00     2027-02-08T00:00     2027-02-07T17:42     -
7d        2026-09-30T10:00     2026-10-08T00:00     2026-10-07T05:48     -
10d       2026-12-25T00:00     2027-01-05T00:00     2027-01-03T21:36     -
1mo       2026-11-24T09:00     2026-12-25T00:00     2026-12-21T22:30     -
1mo       2026-01-31T10:00     2026-03-01T00:00     2026-02-26T03:24     -
1mo       2024-01-31T10:00     2024-03-01T00:00     2024-02-27T01:00     -
1mo       2026-12-31T10:00     2027-02-01T00:00     2027-01-28T20:12     -
12mo      2024-02-29T00:00     2025-03-01T00:00     2025-01-23T09:36     -
3mo       2026-11-30T00:00     2027-03-01T00:00     2027-02-19T21:36     -
1wd       2026-11-23T07:30     2026-11-24T17:30     2026-11-24T15:48     -
1wd       2026-11-23T17:30     2026-11-24T17:30     2026-11-24T16:39     -
1wd       2026-11-23T23:00     2026-11-24T17:30     2026-11-24T16:39     -
1wd       2026-11-21T12:00     2026-11-23T17:30     2026-11-23T16:39     -
1wd       2026-02-14T10:00     2026-02-24T17:30     2026-02-24T15:54     -
1wd       2026-02-17T10:00     2026-02-24T17:30     2026-02-24T16:39     -
1wd       2026-02-27T18:00     2026-02-28T17:30     2026-02-28T16:39     -
1wd       2018-12-28T18:00     2018-12-29T17:30     2018-12-29T16:39     -
2wd       2018-12-28T18:00     2019-01-02T17:30     2019-01-02T15:48     -
3wd       2026-11-20T16:00     2026-11-25T17:30     2026-11-25T14:48     -
3wd       2026-02-13T16:00     2026-02-25T17:30     2026-02-25T14:48     -
5wd       2026-09-30T17:00     2026-10-13T17:30     2026-10-13T13:12     -
7wd       2024-02-08T09:00     2024-02-23T17:30     2024-02-23T10:42     -
15wd      2026-04-20T09:00     2026-05-13T17:30     2026-05-12T12:24     -
same-day  2026-11-23T00:00     2026-11-23T17:30     2026-11-23T16:39     -
same-day  2026-11-23T07:30     2026-11-23T17:30     2026-11-23T16:39     -
same-day  2026-11-23T09:00     2026-11-23T17:30     2026-11-23T16:39     -
same-day  2026-11-23T16:30     2026-11-23T17:30     2026-11-23T17:24     -
same-day  2026-11-23T17:29     2026-11-23T17:30     2026-11-23T17:29:54  -
same-day  2026-11-23T17:30     2026-11-24T17:30     2026-11-24T16:39     -
same-day  2026-11-23T23:59     2026-11-24T17:30     2026-11-24T16:39     -
same-day  2026-11-21T10:00     2026-11-23T17:30     2026-11-23T16:39     -
same-day  2026-09-20T10:00     2026-09-20T17:30     2026-09-20T16:45     -
same-day  2026-10-01T10:00     2026-10-08T17:30     2026-10-08T16:39     -
same-day  2026-12-31T18:00     2027-01-01T17:30     2027-01-01T16:39     p
same-day  2027-02-10T10:00     2027-02-10T17:30     2027-02-10T16:45     p
1wd       2026-12-30T10:00     2026-12-31T17:30     2026-12-31T15:54     -
1wd       2026-12-31T10:00     2027-01-01T17:30     2027-01-01T15:54     p
3wd       2027-02-04T17:30     2027-02-09T17:30     2027-02-09T14:57     p
1wd       2003-12-31T17:30     2004-01-02T17:30     2004-01-02T16:39     p
"""


@pytest.mark.parametrize("row", WORKED.strip().splitlines())
def test_R03_worked_dates(row):
    limit, start, due_at, warn_at, provisional = row.split()
    deadline = reckon(Limit.parse(limit), at(start), china())
    assert (deadline.due_at, deadline.warn_at) == (at(due_at), at(warn_at))
    assert deadline.provisional == (provisional == "p")
    assert deadline.due_at.tzinfo is UTC
    assert used_share(at(start), at(due_at), deadline, china()) == 1


# Round the clock, lunch break, roll and closing: options, limit, start, deadline, warning.
OPTIONS = """
rtc      same-day  2026-11-21T10:00  2026-11-22T00:00  2026-11-21T22:36
rtc      same-day  2026-11-23T18:00  2026-11-24T00:00  2026-11-23T23:24
rtc      same-day  2027-02-10T18:00  2027-02-11T00:00  2027-02-10T23:24
rtc      1wd       2026-11-20T12:00  2026-11-24T00:00  2026-11-23T20:24
lunch    same-day  2026-11-23T07:30  2026-11-23T17:30  2026-11-23T16:48
lunch    same-day  2026-11-23T12:30  2026-11-23T17:30  2026-11-23T17:06
lunch    1wd       2026-11-23T14:30  2026-11-24T17:30  2026-11-24T16:30
roll     2d        2026-10-01T10:00  2026-10-09T00:00  2026-10-08T05:48
roll     2d        2026-11-24T09:00  2026-11-27T00:00  2026-11-26T17:42
roll     1mo       2026-01-17T00:00  2026-02-25T00:00  2026-02-21T02:24
closing  2d        2026-11-24T09:00  2026-11-26T17:30  2026-11-26T11:51
closing  2d        2026-10-01T07:30  2026-10-03T17:30  2026-10-03T11:42
both     2d        2026-10-01T07:30  2026-10-08T17:30  2026-10-07T23:42
"""
SETTINGS = {
    "rtc": (china(round_the_clock=True), {}),
    "lunch": (china(hours=parse_hours("09:00-12:00,13:30-17:30")), {}),
    "roll": (china(), {"roll": True}),
    "closing": (china(), {"end": "closing"}),
    "both": (china(), {"roll": True, "end": "closing"}),
}


@pytest.mark.parametrize("row", OPTIONS.strip().splitlines())
def test_R03_worked_dates_with_options(row):
    name, limit, start, due_at, warn_at = row.split()
    calendar, options = SETTINGS[name]
    deadline = reckon(Limit.parse(limit), at(start), calendar, **options)
    assert (deadline.due_at, deadline.warn_at) == (at(due_at), at(warn_at))
    assert not deadline.provisional


def test_SAMEDAY_a_closure_moves_it_to_the_next_working_day():
    calendar = china(closures=frozenset({date(2026, 11, 23)}))
    assert reckon(Limit.parse("same-day"), at("2026-11-23T10:00"), calendar).due_at == at("2026-11-24T17:30")
    assert reckon(Limit.parse("1wd"), at("2026-11-20T10:00"), calendar).due_at == at("2026-11-24T17:30")


def test_R03_a_rolled_end_in_an_unpublished_year_is_provisional():
    rolled = reckon(Limit.parse("2d"), at("2027-02-04T10:00"), china(), roll=True)
    assert rolled.due_at == at("2027-02-09T00:00")
    assert rolled.provisional
    assert not reckon(Limit.parse("2d"), at("2027-02-04T10:00"), china()).provisional


def test_R04_a_provisional_deadline_is_certain_once_the_year_is_published():
    off = {date(2027, 1, 1): False, date(2027, 1, 3): True}
    table = china_table().overlaid(DayTable(days=off, published=frozenset({2027})))
    deadline = reckon(Limit.parse("1wd"), at("2026-12-31T10:00"), calendar_of(table))
    assert (deadline.due_at, deadline.provisional) == (at("2027-01-03T17:30"), False)


BERLIN = ZoneInfo("Europe/Berlin")
# The clocks go forward on 29 March 2026 at 02:00 and back on 25 October at 03:00.
SUMMER_TIME = """
24h       2026-03-28T12:00  2026-03-29T13:00  2026-03-29T10:36
1d        2026-03-28T12:00  2026-03-30T00:00  2026-03-29T20:30
1d        2026-10-24T12:00  2026-10-26T00:00  2026-10-25T20:18
1wd       2026-03-27T16:30  2026-03-30T17:30  2026-03-30T16:33
1mo       2026-09-26T00:00  2026-10-27T00:00  2026-10-23T22:30
"""


@pytest.mark.parametrize("row", SUMMER_TIME.strip().splitlines())
def test_R03_hours_are_real_hours_when_the_clocks_change(row):
    limit, start, due_at, warn_at = row.split()
    deadline = reckon(Limit.parse(limit), at(start, BERLIN), Calendar(zone=BERLIN, published=frozenset({2026})))
    assert deadline.due_at == at(due_at, BERLIN).astimezone(UTC)
    assert deadline.warn_at == at(warn_at, BERLIN).astimezone(UTC)


def test_R03_a_round_the_clock_day_is_as_long_as_it_really_is():
    calendar = Calendar(zone=BERLIN, round_the_clock=True, days={date(2026, 3, 29): True})
    assert calendar.working_between(at("2026-03-29", BERLIN), at("2026-03-30", BERLIN)) == timedelta(hours=23)
    deadline = reckon(Limit.parse("same-day"), at("2026-03-29", BERLIN), calendar)
    assert deadline.total == timedelta(hours=23)


def test_R03_the_warning_drops_a_fraction_of_a_microsecond():
    start = at("2026-11-24T09:00") + timedelta(microseconds=1)
    deadline = reckon(Limit.parse("same-day"), start, china())
    assert deadline.warn_at == start + (timedelta(hours=8, minutes=30) - timedelta(microseconds=1)) * 9 // 10
    third = reckon(Limit.parse("1s"), start, china(), percent=Fraction(100, 3))
    assert third.warn_at == start + timedelta(microseconds=333_333)


# ---- against the naive reckoning ---------------------------------------------------------------------------------

MINUTES = st.integers(0, 25 * 525_600)  # from 2003 to 2028: unpublished years at both ends
EPOCH = datetime(2003, 6, 1, tzinfo=UTC)
SPANS = st.sampled_from(["09:00-17:30", "08:30-12:00,13:30-18:00", "00:00-24:00", "14:00-24:00", "06:05-06:06"])
LIMITS = st.sampled_from(["30min", "1h", "41h", "1d", "2d", "10d", "1wd", "2wd", "4wd", "same-day"])
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])


def pair(zone, hours, closures=frozenset(), round_the_clock=False):
    """The same calendar twice: the product's and the naive one."""
    spans = parse_hours(hours)
    closes = [(span.opens, time.max if span.closes == time.min else span.closes) for span in spans]
    naive = Naive(ZoneInfo(zone), tuple(closes), closures=closures, round_the_clock=round_the_clock)
    if spans[-1].closes == time.min:
        naive.closing = lambda day: naive.at(day + timedelta(1), time(0))
    return china(zone=zone, hours=spans, closures=closures, round_the_clock=round_the_clock), naive


@settings(max_examples=150, deadline=None)
@given(minutes=MINUTES, hours=SPANS, written=LIMITS, zone=ZONES, all_day=st.booleans(), percent=st.integers(1, 100))
def test_R03_agrees_with_a_reckoning_minute_by_minute(minutes, hours, written, zone, all_day, percent):
    calendar, naive = pair(zone, hours, round_the_clock=all_day)
    start, limit = EPOCH + timedelta(minutes=minutes), Limit.parse(written)
    deadline = reckon(limit, start, calendar, percent=percent)
    assert (deadline.due_at, deadline.warn_at) == naive.reckon(limit.amount, limit.unit, start, percent)
    if percent < 100:
        key = f"{percent}%"
        moment = moment_at(key, start=start, due_at=deadline.due_at, limit=limit, calendar=calendar)
        assert moment == deadline.warn_at


GAPS = st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 4000)), min_size=1, max_size=3)


@settings(max_examples=120, deadline=None)
@given(minutes=MINUTES, hours=SPANS, written=LIMITS, gaps=GAPS, percent=st.sampled_from([50, 90, 100]))
def test_R03_pauses_agree_with_a_reckoning_minute_by_minute(minutes, hours, written, gaps, percent):
    calendar, naive = pair("Asia/Shanghai", hours)
    start, limit = EPOCH + timedelta(minutes=minutes), Limit.parse(written)
    pauses, here = [], start
    for run, length in gaps:
        pauses.append((here + timedelta(minutes=run), here + timedelta(minutes=run + length)))
        here = pauses[-1][1]
    deadline = reckon(limit, start, calendar, percent=percent, pauses=pauses)
    due_at, warn_at = naive.reckon(limit.amount, limit.unit, start, percent, pauses)
    assert (deadline.due_at, deadline.warn_at) == (due_at, warn_at)
    assert used_share(start, deadline.due_at, deadline, calendar) == 1


@settings(max_examples=200, deadline=None)
@given(minutes=MINUTES, written=LIMITS, gaps=GAPS)
def test_R03_resuming_step_by_step_gives_what_all_pauses_at_once_give(minutes, written, gaps):
    calendar, limit = china(), Limit.parse(written)
    start = EPOCH + timedelta(minutes=minutes)
    deadline, pauses = reckon(limit, start, calendar), []
    here = start
    for run, length in gaps:
        stopped_at = here + timedelta(minutes=run)
        here = stopped_at + timedelta(minutes=length)
        pauses.append((stopped_at, here))
        deadline = resume(
            limit=limit, started_at=start, due_at=deadline.due_at, stopped_at=stopped_at, at=here,
            calendar=calendar, stood_still=deadline.stood_still,
        )  # fmt: skip
        whole = reckon(limit, start, calendar, pauses=pauses)
        assert (deadline.due_at, deadline.total, deadline.stood_still, deadline.provisional) == (
            whole.due_at, whole.total, whole.stood_still, whole.provisional,
        )  # fmt: skip
        # A warning from before an earlier pause is fired long ago; only where it is still to come must it be exact.
        assert (deadline.warn_at == whole.warn_at) or (deadline.warn_at <= here and whole.warn_at <= here)


# ---- resuming -----------------------------------------------------------------------------------------------------


def test_REWORKTIME_the_trace_of_the_promise_that_goes_on():
    promise = resume(
        limit=Limit.parse("48h"), started_at=at("2026-11-24T09:00"), due_at=at("2026-11-26T09:00"),
        stopped_at=at("2026-11-24T17:00"), at=at("2026-11-26T13:00"), calendar=china(),
    )  # fmt: skip
    assert promise.due_at == at("2026-11-28T05:00")
    assert promise.warn_at == at("2026-11-28T00:12")
    assert (promise.total, promise.stood_still) == (timedelta(hours=48), timedelta(hours=44))


def test_R03_working_days_go_on_with_the_working_time_that_was_left():
    again = resume(
        limit=Limit.parse("3wd"), started_at=at("2026-11-20T16:00"), due_at=at("2026-11-25T17:30"),
        stopped_at=at("2026-11-24T10:00"), at=at("2026-11-28T11:00"), calendar=china(),
    )  # fmt: skip
    # 7.5 h of Tuesday and 8.5 h of Wednesday were left; Saturday the 28th is no working day.
    assert again.due_at == at("2026-12-01T16:30")
    assert again.warn_at == at("2026-12-01T13:48")


def test_R03_a_warning_reached_before_the_stop_stays_where_it_was():
    again = resume(
        limit=Limit.parse("10h"), started_at=at("2026-11-24T08:00"), due_at=at("2026-11-24T18:00"),
        stopped_at=at("2026-11-24T17:30"), at=at("2026-11-25T08:00"), calendar=china(),
    )  # fmt: skip
    assert (again.warn_at, again.due_at) == (at("2026-11-24T17:00"), at("2026-11-25T08:30"))


def test_R03_a_clock_that_had_run_out_keeps_its_deadline():
    again = resume(
        limit=Limit.parse("1h"), started_at=at("2026-11-24T08:00"), due_at=at("2026-11-24T09:00"),
        stopped_at=at("2026-11-24T12:00"), at=at("2026-11-25T08:00"), calendar=china(),
    )  # fmt: skip
    assert (again.due_at, again.warn_at) == (at("2026-11-24T09:00"), at("2026-11-24T08:54"))
    assert again.stood_still == timedelta(0)


def test_R03_a_clock_cannot_go_on_before_it_stopped():
    with pytest.raises(LimitError, match="before it was stopped"):
        resume(
            limit=None, started_at=at("2026-11-24T08:00"), due_at=at("2026-11-24T09:00"),
            stopped_at=at("2026-11-24T08:30"), at=at("2026-11-24T08:20"), calendar=china(),
        )  # fmt: skip


def test_R03_a_date_given_by_hand_runs_in_clock_time():
    start, due_at = at("2026-11-20T16:00"), at("2026-11-23T02:00")
    deadline = reckon_fixed(due_at, start, china())
    assert (deadline.warn_at, deadline.provisional, deadline.limit) == (at("2026-11-22T20:12"), False, None)
    passed = reckon_fixed(start, due_at, china())
    assert (passed.due_at, passed.warn_at) == (start, start)
    assert used_share(due_at, due_at, passed, china()) == 1


# ---- shares and moments -------------------------------------------------------------------------------------------


def test_R03_share_and_time_on_the_limits_own_clock():
    limit, start = Limit.parse("3wd"), at("2026-11-20T16:00")
    deadline = reckon(limit, start, china())
    assert used_share(start, start, deadline, china()) == 0
    assert used_share(start, at("2026-11-22T12:00"), deadline, china()) == Fraction(3, 54)
    assert used_share(start, deadline.warn_at, deadline, china()) == Fraction(9, 10)
    assert used_share(start, at("2026-11-26T10:30"), deadline, china()) == 1 + Fraction(3, 54)
    assert time_used(limit, start, at("2026-11-23T10:00"), china()) == timedelta(hours=2.5)
    assert time_left(limit, at("2026-11-25T16:00"), deadline.due_at, china()) == timedelta(hours=1.5)
    assert time_left(limit, at("2026-11-26T10:00"), deadline.due_at, china()) == -timedelta(hours=1)
    assert time_left(Limit.parse("2d"), start, at("2026-11-22T16:00"), china()) == timedelta(2)


def test_R03_share_from_the_columns_of_a_clock_leaves_pauses_out():
    share = share_of(
        limit=Limit.parse("10h"), start=at("2026-11-24T08:00"), due_at=at("2026-11-25T08:00"),
        at=at("2026-11-25T07:00"), calendar=china(), stood_still=timedelta(hours=14),
    )  # fmt: skip
    assert share == Fraction(9, 10)


def test_W03_moments_after_the_deadline_are_clock_time():
    row = {
        "start": at("2026-11-20T16:00"), "due_at": at("2026-11-25T17:30"),
        "limit": Limit.parse("3wd"), "calendar": china(),
    }  # fmt: skip
    assert moment_at("due", **row) == at("2026-11-25T17:30")
    assert moment_at("due+24h", **row) == at("2026-11-26T17:30")
    assert moment_at("every 24h", **row) == at("2026-11-26T17:30")
    assert moment_at("every 24h", **row, previous=at("2026-11-27T17:30")) == at("2026-11-28T17:30")
    assert moment_at(parse_moment("50%"), **row) == at("2026-11-24T12:30")


# ---- refusing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "options", "sentence"),
    [
        (datetime(2026, 11, 24, 9), {}, "no time zone"),
        (at("9998-12-31T09:00"), {}, "leaves the calendar"),
        (datetime.max.replace(tzinfo=UTC), {}, "leaves the calendar"),
        (datetime.min.replace(tzinfo=SHANGHAI), {}, "beyond any calendar"),
        (at("2026-11-24T09:00"), {"percent": 0}, "percentage"),
        (at("2026-11-24T09:00"), {"percent": 101}, "percentage"),
        (at("2026-11-24T09:00"), {"end": "noon"}, "noon"),
        (at("2026-11-24T09:00"), {"pauses": [(at("2026-11-24T08:00"), at("2026-11-24T10:00"))]}, "Pauses"),
        (at("2026-11-24T09:00"), {"pauses": [(at("2026-11-24T11:00"), at("2026-11-24T10:00"))]}, "Pauses"),
    ],
)
def test_R03_impossible_questions_are_refused_in_a_sentence(start, options, sentence):
    with pytest.raises(LimitError, match=sentence):
        reckon(Limit.parse("3wd"), start, china(), **options)
