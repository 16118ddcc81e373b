"""Documents as a person reads them: the words of a Word file and of a PDF, without the spaces that only set them."""

from __future__ import annotations

from pathlib import Path

import docx
from pypdf import PdfReader


def words_of_word(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return _tight("".join([*(paragraph.text for paragraph in document.paragraphs), *cells]))


def words_of_pdf(path: Path) -> str:
    return _tight("".join(page.extract_text() for page in PdfReader(path).pages))


def _tight(text: str) -> str:
    """A line that was broken reads on."""
    return "".join(text.split())
