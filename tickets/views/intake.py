"""Taking in a complaint, for any rulebook that this person may register with (rows C01-C04, C06-C08, C20, U03)."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tickets.actions.intake import Intake, Wish, ticket_chase_again, ticket_intake
from tickets.actions.preview import Preview, problems_of, promise_preview
from tickets.core.given import MISSING
from tickets.core.sentences import Forbidden, Invalid, Refusal
from tickets.models import Draft, Organisation, RulebookVersion, Ticket, TicketLink
from tickets.rulebook.compiled import ANYONE, Book
from tickets.rulebook.registry import book_of, current_books
from tickets.views import intake_side as side
from tickets.views.access import work_page
from tickets.views.drafts import draft_of, drafts_of, forget_draft, keep_begun
from tickets.views.intake_fields import Layout, sentence_for
from tickets.views.intake_files import file_rows, keep_files
from tickets.views.intake_form import IntakeForm, querydict, uuid_of
from tickets.views.intake_grown import GREW_FROM, grown_from
from tickets.views.letters import LETTER, taken_in, values_of
from tickets.views.reader import Reader, language, reader_of

MAIN, END, ONLY = "main", "end", "only"
LINKS = {
    "merge": TicketLink.Kind.DUPLICATE,
    "incident": TicketLink.Kind.INCIDENT,
    "follow": TicketLink.Kind.FOLLOW_UP,
}
FACE_TO_FACE = "face_to_face"


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    versions = reader.known["books"] = books_for(reader)
    if not versions:
        return _nobody_registers(request, reader)
    if request.method == "POST":
        data = request.POST.copy()
        act, _colon, book = data.get("do", "").partition(":")
        if act == "book":
            data["book"] = book
        return _posted(request, _form(reader, versions, data))
    draft = draft_of(reader.person, request.GET.get("draft", ""))
    data = querydict(draft.data) if draft else QueryDict(mutable=True)
    if draft:
        data["draft"], data["book"] = str(draft.pk), draft.book
    for name in ("book", "phone"):
        if request.GET.get(name):
            data[name] = request.GET[name][:60]
    known = grown_from(reader, request.GET.get(GREW_FROM, "")) | values_of(reader, request.GET.get(LETTER, ""))
    for name, value in known.items():
        data[name] = value
    return _page(request, _form(reader, versions, data), draft=draft)


@work_page
@require_POST
def intake_parts(request: HttpRequest) -> HttpResponse:
    """What follows from what is filled in so far: card, fields, promise, duplicates, as out-of-band parts."""
    reader = reader_of(request)
    versions = books_for(reader)
    if not versions:
        return HttpResponse(status=403)
    form = _form(reader, versions, request.POST.copy())
    return render(request, "intake/parts.html", _context(form, Invalid()))


# ── which rulebook ───────────────────────────────────────────────────────────────────────────────────


def books_for(reader: Reader) -> list[RulebookVersion]:
    """The rulebooks in force with which this person registers: the one used last, then complaints."""
    organisation = Organisation(pk=reader.person.organisation_id)
    found = [
        version
        for version in current_books(reader.at, organisation).values()
        if _may_register(reader, book_of(version.pk))
    ]
    if len(found) < 2:
        return found
    own = Ticket.objects.filter(registered_by=reader.person).order_by("-pk")
    last = own.values_list("rulebook__book", flat=True).first()
    return sorted(found, key=lambda version: (version.book != last, version.kind != "complaint", version.title))


def _may_register(reader: Reader, book: Book) -> bool:
    roles = book.register.by or frozenset()
    return ANYONE in roles or bool(roles & reader.roles)


def _form(reader: Reader, versions: list[RulebookVersion], data: QueryDict) -> IntakeForm:
    chosen = next((version for version in versions if version.book == data.get("book")), versions[0])
    data["book"] = chosen.book
    data["draft"] = str(uuid_of(data.get("draft", "")) or uuid.uuid4())
    data.setdefault("request_key", uuid.uuid4().hex)
    return IntakeForm(reader, chosen, book_of(chosen.pk), data)


def _nobody_registers(request: HttpRequest, reader: Reader) -> HttpResponse:
    context = {
        "at": reader.at,
        "current": "intake",
        "title": _("您的岗位不登记投诉"),
        "text": _("登记由受理岗办。需要登记的人，请系统管理员给他们设受理岗位。"),
    }
    return render(request, "no_duty.html", context, status=403)


# ── submitting ───────────────────────────────────────────────────────────────────────────────────────


def _posted(request: HttpRequest, form: IntakeForm) -> HttpResponse:
    act, _colon, about = form.data.get("do", ONLY).partition(":")
    files = keep_files(form, request.FILES)
    if act == "dismiss":
        form.data.appendlist("not_same", about)
        return _page(request, form)
    if act == "book":
        return _page(request, form)
    if act == "chase":
        return _chase(request, form, about)
    try:
        preview = _preview(form)
        wish = _wish(form, preview, act, about)
        problems = problems_of(
            form.new_ticket(),
            version=form.version,
            actor=form.reader.person,
            at=form.reader.at,
            then=wish.action,
            given=wish.given,
        )
        problems.errors |= files.errors
        for name in form.unread:
            problems.errors.setdefault(name, [])
        if problems.errors:
            return _page(request, form, problems, answering=act == END, status=422)
        done = ticket_intake(
            form.new_ticket(),
            wish=wish,
            version=form.version,
            actor=form.reader.person,
            at=form.reader.at,
            key=form.text("request_key")[:64],
        )
    except Invalid as invalid:
        return _page(request, form, invalid, answering=act == END, status=422)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.say(language()))
        return _page(request, form, answering=act == END, status=403 if isinstance(refusal, Forbidden) else 409)
    taken_in(form, done.ticket)
    forget_draft(form.reader.person, form.text("draft"))
    if done.trouble is not None and wish.given:
        keep_begun(form.reader.person, done.ticket.number, wish.action, wish.given, form.reader.at)
    return _onward(request, form, done)


def _wish(form: IntakeForm, preview: Preview, act: str, about: str) -> Wish:
    layout = Layout(form, preview, {})
    offer = layout.ending if act == END else layout.main if act == MAIN or act in LINKS else None
    wish = Wish(files=form.files)
    if offer is not None:
        wish.action, wish.given = offer.action.name, form.given(offer.action)
    if act in LINKS:
        wish.link = LINKS[act]
        wish.other = form.reader.tickets.filter(number=about).first()
    return wish


def _onward(request: HttpRequest, form: IntakeForm, done: Intake) -> HttpResponse:
    number = done.ticket.number
    if done.outcome is None:
        messages.warning(request, _("这张表已经登记过，工单号 %(number)s") % {"number": number})
    elif done.trouble is not None:
        words = _("%(number)s 已登记，还没有提交：%(reason)s")
        said = "；".join(_wanted(form, done)) or done.trouble.say(language())
        messages.warning(request, words % {"number": number, "reason": said})
    else:
        messages.success(request, _done_words(form, done))
    if done.outcome is not None and done.outcome.picture.facts.get("channel_kind") == FACE_TO_FACE:
        return redirect(f"{reverse('print-intake', args=[number])}?after=intake")
    return redirect("ticket", number)


def _wanted(form: IntakeForm, done: Intake) -> list[str]:
    fields = form.book.fields
    return [sentence_for(fields.get(name), name, "", True) for name in done.missing if name in fields]


def _done_words(form: IntakeForm, done: Intake) -> str:
    if done.done in form.book.actions:
        title = form.book.actions[done.done].title.say(language())
        return _("%(number)s 已登记，%(action)s") % {"number": done.ticket.number, "action": title}
    return _("%(number)s 已登记") % {"number": done.ticket.number}


def _chase(request: HttpRequest, form: IntakeForm, number: str) -> HttpResponse:
    """The customer asks again about an open complaint: no second ticket, a chase on the first."""
    other: Ticket | None = form.reader.tickets.filter(number=number).first()
    if other is None:
        return _page(request, form, status=404)
    words = form.data.get("content", "").strip() or _("客户来电催办")
    try:
        ticket_chase_again(other.pk, words=words, actor=form.reader.person, at=form.reader.at)
    except (Refusal, Invalid) as refusal:
        sentence = refusal.sentence.say(language()) if isinstance(refusal, Refusal) else str(refusal)
        messages.error(request, sentence)
        return _page(request, form, status=409)
    forget_draft(form.reader.person, form.text("draft"))
    messages.success(request, _("已作为催办追加到 %(number)s") % {"number": number})
    return redirect("ticket", number)


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def _preview(form: IntakeForm) -> Preview:
    main = {name: value for name, value in form.values.items() if name not in form.unread}
    return promise_preview(
        form.new_ticket(), version=form.version, actor=form.reader.person, at=form.reader.at, given=main
    )


def _page(
    request: HttpRequest,
    form: IntakeForm,
    problems: Invalid | None = None,
    *,
    draft: Draft | None = None,
    answering: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = _context(form, problems or Invalid())
    drafts = drafts_of(form.reader.person)
    context |= {
        "current": "intake",
        "books": [
            {"book": version.book, "title": _title(version), "on": version.pk == form.version.pk}
            for version in form.reader.known["books"]
        ],
        "draft": draft,
        "drafts": drafts,
        "answering": answering,
    }
    return render(request, "intake.html", context, status=status)


def _title(version: RulebookVersion) -> str:
    return version.title_en if language() == "en" and version.title_en else version.title


def _context(form: IntakeForm, problems: Invalid) -> dict[str, Any]:
    try:
        preview = _preview(form)
    except Refusal as refusal:
        return {"at": form.reader.at, "form": form, "data": form.data, "stopped": refusal.sentence.say(language())}
    words = _words(form, problems)
    layout = Layout(form, preview, words)
    history = side.history_of(form.reader, form.known)
    return {
        "at": form.reader.at,
        "form": form,
        "data": form.data,
        "book": form.book,
        "errors": words,
        "problems": _summary(words),
        "sections": layout.sections(),
        "main": layout.main,
        "ending": layout.ending,
        "main_title": layout.main.action.title.say(language()) if layout.main else "",
        "ending_title": layout.ending.action.title.say(language()) if layout.ending else "",
        "customer": side.customer_card(form, history),
        "known": form.known[0] if form.known else None,
        "customer_fields": _customer_fields(form, words),
        "units": _units(form),
        "promise": side.promise_card(form, preview),
        "times": _times(form),
        "suggestion": side.grave_suggestion(form, preview),
        "duplicates": side.duplicates(form),
        "history": side.history_rows(history, form.reader.at),
        "history_count": side.count_words(len(history)),
        "files": file_rows(form),
    }


def _times(form: IntakeForm) -> list[str]:
    """Moments as they were understood, so that the clerk sees a misreading at once."""
    said = []
    for name, rule in form.asked.items():
        if rule.type == "datetime" and (form.values.get(name) or name in form.unread):
            title = rule.title.say(language())
            moment = form.values.get(name)
            words = side.told(moment, form.reader.at) if moment else form.unread[name]
            said.append(_("%(title)s：%(words)s") % {"title": title, "words": words})
    return said


def _customer_fields(form: IntakeForm, words: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Who it is, in full: folded while the number says it."""
    titles = {
        "name": _("姓名"),
        "account": _("业务号码或账号"),
        "email": _("电子邮箱"),
        "address": _("地址"),
        "region": _("归属地区"),
    }
    plain = [
        {
            "name": name,
            "type": "text",
            "title": title,
            "value": form.data.get(name, ""),
            "errors": words.get(name) or words.get(f"customer.{name}"),
            "span": 6 if name == "address" else 3,
            "choices": _regions(form) if name == "region" else None,
        }
        for name, title in titles.items()
    ]
    return [*plain, *(_customer_choice(form, name) for name in ("level", "brand") if name in form.asked)]


