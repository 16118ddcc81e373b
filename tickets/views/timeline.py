"""What happened on a ticket, as sentences: from the names of events and what was given, with names as they were."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt
from tickets.actions.papers import EVENT_TITLES
from tickets.actions.preview import title_of
from tickets.actions.retime import PUBLISHED, RETIMED
from tickets.core import contacts
from tickets.core.picture import Picture
from tickets.models import Attachment, Event
from tickets.rulebook.compiled import RESERVED_FIELDS, Book
from tickets.views import words
from tickets.views.action_faces import event_icon
from tickets.views.reader import Reader, language

SHOWN = 2  # facts of an event; one more is shown too, others are folded
ALL, PEOPLE, SYSTEM = "all", "people", "system"
# The words that tell most, if several texts were given.
TEXTS = ("reason", "solution", "reply_text", "explanation", "progress", "content")


def timeline(
    reader: Reader, book: Book, picture: Picture, events: Iterable[Event], files: Iterable[Attachment]
) -> list[dict[str, Any]]:
    """Newest first. `at` orders them among the lines of other rooms (alerts)."""
    by_id = {str(file.pk): file for file in files}
    return [_line(reader, book, picture, event, by_id) for event in sorted(events, key=lambda e: -e.seq)]


def _line(reader: Reader, book: Book, picture: Picture, event: Event, files: dict[str, Attachment]) -> dict[str, Any]:
    given = dict(event.data.get("given", {}))
    text = next((str(given.pop(name)) for name in TEXTS if isinstance(given.get(name), str) and given[name]), "")
    text = text or str(event.data.get("paper", ""))
    facts = _facts(reader, book, event, given)
    return {
        "id": event.seq,
        "at": event.at,
        "at_words": fmt.moment(timezone.localtime(event.at), at=timezone.localtime(reader.at)),
        "icon": event_icon(event.name),
        "system": event.actor_id is None,
        "who": event.data.get("actor", ""),
        "unit": event.data.get("unit", ""),
        "title": _approved(event_title(book, event.name), event),
        "text": text if event.name != book.register.name else "",
        "facts": facts[:SHOWN] if len(facts) > SHOWN + 1 else facts,
        "more": facts[SHOWN:] if len(facts) > SHOWN + 1 else [],
        "files": _files(book, event, given, files),
        "answer": _answer(reader, book, picture, event),
    }


def _approved(title: str, event: Event) -> str:
    """Who approved is no more than that: the act was the requester's."""
    return _("批准“%(act)s”") % {"act": title} if event.data.get("approved_by") else title


def event_title(book: Book, name: str) -> str:
    """派单; 申请：超时审批; 对外承诺 到期."""
    if name in EVENT_TITLES:
        return EVENT_TITLES[name].say(language())
    own = {
        "import": _("导入"),
        RETIMED: _("按新版规则手册重算时限"),
        PUBLISHED: _("年历公布，重算时限"),
        contacts.CONTACTED: _("客户再次联系"),
        contacts.URGED: _("客户催办"),
    }
    if name in own:
        return own[name]
    action, _dot, moment = name.partition(".")
    title = book.actions[action].title.say(language()) if action in book.actions else ""
    match moment:
        case "":
            return title or action
        case "asked":
            return _("申请“%(act)s”") % {"act": title}
        case "rejected":
            return _("不批准“%(act)s”") % {"act": title}
        case "due":
            return _("%(clock)s到期") % {"clock": words.clock_word(book, action, language())}
    return _("%(clock)s用到 %(moment)s") % {"clock": words.clock_word(book, action, language()), "moment": moment}


