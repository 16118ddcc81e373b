"""The OpenID provider as Authlib speaks with it: code flow with PKCE, state and nonce; ID tokens checked.

Its own transport is not used: every call goes through `complaints_site.lib.outbound`, so the provider's hosts must be
among OUTBOUND_HOSTS (and OUTBOUND_NETWORKS, inside the house), and nothing hangs, redirects or sends us megabytes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

from complaints_site.lib import outbound

NAME = "sign-on"
LEEWAY_SECONDS = 60  # the two clocks may differ by so much
# Set by the transport itself, or nothing that a plain client should ask for.
OWN_HEADERS = {"accept", "accept-encoding", "connection", "user-agent"}


class SignOnFailed(Exception):
    """The provider says no, or says what can't be believed; the text is for the log."""


class SignOnAway(Exception):
    """The provider can't be reached, or isn't set up as this installation thinks."""


class GuardedAdapter(requests.adapters.BaseAdapter):
    """Carries requests' requests over our own way out."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body = request.body.encode() if isinstance(request.body, str) else None
        headers = {name: str(value) for name, value in request.headers.items() if name.lower() not in OWN_HEADERS}
        try:
            answer = outbound.call(request.method or "GET", request.url or "", body, headers)
        except (outbound.NotAllowed, outbound.NoAnswer) as error:
            raise requests.ConnectionError(str(error)) from error
        response = requests.Response()
        response.status_code, response.request, response.url = answer.status, request, request.url or ""
        response._content = answer.body
        return response

    def close(self) -> None:
        """Nothing is kept open."""


class GuardedSession(OAuth2Session):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trust_env = False
        self.mount("https://", GuardedAdapter())
        self.mount("http://", GuardedAdapter())


class Provider(DjangoOAuth2App):
    client_cls = GuardedSession


def provider() -> Provider | None:
    """The provider of this installation, if it has one."""
    if not settings.OIDC_ISSUER:
        return None
    return _provider(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, settings.OIDC_SCOPES)


@lru_cache(maxsize=4)
def _provider(issuer: str, client: str, secret: str, scopes: str) -> Provider:
    """Kept, so that what it publishes about itself is fetched once; a new signing key is looked for when one is."""
    return Provider(
        DjangoIntegration(NAME),
        NAME,
        client_id=client,
        client_secret=secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": scopes, "code_challenge_method": "S256"},
    )


def go_to(found: Provider, request: HttpRequest, back: str) -> HttpResponse:
    """Off to the provider. Raises SignOnAway."""
    try:
        _require_issuer(found)
        return found.authorize_redirect(request, back)
    except (requests.RequestException, RuntimeError, ValueError) as error:
        raise SignOnAway(str(error)) from error


def come_back(found: Provider, request: HttpRequest, wanted: frozenset[str]) -> tuple[dict[str, Any], str]:
    """The claims about whoever came back, and their ID token. Raises SignOnFailed or SignOnAway.

    A claim of `wanted` that the ID token has not is looked for at the provider's userinfo.
    """
    try:
        issuer = _require_issuer(found)
        essential = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
        }
        token = found.authorize_access_token(request, claims_options=essential, leeway=LEEWAY_SECONDS)
        claims = dict(token.get("userinfo") or {})
        if claims and wanted - set(claims):
            claims = {**_told_by_userinfo(found, token, claims), **claims}
    except (requests.RequestException, RuntimeError) as error:
        raise SignOnAway(str(error)) from error
    except (OAuthError, JoseError, ValueError) as error:
        raise SignOnFailed(f"{type(error).__name__}: {error}") from error
    if not claims.get("sub"):
        raise SignOnFailed("there is no ID token in the answer")
    return claims, str(token.get("id_token", ""))


def _require_issuer(found: Provider) -> str:
    """What calls itself by another name may be another provider's document (OpenID Connect Discovery §4.3)."""
    issuer = str(found.load_server_metadata().get("issuer", ""))
    if issuer.rstrip("/") != settings.OIDC_ISSUER:
        raise RuntimeError(f"the provider calls itself {issuer}")
    return issuer


def _told_by_userinfo(found: Provider, token: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    if "userinfo_endpoint" not in found.load_server_metadata():
        return {}
    told = dict(found.userinfo(token=token))
    return told if told.get("sub") == claims["sub"] else {}


def farewell_address(found: Provider, id_token: str, back: str) -> str:
    """Where the person logs out at the provider too; nothing where it has no such address."""
    try:
        if "end_session_endpoint" not in found.load_server_metadata():
            return ""
        made = found.create_logout_url(
            post_logout_redirect_uri=back, id_token_hint=id_token or None, client_id=settings.OIDC_CLIENT_ID
        )
    except (requests.RequestException, RuntimeError, ValueError):
        return ""  # to log out here must not depend on them
    return str(made["url"])
