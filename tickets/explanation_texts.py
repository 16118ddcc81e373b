"""The sentences of an explanation, in Chinese and in English (N05). Pure.

They stand here and not in the catalogues because they are put together from counts and dates, each language in its
own order, and both must be there for a command that runs without translations.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from tickets.calendars import Calendar
from tickets.explanations import DayNote, Explanation

PHRASES = {
    "zh": {
        "start": "起算:{start}。",
        "fixed": "期限:截止时间由人工给定,按钟点连续计算,昼夜和节假日都算。",
        "s": "期限:{n}秒,按钟点连续计算,昼夜和节假日都算。",
        "min": "期限:{n}分钟,按钟点连续计算,昼夜和节假日都算。",
        "h": "期限:{n}小时,按钟点连续计算,昼夜和节假日都算。",
        "d": "期限:{n}天,按日历日计算,起算当日不计,到其后第{n}天的{end}止。",
        "wd": "期限:{n}个工作日,起算当日不计,到其后第{n}个工作日的下班时间({closing})止。",
        "mo": "期限:{n}个月,到{n}个月后的同一日(该月没有这一日的,为该月最后一日)的{end}止。",
        "today": "期限:当天,到起算当日的下班时间({closing})止。",
        "next-day": "期限:当天,在下班后或休息日起算,到下一个工作日的下班时间({closing})止。",
        "all-day": "期限:当天,本单位昼夜服务,到起算当日24:00止。",
        "end": "下班时间({closing})",
        "rolled": "末日{day}是休息日,按规则顺延到下一个工作日。",
        "unrolled": "规则规定末日遇休息日顺延,末日不是休息日。",
        "stays": "末日遇休息日不顺延。",
        "skipped": "不计的日子:{notes}。",
        "worked": "照常计算的周末:{notes}。",
        "pause": "暂停:{start}至{end}。",
        "paused": "暂停共{length},不计在内。",
        "due": "截止:{due}。",
        "warning": "预警:起止之间共{total},用去{percent}%(即{used})时为{warn}。",
        "warning-hours": "预警:起止之间的工作时间(含起算当日剩余部分)共{total},用去{percent}%(即{used})时为{warn}。",
        "provisional": "暂定:{years}年的放假安排尚未公布,暂按周一至周五为工作日计算,公布后重新计算。",
    },
    "en": {
        "start": "Starts {start}.",
        "fixed": "The date was given by a person; it is clock time, day and night.",
        "s": "The limit is {n} s of clock time, day and night.",
        "min": "The limit is {n} min of clock time, day and night.",
        "h": "The limit is {n} h of clock time, day and night.",
        "d": "The limit is {n} calendar days: the start day is not counted, it ends at {end} of day {n} after it.",
        "wd": "The limit is {n} working days: the start day is not counted, "
        "it ends at closing time ({closing}) of working day {n} after it.",
        "mo": "The limit is {n} months: it ends at {end} of the same day number {n} months later, "
        "or of that month's last day.",
        "today": "The limit is the same day: it ends at closing time ({closing}) of the day it starts.",
        "next-day": "The limit is the same day: started after closing or on a day off, "
        "it ends at closing time ({closing}) of the next working day.",
        "all-day": "The limit is the same day: the unit works round the clock, "
        "so it ends at 24:00 of the day it starts.",
        "end": "closing time ({closing})",
        "rolled": "{day} is a day off, so by the rule the end moves to the next working day.",
        "unrolled": "By the rule an end on a day off would move; this one is not on a day off.",
        "stays": "An end on a day off does not move.",
        "skipped": "Days not counted: {notes}.",
        "worked": "Weekend days counted because they are worked: {notes}.",
        "pause": "Stood still from {start} to {end}.",
        "paused": "Pauses of {length} in all are not counted.",
        "due": "Due {due}.",
        "warning": "Warns when {percent} % of the {total} from start to deadline ({used}) are used: {warn}.",
        "warning-hours": "Warns when {percent} % of the {total} of working time from start to deadline, "
        "the rest of the start day included, ({used}) are used: {warn}.",
        "provisional": "Provisional: the calendar of {years} is not published yet; "
        "Monday to Friday are taken as working days until it is.",
    },
}
WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
REASONS = {
    "zh": {"weekend": "周末", "holiday": "放假", "closure": "本单位休息", "worked": "调休上班"},
    "en": {"weekend": "weekend", "holiday": "holiday", "closure": "own day off", "worked": "worked instead"},
}
HOLIDAYS_EN = {
    "元旦": "New Year",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日": "70th anniversary of the victory of 1945",
}
LENGTHS = {"zh": ("小时", "分", "秒", ""), "en": (" h", " min", " s", " ")}


def explain(explanation: Explanation, lang: str = "zh") -> list[str]:
    """The explanation as sentences, in Chinese (`zh`) or English (`en`), in the order in which a clerk checks them."""
    phrases = PHRASES["en" if lang.startswith("en") else "zh"]
    return [phrases[key].format(**values) for key, values in _facts(explanation, "en" if lang[:2] == "en" else "zh")]


def _facts(facts: Explanation, lang: str) -> Iterator[tuple[str, dict[str, object]]]:
    calendar = facts.calendar
    yield "start", {"start": _moment(facts.start, calendar, lang)}
    yield _counted(facts), {**_limit_values(facts, lang)}
    if facts.limit and facts.limit.unit in ("d", "mo"):
        key = "rolled" if facts.rolled_from else "unrolled" if facts.roll else "stays"
        yield key, {"day": _day(facts.rolled_from, lang) if facts.rolled_from else ""}
    for key, notes in (("skipped", facts.skipped_days), ("worked", facts.worked_weekends)):
        if notes:
            yield key, {"notes": ("、" if lang == "zh" else "; ").join(_note(note, lang) for note in notes)}
    for stopped_at, at in facts.pauses:
        yield "pause", {"start": _moment(stopped_at, calendar, lang), "end": _moment(at, calendar, lang)}
    if facts.pauses or facts.stood_still:
        yield "paused", {"length": _length(facts.stood_still, lang)}
    yield "due", {"due": _moment(facts.due_at, calendar, lang, ends=facts.ends_with_a_day)}
    yield (
        "warning-hours" if facts.in_hours else "warning",
        {
            "total": _length(facts.total, lang),
            "percent": _percent(facts.percent),
            "used": _length(facts.used_at_warning, lang),
            "warn": _moment(facts.warn_at, calendar, lang),
        },
    )
    if facts.provisional_years:
        yield "provisional", {"years": ("、" if lang == "zh" else ", ").join(map(str, facts.provisional_years))}


def _counted(facts: Explanation) -> str:
    if facts.limit is None:
        return "fixed"
    if facts.limit.unit != "same-day":
        return facts.limit.unit
    if facts.calendar.round_the_clock:
        return "all-day"
    return "today" if facts.first_day == facts.limit_day else "next-day"


def _limit_values(facts: Explanation, lang: str) -> dict[str, object]:
    closing = str(facts.calendar.spans[-1]).partition("-")[2]
    end = PHRASES[lang]["end"].format(closing=closing) if facts.end == "closing" else "24:00"
    return {"n": facts.limit.amount if facts.limit else 0, "closing": closing, "end": end}


def _day(day: date, lang: str) -> str:
    weekday = WEEKDAYS[lang][day.weekday()]
    return f"{day.year}年{day.month}月{day.day}日({weekday})" if lang == "zh" else f"{weekday} {day.isoformat()}"


def _moment(at: datetime, calendar: Calendar, lang: str, *, ends: bool = False) -> str:
    """The instant on the wall; a day's end at midnight is written 24:00 of that day."""
    local = calendar.local(at)
    if ends and local.time() == time.min:
        return f"{_day(local.date() - timedelta(1), lang)} 24:00"
    clock = local.strftime("%H:%M:%S" if local.second or local.microsecond else "%H:%M")
    return f"{_day(local.date(), lang)} {clock}{_fraction(local.microsecond)}"


