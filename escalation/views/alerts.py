"""Alerts and chase orders (design §9.7, rows W01-W04, N01, N02): confirm, answer, and see who is told next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from complaints_site.lib import format as fmt
from escalation.access import alerts_for
from escalation.actions import UNDO_WITHIN, alert_acknowledge, alert_unacknowledge
from escalation.models import Alert
from escalation.views.items import alert_item, chase_item, chases, ladder, waiting, waiting_alerts, waiting_count
from tickets.actions.messages import for_roles, inbox_of, messages_read
from tickets.actions.tickets import ticket_read
from tickets.core.offers import offers
from tickets.core.sentences import Refused
from tickets.models import Message, Step
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.action_panel import act_url, main_act
from tickets.views.fragments import go_to
from tickets.views.reader import Reader, language, reader_of

MOST_NOTICES = 100
OPEN, CHASES, OVERDUE, WARNED, NOTICES, DONE = "open", "chases", "overdue", "warned", "notices", "done"
GROUPS = (OPEN, CHASES, OVERDUE, WARNED, NOTICES, DONE)


@work_page
@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    group = request.GET.get("group", OPEN)
    context = _context(reader, group if group in GROUPS else OPEN, request.GET.get("chosen", ""))
    part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "alerts/list.html" if part else "alerts.html", context)


def _context(reader: Reader, group: str, chosen: str) -> dict[str, Any]:
    steps = list(chases(reader))
    found = waiting_alerts(reader)
    reader.known["alerts"] = len(found)
    notices = _notices(reader)
    items = {
        CHASES: [chase_item(reader, step, chosen) for step in steps],
        OVERDUE: [alert_item(reader, alert, chosen) for alert in found if alert.kind != Alert.Kind.WARNING],
        WARNED: [alert_item(reader, alert, chosen) for alert in found if alert.kind == Alert.Kind.WARNING],
    }
    return {
        "at": reader.at,
        "current": "alerts",
        "live": {"words": ""},
        "group": group,
        "groups": _menu(group, items, notices),
        "sections": _sections(reader, group, items, notices),
        "warnings": len(items[WARNED]),
        "empty": _empty(group),
        "poll_url": f"{reverse('alerts')}?group={group}",
        "notices_unread": sum(1 for notice in notices if notice["unread"]),
        **_detail(reader, chosen, steps, found),
    }


def _menu(group: str, items: dict[str, list[Any]], notices: list[Any]) -> list[dict[str, Any]]:
    counts = {
        OPEN: sum(len(rows) for rows in items.values()),
        **{code: len(rows) for code, rows in items.items()},
        NOTICES: sum(1 for notice in notices if notice["unread"]),
        DONE: "",
    }
    looks = {
        OPEN: (_("要我确认"), "inbox"),
        CHASES: (_("督办单"), "chase"),
        OVERDUE: (_("超时"), "overdue"),
        WARNED: (_("预警"), "warning"),
        NOTICES: (pgettext("inbox", "通知"), "bell"),
        DONE: (_("已确认"), "check-circle"),
    }
    return [
        {
            "label": looks[code][0],
            "icon": looks[code][1],
            "count": counts[code],
            "url": f"?group={code}",
            "on": code == group,
        }
        for code in GROUPS
    ]


def _sections(
    reader: Reader, group: str, items: dict[str, list[Any]], notices: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The groups in the order of their weight, with what is in them."""
    titles = {CHASES: _("督办单"), OVERDUE: _("超时"), WARNED: _("预警（时限将到）")}
    icons = {CHASES: "chase", OVERDUE: "overdue", WARNED: "warning"}
    if group == NOTICES:
        return (
            [{"code": NOTICES, "title": pgettext("inbox", "通知"), "icon": "bell", "notices": notices}]
            if notices
            else []
        )
    if group == DONE:
        done = _done(reader)
        return [{"code": DONE, "title": _("已确认"), "icon": "check-circle", "notices": done}] if done else []
    wanted = (CHASES, OVERDUE, WARNED) if group == OPEN else (group,)
    return [
        {"code": code, "title": titles[code], "icon": icons[code], "alerts": items[code]}
        for code in wanted
        if items[code]
    ]


