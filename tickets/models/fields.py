"""Columns whose content is encrypted in the application (rule 14 of the reliability page)."""

import json
from typing import Any

from django.db import models

from complaints_site.lib.crypto import decrypt, encrypt


class EncryptedText(models.TextField):
    """A text that the database only holds encrypted. It can't be filtered on; use a blind index beside it."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> str | None:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text


class EncryptedJSON(models.TextField):
    """A small JSON object that the database only holds encrypted."""

    _pyi_private_set_type: Any  # for the type checker: what is read and written is an object, not a text
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return json.loads(decrypt(value)) if value else {}

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str:
        return encrypt(json.dumps(value, ensure_ascii=False)) if value else ""
