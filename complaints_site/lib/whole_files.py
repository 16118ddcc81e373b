"""Files are kept whole or not at all: what a full disk cut short is taken away again."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        try:
            return super()._save(name, content)  # type: ignore[misc]
        except OSError:
            with contextlib.suppress(OSError):
                Path(self.path(name)).unlink()
            raise
