"""Log lines as JSON without personal data, in files of a day that are kept for as long as the law asks (S10, rule 13).

What an error says may repeat what somebody typed, and what a database says repeats the row: numbers and addresses that
reach a person become stars, and a database's DETAIL is left out.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO

from .mask import reaches
from .request_log import about

_DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT|LINE \d+):.*(\n\s*\^.*)?$", re.MULTILINE)
_NAME = re.compile(r"complaints-(\d{4}-\d{2}-\d{2})\.jsonl")


class JsonFormatter(logging.Formatter):
    """`at level logger message`, what the request has in common, and what this line says besides."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_people(record.getMessage()),
            **about(),
            **getattr(record, "said", {}),
        }
        if record.exc_info:
            said["error"] = without_people(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)


class LineFormatter(logging.Formatter):
    """The same for eyes, on the screen of whoever runs it by hand."""

    def format(self, record: logging.LogRecord) -> str:
        said = " ".join(f"{name}={value}" for name, value in getattr(record, "said", {}).items())
        return without_people(f"{super().format(record)} {said}".rstrip())


def without_people(text: str) -> str:
    return reaches(_DETAIL.sub("", text))


class DayFiles(logging.Handler):
    """`complaints-2026-11-24.jsonl` in a folder; each process appends whole lines, so that several may share it.

    Files older than `days` are removed when a new day begins. A folder that can't be written costs no request.
    """

    def __init__(self, folder: str, days: int) -> None:
        super().__init__()
        self.folder, self.days = Path(folder), days
        self._day: date | None = None
        self._file: IO[bytes] | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            file = self._of(datetime.fromtimestamp(record.created, UTC).date())
            file.write(f"{self.format(record)}\n".encode("utf-8", "replace"))  # one call: lines don't mix
        except Exception:  # noqa: BLE001  the way of logging's own handlers
            self.handleError(record)

    def _of(self, day: date) -> IO[bytes]:
        if self._file is None or day != self._day:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.close_file()
            path = self.folder / f"complaints-{day.isoformat()}.jsonl"
            path.touch(mode=0o600)
            self._file, self._day = path.open("ab", buffering=0), day
            self._forget(day - timedelta(days=self.days))
        return self._file

    def _forget(self, before: date) -> None:
        for path in self.folder.iterdir():
            named = _NAME.fullmatch(path.name)
            if named and date.fromisoformat(named[1]) < before:
                path.unlink(missing_ok=True)

    def close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def close(self) -> None:
        self.close_file()
        super().close()
