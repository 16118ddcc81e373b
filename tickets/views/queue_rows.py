"""The work queue as queries: one row for each open step, main or side, of the units a person serves (U02, C08)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from complaints_site.lib import timestate
from complaints_site.lib.prepared import Prepared
from tickets.access import Sight, steps_asked_by, steps_of
from tickets.models import FACT_COLUMNS, Clock, RulebookVersion, Step
from tickets.rulebook.compiled import Action
from tickets.rulebook.registry import book_of
from tickets.views.reader import Reader

PAGE = 50
MOST_NEIGHBOURS = 500
UNIT, TO_SIGN, MINE, ASSIST, WAITING, ENDED = "unit", "sign", "mine", "assist", "waiting", "ended"
VIEWS = (UNIT, TO_SIGN, MINE, ASSIST, WAITING, ENDED)
LAMPS = (timestate.OVERDUE, timestate.WARNED, timestate.NORMAL, timestate.PAUSED)
BY_PRIORITY, BY_TIME = "priority", "time"
# Chips of the list: columns of the ticket, the holding unit, and when the complaint was received.
COLUMNS = tuple(name for name in FACT_COLUMNS if name in ("business_type", "channel", "grade", "severity", "level"))
RECEIPTS = "queue:receipt-kinds"
# What a row may show beside the ticket itself, in this order; a list begins with USUAL.
SHOWN = ("marks", "customer", "step", "sender", "time", "promise", "received")
USUAL = SHOWN[:-1]
ONLY_OPEN = frozenset({"sender", "time", "promise"})  # of a step under way
PERIODS = {"today": 0, "3d": 3, "7d": 7, "30d": 30}


@dataclass(frozen=True)
class Wish:
    """What a person asked the list for; everything of it stands in the address."""

    view: str = UNIT
    lamp: str = ""
    sort: str = BY_PRIORITY
    page: int = 1
    columns: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    step: str = ""  # a kind of step: a column of the live board
    due_from: datetime | None = None
    due_before: datetime | None = None
    received: str = ""
    chosen: tuple[str, ...] = USUAL  # columns on the screen

    @classmethod
    def read(cls, query: QueryDict) -> Wish:
        """From a query string; what is not ours is left out."""
        view, lamp = query.get("view", UNIT), query.get("lamp", "")
        page = query.get("page", "1")
        return cls(
            view=view if view in VIEWS else UNIT,
            lamp=lamp if lamp in LAMPS else "",
            sort=BY_TIME if query.get("sort") == BY_TIME else BY_PRIORITY,
            page=min(int(page), 10_000) if page.isdecimal() and len(page) < 6 and int(page) else 1,
            columns={name: str(query[name])[:60] for name in COLUMNS if query.get(name)},
            unit=query.get("unit", "")[:40],
            step=query.get("step", "")[:60],
            due_from=_instant(query.get("due_from", "")),
            due_before=_instant(query.get("due_before", "")),
            received=query.get("received", "") if query.get("received") in PERIODS else "",
            chosen=tuple(name for name in SHOWN if name in query.getlist("col")) or USUAL,
        )

    @property
    def shown(self) -> list[str]:
        """The columns that this view has of the chosen ones."""
        return [name for name in self.chosen if self.view != ENDED or name not in ONLY_OPEN]

    @property
    def conditions(self) -> dict[str, str]:
        due = {name: getattr(self, name) for name in ("due_from", "due_before")}
        written = {name: value.isoformat() if value else "" for name, value in due.items()}
        plain = {"unit": self.unit, "step": self.step, **written, "received": self.received}
        return {**self.columns, **{name: value for name, value in plain.items() if value}}

    def query(self, **changes: Any) -> str:
        """This wish as a query string, with changes; a condition set to "" goes."""
        from urllib.parse import urlencode

        first: dict[str, Any] = {"view": self.view, "lamp": self.lamp, "sort": self.sort, "page": 1}
        plain = {**first, **self.conditions, "col": self.chosen, **changes}
        usual = {"view": UNIT, "sort": BY_PRIORITY, "page": 1, "col": USUAL}
        kept = {name: value for name, value in plain.items() if value and usual.get(name) != value}
        return f"?{urlencode(kept, doseq=True)}" if kept else "?"


def _instant(text: str) -> datetime | None:
    """A moment with its zone, as the live board writes it; anything else is no condition."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo is not None and 2000 <= found.year < 2200 else None


