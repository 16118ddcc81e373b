"""A report as a document: its tables and charts as PDF, from the same content as the page and the workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from complaints_site.lib.paper import Block, Chart, Paper, Section, Table, Text

from .wording import change_words, fraction_words, goal_words, value_words

WIDTHS = (3, 2, 2, 1, 2, 1, 1)
MOST_BARS = 20


def document_of(content: Mapping[str, Any]) -> Paper:
    language = content["language"]
    sections = [Section(section["title"], tuple(_blocks(section, language))) for section in content["sections"]]
    facts = (
        (_("范围"), content["unit"]),
        (_("统计期间"), content["period"]),
        (_("生成时间"), content["made_at"].replace("T", " ")[:16]),
    )
    return Paper(
        title=content["title"],
        sections=(*sections, Section(_("口径"), (_definitions(content),))),
        facts=facts,
        form=True,
        english=language.startswith("en"),
    )


def _blocks(section: Mapping[str, Any], language: str) -> Iterator[Block]:
    if section["rows"]:
        yield table_of(section, language)
    else:
        yield Text(_("本期没有数据。"))
    chart = chart_of(section, language)
    if chart:
        yield chart
    if section["left_out"]:
        yield Text(_("本周期不统计：%(names)s。") % {"names": "、".join(section["left_out"])})


def table_of(section: Mapping[str, Any], language: str) -> Table:
    first = {"figures": _("指标"), "trend": _("时期")}.get(section["kind"]) or section["heading"]
    head = (first, _("数值"), _("分子 / 分母"), _("待定"), _("上期"), _("增减"), _("目标"))
    return Table(head, tuple(cells(row, language) for row in section["rows"]), WIDTHS)


def cells(row: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """A row as it is read: on paper and on the page."""
    return (
        row["label"],
        value_words(row, "value", language),
        fraction_words(row),
        f"{row['pending']:,}",
        value_words(row, "previous", language),
        change_words(row, language),
        goal_words(row),
    )


def chart_of(section: Mapping[str, Any], language: str) -> Chart | None:
    """What can be drawn: rows with a value, the first twenty of them."""
    rows = [row for row in section["rows"] if row["value"] is not None]
    if not section["chart"] or not rows:
        return None
    if section["chart"] == "bar":
        rows = rows[:MOST_BARS]
    points = tuple((row["label"], row["value"], value_words(row, "value", language)) for row in rows)
    return Chart(section["title"], section["chart"], points)


def _definitions(content: Mapping[str, Any]) -> Table:
    head = (_("指标"), _("版本"), _("含义和不计"))
    rows = (
        (one["title"], str(one["version"]), "\n".join(filter(None, (one["says"], one["excludes"]))))
        for one in content["definitions"]
    )
    return Table(head, tuple(rows), (3, 1, 8))
