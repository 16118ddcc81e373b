"""What stands on the first page, by what a person does (design §9.8): four numbers, the first steps, the main act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from complaints_site.lib import timestate
from tickets.access import ALL_SEEING_ROLES, BLIND_ROLES
from tickets.rulebook.compiled import APPROVAL, Book
from tickets.views import queue_rows as rows
from tickets.views.queue_rows import Wish
from tickets.views.reader import Reader

FRONT, DISPATCHER, HEAD, HANDLER = "front", "dispatcher", "head", "handler"
CALLER, SUPERVISOR, OFFICER, WATCHER, ADMINISTRATOR = "caller", "supervisor", "officer", "watcher", "administrator"
# The standard roles (domain §1.2); the roles of a rulebook of its own are told by what it lets them do.
STANDARD = {
    "supervisor": SUPERVISOR,
    "officer": OFFICER,
    "dispatcher": DISPATCHER,
    "head": HEAD,
    "caller": CALLER,
    "front_desk": FRONT,
    "handler": HANDLER,
}
ORDER = (SUPERVISOR, OFFICER, DISPATCHER, HEAD, FRONT, CALLER, HANDLER)
CHASE = "chase"
LATE_TO_DISPATCH = timedelta(hours=3)
LAST_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Number:
    """A figure over the open steps of one's units: how it is counted, and the list that shows exactly these."""

    title: Any
    condition: Q
    wish: Wish
    state: str = ""
    note: Any = ""


@dataclass(frozen=True)
class Step:
    """A line of 第一次用. `name` is an address; a fragment or query may follow."""

    code: str
    words: Any
    name: str
    more: str = ""


@dataclass(frozen=True)
class Act:
    words: Any
    name: str
    icon: str
    key: str = ""


@dataclass
class Kinds:
    """The kinds of step of the organisation's rulebooks, by stage."""

    stages: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, books: Iterable[Book]) -> Kinds:
        made = cls()
        for book in books:
            for step in book.steps.values():
                if not step.side:
                    made.stages.setdefault(step.stage, set()).add(step.kind)
        return made

    def at(self, stage: str) -> Q:
        return Q(kind__in=sorted(self.stages.get(stage, ())), side=False)

    def one(self, stage: str) -> str:
        """The kind that a list is filtered by, where there is only one; else the list of all."""
        kinds = self.stages.get(stage, set())
        return next(iter(kinds)) if len(kinds) == 1 else ""


def kind_of(reader: Reader, books: Iterable[Book]) -> str:
    """What a person mainly does; of several duties the one that sees most."""
    if reader.roles and reader.roles <= BLIND_ROLES:
        return ADMINISTRATOR
    working = reader.roles - BLIND_ROLES - ALL_SEEING_ROLES - {"quality"}
    if not working:
        return WATCHER
    found = {STANDARD[role] for role in working if role in STANDARD} or {_kind_of_role(role, books) for role in working}
    return next((kind for kind in ORDER if kind in found), HANDLER)


def _kind_of_role(role: str, books: Iterable[Book]) -> str:
    found = {_kind_in(role, book) for book in books if role in book.roles}
    return next((kind for kind in ORDER if kind in found), SUPERVISOR)


def _kind_in(role: str, book: Book) -> str:
    if role in (book.register.by or ()):
        return FRONT
    if any(step.stage == "handling" and not step.side and role in step.by for step in book.steps.values()):
        return HEAD
    chase = book.actions.get(CHASE)
    if chase is not None and role in (chase.by or ()):
        return SUPERVISOR
    if any(step.stage == "callback" and role in step.by for step in book.steps.values()):
        return CALLER
    return SUPERVISOR


