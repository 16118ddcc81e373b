"""Who may open a page at all; what stands on it is `tickets.access`'s question."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tickets.access import BLIND_ROLES
from tickets.views.reader import reader_of

View = Callable[..., HttpResponseBase]


def work_page(view: View) -> View:
    """For people with duties. Who has none, or only runs the system, gets a page that says who helps."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reader = reader_of(request)
        if reader.sees_tickets:
            return view(request, *args, **kwargs)
        blind = bool(reader.roles & BLIND_ROLES)
        context = {
            "at": reader.at,
            "title": _("这里没有投诉内容") if blind else _("您还没有岗位"),
            "text": _("系统管理员看不到投诉内容。需要处理投诉的人，请给他们设岗位。")
            if blind
            else _("请本单位的系统管理员把您加到部门里，并给您一个岗位。加好后刷新这一页，就能看到您的工单。"),
        }
        return render(request, "no_duty.html", context, status=403)

    return guarded
