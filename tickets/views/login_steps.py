"""What the way in may still ask for: a new password, a code, setting up the code (row S07)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pyotp
import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.actions import accounts
from tickets.actions.people import password_set
from tickets.models import Person
from tickets.views.admin_pages import control, filled, problems, text
from tickets.views.arriving import Arrival, arriving, go_on

Errors = dict[str, list[str]]


@arriving
def code(request: HttpRequest, person: Person, arrival: Arrival, at: datetime) -> HttpResponse:
    """A code of the phone, or a recovery code."""
    if request.method != "POST":
        return _ask(request, "login_code.html", [code_field()])
    try:
        accounts.second_factor_check(person=person, code=text(request, "code"), at=at)
    except Invalid as error:
        return _ask(request, "login_code.html", [code_field()], error.errors)
    return go_on(request, person, replace(arrival, is_strong=True), at)


@arriving
def factor(request: HttpRequest, person: Person, arrival: Arrival, at: datetime) -> HttpResponse:
    """Sets the phone up; the recovery codes stand in the answer, once, and lead on."""
    if arrival.is_strong:
        return go_on(request, person, arrival, at)
    try:
        secret = accounts.second_factor_begin(person=person).secret
        if request.method != "POST":
            return _ask(request, "login_factor.html", [code_field()], factor=factor_words(person, secret))
        codes = accounts.second_factor_confirm(person=person, code=text(request, "code"), at=at)
    except Invalid as error:
        shown = factor_words(person, accounts.second_factor_begin(person=person).secret)
        return _ask(request, "login_factor.html", [code_field()], error.errors, factor=shown)
    go_on(request, person, replace(arrival, is_strong=True), at)
    return render(request, "login_recovery.html", {"codes": codes, "onward": _after(request, arrival)})


@arriving
def password(request: HttpRequest, person: Person, arrival: Arrival, at: datetime) -> HttpResponse:
    """A password that only the person knows, instead of the one they were given."""
    fields = password_fields()
    if request.method != "POST":
        return _ask(request, "login_password.html", fields, person=person)
    errors = _set_password(request, person)
    if errors:
        return _ask(request, "login_password.html", fields, errors, person=person)
    return go_on(request, person, replace(arrival, password=person.get_session_auth_hash()), at)


def _set_password(request: HttpRequest, person: Person) -> Errors:
    new, again = request.POST.get("new_password1", ""), request.POST.get("new_password2", "")
    if new != again:
        return {"new_password2": [_("两次输入的不一样。")]}
    try:
        password_set(person=person, password=new, by_owner=True)
    except Invalid as error:
        return {"new_password1": error.errors["password"]}
    return {}


def _after(request: HttpRequest, arrival: Arrival) -> str:
    """Where the button below the recovery codes leads: a step may still be missing."""
    from django.urls import reverse

    return arrival.onward if request.user.is_authenticated else reverse("login-password")


def _ask(
    request: HttpRequest, template: str, fields: list[dict[str, Any]], errors: Errors | None = None, **more: Any
) -> HttpResponse:
    shown = {"fields": filled(fields, {}, errors), "problems": problems(errors or {}, fields), **more}
    return render(request, template, shown, status=422 if errors else 200)


# ── parts that the settings show too ─────────────────────────────────────────────────────────────────


def factor_words(person: Person, secret: str) -> dict[str, str]:
    """The QR code as an image of its own text, and the secret in fours for whoever can't read it."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name=_("投诉工单"))
    picture = segno.make(uri, micro=False).svg_data_uri(scale=5, border=4, light="#fff")
    return {"picture": picture, "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))}


def code_field() -> dict[str, Any]:
    return control("code", _("验证码"), required=True, maxlength=24, autocomplete="one-time-code")


def password_fields() -> list[dict[str, Any]]:
    hint = _("至少 10 个字符，别用常见密码。")
    more: dict[str, Any] = {"required": True, "autocomplete": "new-password", "maxlength": 200}
    return [
        control("new_password1", _("新密码"), "password", hint=hint, **more),
        control("new_password2", _("再输一次新密码"), "password", **more),
    ]
