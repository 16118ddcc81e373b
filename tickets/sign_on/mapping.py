"""What a provider's claims mean here: the file `OIDC_MAPPING` (docs/sign-on.md), read strictly.

username = "preferred_username"     # the claim that is our staff number
create = true                       # make unknown people at their first log-in
unit = "department"                 # the claim that is the code of their home unit
[[duties]]
claim = "groups"
value = "complaints-dispatchers"
role = "dispatcher"
unit = "410000-centre"              # left out: their home unit
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any


class BadMapping(Exception):
    """The file can't be read or says something unknown; the text names it."""


@dataclass(frozen=True, slots=True)
class DutyRule:
    """Whoever has this value in this claim holds this role."""

    claim: str
    value: str
    role: str
    unit: str = ""
    subtree: bool = False

    def fits(self, claims: Mapping[str, Any]) -> bool:
        told = claims.get(self.claim)
        return self.value in told if isinstance(told, list) else self.value == told


@dataclass(frozen=True, slots=True)
class SignOnMapping:
    username: str = "preferred_username"
    name: str = "name"
    email: str = "email"
    unit: str = ""
    create: bool = False
    default_unit: str = ""  # of people whose claims name no unit
    strong: tuple[str, ...] = ()  # values of `amr` that are a second factor
    duties: tuple[DutyRule, ...] = ()

    @property
    def claims(self) -> frozenset[str]:
        """Every claim that says something here."""
        named = {self.username, self.name, self.email, self.unit, *(rule.claim for rule in self.duties)}
        return frozenset(named - {""})


def mapping_of(path: str) -> SignOnMapping:
    """The mapping of a file; the usual claims and no duties without one. Raises BadMapping."""
    if not path:
        return SignOnMapping()
    try:
        return _read(Path(path), Path(path).stat().st_mtime_ns)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BadMapping(f"OIDC_MAPPING {path}: {error}") from error


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> SignOnMapping:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    rules = tuple(_strict(DutyRule, rule) for rule in said.pop("duties", ()))
    strong = tuple(said.pop("strong", ()))
    return _strict(SignOnMapping, {**said, "duties": rules, "strong": strong})


def _strict(kind: Any, said: dict[str, Any]) -> Any:
    """Every word known, every value of its type. Raises ValueError or TypeError."""
    types = {field.name: field.type for field in fields(kind)}
    for name, value in said.items():
        if name not in types:
            raise ValueError(f"unknown word {name!r}")
        if types[name] in ("str", "bool") and type(value).__name__ != types[name]:
            raise ValueError(f"{name!r} must be a {types[name]}")
    return kind(**said)
