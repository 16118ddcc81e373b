"""Units and people of one's own organisation, found while typing."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tickets.views.access import work_page
from tickets.views.reader import Reader, reader_of

MOST = 12


@work_page
@require_GET
def intake_names(request: HttpRequest, kind: str) -> HttpResponse:
    """Options of a datalist: `名称（code）`, which the form reads back."""
    reader = reader_of(request)
    typed = next((words for value in request.GET.values() if (words := str(value).strip())), "")[:60].lower()
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
