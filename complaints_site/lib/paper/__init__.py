"""Documents as Word, as a print view and as PDF, all from one small model. No tables, no rules, no clock.

paper = Paper("关于申诉事项的处理报告", (Section("基本情况", (Text("……"),)),))
to_word(paper)      bytes of a .docx
to_html(paper)      the sheet as a piece of HTML, for paper.css
to_pdf(paper)       bytes; raises NoPdf where this machine can't
"""

from .chart import drawing
from .html import to_html
from .model import Block, Cell, Chart, Grid, Paper, Section, Sign, Signatures, Table, Text
from .pdf import NoPdf, pdf_trouble, to_pdf
from .word import to_word

__all__ = [
    "Block",
    "Cell",
    "Chart",
    "Grid",
    "NoPdf",
    "Paper",
    "Section",
    "Sign",
    "Signatures",
    "Table",
    "Text",
    "drawing",
    "pdf_trouble",
    "to_html",
    "to_pdf",
    "to_word",
]
