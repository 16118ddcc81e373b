"""Moments as clerks type them (row U03)."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints_site.lib.initials import initials
from complaints_site.lib.spoken_time import parse

SHANGHAI = timezone(timedelta(hours=8))
AT = datetime(2026, 11, 24, 17, 4, 30, tzinfo=SHANGHAI)  # a Tuesday

READ = (
    ("昨天 20", "2026-11-23 20:00"),
    ("昨天20点", "2026-11-23 20:00"),
    ("昨天晚上8点半", "2026-11-23 20:30"),
    ("昨晚八点", "2026-11-23 20:00"),
    ("昨晚", "2026-11-23 00:00"),
    ("前天", "2026-11-22 00:00"),
    ("大前天下午三点一刻", "2026-11-21 15:15"),
    ("今天上午9:05", "2026-11-24 09:05"),
    ("今早7点", "2026-11-24 07:00"),
    ("3天前", "2026-11-21 00:00"),
    ("三天前 20:00", "2026-11-21 20:00"),
    ("两周前", "2026-11-10 00:00"),
    ("2小时前", "2026-11-24 15:04"),
    ("半小时前", "2026-11-24 16:34"),
    ("1个半小时前", "2026-11-24 15:34"),
    ("十分钟前", "2026-11-24 16:54"),
    ("刚才", "2026-11-24 17:04"),
    ("周五", "2026-11-20 00:00"),
    ("周二 8点", "2026-11-24 08:00"),
    ("上周三下午2点", "2026-11-18 14:00"),
    ("星期日晚7点", "2026-11-22 19:00"),
    ("11-21 20:00", "2026-11-21 20:00"),
    ("11月21日20时", "2026-11-21 20:00"),
    ("11月21号晚上8点", "2026-11-21 20:00"),
    ("12-31", "2026-12-31 00:00"),
    ("2026/11/21", "2026-11-21 00:00"),
    ("2025年3月5日 8:30", "2025-03-05 08:30"),
    ("2026-11-21 20:00", "2026-11-21 20:00"),
    ("2026-11-21T20:00", "2026-11-21 20:00"),
    ("2026-11-21T12:00:00Z", "2026-11-21 20:00"),
    ("16:30", "2026-11-24 16:30"),
    ("20:00", "2026-11-23 20:00"),
    ("8点", "2026-11-24 08:00"),
    ("中午12点", "2026-11-24 12:00"),
    ("昨天中午", "2026-11-23 12:00"),
    ("明天下午5点", "2026-11-25 17:00"),
    ("２０：００", "2026-11-23 20:00"),
    ("yesterday 20", "2026-11-23 20:00"),
)
UNREAD = (
    "",
    " ",
    "不知道",
    "昨天不知道几点",
    "25:00",
    "13月40日",
    "13-45",
    "昨天 99",
    "0",
    "-1天前",
    "x" * 500,
    "周八",
)


@pytest.mark.parametrize(("words", "meant"), READ)
def test_U03_a_moment_is_read_as_it_is_said(words: str, meant: str) -> None:
    found = parse(words, at=AT)
    assert found is not None
    assert f"{found.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == meant


@pytest.mark.parametrize("words", [word for word in UNREAD if word != "0"])
def test_U03_what_is_no_moment_is_not_guessed(words: str) -> None:
    assert parse(words, at=AT) is None


@given(st.text(max_size=40))
def test_U03_no_text_breaks_the_reading(text: str) -> None:
    found = parse(text, at=AT)
    assert found is None or found.tzinfo is not None


@given(st.text(alphabet="昨前今明大天周星期上下午晚早点半分刻小时个月日号十一二三0123456789:-/ 年", max_size=14))
def test_U03_no_words_of_time_break_the_reading(text: str) -> None:
    found = parse(text, at=AT)
    assert found is None or found.tzinfo is not None


def test_U03_initials_find_a_word() -> None:
    assert initials("宽带/数据") == "kdsj"
    assert initials("网内通信质量") == "wntxzl"
    assert initials("GSM业务") == "gsmyw"
    assert initials("3G、尚未判明") == "3gswpm"
