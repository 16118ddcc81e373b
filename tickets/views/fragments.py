"""Answers to htmx: to polls, and to acts that lead to another page."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """304 where nothing changed since the browser asked last."""
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """On to that page. A place on the page that is shown is no new page to the browser: it has to be told to load."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(address)
    response = HttpResponse(headers={"HX-Redirect": address})
    here = urlsplit(request.htmx.current_url or "")  # type: ignore[attr-defined]
    there = urlsplit(address)
    if there.fragment and (here.path, here.query) == (there.path, there.query):
        response.headers["HX-Refresh"] = "true"
    return response
