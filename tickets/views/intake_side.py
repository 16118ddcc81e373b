"""The right column of the intake page and the customer card: promise, duplicates, history (design §9.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints_site.lib import format as fmt
from complaints_site.lib import mask, timestate
from complaints_site.lib.timestate import TimeState
from tickets.actions.intake import chasing_offer
from tickets.actions.preview import Preview, handler_of, main_offer
from tickets.core.offers import offers
from tickets.duplicates import PLACE, SAME, Candidate, find_duplicates, marked
from tickets.models import Customer, Ticket
from tickets.rows import picture_of, with_picture
from tickets.rulebook.compiled import Book, OneOf
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.intake_form import IntakeForm
from tickets.views.queue_items import PRINCIPLES
from tickets.views.reader import Reader, language

COUNTED = timedelta(days=90)
MOST_HISTORY = 3
# Words that make a complaint likely to grow (doc 3 §2.2.1: media, court, regulator). They only suggest a mark.
GRAVE_WORDS = (
    *(
        "12300",
        "12315",
        "12345",
        "工信部",
        "通管局",
        "申诉",
        "媒体",
        "记者",
        "曝光",
        "电视台",
        "报社",
        "热搜",
        "微博",
        "抖音",
    ),
    *("律师", "起诉", "法院", "诉讼", "仲裁", "消协"),
)
GRAVE = "grave"


# ── the customer ─────────────────────────────────────────────────────────────────────────────────────


def history_of(reader: Reader, known: list[Customer]) -> list[Ticket]:
    """The complaints of that customer that this person may see, newest first."""
    if not known:
        return []
    own = reader.tickets.filter(customer_id__in=[customer.pk for customer in known])
    return list(own.select_related("unit").order_by("-received_at")[:50])


def customer_card(form: IntakeForm, history: list[Ticket]) -> dict[str, Any] | None:
    """Masked: whoever needs the name asks for it on the ticket, with a purpose."""
    if not form.known:
        return None
    one, say, book = form.known[0], language(), form.book
    level = words.choice_word(book, "level", one.level, say)
    brand = words.choice_word(book, "brand", one.brand, say)
    facts = [level, brand, _region(form, one.region), mask.address(one.address) if one.address else ""]
    recent = [ticket for ticket in history if ticket.received_at >= form.reader.at - COUNTED]
    unsettled = sum(ticket.is_open for ticket in history)
    return {
        "initial": one.name[:1] or "?",
        "name": mask.name(one.name) or _("没有姓名"),
        "marks": level_marks(book, one.level, say),
        "facts": [" · ".join(filter(None, facts))] if any(facts) else [],
        "recent": _recent_words(book, history, len(recent), unsettled),
        "recent_state": "overdue" if len(recent) >= 3 else "",
    }


def _recent_words(book: Book, history: list[Ticket], recent: int, unsettled: int) -> str:
    parts = [
        _("近 90 天投诉 %(count)d 次") % {"count": recent},
        _("未办结 %(count)d 件") % {"count": unsettled},
    ]
    last = next((ticket.fields["satisfaction"] for ticket in history if ticket.fields.get("satisfaction")), "")
    if last:
        parts.append(_("上次满意度：%(words)s") % {"words": words.choice_word(book, "satisfaction", last, language())})
    return " · ".join(parts)


def _region(form: IntakeForm, code: str) -> str:
    names = [unit for unit in form.world.units.values() if code and unit.region == code]
    return min(names, key=lambda unit: len(unit.path)).name if names else ""


def level_marks(book: Book, level: str, say: str) -> list[dict[str, str]]:
    """The rulebook's priority marks that the customer's level alone gives."""
    rows = [
        row
        for row in book.priority
        if row.mark and row.when.tests and all(isinstance(t, OneOf) and t.fact == "level" for t in row.when.tests)
    ]
    return [
        {"principle": PRINCIPLES.get(row.mark, row.mark), "reason": (row.short or row.because).say(say)}
        for row in rows
        if all(level in test.values for test in row.when.tests if isinstance(test, OneOf))
    ]


def history_rows(history: list[Ticket], at: datetime) -> list[dict[str, Any]]:
    """The open ones first, then the latest."""
    ordered = sorted(history, key=lambda ticket: (not ticket.is_open, -ticket.received_at.timestamp()))
    return [
        {
            "url": reverse("ticket", args=[ticket.number]),
            "number": ticket.number,
            "received_at": ticket.received_at,
            "subject": ticket.subject,
            "state": timestate.DONE if not ticket.is_open else _state(ticket, at),
            "words": words.state_title(book_of(ticket.rulebook_id), ticket.state, ticket.step_kind, language()),
        }
        for ticket in ordered[:MOST_HISTORY]
    ]


def _state(ticket: Ticket, at: datetime) -> str:
    """The step's own limit; what has none is normal."""
    if ticket.step_due_at is not None and ticket.step_due_at <= at:
        return timestate.OVERDUE
    return timestate.WARNED if ticket.step_warn_at is not None and ticket.step_warn_at <= at else timestate.NORMAL


