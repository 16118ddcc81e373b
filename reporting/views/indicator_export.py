"""The table of an indicator as a file, every row of it, and its definition beside it (rows K01, N09)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from reporting.declarations import Indicator
from reporting.dimensions import DIMENSIONS
from reporting.exports import comma_separated, workbook
from reporting.figures import Figure, figures
from reporting.questions import Question
from reporting.represent import period_name
from reporting.views.asking import Asking, page_of_figures
from reporting.views.figure_words import definition_of, unit_of
from reporting.views.indicator import asking_about, declared
from reporting.views.period_words import days
from tickets.views.reader import language

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@page_of_figures
def indicator_export(request: HttpRequest, id: str, kind: str) -> HttpResponse:
    if kind not in TYPES:
        raise Http404
    one = declared(id)
    asking, asked = asking_about(request, one)
    found = figures([one], asked, asking.viewer)[one.id]
    table = table_of(one, found, asked, asking)
    if kind == "csv":
        content = comma_separated(table)
    else:
        content = workbook([(_("数据"), table), (_("口径"), _definition(one, asked, asking))])
    response = HttpResponse(content, content_type=TYPES[kind])
    name = f"{id}-{asked.start.date():%Y%m%d}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def table_of(one: Indicator, found: Sequence[Figure], asked: Question, asking: Asking) -> list[list[Any]]:
    """Heading and rows: values in the unit shown, in full precision."""
    unit = unit_of(one)
    heading = [_("时间"), *(DIMENSIONS[name].title.say(language()) for name in asked.by)]
    heading += [f"{one.title.say(language())}（{unit}）", _("分子"), _("分母"), _("待定"), _("不计入"), _("全部受理")]
    heading += [f"{_('上期')}（{unit}）", _("变化")]
    if one.quantiles:
        heading += [_("中位数"), _("90 分位")]
    return [heading, *(_line(one, figure, asked, asking) for figure in found)]


def _line(one: Indicator, figure: Figure, asked: Question, asking: Asking) -> list[Any]:
    def scaled(value: float | None) -> float | None:
        return None if value is None else round(value * one.scale, 6)

    line: list[Any] = [period_name(figure.period.start, asked.cycle)]
    line += [asking.title(name, value) for name, value in zip(asked.by, figure.dims, strict=True)]
    counts = [figure.denominator, figure.pending, figure.excluded, figure.denominator_all]
    line += [scaled(figure.value), figure.numerator, *counts, scaled(figure.previous), scaled(figure.change)]
    return [*line, scaled(figure.median), scaled(figure.p90)] if one.quantiles else line


def _definition(one: Indicator, asked: Question, asking: Asking) -> list[list[Any]]:
    said = definition_of(one, {}, asking)
    return [
        [_("指标"), one.title.say(language())],
        [_("口径"), said["says"]],
        [_("不计入"), said["excludes"] or None],
        [_("归期"), said["period"]],
        [_("用哪个钟"), said["clock"]],
        [_("参考值"), "；".join(said["references"]) or None],
        [_("来源"), said["source"] or None],
        [_("版本"), said["version"]],
        [_("时期"), days(asked.whole)],
        [_("导出时间"), asking.reader.at.astimezone(asked.start.tzinfo).strftime("%Y-%m-%d %H:%M")],
    ]
