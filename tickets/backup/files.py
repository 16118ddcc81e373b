"""Attachments, out and in: copied with their sums, looked at before anything is put in place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from .manifest import Unfit, described, sha256_of

FOLDER, LIST = "files", "files.sha256"


def files_out(folder: Path) -> dict[str, Any]:
    """Copy every file and list it. A file that goes while we copy was erased, and is in no newer row."""
    root, count = Path(settings.MEDIA_ROOT), 0
    with (folder / LIST).open("w", encoding="utf-8") as listed:
        for path in sorted(root.rglob("*")):
            place = path.relative_to(root)
            target = folder / FOLDER / place
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if path.is_file() and _copied(path, target):
                listed.write(f"{sha256_of(target)}  {place.as_posix()}\n")
                count += 1
    return {"count": count, **described(folder / LIST)}


def _copied(path: Path, target: Path) -> bool:
    try:
        shutil.copy2(path, target)
    except FileNotFoundError:
        return False
    return True


def require_whole(folder: Path) -> None:
    """Raises Unfit with the first file that is missing, changed, or would land outside."""
    for sum_, place in _listed(folder):
        if Path(place).is_absolute() or ".." in Path(place).parts:
            raise Unfit(f"{LIST} names {place!r}, which lies outside.")
        if sha256_of(folder / FOLDER / place) != sum_:
            raise Unfit(f"{FOLDER}/{place} is missing or not what it was when the backup was made.")


def files_in(folder: Path) -> int:
    """Put the files in place, before the rows that name them; how many there are."""
    count = 0
    for _, place in _listed(folder):
        target = Path(settings.MEDIA_ROOT) / place
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(folder / FOLDER / place, target)
        count += 1
    return count


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    with (folder / LIST).open(encoding="utf-8") as lines:
        for line in lines:
            sum_, _, place = line.rstrip("\n").partition("  ")
            yield sum_, place
