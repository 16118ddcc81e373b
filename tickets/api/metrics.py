"""What can be counted about this installation, as Prometheus' text (row S10): for a program with a token, or a network.

What happens in processes they measure themselves (complaints_site/lib/measures.py); what lies in rows is counted here,
at the moment of the question, so that it is true however many processes there are. Apps above add their own sources.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from complaints_site.lib.measures import registry

from ..holding import is_held
from ..models import Message, Ticket
from .rates import address_of

Source = Callable[[datetime], Iterable[Metric]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Have `/metrics` ask this too."""
    if source not in _sources:
        _sources.append(source)


class Rows:
    """The sources, as the library collects them."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def describe(self) -> list[Metric]:
        return []  # nothing is counted before somebody asks

    def collect(self) -> Iterator[Metric]:
        for source in _sources:
            yield from source(self.at)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The clock is read here."""
    if not may_read(request):
        return HttpResponseForbidden("METRICS_TOKEN or METRICS_NETWORKS\n", content_type="text/plain")
    found = registry()
    found.register(Rows(timezone.now()))
    return HttpResponse(generate_latest(found), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """A token, or an address of ours; one that a proxy only says counts where a proxy of ours is in front."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if not settings.BEHIND_PROXY and "X-Forwarded-For" in request.headers:
        return False
    return _is_within(address_of(request), settings.METRICS_NETWORKS)


def _is_within(address: str, networks: Iterable[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network) for network in networks)


# ── what the engine counts ───────────────────────────────────────────────────────────────────────────


def queues(at: datetime) -> Iterator[Metric]:
    """Open tickets by organisation, rulebook kind and state."""
    open_ = GaugeMetricFamily("complaints_open_tickets", "Open tickets", labels=["organisation", "kind", "state"])
    late = GaugeMetricFamily("complaints_overdue_tickets", "Open tickets that are overdue", labels=["organisation"])
    tickets = Ticket.objects.filter(ended_at=None).order_by()
    for *labels, count in tickets.values_list("organisation__code", "kind", "state").annotate(Count("pk")):
        open_.add_metric(labels, count)
    overdue = tickets.filter(step_due_at__lte=at).values_list("organisation__code")
    for *labels, count in overdue.annotate(Count("pk")):
        late.add_metric(labels, count)
    yield from (open_, late)


def outbox(at: datetime) -> Iterator[Metric]:
    """What waits to be sent, since when, what was given up, and whether all of it is held."""
    waiting = GaugeMetricFamily("complaints_outbox_messages", "Messages not yet sent", labels=["way", "state"])
    left = Message.objects.filter(state__in=(*Message.WAITING, Message.State.FAILED)).order_by()
    for *labels, count in left.values_list("way", "state").annotate(Count("pk")):
        waiting.add_metric(labels, count)
    due = Message.objects.filter(next_try_at__lte=at, state__in=Message.WAITING).aggregate(oldest=Min("next_try_at"))
    age = seconds_since(due["oldest"], at)
    yield waiting
    yield GaugeMetricFamily("complaints_outbox_oldest_seconds", "How long the oldest message is due", value=age)
    yield GaugeMetricFamily("complaints_held", "1 where a restored system is not yet released", value=int(is_held()))


def seconds_since(moment: datetime | None, at: datetime) -> float:
    """0 where there is no such moment."""
    return (at - moment).total_seconds() if moment is not None else 0.0


register_source(queues)
register_source(outbox)
