"""Rulebooks for tests: the product's own, and a small one that a test may spoil."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tickets.rulebook.check import Report, prove
from tickets.rulebook.source import BOOKS, Flat, flatten

OWN = tuple(sorted(path for path in BOOKS.glob("*.toml") if not path.name.startswith("shared-")))

SMALL = """
[rulebook]
id = "small"
version = 1
kind = "complaint"
title = "小手册"

[roles]
clerk = "受理员"
head = "负责人"

[ends]
closed = "已结案"
declined = "不予受理"

[fields.severity]
choices = { minor = "轻微", major = "重大" }
[fields.solution]
title = "方案"
[fields.reason]
title = "理由"
[fields.amount]
type = "number"
[fields.late]
type = "datetime"
[fields.valid]
type = "boolean"

[tables.handling]
by = ["severity"]
rows = [["minor", "8h"], ["major", "20h"]]

[clocks.promise]
starts = ["register"]
stops = ["reply"]
limit = "2d"
extends = ["extend"]

[alarms.standard]
"90%" = [{ tell = "warning", to = ["holder"] }]
"due" = [{ tell = "warning", to = ["holder", "head of top"] }]

[messages.warning]
text = "工单{number}将于{due}到期"
ways = ["inbox"]

[messages.asked]
text = "工单{number}待审批"
ways = ["inbox"]

[steps.intake]
stage = "intake"
by = ["clerk"]
limit = "1h"
answered = "reply"

[steps.handling]
stage = "handling"
at = ["respondent", "management"]
by = ["head"]
limit = "handling"

[steps.reply]
stage = "reply"
by = ["clerk"]
limit = "4h"
answered = "reply"

[steps.assist]
stage = "assist"
side = true
by = ["head"]
limit = ["1d", "rest-1h"]

[actions.register]
from = "start"
by = ["clerk"]
needs = ["reason"]
then = [{ next = "intake", at = "channel" }]

[actions.decline]
from = ["intake"]
needs = ["reason"]
then = [{ end = "declined" }]

[actions.dispatch]
from = ["intake"]
needs = ["severity"]
then = [{ ask = "handling" }]

[actions.help]
from = ["handling"]
needs = ["to"]
then = [{ ask = "assist", at = "chosen" }]

[actions.recall]
from = ["handling"]
then = [{ recall = "assist" }]

[actions.advise]
from = ["assist"]
needs = ["solution"]
then = [{ back = "answer" }]

[actions.extend]
from = ["handling"]
needs = ["until", "reason"]
[actions.extend.approval]
at = "management"
by = ["head"]

[actions.feedback]
from = ["handling"]
needs = ["solution"]
then = [{ back = "answer" }]

[actions.again]
from = ["reply"]
when = { done.again = { max = 1 } }
then = [{ ask = "handling" }]

[actions.reply]
from = ["reply"]
needs = ["solution"]
then = [{ end = "closed" }]
"""


@cache
def own_flat(path: Path) -> Flat:
    return flatten(path)


def report_on(source: Mapping[str, Any], flat: Flat) -> Report:
    """Prove a changed source of a rulebook."""
    return prove(Flat(source, flat.places, flat.file))[1]


def changed(flat: Flat) -> dict[str, Any]:
    """The source of a rulebook, to be spoilt."""
    return copy.deepcopy(dict(flat.source))


def places_in(value: object, above: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The way to every value inside: names and numbers."""
    if above:
        yield above
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield from places_in(one, (*above, name))