def _note(note: DayNote, lang: str) -> str:
    first, last = (f"{day.month}月{day.day}日" if lang == "zh" else day.isoformat() for day in (note.first, note.last))
    days = first if first == last else f"{first}{'至' if lang == 'zh' else ' to '}{last}"
    name = note.name if lang == "zh" else ", ".join(HOLIDAYS_EN.get(part, part) for part in note.name.split("、"))
    reason = REASONS[lang][note.reason]
    if name:
        reason = name if note.reason == "holiday" else f"{name}{reason}" if lang == "zh" else f"{name}, {reason}"
    return f"{days}({reason})" if lang == "zh" else f"{days} ({reason})"


def _length(length: timedelta, lang: str) -> str:
    hour, minute, second, gap = LENGTHS[lang]
    seconds = length // timedelta(seconds=1)
    parts = [f"{seconds // 3600}{hour}"] if seconds >= 3600 else []
    if seconds // 60 % 60:
        parts.append(f"{seconds // 60 % 60}{minute}")
    if seconds % 60 or length.microseconds or not parts:
        parts.append(f"{seconds % 60}{_fraction(length.microseconds)}{second}")
    return gap.join(parts)


def _fraction(microseconds: int) -> str:
    return f".{microseconds:06d}".rstrip("0") if microseconds else ""


def _percent(percent: int | Fraction) -> str:
    return f"{float(percent):g}"
