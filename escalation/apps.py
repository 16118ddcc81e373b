from datetime import datetime
from typing import Any

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "escalation"

    def ready(self) -> None:
        from tickets.api.health import register_check
        from tickets.api.metrics import register_source
        from tickets.views.panels import register_panel

        from .measures import watch
        from .views.panel import alerts_panel

        register_source(watch)
        register_check("watch", watch_is_awake)
        register_panel(alerts_panel)


def watch_is_awake(at: datetime) -> tuple[bool, Any]:
    """Red when the sweep is older than three periods, or a moment has come and nobody raised it (rule 7)."""
    from django.conf import settings

    from .health import oldest_unalerted_seconds, set_aside_count, watch_age_seconds

    longest = max(3 * settings.WATCH_SECONDS, LEAST_SECONDS)
    age, waiting = watch_age_seconds(at), oldest_unalerted_seconds(at)
    fine = age is not None and age <= longest and waiting <= longest
    told = {
        "sweep_age_seconds": round(age, 1) if age is not None else None,
        "oldest_unalerted_seconds": round(waiting, 1),
        "set_aside": set_aside_count(),
    }
    return fine, told


LEAST_SECONDS = 5.0  # beat, broker and worker need a moment of their own
