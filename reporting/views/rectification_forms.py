"""The fields of the forms for rectifications, as partials/field.html draws them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from reporting.rectified import causes_known
from reporting.views.samples import unit_choices
from tickets.actions.rectifications import unit_people
from tickets.models import CheckRound, Rectification
from tickets.views.reader import Reader, language


def _typed(request: HttpRequest, name: str, known: str = "") -> str:
    return request.POST.get(name, known)


def round_fields(request: HttpRequest, reader: Reader) -> list[dict[str, Any]]:
    sources = [
        {"value": CheckRound.Source.INSPECTION.value, "title": _("检查")},
        {"value": CheckRound.Source.CIRCULAR.value, "title": _("上级通报")},
    ]
    fields: list[dict[str, Any]] = [
        {"name": "source", "type": "choice", "title": _("来源"), "required": True, "choices": sources},
        {"name": "unit", "type": "choice", "title": _("被检查单位"), "required": True,
         "choices": unit_choices(reader)},
        {"name": "title", "type": "text", "title": _("检查名称"), "required": True, "maxlength": 200},
        {"name": "held_on", "type": "date", "title": _("检查日期"), "required": True},
        {"name": "reference", "type": "text", "title": _("通报文号（上级通报要写）"), "maxlength": 200},
    ]  # fmt: skip
    return [{**field, "value": _typed(request, field["name"])} for field in fields]


def plan_fields(request: HttpRequest, reader: Reader, row: Rectification) -> list[dict[str, Any]]:
    world = reader.world
    people = unit_people(row.unit_id, world) if world else []
    choices = [{"value": name, "title": world.by_username[name].name} for name in people] if world else []
    causes = [{"value": value, "title": title[language()]} for value, title in causes_known(reader.at).items()]
    due = f"{world.calendar.local(row.due_at):%Y-%m-%d}" if world and row.due_at else ""
    own = world.people.get(row.person_id or 0) if world else None
    fields: list[dict[str, Any]] = [
        {"name": "cause", "type": "text", "title": _("原因"), "required": True, "long": True, "known": row.cause},
        {"name": "cause_word", "type": "unit", "title": _("原因归类（比较以后的投诉）"), "choices": causes,
         "known": row.cause_word},
        {"name": "immediate", "type": "text", "title": _("当前措施"), "required": True, "long": True,
         "known": row.immediate},
        {"name": "lasting", "type": "text", "title": _("长效措施"), "required": True, "long": True,
         "known": row.lasting},
        {"name": "person", "type": "person", "title": _("负责人"), "required": True, "choices": choices,
         "known": own.username if own else ""},
        {"name": "due_at", "type": "date", "title": _("完成日期"), "required": True, "known": due},
        {"name": "depends_on", "type": "text", "title": _("要等什么"), "maxlength": 200, "known": row.depends_on},
    ]  # fmt: skip
    return [{**field, "value": _typed(request, field["name"], field.get("known", ""))} for field in fields]


def answer_fields(request: HttpRequest, stages: Mapping[Any, Any]) -> list[dict[str, Any]]:
    choices = [{"value": stage.value, "title": title} for stage, title in stages.items()]
    passed = [{"value": "yes", "title": _("通过")}, {"value": "no", "title": _("没通过")}]
    fields: list[dict[str, Any]] = [
        {"name": "stage", "type": "choice", "title": _("什么时候验证"), "required": True, "choices": choices},
        {"name": "passed", "type": "choice", "title": _("结果"), "required": True, "choices": passed},
        {"name": "note", "type": "text", "title": _("怎样验证、看到什么"), "required": True, "long": True},
    ]
    return [{**field, "value": _typed(request, field["name"])} for field in fields]
