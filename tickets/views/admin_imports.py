"""Files of units, routes and people by upload: first a trial run, every bad row listed (rows O01, O02, O05)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from complaints_site.lib.errors import Invalid
from tickets.actions.administration import ADMINISTRATOR, SECURITY
from tickets.imports_organisation import (
    PEOPLE_COLUMNS,
    ROUTE_COLUMNS,
    UNIT_COLUMNS,
    import_people,
    import_routes,
    import_units,
)
from tickets.sheets import ImportReport, SheetError
from tickets.views.admin_pages import admin_page, flag, organisation_of, organisation_tabs, page, save, text
from tickets.views.reader import language, reader_of

MOST_BYTES = 2_000_000
MOST_PEOPLE = 300  # a password is slow to hash on purpose
MOST_ERRORS = 200
UNITS, ROUTES, PEOPLE = "units", "routes", "people"
Imported = tuple[ImportReport, dict[str, str | None]]


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_import(request: HttpRequest) -> HttpResponse:
    kind = ROUTES if text(request, "kind") == ROUTES else UNITS
    context = {
        "current": "organisation",
        "tabs": organisation_tabs("organisation-import"),
        "columns": {UNITS: _headings(UNIT_COLUMNS), ROUTES: _headings(ROUTE_COLUMNS)},
        "kind": kind,
    }
    outcome, status = _outcome(request, kind) if request.method == "POST" else ({}, 200)
    return page(request, "admin/import.html", {**context, **outcome}, change=ADMINISTRATOR, status=status)


@admin_page(SECURITY)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("outcome")
def people_import(request: HttpRequest) -> HttpResponse:
    context = {"current": "people", "columns": {PEOPLE: _headings(PEOPLE_COLUMNS)}, "kind": PEOPLE}
    outcome, status = _outcome(request, PEOPLE) if request.method == "POST" else ({}, 200)
    return page(request, "admin/import.html", {**context, **outcome}, change=SECURITY, status=status)


def _headings(columns: dict[str, tuple[str, ...]]) -> str:
    """A file may have the names themselves at the head of its columns, or our Chinese words for them."""
    if language() == "en":
        return ", ".join(columns)
    return "、".join(words[0] for words in columns.values())


def _outcome(request: HttpRequest, kind: str) -> tuple[dict[str, Any], int]:
    """What happened, or would: counts, rows refused, first passwords that are shown this once."""
    dry_run = flag(request, "dry_run")
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > MOST_BYTES:
        return {"refused": _("选择一个不超过 2 MB 的 CSV 或 XLSX 文件。更大的用命令导入。")}, 422
    suffix = ".xlsx" if (upload.name or "").lower().endswith((".xlsx", ".xlsm")) else ".csv"
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.writelines(upload.chunks())
        file.flush()
        try:
            report, passwords = _run(request, kind, Path(file.name), dry_run)
        except SheetError as error:
            return {"refused": str(error)}, 422
    shown = {"report": report, "errors": report.errors[:MOST_ERRORS], "more": len(report.errors) - MOST_ERRORS}
    done = not dry_run and not report.errors
    return {**shown, "dry_run": dry_run, "done": done, "passwords": passwords if done else {}}, (
        422 if report.errors else 200
    )


def _run(request: HttpRequest, kind: str, path: Path, dry_run: bool) -> Imported:
    """A trial run changes nothing and stands in no trail; a real one is a change like any other."""
    work = _work(request, kind, path)
    found = work(True)
    if dry_run or found[0].errors:
        return found
    done: list[Imported] = []

    def change() -> None:
        done.append(work(False))

    counts = {"created": found[0].created, "changed": found[0].changed, "same": found[0].same}
    upload: Any = request.FILES["file"]
    refused = save(request, f"{kind}_import", {"file": str(upload.name)[:200], **counts}, change, _("已导入"))
    if refused:
        raise SheetError(" ".join(word for words in refused.values() for word in words))
    return done[0]


def _work(request: HttpRequest, kind: str, path: Path) -> Callable[[bool], Imported]:
    reader = reader_of(request)
    code, at = organisation_of(reader).code, reader.at

    def run(dry_run: bool) -> Imported:
        try:
            if kind == UNITS:
                return import_units(path, organisation=code, at=at, dry_run=dry_run), {}
            if kind == ROUTES:
                return import_routes(path, organisation=code, dry_run=dry_run), {}
            _require_few(path)
            by = reader.person.username
            hashed = None if not dry_run else (lambda: None)  # a trial run needs no passwords
            return import_people(path, password=hashed, at=at, dry_run=dry_run, organisation=code, by=by)
        except Invalid as error:
            raise SheetError(str(error)) from error

    return run


def _require_few(path: Path) -> None:
    from tickets.sheets import read_sheet

    if len(read_sheet(path, PEOPLE_COLUMNS, ["username"])) > MOST_PEOPLE:
        raise SheetError(_("一次最多 300 人。更多的用命令 manage.py import_people 导入。"))
