"""Chase orders (督办单): each with its clock and answer, counted by unit, and one put to several holders (W04)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from complaints_site.lib import format as fmt
from complaints_site.lib.timestate import OVERDUE
from escalation.orders import MOST, TO, Chased, chased, order_counts, orders_at, orders_put
from escalation.views.parts import CURRENT, bar, tabs
from tickets.models import Event, Step
from tickets.rows import picture_of, with_picture
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.access import work_page
from tickets.views.action_fields import form_fields, read_given
from tickets.views.admin_pages import asked, number
from tickets.views.list_pages import pages_of
from tickets.views.queue_items import title_of
from tickets.views.queue_rows import lamp_condition
from tickets.views.reader import Reader, language, reader_of
from tickets.views.timeline import TEXTS

SHOWN = 30
OPEN, ANSWERED = "open", "answered"


@work_page
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    unit, lamp = asked(request, "unit"), asked(request, "lamp")
    shown = ANSWERED if asked(request, "show") == ANSWERED else OPEN
    page = Paginator(_wanted(reader, shown, unit, lamp), SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    context = {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("orders"),
        "shown": shown,
        "unit": unit,
        "counts": _counts(reader),
        "count": page.paginator.count,
        "rows": _rows(reader, list(page)),
        "pages": pages_of(page, request),
        "empty": {
            "title": _("没有要答复的督办单") if shown == OPEN else _("还没有答复过的督办单"),
            "text": _("在督办看板上选中工单，或在工单上办“督办”，就会发出督办单，有自己的时限。"),
            "acts": [],
        },
    }
    return render(request, "supervision/orders.html", context)


def _wanted(reader: Reader, shown: str, unit: str, lamp: str) -> QuerySet[Step]:
    """Open ones by their clock, answered ones the latest first."""
    if reader.sight is None or reader.world is None:
        return Step.objects.none()
    steps = orders_at(reader.sight).filter(closed_at__isnull=shown == OPEN)
    if unit:
        found = reader.world.by_code.get(unit)
        steps = steps.filter(unit_id=found.id) if found else steps.none()
    steps = steps.annotate(own=FilteredRelation("clocks", condition=Q(clocks__stopped_at=None)))
    if lamp == OVERDUE:
        steps = steps.filter(lamp_condition(OVERDUE, reader.at))
    order = ["-closed_at"] if shown == ANSWERED else [F("own__due_at").asc(nulls_last=True)]
    return steps.order_by(*order, "pk")


def _counts(reader: Reader) -> list[dict[str, Any]]:
    if reader.sight is None or reader.world is None:
        return []
    units = reader.world.units
    return [
        {**row, "title": reader.unit_name(row["unit_id"]), "url": f"?unit={units[row['unit_id']].code}"}
        for row in order_counts(reader.sight, reader.at)
        if row["unit_id"] in units
    ]


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────


def _rows(reader: Reader, steps: list[Step]) -> list[dict[str, Any]]:
    """Two statements more: the tickets, and the events that put and answered the orders."""
    tickets = {t.pk: t for t in with_picture(reader.tickets.filter(pk__in={step.ticket_id for step in steps}))}
    events = list(Event.objects.filter(ticket__in=tickets).order_by("seq"))
    return [_row(reader, step, tickets[step.ticket_id], events) for step in steps if step.ticket_id in tickets]


def _row(reader: Reader, step: Step, ticket: Any, events: list[Event]) -> dict[str, Any]:
    book = book_of(ticket.rulebook_id)
    picture = picture_of(ticket, book)
    view = picture.step(step.ordinal)
    own = [event for event in events if event.ticket_id == ticket.pk]
    put = next((event for event in own if _opened(event, step)), None)
    answer = next((event for event in reversed(own) if step.closed_at and event.step_id == step.pk), None)
    return {
        "id": step.pk,
        "number": ticket.number,
        "url": reverse("ticket", args=[ticket.number]),
        "answer_url": f"{reverse('alerts')}?group=chases&chosen=step-{step.pk}",
        "title": title_of(ticket),
        "kind": words.step_word(book, step.kind, language()),
        "unit": reader.unit_name(step.unit_id),
        "time": bar(reader, reader.world, book, picture, picture.step_clock(view)) if reader.world else None,
        "put": _said(reader, put),
        "answer": _said(reader, answer),
    }


def _opened(event: Event, step: Step) -> bool:
    return any(opened["step"] == step.ordinal for opened in event.data.get("opened", ()))


def _said(reader: Reader, event: Event | None) -> dict[str, str]:
    """Who said what when, in the words of the ticket's record."""
    if event is None:
        return {}
    given = event.data.get("given", {})
    at = fmt.moment(timezone.localtime(event.at), at=timezone.localtime(reader.at))
    text = next((str(given[name]) for name in TEXTS if given.get(name)), "")
    return {"who": " ".join(filter(None, [str(event.data.get("actor", "")), at])), "text": text}


