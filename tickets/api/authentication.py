"""Who is asking: a program with a bearer token, or a person of our own pages with their session (rule 13)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.expressions import RawSQL
from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from complaints_site.lib.prepared import Given, PreparedObjects

from ..actions.people import token_digest
from ..models import ApiToken, Person

SCHEME = "Bearer"
USE_NOTED_EVERY = timedelta(minutes=1)  # `last_used_at` need not be written with every request


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer TOKEN`: a token that is neither revoked nor expired, of a person who is active."""

    def authenticate(self, request: Request) -> tuple[Person, int] | None:
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME.lower() or not text.strip():
            raise exceptions.AuthenticationFailed
        now = timezone.now()
        token = _token(text.strip(), now)
        if token is None:
            raise exceptions.AuthenticationFailed
        if token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.person, token.pk

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def _token(text: str, now: datetime) -> ApiToken | None:
    """The token and its person, who carries what `world_for` and `current_version` would have to ask for."""
    digest = token_digest(text.encode("utf-8", "replace").decode())
    token = _tokens().first(digest=digest, now=connection.ops.adapt_datetimefield_value(now))
    if token is not None:
        found, person = vars(token), vars(token.person)
        person["organisation_stamp"] = found["organisation_stamp"]
        person["versions_known"] = (found["versions_count"], found["versions_newest"])
    return token


@cache
def _tokens() -> PreparedObjects[ApiToken]:
    """Token, person and organisation in one statement, since every request of a program begins with it.

    What has to be asked about the rulebooks comes with it, so that those in force need no statement of their own.
    """
    lasting = Q(expires_at=None) | Q(expires_at__gt=Value(Given("now")))
    tokens = ApiToken.objects.filter(lasting, digest=Given("digest"), revoked_at=None, person__is_active=True)
    return PreparedObjects(
        tokens.select_related("person").annotate(
            organisation_stamp=F("person__organisation__stamp"),
            versions_count=RawSQL("SELECT COUNT(*) FROM tickets_rulebookversion", ()),
            versions_newest=RawSQL("SELECT MAX(id) FROM tickets_rulebookversion", ()),
        )
    )


class SessionAuthentication(authentication.SessionAuthentication):
    """A logged-in person of our own pages; a change needs the CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        return SCHEME
