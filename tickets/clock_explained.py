"""Why a clock of a ticket stands where it stands: a sum that a clerk can check with a wall calendar (row N05).

Everything is read back from the clock itself: start, limit, recounts, extensions, pauses. The rulebook is the version
that the ticket was taken in under.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt
from tickets.actions.preview import deciding
from tickets.calendars import Calendar
from tickets.core.conditions import View, lookup
from tickets.core.deadlines import BY_DATE
from tickets.core.picture import ClockView, Picture
from tickets.core.rules import view_of
from tickets.core.world import World
from tickets.explanations import DayNote, Explanation
from tickets.limits import Limit, LimitError, elapsed, reckon
from tickets.rulebook.compiled import Book, LimitSpec

REST = "rest"
BEFORE_CLOCK = "clock."


@dataclass
class Explained:
    """Rows of the sum in the order in which one checks it; `skipped` are days left out, with their reason."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    note: str = ""

    def add(self, words: str, value: str, state: str = "", total: bool = False) -> None:
        self.rows.append({"words": words, "value": value, "state": state, "total": total})


def explain_clock(
    clock: ClockView, *, book: Book, picture: Picture, world: World, calendar: Calendar, language: str, at: datetime
) -> Explained:
    """The sum of one clock that has a deadline."""
    told = Explained()
    here = at.astimezone(calendar.zone)

    def moment(value: datetime | None) -> str:
        return fmt.moment_told(value.astimezone(calendar.zone) if value else None, at=here)

    step = picture.step(clock.step) if clock.step is not None else None
    taken_over = step is not None and clock.started_at < step.opened_at and step.ordinal > 1
    told.add(_("接着上一环节的时限算，起算于") if taken_over else _("起算"), moment(clock.started_at))
    limit = _limit(clock)
    told.add(_limit_words(clock, book, picture, world, language, at), limit_said(clock.limit))
    told.add(_("计时方式"), _way(limit, calendar))
    reckoned = reckon(limit, clock.started_at, calendar, roll=book.roll, end=book.end) if limit else None
    if reckoned is not None:
        told.skipped = [*_notes(reckoned.explanation)]
    if clock.story and reckoned is not None:
        told.add(_("起算加时限"), moment(reckoned.due_at))
    for words, value in _stories(clock, book, calendar, language, moment):
        told.add(words, value)
    if not clock.story:
        told.add(_("重算、延期、暂停"), _("没有"))
    if clock.ceiling_at is not None:
        told.add(_("最长可延至"), moment(clock.ceiling_at))
    if clock.warn_at is not None:
        told.add(_("%(percent)s%% 预警") % {"percent": _percent(clock, book)}, moment(clock.warn_at), "warned", True)
    told.add(_("到期"), moment(clock.due_at), "overdue", True)
    told.note = _note(clock, book, language)
    return told


# ── the limit ────────────────────────────────────────────────────────────────────────────────────────


def _limit(clock: ClockView) -> Limit | None:
    try:
        return Limit.parse(clock.limit)
    except LimitError:
        return None


def limit_said(limit: str) -> str:
    """`48h` as people say it: 48 小时."""
    if limit == BY_DATE or not limit:
        return _("到指定的日期")
    if limit.startswith(REST):
        before = limit.partition("-")[2]
        return _("派出环节到期前 %(time)s") % {"time": limit_said(before)} if before else _("派出环节剩下的时间")
    if limit.startswith(BEFORE_CLOCK):
        before = limit.partition("-")[2]
        return _("全程时限到期前 %(time)s") % {"time": limit_said(before)} if before else _("随全程时限到期")
    try:
        parsed = Limit.parse(limit)
    except LimitError:
        return limit
    patterns = {
        "s": _("%(n)d 秒"),
        "min": _("%(n)d 分钟"),
        "h": _("%(n)d 小时"),
        "d": _("%(n)d 天"),
        "wd": _("%(n)d 个工作日"),
        "mo": _("%(n)d 个月"),
        "same-day": _("当天"),
    }
    pattern = patterns[parsed.unit]
    return pattern % {"n": parsed.amount} if "%" in pattern else pattern


