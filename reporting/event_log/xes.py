"""The event log as XES (IEEE 1849): a trace for each ticket, with the standard's own names where it has one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import quoteattr

from .cases import Case, Happening, instant

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>\
<date key="time:timestamp" value="1970-01-01T00:00:00.000000+00:00"/>\
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
"""
TAIL = "</log>\n"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(cases: Iterable[Case]) -> Iterator[str]:
    yield HEAD
    for case in cases:
        yield _trace(case)
    yield TAIL


def _trace(case: Case) -> str:
    times = "".join(_date(name, at) for name, at in case.times.items() if at)
    about = "".join(_string(name, value) for name, value in case.about.items())
    events = "".join(_event(event) for event in case.events)
    return f"<trace>{_string('concept:name', case.number)}{about}{times}\n{events}</trace>\n"


def _event(event: Happening) -> str:
    said = {"concept:name": event.name, "org:resource": event.person, "title": event.title, "state": event.state}
    if event.step is not None:
        said |= {"org:group": event.step.unit, "step": str(event.step.ordinal), "step_kind": event.step.kind}
    words = "".join(_string(name, value) for name, value in said.items() if value)
    return f"<event>{words}{_date('time:timestamp', event.at)}{_string('lifecycle:transition', 'complete')}</event>\n"


def _string(key: str, value: str) -> str:
    clean = _NOT_XML.sub("�", value)
    return f"<string key={quoteattr(key)} value={quoteattr(clean)}/>"


def _date(key: str, at: datetime) -> str:
    return f"<date key={quoteattr(key)} value={quoteattr(instant(at))}/>"