def _customer_choice(form: IntakeForm, name: str) -> dict[str, Any]:
    rule = form.book.fields[name]
    return {
        "name": name,
        "type": "text",
        "title": rule.title.say(language()),
        "value": form.data.get(name) or getattr(form.customer, name),
        "choices": [{"value": value, "title": title.say(language())} for value, title in rule.choices.items()] or None,
        "span": 3,
    }


def _regions(form: IntakeForm) -> list[dict[str, str]]:
    """The places that the organisation's units stand in."""
    names: dict[str, str] = {}
    for unit in sorted(form.world.units.values(), key=lambda unit: len(unit.path)):
        if unit.region:
            names.setdefault(unit.region, unit.name)
    return [{"value": code, "title": name} for code, name in sorted(names.items())]


def _units(form: IntakeForm) -> list[dict[str, Any]]:
    """Where the complaint is taken in, for who works at several places."""
    units = form.world.units
    if len(form.units) < 2:
        return []
    return [
        {"code": units[unit].code, "name": form.reader.unit_name(unit), "on": units[unit].code == form.received_by}
        for unit in form.units
    ]


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────

PLACES = {"customer": "phone", "respondent.unit": "respondent_unit", "respondent.person": "respondent_person"}


def _words(form: IntakeForm, problems: Invalid) -> dict[str, list[str]]:
    """What to do about each field, by the name of its control."""
    found: dict[str, list[str]] = {}
    for name, says in problems.errors.items():
        rule = form.book.fields.get(name)
        place = PLACES.get(name, name.removeprefix("customer."))
        if name in form.unread:
            found[place] = [form.unread[name]]
        else:
            found[place] = [sentence_for(rule, name, say.say(language()), say == MISSING) for say in says]
    return found


def _summary(words: dict[str, list[str]]) -> list[dict[str, str]]:
    return [{"field": f"field-{name}", "words": said} for name, saids in words.items() for said in saids]
