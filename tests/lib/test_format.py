"""U02, U08: numbers, dates and time left are written one way everywhere."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from complaints_site.lib import format as fmt
from complaints_site.lib import mask
from complaints_site.lib.timestate import state_of, time_state

NOW = datetime(2026, 11, 24, 17, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "不到 1 分"),
        (59, "不到 1 分"),
        (60, "1 分"),
        (41 * 60 + 59, "41 分"),
        (3600, "1 小时"),
        (3 * 3600 + 8 * 60, "3 小时 08 分"),
        (72 * 60, "1 小时 12 分"),
        (86400, "1 天"),
        (30 * 3600 + 59 * 60, "1 天 6 小时"),
        (-24 * 60, "24 分"),
    ],
)
def test_U02_time_left_names_its_two_largest_units(seconds, words):
    assert fmt.duration(seconds) == words


def test_U02_time_left_turns_into_time_over_at_the_deadline():
    assert fmt.left(1) == "余 不到 1 分"
    assert fmt.left(0) == "超 不到 1 分"
    assert fmt.left(-24 * 60) == "超 24 分"
    assert fmt.left_working_days(2) == "余 2 个工作日"
    assert fmt.left_working_days(-1) == "超 1 个工作日"


@given(st.integers(min_value=-(10**8), max_value=10**8))
def test_U02_any_length_of_time_has_at_most_two_units(seconds):
    words = fmt.duration(seconds)
    assert sum(unit in words for unit in ("天", "小时", "分")) <= 2
    assert "-" not in words


@pytest.mark.parametrize(
    ("hours", "near", "told"),
    [
        (1, "18:06", "11-24 周二 18:06"),
        (10, "次日 03:06", "11-25 周三 03:06"),
        (48, "11-26 17:06", "11-26 周四 17:06"),
        (24 * 60, "2027-01-23 17:06", "2027-01-23 周六 17:06"),
    ],
)
def test_U02_a_moment_says_no_more_than_it_must(hours, near, told):
    value = NOW + timedelta(hours=hours)
    assert fmt.moment_near(value, at=NOW) == near
    assert fmt.moment_told(value, at=NOW) == told


def test_U02_a_missing_moment_is_a_dash():
    assert fmt.moment(None, at=NOW) == fmt.moment_full(None) == fmt.count(None) == "—"
    assert fmt.until(None, at=NOW) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2026, 11, 25, 17, 0), "明天下午 5 点"),
        (datetime(2026, 11, 24, 20, 30), "今天晚上 8 点半"),
        (datetime(2026, 11, 26, 9, 5), "后天上午 9 点 5 分"),
        (datetime(2026, 12, 1, 12, 0), "12 月 1 日下午 12 点"),
        (datetime(2027, 1, 4, 0, 0), "2027 年 1 月 4 日凌晨 0 点"),
    ],
)
def test_C06_the_promise_is_written_as_it_is_spoken(value, words):
    assert fmt.spoken(value.replace(tzinfo=UTC), at=NOW) == words


def test_U05_counts_rates_and_differences():
    assert fmt.count(22308) == "22,308"
    assert fmt.rate(4132, 4288) == "96.4%"
    assert fmt.rate(0, 0) == "—"
    assert fmt.rate(1, 8) == "12.5%"
    assert fmt.points(Decimal("1.25")) == "+1.3 个百分点"
    assert fmt.points(Decimal("-0.3")) == "−0.3 个百分点"
    assert fmt.points(Decimal("-0.04")) == "0.0 个百分点"
    assert fmt.signed(31) == "+31"
    assert fmt.signed(-3) == "−3"
    assert fmt.signed(0) == "0"
    assert fmt.hours(77760) == "21.6 小时"
    assert fmt.file_size(219_136) == "214 KB"


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "王小明", "王**"),
        ("name", "河南省大通商贸", "河南**商贸"),
        ("phone", "13800006621", "138****6621"),
        ("phone", "0371-0000 8806", "0371****8806"),
        ("phone", "010-00008806", "010****8806"),
        ("phone", "10010", "****10"),
        ("address", "郑州市金水区某路 12 号", "郑州市金水区****"),
        ("address", "中牟县某村", "中牟县****"),
        ("address", "某地", "某地****"),
        ("address", "郑州市某小区 3 号楼", "郑州市****"),
        ("identity", "410105199001011234", "****1234"),
        ("mail", "li@example.com", "l***@example.com"),
        ("unheard-of", "secret", "****"),
        ("phone", "", ""),
        ("phone", None, ""),
    ],
)
def test_S05_personal_data_is_masked_by_its_kind(kind, value, shown):
    assert mask.mask(value, kind) == shown


@given(st.text(min_size=8, max_size=40), st.sampled_from(sorted(mask.KINDS)))
def test_S05_no_mask_lets_a_long_value_through(value, kind):
    assert value.strip() == "" or mask.mask(value, kind) != value


@pytest.mark.parametrize(("percent", "state"), [(0, "normal"), (89.9, "normal"), (90, "warned"), (100, "overdue")])
def test_W01_the_state_turns_at_the_warning_mark_and_at_the_end(percent, state):
    assert state_of(percent) == state


def test_U02_each_state_has_its_sentence():
    deadline = NOW + timedelta(minutes=72)

    def words(state, **more):
        return time_state(state=state, at=NOW, deadline=deadline, percent=92.9, **more)

    assert words("warned").words == "余 1 小时 12 分"
    assert words("warned").until == "至 18:18"
    assert words("warned").spoken == "已用 92.9%，预警点 90%"
    assert words("normal", working_days=2).words == "余 2 个工作日"
    assert words("paused", paused_for="等客户资料").words == "已暂停 · 等客户资料"
    assert words("done", used_seconds=1920, limit_seconds=3600).words == "用 32 分 / 1 小时"
    assert words("normal", provisional=True).until == "暂定 11-24 18:18"


def test_U01_the_same_words_exist_in_english():
    with translation.override("en"):
        assert fmt.left(72 * 60) == "1 h 12 min left"
        assert fmt.left(-24 * 60) == "24 min over"
        assert fmt.spoken(datetime(2026, 11, 25, 17, 0, tzinfo=UTC), at=NOW) == "tomorrow at 5:00 in the afternoon"
