"""The longest overdue steps, and the row editor that chases their holder (督办; doc 3 §2.4.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints_site.lib import format as fmt
from escalation.supervised import order_acts
from tickets.actions.tickets import ticket_act
from tickets.core.offers import Offer, OfferedField, describe_field, offers
from tickets.core.picture import Picture
from tickets.core.sentences import Invalid, Refusal
from tickets.models import Step, Ticket
from tickets.rows import picture_of, with_picture
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.queue_items import title_of
from tickets.views.queue_rows import open_steps
from tickets.views.reader import Reader, language, reader_of
from tickets.views.words import step_word


def late_rows(reader: Reader, steps: Sequence[Step], *, acts: bool) -> list[dict[str, Any]]:
    """Rows of the card, in one statement for all tickets. Without `acts` (on a wall) nobody and nothing is named."""
    tickets = with_picture(reader.tickets.filter(pk__in={step.ticket_id for step in steps})) if steps else []
    found = {ticket.pk: ticket for ticket in tickets}
    return [late_row(reader, step, found[step.ticket_id], acts=acts) for step in steps if step.ticket_id in found]


def late_row(reader: Reader, step: Step, ticket: Ticket, *, acts: bool) -> dict[str, Any]:
    book = book_of(ticket.rulebook_id)
    picture = picture_of(ticket, book)
    due_at: datetime = step.due_at  # type: ignore[attr-defined]
    offer = _offer(reader, ticket, picture) if acts else None
    return {
        "id": step.pk,
        "number": ticket.number,
        "title": title_of(ticket) if acts else "",
        "url": _address("ticket", ticket.number) if acts else "",
        "unit": reader.unit_name(step.unit_id),
        "step": step_word(book, step.kind, language()),
        "words": fmt.duration((reader.at - due_at).total_seconds()),
        "chased": sum(1 for one in picture.steps if one.kind in order_acts(book)),
        "chase_url": reverse("board-chase", args=[step.pk]) if offer and offer.refused is None else "",
        "refused": offer.refused.sentence.say(language()) if offer and offer.refused else "",
        "chase_title": offer.action.title.say(language()) if offer else "",
    }


def _offer(reader: Reader, ticket: Ticket, picture: Picture) -> Offer | None:
    """The chase order that the engine offers this person; nothing where it offers none."""
    if reader.world is None:
        return None
    book = book_of(ticket.rulebook_id)
    orders = {action.name for action in order_acts(book).values()}
    found = offers(book, picture, actor=reader.actor, world=reader.world, at=reader.at)
    return next((offer for offer in found if offer.action.name in orders), None)


def _address(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


# ── the editor ───────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def chase(request: HttpRequest, step_id: int) -> HttpResponse:
    """Open the editor in its row, close it, or send the chase; without script it is a page of its own."""
    reader = reader_of(request)
    step, ticket, offer = _found(reader, step_id)
    if request.method == "POST":
        return _send(request, reader, step, ticket, offer)
    context = {"at": reader.at, "current": "board", "row": late_row(reader, step, ticket, acts=True)}
    if request.GET.get("close"):
        return render(request, "partials/late_row.html", {**context, "focus": True})
    context["editor"] = _editor(step, ticket, offer, {}, {})
    return render(request, _template(request), context)


def _found(reader: Reader, step_id: int) -> tuple[Step, Ticket, Offer]:
    step = open_steps(reader).filter(pk=step_id).annotate(due_at=F("own__due_at")).first()
    ticket = with_picture(reader.tickets.filter(pk=step.ticket_id)).first() if step else None
    if step is None or ticket is None or step.due_at is None:
        raise Http404
    offer = _offer(reader, ticket, picture_of(ticket, book_of(ticket.rulebook_id)))
    if offer is None:
        raise Http404
    return step, ticket, offer


def _template(request: HttpRequest) -> str:
    return "partials/late_row.html" if request.htmx else "board_chase.html"  # type: ignore[attr-defined]


def _send(request: HttpRequest, reader: Reader, step: Step, ticket: Ticket, offer: Offer) -> HttpResponse:
    given = given_of(offer.fields, request.POST, prefix_of(step))
    context: dict[str, Any] = {"at": reader.at, "current": "board", "row": late_row(reader, step, ticket, acts=True)}
    try:
        ticket_act(ticket_id=ticket.pk, action=offer.action.name, given=given, actor=reader.person, at=reader.at)
    except Invalid as error:
        said = {name: [say.say(language()) for say in says] for name, says in error.errors.items()}
        context["editor"] = _editor(step, ticket, offer, dict(given), said)
        return render(request, _template(request), context, status=422)
    except Refusal as error:
        context["editor"] = {**_editor(step, ticket, offer, dict(given), {}), "note": error.sentence.say(language())}
        return render(request, _template(request), context, status=409)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("board")
    step, ticket, _offer_now = _found(reader, step.pk)
    row = late_row(reader, step, ticket, acts=True)
    return render(request, "partials/late_row.html", {**context, "row": row, "focus": True, "sent": _("已督办")})


def _editor(
    step: Step, ticket: Ticket, offer: Offer, given: dict[str, Any], errors: dict[str, list[str]]
) -> dict[str, Any]:
    prefix = prefix_of(step)
    fields = [{**_control(one, step), "prefix": prefix} for one in offer.fields]
    for field in fields:
        if field["name"] in given:
            field["value"] = given[field["name"]]
        if field["name"] in errors:
            field["errors"] = errors[field["name"]]
    named = {field["name"]: field["title"] for field in fields}
    problems = [
        {"field": f"field-{prefix}{name}" if name in named else "", "words": f"{named.get(name, '')} {said}".strip()}
        for name, says in errors.items()
        for said in says
    ]
    return {
        "url": reverse("board-chase", args=[step.pk]),
        "title": offer.action.title.say(language()),
        "fields": fields,
        "problems": problems,
        "number": ticket.number,
    }


def _control(one: OfferedField, step: Step) -> dict[str, Any]:
    """The field as partials/field.html draws it; who is chased is the step's own unit unless somebody says another."""
    described = describe_field(one, language())
    choices = [{"value": c["value"], "title": c["label"]} for c in described["choices"] or ()]
    control = {**described, "choices": choices, "long": one.field.type == "text" and not choices}
    if one.field.name == "to" and any(choice["value"] == step.unit.code for choice in choices):
        control["value"] = step.unit.code
    return control


def prefix_of(step: Step) -> str:
    """Several editors may be open on one board."""
    return f"late{step.pk}-"


def given_of(fields: Iterable[OfferedField], posted: Any, prefix: str) -> dict[str, Any]:
    """The values of a form as the engine takes them; what was left empty isn't given."""
    given: dict[str, Any] = {}
    for one in fields:
        name = one.field.name
        written = prefix + name
        value = posted.getlist(written) if one.field.type == "list" else posted.get(written, "").strip()
        if value:
            given[name] = value
    return given