# ── one order for several tickets ────────────────────────────────────────────────────────────────────


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """GET asks once for all chosen steps, and says which can't be chased; POST puts the orders one by one."""
    reader = reader_of(request)
    asked_for = request.POST if request.method == "POST" else request.GET
    chosen, back = _chosen(reader, asked_for), _back(request, asked_for)
    if not chosen:
        messages.warning(request, _("先选中工单，再督办"))
        return redirect(back)
    able = [one for one in chosen if one.offer is not None]
    if request.method != "POST" or not able:
        return _form(request, chosen, back, {}, {})
    first = able[0]
    assert first.offer is not None  # noqa: S101
    given = read_given(request, first.offer, first.found.book, reader)
    orders_put(able, given, actor=reader.person, at=reader.at)
    wrong = {name: [one.say(language()) for one in says] for one in able for name, says in one.errors.items()}
    if wrong and not any(one.done for one in able):
        return _form(request, chosen, back, given, wrong)
    return _told(request, chosen, back)


def _chosen(reader: Reader, query: QueryDict) -> list[Chased]:
    """By steps (their units are chased) or by tickets (whoever holds them is)."""
    if reader.world is None:
        return []
    ids = [int(text) for text in query.getlist("step")[:MOST] if text.isdecimal() and len(text) < 19]
    steps = Step.objects.filter(pk__in=ids, ticket__in=reader.tickets, closed_at=None).select_related("unit")
    units = {step.ticket_id: step.unit.code for step in steps.order_by("side", "pk")}
    found = reader.tickets.filter(number__in=query.getlist("ticket")[:MOST]).values_list("pk", flat=True)
    units |= {pk: "" for pk in found if pk not in units}
    return chased(reader.tickets, units, actor=reader.actor, world=reader.world, at=reader.at)


def _form(
    request: HttpRequest, chosen: list[Chased], back: str, typed: dict[str, Any], errors: dict[str, list[str]]
) -> HttpResponse:
    able = [one for one in chosen if one.offer is not None]
    fields = _fields(able, typed, errors)
    titles = {field["name"]: field["title"] for field in fields}
    problems = [
        {"field": f"field-{name}" if name in titles else "", "words": f"{titles.get(name, '')} {word}".strip()}
        for name, told in errors.items()
        for word in told
    ]
    context = {
        "current": CURRENT,
        "title": able[0].offer.action.title.say(language()) if able and able[0].offer else _("督办"),
        "able": [_line(one) for one in able],
        "unable": [_line(one) for one in chosen if one.offer is None],
        "fields": fields,
        "problems": problems,
        "chosen": _chosen_again(request),
        "back": back,
    }
    status = 422 if errors else 200 if able else 409
    return render(request, "supervision/order.html", context, status=status)


def _chosen_again(request: HttpRequest) -> list[tuple[str, str]]:
    """What was chosen, for the form to send again."""
    query = request.POST if request.method == "POST" else request.GET
    return [(name, value) for name in ("step", "ticket") for value in query.getlist(name)[:MOST]]


def _fields(able: list[Chased], typed: dict[str, Any], errors: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Asked once: of what may be chosen only what every ticket would take. Whom to chase follows from each row."""
    if not able or able[0].offer is None:
        return []
    fields = form_fields(able[0].offer, able[0].found.book, {}, typed=typed, errors=errors)
    fields = [field for field in fields if field["name"] != TO]
    for field in fields:
        if field["choices"]:
            field["choices"] = [
                c for c in field["choices"] if all(one.takes(field["name"], c["value"]) for one in able)
            ]
    return fields


def _line(one: Chased) -> dict[str, Any]:
    said = one.refused.say(language()) if one.refused else ""
    url = reverse("ticket", args=[one.ticket.number])
    return {"number": one.ticket.number, "title": title_of(one.ticket), "url": url, "said": said}


def _told(request: HttpRequest, chosen: list[Chased], back: str) -> HttpResponse:
    done = sum(1 for one in chosen if one.done)
    if done:
        told = ngettext("已发出 %(count)d 张督办单", "已发出 %(count)d 张督办单", done)
        messages.success(request, told % {"count": done})
    for one in chosen:
        if not one.done:
            wrong = [say.say(language()) for says in one.errors.values() for say in says]
            said = one.refused.say(language()) if one.refused else "；".join(wrong)
            messages.warning(request, fmt.labelled(one.ticket.number, said))
    return redirect(back)


def _back(request: HttpRequest, query: QueryDict) -> str:
    address = query.get("back", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe and address.startswith("/") else reverse("orders")
