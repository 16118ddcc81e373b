"""The document as PDF, from our own HTML and style sheet. It never fetches anything (reliability, rule 16)."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from .html import to_html
from .model import Paper

STYLE = Path(__file__).resolve().parents[2] / "static" / "paper.css"
PROBE = '<html lang="zh-CN"><body>投诉</body></html>'
NO_GLYPH = ".notdef"
NO_LIBRARY, NO_FONT = "library", "font"


class NoPdf(Exception):
    """This machine can't make a PDF; the text says what is missing and what to do instead."""


def to_pdf(paper: Paper) -> bytes:
    """Raises NoPdf. The same document gives the same bytes."""
    trouble = pdf_trouble()
    if trouble:
        raise NoPdf(trouble)
    return _rendered(page_of(paper))


def pdf_trouble() -> str:
    """Why this machine makes no PDF, in the reader's language; empty where it does."""
    missing = _missing()
    if missing == NO_LIBRARY:
        return _("这台服务器缺 Pango 程序库（libpango-1.0-0、libpangoft2-1.0-0），生成不了 PDF。请用 Word 或打印。")
    if missing == NO_FONT:
        return _("这台服务器没有中文字体（fonts-noto-cjk），生成不了 PDF。请用 Word 或打印。")
    return ""


def page_of(paper: Paper) -> str:
    """A whole page: the sheet, our style, and where it repeats: the title above, the page number below."""
    language = "en" if paper.english else "zh-CN"
    head = format_html('<!doctype html><html lang="{}"><head><title>{}</title>', language, paper.title)
    return f"{head}<style>{_style()}</style></head><body>{to_html(paper)}</body></html>"


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")


@cache
def _missing() -> str:
    """Looked at once in a process: neither libraries nor fonts come and go while it runs."""
    watch = _Watch()
    try:
        import weasyprint  # noqa: F401  needs libpango when imported
    except OSError:
        return NO_LIBRARY
    logger = logging.getLogger("weasyprint")
    logger.addHandler(watch)
    try:
        _rendered(PROBE)
    finally:
        logger.removeHandler(watch)
    return NO_FONT if watch.saw else ""


class _Watch(logging.Handler):
    """Hears WeasyPrint say that a character stands in no font."""

    saw = False

    def emit(self, record: logging.LogRecord) -> None:
        self.saw = self.saw or NO_GLYPH in record.getMessage()


def _rendered(html: str) -> bytes:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError(f"a document fetches nothing: {escape(url)[:80]}")

    content = HTML(string=html, url_fetcher=Refusing()).write_pdf(pdf_identifier=b"complaints")
    assert isinstance(content, bytes)  # noqa: S101  no target was given
    return content
