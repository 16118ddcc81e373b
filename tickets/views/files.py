"""Files of a ticket from the page: added, and sent back as an attachment only (rule 15, row S06)."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from complaints_site.lib.format import labelled
from tickets.core.sentences import Invalid
from tickets.downloads import attachment_for, sent
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
    kept = attachment_for(reader.person, file, reader.at)
    if kept is None:
        raise Http404
    return sent(kept)
