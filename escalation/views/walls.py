"""大屏: the addresses of walls, shown once when given, taken back by one press (row K06)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from escalation.models import Wall
from escalation.views.parts import CURRENT, tabs
from escalation.walls import LONGEST_NAME, supervised, wall_close, wall_open, walls_for
from tickets.core.sentences import Invalid, Refusal
from tickets.views.access import work_page
from tickets.views.addresses import address
from tickets.views.admin_pages import control, filled, number, problems, text, texts
from tickets.views.reader import Reader, language, reader_of

MOST = 100


@never_cache
@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def walls(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if request.method != "POST":
        return _page(request, reader, {}, {})
    if text(request, "close"):
        if wall_close(wall_id=number(text(request, "close")) or 0, actor=reader.person, at=reader.at):
            messages.success(request, _("已停用，那块屏马上就看不到了"))
        return redirect("walls")
    typed = texts(request, "unit", "name")
    try:
        token = wall_open(unit=typed["unit"], name=typed["name"], actor=reader.person, at=reader.at)
    except Invalid as invalid:
        said = {name: [one.say(language()) for one in says] for name, says in invalid.errors.items()}
        return _page(request, reader, typed, said, status=422)
    except Refusal as refusal:
        return _page(request, reader, typed, {"": [refusal.sentence.say(language())]}, status=403)
    shown = f"{address('board')}?{urlencode({'wall': '1', 'token': token})}"
    return _page(request, reader, {}, {}, given=request.build_absolute_uri(shown))


def _page(
    request: HttpRequest,
    reader: Reader,
    typed: dict[str, str],
    errors: dict[str, list[str]],
    *,
    given: str = "",
    status: int = 200,
) -> HttpResponse:
    units = supervised(reader.person, reader.at)
    fields = _fields(reader, units)
    context = {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("walls"),
        "may_open": bool(units),
        "given": given,
        "fields": filled(fields, typed, errors),
        "problems": problems(errors, fields),
        "rows": [_row(reader, wall) for wall in walls_for(reader.person, reader.at)[:MOST]],
        "action": reverse("walls"),
    }
    return render(request, "supervision/walls.html", context, status=status)


def _fields(reader: Reader, units: frozenset[int]) -> list[dict[str, Any]]:
    tree = reader.world.units if reader.world else {}
    choices = [(tree[unit].code, reader.unit_name(unit)) for unit in sorted(units, key=lambda one: tree[one].path)]
    return [
        control("unit", _("看哪个单位（连同下级）"), "unit", required=True, choices=choices),
        control("name", _("挂在哪里"), required=True, maxlength=LONGEST_NAME),
    ]


def _row(reader: Reader, wall: Wall) -> dict[str, Any]:
    return {
        "id": wall.pk,
        "name": wall.name,
        "unit": reader.unit_name(wall.unit_id),
        "beginning": wall.beginning,
        "who": wall.created_by.name,
        "at": wall.created_at,
        "revoked_at": wall.revoked_at,
    }
