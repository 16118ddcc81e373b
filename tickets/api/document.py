"""The OpenAPI document, made once for each language: to make it takes longer than a hundred answers."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from .conditional import tag_answer
from .rates import spend_address


@lru_cache(maxsize=4)
def document(language: str) -> dict[str, Any]:
    """The document in a language, as plain data. The addresses of a process don't change."""
    with translation.override(language):
        made = SchemaGenerator().get_schema(request=None, public=True)
        plain: dict[str, Any] = json.loads(OpenApiJsonRenderer().render(made, renderer_context={}))
    return plain


class Document(SpectacularAPIView):
    """Open to everybody, like the page made from it: it tells how to ask, not what is there."""

    authentication_classes: list[Any] = []

    def get_renderers(self) -> list[Any]:
        """`?format=json` or `yaml` for a browser; a program says it with Accept."""
        wanted = self.request.GET.get("format", "")
        fitting = [kind() for kind in self.renderer_classes if kind.format == wanted]
        return fitting or [kind() for kind in self.renderer_classes]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        spend_address(request)

    def _get_schema_response(self, request: Request) -> Response:
        response = Response(document(translation.get_language() or "zh-hans"))
        tag_answer(request, response)
        return response