def _limit_words(clock: ClockView, book: Book, picture: Picture, world: World, language: str, at: datetime) -> str:
    """对外承诺时限：承诺级别 省级 — the table that gave the limit, and the facts that decided."""
    spec = _spec(clock, book, picture)
    step = picture.step(clock.step) if clock.step is not None else picture.main
    view = view_of(book, picture, step, world, at)
    for part in spec.parts if spec else ():
        if part in book.tables and _gives(part, clock.limit, book, view):
            facts = [
                f"{title.say(language)} {value.say(language)}"
                for title, value in deciding(book, book.tables[part], view)
            ]
            title = book.tables[part].title.say(language)
            return fmt.labelled(title, fmt.listed(facts)) if facts else title
    return _("时限")


def _spec(clock: ClockView, book: Book, picture: Picture) -> LimitSpec | None:
    if clock.step is None:
        return book.clocks[clock.name].limit if clock.name in book.clocks else None
    own = picture.step(clock.step).data.get("limit")
    if own:
        return LimitSpec(tuple(own))
    rule = book.steps.get(clock.name)
    return rule.limit if rule else None


def _gives(table: str, limit: str, book: Book, view: View, depth: int = 4) -> bool:
    """The table, looked up now, leads to this limit; a fact that changed since would say another."""
    value = lookup(book.tables[table], view)
    parts = [str(part) for part in (value if isinstance(value, tuple) else (value,))]
    return limit in parts or any(
        part in book.tables and depth and _gives(part, limit, book, view, depth - 1) for part in parts
    )


def _way(limit: Limit | None, calendar: Calendar) -> str:
    if limit is None or limit.unit in ("s", "min", "h"):
        return _("昼夜连续，不跳夜间和假日")
    if limit.unit in ("d", "mo"):
        return _("按日历日，起算当天不计")
    if limit.unit == "wd":
        return _("只算工作日，起算当天不计，%(closing)s 下班止") % {
            "closing": str(calendar.spans[-1]).partition("-")[2]
        }
    return _("当天下班止") if not calendar.round_the_clock else _("当天 24:00 止")


def _notes(facts: Explanation) -> Iterator[str]:
    reasons = {"weekend": _("周末"), "holiday": _("放假"), "closure": _("本单位休息")}
    for note in facts.skipped_days:
        yield f"{_days(note)} {note.name or reasons.get(note.reason, '')}"
    for note in facts.worked_weekends:
        yield _("（%(days)s 调休上班，照算）") % {"days": _days(note)}


def _days(note: DayNote) -> str:
    first, last = f"{note.first:%m-%d}", f"{note.last:%m-%d}"
    return first if first == last else fmt.between(first, last)


# ── what moved it since ──────────────────────────────────────────────────────────────────────────────


def _stories(clock: ClockView, book: Book, calendar: Calendar, language: str, moment: Any) -> Iterator[tuple[str, str]]:
    limit = _limit(clock)
    for told in clock.story:
        match told.get("what"):
            case "recounted":
                words = _("%(at)s 按新的分级重算，原到期") % {"at": moment(_instant(told["at"]))}
                yield words, moment(_instant(told.get("from")))
            case "extended":
                action = book.actions.get(str(told.get("by")))
                title = action.title.say(language) if action else _("延期")
                yield (
                    _("%(at)s %(act)s，原到期") % {"at": moment(_instant(told["at"])), "act": title},
                    moment(_instant(told.get("from"))),
                )
            case "stood_still":
                start, end = _instant(told.get("from")), _instant(told.get("to"))
                still = elapsed(limit, start, end, calendar) if start and end else timedelta()
                words = _("暂停：%(from)s") % {"from": fmt.between(moment(start), moment(end))}
                yield words, f"+ {fmt.duration(still.total_seconds())}"


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _percent(clock: ClockView, book: Book) -> str:
    chain = book.alarms.get(clock.chain)
    return f"{float(chain.warning_percent):g}" if chain else "90"


def _note(clock: ClockView, book: Book, language: str) -> str:
    told = _("规则手册：%(title)s 第 %(version)d 版（本单受理时生效）。新版不改变本单时限。")
    says = [told % {"title": book.title.say(language), "version": book.version}]
    if clock.target:
        says.append(_("这是目标时限：没达到会统计，但不算超时。"))
    if clock.provisional:
        says.append(_("暂定：涉及的年份还没公布放假安排，公布后重算。"))
    return " ".join(says)
