"""Combinations of settings that can't work, said at start and not at three in the morning."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

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


@register(Tags.security)
def tls_can_work(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        return [Error("EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other.", hint="Set one of them.", id="site.E001")]
    if settings.TRUSTED_CERTIFICATES and not Path(settings.TRUSTED_CERTIFICATES).is_file():
        return [Error("TRUSTED_CERTIFICATES is no file.", hint="Name a PEM file, or nothing.", id="site.E002")]
    return []


@register(Tags.security, deploy=True)
def logs_are_kept(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.LOG_DAYS < LEAST_LOG_DAYS:
        words = f"LOG_DAYS is {settings.LOG_DAYS}: logs must be kept for at least {LEAST_LOG_DAYS} days."
        return [Warning(words, hint="Cybersecurity Law, article 21: six months.", id="site.W003")]
    return []


@register(Tags.security, deploy=True)
def sign_on_can_be_reached(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    host = urlsplit(settings.OIDC_ISSUER).hostname or ""
    if host and not any(fnmatchcase(host, pattern.lower()) for pattern in settings.OUTBOUND_HOSTS):
        hint = f"Add {host} to OUTBOUND_HOSTS, and inside the house its network to OUTBOUND_NETWORKS."
        return [Warning("OIDC_ISSUER is a host that may not be called.", hint=hint, id="site.W004")]
    return []
