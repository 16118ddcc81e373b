"""Combinations of settings that can't work, said at start and not at three in the morning."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

LEAST_LOG_DAYS = 190


@register(Tags.security, deploy=True)
def hosts_are_named(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS and settings.HTTPS:
        return [Warning("HTTPS is on and ALLOWED_HOSTS lets every name in.", hint="Set ALLOWED_HOSTS.", id="site.W001")]
    return []


@register(Tags.database, deploy=True)
def sqlite_is_for_one_machine(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if sqlite and settings.REDIS_URL:
        return [
            Warning(
                "Redis serves several machines, SQLite only one.",
                hint="Set DATABASE_URL to a PostgreSQL database, or unset REDIS_URL.",
                id="site.W002",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def logs_are_kept(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.LOG_DAYS < LEAST_LOG_DAYS:
        words = f"LOG_DAYS is {settings.LOG_DAYS}: logs must be kept for at least {LEAST_LOG_DAYS} days."
        return [Warning(words, hint="Cybersecurity Law, article 21: six months.", id="site.W003")]
    return []