def _notices(reader: Reader) -> list[dict[str, Any]]:
    """The inbox without what the groups of alerts say already: whoever is told of others' limits reads it here."""
    rows = inbox_of(reader.person, reader.at).select_related("ticket")[:MOST_NOTICES]
    mine = for_roles(reader.person, rows, reader.at)
    clocks = {_clock_of(row) for row in mine}
    listed = set(
        alerts_for(reader.person, reader.at).filter(clock_id__in=clocks).values_list("clock_id", flat=True).distinct()
    )
    return [_notice(reader, row) for row in mine if _clock_of(row) not in listed]


def _clock_of(row: Message) -> int:
    """The limit that an alert's message is about (see the watch's keys); 0 for every other message."""
    source, _colon, rest = row.key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if source == "alert" and number.isdecimal() else 0


def _notice(reader: Reader, row: Message) -> dict[str, Any]:
    local = timezone.localtime(row.created_at)
    title, text = row.said_in(language())
    return {
        "id": row.pk,
        "title": title,
        "text": text,
        "url": reverse("ticket", args=[row.ticket.number]) if row.ticket else "",
        "at_words": fmt.moment(local, at=timezone.localtime(reader.at)),
        "unread": row.read_at is None,
        "read_url": reverse("notice-read", args=[row.pk]),
    }


def _done(reader: Reader) -> list[dict[str, Any]]:
    rows = alerts_for(reader.person, reader.at).filter(acknowledged_at__isnull=False)
    rows = rows.select_related("ticket", "clock", "step").order_by("-acknowledged_at")[:MOST_NOTICES]
    done = []
    for alert in rows:
        item = alert_item(reader, alert)
        at = fmt.moment(timezone.localtime(alert.acknowledged_at), at=timezone.localtime(reader.at))
        said = _("%(who)s %(at)s 确认") % {"who": reader.person_name(alert.acknowledged_by_id), "at": at}
        line = {"text": f"{item['place']} · {said}", "at_words": "", "unread": False, "read_url": ""}
        done.append({**item, **line, "undo_url": _undo_url(reader, alert)})
    return done


def _undo_url(reader: Reader, alert: Alert) -> str:
    """The way back from one's own word, for as long as there is one."""
    at = alert.acknowledged_at
    own = alert.acknowledged_by_id == reader.person.pk and at is not None and reader.at - at <= UNDO_WITHIN
    return reverse("alert-undo", args=[alert.pk]) if own else ""


def _empty(group: str) -> dict[str, Any]:
    titles = {
        NOTICES: (_("没有通知"), _("派给您的、反馈回来的、要您审批的，会在这里通知。")),
        DONE: (_("还没有确认过的"), _("点“我来处理”确认过的预警会留在这里。")),
    }
    title, text = titles.get(
        group, (_("没有要您确认的"), _("时限用到 90%、超时、被督办时，会出现在这里，并发站内通知和邮件。"))
    )
    return {"title": title, "text": text, "acts": [{"label": _("打开队列"), "url": reverse("queue"), "main": True}]}


# ── beside the list ──────────────────────────────────────────────────────────────────────────────────


def _detail(reader: Reader, chosen: str, steps: list[Step], found: list[Alert]) -> dict[str, Any]:
    """The chosen item, else the first: its own clock, who knows, who is next, and the answer box of a chase."""
    step = next((one for one in steps if f"step-{one.pk}" == chosen), None)
    alert = next((one for one in found if f"alert-{one.pk}" == chosen), None)
    if step is None and alert is None:
        step = steps[0] if steps else None
        alert = found[0] if found and step is None else None
    if step is not None:
        return {"chase": _chase(reader, step), "ladder": _ladder_of_step(reader, step)}
    if alert is not None:
        book = book_of(alert.ticket.rulebook_id)
        rows = Alert.objects.filter(clock=alert.clock_id, generation=alert.generation).select_related(
            "ticket", "clock", "step"
        )
        return {"one": alert_item(reader, alert), "ladder": ladder(reader, rows.order_by("raised_at"), book)}
    return {}


