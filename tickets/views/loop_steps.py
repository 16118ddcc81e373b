"""The loop of a ticket as the drawing and its table take it: where it was, is, and will go (design §9.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt
from complaints_site.lib.loop_drawing import cut
from tickets.core.picture import Picture, StepView
from tickets.models import Event
from tickets.rulebook.compiled import Book, End, Next
from tickets.views import words
from tickets.views.reader import Reader, language
from tickets.views.time_bars import bar_of, bar_of_done, calendar_for

MOST_AHEAD = 4
NORMAL = "normal"
VERB_WIDTH = 60  # px beside an arrow; the table has the whole verb


def loop_steps(reader: Reader, book: Book, picture: Picture, events: Iterable[Event]) -> list[dict[str, Any]]:
    """Steps that were and are, then those that the rulebook foresees."""
    verbs = _verbs(book, events)
    steps = [_drawn(reader, book, picture, step, verbs) for step in picture.steps]
    return [*steps, *_ahead(reader, book, picture)]


def _verbs(book: Book, events: Iterable[Event]) -> dict[int, str]:
    """By ordinal: the title of the action that opened the step."""
    verbs: dict[int, str] = {}
    for event in events:
        action = book.actions.get(event.name.partition(".")[0])
        for opened in event.data.get("opened", ()):
            verbs[opened["step"]] = action.title.say(language()) if action and "." not in event.name else ""
    return verbs


def _drawn(reader: Reader, book: Book, picture: Picture, step: StepView, verbs: dict[int, str]) -> dict[str, Any]:
    state, said = _time(reader, book, picture, step)
    source = _source(picture, step)
    return {
        "id": step.ordinal,
        "unit": reader.unit_name(step.unit),
        "unit_note": "",
        "title": words.step_word(book, step.kind, language()),
        "who": reader.person_name(step.assignee or step.closed_by),
        "words": said,
        "state": state,
        "current": step.is_open,
        "sent_by": source.ordinal if source else None,
        "assist": step.side,
        "lane_name": _("协办部门"),
        "lane_note": _("并行"),
        "verb": cut(verbs.get(step.ordinal, ""), VERB_WIDTH, 12),
        "back": source is not None and not step.side and _touched_before(picture, step, source),
    }


def _source(picture: Picture, step: StepView) -> StepView | None:
    """Where the arrow comes from: a side step from who asked, a main step from the main step before it."""
    if step.side:
        return picture.step(step.sent_by) if step.sent_by else None
    before = [other for other in picture.steps[: step.ordinal - 1] if not other.side]
    return before[-1] if before else None


def _touched_before(picture: Picture, step: StepView, source: StepView) -> bool:
    units = [other.unit for other in picture.steps if not other.side]
    return step.unit != source.unit and units.index(step.unit) < units.index(source.unit)


def _time(reader: Reader, book: Book, picture: Picture, step: StepView) -> tuple[str, str]:
    clock = picture.step_clock(step)
    assert reader.world is not None  # noqa: S101  who sees a ticket belongs to an organisation
    calendar = calendar_for(clock, picture.steps, reader.world) if clock else reader.world.calendar
    if not step.is_open:
        time = bar_of_done(step, clock, calendar=calendar)
        return time.state, time.words
    bar = bar_of(clock, book=book, calendar=calendar, at=reader.at) if clock else None
    if bar is None:
        return NORMAL, fmt.duration((reader.at - step.opened_at).total_seconds())
    return bar.state, bar.words


# ── what follows ─────────────────────────────────────────────────────────────────────────────────────


def _ahead(reader: Reader, book: Book, picture: Picture) -> list[dict[str, Any]]:
    """The way back to whoever asked, step by step, and then on as the rulebook goes when nothing special happens."""
    main = picture.main
    if main is None:
        return []
    boxes: list[dict[str, Any]] = []
    source: Any = main.ordinal
    for number, (kind, unit) in enumerate(_forecast(book, picture, main)):
        name = f"next{number}"
        boxes.append(
            {
                "id": name,
                "unit": reader.unit_name(unit),
                "title": words.step_word(book, kind, language()) if kind in book.steps else kind,
                "who": "",
                "words": _("未到") if kind in book.steps else "",
                "state": "next",
                "current": False,
                "sent_by": source,
                "verb": "",
                "back": True,
            }
        )
        source = name
    return boxes[:MOST_AHEAD]


def _forecast(book: Book, picture: Picture, main: StepView) -> Iterator[tuple[str, int]]:
    kind, unit, step = main.kind, main.unit, main
    while step.sent_by is not None:
        step = picture.step(step.sent_by)
        answered = book.steps[step.kind].answered if step.kind in book.steps else None
        if answered is None:
            break
        kind, unit = answered, step.unit
        yield kind, unit
    for onward in _onward(book, kind):
        yield onward, unit


def _onward(book: Book, kind: str) -> Iterator[str]:
    """Steps that follow of themselves: where all unconditional moves of a step's actions lead to one kind."""
    seen = {kind}
    while True:
        nexts = {
            effect.step
            for action in book.actions_of_step.get(kind, ())
            for effect in action.then
            if isinstance(effect, Next) and not effect.when and not action.when
        }
        if len(nexts) != 1 or nexts & seen:
            break
        kind = nexts.pop()
        seen.add(kind)
        yield kind
    ends = {e.end for action in book.actions_of_step.get(kind, ()) for e in action.then if isinstance(e, End)}
    usual = next(iter(book.ends), None)  # a rulebook names the usual end first
    if usual in ends:
        yield book.ends[usual].say(language())


def forecast_words(steps: list[dict[str, Any]]) -> str:
    """反馈（郑州远端） → 答复 → 回访: the same for the table."""
    return " → ".join(step["title"] for step in steps if step["state"] == "next")


def now_words(reader: Reader, book: Book, picture: Picture) -> str:
    """现在在 网络维护部 陈某 手里."""
    main = picture.main
    if main is None:
        return words.state_title(book, picture.state, "", language())
    who = " ".join(filter(None, [reader.unit_name(main.unit), reader.person_name(main.assignee)]))
    return _("现在在 %(who)s 手里") % {"who": who}
