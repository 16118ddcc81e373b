"""What the ticket page shows, as written words: head, tabs, loop, clocks, acts, customer, record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints_site.lib import format as fmt
from complaints_site.lib import mask
from tickets.access import linked_tickets
from tickets.actions.outcome import Outcome
from tickets.clock_explained import explain_clock
from tickets.core.offers import Offer
from tickets.core.picture import ClockView
from tickets.models import FACT_COLUMNS, Attachment, Event, TicketLink
from tickets.rulebook.compiled import PROMISE
from tickets.views import words
from tickets.views.action_panel import action_panel
from tickets.views.loop_steps import forecast_words, loop_steps, now_words
from tickets.views.panels import Panel, panels_of
from tickets.views.queue_items import marks_of, title_of
from tickets.views.queue_rows import own_numbers
from tickets.views.reader import Reader, language
from tickets.views.reveal import shown_customer
from tickets.views.time_bars import bar_of, calendar_for
from tickets.views.timeline import ALL, PEOPLE, SYSTEM, file_words, said, timeline

FLOW, CONTENT, FILES, LINKS, FIELDS = "flow", "content", "files", "links", "fields"


def page_context(reader: Reader, found: Outcome, own: list[Offer], query: Any, session: Any) -> dict[str, Any]:
    ticket = found.ticket
    events = list(ticket.events.all())
    files = list(ticket.attachments.order_by("-uploaded_at"))
    links = _links(reader, found)
    panels = panels_of(reader, ticket)
    tab = query.get("tab", FLOW)
    tabs = _tabs(ticket.number, tab, files, links, panels)
    tab = next((one["code"] for one in tabs if one["current"]), FLOW)
    return {
        "at": reader.at,
        "current": "queue",
        "live": {"words": ""},
        **head_words(reader, found),
        "tab": tab,
        "tabs": tabs,
        "panel": next((panel for panel in panels if panel.code == tab), None),
        "ways": [way for panel in panels for way in panel.ways],
        **_tab_context(reader, found, tab, query, events, files, links, panels),
        "clocks": clock_cards(reader, found, panels),
        "actions": action_panel(reader, found, own),
        "customer_card": shown_customer(reader, found, session),
        "position": neighbours(reader, ticket.number),
        "live_url": f"{reverse('ticket-live', args=[ticket.number])}?version={ticket.version}",
    }


def head_words(reader: Reader, found: Outcome) -> dict[str, Any]:
    ticket, book, say = found.ticket, found.book, language()
    facts = {name: getattr(ticket, name) for name in FACT_COLUMNS}
    kinds = [words.choice_word(book, name, facts[name], say) for name in ("business_type", "complaint_type")]
    grades = [words.choice_word(book, name, facts[name], say) for name in ("grade", "severity", "level")]
    labels = [book.title.say(say), " · ".join(filter(None, grades)), " · ".join(filter(None, kinds))]
    return {
        "ticket": ticket,
        "title": title_of(ticket),
        "labels": [label for label in labels if label],
        "state_words": words.state_title(book, ticket.state, ticket.step_kind, say),
        "marks": marks_of(ticket),
        "ticket_url": reverse("ticket", args=[ticket.number]),
    }


def _tabs(number: str, tab: str, files: list[Any], links: list[Any], panels: list[Panel]) -> list[dict[str, Any]]:
    address = reverse("ticket", args=[number])
    found = [
        (FLOW, _("流转"), ""),
        (CONTENT, pgettext("tab", "投诉内容"), ""),
        (FILES, _("附件"), len(files)),
        (LINKS, _("关联"), len(links)),
        *((panel.code, panel.label, panel.count) for panel in panels),
        (FIELDS, _("全部字段"), ""),
    ]
    known = {code for code, _label, _count in found}
    current = tab if tab in known else FLOW
    return [
        {
            "code": code,
            "label": label,
            "count": count,
            "url": f"{address}?tab={code}" if code != FLOW else address,
            "current": code == current,
        }
        for code, label, count in found
    ]


def _tab_context(
    reader: Reader,
    found: Outcome,
    tab: str,
    query: Any,
    events: list[Event],
    files: list[Attachment],
    links: list[dict[str, Any]],
    panels: list[Panel],
) -> dict[str, Any]:
    match tab:
        case "flow":
            return _flow(reader, found, query, events, files, panels)
        case "content":
            return {"facts": fact_words(reader, found, few=True), "content": found.ticket.content}
        case "files":
            return {"files": [{**file_words(file), "by": _file_by(reader, file), "id": file.pk} for file in files]}
        case "links":
            return {"links": links}
        case "fields":
            return {"facts": fact_words(reader, found)}
    return {}


def _flow(
    reader: Reader,
    found: Outcome,
    query: Any,
    events: list[Event],
    files: list[Attachment],
    panels: list[Panel],
) -> dict[str, Any]:
    steps = loop_steps(reader, found.book, found.picture, events)
    lines = timeline(reader, found.book, found.picture, events, files)
    lines += [line for panel in panels for line in panel.lines]
    lines.sort(key=lambda line: line["at"], reverse=True)
    which = query.get("events") if query.get("events") in (PEOPLE, SYSTEM) else ALL
    by_kind = {ALL: lines, PEOPLE: [x for x in lines if not x["system"]], SYSTEM: [x for x in lines if x["system"]]}
    labels = {ALL: _("全部"), PEOPLE: _("人工"), SYSTEM: _("预警督办")}
    return {
        "steps": steps,
        "forecast": forecast_words(steps),
        "now": now_words(reader, found.book, found.picture),
        "as_table": query.get("loop") == "table",
        "events": by_kind[which],
        "filters": [
            {"label": labels[kind], "count": len(by_kind[kind]), "url": f"?events={kind}", "on": kind == which}
            for kind in (ALL, PEOPLE, SYSTEM)
        ],
    }


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────────


def clock_cards(reader: Reader, found: Outcome, panels: Iterable[Panel] = ()) -> list[dict[str, Any]]:
    """Every running clock with a deadline: this step's first, then the customer's promise, then by deadline."""
    picture = found.picture
    notes = {clock: note for panel in panels for clock, note in panel.clock_notes.items()}
    running = [clock for clock in picture.clocks if clock.runs and clock.due_at is not None]
    running.sort(key=lambda clock: (_rank(found, clock), clock.due_at))
    return [_clock_card(reader, found, clock, notes.get(clock.id or 0, "")) for clock in running]


def _rank(found: Outcome, clock: ClockView) -> int:
    main = found.picture.main
    if main is not None and clock.step == main.ordinal:
        return 0
    return 1 if clock.step is None and clock.name == PROMISE else 2


def _clock_card(reader: Reader, found: Outcome, clock: ClockView, note: str) -> dict[str, Any]:
    calendar = calendar_for(clock, found.picture.steps, found.world)
    bar = bar_of(clock, book=found.book, calendar=calendar, at=reader.at)
    explained = explain_clock(
        clock,
        book=found.book,
        picture=found.picture,
        world=found.world,
        calendar=calendar,
        language=language(),
        at=reader.at,
    )
    due = timezone.localtime(clock.due_at) if clock.due_at else None
    until = _("%(moment)s 到期") % {"moment": fmt.moment_told(due, at=timezone.localtime(reader.at))}
    title = words.clock_word(found.book, clock.name, language())
    return {
        "id": f"clock-{clock.id}",
        "title": _clock_title(reader, found, clock, title),
        "time": replace(bar, until=until) if bar and not bar.provisional else bar,
        "due_words": _first_due(clock, reader.at),
        "note": note or _used(bar),
        "explain": {
            "id": f"why-{clock.id}",
            "question": _("为什么？"),
            "title": _("为什么是这个时限？"),
            "rows": explained.rows,
            "skipped": explained.skipped,
            "note": explained.note,
            "links": [],
        },
    }


def _first_due(clock: ClockView, at: datetime) -> str:
    """The time that was told first, beside the approved one, where an extension moved it (row N03)."""
    if not clock.extended or clock.first_due_at is None or clock.first_due_at == clock.due_at:
        return ""
    first = fmt.moment_told(timezone.localtime(clock.first_due_at), at=timezone.localtime(at))
    return _("原定 %(moment)s，已改期") % {"moment": first}


def _clock_title(reader: Reader, found: Outcome, clock: ClockView, title: str) -> str:
    main = found.picture.main
    if clock.step is None:
        return title
    if main is not None and clock.step == main.ordinal:
        return _("本环节 · %(title)s") % {"title": title}
    return f"{title} · {reader.unit_name(found.picture.step(clock.step).unit)}"


def _used(bar: Any) -> str:
    return _("已用 %(percent)s%%") % {"percent": fmt.one_decimal(bar.percent)} if bar else ""


# ── facts, links, neighbours ─────────────────────────────────────────────────────────────────────────


def fact_words(reader: Reader, found: Outcome, *, few: bool = False) -> list[dict[str, str]]:
    """The facts in the rulebook's order; personal ones as masked as the customer's card is."""
    book, facts = found.book, found.picture.facts
    shown = []
    for name, field in book.fields.items():
        value = facts.get(name)
        if value in (None, "", []) or field.of_step or name == "content" or (few and name in FACT_COLUMNS):
            continue
        text = mask.STARS if field.personal else said(reader, book, name, value)
        shown.append({"name": field.title.say(language()), "value": text})
    return shown


def _file_by(reader: Reader, file: Attachment) -> str:
    when = fmt.moment(timezone.localtime(file.uploaded_at), at=timezone.localtime(reader.at))
    return " ".join(filter(None, [reader.person_name(file.uploaded_by_id), when]))


def _links(reader: Reader, found: Outcome) -> list[dict[str, Any]]:
    """Tickets that this one has to do with, both ways; only those this person may see."""
    labels = {
        TicketLink.Kind.DUPLICATE: _("并单"),
        TicketLink.Kind.INCIDENT: _("同一事件"),
        TicketLink.Kind.FOLLOW_UP: _("后续"),
        TicketLink.Kind.REPEATED: _("重复投诉"),
        TicketLink.Kind.GREW_FROM: _("由此升级"),
    }
    linked = []
    rows = linked_tickets(reader.sight).run(ticket=found.ticket.pk) if reader.sight is not None else []
    for kind, _at, number, subject, content, state, step_kind, rulebook in rows:
        book = found.book if rulebook == found.ticket.rulebook_id else None
        linked.append(
            {
                "kind": labels[TicketLink.Kind(kind)],
                "number": number,
                "title": subject or content[:60] or number,
                "url": reverse("ticket", args=[number]),
                "state": words.state_title(book, state, step_kind, language()) if book else state,
            }
        )
    return linked


def neighbours(reader: Reader, number: str) -> dict[str, Any] | None:
    """The ticket's place in the own queue, and the ones before and after it."""
    numbers = own_numbers(reader)
    if number not in numbers:
        return None
    place = numbers.index(number)
    before = numbers[place - 1] if place else ""
    after = numbers[place + 1] if place + 1 < len(numbers) else ""
    return {
        "place": place + 1,
        "of": len(numbers),
        "previous": reverse("ticket", args=[before]) if before else "",
        "next": reverse("ticket", args=[after]) if after else "",
    }


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────


def live_context(reader: Reader, found: Outcome, seen: str) -> dict[str, Any]:
    stale = seen != str(found.ticket.version)
    changed = {"words": _("这件工单有变化，点此显示"), "url": reverse("ticket", args=[found.ticket.number])}
    return {
        "at": reader.at,
        "clocks": clock_cards(reader, found),
        "fresh": changed if stale else None,
        "oob": True,
    }


def preview_context(reader: Reader, found: Outcome, own: list[Offer]) -> dict[str, Any]:
    return {
        "at": reader.at,
        **head_words(reader, found),
        "content": found.ticket.content,
        "clocks": clock_cards(reader, found)[:2],
        "now": now_words(reader, found.book, found.picture),
        "actions": [act for act in action_panel(reader, found, own) if act["allowed"]][:4],
    }
