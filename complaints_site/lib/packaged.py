"""Scripts of npm packages that pages use, served like our own files; where Node is not, there are none (charts)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

# Under which name a file is served: the folder of its package, and the file itself.
FILES = {"packaged/echarts.min.js": ("echarts/dist", "echarts.min.js")}


class PackagedFinder(BaseFinder):
    """Finds FILES alone: the other files of a package are no business of a browser."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str] | None:  # type: ignore[override]
        folder, name = FILES.get(path, ("", ""))
        found = settings.PACKAGES_DIR / folder / name
        if not name or not found.is_file():
            return [] if find_all else None
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for path, (folder, name) in FILES.items():
            if self.find(path) and not matches_patterns(path, list(ignore_patterns or [])):
                storage = FileSystemStorage(location=settings.PACKAGES_DIR / folder)
                storage.prefix = path.removesuffix(f"/{name}")  # type: ignore[attr-defined]
                yield name, storage


def is_here(path: str) -> bool:
    """Whether a packaged script can be served."""
    return PackagedFinder().find(path) is not None
