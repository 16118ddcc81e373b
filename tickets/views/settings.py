"""What a person sets for themselves: language, density, single keys, password (design §2, §5; row S07)."""

from __future__ import annotations

from typing import Any

from django.conf import settings as site
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from complaints_site.lib.errors import Invalid
from tickets.actions.people import password_set, person_change
from tickets.forms import PreferencesForm
from tickets.models import SecondFactor
from tickets.views.reader import reader_of
from tickets.views.second_factor import own_sessions


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422)
    wanted = {name: value for name, value in form.cleaned_data.items() if value != ""}
    person_change(person=reader_of(request).person, **wanted)
    with override(wanted.get("language") or reader_of(request).person.language):
        messages.success(request, _("设置已保存"))
    return redirect("settings")


@login_required
@require_POST
def density(request: HttpRequest) -> HttpResponse:
    """适中 / 紧凑 on a list; back to where it stood."""
    return _one(request, "density")


@login_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    return _one(request, "language")


def _one(request: HttpRequest, name: str) -> HttpResponse:
    form = PreferencesForm(request.POST)
    if form.is_valid() and form.cleaned_data.get(name):
        person_change(person=reader_of(request).person, **{name: form.cleaned_data[name]})
    back = request.POST.get("next") or request.headers.get("Referer") or ""
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "queue")


@login_required
@sensitive_post_parameters()
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    form: Any = PasswordChangeForm(reader_of(request).person, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    person = reader_of(request).person
    try:
        password_set(person=person, password=form.cleaned_data["new_password1"], by_owner=True)
    except Invalid as error:
        form.add_error("new_password1", error.errors["password"])
        return _page(request, form, status=422)
    auth.update_session_auth_hash(request, person)
    messages.success(request, _("密码已改。别的设备上的登录已失效。"))
    return redirect("settings")


def _page(request: HttpRequest, form: Any = None, status: int = 200) -> HttpResponse:
    errors = form.errors if form is not None else {}
    fields = [_field("old_password", _("现在的密码"), "current-password", errors)]
    fields.append(_field("new_password1", _("新密码"), "new-password", errors, _("至少 10 个字符，别用常见密码。")))
    fields.append(_field("new_password2", _("再输一次新密码"), "new-password", errors))
    problems = [
        {"field": f"field-{field['name']}", "words": f"{field['title']}：{error}"}
        for field in fields
        for error in field["errors"]
    ]
    context = {
        "at": reader_of(request).at,
        "current": "settings",
        "languages": site.LANGUAGES,
        "password_fields": fields,
        "problems": problems,
        "sessions": own_sessions(request),
        "second_factor": SecondFactor.objects.filter(person=reader_of(request).person)
        .exclude(confirmed_at=None)
        .first(),
    }
    return render(request, "settings.html", context, status=status)


def _field(name: str, title: str, autocomplete: str, errors: Any, hint: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "type": "password",
        "required": True,
        "title": title,
        "autocomplete": autocomplete,
        "hint": hint,
        "errors": [str(error) for error in errors.get(name, ())],
    }
