"""From files to one flat mapping: reading TOML, adding the included leaf files, the canonical form of a version."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from tickets.rulebook.problems import Problems
from tickets.rulebook.words import LEAF_SECTIONS, is_name

BOOKS = Path(__file__).parent / "books"
MOST_BYTES = 1_000_000
MOST_LEVELS = 12
MOST_TEXT = 20_000
MOST_NUMBER = 10**12
AT_LINE = re.compile(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True, slots=True)
class Flat:
    """A rulebook with everything it includes. `places` says which file a name was written in (`fields.grade`)."""

    source: Mapping[str, object]
    places: Mapping[str, str]
    file: str

    @property
    def canonical(self) -> str:
        return canonical(self.source)

    @property
    def sha256(self) -> str:
        return sha256_of(self.source)


def canonical(source: Mapping[str, object]) -> str:
    """The flattened source as JSON, the same text for the same rules.

    The order of names is kept: it is the order in which actions and fields are shown, so it belongs to the content.
    """
    return json.dumps(source, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def sha256_of(source: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical(source).encode()).hexdigest()


def search_path(path: Path | None = None, extra: str | None = None) -> tuple[Path, ...]:
    """Folders where rulebooks and leaf files are looked for: beside the file, `RULEBOOK_PATH`, the product's own."""
    written = os.environ.get("RULEBOOK_PATH", "") if extra is None else extra
    folders = [path.resolve().parent] if path else []
    folders += [Path(folder) for folder in written.split(os.pathsep) if folder.strip()]
    return tuple(dict.fromkeys([*folders, BOOKS]))


def find_book(name: str, extra: str | None = None) -> Path | None:
    """The file of a rulebook named by its path or by its id."""
    path = Path(name)
    if path.is_file():
        return path
    found = (folder / f"{name.removesuffix('.toml')}.toml" for folder in search_path(extra=extra))
    return next((path for path in found if path.is_file()), None)


def flatten(path: Path | str, extra: str | None = None) -> Flat:
    """Read a rulebook and what it includes.

    Raises RulebookErrors: unreadable, not TOML, a name defined twice, a leaf file with more than leaf data.
    """
    path = Path(path)
    problems = Problems(path.name)
    source = read(path, problems)
    problems.raise_if_any()
    places = {place: path.name for section in source for place in places_of(section, source[section])}
    for name in included(source, problems):
        leaf = find_leaf(name, path, extra, problems)
        if leaf:
            add_leaf(source, places, leaf, problems)
    problems.raise_if_any()
    return Flat(source, places, path.name)


def places_of(section: str, content: object) -> list[str]:
    if isinstance(content, Mapping):
        return [f"{section}.{name}" for name in content]
    return [f"{section}[{number}]" for number in range(1, len(content) + 1)] if isinstance(content, list) else []


def included(source: Mapping[str, object], problems: Problems) -> list[str]:
    head = source.get("rulebook")
    names = head.get("include", []) if isinstance(head, Mapping) else []
    if not isinstance(names, list):
        problems.add("rulebook.include", "expected", noun="a list of names", found=kind_of(names))
        return []
    for name in names:
        if not is_name(name):
            problems.add("rulebook.include", "bad_name", name=name)
    return list(dict.fromkeys(name for name in names if is_name(name)))


def find_leaf(name: str, path: Path, extra: str | None, problems: Problems) -> Path | None:
    folders = search_path(path, extra)
    found = next((folder / f"{name}.toml" for folder in folders if (folder / f"{name}.toml").is_file()), None)
    if found is None:
        shown = ", ".join(dict.fromkeys(folder.name for folder in folders))
        problems.add("rulebook.include", "no_include", name=name, folders=shown)
    return found


