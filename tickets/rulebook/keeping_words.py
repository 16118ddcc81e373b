"""Who may break the glass, and how long personal data stays: as the engine reads it (`keeping` makes it from TOML)."""

from __future__ import annotations

from dataclasses import dataclass

PERMANENT = "permanent"
PERSONAL, FILES = "personal", "files"


@dataclass(frozen=True, slots=True)
class Glass:
    """`by`: roles that may open a ticket which isn't theirs; `tell`: who hears of it and may see who looked."""

    by: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    seconds: int = 4 * 3600

    @property
    def overseers(self) -> frozenset[str]:
        """The roles that may see who looked at a ticket."""
        return frozenset({*self.by, *(word.partition(" ")[0] for word in self.tell)})


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of document is kept after the end of its ticket: a limit, `permanent`, or "" for no rule."""

    personal: str = ""
    files: str = ""
    by: tuple[str, ...] = ()  # roles that see what is due and may hold it back

    def of(self, kind: str) -> str:
        """Of that kind; "" where nothing is ever erased."""
        written = self.personal if kind == PERSONAL else self.files
        return "" if written == PERMANENT else written


NO_GLASS, NO_RETENTION = Glass(), Retention()
