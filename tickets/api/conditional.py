"""Conditional requests: an ETag on every answer, 304 for who has it already, and If-Match as the ticket's version."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response

from ..core.sentences import invalid

DEPENDS_ON = ("Authorization", "Cookie", "Accept-Language")
TAG = re.compile(r'^(?:W/)?"(\d{1,18})-[0-9a-f]+"$')
KEPT = "private, no-cache"  # may be kept, and must be asked for again each time


def tag_answer(request: Request, response: Response) -> None:
    """Have the answer tagged once its bytes are known. A ticket's tag begins with its version: `"3-9f2c…"`."""
    patch_vary_headers(response, DEPENDS_ON)
    response.headers.setdefault("Cache-Control", KEPT)
    response.add_post_render_callback(lambda rendered: _tagged(request, rendered))


def _tagged(request: Request, response: Response) -> Any:
    digest = hashlib.blake2b(response.content, digest_size=12).hexdigest()
    data: Any = response.data
    version = data.get("version") if isinstance(data, dict) and "steps" in data else None
    response.headers["ETag"] = f'"{version}-{digest}"' if isinstance(version, int) else f'"{digest}"'
    if request.method not in ("GET", "HEAD"):
        return response
    return get_conditional_response(request._request, etag=response.headers["ETag"], response=response)


def wanted_version(request: Request) -> int | None:
    """The version that an If-Match asks for; None where there is none, or `*`. Raises Invalid for a tag of others."""
    said = request.headers.get("If-Match")
    if said is None or said.strip() == "*":
        return None
    found = TAG.match(said.strip())
    if found is None:
        raise invalid(
            "If-Match", "要填工单答复里的 ETag，或 *", "Must be the ETag of an answer that showed the ticket, or *"
        )
    return int(found[1])
