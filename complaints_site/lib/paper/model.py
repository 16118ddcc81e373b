"""A document before it has a format: a title, facts under it, sections of paragraphs, grids, tables, signatures.

Texts may hold anything that people typed. What XML 1.0 can't carry is dropped on the way in, so that no renderer
has to think of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

# Neither Word nor an XML reader takes these, not even escaped (XML 1.0 §2.2); CR is a line break like LF.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NUMERALS = "零一二三四五六七八九"


def clean(text: str) -> str:
    return UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class Cleaned:
    """Every text of a part of a document is cleaned once, when it is made."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]
            value = getattr(self, one.name)
            if isinstance(value, str):
                object.__setattr__(self, one.name, clean(value))
            elif isinstance(value, tuple):
                object.__setattr__(self, one.name, clean_all(value))


def clean_all(values: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(
        clean(value) if isinstance(value, str) else clean_all(value) if isinstance(value, tuple) else value
        for value in values
    )


@dataclass(frozen=True, slots=True)
class Text(Cleaned):
    """Paragraphs; each line is one."""

    text: str


@dataclass(frozen=True, slots=True)
class Cell(Cleaned):
    """A label and what stands beside it. `wide` takes a whole line of the form, `tall` leaves room to write."""

    label: str
    value: str = ""
    wide: bool = False
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Grid(Cleaned):
    """A printed form: two cells to a line, with borders."""

    cells: tuple[Cell, ...]

    def lines(self) -> Iterator[tuple[Cell, ...]]:
        """The cells of each line of the form: two narrow ones, or one that takes it whole."""
        waiting: Cell | None = None
        for cell in self.cells:
            if cell.wide:
                if waiting:
                    yield (waiting,)
                waiting = None
                yield (cell,)
            elif waiting:
                yield waiting, cell
                waiting = None
            else:
                waiting = cell
        if waiting:
            yield (waiting,)


@dataclass(frozen=True, slots=True)
class Table(Cleaned):
    """`widths` are twelfths of the line, one for each column; without them all columns are alike."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart(Cleaned):
    """A drawing of figures: `kind` is bar or line, a point is its label, its value and the value in words.

    It always stands beside the table of the same figures: Word, which would need a picture, shows that alone.
    """

    title: str
    kind: str
    points: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class Sign(Cleaned):
    """A place to sign: 负责人签名 ＿＿＿＿ 年　月　日, or filled in."""

    label: str
    name: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Signatures(Cleaned):
    signs: tuple[Sign, ...]


Block = Text | Grid | Table | Chart | Signatures


@dataclass(frozen=True, slots=True)
class Section(Cleaned):
    """A part of the document. Without a title it has no number either."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper(Cleaned):
    """A whole document.

    `facts` stand under the title (编号、日期), `to` is the addressee with a colon, `closing` the right-hand lines at
    the end (who it is from, the date), `note` what is enclosed, or the small print of a form. A `form` is set in the
    small type of printed forms and its sections have no numbers.
    """

    title: str
    sections: tuple[Section, ...]
    organisation: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    to: str = ""
    closing: tuple[str, ...] = ()
    note: str = ""
    form: bool = False
    english: bool = False

    def numbered(self) -> Iterator[tuple[str, Section]]:
        """Each section with its heading as printed: 一、基本情况."""
        number = 0
        for section in self.sections:
            if not section.title or self.form:
                yield section.title, section
                continue
            number += 1
            yield f"{number}. {section.title}" if self.english else f"{numeral(number)}、{section.title}", section


def numeral(number: int) -> str:
    """1 to 99 in Chinese: 一, 十, 十二, 二十, 二十一.

    >>> [numeral(n) for n in (1, 10, 12, 20, 21)]
    ['一', '十', '十二', '二十', '二十一']
    """
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return ("" if tens == 1 else NUMERALS[tens]) + "十" + (NUMERALS[ones] if ones else "")
