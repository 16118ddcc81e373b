"""What every address of the API shares: who asks, when, and in which language. The clock is read once, here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.utils import timezone, translation
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..core.sentences import Say
from ..core.world import World
from ..models import Person
from ..organisations import world_for
from .conditional import tag_answer
from .parsers import StrictJSONParser
from .problems import BadValues, language_of
from .rates import spend_address, spend_token

UNKNOWN = Say("没有这一项", "There is no such field")
OBJECT = Say("要一个 JSON 对象", "Must be a JSON object")


class Endpoint(APIView):
    parser_classes = [StrictJSONParser]
    tagged = True  # answers carry an ETag; not where they hold personal data in full, which nobody should keep

    at: datetime
    language: str

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.at = timezone.now()
        self.language = language_of(request)
        translation.activate("en" if self.language == "en" else "zh-hans")
        try:
            super().initial(request, *args, **kwargs)
        except (exceptions.NotAuthenticated, exceptions.AuthenticationFailed):
            spend_address(request)
            raise
        spend_token(request)
        if self.person.organisation_id is None:
            raise exceptions.PermissionDenied

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.tagged and response.status_code in (200, 201) and isinstance(response, Response):
            tag_answer(request, response)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Language", "en" if language_of(request) == "en" else "zh-hans")
        return response

    @property
    def person(self) -> Person:
        return cast(Person, self.request.user)

    @property
    def world(self) -> World:
        return world_for(self.person)

    def say(self, sentence: Say) -> str:
        return sentence.say(self.language)

    def body(self, known: frozenset[str]) -> dict[str, Any]:
        """The body as an object without unknown names. Raises BadValues."""
        body = self.request.data
        if not isinstance(body, dict):
            raise BadValues({"": [self.say(OBJECT)]})
        self.refuse_unknown(body, known)
        return body

    def refuse_unknown(self, given: Any, known: frozenset[str]) -> None:
        unknown = [name for name in given if name not in known]
        if unknown:
            raise BadValues({name: [self.say(UNKNOWN)] for name in unknown})
