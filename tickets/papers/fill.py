"""The text of a document, filled from the ticket: what a person then reads, edits and sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from ..actions.outcome import Outcome
from ..core.conditions import View, holds
from ..core.rules import step_title
from ..models import Attachment, Event, Person
from ..rulebook.compiled import Book
from ..rulebook.paper_rules import CUSTOMER, PLACES, PaperRule, PartRule, RowRule
from ..rulebook.words import PLACE
from .places import Places, is_late

Body = dict[str, Any]
OPEN = "【待填：{}】"  # stands where nothing is known yet; a document that still has one is not sent
OPEN_MARK = re.compile("【待填：([^】]*)】")
QUOTED = frozenset({"content", "request"})  # the customer's own words (ruling VERBATIM)
# What a person is asked for where one of our own places is empty.
NAMES = {
    "customer": "客户姓名",
    "customer_phone": "联系电话",
    "customer_address": "联系地址",
    "customer_account": "业务号码",
    "customer_email": "电子邮箱",
    "respondent_unit": "被投诉部门",
    "respondent_person": "被投诉人",
    "unit": "承办单位",
    "subject": "标题",
    "due": "到期时间",
    "promise": "承诺时间",
    "settled": "办结时间",
    "ended": "结案时间",
}


def filled(rule: PaperRule, found: Outcome, *, author: Person, at: datetime) -> Body:
    """The body of a document of this ticket. It reads the ticket's events and files, and nothing else."""
    files = found.ticket.attachments.order_by("uploaded_at", "pk")
    if rule.audience == CUSTOMER:
        files = files.filter(internal=False)
    places = Places(found, list(found.ticket.events.order_by("seq")), list(files), author, at)
    view = View(found.book, found.picture, at, found.picture.main)
    parts = (part for part in rule.parts if holds(part.when, view))
    return {
        "heading": said(rule.heading, places),
        "to": said(rule.to, places),
        "facts": [[row.label, known(row.text, places)] for row in rule.facts],
        "parts": [_part(part, places, form=rule.form) for part in parts],
        "closing": [said(line, places) for line in rule.closing],
        "note": said(rule.note, places),
    }


def said(text: str, places: Places) -> str:
    """A text with its places filled; what is not known yet is marked to be filled in."""
    return PLACE.sub(lambda found: places.value(found[1]) or OPEN.format(_name(found[1], places.found.book)), text)


def known(text: str, places: Places) -> str:
    """A cell of a form: what is not known stays empty, to be written by hand."""
    return PLACE.sub(lambda found: places.value(found[1]), text).strip()


def still_open(body: Body) -> list[str]:
    """What is still to be filled in, in the order of the document."""
    texts = [body["heading"], body["to"], *body["closing"], body["note"]]
    texts += [part.get("text", "") for part in body["parts"]]
    return list(dict.fromkeys(name for text in texts for name in OPEN_MARK.findall(text)))


def _name(place: str, book: Book) -> str:
    last = place.rpartition(".")[2]
    if last in book.fields:
        return book.fields[last].title.zh
    kind, _, rest = place.partition(".")
    own = rest.partition(".")[0]
    if kind == "action" and own in book.actions:
        return book.actions[own].title.zh
    if kind == "step" and own in book.steps:
        return book.steps[own].title.zh
    return NAMES.get(place, place if place not in PLACES else "内容")


def _part(part: PartRule, places: Places, *, form: bool) -> dict[str, Any]:
    head = {"title": part.title}
    if part.rows:
        return head | {"kind": "rows", "rows": [_row(row, places) for row in part.rows]}
    if part.table:
        names, widths, rows = LISTS[part.table]
        listed = [list(row) for row in rows(places)]
        return head | {"kind": "table", "head": list(names), "widths": list(widths), "rows": listed}
    if part.signs:
        return head | {"kind": "signs", "signs": list(part.signs)}
    if part.quote:
        return head | {"kind": "quote", "text": places.value(part.quote) or "无"}
    return head | {"kind": "text", "text": known(part.text, places) if form else said(part.text, places)}


def _row(row: RowRule, places: Places) -> dict[str, Any]:
    quoted = any(row.text == f"{{{name}}}" for name in QUOTED)
    value = known(row.text, places)
    return {"label": row.label, "value": value, "wide": row.wide, "tall": row.tall, "locked": quoted and bool(value)}


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────

Rows = Iterable[tuple[str, ...]]
TELLING = ("findings", "solution", "explanation", "reply_text", "reason", "progress")


def _steps(places: Places) -> Rows:
    for number, step in enumerate(places.found.picture.steps, 1):
        title = step_title(places.found.book, step.kind).zh
        who = " ".join(filter(None, [places.unit(step.unit), places.person(step.closed_by or step.assignee)]))
        words = next((str(step.data[name]) for name in TELLING if step.data.get(name)), "")
        yield str(number), title, who, places.moment(step.opened_at), places.moment(step.closed_at), words


def _events(places: Places) -> Rows:
    for event in places.events:
        who = " ".join(filter(None, [str(event.data.get("unit", "")), str(event.data.get("actor", ""))]))
        yield places.moment(event.at), who or "系统", event_words(event, places.found.book), given_words(event, places)


def event_words(event: Event, book: Book) -> str:
    if event.name in book.actions:
        return book.actions[event.name].title.zh
    own, _, moment = event.name.partition(".")
    title = next((names[own].title.zh for names in (book.actions, book.clocks, book.steps) if own in names), own)
    return f"{title}（{MOMENTS.get(moment, moment)}）" if moment else title


MOMENTS = {"asked": "申请", "rejected": "不批准", "due": "到期", "drafted": "起草", "edited": "修改", "sent": "发出"}


def given_words(event: Event, places: Places) -> str:
    """What was given, by the titles of the fields; personal values are not in an event at all."""
    fields = places.found.book.fields
    said_so = (
        f"{fields[name].title.zh}：{places.fact(name, value)}"
        for name, value in event.data.get("given", {}).items()
        if name in fields and name != "content"
    )
    return "；".join(filter(None, [str(event.data.get("paper", "")), *said_so]))


def _clocks(places: Places) -> Rows:
    book = places.found.book
    for clock in places.found.picture.clocks:
        title = book.clocks[clock.name].title.zh if clock.name in book.clocks else ""
        if clock.step is not None:
            title = step_title(book, places.found.picture.step(clock.step).kind).zh
        late = "是" if is_late(clock, places.at) else "否"
        moments = (clock.started_at, clock.due_at, clock.stopped_at)
        yield title or clock.name, *(places.moment(one) for one in moments), late


def _files(places: Places) -> Rows:
    for number, file in enumerate(places.files, 1):
        yield str(number), file.name, places.moment(file.uploaded_at), file.sha256


# Heads, widths in twelfths of the line, rows.
LISTS: dict[str, tuple[tuple[str, ...], tuple[int, ...], Callable[[Places], Rows]]] = {
    "steps": (("序号", "环节", "承办单位、人员", "接收时间", "完成时间", "办理情况"), (1, 2, 2, 2, 2, 3), _steps),
    "events": (("时间", "单位、人员", "事项", "内容"), (2, 2, 2, 6), _events),
    "clocks": (("时限", "起算", "到期", "办结", "超时"), (3, 3, 3, 2, 1), _clocks),
    "files": (("序号", "名称", "时间", "SHA-256"), (1, 4, 2, 5), _files),
}


def files_of(found: Outcome) -> list[Attachment]:
    return list(found.ticket.attachments.order_by("uploaded_at", "pk"))
