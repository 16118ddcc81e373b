"""Logging in and out (rows S07, U08). One message for a wrong name and a wrong password alike."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from complaints_site.lib.throttle import Limit, address_of
from tickets.forms import LoginForm
from tickets.views import sign_on
from tickets.views.addresses import asked_for, onward_of
from tickets.views.arriving import arrive

LOCKED = 429
# Beside the lock of one account from one address: one account from many addresses, many accounts from one.
FAILURES_OF_ACCOUNT = Limit("login-account", 30, 900)
FAILURES_OF_ADDRESS = Limit("login-address", 100, 900)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    onward = onward_of(asked_for(request))
    if request.user.is_authenticated:
        return redirect(onward)
    form = LoginForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    if form.is_valid():
        if _is_full(request, form):
            return locked_out(request)
        person: Any = auth.authenticate(request, **form.cleaned_data)
        if person is not None:
            return arrive(request, person, backend=person.backend, onward=onward)
        _count(request, form)
    return _page(request, form, _wrong(request, form), status=422)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Here, and at the house's sign-on where the person came in by it."""
    farewell = sign_on.farewell(request)
    auth.logout(request)
    return farewell or redirect(settings.LOGOUT_REDIRECT_URL)


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """What the throttle answers instead of the page: for how long, and whom to ask."""
    form = LoginForm(request.POST or None)
    return _page(request, form, {"title": _("登录已锁定"), "text": _locked_words(request, form)}, status=LOCKED)


def _is_full(request: HttpRequest, form: LoginForm) -> bool:
    username = form.cleaned_data["username"].lower()
    return FAILURES_OF_ACCOUNT.is_full(username) or FAILURES_OF_ADDRESS.is_full(address_of(request))


def _count(request: HttpRequest, form: LoginForm) -> None:
    FAILURES_OF_ACCOUNT.is_over(form.cleaned_data["username"].lower())
    FAILURES_OF_ADDRESS.is_over(address_of(request))


def _page(request: HttpRequest, form: LoginForm, problem: dict[str, str] | None = None, status: int = 200) -> Any:
    support = getattr(settings, "SUPPORT_CONTACT", "") or _("请找本单位的系统管理员。")
    context = {"form": form, "problem": problem, "next": asked_for(request), "support": support}
    context |= sign_on.button(asked_for(request))
    return render(request, "login.html", context, status=status)


def _wrong(request: HttpRequest, form: LoginForm) -> dict[str, str]:
    title = _("工号或密码不对")
    left = settings.AXES_FAILURE_LIMIT - _failures(request, form)
    if left <= 0:
        return {"title": _("登录已锁定"), "text": _locked_words(request, form)}
    minutes = math.ceil((get_cool_off(request) or timedelta()).total_seconds() / 60)
    text = _("还可以试 %(left)d 次，之后锁定 %(minutes)d 分钟。忘了密码请找系统管理员重设。")
    return {"title": title, "text": text % {"left": left, "minutes": minutes}}


def _failures(request: HttpRequest, form: LoginForm) -> int:
    if not form.is_valid():
        return 0
    return int(AxesProxyHandler.get_failures(request, {"username": form.cleaned_data["username"]}))


def _locked_words(request: HttpRequest, form: LoginForm) -> str:
    cool_off = get_cool_off(request) or timedelta()
    username = form.cleaned_data["username"] if form.is_valid() else ""
    last = AccessAttempt.objects.filter(username=username).order_by("-attempt_time").first()
    ends = (last.attempt_time if last else timezone.now()) + cool_off
    minutes = max(math.ceil((ends - timezone.now()).total_seconds() / 60), 1)
    return _("密码输错太多次。%(minutes)d 分钟后再试，或请系统管理员重设密码。") % {"minutes": minutes}
