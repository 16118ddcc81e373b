"""The words around the queue: tabs, chips, order, and what an empty list says (design §9.1, §4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints_site.lib.format import labelled, moment
from tickets.models import Organisation
from tickets.rulebook.compiled import Book
from tickets.rulebook.registry import book_of, current_books
from tickets.views import queue_rows as rows
from tickets.views.queue_rows import Counts, Wish
from tickets.views.reader import Reader, language
from tickets.views.words import choice_word, step_word

VIEW_WORDS = {
    rows.UNIT: gettext_lazy("本部门全部"),
    rows.TO_SIGN: gettext_lazy("待签收"),
    rows.MINE: gettext_lazy("我的处理"),
    rows.ASSIST: gettext_lazy("待协办"),
    rows.WAITING: gettext_lazy("等别人反馈"),
    rows.ENDED: gettext_lazy("已办结"),
}
CONDITION_WORDS = {
    "business_type": gettext_lazy("业务"),
    "channel": gettext_lazy("渠道"),
    "grade": gettext_lazy("级别"),
    "severity": gettext_lazy("程度"),
    "level": gettext_lazy("客户级别"),
    "unit": gettext_lazy("部门"),
    "step": gettext_lazy("环节"),
    "due_from": gettext_lazy("到期晚于"),
    "due_before": gettext_lazy("到期不晚于"),
    "received": gettext_lazy("受理"),
}
SHOWN_WORDS = {
    "marks": gettext_lazy("优先原因"),
    "customer": gettext_lazy("客户"),
    "step": gettext_lazy("环节 / 持有人"),
    "sender": gettext_lazy("来自"),
    "time": gettext_lazy("本环节剩余时间"),
    "promise": gettext_lazy("对外承诺"),
    "received": gettext_lazy("受理时间"),
}
PERIOD_WORDS = {
    "today": gettext_lazy("今天"),
    "3d": gettext_lazy("近 3 天"),
    "7d": gettext_lazy("近 7 天"),
    "30d": gettext_lazy("近 30 天"),
}
EMPTY = {
    rows.UNIT: (gettext_lazy("没有等您部门办的工单"), gettext_lazy("派给您部门的工单会出现在这里，按优先级排好。")),
    rows.TO_SIGN: (gettext_lazy("没有等您签收的工单"), gettext_lazy("别的部门派来的新工单会先到这里，签收后开始办。")),
    rows.MINE: (gettext_lazy("没有指派给您的工单"), gettext_lazy("部门负责人指派给您后，工单会出现在这里。")),
    rows.ASSIST: (
        gettext_lazy("没有等您协办的工单"),
        gettext_lazy(
            "别的部门请您协助时，工单会出现在这里，并同时发到“预警”里。\n协办有自己的时限，时间到 90% 会提醒您。"
        ),
    ),
    rows.WAITING: (
        gettext_lazy("没有在等别人反馈的工单"),
        gettext_lazy("您派出、转派或请人协办的工单，在对方反馈前会列在这里。"),
    ),
    rows.ENDED: (gettext_lazy("还没有办结的工单"), gettext_lazy("结案的工单会留在这里，最近办结的在最上面。")),
}


def tabs(wish: Wish, counted: Counts) -> list[dict[str, Any]]:
    return [
        {
            "code": view,
            "label": VIEW_WORDS[view],
            "url": wish.query(view=view, lamp=""),
            "count": counted.views.get(view, ""),
            "current": view == wish.view,
        }
        for view in rows.VIEWS
    ]


def view_title(wish: Wish) -> str:
    return str(VIEW_WORDS[wish.view])


def lamp_chips(wish: Wish, counted: Counts) -> list[dict[str, Any]]:
    """超时 first: an ordinary overdue ticket may stand low in an order by importance (ruling REMINDER)."""
    if wish.view == rows.ENDED:
        return []
    return [
        {
            "state": lamp,
            "count": counted.lamps[lamp],
            "url": wish.query(lamp="" if wish.lamp == lamp else lamp),
            "on": wish.lamp == lamp,
        }
        for lamp in rows.LAMPS
    ]


def order_words(wish: Wish) -> dict[str, str]:
    if wish.view == rows.ENDED:
        return {"words": _("最近办结的在前"), "other": "", "url": ""}
    if wish.sort == rows.BY_TIME:
        return {"words": _("剩余时间"), "other": _("改为先按优先级"), "url": wish.query(sort=rows.BY_PRIORITY)}
    return {
        "words": _("优先级（规则手册）→ 剩余时间"),
        "other": _("改为只看剩余时间"),
        "url": wish.query(sort=rows.BY_TIME),
    }


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────


def chips(reader: Reader, wish: Wish) -> list[dict[str, str]]:
    """The conditions in force, each with the address without it."""
    if not wish.conditions:
        return []
    books = books_in_force(reader)
    return [
        {
            "name": str(CONDITION_WORDS[name]),
            "words": labelled(str(CONDITION_WORDS[name]), _value_words(reader, books, name, value)),
            "remove_url": wish.query(**{name: ""}),
        }
        for name, value in wish.conditions.items()
    ]


def _value_words(reader: Reader, books: list[Book], name: str, value: str) -> str:
    if name == "received":
        return str(PERIOD_WORDS[value])
    if name == "step":
        return step_title(books, value)
    if name in ("due_from", "due_before"):
        return moment(timezone.localtime(datetime.fromisoformat(value)), at=timezone.localtime(reader.at))
    if name == "unit":
        unit = reader.world.by_code.get(value) if reader.world else None
        return reader.unit_name(unit.id) if unit else value
    return next((choice_word(book, name, value, language()) for book in books if _knows(book, name, value)), value)


def step_title(books: Iterable[Book], kind: str) -> str:
    """What these rulebooks call such a step: where they differ, the shortest name says what is common to all."""
    known = (step_word(book, kind, language()) for book in books)
    return min((said for said in known if said != kind), key=len, default=kind)


def _knows(book: Book, name: str, value: str) -> bool:
    return name in book.fields and value in book.fields[name].choices


def books_in_force(reader: Reader) -> list[Book]:
    known: list[Book] | None = reader.known.get("books")
    if known is None:
        versions = current_books(reader.at, Organisation(pk=reader.person.organisation_id))
        known = reader.known["books"] = [book_of(version.pk) for version in versions.values()]
    return known


def condition_choices(reader: Reader, wish: Wish) -> str:
    """Where the form of conditions is loaded from when somebody opens it: lists seldom need it."""
    return wish.query()


def condition_fields(reader: Reader, wish: Wish) -> list[dict[str, Any]]:
    """The form of conditions: the vocabularies of the rulebooks in force, own units, periods."""
    fields = []
    for name in rows.COLUMNS:
        choices: dict[str, str] = {}
        for book in books_in_force(reader):
            if name in book.fields:
                choices.update({v: t.say(language()) for v, t in book.fields[name].choices.items()})
        if choices:
            fields.append(_field(name, wish.columns.get(name, ""), choices))
    units = sorted(reader.units & frozenset(reader.world.units if reader.world else ()))
    if len(units) > 1 and reader.world:
        by_code = {reader.world.units[unit].code: reader.unit_name(unit) for unit in units}
        fields.append(_field("unit", wish.unit, dict(sorted(by_code.items()))))
    fields.append(_field("received", wish.received, {code: str(said) for code, said in PERIOD_WORDS.items()}))
    return fields


def column_choices(wish: Wish) -> list[dict[str, Any]]:
    """The columns that a row may show, for the same form."""
    return [{"value": name, "title": title, "on": name in wish.chosen} for name, title in SHOWN_WORDS.items()]


def _field(name: str, value: str, choices: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "title": CONDITION_WORDS[name],
        "value": value,
        "choices": [{"value": code, "title": said} for code, said in choices.items()],
    }


# ── nothing there ────────────────────────────────────────────────────────────────────────────────────


def empty_words(reader: Reader, wish: Wish, counted: Counts) -> dict[str, Any]:
    if wish.lamp or wish.conditions or wish.page > 1:
        return {
            "title": _("没有符合这些条件的工单"),
            "text": _("放宽条件，或者换一个视图。"),
            "acts": [{"label": _("清除条件"), "url": Wish(view=wish.view, sort=wish.sort).query(), "main": True}],
        }
    title, text = EMPTY[wish.view]
    return {"title": title, "text": text, "acts": _ways_on(wish, counted)}


def _ways_on(wish: Wish, counted: Counts) -> list[dict[str, Any]]:
    ways = []
    if wish.view != rows.UNIT:
        label = _("看本部门全部 %(count)d 件") % {"count": counted.views[rows.UNIT]}
        ways.append({"label": label, "url": wish.query(view=rows.UNIT), "main": True})
    if wish.view != rows.WAITING:
        label = _("看等别人反馈的 %(count)d 件") % {"count": counted.views[rows.WAITING]}
        ways.append({"label": label, "url": wish.query(view=rows.WAITING), "main": False})
    return ways