# ── the promise ──────────────────────────────────────────────────────────────────────────────────────


def promise_card(form: IntakeForm, preview: Preview) -> dict[str, Any]:
    """The time to tell the customer, in words, and how it is counted."""
    at = timezone.localtime(form.reader.at)
    book = form.book
    card: dict[str, Any] = {"known": False, "reasons": [], "rule": _rule(book), "change_url": ""}
    if preview.missing:
        card["told"] = _missing_words(form, preview)
        if preview.latest_at is not None:
            card["say"] = _("最晚%(time)s前答复您。") % {"time": _said(preview.latest_at, at)}
        return card
    if preview.promised_at is None:
        card["told"] = _("定下等级后算出")
        card["say"] = _("我们先核实情况，再告诉您什么时候答复。")
        return card
    card |= {
        "known": True,
        "told": _written(preview.promised_at, at),
        "say": _("我们会在%(time)s前答复您。") % {"time": _said(preview.promised_at, at)},
        "reasons": [*_told_words(preview), *preview.sentences(language()), *_next_words(form, preview)],
        "change_url": "#field-tell_as" if "tell_as" in form.asked else "",
    }
    return card


def told(moment: str, at: datetime) -> str:
    return fmt.moment_told(timezone.localtime(datetime.fromisoformat(moment)), at=timezone.localtime(at))


def _missing_words(form: IntakeForm, preview: Preview) -> str:
    """What has to be chosen first, in the order of the form; more than two are only counted."""
    names = [name for name in form.asked if name in preview.missing]
    if len(names) > 2:
        return _("再选 %(count)d 项就能算出") % {"count": len(names)}
    titles = [form.book.fields[name].title.say(language()) for name in names]
    return _("选好%(field)s后算出") % {"field": _("、").join(titles)}


def _ends_a_day(due: datetime) -> bool:
    return (due.hour, due.minute, due.second) == (0, 0, 0)


def _said(due: datetime, at: datetime) -> str:
    """As a clerk says it; a limit that ends with a day ends at its 24:00, not in the small hours of the next."""
    local = timezone.localtime(due)
    if not _ends_a_day(local):
        return fmt.spoken(local, at=at)
    day = fmt.moment_told(local - timedelta(minutes=1), at=at).rsplit(" ", 1)[0]
    return _("%(day)s 24 点") % {"day": day}


def _written(due: datetime, at: datetime) -> str:
    local = timezone.localtime(due)
    if not _ends_a_day(local):
        return fmt.moment_told(local, at=at)
    return fmt.moment_told(local - timedelta(minutes=1), at=at).replace("23:59", "24:00")


def _rule(book: Book) -> str:
    title = book.title.say(language())
    return _("%(title)s 第 %(version)d 版 · %(source)s") % {
        "title": title,
        "version": book.version,
        "source": book.source.say(language()),
    }


def _told_words(preview: Preview) -> list[str]:
    """The class of the promise, where the rulebook has one, and what decided it."""
    told, book, say = preview.picture.facts.get("told"), preview.book, language()
    if not told or "told" not in book.fields:
        return []
    value = words.choice_word(book, "told", told, say)
    reasons = preview.row_of("told") if "told" in book.tables else []
    because = "、".join(f"{title.say(say)}{_('：')}{one.say(say)}" for title, one in reasons)
    return [_("%(told)s：%(because)s") % {"told": value, "because": because} if because else value]


def _next_words(form: IntakeForm, preview: Preview) -> list[str]:
    if preview.refused is not None:
        return [preview.refused.say(language())]
    unit = handler_of(preview)
    return [_("提交后由%(unit)s接着办") % {"unit": unit}] if unit and main_offer(form.book, preview.offers) else []


# ── duplicates ───────────────────────────────────────────────────────────────────────────────────────


