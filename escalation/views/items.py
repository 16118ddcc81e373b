"""Alerts as written words: what, where, how long there is, when it was sent, what happens if nobody confirms (W03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints_site.lib import format as fmt
from complaints_site.lib.prepared import Prepared
from escalation.access import alerts_for, alerts_of, latest_unconfirmed
from escalation.models import Alert
from tickets.access import Sight
from tickets.core.deadlines import entry_at, instant_of
from tickets.core.picture import ClockView
from tickets.core.tells import CUSTOMER, HOLDER, SENDER, nearest_with_role
from tickets.limit_words import parse_moment
from tickets.models import Clock, Step, Ticket
from tickets.rulebook.compiled import APPROVAL, Book, Tell
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.queue_items import title_of
from tickets.views.reader import Reader, language
from tickets.views.time_bars import bar_of

MOST = 200
MOST_AHEAD = 12  # moments of a chain that are looked at for the next one that tells somebody else
KIND_WORDS = {
    Alert.Kind.WARNING: gettext_lazy("预警"),
    Alert.Kind.OVERRUN: gettext_lazy("超时"),
    Alert.Kind.REMINDER: gettext_lazy("催办"),
    Alert.Kind.CHASE: gettext_lazy("督办"),
}
ICONS = {
    Alert.Kind.WARNING: "warning",
    Alert.Kind.OVERRUN: "overdue",
    Alert.Kind.REMINDER: "clock",
    Alert.Kind.CHASE: "chase",
}


def waiting(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    """What nobody confirmed yet, of limits that still run and still mean what they meant then."""
    return alerts.filter(acknowledged_at=None, clock__stopped_at=None, generation=F("clock__generation"))


def waiting_count(reader: Reader) -> int:
    """One limit counts once, however often it reminded.

    Every page asks, so only the latest are looked at; what still runs is reminded of every day, so it is among them.
    """
    return len(set(_latest_clocks(reader.sight).run())) if reader.sight else 0


@lru_cache(maxsize=1024)
def _latest_clocks(sight: Sight) -> Prepared:
    latest = latest_unconfirmed(sight, MOST * 4)
    return Prepared(waiting(alerts_of(sight)).filter(pk__in=latest).values_list("clock_id"))


def waiting_alerts(reader: Reader) -> list[Alert]:
    """The latest alert of each limit, the most urgent first."""
    rows = waiting(alerts_for(reader.person, reader.at)).select_related("ticket", "clock", "step")
    rows = rows.order_by("raised_at", "pk")[: MOST * 4]
    latest = {alert.clock_id: alert for alert in rows}
    return sorted(latest.values(), key=lambda alert: (alert.due_at or alert.raised_at, alert.pk))[:MOST]


def view_of(clock: Clock, step: Step | None) -> ClockView:
    names = (
        *("name", "started_at", "generation", "limit", "first_due_at", "due_at", "warn_at", "ceiling_at", "stopped_at"),
        *("extended", "fixed", "target", "provisional", "chain", "moment", "next_at", "warned_at", "overdue_at"),
        *("silenced", "id"),
    )
    return ClockView(**{name: getattr(clock, name) for name in names}, step=step.ordinal if step else None)


def alert_item(reader: Reader, alert: Alert, chosen: str = "") -> dict[str, Any]:
    book = book_of(alert.ticket.rulebook_id)
    assert reader.world is not None  # noqa: S101  who sees an alert belongs to an organisation
    calendar = reader.world.calendar_of(alert.step.unit_id) if alert.step else reader.world.calendar
    bar = bar_of(view_of(alert.clock, alert.step), book=book, calendar=calendar, at=reader.at)
    clock = words.clock_word(book, alert.clock_name, language())
    code = f"alert-{alert.pk}"
    return {
        "id": alert.pk,
        "code": code,
        "kind": "warned" if alert.kind == Alert.Kind.WARNING else "overdue",
        "title": fmt.labelled(clock, title_of(alert.ticket)),
        "url": reverse("ticket", args=[alert.ticket.number]),
        "place": " · ".join(
            filter(None, [alert.ticket.number, reader.unit_name(alert.unit_id), reader.person_name(alert.person_id)])
        ),
        "time": bar,
        "due_words": bar.until if bar else "",
        "sent_words": _("%(at)s 发出") % {"at": _near(reader, alert.raised_at)},
        "climb_words": climb_words(reader, alert, book),
        "current": chosen == code,
        "acts": _acts(alert),
        "done": None,
    }


def _acts(alert: Alert) -> list[dict[str, Any]]:
    confirm = reverse("alert-acknowledge", args=[alert.pk])
    ticket = reverse("ticket", args=[alert.ticket.number])
    return [
        {"label": _("我来处理"), "url": confirm, "method": "post", "main": False, "key": "E"},
        {"label": _("打开工单"), "url": ticket, "method": "get", "main": False, "key": ""},
    ]


def _near(reader: Reader, moment: datetime | None) -> str:
    local = timezone.localtime(moment) if moment else None
    return fmt.moment_near(local, at=timezone.localtime(reader.at))


def moment_words(key: str) -> str:
    """A moment of a chain as people say it: `90%`, `due`, `due+24h`, `every 24h`."""
    moment = parse_moment(key)
    length = fmt.duration(moment.offset.total_seconds()) if moment.offset else ""
    match moment.kind:
        case "percent":
            return _("用到 %(percent)s") % {"percent": key}
        case "due":
            return _("到期")
        case "after":
            return _("到期后 %(time)s") % {"time": length}
    return _("每 %(time)s一次") % {"time": length}


# ── the climb ────────────────────────────────────────────────────────────────────────────────────────


def climb_words(reader: Reader, alert: Alert, book: Book) -> str:
    """17:12 前没人确认，将报主管（河南省督办室）: the next moment of the chain that tells somebody else."""
    found = next_climb(reader, alert, book)
    if found is None:
        return _("不会再往上报")
    instant, receiver = found
    return _("%(at)s 前没人确认，将报%(who)s") % {"at": _near(reader, instant), "who": receiver}


def next_climb(reader: Reader, alert: Alert, book: Book) -> tuple[datetime, str] | None:
    clock = view_of(alert.clock, alert.step)
    if clock.due_at is None or clock.next_at is None or clock.chain not in book.alarms or reader.world is None:
        return None
    calendar = reader.world.calendar_of(alert.step.unit_id) if alert.step else reader.world.calendar
    for number in range(clock.moment, clock.moment + MOST_AHEAD):
        entry = entry_at(book.alarms[clock.chain], number)
        if entry is None:
            return None
        told = [e for e in entry.moment.then if isinstance(e, Tell)]
        others = [word for effect in told for word in effect.to if word not in (HOLDER, SENDER, CUSTOMER)]
        if others and not (clock.target and entry.moment.percent is None):  # an aim has no overrun (ruling TARGET)
            return instant_of(entry, clock, calendar), _receivers(reader, alert, book, others)
    return None


def _receivers(reader: Reader, alert: Alert, book: Book, told: list[str]) -> str:
    """主管/督办（省督办室）: the role in the rulebook's word, and the unit where somebody holds it."""
    names = []
    for word in dict.fromkeys(told):
        role, _space, place = word.partition(" ")
        title = book.roles[role].say(language()) if role in book.roles else role
        base = alert.unit_id or alert.ticket.unit_id
        unit = None
        if reader.world is not None and base is not None:
            ticket = alert.ticket
            held, parties = frozenset(ticket.memory.get("held", ())), (ticket.respondent_person_id,)
            unit = nearest_with_role(role, place, base, reader.world, barred=parties, held=held)
        names.append(f"{title}（{reader.unit_name(unit.id)}）" if unit else title)
    return "、".join(names)


