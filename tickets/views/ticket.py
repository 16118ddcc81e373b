"""One ticket: where it is, how long there is, what can be done, what happened (design §9.3, rows C09-C18, N05)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from complaints_site.lib.format import labelled
from complaints_site.lib.prepared import Given, PreparedObjects
from tickets.access import Sight, visible
from tickets.actions.manners import USED, WHY, hits_of
from tickets.actions.outcome import Outcome
from tickets.actions.tickets import ticket_act
from tickets.core.offers import Offer
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.looks import PAGE, look_note
from tickets.models import Ticket
from tickets.papers.out import sent_documents
from tickets.rows import picture_of, with_picture
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.action_fields import form_fields, kept_files, read_given, why_field
from tickets.views.action_panel import act_url, approval_words, own_offers, receiver_words
from tickets.views.drafts import begun
from tickets.views.fragments import go_to, unless_known
from tickets.views.reader import Reader, language, reader_of
from tickets.views.ticket_page import clock_cards, live_context, page_context, preview_context
from tickets.views.timeline import timeline

STATUS = {Refused: 409, Forbidden: 403}


def found_ticket(reader: Reader, number: str) -> Outcome:
    """The ticket with its picture, one statement. Raises Http404 where this person may not see it."""
    ticket = _ticket_by_number(reader.sight).first(number=number) if reader.sight else None
    if ticket is None or reader.world is None:
        raise Http404
    book = book_of(ticket.rulebook_id)
    return Outcome(ticket, picture_of(ticket, book), book, reader.world)


@lru_cache(maxsize=1024)
def _ticket_by_number(sight: Sight) -> PreparedObjects[Ticket]:
    return PreparedObjects(with_picture(visible(sight).filter(number=Given("number"))))


@work_page
@require_GET
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    found = found_ticket(reader, number)
    look_note(found.ticket, person=reader.person, way=PAGE, at=reader.at)
    context = page_context(reader, found, own_offers(reader, found), request.GET, request.session)
    return render(request, "ticket.html", context)


@work_page
@require_GET
def live(request: HttpRequest, number: str) -> HttpResponse:
    """Every 10 seconds: the clocks as they stand, and a notice when somebody changed the ticket."""
    reader = reader_of(request)
    found = found_ticket(reader, number)
    seen = request.GET.get("version", "")
    response = render(request, "ticket_live.html", live_context(reader, found, seen))
    return unless_known(request, response)


@work_page
@require_GET
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """Beside the list: enough to decide without leaving it."""
    reader = reader_of(request)
    found = found_ticket(reader, number)
    look_note(found.ticket, person=reader.person, way=PAGE, at=reader.at)
    return render(request, "ticket_preview.html", preview_context(reader, found, own_offers(reader, found)))


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """The form of one act, and the act itself."""
    reader = reader_of(request)
    found = found_ticket(reader, number)
    offer = _offered(own_offers(reader, found), action, request.GET.get("step", ""))
    if offer is None:
        return _not_offered(request, reader, found)
    if offer.refused is not None:
        return _form(request, reader, found, offer, refused=offer.refused.sentence.say(language()), status=409)
    if request.method != "POST":
        typed = sent_documents(found, offer) | begun(reader.person, number, offer.action.name)
        return _form(request, reader, found, offer, typed=typed or None)
    return _do(request, reader, found, offer)


def _offered(own: list[Offer], action: str, step: str) -> Offer | None:
    for offer in own:
        if offer.action.name == action and (not step or (offer.step and str(offer.step.id) == step)):
            return offer
    return None


def _do(request: HttpRequest, reader: Reader, found: Outcome, offer: Offer) -> HttpResponse:
    given: dict[str, Any] = {}
    try:
        given = read_given(request, offer, found.book, reader)
        done = ticket_act(
            ticket_id=found.ticket.pk,
            action=offer.action.name,
            given=given,
            actor=reader.person,
            at=reader.at,
            step_id=offer.step.id if offer.step else None,
            version=_version(request.POST.get("version", "")),
        )
    except Hidden:
        raise Http404 from None
    except (Refused, Forbidden) as refused:
        said = refused.sentence.say(language())
        return _form(request, reader, found, offer, typed=given, refused=said, status=STATUS[type(refused)])
    except Invalid as invalid:
        errors = {name: [one.say(language()) for one in says] for name, says in invalid.errors.items()}
        return _form(request, reader, found, offer, typed=given or _typed(request, offer), errors=errors, status=422)
    messages.success(request, _done_words(done, offer, reader))
    address = f"{reverse('ticket', args=[found.ticket.number])}#event-{done.ticket.event_count}"
    return go_to(request, address)


def _typed(request: HttpRequest, offer: Offer) -> dict[str, Any]:
    """What was typed where it could not even be read into values."""
    names = [one.field.name for one in offer.fields]
    return {name: request.POST.getlist(name) if name == "to" else request.POST.get(name, "") for name in names}


def _version(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _done_words(done: Outcome, offer: Offer, reader: Reader) -> str:
    """转派已办，工单到了 网络维护部: what was done and where the work is now."""
    title = offer.action.title.say(language())
    if done.decision is not None and done.decision.event.endswith(".asked"):
        return _("“%(act)s”已申请，等审批") % {"act": title}
    main = done.picture.main
    moved = (
        main is not None and (offer.step is None or main.ordinal != offer.step.ordinal) and main.opened_at == reader.at
    )
    if main is None:
        return _("“%(act)s”已办，工单已结束") % {"act": title}
    if moved:
        return _("“%(act)s”已办，工单到了 %(unit)s") % {"act": title, "unit": reader.unit_name(main.unit)}
    return _("“%(act)s”已办") % {"act": title}


def _form(
    request: HttpRequest,
    reader: Reader,
    found: Outcome,
    offer: Offer,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    fields = form_fields(offer, found.book, found.picture.facts, typed=typed, errors=errors)
    if typed and hits_of(found.book, offer.action.name, typed):
        fields.append(why_field((errors or {}).get(WHY, []), typed.get(WHY, "")))
    version = offer.step.version if offer.step else found.picture.version
    context = {
        "at": reader.at,
        "current": "queue",
        "ticket": found.ticket,
        "ticket_url": reverse("ticket", args=[found.ticket.number]),
        "action": {
            "action": offer.action.name,
            "title": _on(offer, reader),
            "url": act_url(found.ticket.number, offer),
        },
        "fields": fields,
        "problems": _problems(fields, errors or {}),
        "version": version,
        "kept": kept_files(offer, typed or {}, reader) if typed else [],
        "used": (typed or {}).get(USED, []),
        "receiver": receiver_words(offer, reader, found),
        "note": approval_words(offer, found),
        "refused": refused,
        "happened": _happened(reader, found) if refused else [],
        "clocks": clock_cards(reader, found)[:1] if refused else [],
    }
    part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "partials/action_form.html" if part else "ticket_act.html", context, status=status)


def _on(offer: Offer, reader: Reader) -> str:
    title = offer.action.title.say(language())
    if offer.step is not None and offer.step.side:
        return f"{title}（{reader.unit_name(offer.step.unit)}）"
    return title


def _problems(fields: list[dict[str, Any]], errors: dict[str, list[str]]) -> list[dict[str, str]]:
    titles = {field["name"]: field["title"] for field in fields}
    return [
        {
            "field": f"field-{name}" if name in titles else "",
            "words": labelled(titles[name], "；".join(says)) if name in titles else "；".join(says),
        }
        for name, says in errors.items()
    ]


def _happened(reader: Reader, found: Outcome) -> list[dict[str, Any]]:
    """What others did meanwhile, newest first: enough to decide whether the own words still fit."""
    events = found.ticket.events.order_by("-seq")[:3]
    return timeline(reader, found.book, found.picture, list(events), [])


def _not_offered(request: HttpRequest, reader: Reader, found: Outcome) -> HttpResponse:
    """The button was there a moment ago, or the address was guessed: either way it is not theirs to press now."""
    context = {
        "at": reader.at,
        "current": "queue",
        "ticket": found.ticket,
        "ticket_url": reverse("ticket", args=[found.ticket.number]),
        "refused": _("这件工单现在没有这个动作，或者不归您办。下面是刚发生的事。"),
        "happened": _happened(reader, found),
    }
    part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "partials/action_refused.html" if part else "ticket_act.html", context, status=409)
