"""A document's body: what of it people may edit, and the document that it is.

A piece is named by where it stands: `heading`, `to`, `closing.1`, `note`, `2` (the text of part 2), `3.4` (row 4 of
part 3). Lists and the customer's own words are not edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from complaints_site.lib.paper import Block, Cell, Grid, Paper, Section, Sign, Signatures, Table, Text

from ..core.given import text_problem
from ..core.sentences import Invalid
from ..rulebook.paper_rules import PaperRule
from .fill import Body

LONGEST_TEXT = 20_000
LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a document that people may edit. `label` is what stands beside it in the editor."""

    key: str
    label: str
    text: str
    long: bool


def pieces(body: Body) -> Iterator[Piece]:
    yield Piece("heading", "", body["heading"], long=False)
    if body["to"]:
        yield Piece("to", "", body["to"], long=False)
    for number, part in enumerate(body["parts"], 1):
        if part["kind"] == "text":
            yield Piece(str(number), part["title"], part["text"], long=True)
        for line, row in enumerate(part["rows"] if part["kind"] == "rows" else (), 1):
            if not row["locked"]:
                yield Piece(f"{number}.{line}", row["label"], row["value"], long=row["tall"] or row["wide"])
    for number, line in enumerate(body["closing"], 1):
        yield Piece(f"closing.{number}", "", line, long=False)
    if body["note"]:
        yield Piece("note", "", body["note"], long=False)


def edited(body: Body, texts: Mapping[str, Any]) -> Body:
    """The body with these pieces replaced. Raises Invalid: a piece that isn't there, no text, too long."""
    known = {piece.key: piece for piece in pieces(body)}
    errors = Invalid()
    for key, text in texts.items():
        if key not in known:
            errors.add(key, "没有这一段，或者这一段不能改", "There is no such piece, or it can't be edited")
        elif not isinstance(text, str):
            errors.add(key, "要填文字", "Must be a text")
        elif problem := text_problem(text, LONGEST_TEXT if known[key].long else LONGEST_LINE):
            errors.errors.setdefault(key, []).append(problem)
    errors.raise_if_any()
    new = deepcopy(body)
    for key, text in texts.items():
        _put(new, key, text.replace("\r\n", "\n").rstrip())
    return new


def _put(body: Body, key: str, text: str) -> None:
    first, _, second = key.partition(".")
    if first == "closing":
        body["closing"][int(second) - 1] = text
    elif not first.isdecimal():
        body[first] = text
    elif second:
        body["parts"][int(first) - 1]["rows"][int(second) - 1]["value"] = text
    else:
        body["parts"][int(first) - 1]["text"] = text


def document(body: Body, rule: PaperRule, organisation: str) -> Paper:
    """The document as it is printed, saved and sent."""
    return Paper(
        title=body["heading"],
        sections=tuple(Section(part["title"], (_block(part),)) for part in body["parts"]),
        organisation=organisation if rule.form else "",
        facts=tuple((label, value) for label, value in body["facts"]),
        to=body["to"],
        closing=tuple(line for line in body["closing"] if line),
        note=body["note"],
        form=rule.form,
    )


def _block(part: dict[str, Any]) -> Block:
    match part["kind"]:
        case "rows":
            return Grid(tuple(Cell(row["label"], row["value"], row["wide"], row["tall"]) for row in part["rows"]))
        case "table":
            return Table(tuple(part["head"]), tuple(tuple(row) for row in part["rows"]), tuple(part["widths"]))
        case "signs":
            return Signatures(tuple(Sign(label) for label in part["signs"]))
    return Text(part["text"])
