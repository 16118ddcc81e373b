"""One act for several chosen rows: asked once, done one by one, each with its own result (design §9.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from complaints_site.lib.format import labelled
from tickets.actions.outcome import Outcome
from tickets.actions.tickets import ticket_act
from tickets.core.offers import Offer, offers
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.models import Step
from tickets.rows import picture_of, with_picture
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.action_fields import form_fields, read_given
from tickets.views.queue_items import ASKED_ONCE, title_of
from tickets.views.queue_rows import PAGE
from tickets.views.reader import Reader, language, reader_of


@dataclass
class Chosen:
    """A chosen row: its offer, or why the act is not for it. `said` is what came of it."""

    step: int
    version: int
    found: Outcome
    offer: Offer | None = None
    reason: str = ""
    done: bool = False
    said: str = ""

    @property
    def row(self) -> dict[str, Any]:
        ticket = self.found.ticket
        url = reverse("ticket", args=[ticket.number])
        return {"number": ticket.number, "title": title_of(ticket), "url": url, "said": self.said or self.reason}


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest, action: str) -> HttpResponse:
    """GET shows what the act asks for and on which rows it can be done; POST does it."""
    reader = reader_of(request)
    wanted = request.POST.getlist("step") or request.GET.getlist("step")
    chosen = _chosen(reader, wanted, action)
    back = _back(request)
    if not chosen:
        messages.warning(request, _("先选中工单，再批量办"))
        return redirect(back)
    able = [one for one in chosen if one.offer is not None]
    ready = request.method == "POST" and (request.POST.get("confirmed") or not _asks(able))
    if not ready or not able:
        return _asked(request, reader, action, chosen, back, {}, {})
    first = able[0]
    assert first.offer is not None  # noqa: S101
    given = read_given(request, first.offer, first.found.book, reader)
    for one in able:
        _do(one, action, given, reader)
    return _told(request, reader, action, chosen, back)


def _asks(able: list[Chosen]) -> bool:
    return any(one.offer and one.offer.fields for one in able)


def _chosen(reader: Reader, wanted: list[str], action: str) -> list[Chosen]:
    """The chosen steps that this person may see, in the order chosen: two statements however many."""
    versions = dict(_parts(text) for text in wanted[:PAGE])
    steps = {
        step.pk: step for step in Step.objects.filter(pk__in=[pk for pk in versions if pk], ticket__in=reader.tickets)
    }
    rows = with_picture(reader.tickets.filter(pk__in={step.ticket_id for step in steps.values()}))
    tickets = {ticket.pk: ticket for ticket in rows}
    chosen = []
    for pk, version in versions.items():
        step = steps.get(pk)
        if step is None or step.ticket_id not in tickets or reader.world is None:
            continue
        ticket = tickets[step.ticket_id]
        book = book_of(ticket.rulebook_id)
        found = Outcome(ticket, picture_of(ticket, book), book, reader.world)
        chosen.append(_judged(Chosen(pk, version, found), action, reader))
    return chosen


def _parts(text: str) -> tuple[int, int]:
    step, _point, version = text.partition(".")
    fine = step.isdecimal() and version.isdecimal() and len(step) < 19 and len(version) < 10
    return (int(step), int(version)) if fine else (0, 0)


def _judged(one: Chosen, action: str, reader: Reader) -> Chosen:
    found = one.found
    own = offers(found.book, found.picture, actor=reader.actor, world=found.world, at=reader.at)
    offer = next((o for o in own if o.action.name == action and o.step and o.step.id == one.step), None)
    if offer is None:
        one.reason = _("这一环节没有这个动作，或者不归您办")
    elif offer.refused is not None:
        one.reason = offer.refused.sentence.say(language())
    elif {field.field.name for field in offer.fields if field.required and not field.need.when} - ASKED_ONCE:
        one.reason = _("要逐件填写，请打开工单办")
    else:
        one.offer = offer
    return one


def _do(one: Chosen, action: str, given: dict[str, Any], reader: Reader) -> None:
    try:
        ticket_act(
            ticket_id=one.found.ticket.pk,
            action=action,
            given=dict(given),
            actor=reader.person,
            at=reader.at,
            step_id=one.step,
            version=one.version,
        )
    except (Refused, Forbidden, Hidden) as refused:
        one.said = refused.sentence.say(language())
    except Invalid as invalid:
        one.said = "；".join(says.say(language()) for found in invalid.errors.values() for says in found)
    else:
        one.done, one.said = True, _("已办")


def _asked(
    request: HttpRequest,
    reader: Reader,
    action: str,
    chosen: list[Chosen],
    back: str,
    typed: dict[str, Any],
    errors: dict[str, list[str]],
) -> HttpResponse:
    able = [one for one in chosen if one.offer is not None]
    fields = _common_fields(able, typed, errors)
    context = {
        "at": reader.at,
        "current": "queue",
        "title": _title(chosen, action),
        "action": action,
        "able": [{**one.row, "choice": f"{one.step}.{one.version}"} for one in able],
        "unable": [one.row for one in chosen if one.offer is None],
        "fields": fields,
        "back": back,
    }
    return render(request, "queue_bulk.html", context, status=200 if able else 409)


def _common_fields(able: list[Chosen], typed: dict[str, Any], errors: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Asked once for all: of units and people only those that every row would take."""
    if not able or able[0].offer is None:
        return []
    fields = [
        field
        for field in form_fields(able[0].offer, able[0].found.book, {}, typed=typed, errors=errors)
        if field["name"] in ASKED_ONCE
    ]
    for field in fields:
        if field["choices"]:
            field["choices"] = [c for c in field["choices"] if all(_takes(one, field["name"], c) for one in able)]
    return fields


def _takes(one: Chosen, name: str, choice: dict[str, str]) -> bool:
    offered = next((f for f in one.offer.fields if f.field.name == name), None) if one.offer else None
    return offered is not None and any(value == choice["value"] for value, _words in offered.choices or ())


def _title(chosen: list[Chosen], action: str) -> str:
    titles = (
        one.found.book.actions[action].title.say(language()) for one in chosen if action in one.found.book.actions
    )
    return next(titles, action)


def _told(request: HttpRequest, reader: Reader, action: str, chosen: list[Chosen], back: str) -> HttpResponse:
    done = [one for one in chosen if one.done]
    rest = [one for one in chosen if not one.done]
    words = ngettext("“%(act)s”已办 %(count)d 件", "“%(act)s”已办 %(count)d 件", len(done))
    if done:
        messages.success(request, words % {"act": _title(chosen, action), "count": len(done)})
    for one in rest:
        messages.warning(request, labelled(one.found.ticket.number, one.said or one.reason))
    return redirect(back)


def _back(request: HttpRequest) -> str:
    address = request.POST.get("back") or request.GET.get("back") or ""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe and address.startswith("/") else reverse("queue")
