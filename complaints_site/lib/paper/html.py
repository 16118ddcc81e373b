"""The document as a piece of HTML: the print view puts it into a page, the PDF is made from it. For paper.css."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .chart import drawing
from .model import Block, Cell, Chart, Grid, Paper, Section, Sign, Signatures, Table, Text

EMPTY: SafeString = mark_safe("")
DATE = "年　　月　　日"


def to_html(paper: Paper) -> SafeString:
    """One `article.paper`; every text of the document is escaped."""
    return format_html(
        '<article class="paper{}">{}<h1>{}</h1>{}{}{}{}{}{}</article>',
        " paper-form" if paper.form else "",
        _line("paper-organisation", paper.organisation),
        paper.title,
        _facts(paper.facts),
        _line("paper-to", paper.to),
        _join(_section(heading, section) for heading, section in paper.numbered()),
        _line("paper-enclosed", "" if paper.form else paper.note),
        _closing(paper.closing),
        _line("paper-note", paper.note if paper.form else ""),
    )


def _join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _line(name: str, text: str) -> SafeString:
    return format_html('<p class="{}">{}</p>', name, text) if text else EMPTY


def _facts(facts: tuple[tuple[str, str], ...]) -> SafeString:
    if not facts:
        return EMPTY
    spans = format_html_join("", "<span>{}：{}</span>", facts)
    return format_html('<p class="paper-facts">{}</p>', spans)


def _closing(lines: tuple[str, ...]) -> SafeString:
    if not lines:
        return EMPTY
    return format_html('<div class="paper-closing">{}</div>', format_html_join("", "<p>{}</p>", ((x,) for x in lines)))


def _section(heading: str, section: Section) -> SafeString:
    title = format_html("<h2>{}</h2>", heading) if heading else EMPTY
    return format_html("<section>{}{}</section>", title, _join(_block(block) for block in section.blocks))


def _block(block: Block) -> SafeString:
    match block:
        case Text():
            return format_html_join("", "<p>{}</p>", ((line,) for line in block.text.split("\n") if line.strip()))
        case Grid():
            return _grid(block)
        case Table():
            return _table(block)
        case Chart():
            return drawing(block)
        case Signatures():
            return format_html('<div class="paper-signs">{}</div>', _join(_sign(one) for one in block.signs))


def _grid(grid: Grid) -> SafeString:
    columns = format_html("<colgroup>{}</colgroup>", _join([_column("label"), _column("value")] * 2))
    rows = (format_html("<tr>{}</tr>", _join(_pair(cell, len(line) == 1) for cell in line)) for line in grid.lines())
    return format_html('<table class="paper-grid">{}<tbody>{}</tbody></table>', columns, _join(rows))


def _column(name: str) -> SafeString:
    return format_html('<col class="paper-{}">', name)


def _pair(cell: Cell, alone: bool) -> SafeString:
    span = mark_safe(' colspan="3"') if alone else EMPTY
    tall = mark_safe(' class="paper-tall"') if cell.tall else EMPTY
    return format_html('<th scope="row">{}</th><td{}{}>{}</td>', cell.label, span, tall, _broken(cell.value))


def _broken(text: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.split("\n")))


def _table(table: Table) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', ((word,) for word in table.head))
    rows = _join(
        format_html("<tr>{}</tr>", _join(format_html("<td>{}</td>", _broken(word)) for word in row))
        for row in table.rows
    )
    columns = _join(_column(f"col-{width}") for width in table.widths)
    return format_html(
        '<table class="paper-table"><colgroup>{}</colgroup><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        columns,
        head,
        rows,
    )


def _sign(sign: Sign) -> SafeString:
    return format_html(
        '<p><span>{}：</span><span class="paper-name">{}</span><span>{}</span></p>',
        sign.label,
        sign.name,
        sign.date or DATE,
    )
