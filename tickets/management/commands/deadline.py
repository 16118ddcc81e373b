"""`manage.py deadline`: reckon one deadline and say why, without a database (R03, N05)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.calendars import Calendar, CalendarError, calendar_of, parse_hours, read_day_table
from tickets.day_tables import DayTable, china_table
from tickets.explanation_texts import explain
from tickets.limits import Deadline, Limit, LimitError, Pause, reckon


class Command(BaseCommand):
    help = "Reckon the deadline and the warning moment of a limit; prints JSON with the reasons as sentences."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", required=True, help="30s, 10min, 4h, 2d, 3wd, 1mo or same-day")
        parser.add_argument("--start", required=True, help="ISO 8601 with offset: 2026-02-13T16:00:00+08:00")
        parser.add_argument(
            "--calendar", default="cn", help="cn, or a JSON file of days to lay over it (a year that cn lacks)"
        )
        parser.add_argument("--percent", default="90", help="share of the time after which it warns (90)")
        parser.add_argument("--roll", action="store_true", help="d and mo limits move off days off")
        parser.add_argument("--end", default="midnight", help="midnight, or closing: where d and mo limits end")
        parser.add_argument("--round-the-clock", action="store_true", help="the unit works day and night")
        parser.add_argument("--hours", default="09:00-17:30", help="business hours: 09:00-12:00,13:30-17:30")
        parser.add_argument("--zone", default="Asia/Shanghai", help="time zone of the organisation")
        parser.add_argument(
            "--pause", action="append", default=[], metavar="START/END", help="the clock stood still; repeatable"
        )
        parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the explanation")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            calendar = _calendar(options)
            deadline = reckon(
                Limit.parse(options["limit"]),
                _instant(options["start"]),
                calendar,
                percent=_percent(options["percent"]),
                roll=options["roll"],
                end=options["end"],
                pauses=[_pause(text) for text in options["pause"]],
            )
            answer = _answer(deadline, calendar, options["lang"])
        except (CalendarError, LimitError) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))


def _answer(deadline: Deadline, calendar: Calendar, lang: str) -> dict[str, object]:
    return {
        "due_at": calendar.local(deadline.due_at).isoformat(),
        "warn_at": calendar.local(deadline.warn_at).isoformat(),
        "provisional": deadline.provisional,
        "explanation": explain(deadline.explanation, lang),
    }


def _calendar(options: dict[str, Any]) -> Calendar:
    return calendar_of(
        _table(options["calendar"]),
        zone=options["zone"],
        hours=parse_hours(options["hours"]),
        round_the_clock=options["round_the_clock"],
    )


def _table(name: str) -> DayTable:
    if name == "cn":
        return china_table()
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise CalendarError(f"There is no calendar {name!r}: write cn, or a JSON file that can be read.") from error
    return china_table().overlaid(read_day_table(text))


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise LimitError(f"{text!r} is not a time such as 2026-02-13T16:00:00+08:00 ({error}).") from error


def _pause(text: str) -> Pause:
    start, slash, end = text.partition("/")
    if not slash:
        raise LimitError(f"{text!r} is not a pause: write START/END.")
    return _instant(start), _instant(end)


def _percent(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise LimitError(f"{text!r} is not a percentage such as 90.") from error
