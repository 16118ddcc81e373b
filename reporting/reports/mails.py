"""A report on its way: one mail for each receiver who has an address, with the files; the outbox delivers it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from reporting.models import ReportCopy, ReportRun
from tickets.channels import EMAIL, usable
from tickets.models import Message

NAME = "report"
FORBIDDEN = re.compile(r'[/\\:*?"<>|]')  # no file may be called so


def mails_of(run: ReportRun, copies: Iterable[ReportCopy], *, at: datetime) -> list[Message]:
    """Queue the mails of a run. The key makes them recognisable for ever: nobody gets the same edition twice."""
    if usable(EMAIL) is None:
        return []
    made = [_mail(run, copy, address, at) for copy in copies for address in _addresses(copy)]
    return Message.objects.bulk_create(made, ignore_conflicts=True)


def _addresses(copy: ReportCopy) -> Iterator[str]:
    address = copy.person.email if copy.person is not None else copy.run.schedule.regulator_address
    if address:
        yield address


def _mail(run: ReportRun, copy: ReportCopy, address: str, at: datetime) -> Message:
    content = copy.content
    subject = f"{content['title']} {content['period']}"
    text = _("附件是“%(title)s”，统计期间：%(period)s，范围：%(unit)s。") % content
    if copy.no_document:
        text += "\n" + copy.no_document
    return Message(
        name=NAME,
        way=EMAIL,
        person=copy.person,
        address=address,
        subject=subject[:200],
        text=text,
        files=files_of(copy),
        key=f"report:{run.pk}:{copy.person_id or 'authority'}:{EMAIL}",
        created_at=at,
        next_try_at=at,
    )


def files_of(copy: ReportCopy) -> list[dict[str, Any]]:
    """The files under the names that a receiver saves them by."""
    kept = [(copy.workbook, "xlsx")] + ([(copy.document, "pdf")] if copy.document else [])
    return [{"name": file_name(copy, suffix), "place": file.name} for file, suffix in kept]


def file_name(copy: ReportCopy, suffix: str) -> str:
    name = f"{copy.content['title']}-{copy.content['period']}"
    return f"{FORBIDDEN.sub('_', name)}.{suffix}"
