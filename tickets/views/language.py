"""The language of a page: `?lang=`, the person's own, one chosen before logging in, the browser's."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

COOKIE = "language"
YEAR = 365 * 24 * 3600


class LanguageMiddleware:
    """Stands before the view knows who asks, so the person's own language is looked at when the view is found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _speak(request, _chosen(request) or translation.get_language_from_request(request))
        response = self.get_response(request)
        if language := _known(request.GET.get("lang")):
            response.set_cookie(COOKIE, language, max_age=YEAR, samesite="Lax", httponly=True)
        response.headers.setdefault("Content-Language", translation.get_language() or "")
        patch_vary_headers(response, ("Accept-Language",))
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        if not _known(request.GET.get("lang")) and SESSION_KEY in request.session:
            own = _known(getattr(request.user, "language", ""))
            if own:
                _speak(request, own)


def _speak(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language


def _chosen(request: HttpRequest) -> str:
    return _known(request.GET.get("lang")) or _known(request.COOKIES.get(COOKIE))


def _known(language: str | None) -> str:
    """One of ours: `zh`, `zh-CN` and `zh-hans` are the same to us."""
    short = (language or "").lower().partition("-")[0]
    return next((code for code, _name in settings.LANGUAGES if code.partition("-")[0] == short), "") if short else ""