def _facts(reader: Reader, book: Book, event: Event, given: dict[str, Any]) -> list[dict[str, str]]:
    facts = []
    opened = event.data.get("opened", ())
    if opened:
        names = _("、").join(f"{one['name']}（{words.step_word(book, one['kind'], language())}）" for one in opened)
        facts.append({"name": _("交给"), "value": names})
    for name, value in given.items():
        if name not in ("to",) and (name not in book.fields or book.fields[name].type != "file"):
            facts.append({"name": _name(book, name), "value": said(reader, book, name, value)})
    for name, value in event.data.get("set", {}).items():
        if name in book.fields and value not in (None, ""):
            facts.append({"name": _name(book, name), "value": said(reader, book, name, value)})
    if event.private:
        facts.append({"name": _("个人信息"), "value": _("已记录，不在这里显示")})
    if event.data.get("wording"):
        wording = event.data["wording"]
        said_words = _("“%(words)s”，理由：%(reason)s")
        value = said_words % {"words": _("、").join(wording["phrases"]), "reason": wording["reason"]}
        facts.append({"name": _("保留的忌语"), "value": value})
    if event.data.get("library"):
        used = [_("%(title)s（第 %(version)s 版）") % one for one in event.data["library"]]
        facts.append({"name": _("用了口径"), "value": _("、").join(used)})
    if event.data.get("approved_by"):
        facts.append({"name": _("批准"), "value": str(event.data["approved_by"])})
    return facts


def _name(book: Book, name: str) -> str:
    own = {
        "assignee": _("处理人"),
        "until": _("新的时限"),
        "to": _("接收单位"),
        "reason": _("理由"),
        "call_id": _("通话编号"),
        "recording": _("录音"),
    }
    known = name in RESERVED_FIELDS or name == "reason" or name not in book.fields
    return own[name] if known and name in own else words.field_title(book, name, language())


def said(reader: Reader, book: Book, name: str, value: Any) -> str:
    """A value of a field as people read it."""
    if isinstance(value, list):
        return _("、").join(said(reader, book, name, part) for part in value)
    field = book.fields.get(name)
    kind = field.type if field else {"until": "datetime", "assignee": "person", "to": "unit"}.get(name, "text")
    if kind == "datetime" and isinstance(value, str):
        return _moment(reader, value)
    if kind == "person" and reader.world and value in reader.world.by_username:
        return reader.world.by_username[value].name
    if kind == "unit" and reader.world and value in reader.world.by_code:
        return reader.unit_name(reader.world.by_code[value].id)
    return title_of(book, name, value).say(language())


def _moment(reader: Reader, value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return fmt.moment_told(timezone.localtime(moment), at=timezone.localtime(reader.at))


def _files(book: Book, event: Event, given: dict[str, Any], files: dict[str, Attachment]) -> list[dict[str, Any]]:
    """Those given with an action, and those that a sent document became."""
    ids = [str(value) for name, value in given.items() if name in book.fields and book.fields[name].type == "file"]
    ids += [one["file"] for one in event.data.get("files", ())]
    return [file_words(files[one]) for one in ids if one in files]


def file_words(file: Attachment) -> dict[str, Any]:
    return {"name": file.name, "size": file.size, "url": reverse("file", args=[file.pk])}


def _answer(reader: Reader, book: Book, picture: Picture, event: Event) -> dict[str, str] | None:
    """Who still owes the answer to what was asked beside the main step, or when it came."""
    says, owed = [], False
    for opened in event.data.get("opened", ()):
        step = picture.step(opened["step"]) if opened["step"] <= len(picture.steps) else None
        if step is None or not step.side:
            continue
        if step.is_open:
            owed = True
            clock = picture.step_clock(step)
            due = timezone.localtime(clock.due_at) if clock and clock.due_at else None
            until = fmt.moment(due, at=timezone.localtime(reader.at)) if due else ""
            pattern = _("%(unit)s要在 %(until)s 前答复") if until else _("等%(unit)s答复")
            says.append(pattern % {"unit": opened["name"], "until": until})
        else:
            closed = fmt.moment(timezone.localtime(step.closed_at), at=timezone.localtime(reader.at))
            result = book.actions[step.result].title.say(language()) if step.result in book.actions else ""
            says.append(" ".join(filter(None, [opened["name"], closed, result])))
    return {"words": _("；").join(says), "state": "warned" if owed else ""} if says else None
