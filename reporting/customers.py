"""Customer numbers from a table: the denominators of the rates per 10,000, by month, business and region (row O06).

All of a file or nothing: every row is tried, every error is listed. A row is found again by its month and words, so a
file can be imported twice and a corrected one replaces what was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.actions.administration import ADMINISTRATOR, holds
from tickets.core.sentences import Forbidden, Say
from tickets.models import Organisation, Person
from tickets.rulebook.registry import book_of, current_books
from tickets.sheets import ImportReport, SheetRow, read_sheet

from .access import viewer_of
from .frozen import may_freeze
from .models import CustomerBase
from .trail import note

COLUMNS = {
    "month": ("月份", "期间", "月"),
    "business_type": ("业务类型", "业务"),
    "region": ("区划代码", "地区", "区域"),
    "level": ("客户级别", "级别"),
    "brand": ("客户品牌", "品牌"),
    "customers": ("客户数", "用户数", "在网用户数"),
}
WORDS = ("business_type", "region", "level", "brand")
MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*月?(?:[-/.]0?1(?:[ T]00:00:00)?)?")
MOST_CUSTOMERS = 10_000_000_000
Vocabulary = Mapping[str, Mapping[str, str]]
Key = tuple[date, str, str, str, str]


class _Undo(Exception):
    """Takes the transaction back; the report has been written already."""


def may_import(actor: Person, at: datetime) -> bool:
    """The administrator, to whom it shows no complaint, and whoever sees all of the organisation."""
    return holds(actor, ADMINISTRATOR, at) or may_freeze(viewer_of(actor, at))


def customers_import(
    path: Path, organisation: Organisation, *, actor: Person | None, at: datetime, dry_run: bool = False
) -> ImportReport:
    """Import a file; without an actor by command. Raises Forbidden, SheetError."""
    if actor is not None and not may_import(actor, at):
        raise Forbidden(
            Say("由系统管理员或看得到全部工单的人导入", "Imported by an administrator or who sees everything")
        )
    rows, report = read_sheet(path, COLUMNS, ["month", "customers"]), ImportReport()
    vocabulary = _vocabulary(organisation, at)
    try:
        with transaction.atomic():
            _import(rows, organisation, vocabulary, report)
            if report.errors or dry_run:
                raise _Undo
            if actor is not None:
                note("customers_import", actor=actor, at=at, created=report.created, changed=report.changed)
    except _Undo:
        pass
    return report


def _import(rows: list[SheetRow], organisation: Organisation, vocabulary: Vocabulary, report: ImportReport) -> None:
    known = {_key(row): row for row in CustomerBase.objects.filter(organisation=organisation)}
    seen: dict[Key, int] = {}
    for row in rows:
        try:
            key, customers = _read(row, vocabulary)
        except Invalid as error:
            for column, reasons in error.errors.items():
                report.refuse(row, column, reasons[0])
            continue
        if key in seen:
            report.refuse(row, "", _("和第 %(row)d 行重复。") % {"row": seen[key]})
            continue
        seen[key] = row.number
        _put(known.get(key), key, customers, organisation, report)


def _key(row: CustomerBase) -> Key:
    return row.month, row.business_type, row.region, row.level, row.brand


def _put(
    there: CustomerBase | None, key: Key, customers: int, organisation: Organisation, report: ImportReport
) -> None:
    if there is None:
        month, *words = key
        values = dict(zip(WORDS, words, strict=True))
        CustomerBase.objects.create(organisation=organisation, month=month, customers=customers, **values)
        report.created += 1
    elif there.customers == customers:
        report.same += 1
    else:
        CustomerBase.objects.filter(pk=there.pk).update(customers=customers)
        report.changed += 1


def _read(row: SheetRow, vocabulary: Vocabulary) -> tuple[Key, int]:
    """Raises Invalid."""
    errors: dict[str, list[str]] = {}
    month = _month(row["month"])
    if month is None:
        errors["month"] = [_("月份写成 2026-10。")]
    words = {name: vocabulary[name].get(row[name], row[name]) for name in WORDS if name != "region"}
    for name, word in words.items():
        if word and vocabulary[name] and word not in vocabulary[name].values():
            errors[name] = [_("没有“%(word)s”这个值。") % {"word": word}]
    region = row["region"]
    if region and not re.fullmatch(r"[0-9]{2,12}", region):
        errors["region"] = [_("区划代码是数字，如 410000。")]
    digits = row["customers"].replace(",", "").replace("，", "")
    if not digits.isascii() or not digits.isdecimal() or int(digits[:12]) > MOST_CUSTOMERS or len(digits) > 12:
        errors["customers"] = [_("客户数是 0 或正整数。")]
    if errors or month is None:
        raise Invalid(errors)
    return (month, words["business_type"], region, words["level"], words["brand"]), int(digits)


def _month(text: str) -> date | None:
    found = MONTH.fullmatch(text)
    if not found or not 2000 <= int(found[1]) < 2200 or not 1 <= int(found[2]) <= 12:
        return None
    return date(int(found[1]), int(found[2]), 1)


def _vocabulary(organisation: Organisation, at: datetime) -> Vocabulary:
    """By field the values of the rulebooks in force, found by their titles and by themselves."""
    found: dict[str, dict[str, str]] = {name: {} for name in WORDS}
    for version in current_books(at, organisation).values():
        fields = book_of(version.pk).fields
        for name in found:
            for value, title in fields[name].choices.items() if name in fields else ():
                found[name].update({value: value, title.say("zh"): value, title.say("en"): value})
    return found
