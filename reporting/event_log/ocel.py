"""The event log as OCEL 2.0 in JSON: an event belongs to its ticket, its step, the unit and the person.

The standard has events and objects in two lists. Both come up together, so objects wait in a file until the events
are written; what is kept in memory are the units, the people and the kinds of things.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from .cases import TIMES, Case, Happening, Piece, instant
from .table import ABOUT

ALWAYS = "1970-01-01T00:00:00.000000+00:00"  # of what never changed, as the standard asks
PIECE = 64 * 1024
OBJECT_TYPES = {
    "ticket": {**dict.fromkeys(ABOUT, "string"), **dict.fromkeys(TIMES, "time")},
    "step": {"kind": "string", "side": "boolean", "result": "string", "opened_at": "time", "closed_at": "time"},
    "unit": {},
    "person": {},
}
EVENT_ATTRIBUTES = {"seq": "integer", "title": "string", "state": "string"}


def written(cases: Iterable[Case]) -> Iterator[str]:
    names: set[str] = set()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as objects:
        yield '{"events": ['
        yield from _events(cases, objects, names)
        yield '],\n"objects": ['
        objects.seek(0)
        objects.read(1)  # the comma before the first
        while piece := objects.read(PIECE):
            yield piece
    events = [{"name": name, "attributes": _typed(EVENT_ATTRIBUTES)} for name in sorted(names)]
    kinds = [{"name": name, "attributes": _typed(attributes)} for name, attributes in OBJECT_TYPES.items()]
    yield f'],\n"eventTypes": {_json(events)},\n"objectTypes": {_json(kinds)}}}\n'


def _events(cases: Iterable[Case], objects: IO[str], names: set[str]) -> Iterator[str]:
    """Pieces of the list of events; the objects go into the file, each once."""
    known: set[str] = set()
    first = True
    for case in cases:
        for made in _objects_of(case, known):
            objects.write(f",\n{_json(made)}")
        names.update(event.name for event in case.events)
        lines = ",\n".join(_json(_event(case, event)) for event in case.events)
        if lines:
            yield f"{'' if first else ','}\n{lines}"
            first = False


def _event(case: Case, event: Happening) -> dict[str, Any]:
    said = {"seq": event.seq, "title": event.title, "state": event.state}
    related = [("ticket", case.number)]
    if event.step is not None:
        related.append(("step", _step_id(case, event.step)))
        related += [("unit", f"unit:{event.step.unit}")] if event.step.unit else []
    if event.person:
        related.append(("person", f"person:{event.person}"))
    return {
        "id": f"{case.number}/{event.seq}",
        "type": event.name,
        "time": instant(event.at),
        "attributes": [{"name": name, "value": value} for name, value in said.items()],
        "relationships": [{"objectId": id_, "qualifier": qualifier} for qualifier, id_ in related],
    }


def _objects_of(case: Case, known: set[str]) -> Iterator[dict[str, Any]]:
    times = {name: instant(at) for name, at in case.times.items() if at}
    steps = [("step", _step_id(case, step)) for step in case.steps]
    yield _object(case.number, "ticket", {**case.about, **times}, steps)
    for step in case.steps:
        yield _object(_step_id(case, step), "step", _about_step(step), [("unit", f"unit:{step.unit}")])
    units = {f"unit:{step.unit}": "unit" for step in case.steps if step.unit}
    people = {f"person:{event.person}": "person" for event in case.events if event.person}
    for id_, kind in (units | people).items():
        if id_ not in known:
            known.add(id_)
            yield _object(id_, kind, {}, [])


def _about_step(step: Piece) -> dict[str, Any]:
    times = {"opened_at": instant(step.opened_at)} | ({"closed_at": instant(step.closed_at)} if step.closed_at else {})
    return {"kind": step.kind, "side": step.side, "result": step.result, **times}


def _object(id_: str, kind: str, said: dict[str, Any], related: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "id": id_,
        "type": kind,
        "attributes": [{"name": name, "time": ALWAYS, "value": value} for name, value in said.items()],
        "relationships": [{"objectId": other, "qualifier": qualifier} for qualifier, other in related],
    }


def _step_id(case: Case, step: Piece) -> str:
    return f"{case.number}#{step.ordinal}"


def _typed(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in attributes.items()]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
