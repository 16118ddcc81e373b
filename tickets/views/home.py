"""The first page: the state in one sentence, one main act, four numbers, four things to do now (row U08)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from complaints_site.lib import format as fmt
from complaints_site.lib import timestate
from tickets.actions.outcome import Outcome
from tickets.day_tables import china_table
from tickets.models import CalendarYear, Message, Organisation, Person, RulebookVersion, Step
from tickets.routing import route_gaps
from tickets.rulebook.compiled import Book
from tickets.rulebook.registry import book_of, current_books
from tickets.views import queue_rows as rows
from tickets.views.action_panel import act_url, main_act, own_offers
from tickets.views.context import address
from tickets.views.drafts import count_of
from tickets.views.home_roles import (
    ADMINISTRATOR,
    FIRST_STEPS,
    FRONT,
    HANDLER,
    USUAL_STEPS,
    WATCHER,
    Kinds,
    Number,
    kind_of,
    main_act_of,
    numbers_of,
)
from tickets.views.queue_items import found_rows, items_of
from tickets.views.queue_rows import Wish
from tickets.views.reader import Reader, language, reader_of

SHOWN = 4
AWAY = "away"  # in Person.first_steps: the card was put away
GAPS_KEPT = 600  # seconds


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    books = _books(reader)
    kind = kind_of(reader, books)
    context: dict[str, Any] = {"at": reader.at, "current": "home", "kind": kind, "greeting": greeting(reader)}
    if kind == ADMINISTRATOR:
        context |= _administration(reader, books)
    elif kind != WATCHER:
        context |= _work(reader, kind, books)
    if not reader.roles:
        context["sentence"] = _("您还没有岗位。请系统管理员把您加到部门里。")
    act = main_act_of(kind, reader, books)
    url = _main_url(act.name, context)
    context["main_act"] = {"words": act.words, "url": url, "icon": act.icon, "key": act.key}
    context["first_steps"] = first_steps(reader.person, kind)
    return render(request, "home.html", context)


@login_required
@require_POST
def first_step(request: HttpRequest, code: str) -> HttpResponse:
    """Tick a first step and go there; `away` puts the card away for good."""
    reader = reader_of(request)
    person = reader.person
    steps = {step.code: step for step in _steps(kind_of(reader, _books(reader)))}
    if code not in steps and code != AWAY:
        raise Http404
    if code not in person.first_steps:
        person.first_steps = [*person.first_steps, code]
        person.save(update_fields=["first_steps"])
    target = address(steps[code].name) if code in steps else ""
    return redirect(f"{target}{steps[code].more}" if target else "home")


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


def greeting(reader: Reader) -> str:
    hour = timezone.localtime(reader.at).hour
    if hour < 5 or hour >= 18:
        words = _("晚上好")
    else:
        words = _("早上好") if hour < 9 else _("上午好") if hour < 12 else _("下午好")
    return _("%(greeting)s，%(name)s") % {"greeting": words, "name": reader.person.name}


def _books(reader: Reader) -> list[Book]:
    if reader.person.organisation_id is None:
        return []
    versions = current_books(reader.at, Organisation(pk=reader.person.organisation_id))
    return [book_of(version.pk) for version in versions.values()]


# ── work ─────────────────────────────────────────────────────────────────────────────────────────────


def _work(reader: Reader, kind: str, books: list[Book]) -> dict[str, Any]:
    numbers = numbers_of(kind, reader, Kinds.of(books))
    counted = _counted(reader, numbers)
    reader.known["open_count"] = counted["all"]
    figures = [_figure(number, counted[f"n{place}"]) for place, number in enumerate(numbers)]
    sentence = _state_sentence(counted)
    if kind == FRONT:
        today = _today(reader)
        figures += [_drafts(reader), _settled(today)]
        sentence = _today_sentence(today)
    view = rows.MINE if kind == HANDLER else rows.UNIT
    return {
        "figures": figures,
        "sentence": sentence,
        "things": _things(reader, rows.queue(reader, Wish(view=view))[:SHOWN]),
        "queue_url": reverse("queue"),
    }


def _counted(reader: Reader, numbers: list[Number]) -> dict[str, int]:
    """Every number of the page in one statement."""
    steps = rows.open_steps(reader)
    asked = {f"n{place}": Count("pk", filter=number.condition) for place, number in enumerate(numbers)}
    lamps = {
        state: Count("pk", filter=rows.lamp_condition(state, reader.at))
        for state in (timestate.OVERDUE, timestate.WARNED)
    }
    return dict(steps.aggregate(all=Count("pk"), **asked, **lamps))


def _figure(number: Number, value: int) -> dict[str, Any]:
    return {
        "title": number.title,
        "value": value,
        "state": number.state if value else "",
        "url": reverse("queue") + number.wish.query(),
        "note": number.note,
    }


def _state_sentence(counted: dict[str, int]) -> str:
    words = {"all": counted["all"], "overdue": counted[timestate.OVERDUE], "warned": counted[timestate.WARNED]}
    if not words["all"]:
        return _("现在没有等您的工单。")
    return _("在办 %(all)d 件，%(overdue)d 件超时，%(warned)d 件已预警。") % words


def _today(reader: Reader) -> dict[str, int]:
    midnight = timezone.localtime(reader.at).replace(hour=0, minute=0, second=0, microsecond=0)
    received = Q(received_at__gte=midnight)
    own = reader.tickets.filter(received_unit_id__in=reader.units).filter(received | Q(settled_at__gte=midnight))
    return dict(
        own.aggregate(
            received=Count("pk", filter=received),
            settled=Count("pk", filter=Q(settled_at__gte=midnight)),
            at_once=Count("pk", filter=received & Q(settled_at__gte=midnight, event_count__lte=2)),
        )
    )


def _today_sentence(today: dict[str, int]) -> str:
    if not today["received"]:
        return _("今天还没有受理。")
    return _("今天受理 %(received)d 件，其中 %(at_once)d 件当场答复办结（%(rate)s）。") % {
        **today,
        "rate": fmt.rate(today["at_once"], today["received"]),
    }


def _drafts(reader: Reader) -> dict[str, Any]:
    count, saved_at = count_of(reader.person)
    note = _("%(time)s 存") % {"time": f"{timezone.localtime(saved_at):%H:%M}"} if saved_at else ""
    return {"title": _("草稿"), "value": count, "url": reverse("intake"), "note": note, "state": ""}


def _settled(today: dict[str, int]) -> dict[str, Any]:
    url = reverse("queue") + Wish(view=rows.ENDED).query()
    return {"title": _("今天办结"), "value": today["settled"], "url": url, "state": timestate.DONE, "note": ""}


def _things(reader: Reader, steps: QuerySet[Step]) -> list[dict[str, Any]]:
    """Rows of the queue with the one act that is next on each."""
    found = found_rows(reader, steps)
    items = items_of(reader, found, acts=False)
    return [{**item, "act": _act(reader, row.found)} for item, row in zip(items, found, strict=True)]


def _act(reader: Reader, found: Outcome) -> dict[str, str] | None:
    offer = main_act(found.book, own_offers(reader, found))
    if offer is None:
        return None
    return {"words": offer.action.title.say(language()), "url": act_url(found.ticket.number, offer)}


# ── administration: no complaint content ─────────────────────────────────────────────────────────────


def _administration(reader: Reader, books: list[Book]) -> dict[str, Any]:
    organisation = reader.person.organisation
    gaps = gap_count(organisation, books) if organisation else 0
    failed = Message.objects.filter(state=Message.State.FAILED)
    own = Q(person__organisation=organisation) | Q(unit__organisation=organisation)
    waiting = RulebookVersion.objects.filter(effective_from__gt=reader.at).filter(
        Q(organisation=None) | Q(organisation=organisation)
    )
    years = _missing_years(reader.at)
    return {
        "sentence": _("系统的设置和发送情况。这里看不到投诉内容。"),
        "figures": [
            _plain(_("路由缺口"), gaps, "routes", timestate.WARNED),
            _plain(_("发送失败"), failed.filter(own).count(), "messages", timestate.OVERDUE),
            _plain(_("待生效规则"), waiting.count(), "rulebooks", timestate.PAUSED),
            _plain(_("未出的日历"), years, "calendar", timestate.WARNED),
        ],
        "things": [],
    }


def _plain(title: str, value: int, name: str, state: str) -> dict[str, Any]:
    return {"title": title, "value": value, "url": address(name), "state": state if value else "", "note": ""}


def gap_count(organisation: Organisation, books: list[Book]) -> int:
    """Combinations that lead nowhere; reckoned again when the organisation changed."""
    key = f"gaps:{organisation.pk}:{organisation.stamp}:{'.'.join(f'{book.id}-{book.version}' for book in books)}"
    known = cache.get(key)
    if known is None:
        known = sum(len(route_gaps(organisation, book)) for book in books)
        cache.set(key, known, GAPS_KEPT)
    return int(known)


def _missing_years(at: datetime) -> int:
    """This year and the next, as far as the State Council has not published them to us."""
    wanted = {timezone.localtime(at).year, timezone.localtime(at).year + 1}
    known = set(china_table().published) | set(CalendarYear.objects.values_list("year", flat=True))
    return len(wanted - known)


# ── main act, first steps ────────────────────────────────────────────────────────────────────────────


def _main_url(name: str, context: dict[str, Any]) -> str:
    """派下一件 and 拨下一个 go to the first of the list, where there is one."""
    things = context.get("things") or []
    if name == "queue" and things and context["kind"] in ("dispatcher", "caller"):
        return str(things[0]["url"])
    return address(name) or reverse("home")


def _steps(kind: str) -> tuple[Any, ...]:
    return FIRST_STEPS.get(kind, USUAL_STEPS)


def first_steps(person: Person, kind: str) -> list[dict[str, Any]]:
    """Nothing once all are done or the card was put away."""
    steps, done = _steps(kind), set(person.first_steps)
    if AWAY in done or all(step.code in done for step in steps):
        return []
    return [{"code": step.code, "words": step.words, "done": step.code in done} for step in steps]
