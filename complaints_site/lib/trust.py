"""Whose certificates we believe, in every call over TLS: mail out and in, webhooks, gateways, sign-on (rule 15)."""

from __future__ import annotations

import ssl
from functools import cache, cached_property

from django.conf import settings
from django.core.mail.backends import smtp


def trusted() -> ssl.SSLContext:
    """Certificate and name are checked: against the machine's store, and the house's own file where there is one."""
    return _trusting(settings.TRUSTED_CERTIFICATES)


@cache
def _trusting(own: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if own:
        context.load_verify_locations(own)
    return context


class EmailBackend(smtp.EmailBackend):
    """Django's, which knows only the machine's store."""

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        return trusted()
