"""Which role ids there are: the standard ones (domain §1.2) and those that rulebooks add in `[roles]`."""

import tomllib
from functools import lru_cache
from pathlib import Path

from tickets.rulebook.source import search_path

STANDARD_ROLES = {
    "front_desk": "受理员",
    "dispatcher": "派单员",
    "head": "责任部门负责人",
    "handler": "处理人",
    "caller": "回访员",
    "supervisor": "主管/督办",
    "officer": "申诉管理员",
    "quality": "质检员",
    "auditor": "审计员",
    "administrator": "系统管理员",
    "security_admin": "安全管理员",
    "hotline": "热线系统",
}


def roles_of_files() -> dict[str, str]:
    """Role ids and titles of every rulebook on the search path. A file that can't be read adds none."""
    roles: dict[str, str] = {}
    for folder in search_path():
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            for role, title in _roles_of(path, path.stat().st_mtime_ns):
                roles.setdefault(role, title)
    return roles


def roles_of_database() -> dict[str, str]:
    """Role ids and titles of every rulebook version that was loaded."""
    from tickets.models import RulebookVersion

    roles: dict[str, str] = {}
    for book in RulebookVersion.objects.order_by("-pk").values_list("source__roles", flat=True):
        for role, title in (book or {}).items():
            roles.setdefault(role, _title(title))
    return roles


def roles_known() -> dict[str, str]:
    """Every role id somebody may hold, with its title; a standard id keeps its standard title."""
    return {**roles_of_files(), **roles_of_database(), **STANDARD_ROLES}


@lru_cache(maxsize=200)
def _roles_of(path: Path, changed: int) -> tuple[tuple[str, str], ...]:
    try:
        roles = tomllib.loads(path.read_text(encoding="utf-8")).get("roles", {})
        return tuple((role, _title(title)) for role, title in roles.items())
    except (OSError, ValueError, AttributeError):  # a broken rulebook is told by `rulebook check`, not here
        return ()


def _title(title: object) -> str:
    return str(title.get("title", "")) if isinstance(title, dict) else str(title)
