"""Whether the system is awake, and clocks that the watch could not handle (rules 5 and 7 of the reliability page)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints_site.lib import format as fmt
from complaints_site.lib import mask
from complaints_site.lib.timestate import NORMAL, OVERDUE, WARNED
from escalation.actions import clock_try_again
from escalation.health import oldest_unalerted_seconds, watch_age_seconds
from escalation.models import SetAside
from tickets.access import not_about
from tickets.actions.administration import ADMINISTRATOR
from tickets.models import Message
from tickets.views.admin_pages import admin_page, number, page, save, system_tabs, text
from tickets.views.reader import Reader, reader_of
from tickets.views.system_figures import further_figures

AWAKE_SECONDS = 60
MOST = 200


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def system(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    aside = SetAside.objects.filter(tried_again_at=None, clock__ticket__in=not_about(reader.person, reader.at))
    if request.method == "POST":
        return _try_again(request, aside)
    context = {
        "current": "system",
        "tabs": system_tabs(reader, "system"),
        "figures": _figures(reader, aside.count()),
        "rows": [_row(row) for row in aside.select_related("clock__ticket").order_by("pk")[:MOST]],
    }
    return page(request, "admin/system.html", context, change=ADMINISTRATOR)


def _figures(reader: Reader, aside: int) -> list[dict[str, Any]]:
    """Each with what is good; the watch is one for the whole installation, messages are the organisation's own."""
    age, oldest = watch_age_seconds(reader.at), oldest_unalerted_seconds(reader.at)
    own = Message.objects.filter(ticket__in=not_about(reader.person, reader.at))
    waiting = own.filter(next_try_at__isnull=False, state__in=Message.WAITING).count()
    failed = own.filter(state=Message.State.FAILED).count()
    by_hand = own.filter(state=Message.State.BY_HAND).count()
    asleep = age is None or age > AWAKE_SECONDS
    return [
        _figure(
            _("值守上次巡查"), fmt.NONE if age is None else _ago(age), _("60 秒内为正常"), OVERDUE if asleep else NORMAL
        ),
        _figure(
            _("最久没发出的预警"),
            fmt.duration(oldest) if oldest else _("没有"),
            _("到点没发出的会等在这里"),
            NORMAL if oldest <= AWAKE_SECONDS else OVERDUE,
        ),
        _figure(_("待发通知"), fmt.count(waiting), _("正在排队发送"), ""),
        _figure(_("发送失败"), fmt.count(failed), _("要人看一眼"), WARNED if failed else NORMAL),
        _figure(_("待人工告知"), fmt.count(by_hand), _("由受理员、派单员告诉客户"), ""),
        _figure(_("搁置的时限"), fmt.count(aside), _("处理时出错，其余照常"), OVERDUE if aside else NORMAL),
        *(
            _figure(one.title, one.value, one.note, OVERDUE if one.is_bad else NORMAL)
            for one in further_figures(reader)
        ),
    ]


def _figure(title: str, value: str, note: str, state: str) -> dict[str, str]:
    return {"title": title, "value": value, "note": note, "state": state}


def _ago(seconds: float) -> str:
    return _("%(time)s前") % {"time": fmt.duration(seconds)} if seconds >= 60 else _("%(n)d 秒前") % {"n": int(seconds)}


def _row(row: SetAside) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.clock.ticket.number,
        "clock": row.clock.name,
        "due_moment_at": row.due_moment_at,
        "at": row.at,
        "error": mask.contacts(row.error.strip().rpartition("\n")[2])[:200],
    }


def _try_again(request: HttpRequest, aside: Any) -> HttpResponse:
    row = get_object_or_404(aside.select_related("clock__ticket"), pk=number(text(request, "row")) or 0)
    reader = reader_of(request)
    change = lambda: clock_try_again(set_aside_id=row.pk, actor=reader.person, at=reader.at)  # noqa: E731
    data = {"ticket": row.clock.ticket.number, "clock": row.clock.name}
    refused = save(request, "clock_try_again", data, change, _("已交还值守，马上再试"))
    for word in refused.get("", ()):
        messages.error(request, word)
    return redirect("system")
