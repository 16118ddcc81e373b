"""A moment as a clerk types it while a customer talks: 昨天 20, 3天前, 上周五下午3点半, 11-21 20:00 (row U03).

Pure: `at` is the present in the clerk's zone, and the result is in that zone. A day without an hour is its 00:00.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

DAY_WORDS = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "昨晚": -1,
    "今天": 0,
    "今日": 0,
    "今早": 0,
    "今晚": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
}
NOW_WORDS = ("刚才", "刚刚", "现在", "now")
# What a part of the day adds to an hour up to twelve.
PARTS = {
    "凌晨": 0,
    "早上": 0,
    "早": 0,
    "上午": 0,
    "中午": 12,
    "下午": 12,
    "傍晚": 12,
    "晚上": 12,
    "晚": 12,
    "am": 0,
    "pm": 12,
}
LENGTHS = {
    "周": 7 * 86400,
    "星期": 7 * 86400,
    "天": 86400,
    "日": 86400,
    "小时": 3600,
    "钟头": 3600,
    "分钟": 60,
    "分": 60,
}
WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}

_NUMBER = re.compile(r"[零〇一二两三四五六七八九十]+")
_WEEKDAY = re.compile(r"(上上|上|本|这|下)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])")
_AGO = re.compile(r"(半|\d+)(?:个)?(半)?(周|星期|天|日|小时|钟头|分钟|分)(以前|之前|前|以后|之后|后)")
_DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})(?:日|号)?")
_HOUR = re.compile(r"(?<!\d)(\d{1,2})(?:(?:[::点时](\d{1,2})(?:分|:\d{2})?)|[点时](半|1?刻)?|(?=$))")


def parse(text: str, *, at: datetime) -> datetime | None:
    """The moment meant, in the zone of `at`; None where the words can't be read.

    >>> parse("昨天 20", at=datetime(2026, 11, 24, 17)).isoformat()
    '2026-11-23T20:00:00'
    """
    exact = _exact(text.strip(), at)
    if exact is not None:
        return exact
    try:
        words = _plain(text)
        return _spoken(words, at) if words else None
    except (ValueError, OverflowError, KeyError):  # 13月40日, 一三十
        return None


def _exact(text: str, at: datetime) -> datetime | None:
    """What a date control or a program sends."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(at.tzinfo) if moment.tzinfo and at.tzinfo else moment.replace(tzinfo=at.tzinfo)


def _plain(text: str) -> str:
    """Full-width forms folded, Chinese numbers written in digits where they count something."""
    words = text.strip().lower()[:60].translate(str.maketrans("：，。　０１２３４５６７８９", ":   0123456789"))
    kept = _WEEKDAY.search(words)
    if kept is None:
        return _NUMBER.sub(lambda match: str(_number(match.group())), words)
    before, after = words[: kept.start()], words[kept.end() :]
    return before + kept.group() + _NUMBER.sub(lambda match: str(_number(match.group())), after)


def _number(chinese: str) -> int:
    """Up to ninety-nine, as it is said: 十五, 二十, 二十三."""
    tens, ten, units = chinese.rpartition("十")
    if not ten:
        return int("".join(str(DIGITS[character]) for character in chinese))
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[units] if units else 0)


def _spoken(words: str, at: datetime) -> datetime | None:
    if words in NOW_WORDS:
        return at.replace(second=0, microsecond=0)
    ago = _AGO.search(words)
    if ago is not None and LENGTHS[ago[3]] < 86400:
        return _shifted(at, ago).replace(second=0, microsecond=0) if ago.end() == len(words) else None
    day, rest = _day(words, ago, at)
    hour = _hour(rest, words)
    if hour is None:
        return None
    if day is None:
        day = at.date()
        if datetime.combine(day, hour, at.tzinfo) > at:  # a bare hour that is still to come was yesterday's
            day -= timedelta(1)
    return datetime.combine(day, hour, at.tzinfo)


def _shifted(at: datetime, ago: re.Match[str]) -> datetime:
    amount = 0.5 if ago[1] == "半" else int(ago[1]) + (0.5 if ago[2] else 0)
    span = timedelta(seconds=amount * LENGTHS[ago[3]])
    return at + span if ago[4].endswith("后") else at - span


def _day(words: str, ago: re.Match[str] | None, at: datetime) -> tuple[date | None, str]:
    """The day named, and the words that are left."""
    if ago is not None:
        return _shifted(at, ago).date(), words[: ago.start()] + words[ago.end() :]
    for word in sorted(DAY_WORDS, key=len, reverse=True):
        if word in words:
            left = words.replace(word, "晚" if word.endswith("晚") else "早" if word.endswith("早") else "", 1)
            return at.date() + timedelta(DAY_WORDS[word]), left
    weekday = _WEEKDAY.search(words)
    if weekday is not None:
        return _of_week(weekday, at.date()), words[: weekday.start()] + words[weekday.end() :]
    written = _DATE.search(words)
    if written is not None:
        return _of_year(written, at.date()), words[: written.start()] + words[written.end() :]
    return None, words


def _of_week(found: re.Match[str], today: date) -> date:
    """The weekday of that week; without a week the last one that has come."""
    monday = today - timedelta(today.weekday())
    day = monday + timedelta(WEEKDAYS[found[2]])
    if found[1] in ("上", "上上"):
        return day - timedelta(7 * len(found[1]))
    if found[1] == "下":
        return day + timedelta(7)
    return day - timedelta(7) if found[1] is None and day > today else day


def _of_year(found: re.Match[str], today: date) -> date:
    """Without a year: this one, or the last one for a day more than half a year ahead."""
    day = date(int(found[1] or today.year), int(found[2]), int(found[3]))
    if found[1] is None and day - today > timedelta(183):
        return day.replace(year=day.year - 1)
    return day


def _hour(rest: str, words: str) -> time | None:
    """The hour named; midnight where only a day is; None where something else stands there."""
    left = rest.replace(" ", "").replace("的", "").replace("t", "")
    part = next((part for part in sorted(PARTS, key=len, reverse=True) if part in left), "")
    left = left.replace(part, "", 1)
    if not left:
        return time(12) if part == "中午" else time() if rest != words or part else None
    found = _HOUR.fullmatch(left)
    if found is None:
        return None
    hour = int(found[1])
    minute = 30 if found[3] == "半" else 15 if found[3] else int(found[2] or 0)
    if part and PARTS[part] and hour < 12 and not (part == "中午" and hour >= 11):
        hour += 12
    return time(hour % 24, minute) if hour <= 24 else None
