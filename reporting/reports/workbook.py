"""A report as a workbook: numbers as numbers, a chart beside its table, one sheet with the definitions.

Texts are always written as texts, so none that begins with = + - or @ becomes a formula in an office program.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from .wording import unit_word

WIDTHS = (30, 14, 12, 12, 12, 12, 14, 14, 10, 10)
CHARTS = {"bar": "bar", "line": "line"}
MOST_BARS = 20
LINES_OF_CHART = 18
FORMATS = {"percent": '0.0"%"', "count": "#,##0"}


def to_workbook(content: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    _Sheets(book, content).write()
    book.close()
    return buffer.getvalue()


class _Sheets:
    def __init__(self, book: Workbook, content: Mapping[str, Any]) -> None:
        self.book, self.content, self.language = book, content, content["language"]
        self.bold = book.add_format({"bold": True, "font_size": 14})
        self.heading = book.add_format({"bold": True, "font_size": 12})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.numbers: dict[str, Format] = {}

    def write(self) -> None:
        sheet = self.book.add_worksheet(_("报告"))
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, self.content["title"], self.bold)
        facts = [self.content["unit"], self.content["period"], self.content["made_at"]]
        for column, fact in enumerate(facts):
            sheet.write_string(1, column, fact)
        line = 3
        for section in self.content["sections"]:
            line = self._section(sheet, section, line) + 1
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        self._definitions()

    def _section(self, sheet: Worksheet, section: Mapping[str, Any], line: int) -> int:
        sheet.write_string(line, 0, section["title"], self.heading)
        line += 1
        for column, word in enumerate(headings(section)):
            sheet.write_string(line, column, word, self.head)
        first = line + 1
        for row in section["rows"]:
            line += 1
            self._row(sheet, line, row)
        if section["chart"] and section["rows"]:
            line = self._chart(sheet, section, first, line)
        return line + 1

    def _row(self, sheet: Worksheet, line: int, row: Mapping[str, Any]) -> None:
        sheet.write_string(line, 0, row["label"])
        sheet.write_string(line, 1, unit_word(row["unit"], self.language))
        names = ("value", "numerator", "denominator", "pending", "previous", "change", "least", "most")
        for column, name in enumerate(names, start=2):
            if row[name] is not None:
                unit = "count" if name in ("denominator", "pending") else row["unit"]
                sheet.write_number(line, column, row[name], self._number("each" if name == "numerator" else unit))

    def _number(self, unit: str) -> Format:
        if unit not in self.numbers:
            self.numbers[unit] = self.book.add_format({"num_format": FORMATS.get(unit, "#,##0.##")})
        return self.numbers[unit]

    def _chart(self, sheet: Worksheet, section: Mapping[str, Any], first: int, last: int) -> int:
        chart = self.book.add_chart({"type": CHARTS[section["chart"]]})
        until = min(last, first + MOST_BARS - 1) if section["chart"] == "bar" else last
        name = sheet.get_name()
        chart.add_series(
            {
                "name": section["title"],
                "categories": [name, first, 0, until, 0],
                "values": [name, first, 2, until, 2],
                "data_labels": {"value": True},
            }
        )
        chart.set_title({"none": True})
        chart.set_legend({"none": True})
        if section["chart"] == "bar":
            chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 760, "height": 20 * LINES_OF_CHART - 20})
        sheet.insert_chart(last + 1, 0, chart, {"description": section["title"]})
        return last + 1 + LINES_OF_CHART

    def _definitions(self) -> None:
        sheet = self.book.add_worksheet(_("口径"))
        for column, width in enumerate((26, 24, 8, 60, 60, 10, 22)):
            sheet.set_column(column, column, width)
        words = (_("指标"), _("编号"), _("版本"), _("含义"), _("不计"), _("时钟"), _("出处"))
        for column, word in enumerate(words):
            sheet.write_string(0, column, word, self.head)
        for line, one in enumerate(self.content["definitions"], start=1):
            for column, name in enumerate(("title", "id", "version", "says", "excludes", "clock", "source")):
                if name == "version":
                    sheet.write_number(line, column, one[name], self.wrapped)
                else:
                    sheet.write_string(line, column, one[name], self.wrapped)


def headings(section: Mapping[str, Any]) -> tuple[str, ...]:
    first = {"figures": _("指标"), "trend": _("时期")}.get(section["kind"]) or section["heading"]
    counts = (_("分子"), _("分母"), _("待定"))
    compared = (_("上期"), _("增减"), _("目标不低于"), _("目标不高于"))
    return (first, _("计量单位"), _("数值"), *counts, *compared)
