"""Drafts written from figures: complete as they stand, also for a period without a complaint, and ready to be edited.

An analysis report has 基本情况, 原因分析 and 策略与建议 (docs 7, 13 and 19); a bulletin the units over a threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from reporting.declarations import Indicator, indicators
from reporting.reports.contents import Row
from reporting.reports.wording import unit_word, value_words

from .facts import (
    COUNTS,
    RATES,
    Scope,
    causes_of,
    findings_of,
    misses,
    rows_of,
    sentence_of,
    split_rows,
    table_of,
)

MOST_MEASURES = 3
Sections = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Threshold:
    """Units whose value of an indicator, in the unit shown, is over (or under) this are named in a bulletin."""

    indicator: Indicator
    by: str  # unit, branch or responsible_unit
    over: bool
    value: float

    def names(self, row: Row) -> bool:
        if row["value"] is None:
            return False
        return bool(row["value"] > self.value if self.over else row["value"] < self.value)


def analysis_sections(scope: Scope) -> tuple[Sections, dict[str, int]]:
    """The sections of an analysis report, and the versions of the indicators in it."""
    counts, rates = rows_of(scope, COUNTS), rows_of(scope, RATES)
    heading, causes = causes_of(scope)
    findings = findings_of(scope)
    sections = [
        _section(
            _("基本情况"),
            "\n".join([_opening(scope, counts[0]), *map(_told(scope), counts[1:] + rates), *_found(findings)]),
            [table_of(counts + rates, _("指标"), scope.language)],
        ),
        _section(
            _("原因分析"),
            "\n".join(_cause_lines(causes, counts[0])),
            [table_of(causes, heading, scope.language)] if causes else [],
        ),
        _section(_("策略与建议"), "\n".join(_numbered(_measures(counts[0], rates, causes, findings))), []),
    ]
    return sections, {name: indicators()[name].version for name in (*COUNTS, *RATES)}


def bulletin_sections(scope: Scope, threshold: Threshold) -> tuple[Sections, dict[str, int], list[Row]]:
    """The sections of a bulletin, the versions used, and the rows of the units named."""
    one = threshold.indicator
    named = [row for row in split_rows(scope, one.id, threshold.by) if threshold.names(row)]
    named.sort(key=lambda row: row["value"], reverse=threshold.over)
    told = {
        "name": one.title.say(scope.language),
        "sign": ">" if threshold.over else "<",
        "value": f"{threshold.value:g}{unit_word(one.unit, scope.language)}",
        "n": len(named),
    }
    facts = _("本期%(name)s %(sign)s %(value)s 的单位共 %(n)d 个。") % told
    lines = [f"{row['label']}：{value_words(row, 'value', scope.language)}" for row in named]
    sections = [
        _section(
            _("通报内容"),
            "\n".join([facts, *_numbered(lines)]),
            [table_of(named, _("单位"), scope.language)] if named else [],
        ),
        _section(_("工作要求"), _("请被通报单位查明原因，制定整改措施，并按期反馈整改结果。"), []),
    ]
    return sections, {one.id: one.version}, named


def _section(title: str, text: str, tables: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "text": text, "tables": tables}


def _told(scope: Scope) -> Any:
    return lambda row: sentence_of(row, scope.language)


def _opening(scope: Scope, received: Row) -> str:
    last = scope.period.end.date() - timedelta(days=1)
    told = {
        "unit": scope.unit_name,
        "first": scope.period.start.date().isoformat(),
        "last": last.isoformat(),
        "now": value_words(received, "value", scope.language),
        "before": value_words(received, "previous", scope.language),
    }
    if not received["value"]:
        return _("%(first)s 至 %(last)s，%(unit)s未发生投诉（上期 %(before)s）。") % told
    return _("%(first)s 至 %(last)s，%(unit)s共受理投诉 %(now)s，上期 %(before)s。") % told


def _found(findings: Sequence[str]) -> list[str]:
    return [_("检查发现的问题："), *_numbered(findings)] if findings else [_("本期抽查没有发现问题。")]


def _cause_lines(causes: Sequence[Row], received: Row) -> list[str]:
    if not causes:
        return [_("本期没有投诉，没有可以分析的原因。")]
    lines = []
    for row in causes:
        share = 100 * row["numerator"] / (received["numerator"] or 1)
        told = {"name": row["label"], "n": int(row["numerator"]), "share": f"{share:.1f}"}
        lines.append(_("%(name)s：%(n)d 件，占 %(share)s%%。") % told)
    return list(_numbered(lines))


def _measures(received: Row, rates: Sequence[Row], causes: Sequence[Row], findings: Sequence[str]) -> list[str]:
    """What the figures themselves call for; a person writes the rest."""
    lines = [
        _("%(name)s没有达到目标：查明未达标的环节和单位，落实责任和期限。") % {"name": row["label"]}
        for row in rates
        if misses(row)
    ]
    lines += [
        _("针对“%(name)s”（%(n)d 件）：分析成因，提出改进措施，明确责任人和完成时间。")
        % {"name": row["label"], "n": int(row["numerator"])}
        for row in causes[:MOST_MEASURES]
    ]
    if findings:
        lines.append(_("对检查发现的问题逐项整改，并复查。"))
    if not received["value"]:
        lines.append(_("继续保持零投诉，坚持日常检查，做好服务培训和应急演练。"))
    return lines or [_("保持现有做法，跟踪指标变化。")]


def _numbered(lines: Iterable[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
