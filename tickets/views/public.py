"""What anybody may see without logging in: how to complain, a form, and how one's complaint stands (row I07)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from complaints_site.lib.throttle import Limit, address_of
from tickets.actions.desk import desk_book
from tickets.models import PublicDesk, Ticket
from tickets.progress_codes import code_of
from tickets.rulebook.compiled import Book
from tickets.views.public_form import PublicForm
from tickets.views.public_progress import progress_of
from tickets.views.public_words import expected_times, procedure
from tickets.views.reader import language

FORMS = Limit("public-form", times=10, seconds=600)
QUESTIONS = Limit("public-progress", times=20, seconds=600)
OF_ONE_TICKET = Limit("public-ticket", times=10, seconds=3600)
SALT = "public-done"
DONE_SECONDS = 24 * 3600
View = Callable[[HttpRequest, PublicDesk, Book, datetime], HttpResponse]


def desk_page(view: View) -> Callable[..., HttpResponse]:
    """For the public desk of the organisation in the address; a desk that is closed isn't there."""

    @wraps(view)
    def guarded(request: HttpRequest, code: str, **more: Any) -> HttpResponse:
        at = timezone.now()
        desks = PublicDesk.objects.select_related("organisation", "unit", "actor")
        desk = desks.filter(organisation__code=code, is_open=True).first()
        book = desk_book(desk.organisation_id, desk.book, at) if desk else None
        if desk is None or book is None:
            raise Http404
        return view(request, desk, book, at, **more)

    return never_cache(guarded)


@require_safe
@desk_page
def public(request: HttpRequest, desk: PublicDesk, book: Book, at: datetime) -> HttpResponse:
    """How to complain here: the ways, the procedure, the times."""
    context = {"procedure": procedure(book), "times": expected_times(book), "words": words_of(desk)}
    return page(request, "public/desk.html", desk, context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def complain(request: HttpRequest, desk: PublicDesk, book: Book, at: datetime) -> HttpResponse:
    if not desk.takes_forms:
        raise Http404
    form = PublicForm(desk, book, at, request.POST, request.FILES)
    if request.method != "POST":
        return page(request, "public/form.html", desk, {"key": uuid.uuid4().hex, **form.described()})
    if FORMS.is_over(address_of(request)):
        return too_many(request, desk, FORMS)
    ticket = form.ticket()
    if ticket is None:
        return page(request, "public/form.html", desk, {"key": form.key, **form.described()}, status=422)
    return redirect("public-done", desk.organisation.code, signing.dumps(ticket.number, salt=SALT))


@require_safe
@desk_page
def done(request: HttpRequest, desk: PublicDesk, book: Book, at: datetime, token: str = "") -> HttpResponse:
    """Number and code, for a day at the address that only the sender of the form was given."""
    try:
        number = signing.loads(token, salt=SALT, max_age=DONE_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    ticket = Ticket.objects.filter(organisation=desk.organisation_id, number=number).first()
    if ticket is None:
        raise Http404
    return page(request, "public/done.html", desk, {"number": number, "code": code_of(number), "ticket": ticket})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def progress(request: HttpRequest, desk: PublicDesk, book: Book, at: datetime) -> HttpResponse:
    """How a complaint stands, for who knows number and code. An unknown number and a wrong code are one answer."""
    if request.method != "POST":
        return page(request, "public/progress.html", desk, {"number": request.GET.get("number", "")[:20]})
    number = request.POST.get("number", "").strip().upper()[:20]
    over = [limit.is_over(who) for limit, who in ((QUESTIONS, address_of(request)), (OF_ONE_TICKET, number))]
    if any(over):
        return too_many(request, desk, OF_ONE_TICKET if over[1] else QUESTIONS)
    found = progress_of(desk, number, request.POST.get("code", "")[:40], at)
    if found is None:
        problems = [{"field": "number", "words": _("没有这件投诉：工单号或查询码不对，请核对后再查。")}]
        return page(request, "public/progress.html", desk, {"number": number, "problems": problems}, status=404)
    return page(request, "public/progress.html", desk, {"number": number, "found": found})


def too_many(request: HttpRequest, desk: PublicDesk, limit: Limit) -> HttpResponse:
    response = page(request, "public/too_many.html", desk, {"minutes": limit.seconds // 60}, status=429)
    response["Retry-After"] = str(limit.seconds)
    return response


def page(
    request: HttpRequest, template: str, desk: PublicDesk, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    english = language() == "en"
    organisation = desk.organisation
    shared = {
        "desk": desk,
        "house": (english and organisation.name_en) or organisation.name,
        "other_language": ("zh-hans", "中文") if english else ("en", "English"),
    }
    return render(request, template, {**shared, **context}, status=status)


def words_of(desk: PublicDesk) -> str:
    return (language() == "en" and desk.words_en) or desk.words
