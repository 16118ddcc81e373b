"""The state of a limit as a screen shows it: one word, one sentence, one bar (U02).

Pure: the figures come from a clock, the words from `format`. The partial `time_bar.html` draws it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints_site.lib import format as fmt

NORMAL, WARNED, OVERDUE, PAUSED, DONE = "normal", "warned", "overdue", "paused", "done"
WORDS = {
    NORMAL: gettext_lazy("正常"),
    WARNED: gettext_lazy("预警"),
    OVERDUE: gettext_lazy("超时"),
    PAUSED: gettext_lazy("暂停"),
    DONE: gettext_lazy("已完成"),
}


@dataclass(frozen=True)
class TimeState:
    """What one time bar needs. `percent` is the used share (may exceed 100), `fill` the drawn one."""

    state: str
    words: str
    until: str = ""
    percent: float = 0
    warn_percent: float = 90
    provisional: bool = False

    @property
    def fill(self) -> float:
        return round(min(max(self.percent, 0), 100), 1)

    @property
    def tick(self) -> float:
        """Left edge of the tick, which is 1.1 wide and centred on the warning mark."""
        return round(self.warn_percent - 0.55, 2)

    @property
    def spoken(self) -> str:
        """The bar for those who do not see it."""
        return _("已用 %(used)s%%，预警点 %(warn)g%%") % {
            "used": fmt.one_decimal(self.percent).removesuffix(".0"),
            "warn": self.warn_percent,
        }


def state_of(percent: float, warn_percent: float = 90) -> str:
    """Normal, warned or overdue by the used share alone."""
    if percent >= 100:
        return OVERDUE
    return WARNED if percent >= warn_percent else NORMAL


def time_state(
    *,
    state: str,
    at: datetime,
    deadline: datetime | None,
    percent: float,
    warn_percent: float = 90,
    working_days: int | None = None,
    paused_for: str = "",
    used_seconds: float | None = None,
    limit_seconds: float | None = None,
    provisional: bool = False,
) -> TimeState:
    """Words and bar of a limit.

    `at` and `deadline` are in the reader's zone. `working_days` replaces the time left for limits counted
    in working days. A provisional deadline (no calendar published for its year) says so in its words.
    """
    words = _sentence(state, at, deadline, working_days, paused_for, used_seconds, limit_seconds)
    shown = fmt.until(deadline, at=at) if state not in (PAUSED, DONE) else ""
    if provisional and deadline and shown:
        shown = _("暂定 %(moment)s") % {"moment": fmt.moment(deadline, at=at)}
    return TimeState(state, words, shown, percent, warn_percent, provisional)


def _sentence(
    state: str,
    at: datetime,
    deadline: datetime | None,
    working_days: int | None,
    paused_for: str,
    used_seconds: float | None,
    limit_seconds: float | None,
) -> str:
    if state == PAUSED:
        return _("已暂停 · %(reason)s") % {"reason": paused_for} if paused_for else _("已暂停")
    if state == DONE:
        return str(WORDS[DONE]) if used_seconds is None else fmt.used(used_seconds, limit_seconds)
    if working_days is not None and state != OVERDUE:
        return fmt.left_working_days(working_days)
    return fmt.left((deadline - at).total_seconds()) if deadline else str(WORDS[state])
