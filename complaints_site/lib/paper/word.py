"""The document as Word: East Asian fonts named, A4, page x of y, the same bytes for the same document."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn
from docx.shared import Cm, Pt
from docx.table import _Cell

from .html import DATE
from .model import Block, Grid, Paper, Section, Signatures, Table, Text

LATIN = "Times New Roman"
TITLE, HEADING, BODY, FORM = "方正小标宋简体", "黑体", "仿宋", "宋体"
MADE = datetime(2000, 1, 1, tzinfo=UTC)  # the document's own dates stand in its text
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
ZIPPED = (1980, 1, 1, 0, 0, 0)
WIDTH_CM, LABEL_CM = 15.6, 3.0
TALL_CM = 2.4
# What to take where a font of the list isn't installed (Windows has the right column, Linux the last).
FONTS = (
    (TITLE, "SimSun"),
    (TITLE, "Noto Serif CJK SC"),
    (HEADING, "Noto Sans CJK SC"),
    (BODY, "Noto Serif CJK SC"),
    (FORM, "Noto Serif CJK SC"),
)


def to_word(paper: Paper) -> bytes:
    return _Writer(paper).written()


class _Writer:
    """One document being written. Sizes follow GB/T 9704: title 22 pt, body 16 pt; a form is set in 10.5 pt."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.document = Document()
        self.font = FORM if paper.form else BODY
        self.size: float = 10.5 if paper.form else 16

    def written(self) -> bytes:
        self._page()
        paper = self.paper
        if paper.organisation:
            self._line(paper.organisation, font=FORM, size=12, align=WD_ALIGN_PARAGRAPH.CENTER)
        title_size = 18 if paper.form else 22
        self._line(paper.title, font=TITLE, size=title_size, align=WD_ALIGN_PARAGRAPH.CENTER, after=10)
        if paper.facts:
            self._line("　　".join(f"{label}：{value}" for label, value in paper.facts), font=FORM, size=10.5, after=6)
        if paper.to:
            self._line(paper.to)
        for heading, section in paper.numbered():
            self._section(heading, section)
        if paper.note and not paper.form:
            self._line(paper.note, indent=True, before=14)
        for number, line in enumerate(paper.closing):
            self._line(line, align=WD_ALIGN_PARAGRAPH.RIGHT, before=0 if number else 24)
        if paper.note and paper.form:
            self._line(paper.note, font=FORM, size=9, before=8)
        return self._saved()

    # ── the page ──
    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
        section.top_margin, section.bottom_margin = (Cm(2.2), Cm(2)) if self.paper.form else (Cm(3.7), Cm(3.5))
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = LATIN, Pt(self.size)
        _east_asian(normal.element.get_or_add_rPr(), self.font)
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self._run(head, self.paper.title, FORM, 9)
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._page_numbers(foot)
        properties = self.document.core_properties
        properties.title, properties.author = self.paper.title[:255], self.paper.organisation[:255]
        properties.created = properties.modified = MADE
        properties.last_modified_by, properties.language = "", "en" if self.paper.english else "zh-CN"

    def _page_numbers(self, paragraph: Any) -> None:
        before, between, after = ("Page ", " of ", "") if self.paper.english else ("第 ", " 页　共 ", " 页")
        self._run(paragraph, before, FORM, 10.5)
        _field(self._run(paragraph, "", FORM, 10.5), "PAGE")
        self._run(paragraph, between, FORM, 10.5)
        _field(self._run(paragraph, "", FORM, 10.5), "NUMPAGES")
        self._run(paragraph, after, FORM, 10.5)

    # ── text ──
    def _line(
        self,
        text: str,
        *,
        font: str = "",
        size: float = 0,
        align: Any = None,
        indent: bool = False,
        before: float = 0,
        after: float = 0,
    ) -> Any:
        paragraph = self.document.add_paragraph()
        self._spaced(paragraph, size or self.size)
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
        if align is not None:
            paragraph.alignment = align
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(self.size * 2)
        self._run(paragraph, text, font or self.font, size or self.size)
        return paragraph

    def _spaced(self, paragraph: Any, size: float) -> None:
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        paragraph.paragraph_format.line_spacing = Pt(28 if size == 16 else size * 1.5)

    def _run(self, paragraph: Any, text: str, font: str, size: float) -> Any:
        run = paragraph.add_run(text)
        run.font.name, run.font.size = LATIN, Pt(size)
        _east_asian(run._element.get_or_add_rPr(), font)
        return run

    def _section(self, heading: str, section: Section) -> None:
        if heading:
            size = 12 if self.paper.form else 16
            line = self._line(heading, font=HEADING, size=size, indent=not self.paper.form, before=6)
            line.paragraph_format.keep_with_next = True
        for block in section.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Text():
                for line in block.text.split("\n"):
                    if line.strip():
                        self._line(line, indent=True)
            case Grid():
                self._grid(block)
            case Table():
                self._table(block)
            case Signatures():
                for sign in block.signs:
                    text = f"{sign.label}：{sign.name or '＿＿＿＿＿＿'}　　{sign.date or DATE}"
                    self._line(text, align=WD_ALIGN_PARAGRAPH.RIGHT, before=6)

    # ── grids and tables ──
    def _grid(self, grid: Grid) -> None:
        lines = list(grid.lines())
        table = self._ruled(len(lines), 4)
        value_cm = (WIDTH_CM - 2 * LABEL_CM) / 2
        _widths(table, (LABEL_CM, value_cm, LABEL_CM, value_cm))
        for row, line in zip(table.rows, lines, strict=True):
            cells = row.cells
            if len(line) == 1:
                cells[1].merge(cells[3])
            for place, cell in enumerate(line):
                self._put(cells[place * 2], cell.label, font=HEADING)
                self._put(cells[place * 2 + 1], cell.value)
            if any(cell.tall for cell in line):
                row.height = Cm(TALL_CM)
            _whole(row)

    def _table(self, table: Table) -> None:
        made = self._ruled(len(table.rows) + 1, len(table.head))
        shares = table.widths or (1,) * len(table.head)
        _widths(made, tuple(WIDTH_CM * share / sum(shares) for share in shares))
        for cell, word in zip(made.rows[0].cells, table.head, strict=True):
            self._put(cell, word, font=HEADING)
        _repeated(made.rows[0])
        for row, words in zip(made.rows[1:], table.rows, strict=True):
            for cell, word in zip(row.cells, words, strict=True):
                self._put(cell, word)
            _whole(row)

    def _ruled(self, rows: int, columns: int) -> Any:
        table = self.document.add_table(rows, columns, "Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        return table

    def _put(self, cell: _Cell, text: str, font: str = FORM) -> None:
        for number, line in enumerate(text.split("\n")):
            paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
            self._spaced(paragraph, 10.5)
            self._run(paragraph, line, font, 10.5)

    # ── the file ──
    def _saved(self) -> bytes:
        package = self.document.part.package
        for name in [name for name, relation in package.rels.items() if relation.reltype.endswith("/thumbnail")]:
            del package.rels[name]  # a picture of the empty page that the library starts from
        for part in package.iter_parts():
            if str(part.partname) == "/word/fontTable.xml":
                part._blob = _font_table()
        room = io.BytesIO()
        self.document.save(room)
        return _undated(room)


def _east_asian(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")  # quotation marks and dashes in the Chinese font too


def _field(run: Any, instruction: str) -> None:
    """A number that Word fills in; until then a 1 stands there."""
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("text", "1"), ("end", "")):
        if kind == "text":
            run.add_text(text)
            continue
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)


def _widths(table: Any, widths_cm: tuple[float, ...]) -> None:
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _repeated(row: Any) -> None:
    """The head of a table stands on every page that it reaches."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _whole(row: Any) -> None:
    """A row of ordinary length isn't torn in two by a page's end."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _font_table() -> bytes:
    names = dict.fromkeys(name for name, _other in FONTS)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{",".join(o for n, o in FONTS if n == name)}"/></w:font>'
        for name in names
    )
    return f'{XML}<w:fonts xmlns:w="{nsmap["w"]}">{fonts}</w:fonts>'.encode()


def _undated(room: io.BytesIO) -> bytes:
    """The same package without the moment at which it was packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(room) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(zipfile.ZipInfo(member.filename, ZIPPED), source.read(member), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
