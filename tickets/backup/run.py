"""Backup and restore from end to end; the commands are thin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command

from .database import database_in, database_out, is_empty
from .files import files_in, files_out, require_whole
from .manifest import Unfit, read_manifest, require_fit, write_manifest


@dataclass(frozen=True, slots=True)
class Restored:
    made_at: datetime  # when the backup was made
    files: int


def backup(folder: Path, *, at: datetime) -> dict[str, Any]:
    """Write a backup into a new folder; its manifest. Raises Unfit where there is something already.

    The database comes first: every row that it has finds its file, and what came later has no row.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Unfit(f"{folder} is not empty: a backup gets a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    database = database_out(folder)
    return write_manifest(folder, database=database, files=files_out(folder), at=at)


def restore(folder: Path, *, replace: bool, other_keys: bool, at: datetime) -> Restored:
    """Put a backup in place and hold the system. Raises Unfit, and nothing is changed then.

    `replace`: also where the database has tables. `other_keys`: also where the keys are not those of the backup.
    """
    said = read_manifest(folder)
    require_fit(said, other_keys=other_keys)
    require_whole(folder)
    if not replace and not is_empty():
        raise Unfit("The database is not empty. --replace puts the backup in place of everything in it.")
    count, made_at = files_in(folder), datetime.fromisoformat(said["made_at"])
    database_in(folder / said["database"]["name"], backed_up_at=made_at, at=at)
    call_command("migrate", interactive=False, verbosity=0)
    return Restored(made_at, count)
