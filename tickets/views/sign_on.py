"""The way to the house's sign-on and back (row I06). What goes wrong is told on the login page, in one sentence."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tickets.actions.sign_on import NotKnown, person_sign_on
from tickets.forms import LoginForm
from tickets.sign_on import provider as providers
from tickets.sign_on.mapping import BadMapping, mapping_of
from tickets.views.addresses import asked_for, onward_of
from tickets.views.arriving import arrive

log = logging.getLogger(__name__)
BACKEND = "django.contrib.auth.backends.ModelBackend"  # only to find the person again with each request
ONWARD, ID_TOKEN = "sign_on_onward", "sign_on_id_token"


@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    found = _provider()
    if request.user.is_authenticated:
        return redirect(onward_of(asked_for(request)))
    request.session[ONWARD] = asked_for(request)
    try:
        return providers.go_to(found, request, request.build_absolute_uri(reverse("sign-on-back")))
    except providers.SignOnAway as error:
        log.warning("sign-on: %s", error)
        return _failed(request, _("暂时连不上统一登录，请用工号和密码登录。"), 503)


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    found = _provider()
    try:
        mapping = mapping_of(settings.OIDC_MAPPING)
        claims, id_token = providers.come_back(found, request, mapping.claims)
        person = person_sign_on(claims=claims, mapping=mapping, at=timezone.now())
    except (providers.SignOnAway, BadMapping) as error:
        log.error("sign-on: %s", error)
        return _failed(request, _("暂时连不上统一登录，请用工号和密码登录。"), 503)
    except providers.SignOnFailed as error:
        log.warning("sign-on refused: %s", error)
        return _failed(request, _("统一登录没有完成，请再试一次。"), 403)
    except NotKnown:
        return _failed(request, _("这里没有您的账号，请找本单位的系统管理员开通。"), 403)
    request.session[ID_TOKEN] = id_token
    methods = claims.get("amr") if isinstance(claims.get("amr"), list) else []
    is_strong = bool(set(methods or ()) & set(mapping.strong))
    onward = onward_of(request.session.pop(ONWARD, ""))
    return arrive(request, person, backend=BACKEND, onward=onward, by_sign_on=True, is_strong=is_strong)


def button(onward: str) -> dict[str, str]:
    """What the login page shows of it: nothing where this installation has none."""
    if not settings.OIDC_ISSUER:
        return {}
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return {"sso_url": f"{reverse('sign-on')}{query}", "sso_label": settings.OIDC_LABEL}


def farewell(request: HttpRequest) -> HttpResponse | None:
    """The provider's own log-out, for whoever came in by it."""
    found, id_token = providers.provider(), request.session.get(ID_TOKEN)
    if found is None or id_token is None:
        return None
    address = providers.farewell_address(found, id_token, request.build_absolute_uri(reverse("login")))
    return redirect(address) if address else None


def _provider() -> providers.Provider:
    found = providers.provider()
    if found is None:
        raise Http404
    return found


def _failed(request: HttpRequest, text: str, status: int) -> HttpResponse:
    onward = request.session.pop(ONWARD, "")
    problem: dict[str, Any] = {"title": _("没有登录"), "text": text}
    context = {"form": LoginForm(), "problem": problem, "next": onward, **button(onward)}
    return render(request, "login.html", context, status=status)
