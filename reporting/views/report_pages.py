"""What the pages of reports share: tabs, units and months to choose from, refusals in the reader's words."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.access import Viewer, viewer_of
from reporting.periods import MONTH, Period, begin_of, shifted
from reporting.refresh import Backlog
from reporting.reports.receivers import covers
from tickets.core.sentences import Invalid, Refusal
from tickets.models import Unit
from tickets.sheets import ImportReport, SheetError
from tickets.views.reader import Reader, language, reader_of

MOST_BYTES = 2_000_000
MOST_ERRORS = 200
Errors = dict[str, list[str]]


def viewer(request: HttpRequest) -> Viewer:
    reader = reader_of(request)
    if reader.world is None:
        raise Http404
    return viewer_of(reader.person, reader.at)


def tabs(current: str) -> list[dict[str, Any]]:
    named = (
        ("reports", _("定期报告")),
        ("writings", _("分析与通报")),
        ("frozen", _("月度定稿")),
        ("surveys", _("满意度调查")),
        ("customers", _("客户数")),
    )
    return [{"label": label, "url": reverse(name), "current": name == current} for name, label in named]


def managed_units(reader: Reader, eyes: Viewer) -> list[tuple[str, str]]:
    """The units that the reader sees in whole, from the root down: code and name."""
    whole = [unit for unit in eyes.world.units.values() if unit.is_open and covers(eyes, unit.id)]
    whole.sort(key=lambda unit: unit.path)
    return [(unit.code, "　" * (len(unit.path) - 1) + reader.unit_name(unit.id)) for unit in whole]


def unit_of(eyes: Viewer, code: str) -> Unit | None:
    view = eyes.world.by_code.get(code)
    return Unit.objects.get(pk=view.id) if view is not None else None


def doing(change: Callable[[], object]) -> Errors:
    """Do a change; what is wrong with it in the reader's language, by field, or nothing."""
    try:
        change()
    except Invalid as error:
        return {name: [one.say(language()) for one in says] for name, says in error.errors.items()}
    except Refusal as error:
        return {"": [error.sentence.say(language())]}
    except Backlog:
        return {"": [_("许多工单刚有变化，正在重新计数。请稍后再试。")]}
    return {}


def last_month(eyes: Viewer) -> datetime:
    return shifted(MONTH, begin_of(MONTH, eyes.world.calendar.local(eyes.at)), -1)


def day_of(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def range_of(eyes: Viewer, first: str, last: str) -> Period | None:
    """Both days belong to it."""
    start, end = day_of(first), day_of(last)
    if start is None or end is None or end < start:
        return None
    calendar = eyes.world.calendar
    return Period(calendar.midnight(start).astimezone(calendar.zone), calendar.end_of(end).astimezone(calendar.zone))


# ── tables that are uploaded ─────────────────────────────────────────────────────────────────────────


@contextmanager
def uploaded(request: HttpRequest) -> Iterator[Path]:
    """The uploaded table as a file. Raises SheetError."""
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > MOST_BYTES:
        raise SheetError(_("选择一个不超过 2 MB 的 CSV 或 XLSX 文件。"))
    suffix = ".xlsx" if (upload.name or "").lower().endswith((".xlsx", ".xlsm")) else ".csv"
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.writelines(upload.chunks())
        file.flush()
        yield Path(file.name)


def imported(request: HttpRequest, work: Callable[[Path, bool], ImportReport]) -> tuple[dict[str, Any], int]:
    """What an import did, or would do: context of partials of `import_result.html`, and the status."""
    dry_run = request.POST.get("dry_run") == "true"
    try:
        with uploaded(request) as path:
            report = work(path, dry_run)
    except SheetError as error:
        return {"refused": str(error)}, 422
    except Refusal as error:
        return {"refused": error.sentence.say(language())}, 403
    shown = {"report": report, "errors": report.errors[:MOST_ERRORS], "more": len(report.errors) - MOST_ERRORS}
    return {**shown, "dry_run": dry_run, "done": not dry_run and not report.errors}, 422 if report.errors else 200


def headings(columns: Mapping[str, tuple[str, ...]]) -> str:
    if language() == "en":
        return ", ".join(columns)
    return "、".join(words[0] for words in columns.values())
