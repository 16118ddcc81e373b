"""Who is asking: a program with a bearer token, or a person of our own pages with their session (rule 13)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from ..actions.people import token_digest
from ..models import ApiToken, Person

SCHEME = "Bearer"
USE_NOTED_EVERY = timedelta(minutes=1)  # `last_used_at` need not be written with every request


# Person, organisation and token in one statement, written out because every request of a program begins with it.
# What has to be asked about the rulebooks comes with it, so that those in force need no statement of their own.
WHO_ASKS = """
SELECT person.*, organisation.stamp AS organisation_stamp, token.id AS token_id,
       token.last_used_at IS NULL OR token.last_used_at <= %s AS is_use_to_note,
       (SELECT COUNT(*) FROM tickets_rulebookversion) AS versions_count,
       (SELECT MAX(id) FROM tickets_rulebookversion) AS versions_newest
FROM tickets_apitoken token
JOIN tickets_person person ON person.id = token.person_id
LEFT JOIN tickets_organisation organisation ON organisation.id = person.organisation_id
WHERE token.digest = %s AND token.revoked_at IS NULL AND person.is_active
      AND (token.expires_at IS NULL OR token.expires_at > %s)
"""


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer TOKEN`: a token that is neither revoked nor expired, of a person who is active."""

    def authenticate(self, request: Request) -> tuple[Person, int] | None:
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME.lower() or not text.strip():
            raise exceptions.AuthenticationFailed
        now = timezone.now()
        person = _person(text.strip(), now)
        if person is None:
            raise exceptions.AuthenticationFailed
        if person.is_use_to_note:
            ApiToken.objects.filter(pk=person.token_id).update(last_used_at=now)
        return person, person.token_id

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def _person(text: str, now: datetime) -> Any:
    """The token's person, with what the statement says beside."""
    digest = token_digest(text.encode("utf-8", "replace").decode())
    instant = connection.ops.adapt_datetimefield_value
    found = Person.objects.raw(WHO_ASKS, [instant(now - USE_NOTED_EVERY), digest, instant(now)])
    return next(iter(found), None)


class SessionAuthentication(authentication.SessionAuthentication):
    """A logged-in person of our own pages; a change needs the CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        return SCHEME
