"""Periods in words: 2026 年 11 月（至 24 日）, and what they are compared with (row K03)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints_site.lib.format import between
from reporting.periods import DAY, HALF, HOUR, MONTH, QUARTER, WEEK, YEAR, Period, before
from reporting.picking import Pick

CYCLE_WORDS = {
    DAY: gettext_lazy("日"),
    WEEK: gettext_lazy("周"),
    MONTH: gettext_lazy("月"),
    QUARTER: gettext_lazy("季"),
    HALF: gettext_lazy("半年"),
    YEAR: gettext_lazy("年"),
}
EACH_WORDS = {
    HOUR: gettext_lazy("按小时"),
    DAY: gettext_lazy("按日"),
    WEEK: gettext_lazy("按周"),
    MONTH: gettext_lazy("按月"),
    QUARTER: gettext_lazy("按季"),
    HALF: gettext_lazy("按半年"),
    YEAR: gettext_lazy("按年"),
}


def period_title(pick: Pick, at: datetime) -> str:
    """The period picked; of one under way, until when there can be anything in it."""
    words = period_words(pick.cycle, pick.period)
    if pick.cycle == DAY or at not in pick.period:
        return words
    today = at.astimezone(pick.period.start.tzinfo)
    return _("%(period)s（至 %(day)s）") % {"period": words, "day": f"{today:%m-%d}"}


def period_words(cycle: str | None, period: Period) -> str:
    start = period.start
    places = {"year": start.year, "month": start.month, "quarter": (start.month + 2) // 3}
    if cycle == MONTH:
        return _("%(year)d 年 %(month)d 月") % places
    if cycle == QUARTER:
        return _("%(year)d 年第 %(quarter)d 季度") % places
    if cycle == HALF:
        return (_("%(year)d 年上半年") if start.month < 7 else _("%(year)d 年下半年")) % places
    if cycle == YEAR:
        return _("%(year)d 年") % places
    return days(period)


def days(period: Period) -> str:
    first, last = period.start.date(), (period.end - timedelta(microseconds=1)).date()
    return first.isoformat() if first == last else between(first.isoformat(), last.isoformat())


def short(cycle: str | None, period: Period) -> str:
    """On the axis of a chart and in a narrow column."""
    start = period.start
    if cycle == HOUR:
        return f"{start:%H:%M}"
    if cycle in (DAY, WEEK):
        return f"{start:%m-%d}"
    return f"{start:%Y-%m}" if cycle == MONTH else period_words(cycle, period)


def against(pick: Pick) -> str:
    """What the period is compared with: the whole period before it."""
    cycle = None if pick.is_range else pick.cycle
    return _("对比：%(period)s（整期）") % {"period": period_words(pick.cycle, before(cycle, pick.period))}
