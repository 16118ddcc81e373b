"""A rulebook's conditions, limits, holders and effects as sentences that a manager can check (row R01)."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints_site.lib import format as fmt
from tickets.core import rules
from tickets.limit_words import Limit, LimitError
from tickets.rulebook.compiled import (
    APPROVAL,
    AnyOf,
    Ask,
    Back,
    Book,
    ClockIs,
    Condition,
    Effect,
    End,
    FromTable,
    Has,
    HolderSpec,
    LimitSpec,
    Next,
    OneOf,
    Recall,
    Rectify,
    Row,
    Set,
    Table,
    Tell,
    Test,
    Threshold,
    Title,
)
from tickets.views.admin_words import FUNCTION_WORDS, ROLE_WORDS
from tickets.views.reader import language

HOLDER_WORDS = {
    "channel": gettext_lazy("受理的单位"),
    "route": gettext_lazy("按路由表"),
    "chosen": gettext_lazy("办理人选的单位"),
    "previous": gettext_lazy("上一个持有单位"),
    "holder": gettext_lazy("当前持有单位"),
    "respondent": gettext_lazy("被投诉单位"),
    "none": gettext_lazy("无"),
}
PLACE_WORDS = {"home": gettext_lazy("受理地"), "above": gettext_lazy("上一级"), "top": gettext_lazy("总部")}
RECEIVER_WORDS = {
    "customer": gettext_lazy("客户"),
    "holder": gettext_lazy("持有单位"),
    "sender": gettext_lazy("派出单位"),
}
CLOCK_STATES = {
    "none": gettext_lazy("没有开始"),
    "running": gettext_lazy("在计时"),
    "warned": gettext_lazy("已预警"),
    "overdue": gettext_lazy("已超时"),
    "stopped": gettext_lazy("已停止"),
}
UNIT_WORDS = {
    "s": gettext_lazy("%(n)d 秒"),
    "min": gettext_lazy("%(n)d 分钟"),
    "h": gettext_lazy("%(n)d 小时"),
    "d": gettext_lazy("%(n)d 天（到当天结束）"),
    "wd": gettext_lazy("%(n)d 个工作日"),
    "mo": gettext_lazy("%(n)d 个月"),
}
FACT_WORDS = {"step": gettext_lazy("环节"), "tier": gettext_lazy("层级"), "signed": gettext_lazy("已签收")}


def say(title: Title, fallback: str = "") -> str:
    return title.say(language()) or fallback


def listed(words: Iterable[object]) -> str:
    return _("、").join(str(word) for word in words)


# ── limits and holders ───────────────────────────────────────────────────────────────────────────────


def limit(book: Book, spec: LimitSpec | None) -> str:
    if spec is None:
        return ""
    said = [limit_part(book, part) for part in spec.parts]
    return said[0] if len(said) == 1 else _("%(parts)s 中最早的") % {"parts": listed(said)}


def before_clock(book: Book, written: str) -> str:
    name, _dash, margin = written.partition("-")
    clock = say(book.clocks[name].title, name)
    if not margin:
        return _("“%(clock)s”到期") % {"clock": clock}
    return _("“%(clock)s”到期前 %(time)s") % {"clock": clock, "time": limit_part(book, margin)}


def limit_part(book: Book, part: object) -> str:
    written = str(part)
    if written in book.tables:
        return _("表“%(table)s”") % {"table": say(book.tables[written].title, written)}
    if written in book.fields:
        return _("“%(field)s”所填的时间") % {"field": say(book.fields[written].title, written)}
    if written == "none":
        return _("没有时限")
    if written == "rest":
        return _("上一环节剩下的时间")
    if written.startswith("rest-"):
        return _("上一环节剩下的时间减 %(time)s") % {"time": limit_part(book, written.removeprefix("rest-"))}
    if written.startswith("clock."):
        return before_clock(book, written.removeprefix("clock."))
    try:
        known = Limit.parse(written)
    except LimitError:
        return written
    return _("当天营业结束") if known.unit == "same-day" else str(UNIT_WORDS[known.unit]) % {"n": known.amount}


def holder(book: Book, spec: HolderSpec | None) -> str:
    if spec is None:
        return ""
    return _("，没有时 ").join(_holder(book, part) for part in spec.parts)


def _holder(book: Book, part: str) -> str:
    if part in book.tables:
        return _("表“%(table)s”") % {"table": say(book.tables[part].title, part)}
    word, _of, place = part.partition(" of ")
    said = str(HOLDER_WORDS.get(word) or FUNCTION_WORDS.get(word) or word)
    return f"{PLACE_WORDS.get(place, place)}{said}" if place else said


def roles(book: Book, names: Iterable[str] | None) -> str:
    return listed(role(book, name) for name in sorted(names or ()))


def role(book: Book, name: str) -> str:
    if name == "anyone":
        return _("任何人")
    return say(book.roles[name]) if name in book.roles else str(ROLE_WORDS.get(name, name))


def step(book: Book, kind: str) -> str:
    return say(rules.step_title(book, kind)) if kind == APPROVAL or kind in book.steps else kind


def action(book: Book, name: str) -> str:
    """An action's title; `<clock>.due` is the clock's own moment."""
    clock, dot, _moment = name.partition(".due")
    if dot:
        return _("“%(clock)s”到期") % {"clock": clock_title(book, clock)}
    return say(book.actions[name].title, name) if name in book.actions else name


def clock_title(book: Book, name: str) -> str:
    return say(book.clocks[name].title, name) if name in book.clocks else _("本环节时限")


def fact(book: Book, name: str) -> str:
    if name.startswith("done."):
        return _("已做“%(action)s”的次数") % {"action": action(book, name.removeprefix("done."))}
    return say(book.fields[name].title, name) if name in book.fields else str(FACT_WORDS.get(name, name))


def value(book: Book, name: str, written: object) -> str:
    field = book.fields.get(name)
    if isinstance(written, bool):
        return _("是") if written else _("否")
    if isinstance(written, FromTable):
        return _("表“%(table)s”的结果") % {"table": say(book.tables[written.table].title, written.table)}
    if field is not None and str(written) in field.choices:
        return say(field.choices[str(written)], str(written))
    if name == "step":
        return step(book, str(written))
    if isinstance(written, str) and written in book.tables:
        return _("表“%(table)s”") % {"table": say(book.tables[written].title, written)}
    return str(written)


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────


def condition(book: Book, spec: Condition) -> str:
    return _("，且").join(_test(book, test) for test in spec.tests)


def _test(book: Book, test: Test) -> str:
    match test:
        case OneOf(name, values):
            said = _(" 或 ").join(value(book, name, one) for one in sorted(values, key=str))
            return _("%(fact)s为%(values)s") % {"fact": fact(book, name), "values": said}
        case Threshold(name, least, most):
            bounds = []
            if least is not None:
                bounds.append(_("不少于 %(bound)s") % {"bound": value(book, name, least)})
            if most is not None:
                bounds.append(_("不超过 %(bound)s") % {"bound": value(book, name, most)})
            return f"{fact(book, name)} {listed(bounds)}"
        case Has(fields):
            return _("已填%(fields)s") % {"fields": listed(fact(book, name) for name in fields)}
        case ClockIs(name, states):
            said = _(" 或 ").join(str(CLOCK_STATES.get(state, state)) for state in sorted(states))
            return f"“{clock_title(book, name)}”{said}"
        case AnyOf(options):
            return _("（%(options)s）") % {"options": _(" 或 ").join(condition(book, one) for one in options)}


# ── effects ──────────────────────────────────────────────────────────────────────────────────────────


def effect(book: Book, one: Effect) -> str:
    said = _effect(book, one)
    return (
        _("%(condition)s时，%(effect)s") % {"condition": condition(book, one.when), "effect": said}
        if one.when
        else said
    )


def _effect(book: Book, one: Effect) -> str:
    match one:
        case Next() | Ask():
            pattern = _("转到“%(step)s”") if isinstance(one, Next) else _("另请“%(step)s”")
            rest = [holder(book, one.at), _("限 %(limit)s") % {"limit": limit(book, one.limit)} if one.limit else ""]
            return _("，").join(filter(None, [pattern % {"step": step(book, one.step)}, *rest]))
        case Back(how):
            return _("原路返回派出的人") if how == "answer" else _("退回再办")
        case Recall(kind):
            return _("收回“%(step)s”") % {"step": step(book, kind)}
        case End(name):
            return _("以“%(end)s”结束") % {"end": say(book.ends[name], name) if name in book.ends else name}
        case Rectify(at):
            return _("开整改单给%(holder)s") % {"holder": holder(book, at)}
        case Set(values):
            pairs = (f"{fact(book, name)} = {value(book, name, given)}" for name, given in values.items())
            return _("记下 %(pairs)s") % {"pairs": listed(pairs)}
        case Tell(message, to):
            named = say(book.messages[message].title, message) if message in book.messages else message
            return _("通知%(to)s：%(message)s") % {"to": listed(receiver(book, one) for one in to), "message": named}


def receiver(book: Book, written: str) -> str:
    word, _of, place = written.partition(" of ")
    said = str(RECEIVER_WORDS.get(word) or role(book, word))
    return f"{PLACE_WORDS.get(place, place)}{said}" if place else said


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────


def table_row(book: Book, table: Table, row: Row) -> tuple[list[str], str]:
    """The cells of a row in the order of `by`, and what the row gives."""
    cells = [
        _(" 或 ").join(value(book, name, one) for one in sorted(cell, key=str)) if cell is not None else _("任意")
        for name, cell in zip(table.by, row.cells, strict=True)
    ]
    given = row.value if isinstance(row.value, tuple) else (row.value,)
    return cells, listed(_given(book, one) for one in given)


def _given(book: Book, one: object) -> str:
    """A table gives limits, holders, numbers or values; each in its own words."""
    if isinstance(one, bool):
        return _("是") if one else _("否")
    if isinstance(one, int | float):
        return fmt.count(one) if isinstance(one, int) else str(one)
    written = str(one)
    word = written.partition(" of ")[0]
    if word in HOLDER_WORDS or word in FUNCTION_WORDS:
        return _holder(book, written)
    return limit_part(book, written)