# ── the open steps ───────────────────────────────────────────────────────────────────────────────────


def open_steps(reader: Reader) -> QuerySet[Step]:
    """Every open step of the reader's units, each with its running clock as `own`."""
    return _open(steps_of(reader.sight) if reader.sight else Step.objects.none())


def waiting_steps(reader: Reader) -> QuerySet[Step]:
    """Asked for by a step of ours, and not with us: somebody else owes us the answer."""
    if reader.sight is None:
        return Step.objects.none()
    steps = _open(steps_asked_by(reader.sight)).filter(sent_by__isnull=False)
    return steps if reader.sees_everything else steps.exclude(unit_id__in=reader.units)


def _open(steps: QuerySet[Step]) -> QuerySet[Step]:
    running = FilteredRelation("clocks", condition=Q(clocks__stopped_at=None))
    return steps.filter(closed_at=None).annotate(own=running)


def receipt_kinds() -> frozenset[str]:
    """The kinds of steps whose holder confirms receipt (签收): a rulebook gives them an act that does nothing else.

    Looked up once a minute: a new rulebook may bring new ones.
    """
    kinds: frozenset[str] | None = cache.get(RECEIPTS)
    if kinds is None:
        books = (book_of(pk) for pk in RulebookVersion.objects.values_list("pk", flat=True))
        kinds = frozenset(kind for book in books for kind, acts in book.actions_of_step.items() if any_receipt(acts))
        cache.set(RECEIPTS, kinds, 60)
    return kinds


def any_receipt(actions: Iterable[Action]) -> bool:
    return any(not action.then and not action.fields and action.approval is None for action in actions)


def view_condition(view: str, reader: Reader) -> Q:
    """Which of our open steps a view shows."""
    match view:
        case "sign":
            return Q(signed_at=None, sent_by__isnull=False, kind__in=receipt_kinds())
        case "mine":
            selves = reader.world.selves(reader.person.pk, reader.at) if reader.world else []
            return Q(assignee__in=selves)
        case "assist":
            return Q(side=True)
    return Q()


def lamp_condition(lamp: str, at: datetime) -> Q:
    """The state of the step's own limit; what has no limit is normal."""
    match lamp:
        case timestate.OVERDUE:
            return Q(own__due_at__lte=at)
        case timestate.WARNED:
            return Q(own__due_at__gt=at, own__warn_at__lte=at)
        case timestate.PAUSED:
            return Q(own=None) & Q(_stands_still())  # in this order: only few rows get to the second look
        case timestate.NORMAL:
            unlimited = Q(own__isnull=False, own__due_at=None) | Q(own=None) & ~Q(_stands_still())
            return Q(own__due_at__gt=at, own__warn_at__gt=at) | unlimited
    return Q()


def _stands_still() -> Exists:
    """An open step whose clock was stopped and may go on."""
    return Exists(Clock.objects.filter(step=OuterRef("pk"), stopped_at__isnull=False))


def conditions(wish: Wish, at: datetime) -> Q:
    """The chips."""
    asked = Q(**{f"ticket__{name}": value for name, value in wish.columns.items()})
    if wish.unit:
        asked &= Q(unit__code=wish.unit)
    if wish.step:
        asked &= Q(kind__in=wish.step.split(","))
    if wish.due_from:
        asked &= Q(own__due_at__gt=wish.due_from)
    if wish.due_before:
        asked &= due_until(wish.due_before, at)
    if wish.received:
        midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
        asked &= Q(ticket__received_at__gte=midnight - timedelta(days=PERIODS[wish.received]))
    return asked


