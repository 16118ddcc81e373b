"""What is measured where it happens, in every web process, and read together by `/metrics` (row S10).

Several processes write where PROMETHEUS_MULTIPROC_DIR says, which the web server sets before it starts them
(complaints_site/web_server.py); without it there is one process.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
_requests = Histogram(
    "complaints_request_seconds",
    "Time to answer, by route",
    ["method", "route", "status"],
    buckets=BUCKETS,
    registry=None,
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def request_measured(method: str, route: str, status: int, seconds: float) -> None:
    """`route` is a name of ours, never what somebody typed: each value is kept for ever."""
    _requests.labels(method if method in METHODS else "other", route, f"{status // 100}xx").observe(seconds)


def registry() -> CollectorRegistry:
    """What all processes measured, for one scrape; the caller adds what it counts itself."""
    found = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(found)
    else:
        found.register(_requests)
    return found
