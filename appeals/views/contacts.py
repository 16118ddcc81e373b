"""Named contacts: who to call at which unit, naming somebody else, a file of them, the history (row O03)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appeals.access import contacts_for, may_set_contacts
from appeals.actions.contacts import LONGEST, contact_set
from appeals.brief import changes_of
from appeals.contacts_import import COLUMNS, import_contacts
from appeals.models import NamedContact
from appeals.views.panel import year_start
from appeals.views.parts import TABS, tabs
from complaints_site.lib import format as fmt
from complaints_site.lib.errors import Invalid
from tickets.models import Person, Unit
from tickets.sheets import ImportReport, SheetError
from tickets.views.admin_pages import control, filled, organisation_tabs, problems, text
from tickets.views.reader import Reader, language, reader_of

MOST_BYTES = 2_000_000
MOST_ERRORS = 200
NAMES = ("unit", "person", "deputy", "phone", "reason")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not (reader.sees_tickets or _may_set(reader)):
        return render(request, "403.html", status=403)
    if request.method != "POST":
        return _page(request, reader)
    if not _may_set(reader):
        return render(request, "403.html", status=403)
    values = {name: text(request, name) for name in NAMES}
    try:
        named = _set(reader, values)
    except Invalid as error:
        return _page(request, reader, values, error.errors, status=422)
    told = {"unit": reader.unit_name(named.unit_id), "person": named.person.name}
    messages.success(request, _("%(unit)s的联系责任人现在是%(person)s") % told)
    return redirect("appeal-contacts")


@login_required
@require_POST
def contacts_file(request: HttpRequest) -> HttpResponse:
    """Many at once from a table; with one error nothing is written."""
    reader = reader_of(request)
    if not _may_set(reader):
        return render(request, "403.html", status=403)
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > MOST_BYTES:
        return _page(request, reader, refused=_("选择一个不超过 2 MB 的 CSV 或 XLSX 文件。"), status=422)
    suffix = ".xlsx" if (upload.name or "").lower().endswith((".xlsx", ".xlsm")) else ".csv"
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.writelines(upload.chunks())
        file.flush()
        try:
            report = import_contacts(Path(file.name), actor=reader.person, at=reader.at)
        except SheetError as error:
            return _page(request, reader, refused=str(error), status=422)
    return _page(request, reader, report=report, status=422 if report.errors else 200)


def _may_set(reader: Reader) -> bool:
    return may_set_contacts(reader.person, reader.at)


def _set(reader: Reader, values: dict[str, str]) -> NamedContact:
    """Raises Invalid: also where a code or a staff number is not known here."""
    errors: dict[str, list[str]] = {}
    unit = Unit.objects.filter(organisation=reader.person.organisation, code=values["unit"]).first()
    people = Person.objects.filter(organisation=reader.person.organisation)
    who = {name: people.filter(username=values[name]).first() for name in ("person", "deputy") if values[name]}
    if unit is None:
        errors["unit"] = [_("选单位。")]
    for name in ("person", "deputy"):
        if who.get(name) is None and (values[name] or name == "person"):
            errors[name] = [_("选人员。")]
    person = who.get("person")
    if errors or unit is None or person is None:
        raise Invalid(errors)
    return contact_set(
        unit=unit,
        person=person,
        deputy=who.get("deputy"),
        phone=values["phone"],
        reason=values["reason"],
        actor=reader.person,
        at=reader.at,
    )


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def _page(
    request: HttpRequest,
    reader: Reader,
    values: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
    *,
    report: ImportReport | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    fields = _fields(reader) if _may_set(reader) else []
    context = {
        "at": reader.at,
        "current": "appeals" if reader.sees_tickets else "organisation",
        "tabs": tabs(TABS, "appeal-contacts") if reader.sees_tickets else organisation_tabs("appeal-contacts"),
        "rows": _rows(reader),
        "history": _history(reader, request.GET.get("unit", "")),
        "fields": filled(fields, values or {}, errors),
        "problems": problems(errors or {}, fields),
        "columns": ", ".join(COLUMNS) if language() == "en" else "、".join(words[0] for words in COLUMNS.values()),
        "report": report,
        "report_errors": report.errors[:MOST_ERRORS] if report else [],
        "refused": refused,
        "empty": {
            "title": _("还没有联系责任人"),
            "text": _("每个办理申诉的单位指定一名联系责任人和一名代理人，每次更换都记下日期和原因。"),
            "acts": [],
        },
    }
    return render(request, "appeals/contacts.html", context, status=status)


def _fields(reader: Reader) -> list[dict[str, Any]]:
    world = reader.world
    if world is None:
        return []
    active = Person.objects.filter(organisation=reader.person.organisation, is_active=True, kind="human")
    people = [(who.username, f"{who.name} · {who.username}") for who in active.order_by("name", "username")]
    units = [(unit.code, f"{reader.unit_name(unit.id)} · {unit.code}") for unit in world.units.values() if unit.is_open]
    return [
        control("unit", _("单位"), "unit", choices=sorted(units), required=True),
        control("person", _("联系责任人"), "person", choices=people, required=True),
        control("deputy", _("代理人"), "person", choices=people),
        control("phone", _("办公电话"), maxlength=LONGEST["phone"]),
        control("reason", _("原因"), maxlength=LONGEST["reason"], required=True),
    ]


def _rows(reader: Reader) -> list[dict[str, Any]]:
    found = list(contacts_for(reader.person).filter(until_at=None).order_by("unit__path"))
    changes = changes_of([one.unit_id for one in found], year_start(reader.at))
    return [{**_words(reader, one), "changes": changes.get(one.unit_id, 0)} for one in found]


def _history(reader: Reader, code: str) -> dict[str, Any] | None:
    """Everybody who was named at one unit, the latest first. Raises Http404 for a unit that is not of this house."""
    if not code:
        return None
    unit = reader.world.by_code.get(code) if reader.world else None
    if unit is None:
        raise Http404
    rows = contacts_for(reader.person).filter(unit_id=unit.id).order_by("-since_at", "-pk")
    return {"unit": reader.unit_name(unit.id), "rows": [_words(reader, one) for one in rows]}


def _words(reader: Reader, one: NamedContact) -> dict[str, Any]:
    unit = reader.world.units.get(one.unit_id) if reader.world else None
    return {
        "unit": reader.unit_name(one.unit_id),
        "code": unit.code if unit else "",
        "person": reader.person_name(one.person_id),
        "deputy": reader.person_name(one.deputy_id),
        "phone": one.phone,
        "since": fmt.moment_full(timezone.localtime(one.since_at)),
        "until": fmt.moment_full(timezone.localtime(one.until_at)) if one.until_at else "",
        "reason": one.reason,
        "by": reader.person_name(one.set_by_id),
    }