def duplicates(form: IntakeForm) -> list[dict[str, Any]]:
    """Cards of partials/duplicate_item.html."""
    reader = form.reader
    found = find_duplicates(
        reader.tickets.select_related("unit"),
        at=reader.at,
        content=form.data.get("content", ""),
        place=form.text("occurred_place") or form.text("address"),
        business_type=form.text("business_type"),
        customers=[customer.pk for customer in form.known],
        without={int(raw) for raw in form.data.getlist("not_same") if raw.isdecimal() and len(raw) < 18},
    )
    if not found:
        return []
    rows = {t.pk: t for t in with_picture(reader.tickets.filter(pk__in=[one.ticket.pk for one in found]))}
    return [_duplicate(form, one, rows[one.ticket.pk], first=place == 0) for place, one in enumerate(found)]


def _duplicate(form: IntakeForm, one: Candidate, ticket: Ticket, *, first: bool) -> dict[str, Any]:
    reader, book = form.reader, book_of(ticket.rulebook_id)
    holder = reader.unit_name(ticket.unit_id)
    at_step = words.state_title(book, ticket.state, ticket.step_kind, language())
    facts = [_("同一客户") if one.kind == SAME else _("不同客户"), " ".join(filter(None, [holder, at_step]))]
    if one.kind == PLACE:
        facts.append(_("可能是同一起故障"))
    return {
        "kind": one.kind,
        "kind_words": _("很像") if one.kind == SAME else _("同地点") if one.at_place else _("内容相近"),
        "number": ticket.number,
        "url": reverse("ticket", args=[ticket.number]),
        "time": _time(reader, ticket),
        "title": _with_marks(ticket.subject or ticket.content[:60], one.common),
        "facts": " · ".join(filter(None, facts)),
        "acts": list(_acts(form, one, ticket, book, first)),
    }


def _acts(form: IntakeForm, one: Candidate, ticket: Ticket, book: Book, first: bool) -> list[dict[str, Any]]:
    number = ticket.number
    if one.kind == PLACE:
        return [
            {"label": _("关联为同一事件"), "value": f"incident:{number}"},
            {"label": _("无关"), "value": f"dismiss:{ticket.pk}", "plain": True},
        ]
    acts: list[dict[str, Any]] = [
        {"label": _("并入这一件"), "value": f"merge:{number}", "main": first, "key": "Alt+B" if first else ""}
    ]
    own = offers(book, picture_of(ticket, book), actor=form.reader.actor, world=form.world, at=form.reader.at)
    if ticket.is_open and chasing_offer(own) is not None:
        acts.append({"label": _("作为催办追加"), "value": f"chase:{number}"})
    else:
        acts.append({"label": _("登记并关联"), "value": f"follow:{number}"})
    return [*acts, {"label": _("不是同一件"), "value": f"dismiss:{ticket.pk}", "plain": True}]


def _time(reader: Reader, ticket: Ticket) -> TimeState | None:
    if not ticket.is_open:
        return TimeState(timestate.DONE, str(timestate.WORDS[timestate.DONE]))
    if ticket.step_due_at is None:
        return None
    left = (ticket.step_due_at - reader.at).total_seconds()
    state = _state(ticket, reader.at)
    return TimeState(state, fmt.left(left))


def _with_marks(text: str, common: frozenset[str]) -> SafeString:
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", piece) if hit else piece,) for piece, hit in marked(text, common))
    )


# ── suggestion ───────────────────────────────────────────────────────────────────────────────────────


def grave_suggestion(form: IntakeForm, preview: Preview) -> dict[str, Any] | None:
    """A word in the content that makes a complaint grave, where the rulebook has such a mark and it isn't set."""
    if GRAVE not in form.asked or form.ticked(GRAVE):
        return None
    content = form.data.get("content", "") + form.data.get("request", "")
    hits = [word for word in GRAVE_WORDS if word in content]
    if not hits:
        return None
    row = next(
        (row for row in form.book.priority if any(isinstance(t, OneOf) and t.fact == GRAVE for t in row.when.tests)),
        None,
    )
    title = form.book.fields[GRAVE].title.say(language())
    reason = (row.short or row.because).say(language()) if row else title
    return {
        "words": _("、").join(hits[:3]),
        "marks": [{"principle": PRINCIPLES.get(row.mark, row.mark) if row else "gravity", "reason": reason}],
        "field": f"field-{GRAVE}",
    }


def count_words(count: int) -> str:
    return ngettext("全部 %(count)d 件", "全部 %(count)d 件", count) % {"count": count}
