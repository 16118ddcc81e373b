"""显示资料: asks the purpose, shows for five minutes, is logged (row S05)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints_site.lib import mask
from tickets.actions.outcome import Outcome
from tickets.actions.reveal import customer_reveal
from tickets.core.sentences import Invalid
from tickets.models import Ticket
from tickets.views.access import work_page
from tickets.views.fragments import go_to
from tickets.views.reader import Reader, language, reader_of
from tickets.views.words import choice_word

SHOWN_FOR = timedelta(minutes=5)
REVEALED = "revealed"  # in the session: ticket's number -> until when, as a timestamp
MOST_KEPT = 20


def shown_customer(reader: Reader, found: Outcome, session: Any) -> dict[str, Any]:
    """The customer's card: masked, or for five minutes as it is."""
    ticket = found.ticket
    if ticket.anonymous or ticket.customer is None:
        words = _("匿名投诉，没有客户资料") if ticket.anonymous else _("没有登记客户资料")
        return {"facts": [], "words": words, "reveal_url": "", "until": None}
    until = _until(session, ticket.number, reader.at)
    clear = until is not None
    customer = ticket.customer
    values = (
        (_("姓名"), customer.name, mask.name),
        (_("号码"), customer.phone, mask.phone),
        (_("账号"), customer.account, mask.identity),
        (_("邮箱"), customer.email, mask.mail),
        (_("地址"), customer.address, mask.address),
    )
    facts = [{"name": name, "value": value if clear else hide(value)} for name, value, hide in values if value]
    level = choice_word(found.book, "level", ticket.level, language())
    if level:
        facts.append({"name": _("级别"), "value": level})
    return {
        "facts": facts,
        "words": _("客户要求保密") if ticket.confidential else "",
        "reveal_url": "" if clear else reverse("ticket-reveal", args=[ticket.number]),
        "until": until,
    }


def _until(session: Any, number: str, at: datetime) -> datetime | None:
    stamp = session.get(REVEALED, {}).get(number, 0)
    return datetime.fromtimestamp(stamp, tz=at.tzinfo) if stamp > at.timestamp() else None


@never_cache
@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    ticket = reader.tickets.select_related("customer").filter(number=number).first()
    if ticket is None or ticket.anonymous or ticket.customer is None:
        raise Http404
    if request.method != "POST":
        return _asked(request, reader, ticket, [])
    purpose = request.POST.get("purpose") or request.POST.get("other") or ""
    try:
        customer_reveal(ticket=ticket, purpose=purpose, actor=reader.person, at=reader.at)
    except Invalid as invalid:
        return _asked(request, reader, ticket, [one.say(language()) for one in invalid.errors["purpose"]])
    _remember(request, number, reader.at)
    address = f"{reverse('ticket', args=[number])}#customer"
    return go_to(request, address)


def _remember(request: HttpRequest, number: str, at: datetime) -> None:
    kept = {n: until for n, until in request.session.get(REVEALED, {}).items() if until > at.timestamp()}
    newest = dict(list(kept.items())[-MOST_KEPT:])
    request.session[REVEALED] = {**newest, number: int((at + SHOWN_FOR).timestamp())}


def _asked(request: HttpRequest, reader: Reader, ticket: Ticket, errors: list[str]) -> HttpResponse:
    purposes = [_("核对客户身份"), _("联系客户了解情况"), _("上门处理"), _("回访"), _("核对账务")]
    context = {
        "at": timezone.localtime(reader.at),
        "current": "queue",
        "ticket": ticket,
        "ticket_url": reverse("ticket", args=[ticket.number]),
        "reveal_url": reverse("ticket-reveal", args=[ticket.number]),
        "purposes": purposes,
        "errors": errors,
        "page": not request.htmx,  # type: ignore[attr-defined]
    }
    return render(request, "ticket_reveal.html", context, status=422 if errors else 200)
