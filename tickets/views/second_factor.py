"""A person's own second factor and where they are logged in, among the settings (row S07)."""

from __future__ import annotations

from typing import Any

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from complaints_site.lib.errors import Invalid
from tickets.actions import accounts
from tickets.models import SecondFactor
from tickets.views.admin_pages import filled, problems, text
from tickets.views.login_steps import code_field, factor_words
from tickets.views.reader import Reader, reader_of


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set it up, or with a code take it away."""
    reader = reader_of(request)
    if request.method != "POST":
        return _page(request, reader)
    try:
        if text(request, "act") == "remove":
            return _remove(request, reader)
        codes = accounts.second_factor_confirm(person=reader.person, code=text(request, "code"), at=reader.at)
    except Invalid as error:
        return _page(request, reader, error.errors)
    return _page(request, reader, codes=codes)


def _remove(request: HttpRequest, reader: Reader) -> HttpResponse:
    accounts.second_factor_remove(person=reader.person, code=text(request, "code"), at=reader.at)
    auth.logout(request)  # like every other session of theirs
    return redirect("login")


def _page(
    request: HttpRequest, reader: Reader, errors: dict[str, list[str]] | None = None, codes: list[str] | None = None
) -> HttpResponse:
    fields = [code_field()]
    factor = SecondFactor.objects.filter(person=reader.person).exclude(confirmed_at=None).first()
    begun = None if factor else accounts.second_factor_begin(person=reader.person)
    context: dict[str, Any] = {
        "at": reader.at,
        "current": "settings",
        "codes": codes,
        "confirmed": factor,
        "recovery_left": len(factor.recovery) if factor else 0,
        "must_have": accounts.must_have_second_factor(reader.person, reader.at),
        "factor": factor_words(reader.person, begun.secret) if begun else None,
        "fields": filled(fields, {}, errors),
        "problems": problems(errors or {}, fields),
    }
    return render(request, "second_factor.html", context, status=422 if errors else 200)


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """退出其他登录: everywhere but here."""
    ended = accounts.sessions_end(person=reader_of(request).person, but=request.session.session_key)
    messages.success(request, _("已退出其他 %(count)d 处登录") % {"count": ended})
    return redirect("settings")


def own_sessions(request: HttpRequest) -> list[dict[str, Any]]:
    """Where the person is logged in, the newest first; which of them is this one."""
    reader = reader_of(request)
    rows = reader.person.sessions.filter(expire_date__gt=reader.at).order_by("-seen_at")[:50]
    return [
        {"row": row, "device": _device(row.agent), "is_this": row.pk == request.session.session_key} for row in rows
    ]


def _device(agent: str) -> str:
    """Edge · Windows, of what a browser says about itself; the order matters, since they name each other."""
    browsers = ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")
    systems = ("Windows",) * 2, ("Android",) * 2, ("iPhone",) * 2, ("iPad",) * 2, ("Mac OS", "macOS"), ("Linux",) * 2
    named = [next((word for mark, word in known if mark in agent), "") for known in (browsers, systems)]
    return " · ".join(word for word in named if word) or _("不知名的浏览器")