def numbers_of(kind: str, reader: Reader, kinds: Kinds) -> list[Number]:
    """The figures that are counts of open steps; the others are the page's own."""
    at, lamp = reader.at, rows.lamp_condition
    overdue = Number(gettext_lazy("超时"), lamp(timestate.OVERDUE, at), Wish(lamp=timestate.OVERDUE), timestate.OVERDUE)
    warned = Number(gettext_lazy("预警"), lamp(timestate.WARNED, at), Wish(lamp=timestate.WARNED), timestate.WARNED)
    approvals = Number(gettext_lazy("待您审批"), Q(kind=APPROVAL), Wish(step=APPROVAL), timestate.PAUSED)
    match kind:
        case "front":
            again = kinds.at("intake") & Q(ordinal__gt=1)
            return [
                Number(gettext_lazy("待答复客户"), kinds.at("reply"), Wish(step=kinds.one("reply"))),
                Number(gettext_lazy("退回待改"), again, Wish(step=kinds.one("intake")), timestate.OVERDUE),
            ]
        case "dispatcher":
            waiting = kinds.at("review")
            return [
                Number(gettext_lazy("待复核"), waiting, Wish(step=kinds.one("review"))),
                Number(
                    gettext_lazy("超 3 小时未派"),
                    waiting & Q(opened_at__lte=at - LATE_TO_DISPATCH),
                    Wish(step=kinds.one("review"), sort=rows.BY_TIME),
                    timestate.WARNED,
                ),
                Number(gettext_lazy("被退回改派"), waiting & Q(ordinal__gt=2), Wish(step=kinds.one("review"))),
                overdue,
            ]
        case "caller":
            calls = kinds.at("callback")
            soon = Q(own__due_at__lte=at + LAST_DAY)
            return [
                Number(gettext_lazy("要回访"), calls, Wish(step="callback")),
                Number(
                    gettext_lazy("一天内到期"), calls & soon, Wish(step="callback", sort=rows.BY_TIME), timestate.WARNED
                ),
                Number(gettext_lazy("没接通"), calls & Q(ticket__fields__reached=False), Wish(step="callback")),
                Number(gettext_lazy("不满意待甄别"), Q(kind="screening"), Wish(step="screening")),
            ]
        case "supervisor":
            mass = Q(ticket__fields__many=True, side=False)
            return [
                overdue,
                Number(gettext_lazy("督办未答"), Q(kind=CHASE), Wish(step=CHASE), timestate.WARNED),
                Number(gettext_lazy("待批申请"), Q(kind=APPROVAL), Wish(step=APPROVAL), timestate.PAUSED),
                Number(gettext_lazy("影响大量客户"), mass, Wish()),
            ]
        case "handler":
            mine = rows.view_condition(rows.MINE, reader)
            return [
                Number(gettext_lazy("我的处理"), mine, Wish(view=rows.MINE)),
                Number(overdue.title, mine & overdue.condition, Wish(rows.MINE, timestate.OVERDUE), timestate.OVERDUE),
                Number(warned.title, mine & warned.condition, Wish(rows.MINE, timestate.WARNED), timestate.WARNED),
                Number(gettext_lazy("待协办"), rows.view_condition(rows.ASSIST, reader), Wish(view=rows.ASSIST)),
            ]
        case "officer":
            return [Number(gettext_lazy("在办"), Q(side=False), Wish()), overdue, warned, approvals]
    to_sign = Number(gettext_lazy("待签收"), rows.view_condition(rows.TO_SIGN, reader), Wish(view=rows.TO_SIGN))
    return [to_sign, overdue, warned, approvals]


MAIN_ACTS = {
    FRONT: Act(gettext_lazy("登记投诉"), "intake", "intake", "Alt+N"),
    DISPATCHER: Act(gettext_lazy("派下一件"), "queue", "send"),
    CALLER: Act(gettext_lazy("拨下一个"), "queue", "phone"),
    SUPERVISOR: Act(gettext_lazy("打开看板"), "board", "board"),
    OFFICER: Act(gettext_lazy("打开申诉台"), "appeals", "scale"),
    WATCHER: Act(gettext_lazy("查工单"), "search", "search"),
    ADMINISTRATOR: Act(gettext_lazy("看组织与路由"), "organisation", "units"),
}
OPEN_QUEUE = Act(gettext_lazy("打开队列"), "queue", "queue")
APPEAL = "appeal"  # a kind of rulebook


def main_act_of(kind: str, reader: Reader, books: Iterable[Book]) -> Act:
    """By what a person does; whoever only works on appeals, as the contact of a branch, opens their desk."""
    own = {book.kind for book in books if reader.roles & book.roles.keys()}
    return MAIN_ACTS[OFFICER] if own == {APPEAL} else MAIN_ACTS.get(kind, OPEN_QUEUE)


SHORTCUTS = Step("keys", gettext_lazy("记住 5 个快捷键（按 ? 看全部）"), "settings")
LANGUAGE = Step("settings", gettext_lazy("选好语言和列表疏密"), "settings")
FIRST_STEPS = {
    FRONT: (
        Step("form", gettext_lazy("打开登记页，看承诺时间怎么随内容变"), "intake"),
        Step("queue", gettext_lazy("在队列里找到等您答复的工单"), "queue"),
        LANGUAGE,
        SHORTCUTS,
    ),
    DISPATCHER: (
        Step("queue", gettext_lazy("看一件待复核的工单为什么排第 1"), "queue", "?step=review"),
        Step("board", gettext_lazy("看一眼各单位、各环节的在办"), "board"),
        LANGUAGE,
        SHORTCUTS,
    ),
    SUPERVISOR: (
        Step("board", gettext_lazy("看一眼各单位、各环节的在办"), "board"),
        Step("wall", gettext_lazy("打开大屏模式试一次"), "board", "?wall=1"),
        Step("alerts", gettext_lazy("看预警怎么往上报"), "alerts"),
        SHORTCUTS,
    ),
    ADMINISTRATOR: (
        Step("organisation", gettext_lazy("核对单位和上下级"), "organisation"),
        Step("people", gettext_lazy("核对人员和岗位"), "people"),
        Step("routes", gettext_lazy("补上路由缺口"), "routes"),
        Step("rulebooks", gettext_lazy("看一本规则手册的检查结果"), "rulebooks"),
    ),
    WATCHER: (Step("search", gettext_lazy("按工单号或内容查一件工单"), "search"), LANGUAGE, SHORTCUTS),
}
USUAL_STEPS = (
    Step("queue", gettext_lazy("打开队列，按优先级看一遍"), "queue"),
    Step("why", gettext_lazy("在一件工单上看“为什么是这个时限”"), "queue"),
    Step("alerts", gettext_lazy("确认一条预警"), "alerts"),
    SHORTCUTS,
)
