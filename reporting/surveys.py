"""Satisfaction surveys by a third party: draw a sample, hand it out, take the answers in (row K07, ruling SURVEY)."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xlsxwriter
from django.db import transaction
from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext as _

from complaints_site.lib import mask
from complaints_site.lib.errors import Invalid as RowsInvalid
from tickets.access import below
from tickets.actions.reveal import customer_reveal
from tickets.core.sentences import Forbidden, Invalid, Say
from tickets.models import Person, Ticket, Unit
from tickets.sheets import ImportReport, SheetRow, read_sheet, yes_or_no

from .access import Viewer, viewer_of
from .models import SurveyAnswer, SurveySample, TicketFact
from .periods import Period
from .refresh import bring_up_to_date, count_again
from .reports.receivers import covers
from .trail import note

MOST_SAMPLE = 5_000
SCORES = ("process_score", "result_score", "staff_score")
MOST_SCORE = 100
COLUMNS = {
    "number": ("工单编号", "编号"),
    "mode": ("方式", "调查方式"),
    "satisfied": ("满意", "是否满意"),
    "process_score": ("过程评分", "过程"),
    "result_score": ("结果评分", "结果"),
    "staff_score": ("服务人员评分", "服务人员"),
    "answered_at": ("答复时间", "调查时间"),
}
MODES = {
    **{mode.value: mode.value for mode in SurveyAnswer.Mode},
    "电话": "phone",
    "面访": "visit",
    "邮件": "mail",
    "信函": "mail",
}
SPLITS = ("business_type", "channel", "level", "grade")


@dataclass(frozen=True, slots=True)
class NewSample:
    name: str
    mode: str
    unit: Unit
    settled: Period
    size: int
    seed: int


def sample_draw(new: NewSample, *, actor: Person, at: datetime) -> SurveySample:
    """Draw at random from the settled tickets of a unit; the same seed draws the same. Raises Forbidden, Invalid."""
    viewer = viewer_of(actor, at)
    _require(new, viewer)
    bring_up_to_date()
    ids = sorted(_drawable(new, viewer).values_list("pk", flat=True))
    drawn = random.Random(new.seed).sample(ids, min(new.size, len(ids)))  # noqa: S311  to be drawn again, not secret
    if not drawn:
        errors = Invalid()
        errors.add("settled", "这段时间没有可以抽的工单。", "There is no ticket to draw in that time.")
        raise errors
    with transaction.atomic():
        made = SurveySample.objects.create(
            organisation_id=new.unit.organisation_id,
            name=new.name,
            mode=new.mode,
            unit=new.unit,
            settled_from=new.settled.start,
            settled_before=new.settled.end,
            seed=new.seed,
            drawn_by=actor,
            drawn_at=at,
        )
        made.tickets.set(drawn)
        note("survey_draw", actor=actor, at=at, survey=new.name, tickets=len(drawn))
    return made


def _require(new: NewSample, viewer: Viewer) -> None:
    errors = Invalid()
    if not new.name or len(new.name) > 60:
        errors.add("name", "给调查起个名字，不超过 60 字。", "Name the survey, in 60 characters at most.")
    elif SurveySample.objects.filter(organisation_id=new.unit.organisation_id, name=new.name).exists():
        errors.add("name", "已有同名的调查。", "There is a survey of that name.")
    if new.mode not in SurveyAnswer.Mode.values:
        errors.add("mode", "选择调查方式。", "Choose the method.")
    if not 1 <= new.size <= MOST_SAMPLE:
        errors.add("size", "抽 1 到 5,000 件。", "Draw 1 to 5,000.")
    errors.raise_if_any()
    require_whole(viewer, new.unit.pk)


def require_whole(viewer: Viewer, unit: int) -> None:
    if not covers(viewer, unit):
        raise Forbidden(Say("只能抽您看得到全部工单的单位", "Samples are drawn at units whose work you see in whole"))


def _drawable(new: NewSample, viewer: Viewer) -> QuerySet[Ticket]:
    """Settled tickets with a customer who can be asked: neither anonymous nor confidential."""
    units = sorted(below(viewer.world, new.unit.pk))
    facts = TicketFact.objects.filter(
        settled_at__gte=new.settled.start, settled_at__lt=new.settled.end, received_unit_id__in=units
    )
    can = Q(anonymous=False, confidential=False, customer__isnull=False)
    return viewer.tickets().filter(can, pk__in=facts.values("pk"))


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────


def sample_workbook(sample: SurveySample, *, purpose: str, actor: Person, at: datetime) -> bytes:
    """The sample as a table to be filled in. Names and numbers are masked; with a purpose they are given whole, and
    who looked at which customer's data and why is written down for every ticket (row S05). Raises Forbidden, Invalid.
    """
    viewer = viewer_of(actor, at)
    require_whole(viewer, sample.unit_id)
    tickets = list(
        viewer.tickets().filter(pk__in=sample.tickets.values("pk")).select_related("customer").order_by("number")
    )
    if purpose:
        with transaction.atomic():
            for ticket in tickets:
                customer_reveal(ticket=ticket, purpose=purpose, actor=actor, at=at)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("样本"))
    sheet.set_column(0, 9, 18)
    for column, words in enumerate((*COLUMNS.values(), (_("客户"),), (_("电话"),))):
        sheet.write_string(0, column, words[0])
    for line, ticket in enumerate(tickets, start=1):
        _write(sheet, line, ticket, whole=bool(purpose))
    book.close()
    return buffer.getvalue()


def _write(sheet: xlsxwriter.worksheet.Worksheet, line: int, ticket: Ticket, *, whole: bool) -> None:
    customer = ticket.customer
    name, phone = (customer.name, customer.phone) if customer is not None else ("", "")
    sheet.write_string(line, 0, ticket.number)
    last = len(COLUMNS)
    sheet.write_string(line, last, name or "" if whole else mask.name(name or ""))
    sheet.write_string(line, last + 1, phone or "" if whole else mask.phone(phone or ""))


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────


class _Undo(Exception):
    """Takes the transaction back; the report has been written already."""


def answers_import(
    sample: SurveySample, path: Path, *, actor: Person, at: datetime, dry_run: bool = False
) -> ImportReport:
    """The answers of a sample, all or nothing; the latest file counts. Raises Forbidden, SheetError."""
    viewer = viewer_of(actor, at)
    require_whole(viewer, sample.unit_id)
    columns = {**COLUMNS, "customer": ("客户",), "phone": ("电话",)}  # the table that was handed out comes back
    rows, report = read_sheet(path, columns, ["number"]), ImportReport()
    drawn = dict(sample.tickets.values_list("number", "pk"))
    try:
        with transaction.atomic():
            for row in rows:
                _import(row, sample, drawn, viewer, report)
            if report.errors or dry_run:
                raise _Undo
            count_again(drawn.values())
            note("survey_import", actor=actor, at=at, survey=sample.name, answers=report.created + report.changed)
    except _Undo:
        pass
    return report


def _import(row: SheetRow, sample: SurveySample, drawn: dict[str, int], viewer: Viewer, report: ImportReport) -> None:
    if not any(row[name] for name in ("satisfied", *SCORES)):
        return  # nobody answered
    try:
        values = _answer(row, sample, viewer)
        if row["number"] not in drawn:
            raise RowsInvalid({"number": [_("这件工单不在样本里。")]})
    except RowsInvalid as error:
        for column, reasons in error.errors.items():
            report.refuse(row, column, reasons[0])
        return
    key = {"ticket_id": drawn[row["number"]], "survey": sample.name}
    there = SurveyAnswer.objects.filter(**key).first()
    if there is None:
        SurveyAnswer.objects.create(**key, **values)
        report.created += 1
    elif all(getattr(there, name) == value for name, value in values.items()):
        report.same += 1
    else:
        SurveyAnswer.objects.filter(pk=there.pk).update(**values)
        report.changed += 1


def _answer(row: SheetRow, sample: SurveySample, viewer: Viewer) -> dict[str, object]:
    """Raises Invalid with what is wrong, by column."""
    errors: dict[str, list[str]] = {}
    mode = MODES.get(row["mode"], "") if row["mode"] else sample.mode
    if not mode:
        errors["mode"] = [_("方式是电话、面访或邮件。")]
    if not row["satisfied"]:
        errors["satisfied"] = [_("填“是”或“否”。")]
    try:
        satisfied = yes_or_no(row["satisfied"])
    except ValueError as error:
        errors["satisfied"] = [str(error)]
    scores = {name: _score(row[name]) for name in SCORES}
    errors.update({name: [_("评分是 0 到 100 的整数。")] for name in SCORES if row[name] and scores[name] is None})
    answered_at = _moment(row["answered_at"], viewer)
    if answered_at is None:
        errors["answered_at"] = [_("时间写成 2026-11-24 或 2026-11-24 15:30，不晚于现在。")]
    if errors:
        raise RowsInvalid(errors)
    return {"mode": mode, "satisfied": satisfied, "answered_at": answered_at, **scores}


def _score(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and int(text[:4]) <= MOST_SCORE else None


def _moment(text: str, viewer: Viewer) -> datetime | None:
    if not text:
        return viewer.at
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 2000 <= found.year < 2200:
        return None
    found = found.replace(tzinfo=viewer.world.calendar.zone) if found.tzinfo is None else found
    return found if found <= viewer.at else None


# ── what came of it ──────────────────────────────────────────────────────────────────────────────────


def results_of(sample: SurveySample, viewer: Viewer, by: str = "") -> list[dict[str, object]]:
    """Answers by method, and by unit or a dimension: how many, how many satisfied, the means of the three scores."""
    column = {"": "mode", "unit": "ticket__received_unit"}.get(by) or f"ticket__fact__{by}"
    answers = SurveyAnswer.objects.filter(survey=sample.name, ticket__in=_seen(sample, viewer))
    means = {name: Avg(name) for name in SCORES}
    counts = {"answers": Count("pk"), "satisfied_count": Count("pk", filter=Q(satisfied=True))}
    rows = answers.values(column).annotate(**counts, **means).order_by(column)
    return [{"of": row.pop(column), **row} for row in rows]


def _seen(sample: SurveySample, viewer: Viewer) -> QuerySet[Ticket]:
    return viewer.tickets().filter(pk__in=sample.tickets.values("pk"))
