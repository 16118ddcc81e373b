"""The figures that a draft speaks of, in words: counts, rates against their goals, causes, what inspections found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reporting.access import Viewer
from reporting.declarations import indicators
from reporting.dimensions import DIMENSIONS
from reporting.figures import figures
from reporting.labels import Labels
from reporting.models import SampleVerdict
from reporting.periods import Period
from reporting.questions import question
from reporting.reports.contents import Row, asked_for, row_of
from reporting.reports.document import cells
from reporting.reports.wording import change_words, goal_words, value_words

COUNTS = ("received", "settled", "declined", "withdrawn")
RATES = (
    "on_time_closure",
    "satisfaction",
    "flow_timeliness",
    "answer_time",
    "escalation_resolution",
    "escalation_timeliness",
)
CAUSES = ("cause", "complaint_type", "business_type")  # the first by which something is known
MOST_CAUSES = 10
MOST_FINDINGS = 30


@dataclass(frozen=True, slots=True)
class Scope:
    """What is written about, for whom, in which language. `unit` is a code; empty = the whole organisation."""

    viewer: Viewer
    period: Period
    unit: str
    unit_name: str
    language: str


def rows_of(scope: Scope, names: Sequence[str]) -> list[Row]:
    """The figures of the scope, in the order of the names."""
    wanted = [indicators()[name] for name in names if name in indicators()]
    asked = question(wanted[0], asked_for(scope.period, unit=scope.unit), scope.viewer)
    found = figures(wanted, asked, scope.viewer)
    return [row_of(one, found[one.id][0], one.title.say(scope.language), "") for one in wanted]


def split_rows(scope: Scope, name: str, by: str) -> list[Row]:
    """One figure by a dimension, the greatest first; `of` is the dimension's value."""
    one, labels = indicators()[name], Labels(scope.viewer)
    found = figures([one], question(one, asked_for(scope.period, unit=scope.unit, by=by), scope.viewer), scope.viewer)[
        name
    ]
    title = lambda value: labels.title(by, value, scope.language)  # noqa: E731
    rows = [{**row_of(one, row, title(row.dims[0]), ""), "of": row.dims[0]} for row in found]
    return sorted(rows, key=lambda row: -row["numerator"])


def causes_of(scope: Scope) -> tuple[str, list[Row]]:
    """The title of the dimension and its rows: causes where they are known, else what was complained about."""
    known = [by for by in CAUSES if by in indicators()["received"].by]
    for by in known:
        rows = split_rows(scope, "received", by)
        if any(row["label"] not in ("未填", "None") for row in rows):
            return DIMENSIONS[by].title.say(scope.language), rows[:MOST_CAUSES]
    return DIMENSIONS[known[0]].title.say(scope.language), []


def table_of(rows: Sequence[Row], first: str, language: str) -> dict[str, Any]:
    """A table of a draft: plain words, kept as they were."""
    head = [first, _("数值"), _("分子 / 分母"), _("待定"), _("上期"), _("增减"), _("目标")]
    return {"head": head, "rows": [list(cells(row, language)) for row in rows]}


def sentence_of(row: Row, language: str) -> str:
    """投诉按时办结率 82.0%，上期 90.0%，增减 −8.0。目标 ≥ 95。"""
    told = {
        "name": row["label"],
        "value": value_words(row, "value", language),
        "previous": value_words(row, "previous", language),
        "change": change_words(row, language),
    }
    if row["value"] is None:
        return _("%(name)s：没有数据。") % told
    if row["previous"] is None:
        text = _("%(name)s %(value)s，上期没有数据。") % told
    else:
        text = _("%(name)s %(value)s，上期 %(previous)s，增减 %(change)s。") % told
    return text if goal_words(row) == "—" else text + _("目标 %(goal)s。") % {"goal": goal_words(row)}


def misses(row: Mapping[str, Any]) -> bool:
    value, least, most = row["value"], row["least"], row["most"]
    return value is not None and ((least is not None and value < least) or (most is not None and value > most))


def findings_of(scope: Scope) -> list[str]:
    """What quality samples found in the period, whatever was complained about (ruling ZERO): a line each."""
    judged = SampleVerdict.objects.filter(
        ticket__in=scope.viewer.tickets(), judged_at__gte=scope.period.start, judged_at__lt=scope.period.end
    )
    wrong = judged.exclude(content_right=True, routing_right=True).select_related("ticket").order_by("judged_at")
    return [_finding(one) for one in wrong[:MOST_FINDINGS]]


def _finding(one: SampleVerdict) -> str:
    found = [
        word
        for word, right in ((_("填写不准确"), one.content_right), (_("流转不准确"), one.routing_right))
        if not right
    ]
    if one.ticket.respondent_person_id or one.ticket.respondent_unit_id:
        return _("抽查一件：%(found)s。") % {
            "found": "、".join(found)
        }  # those addressed may be the ones complained about
    told = {"number": one.ticket.number, "found": "、".join(found), "note": one.note}
    return (_("抽查 %(number)s：%(found)s。%(note)s") % told).strip()
