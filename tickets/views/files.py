"""Files of a ticket from the page: added, and sent back as an attachment only (rule 15, row S06)."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from complaints_site.lib.format import labelled
from tickets.core.sentences import Invalid
from tickets.models import Attachment
from tickets.uploads import TooBig, store_upload
from tickets.views.access import work_page
from tickets.views.reader import language, reader_of


@work_page
@require_POST
def upload(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    ticket = reader.tickets.filter(number=number).first()
    if ticket is None:
        raise Http404
    files = [one for one in request.FILES.getlist("file") if isinstance(one, UploadedFile)]
    if not files:
        messages.error(request, _("先选文件，再点上传"))
    internal = request.POST.get("internal", "true") != "false"
    for file in files:
        try:
            store_upload(file, actor=reader.person, at=reader.at, ticket=ticket, internal=internal)
            messages.success(request, _("已上传 %(name)s") % {"name": file.name})
        except TooBig:
            messages.error(request, _("%(name)s 太大，没有上传") % {"name": file.name})
        except Invalid as invalid:
            said = "；".join(one.say(language()) for says in invalid.errors.values() for one in says)
            messages.error(request, labelled(file.name or "", said))
    return redirect(f"{reverse('ticket', args=[number])}?tab=files")


@work_page
@require_GET
def download(request: HttpRequest, file: uuid.UUID) -> FileResponse:
    reader = reader_of(request)
    seen = Q(ticket__in=reader.tickets) | Q(ticket=None, uploaded_by=reader.person)
    kept = Attachment.objects.filter(seen, pk=file).first()
    if kept is None:
        raise Http404
    return sent(kept)


def sent(kept: Attachment) -> FileResponse:
    """The content as something to save: no browser shows or runs it."""
    response = FileResponse(kept.file.open("rb"), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"
    response.headers["Content-Length"] = str(kept.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
