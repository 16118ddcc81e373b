"""Forms on paper: what the customer signs, with their data in full (rows C22, S05; rulings SIGN, FORMS; design §10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from complaints_site.lib import format as fmt
from tickets.actions.preview import main_offer, promised_by
from tickets.actions.tickets import ticket_read
from tickets.core.offers import offers
from tickets.core.picture import Picture, StepView
from tickets.models import AccessLog, Ticket
from tickets.progress_codes import code_of
from tickets.rulebook.compiled import Book, Field
from tickets.views import words
from tickets.views.access import work_page
from tickets.views.drafts import begun
from tickets.views.reader import Reader, language, reader_of

# The names of the seed's own forms (page 10, appendix C); another rulebook's form has the general name.
FORMS = {
    "unicom-complaint": gettext_lazy("客户投诉工单"),
    "unicom-escalation": gettext_lazy("升级投诉工单"),
    "property": gettext_lazy("客户投诉意见表"),
    "company-service": gettext_lazy("客户投诉记录表"),
    "village-bank": gettext_lazy("客户投诉登记表"),
}
INSIDE = frozenset({"grade", "level", "told", "tell_as", "reason"})  # the house's own view of the customer
OWN_PLACE = frozenset(
    {
        *("content", "request", "channel", "business_type", "complaint_type", "occurred_at", "occurred_place"),
        *("reply_way", "reply_text", "request_kind", "told", "promise_told", "promise_renewed", "channel_kind"),
        *(
            "authority_level",
            "callback_mode",
            "commitment_open",
            "sampled",
            "correction",
            "contact",
            "phone",
            "address",
        ),
    }
)
REPLY_WAYS = ("phone", "sms", "letter", "fax", "email", "visit")


@work_page
@require_GET
def print_intake(request: HttpRequest, number: str) -> HttpResponse:
    """The form of one complaint. Looking at it is looking at personal data, and is written down."""
    reader = reader_of(request)
    ticket = reader.tickets.filter(number=number).select_related("customer", "registered_by").first()
    if ticket is None:
        raise Http404
    AccessLog.objects.create(
        person=reader.person, ticket=ticket, what="print_intake", purpose=_("打印登记表"), at=reader.at
    )
    found = ticket_read(ticket.pk)
    context = _context(reader, ticket, found.book, found.picture)
    main = main_offer(
        found.book, offers(found.book, found.picture, actor=reader.actor, world=found.world, at=reader.at)
    )
    given = begun(reader.person, number, main.action.name) if main else {}
    context["promise"] = promised_by(
        found.book, found.picture, given=given, world=found.world, actor=reader.person, at=reader.at
    )
    return render(request, "print_intake.html", {**context, "after": request.GET.get("after") == "intake"})


def _context(reader: Reader, ticket: Ticket, book: Book, picture: Picture) -> dict[str, Any]:
    facts, say = picture.facts, language()
    customer = ticket.customer
    return {
        "at": reader.at,
        "back_url": reverse("ticket", args=[ticket.number]),
        "printed_note": _("一式两份：客户一份，受理单位一份。"),
        "personal": True,
        "ticket": ticket,
        "code": code_of(ticket.number),
        "form_title": FORMS.get(book.id, _("客户投诉登记表")),
        "unit": reader.unit_name(ticket.received_unit_id),
        "name": (customer.name if customer else "") or str(facts.get("contact", "")),
        "phone": (customer.phone if customer else "") or str(facts.get("phone", "")),
        "account": customer.account if customer else "",
        "address": (customer.address if customer else "") or str(facts.get("address", "")),
        "occurred_at": moment(facts.get("occurred_at")),
        "occurred_place": facts.get("occurred_place", ""),
        "kinds": [
            (words.field_title(book, name, say), words.choice_word(book, name, facts.get(name), say))
            for name in ("business_type", "complaint_type")
            if name in book.fields
        ],
        "channel": words.choice_word(book, "channel", facts.get("channel"), say),
        "content": ticket.content,
        "request": _request(book, facts, say),
        "respondent": " ".join(
            filter(None, [reader.unit_name(ticket.respondent_unit_id), reader.person_name(ticket.respondent_person_id)])
        ),
        "more": _more(book, facts, say),
        "ways": _ways(book, facts, say),
        "steps": [_step(reader, book, step) for step in picture.steps],
        "reply_text": facts.get("reply_text", ""),
        "clerk": ticket.registered_by,
    }


def _request(book: Book, facts: dict[str, Any], say: str) -> str:
    kinds = [words.choice_word(book, "request_kind", kind, say) for kind in facts.get("request_kind") or []]
    return "；".join(filter(None, ["、".join(kinds), str(facts.get("request", ""))]))


def _ways(book: Book, facts: dict[str, Any], say: str) -> list[tuple[str, bool]]:
    """The boxes of the way of reply; the one asked for is ticked."""
    rule = book.fields.get("reply_way")
    names = [name for name in REPLY_WAYS if rule and name in rule.choices]
    return [(words.choice_word(book, "reply_way", name, say), facts.get("reply_way") == name) for name in names]


def _more(book: Book, facts: dict[str, Any], say: str) -> list[tuple[str, str]]:
    """Whatever else was taken in with the complaint, in the rulebook's order.

    Not what the house wrote down for itself afterwards (reasons, grades): the customer reads this sheet.
    """
    taken = {need.field for need in book.register.fields} - INSIDE
    rows = []
    for name, rule in book.fields.items():
        if (
            name in taken
            and name not in OWN_PLACE
            and not rule.of_step
            and rule.type != "file"
            and facts.get(name) != rule.default
        ):
            text = written(book, name, rule, facts.get(name), say)
            if text:
                rows.append((rule.title.say(say), text))
    return rows


def written(book: Book, name: str, rule: Field, value: Any, say: str) -> str:
    """A fact as it stands on paper; nothing for what was left open, or a switch that is off."""
    if value in (None, "", [], False):
        return ""
    if rule.type == "datetime":
        return moment(value)
    if value is True:
        return _("是")
    if isinstance(value, list):
        return "、".join(words.choice_word(book, name, part, say) for part in value)
    return words.choice_word(book, name, value, say)


def moment(value: Any) -> str:
    if not isinstance(value, str) or not value:
        return ""
    return fmt.moment_full(timezone.localtime(datetime.fromisoformat(value)))


def _step(reader: Reader, book: Book, step: StepView) -> dict[str, Any]:
    return {
        "title": words.step_word(book, step.kind, language()),
        "unit": reader.unit_name(step.unit),
        "person": reader.person_name(step.assignee or step.closed_by),
        "opened_at": step.opened_at,
        "closed_at": step.closed_at,
        "words": step.data.get("solution") or step.data.get("findings") or step.data.get("explanation") or "",
    }
