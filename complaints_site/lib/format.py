"""How numbers, moments and spans of time are written for people (screens, mails, prints).

Pure: no clock is read and no zone is looked up. Moments come in as aware datetimes already in the
reader's zone, `at` is the reader's present. The words are translatable; their source is Chinese.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NONE = "—"
MINUS = "\N{MINUS SIGN}"
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────
def count(value: int | None) -> str:
    """A count with thousands comma; nothing known is a dash, never 0."""
    return NONE if value is None else f"{value:,}"


def one_decimal(value: Decimal | float | int) -> str:
    """One decimal, halves away from zero, with the real minus sign."""
    rounded = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{rounded:,}".replace("-", MINUS) if rounded else "0.0"


def rate(numerator: int | None, denominator: int | None) -> str:
    """A share in per cent with one decimal; a dash when nothing was counted."""
    if numerator is None or not denominator:
        return NONE
    return f"{one_decimal(Decimal(numerator) * 100 / denominator)}%"


def signed(value: int | None) -> str:
    """A change of a count: +31, −3, 0."""
    if value is None:
        return NONE
    return f"{value:+,}".replace("-", MINUS) if value else "0"


def points(difference: Decimal | float | None) -> str:
    """A difference of two rates, in percentage points."""
    if difference is None:
        return NONE
    words = one_decimal(difference)
    sign = "" if words.startswith(MINUS) or words == "0.0" else "+"
    return _("%(points)s 个百分点") % {"points": sign + words}


def hours(seconds: float | None) -> str:
    """A length of time for people, in hours with one decimal."""
    if seconds is None:
        return NONE
    return _("%(hours)s 小时") % {"hours": one_decimal(Decimal(str(seconds)) / HOUR)}


# ── lengths of time ──────────────────────────────────────────────────────────────────────────────────
def duration(seconds: float) -> str:
    """The two largest units of a length of time, rounded down; below a minute `不到 1 分`."""
    seconds = int(abs(seconds))
    days, rest = divmod(seconds, DAY)
    hour, rest = divmod(rest, HOUR)
    minute = rest // MINUTE
    if days:
        return _days(days, hour)
    if hour:
        return _hours(hour, minute)
    if minute:
        return _("%(minutes)d 分") % {"minutes": minute}
    return _("不到 1 分")


def _days(days: int, hour: int) -> str:
    if hour:
        return _("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": hour}
    return _("%(days)d 天") % {"days": days}


def _hours(hour: int, minute: int) -> str:
    if minute:
        return _("%(hours)d 小时 %(minutes)02d 分") % {"hours": hour, "minutes": minute}
    return _("%(hours)d 小时") % {"hours": hour}


def left(seconds: float) -> str:
    """What remains of a limit, or by how much it is over (negative seconds)."""
    pattern = _("余 %(time)s") if seconds > 0 else _("超 %(time)s")
    return pattern % {"time": duration(seconds)}


def left_working_days(days: int) -> str:
    """What remains of a limit counted in working days, or by how many it is over."""
    pattern = _("余 %(days)d 个工作日") if days >= 0 else _("超 %(days)d 个工作日")
    return pattern % {"days": abs(days)}


def used(seconds: float, limit_seconds: float | None) -> str:
    """What a finished step took, beside its limit when it had one."""
    if not limit_seconds:
        return _("用 %(time)s") % {"time": duration(seconds)}
    return _("用 %(time)s / %(limit)s") % {"time": duration(seconds), "limit": duration(limit_seconds)}


# ── moments ──────────────────────────────────────────────────────────────────────────────────────────
def moment(value: datetime | None, *, at: datetime) -> str:
    """Date and time; the year only when it is not the reader's."""
    if value is None:
        return NONE
    return value.strftime("%m-%d %H:%M" if value.year == at.year else "%Y-%m-%d %H:%M")


def moment_full(value: datetime | None) -> str:
    """Date and time with the year: prints, exports, appeals."""
    return NONE if value is None else value.strftime("%Y-%m-%d %H:%M")


def moment_told(value: datetime | None, *, at: datetime) -> str:
    """Date, weekday and time: wherever someone is told a moment."""
    if value is None:
        return NONE
    day = value.strftime("%m-%d" if value.year == at.year else "%Y-%m-%d")
    return f"{day} {weekday(value)} {value:%H:%M}"


def moment_near(value: datetime | None, *, at: datetime) -> str:
    """The shortest clear form in a list: 18:18 today, 次日 03:39 tomorrow, else with the date."""
    if value is None:
        return NONE
    days = (value.date() - at.date()).days
    if days == 0:
        return value.strftime("%H:%M")
    if days == 1:
        return _("次日 %(time)s") % {"time": value.strftime("%H:%M")}
    return moment(value, at=at)


def until(value: datetime | None, *, at: datetime) -> str:
    """The deadline beside the time left."""
    return "" if value is None else _("至 %(moment)s") % {"moment": moment_near(value, at=at)}


def day(value: date | None, *, at: datetime) -> str:
    """A date; the year only when it is not the reader's."""
    if value is None:
        return NONE
    return value.strftime("%m-%d" if value.year == at.year else "%Y-%m-%d")


def labelled(label: str, value: str) -> str:
    """A name and what it is, as one line: 渠道：网站."""
    return _("%(label)s：%(value)s") % {"label": label, "value": value}


def listed(parts: Iterable[str]) -> str:
    """Several things of one kind in a row."""
    return _("、").join(parts)


def between(first: str, last: str) -> str:
    """A range of two written moments or dates."""
    return f"{first}~{last}"


def weekday(value: date) -> str:
    """The short name of the day of the week."""
    return str(WEEKDAYS[value.weekday()])


def spoken(value: datetime, *, at: datetime) -> str:
    """A moment as a clerk says it on the phone: 明天下午 5 点, 11 月 28 日上午 9 点半."""
    return _("%(day)s%(hour)s") % {"day": _spoken_day(value, at), "hour": _spoken_hour(value)}


def _spoken_day(value: datetime, at: datetime) -> str:
    near = {0: _("今天"), 1: _("明天"), 2: _("后天")}
    days = (value.date() - at.date()).days
    if days in near:
        return near[days]
    if value.year != at.year:
        return _("%(year)d 年 %(month)d 月 %(day)d 日") % {"year": value.year, "month": value.month, "day": value.day}
    return _("%(month)d 月 %(day)d 日") % {"month": value.month, "day": value.day}


def _spoken_hour(value: datetime) -> str:
    part = _part_of_day(value.hour)
    places = {"part": part, "hour": value.hour % 12 or 12, "minute": value.minute}
    if value.hour == 0:
        places["hour"] = 0
    if value.minute == 0:
        return _("%(part)s %(hour)d 点") % places
    if value.minute == 30:
        return _("%(part)s %(hour)d 点半") % places
    return _("%(part)s %(hour)d 点 %(minute)d 分") % places


def _part_of_day(hour: int) -> str:
    if hour < 6:
        return _("凌晨")
    if hour < 12:
        return _("上午")
    return _("下午") if hour < 18 else _("晚上")


def file_size(size: int | None) -> str:
    """Bytes as a person reads them: 214 KB, 1.2 MB."""
    if size is None:
        return NONE
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size // 1024} KB"
    return f"{one_decimal(Decimal(size) / (1024 * 1024))} MB"