def add_leaf(source: dict[str, object], places: dict[str, str], leaf: Path, problems: Problems) -> None:
    mine = Problems(leaf.name)
    content = read(leaf, mine)
    for section, names in content.items():
        if section not in LEAF_SECTIONS:
            mine.add(section, "leaf_only", name=section, allowed=", ".join(LEAF_SECTIONS))
        elif isinstance(names, Mapping):
            add_names(source, places, section, names, mine)
        elif isinstance(names, list):
            add_rows(source, places, section, names, mine)
        else:
            mine.add(section, "expected", noun="a table of words", found=kind_of(names))
    problems.found.extend(mine.found)


def add_names(
    source: dict[str, object], places: dict[str, str], section: str, names: Mapping[str, object], problems: Problems
) -> None:
    own = source.setdefault(section, {})
    if not isinstance(own, dict):
        problems.add(section, "expected", noun="a list", found=kind_of(names))
        return
    for name, value in names.items():
        place = f"{section}.{name}"
        if name in own and not (section == "phrases" and name in ("title", "en")):
            problems.add(place, "twice", other=places.get(place, "?"))
        else:
            own[name] = value
            places[place] = problems.file


def add_rows(
    source: dict[str, object], places: dict[str, str], section: str, rows: Sequence[object], problems: Problems
) -> None:
    own = source.setdefault(section, [])
    if not isinstance(own, list):
        problems.add(section, "expected", noun="a table of words", found=kind_of(rows))
        return
    for row in rows:
        own.append(row)
        places[f"{section}[{len(own)}]"] = problems.file


def read(path: Path, problems: Problems) -> dict[str, object]:
    """One TOML file as plain data (dates as text); what is wrong goes to `problems`, then the answer is empty."""
    text = read_text(path, problems)
    if text is None:
        return {}
    try:
        content = tomllib.loads(text)
    except RecursionError:
        problems.add("", "too_deep", most=MOST_LEVELS)
        return {}
    except ValueError as error:  # TOMLDecodeError is one; a number of 5,000 digits is another
        problems.add(line_of(error), "syntax", why=AT_LINE.sub("", str(error)))
        return {}
    return {name: plain(value, name, 1, problems) for name, value in content.items() if plain_text(name, "", problems)}


def read_text(path: Path, problems: Problems) -> str | None:
    try:
        if not path.is_file():
            problems.add("", "no_file")
        elif path.stat().st_size > MOST_BYTES:
            problems.add("", "too_big", most=MOST_BYTES)
        else:
            return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.add("", "not_utf8")
    except (OSError, ValueError) as error:
        problems.add("", "unreadable", why=type(error).__name__)
    return None


def line_of(error: ValueError) -> str:
    found = AT_LINE.search(str(error))
    if not found:
        return ""
    return f"line {found[1]}" if found[1] else "last line"


def plain(value: object, place: str, level: int, problems: Problems) -> object:
    """The value as JSON has it. Too deep, too large, control characters: a problem and nothing."""
    if level > MOST_LEVELS:
        problems.add(place, "too_deep", most=MOST_LEVELS)
        return None
    if isinstance(value, dict):
        for name in value:
            plain(name, place, level, problems)
        return {name: plain(one, join(place, name), level + 1, problems) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one, f"{place}[{index}]", level + 1, problems) for index, one in enumerate(value, 1)]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str):
        return plain_text(value, place, problems)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain_number(value, place, problems)
    return value


def plain_text(value: str, place: str, problems: Problems) -> str:
    if len(value) > MOST_TEXT:
        problems.add(place, "too_long", most=MOST_TEXT)
    if any(ord(char) < 32 and char not in "\n\t\r" for char in value):
        problems.add(place, "bad_text")
    return value


def plain_number(value: int | float, place: str, problems: Problems) -> int | float:
    if (isinstance(value, float) and not math.isfinite(value)) or abs(value) > MOST_NUMBER:
        problems.add(place, "bad_number")
        return 0
    return value


def join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def kind_of(value: object) -> str:
    """What a value is, in the words of the language."""
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a table"}
    return kinds.get(type(value), "nothing")
