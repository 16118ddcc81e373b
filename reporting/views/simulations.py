"""A rulebook tried on a period's tickets before it is loaded: ask, watch it run, read the result (row N04)."""

from __future__ import annotations

import tempfile
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from reporting.event_log.asking import received_in
from reporting.models import Simulation
from reporting.simulation.asked import ASKERS, simulation_ask
from tickets.core.sentences import Invalid
from tickets.rulebook.problems import RulebookErrors
from tickets.rulebook.source import MOST_BYTES, Flat, flatten
from tickets.views.access import View
from tickets.views.reader import language, reader_of

MOST = 50


def for_askers(view: View) -> View:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reader = reader_of(request)
        if reader.person.organisation is None or not reader.roles & ASKERS:
            return render(request, "403.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


@for_askers
@require_http_methods(["GET", "HEAD", "POST"])
def simulations(request: HttpRequest) -> HttpResponse:
    """What I asked for, newest first, and a form for one more."""
    if request.method == "POST":
        return _ask(request)
    return _page(request)


@for_askers
@require_GET
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """The result, or how far it has come. A fragment is what the page itself asks for while it runs."""
    reader = reader_of(request)
    found = get_object_or_404(Simulation, pk=pk, asked_by=reader.person)
    template = "simulations/result.html" if request.headers.get("HX-Request") else "simulations/one.html"
    context = {"at": reader.at, "current": "rulebooks", "one": found, "said": found.result.get(language(), {})}
    return render(request, template, context)


def _page(request: HttpRequest, refused: list[str] | None = None, status: int = 200) -> HttpResponse:
    reader = reader_of(request)
    context = {
        "at": reader.at,
        "current": "rulebooks",
        "rows": Simulation.objects.filter(asked_by=reader.person).order_by("-asked_at").defer("result")[:MOST],
        "refused": refused,
        "start": request.POST.get("from", ""),
        "end": request.POST.get("to", ""),
    }
    return render(request, "simulations/list.html", context, status=status)


def _ask(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    assert reader.world is not None  # noqa: S101  the guard let nobody else in
    try:
        period = received_in({"from": request.POST.get("from", ""), "to": request.POST.get("to", "")}, reader.world)
        flat = _uploaded(request)
        if flat is None:
            return _page(request, [_("选择一个不超过 1 MB 的 TOML 文件。")], status=422)
        asked = simulation_ask(flat=flat, period=period, actor=reader.person, at=reader.at)
    except Invalid as error:
        return _page(request, [say.say(language()) for says in error.errors.values() for say in says], status=422)
    except RulebookErrors as errors:
        return _page(request, [problem.say(language()) for problem in errors.problems], status=422)
    return redirect("simulation", asked.pk)


def _uploaded(request: HttpRequest) -> Flat | None:
    """The rulebook of the form, flattened. Raises RulebookErrors."""
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > MOST_BYTES:
        return None
    name = get_valid_filename(Path(upload.name or "").name or "rulebook.toml")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(upload.read())
        return flatten(path, settings.RULEBOOK_PATH)