def due_until(end: datetime, at: datetime) -> Q:
    """What falls due from now on up to `end`; what is overdue already is no longer falling due."""
    return Q(own__due_at__gt=at, own__due_at__lte=end)


@dataclass
class Counts:
    views: dict[str, int]
    lamps: dict[str, int]


def counts(reader: Reader, wish: Wish) -> Counts:
    """The numbers on tabs and chips, two statements. Tabs count everything, chips what the conditions leave."""
    at = reader.at
    chips = {lamp: conditions(wish, at) & lamp_condition(lamp, at) for lamp in LAMPS}
    views = {view: Count("pk", filter=view_condition(view, reader)) for view in VIEWS[:4]}
    lamps = {lamp: Count("pk", filter=view_condition(wish.view, reader) & chip) for lamp, chip in chips.items()}
    ours = _numbers(open_steps(reader), views, lamps if wish.view in VIEWS[:4] else {})
    waiting = {lamp: Count("pk", filter=chip) for lamp, chip in chips.items()}
    theirs = _numbers(waiting_steps(reader), {WAITING: Count("pk")}, waiting if wish.view == WAITING else {})
    found = {**ours, **theirs}
    return Counts(
        views={view: found[f"view_{view}"] for view in VIEWS[:5]},
        lamps={lamp: found.get(f"lamp_{lamp}", 0) for lamp in LAMPS},
    )


def _numbers(steps: QuerySet[Step], views: dict[str, Count], lamps: dict[str, Count]) -> dict[str, int]:
    named = {f"view_{name}": count for name, count in views.items()}
    return dict(steps.aggregate(**named, **{f"lamp_{name}": count for name, count in lamps.items()}))


def open_count(reader: Reader) -> int:
    """Open steps of this person's units: the number on the rail. The queue's own page has counted already."""
    known = reader.known.get("open_count")
    if known is None:
        known = reader.known["open_count"] = open_steps(reader).count()
    return int(known)


def queue(reader: Reader, wish: Wish) -> QuerySet[Step]:
    """The rows of a view of open steps, in the order asked for: all by the rulebook's priority and the time left."""
    steps = waiting_steps(reader) if wish.view == WAITING else open_steps(reader)
    asked = view_condition(wish.view, reader) & conditions(wish, reader.at) & lamp_condition(wish.lamp, reader.at)
    return _in_order(steps.filter(asked), wish.sort)


def own_numbers(reader: Reader) -> list[str]:
    """The numbers of the own tickets, in the order in which the queue opens: the first `MOST_NEIGHBOURS`."""
    return list(dict.fromkeys(number for (number,) in _own_numbers(reader.sight).run())) if reader.sight else []


@lru_cache(maxsize=1024)
def _own_numbers(sight: Sight) -> Prepared:
    steps = _in_order(_open(steps_of(sight)), BY_PRIORITY)
    return Prepared(steps.values_list("ticket__number")[:MOST_NEIGHBOURS])


def _in_order(steps: QuerySet[Step], sort: str) -> QuerySet[Step]:
    first = [] if sort == BY_TIME else ["-ticket__priority"]
    return steps.order_by(*first, F("own__due_at").asc(nulls_last=True), "pk")


def ended(reader: Reader, wish: Wish) -> QuerySet[Any]:
    """Tickets that are over, the latest first."""
    at = reader.at
    tickets = reader.tickets.filter(ended_at__isnull=False)
    asked: dict[str, Any] = {**wish.columns, **({"unit__code": wish.unit} if wish.unit else {})}
    if wish.received:
        midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
        asked["received_at__gte"] = midnight - timedelta(days=PERIODS[wish.received])
    return tickets.filter(**asked).order_by("-ended_at", "-pk")
