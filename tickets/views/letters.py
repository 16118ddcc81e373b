"""Letters that became no ticket, for those who receive complaints at the unit (row I07)."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tickets.models import PublicDesk, SetAsideMail
from tickets.rulebook.compiled import ANYONE
from tickets.views.access import work_page
from tickets.views.admin_pages import number, text
from tickets.views.reader import Reader, reader_of

MOST = 100


def letters_for(reader: Reader) -> QuerySet[SetAsideMail]:
    """What waits at the units where this person registers complaints as the public desk does."""
    desk = PublicDesk.objects.filter(organisation=reader.person.organisation_id).select_related("actor").first()
    if desk is None or reader.world is None:
        return SetAsideMail.objects.none()
    roles = {duty.role for duty in reader.world.duties_of(desk.actor_id, reader.at)} | {ANYONE}
    units = {duty.unit for duty in reader.duties if duty.role in roles}
    return SetAsideMail.objects.filter(organisation=desk.organisation_id, unit__in=units, handled_at=None)


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    waiting = letters_for(reader).order_by("id")
    if request.method == "POST":
        letter = get_object_or_404(waiting, pk=number(text(request, "letter")) or 0)
        waiting.filter(pk=letter.pk).update(handled_at=reader.at, handled_by=reader.person)
        messages.success(request, _("已记下：这封来信处理过了"))
        return redirect("letters")
    rows = waiting.select_related("ticket")[:MOST]
    return render(request, "letters.html", {"at": reader.at, "current": "queue", "rows": rows})
