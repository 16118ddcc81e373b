"""Letters that became no ticket, for those who receive complaints at the unit (row I07)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tickets.core.sentences import Invalid, Refusal
from tickets.letters.settle import letter_attach, letter_dismiss, letter_in, letter_register
from tickets.models import PublicDesk, SetAsideMail, Ticket
from tickets.rulebook.compiled import ANYONE
from tickets.views.access import work_page
from tickets.views.admin_pages import number, text
from tickets.views.intake_form import IntakeForm
from tickets.views.reader import Reader, language, reader_of

MOST = 100
LETTER = "letter"  # on the intake form: the letter that is being taken in


@dataclass(frozen=True, slots=True)
class Post:
    """The letters that a person deals with, and the desk that they came to."""

    desk: PublicDesk
    waiting: QuerySet[SetAsideMail]


def post_of(reader: Reader) -> Post | None:
    """What waits at the units where this person registers complaints as the public desk does; None for others."""
    desks = PublicDesk.objects.filter(organisation=reader.person.organisation_id)
    desk = desks.select_related("organisation", "unit", "actor").first()
    if desk is None or reader.world is None:
        return None
    roles = {duty.role for duty in reader.world.duties_of(desk.actor_id, reader.at)} | {ANYONE}
    units = {duty.unit for duty in reader.duties if duty.role in roles}
    seen = Q(ticket=None) | Q(ticket__in=reader.tickets)
    waiting = SetAsideMail.objects.filter(seen, organisation=desk.organisation_id, unit__in=units, handled_at=None)
    return Post(desk, waiting) if units else None


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    post = post_of(reader)
    if post is None:
        return _not_theirs(request, reader)
    if request.method == "POST":
        return _deal_with(request, reader, post)
    rows = post.waiting.order_by("id").select_related("ticket")[:MOST]
    return render(request, "letters.html", {"at": reader.at, "current": "queue", "rows": rows})


def _not_theirs(request: HttpRequest, reader: Reader) -> HttpResponse:
    context = {
        "at": reader.at,
        "current": "queue",
        "title": _("来信不由您处理"),
        "text": _("这里的邮件由受理单位登记投诉的人看。需要看的人，请系统管理员给他们设受理岗位。"),
    }
    return render(request, "no_duty.html", context, status=403)


def _deal_with(request: HttpRequest, reader: Reader, post: Post) -> HttpResponse:
    id, act = number(text(request, "letter")) or 0, text(request, "do")
    if not post.waiting.filter(pk=id).exists():
        raise Http404
    try:
        if act == "register":
            ticket = letter_register(post.waiting, id, desk=post.desk, actor=reader.person, at=reader.at)
            messages.success(request, _("%(number)s 已登记，来信在附件里") % {"number": ticket.number})
            return redirect("ticket", ticket.number)
        letter_dismiss(post.waiting, id, actor=reader.person, at=reader.at)
        messages.success(request, _("已记下：这封来信处理过了"))
    except Invalid as invalid:
        says = "；".join(one.say(language()) for says in invalid.errors.values() for one in says)
        messages.warning(request, _("来信里还缺内容，请补全后登记：%(what)s") % {"what": says})
        return redirect(f"{reverse('intake')}?{LETTER}={id}")
    except Refusal as refusal:
        messages.error(request, refusal.sentence.say(language()))
    return redirect("letters")


# ── taken in by the form ─────────────────────────────────────────────────────────────────────────────


def values_of(reader: Reader, asked: str) -> dict[str, str]:
    """The form's values from a letter; none where this person deals with no such letter."""
    post = post_of(reader) if asked else None
    aside = post.waiting.filter(pk=number(asked) or 0, ticket=None).first() if post else None
    if post is None or aside is None:
        return {}
    letter = letter_in(aside)
    reached = {"name": letter.sender_name, "email": letter.sender} if "@" in letter.sender else {}
    said = {"content": letter.text, "subject": letter.subject, "channel": post.desk.mail_channel, **reached}
    return {LETTER: str(aside.pk), "book": post.desk.book, **{name: value for name, value in said.items() if value}}


def taken_in(form: IntakeForm, ticket: Ticket) -> None:
    """Where the form was about a letter: the letter goes to its ticket. One that another has dealt with stays so."""
    post = post_of(form.reader) if form.text(LETTER) else None
    id = number(form.text(LETTER)) or 0
    if post is not None and post.waiting.filter(pk=id).exists():
        letter_attach(post.waiting, id, ticket=ticket, actor=form.reader.person, at=form.reader.at)
