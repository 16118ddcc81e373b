"""What `/metrics` says of the watch: when it last came by, what it owes, how late its alerts were (rules 5 and 7)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric

from .health import oldest_unalerted_seconds, set_aside_count, watch_age_seconds
from .models import Alert

BOUNDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)  # seconds
SPAN = timedelta(hours=1)
MOST = 10_000  # the newest alerts are looked at, so that a question costs the same in ten years


def watch(at: datetime) -> Iterator[Metric]:
    age = watch_age_seconds(at)
    if age is not None:
        yield GaugeMetricFamily("complaints_sweep_age_seconds", "Since the watch last came by", value=age)
    oldest = oldest_unalerted_seconds(at)
    yield GaugeMetricFamily("complaints_unalerted_oldest_seconds", "How long the oldest alert is owed", value=oldest)
    yield GaugeMetricFamily("complaints_clocks_set_aside", "Clocks that raised an error", value=set_aside_count())
    yield lateness(at)


def lateness(at: datetime) -> Metric:
    """Of the alerts of the last hour: how long after its moment each was raised."""
    newest = Alert.objects.order_by("-pk").values_list("instant", "raised_at")[:MOST]
    late = [(raised - instant).total_seconds() for instant, raised in newest if raised > at - SPAN]
    counts = [0] * (len(BOUNDS) + 1)
    for seconds in late:
        counts[bisect_left(BOUNDS, seconds)] += 1
    names = [*map(str, BOUNDS), "+Inf"]
    buckets = [(name, sum(counts[: place + 1])) for place, name in enumerate(names)]
    words = "How late alerts of the last hour were raised"
    return GaugeHistogramMetricFamily("complaints_alert_lateness_seconds", words, buckets=buckets, gsum_value=sum(late))