def _chase(reader: Reader, step: Step) -> dict[str, Any]:
    item = chase_item(reader, step)
    found = ticket_read(step.ticket_id)
    own = offers(found.book, found.picture, actor=reader.actor, world=found.world, at=reader.at)
    act = main_act(found.book, [offer for offer in own if offer.step and offer.step.id == step.pk])
    events = found.ticket.events.order_by("-seq")
    opened = next((e for e in events if any(o["step"] == step.ordinal for o in e.data.get("opened", ()))), None)
    given = opened.data.get("given", {}) if opened else {}
    return {
        **item,
        "number": step.ticket.number,
        "by": opened.data.get("actor", "") if opened else "",
        "reason": str(given.get("reason", "")),
        "act_url": act_url(step.ticket.number, act) if act else "",
        "act_title": act.action.title.say(language()) if act else "",
    }


def _ladder_of_step(reader: Reader, step: Step) -> list[dict[str, str]]:
    rows = Alert.objects.filter(step=step).select_related("ticket", "clock", "step").order_by("raised_at")
    return ladder(reader, rows, book_of(step.ticket.rulebook_id))


# ── confirming ───────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_POST
def acknowledge(request: HttpRequest, alert: int) -> HttpResponse:
    """我来处理: it stops the climb, not the clock."""
    reader = reader_of(request)
    try:
        done = _acknowledge_limit(reader, alert)
    except Alert.DoesNotExist:
        raise Http404 from None
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, _("已确认，不再往上报。时限不变。"))
        return redirect("alerts")
    item = {"id": done.pk, "kind": "warned", "done": _done_now(done)}
    context = {"at": reader.at, "alert": item, "count": waiting_count(reader)}
    return render(request, "alerts/acknowledged.html", context)


def _done_now(alert: Alert) -> dict[str, str]:
    """The line in the alert's place, with the way back."""
    return {"words": _("已确认，不再往上报。时限不变。"), "undo_url": reverse("alert-undo", args=[alert.pk])}


@work_page
@require_POST
def undo(request: HttpRequest, alert: int) -> HttpResponse:
    """撤销: confirmed by mistake; for ten minutes, by the same person."""
    reader = reader_of(request)
    try:
        back = alert_unacknowledge(alert_id=alert, actor=reader.person, at=reader.at)
    except Alert.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, refused.sentence.say(language()))
        return go_to(request, reverse("alerts"))
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, _("已撤销确认"))
        return redirect("alerts")
    context = {"at": reader.at, "alert": alert_item(reader, back), "count": waiting_count(reader)}
    return render(request, "alerts/acknowledged.html", context)


def _acknowledge_limit(reader: Reader, alert: int) -> Alert:
    """The alert, and the earlier ones of the same limit, which said the same thing before."""
    done = alert_acknowledge(alert_id=alert, actor=reader.person, at=reader.at)
    others = waiting(alerts_for(reader.person, reader.at)).filter(clock=done.clock_id).values_list("pk", flat=True)
    for other in list(others):
        alert_acknowledge(alert_id=other, actor=reader.person, at=reader.at)
    return done


@work_page
@require_POST
def acknowledge_warnings(request: HttpRequest) -> HttpResponse:
    """全部确认: only plain warnings; an overrun is confirmed one by one."""
    reader = reader_of(request)
    rows = [alert for alert in waiting_alerts(reader) if alert.kind == Alert.Kind.WARNING]
    for alert in rows:
        alert_acknowledge(alert_id=alert.pk, actor=reader.person, at=reader.at)
    messages.success(request, _("已确认 %(count)d 条预警") % {"count": len(rows)})
    return redirect("alerts")


@work_page
@require_POST
def notice_read(request: HttpRequest, message: int) -> HttpResponse:
    reader = reader_of(request)
    messages_read(ids=[message], actor=reader.person, at=reader.at)
    return redirect(f"{reverse('alerts')}?group={NOTICES}")


@work_page
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    rows = for_roles(reader.person, inbox_of(reader.person, reader.at).filter(read_at=None)[:1000], reader.at)
    messages_read(ids=[row.pk for row in rows], actor=reader.person, at=reader.at)
    return redirect(f"{reverse('alerts')}?group={NOTICES}")