# ── chase orders ─────────────────────────────────────────────────────────────────────────────────────


def chases(reader: Reader) -> QuerySet[Step]:
    """Side steps asked of the ticket as a whole: chase orders and reports that wait for an answer (N02)."""
    steps = Step.objects.filter(side=True, blocks=False, closed_at=None, ticket__in=reader.tickets)
    steps = steps.exclude(kind=APPROVAL)
    if not reader.sees_everything:
        steps = steps.filter(unit_id__in=reader.units)
    return steps.select_related("ticket").prefetch_related("clocks").order_by("opened_at")[:MOST]


def chase_item(reader: Reader, step: Step, chosen: str = "") -> dict[str, Any]:
    ticket: Ticket = step.ticket
    book = book_of(ticket.rulebook_id)
    running = [clock for clock in step.clocks.all() if clock.stopped_at is None]
    bar = None
    if running and reader.world is not None:
        calendar = reader.world.calendar_of(step.unit_id)
        bar = bar_of(view_of(running[0], step), book=book, calendar=calendar, at=reader.at)
    code = f"step-{step.pk}"
    return {
        "id": code,
        "code": code,
        "kind": "chase",
        "title": fmt.labelled(words.step_word(book, step.kind, language()), title_of(ticket)),
        "url": reverse("ticket", args=[ticket.number]),
        "place": " · ".join(
            filter(None, [ticket.number, reader.unit_name(step.unit_id), reader.person_name(step.assignee_id)])
        ),
        "time": bar,
        "due_words": bar.until if bar else "",
        "sent_words": _("%(at)s 发出") % {"at": _near(reader, step.opened_at)},
        "climb_words": _("答复后不会再升级"),
        "current": chosen == code,
        "acts": [{"label": _("去答复"), "url": f"?chosen={code}", "method": "get", "main": True, "key": ""}],
        "done": None,
    }


# ── one limit's own story ────────────────────────────────────────────────────────────────────────────


def ladder(reader: Reader, alerts: Iterable[Alert], book: Book) -> list[dict[str, str]]:
    """Who was told when, who confirmed, and who is next."""
    rungs = []
    last = None
    for alert in alerts:
        last = alert
        told = "、".join(reader.unit_name(unit) for unit in alert.told_units) or reader.unit_name(alert.unit_id)
        state = "done" if alert.acknowledged_at else "warned"
        said = f"{KIND_WORDS[Alert.Kind(alert.kind)]} → {told}"
        if alert.acknowledged_at:
            said += _("，%(who)s已确认") % {"who": reader.person_name(alert.acknowledged_by_id)}
        rungs.append({"state": state, "words": said, "at": _near(reader, alert.raised_at)})
    climb = next_climb(reader, last, book) if last else None
    if climb:
        at, who = climb
        rungs.append({"state": "paused", "words": _("没人确认就报：%(who)s") % {"who": who}, "at": _near(reader, at)})
    return rungs
