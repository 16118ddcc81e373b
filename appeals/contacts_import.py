"""Named contacts from a table, CSV or XLSX: all of it, or with one error nothing (row O03)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from appeals.actions.contacts import contact_set, is_as_before, require_setter
from appeals.models import NamedContact
from complaints_site.lib.errors import Invalid
from tickets.models import Person, Unit
from tickets.sheets import ImportReport, SheetRow, read_sheet

COLUMNS = {
    "unit": ("单位代码", "单位"),
    "person": ("联系责任人", "工号"),
    "deputy": ("代理人", "副联系人"),
    "phone": ("电话", "联系电话"),
    "reason": ("原因", "变更原因"),
}


class _Undo(Exception):
    """Takes everything back; the report has been written."""


def import_contacts(path: Path, *, actor: Person, at: datetime, dry_run: bool = False) -> ImportReport:
    """Name the contacts of a file. Units and people are given by code and staff number; who is named already stays.

    Raises Forbidden, and SheetError where the file as a whole can't be read.
    """
    require_setter(actor, at)
    rows = read_sheet(path, COLUMNS, ["unit", "person", "reason"])
    report = ImportReport()
    try:
        with transaction.atomic():
            for row in rows:
                _try(row, report, actor, at)
            if report.errors or dry_run:
                raise _Undo
    except _Undo:
        pass
    return report


def _try(row: SheetRow, report: ImportReport, actor: Person, at: datetime) -> None:
    try:
        with transaction.atomic():
            outcome = _contact(row, actor, at)
    except Invalid as error:
        for column, reasons in error.errors.items():
            for reason in reasons:
                report.refuse(row, column, reason)
        return
    setattr(report, outcome, getattr(report, outcome) + 1)


def _contact(row: SheetRow, actor: Person, at: datetime) -> str:
    unit = Unit.objects.filter(organisation=actor.organisation, code=row["unit"]).first()
    if unit is None:
        raise Invalid({"unit": [_("没有单位“%(code)s”。") % {"code": row["unit"]}]})
    person = _person(row, "person", actor)
    deputy = _person(row, "deputy", actor) if row["deputy"] else None
    former = NamedContact.objects.filter(unit=unit, until_at=None).first()
    if former is not None and is_as_before(former, person, deputy, row["phone"]):
        return "same"
    contact_set(unit=unit, person=person, deputy=deputy, phone=row["phone"], reason=row["reason"], actor=actor, at=at)
    return "changed" if former else "created"


def _person(row: SheetRow, column: str, actor: Person) -> Person:
    found = Person.objects.filter(organisation=actor.organisation, username=row[column]).first()
    if found is None:
        raise Invalid({column: [_("没有工号“%(code)s”。") % {"code": row[column]}]})
    return found
