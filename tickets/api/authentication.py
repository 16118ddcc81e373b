"""Who is asking: a program with a bearer token, or a person of our own pages with their session (rule 13)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from ..actions.people import token_digest
from ..models import ApiToken, Person

SCHEME = "Bearer"
USE_NOTED_EVERY = timedelta(minutes=1)  # `last_used_at` need not be written with every request


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer TOKEN`. One statement finds token, person and organisation."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME.lower() or not text.strip():
            raise exceptions.AuthenticationFailed
        now = timezone.now()
        token = _token(text.strip())
        if token is None or token.revoked_at is not None or not token.person.is_active:
            raise exceptions.AuthenticationFailed
        if token.expires_at is not None and token.expires_at <= now:
            raise exceptions.AuthenticationFailed
        if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def _token(text: str) -> ApiToken | None:
    digest = token_digest(text.encode("utf-8", "replace").decode())
    return ApiToken.objects.select_related("person__organisation").filter(digest=digest).first()


class SessionAuthentication(authentication.SessionAuthentication):
    """A logged-in person of our own pages; a change needs the CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        return SCHEME
