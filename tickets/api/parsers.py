"""JSON bodies, read strictly: UTF-8, of limited size, without characters that no database keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from django.conf import settings
from rest_framework import exceptions
from rest_framework.parsers import BaseParser

from ..core.sentences import Say, invalid
from .problems import TooLarge

BAD_TEXT = Say("含有不能保存的字符（如空字符）", "Contains characters that can't be stored, such as NUL")


class StrictJSONParser(BaseParser):
    """Raises ParseError (400), TooLarge (413), or Invalid (422) for a NUL or half a surrogate pair."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        longest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(longest + 1)
        if len(raw) > longest:
            raise TooLarge
        try:
            body = json.loads(raw.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError from error
        if b"\\u" in raw:  # neither can come in any other way
            _refuse_bad_texts(body)
        return body


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _refuse_bad_texts(body: Any) -> None:
    for place, text in _texts(body):
        if "\x00" in text or not _storable(text):
            name = place.encode("utf-8", "replace").decode().replace("\x00", "?")
            raise invalid(name, BAD_TEXT.zh, BAD_TEXT.en)


def _storable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


def _texts(body: Any) -> Iterator[tuple[str, str]]:
    """Every text of a body with the place it stands at; names count too."""
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, dict):
            for name, part in value.items():
                inner = f"{place}.{name}" if place else name
                yield inner, name
                waiting.append((inner, part))
        elif isinstance(value, list):
            waiting.extend((place, part) for part in value)
