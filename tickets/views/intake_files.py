"""Files of a complaint that is still being written: uploaded before there is a ticket (row C01, rule 15)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from complaints_site.lib import format as fmt
from tickets.core.sentences import Invalid
from tickets.models import Attachment
from tickets.uploads import TooBig, store_upload
from tickets.views.access import work_page
from tickets.views.intake_form import MOST_FILES, IntakeForm, uuid_of
from tickets.views.reader import Reader, language, reader_of

LOOSE = "files"  # the control for files that belong to no field


@work_page
@require_POST
def intake_upload(request: HttpRequest) -> HttpResponse:
    """Keep files as soon as they are chosen; the answer holds their ids for the form."""
    reader = reader_of(request)
    rows: list[dict[str, Any]] = []
    problems = Invalid()
    for upload in request.FILES.getlist(LOOSE)[:MOST_FILES]:
        kept = keep(upload, reader, problems, LOOSE)
        if kept is not None:
            rows.append(_row(kept))
    words = [say.say(language()) for says in problems.errors.values() for say in says]
    return render(request, "intake/files.html", {"files": rows, "file_errors": words})


def keep_files(form: IntakeForm, files: MultiValueDict[str, UploadedFile]) -> Invalid:
    """Keep what was posted with the form, so that a form with mistakes doesn't lose its files."""
    problems = Invalid()
    for name in files:
        rule = form.asked.get(name)
        if rule is not None and rule.type == "file":
            kept = keep(files.getlist(name)[-1], form.reader, problems, name)
            if kept is not None:
                form.data[name] = str(kept.pk)
        elif name == LOOSE:
            for upload in files.getlist(name)[:MOST_FILES]:
                kept = keep(upload, form.reader, problems, LOOSE)
                if kept is not None:
                    form.data.appendlist("file", str(kept.pk))
    return problems


def keep(upload: UploadedFile, reader: Reader, problems: Invalid, name: str) -> Attachment | None:
    """The stored file; None, and what is wrong with it, where it can't be taken."""
    try:
        return store_upload(upload, actor=reader.person, at=reader.at, field="" if name == LOOSE else name)
    except TooBig:
        most = fmt.file_size(settings.UPLOAD_MAX_BYTES)
        problems.add(name, f"{upload.name}：文件太大，最多 {most}", f"{upload.name}: too large, at most {most}")
    except Invalid as invalid:
        for say in invalid.errors.get("file", ()):
            problems.add(name, f"{upload.name}：{say.zh}", f"{upload.name}: {say.en}")
    return None


def file_rows(form: IntakeForm) -> list[dict[str, Any]]:
    """The files that this form has already, those of its fields included."""
    fields = {
        key: name
        for name, rule in form.asked.items()
        if rule.type == "file" and (key := uuid_of(form.data.get(name, "")))
    }
    wanted = {*form.files, *fields}
    if not wanted:
        return []
    own = Attachment.objects.filter(pk__in=wanted, ticket=None, uploaded_by=form.reader.person)
    return [_row(kept, fields.get(kept.pk, "file")) for kept in own.order_by("uploaded_at", "name")]


def _row(kept: Attachment, name: str = "file") -> dict[str, Any]:
    return {"id": str(kept.pk), "name": kept.name, "size": kept.size, "control": name}
