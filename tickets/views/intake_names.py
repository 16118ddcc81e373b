"""Units and people of one's own organisation, found while typing; and the check of a text for a customer."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from tickets.models import RulebookVersion
from tickets.phrases import forbidden_in
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.reader import Reader, reader_of

MOST = 12
LONGEST = 20_000


@work_page
@require_GET
def intake_names(request: HttpRequest, kind: str) -> HttpResponse:
    """Options of a datalist: `名称（code）`, which the form reads back."""
    reader = reader_of(request)
    typed = next((value.strip() for value in request.GET.values() if value.strip()), "")[:60].lower()
    found = _units(reader, typed) if kind == "unit" else _people(reader, typed)
    names = [{"value": f"{name}（{code}）", "more": more} for name, code, more in found][:MOST] if typed else []
    return render(request, "intake/names_options.html", {"names": names})


def _units(reader: Reader, typed: str) -> Iterable[tuple[str, str, str]]:
    units = reader.world.units.values() if reader.world else ()
    return [
        (reader.unit_name(unit.id), unit.code, reader.unit_name(unit.parent))
        for unit in units
        if unit.is_open and (typed in unit.name.lower() or typed in unit.code.lower() or typed in unit.name_en.lower())
    ]


def _people(reader: Reader, typed: str) -> Iterable[tuple[str, str, str]]:
    world = reader.world
    if world is None:
        return []
    places = {duty.person: duty.unit for duty in reversed(list(world.duties))}
    return [
        (person.name, person.username, reader.unit_name(places.get(person.id)))
        for person in world.people.values()
        if typed in person.name.lower() or typed in person.username.lower()
    ]


@work_page
@require_POST
def phrases(request: HttpRequest, version: int) -> HttpResponse:
    """Words in a text that a customer should not read (ruling PHRASES). It warns, and refuses nothing.

    The text is whatever field was posted: the action panel and the intake form send theirs under its own name.
    """
    known = RulebookVersion.objects.filter(pk=version)
    reader = reader_of(request)
    if (
        not known.filter(organisation=None).exists()
        and not known.filter(organisation_id=reader.person.organisation_id).exists()
    ):
        raise Http404
    text = "\n".join(value for name, value in request.POST.items() if name != "csrfmiddlewaretoken")[:LONGEST]
    return render(request, "intake/phrases.html", {"hits": forbidden_in(text, book_of(version))})
