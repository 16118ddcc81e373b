"""Hot issues as one reader sees them: their own tickets only, so counts, words and regions say nothing of others'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet

from reporting.access import Viewer
from reporting.models import HotIssue, HotText
from tickets.models import Ticket, TicketLink

from .surge import Rise, rise_of

LEAST = 2  # tickets that a reader sees, before it is an issue for them
MOST = 50
MOST_WORDS = 3
MOST_TICKETS = 200
PERIODS_DAYS = (7, 30, 90)


@dataclass
class Issue:
    """A group: how many tickets in the period and in the one before, and by what they are known to be of one thing."""

    id: int
    count: int
    before: int
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    businesses: tuple[str, ...] = ()
    regions: Sequence[tuple[str, int]] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None
    by_hand: int = 0  # so many were put into it by a person

    @property
    def growth(self) -> float | None:
        """Against the period before; None where nothing came then."""
        return (self.count - self.before) / self.before if self.before else None


@dataclass
class OneIssue:
    """A group with its tickets, what grew from them, and whether it rises now."""

    issue: Issue
    tickets: list[Ticket]
    rise: Rise
    grown: list[tuple[Ticket, Ticket]] = field(default_factory=list)  # a ticket, and the one it grew from
    linked: frozenset[int] = frozenset()  # tickets that are linked as one incident


def issues_seen(viewer: Viewer, days: int, *, most: int = MOST) -> list[Issue]:
    """The issues of the last days, the largest first."""
    texts = _texts(viewer)
    since, earlier = viewer.at - timedelta(days=days), viewer.at - 2 * timedelta(days=days)
    recent = Q(received_at__gt=since)
    rows = (
        texts.filter(received_at__gt=earlier, received_at__lte=viewer.at)
        .order_by()
        .values("issue_id")
        .annotate(count=Count("pk", filter=recent), before=Count("pk", filter=~recent), last=Max("received_at"))
        .filter(count__gte=LEAST)
        .order_by("-count", "-last", "-issue_id")[:most]
    )
    found = {row["issue_id"]: Issue(row["issue_id"], row["count"], row["before"]) for row in rows}
    _explain(found, texts.filter(issue__in=found, received_at__gt=since, received_at__lte=viewer.at))
    return list(found.values())


def issue_seen(viewer: Viewer, id: int) -> OneIssue | None:
    """One issue over its whole time; None where the reader sees too little of it."""
    texts = _texts(viewer).filter(issue=id)
    span = texts.aggregate(count=Count("pk"), first=Min("received_at"))
    if span["count"] < LEAST:
        return None
    found = {id: Issue(id, span["count"], 0)}
    _explain(found, texts)
    tickets = list(viewer.tickets().filter(pk__in=texts.values("pk")).order_by("-received_at", "-pk")[:MOST_TICKETS])
    links = TicketLink.objects.filter(kind=TicketLink.Kind.INCIDENT, ticket__in=tickets, other__in=tickets)
    linked = {pk for pair in links.values_list("ticket_id", "other_id") for pk in pair}
    return OneIssue(found[id], tickets, rise_of(texts, viewer.at), _grown(viewer, texts), frozenset(linked))


def moved_to(id: int) -> int | None:
    """Where a group went that was merged by hand."""
    return HotIssue.objects.filter(pk=id).values_list("merged_into", flat=True).first()


def _texts(viewer: Viewer) -> QuerySet[HotText]:
    if viewer.sight is None:
        return HotText.objects.none()
    texts = HotText.objects.filter(organisation=viewer.sight.organisation, issue__isnull=False)
    return texts.filter(ticket__in=viewer.tickets())


def _explain(found: dict[int, Issue], texts: QuerySet[HotText]) -> None:
    """The reason of each group, from the tickets that the reader sees: every shared word stands in one of them."""
    rows = texts.values_list(
        *("issue_id", "names", "place", "received_at", "by_hand", "ticket__business_type", "ticket__region")
    )
    words, places, businesses, regions = ({id: Counter[str]() for id in found} for _ in range(4))
    for id, names, place, received_at, by_hand, business, region in rows.order_by("received_at"):
        issue = found[id]
        words[id].update(names)
        for counted, value in ((places, place), (businesses, business), (regions, region)):
            counted[id].update([value] if value else [])
        issue.first_at = issue.first_at or received_at
        issue.last_at = received_at
        issue.by_hand += by_hand
    for id, issue in found.items():
        issue.words = telling(words[id])
        issue.places = _most(places[id])
        issue.businesses = _most(businesses[id])
        issue.regions = regions[id].most_common()


def telling(words: Counter[str]) -> tuple[str, ...]:
    """The words that most tickets share, without those that only repeat a part of another one."""
    ranked = sorted(words, key=lambda word: (-words[word], -len(word), word))
    kept: list[str] = []
    for word in ranked:
        if len(kept) < MOST_WORDS and not any(word in other or other in word for other in kept):
            kept.append(word)
    return tuple(kept)


def _most(values: Counter[str]) -> tuple[str, ...]:
    return tuple(value for value, _count in values.most_common(MOST_WORDS))


def _grown(viewer: Viewer, texts: QuerySet[HotText]) -> list[tuple[Ticket, Ticket]]:
    """Escalations and appeals that grew from its tickets (ruling HOTAPP), those that the reader sees."""
    links = TicketLink.objects.filter(kind=TicketLink.Kind.GREW_FROM, other__in=texts.values("pk"))
    links = links.filter(ticket__in=viewer.tickets()).select_related("ticket", "other")
    return [(link.ticket, link.other) for link in links.order_by("-at", "-pk")[:MOST]]


def issue_of(viewer: Viewer, ticket: int) -> Issue | None:
    """The issue of a ticket, where the reader sees others of it."""
    id = HotText.objects.filter(pk=ticket).values_list("issue_id", flat=True).first()
    count = _texts(viewer).filter(issue=id).count() if id is not None else 0
    return Issue(id, count, 0) if id is not None and count >= LEAST else None
