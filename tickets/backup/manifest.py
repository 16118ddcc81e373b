"""What a backup says of itself: when, of what, with which sums; by it a restore knows that nothing is missing."""

from __future__ import annotations

import hashlib
import hmac
import json
import platform
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

MANIFEST = "manifest.json"
FORM = 1  # of the folder
PIECE = 1024 * 1024
KEYS = ("PERSONAL_DATA_KEYS", "PERSONAL_INDEX_KEY", "EVENT_CHAIN_KEY")
NOTE = "The keys are not in here. Keep them apart: without PERSONAL_DATA_KEYS nobody reads a name or a phone number."


class Unfit(Exception):
    """This is no backup, or none that can be restored here; the sentence says why."""


def write_manifest(folder: Path, *, database: Path, files: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The last file of a backup: a folder without it is none."""
    said = {
        "form": FORM,
        "made_at": at.isoformat(),
        "note": NOTE,
        "database": {"vendor": connection.vendor, **described(database)},
        "files": files,
        "keys": fingerprints(),
        "migrations": sorted(f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations),
        "versions": {"python": platform.python_version(), "django": django.get_version()},
    }
    (folder / MANIFEST).write_text(json.dumps(said, indent=1), encoding="utf-8")
    return said


def read_manifest(folder: Path) -> dict[str, Any]:
    """Raises Unfit where the folder is no backup, or a file of it is not what it was."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unfit(f"{folder} is no finished backup: it has no readable {MANIFEST}.") from error
    if said.get("form") != FORM:
        raise Unfit(f"{folder} was written in another form ({said.get('form')}) than this version reads ({FORM}).")
    for part in (said["database"], said["files"]):
        if described(folder / part["name"]) != {name: part[name] for name in ("name", "bytes", "sha256")}:
            raise Unfit(f"{folder / part['name']} is not what it was when the backup was made.")
    return dict(said)


def require_fit(said: dict[str, Any], *, other_keys: bool) -> None:
    """Raises Unfit where this installation could not run with what is in the backup."""
    if said["database"]["vendor"] != connection.vendor:
        raise Unfit(f"The backup is of {said['database']['vendor']}, DATABASE_URL names {connection.vendor}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = [name for name in said["migrations"] if name not in known]
    if unknown:
        raise Unfit(f"The backup comes from a newer version of the product, which has {unknown[-1]}.")
    missing = [name for name, marks in fingerprints().items() if not set(said["keys"][name]) <= set(marks)]
    if missing and not other_keys:
        raise Unfit(
            f"{', '.join(missing)} of this installation are not those of the backup: put them in place (.env, or "
            "*.key in DATA_DIR). --other-keys restores what then nobody can read or verify."
        )


def fingerprints() -> dict[str, list[str]]:
    """A mark of each key by which it is known again; nothing leads from it to the key."""
    found = {}
    for name in KEYS:
        value = getattr(settings, name)
        keys = value if isinstance(value, list) else [value]
        found[name] = [hmac.digest(key.encode(), b"backup", "sha256").hex()[:16] for key in keys]
    return found


def described(path: Path) -> dict[str, Any]:
    return {"name": path.name, "bytes": path.stat().st_size if path.exists() else 0, "sha256": sha256_of(path)}


def sha256_of(path: Path) -> str:
    """As hex; "" where there is no such file."""
    sum_ = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                sum_.update(piece)
    except FileNotFoundError:
        return ""
    return sum_.hexdigest()
