"""A simulation as the command, the page and a file tell it: before and after side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from reporting.figures import Figure
from reporting.labels import HOUSE
from tickets.rulebook.compiled import Book, Title

from .simulate import Moved, Rate, Refusal, Simulated, Wanted

STILL_OPEN = Title("未结", "Still open")
UNIT_WORDS = {
    "percent": Title("%", "%"),
    "per_10000": Title("每万名客户", "per 10,000 customers"),
    "per_100": Title("每百件", "per 100"),
    "hours": Title("小时", "hours"),
    "seconds": Title("秒", "seconds"),
    "count": Title("件", "number"),
    "each": Title("每件", "each"),
}
HEADINGS = {
    "alerts": Title("提醒", "Alerts"),
    "ends": Title("结果", "Ends"),
    "rates": Title("指标", "Rates"),
    "examples": Title("会有不同的工单", "Tickets that would differ"),
    "refusals": Title("走不通的工单", "Tickets that could not go on"),
}


def simulated_dict(found: Simulated, wanted: Wanted, language: str) -> dict[str, Any]:
    book = wanted.book
    return {
        "rulebook": {"id": book.id, "version": book.version, "title": book.title.say(language)},
        "from": wanted.period.start.isoformat(),
        "to": wanted.period.end.isoformat(),
        "tickets": found.tickets,
        "replayed": len(found.replayed),
        "refused": found.refused,
        "moved": found.moved,
        "alerts": [
            {
                "clock": clock,
                "title": _clock_title(book, clock, language),
                "kind": kind,
                "kind_title": HOUSE["alert_kind"][kind].say(language),
                "before": pair.before,
                "after": pair.after,
            }
            for (clock, kind), pair in found.alert_pairs().items()
        ],
        "ends": [
            {"end": end, "title": _end_title(book, end, language), "before": pair.before, "after": pair.after}
            for end, pair in found.end_pairs().items()
        ],
        "rates": [_rate_dict(rate, language) for rate in found.rates],
        "examples": [_moved_dict(book, one, language) for one in found.examples],
        "refusals": [_refusal_dict(one, language) for one in found.refusals],
    }


def _clock_title(book: Book, clock: str, language: str) -> str:
    known = book.clocks.get(clock) or book.steps.get(clock)
    return known.title.say(language) if known is not None else clock


def _end_title(book: Book, end: str, language: str) -> str:
    return (book.ends.get(end, Title(end, end)) if end else STILL_OPEN).say(language)


def _rate_dict(rate: Rate, language: str) -> dict[str, Any]:
    one = rate.indicator
    before, after = _shown(rate.before, one.scale), _shown(rate.after, one.scale)
    return {
        "id": one.id,
        "title": one.title.say(language),
        "unit": one.unit,
        "unit_word": UNIT_WORDS[one.unit].say(language),
        "before": before,
        "after": after,
        "change": round(after - before, 2) if before is not None and after is not None else None,
        "better": one.better or None,
    }


def _shown(figure: Figure, scale: int) -> float | None:
    """In the unit in which the indicator is shown; None = no data."""
    return round(figure.value * scale, 2) if figure.value is not None else None


def _moved_dict(book: Book, one: Moved, language: str) -> dict[str, Any]:
    return {
        "number": one.number,
        "promise": [_instant(at) for at in one.promise],
        "overruns": list(one.overruns),
        "end": [_end_title(book, end, language) for end in one.end],
    }


def _refusal_dict(one: Refusal, language: str) -> dict[str, Any]:
    return {
        "number": one.number,
        "event": one.event.say(language),
        "at": one.at.isoformat(),
        "reason": one.reason.say(language),
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


# ── as lines ─────────────────────────────────────────────────────────────────────────────────────────


def lines(said: dict[str, Any], language: str) -> Iterator[str]:
    """The same as text: a block for each of HEADINGS that has something to say."""
    book = said["rulebook"]
    yield f"{book['id']} {book['version']}  {said['from']} – {said['to']}"
    summary = Title(
        f"工单 {said['tickets']} 件，重放 {said['replayed']} 件，其中不同 {said['moved']} 件；"
        f"走不通 {said['refused']} 件",
        f"{said['tickets']} tickets, {said['replayed']} replayed, {said['moved']} of them would differ; "
        f"{said['refused']} could not go on",
    )
    yield summary.say(language)
    for name, rows in (
        ("alerts", [(f"{one['title']} · {one['kind_title']}", one["before"], one["after"]) for one in said["alerts"]]),
        ("ends", [(one["title"], one["before"], one["after"]) for one in said["ends"]]),
        ("rates", [(f"{one['title']} ({one['unit_word']})", one["before"], one["after"]) for one in said["rates"]]),
        ("examples", [(one["number"], *_two(one)) for one in said["examples"]]),
        ("refusals", [(one["number"], one["at"], f"{one['event']}: {one['reason']}") for one in said["refusals"]]),
    ):
        if rows:
            yield ""
            yield HEADINGS[name].say(language)
            for title, before, after in rows:
                yield f"  {title}  {_word(before)}  {_word(after)}"


def _two(one: dict[str, Any]) -> tuple[str, str]:
    return tuple(f"{one['promise'][n] or '–'} {one['end'][n]} ({one['overruns'][n]})" for n in (0, 1))  # type: ignore[return-value]


def _word(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
