"""A document on its way to a reader: the files that were sent, or a draft as it would look now."""

from __future__ import annotations

from collections.abc import Callable

from complaints_site.lib.paper import Paper as Document
from complaints_site.lib.paper import pdf_trouble, to_pdf, to_word

from ..actions.outcome import Outcome
from ..core.offers import Offer
from ..core.sentences import Refused, Say
from ..models import Attachment, Paper, PaperText
from ..rulebook.paper_rules import PaperRule
from ..uploads import safe_name
from .body import document

MAKERS: dict[str, Callable[[Document], bytes]] = {"docx": to_word, "pdf": to_pdf}
NO_PDF = Say("这里生成不了 PDF，请用 Word 或打印", "No PDF can be made here: take Word or the print view")
DRAFT_MARK = "（草稿）"


def document_of(text: PaperText, rule: PaperRule, found: Outcome) -> Document:
    return document(text.body, rule, found.ticket.organisation.name)


def kept_file(paper: Paper, format: str) -> Attachment | None:
    """The file that was sent; None for a draft. Raises Refused where no PDF was made when it was sent."""
    if paper.state == Paper.State.DRAFT:
        return None
    kept = paper.pdf if format == "pdf" else paper.word
    if kept is None:
        raise Refused("no_pdf", NO_PDF)
    return kept


def draft_file(made: Document, format: str) -> tuple[str, bytes]:
    """Name and content of a draft's file. Raises Refused where this machine makes no PDF."""
    if format == "pdf" and pdf_trouble():
        raise Refused("no_pdf", NO_PDF)
    return safe_name(f"{made.title}{DRAFT_MARK}.{format}"), MAKERS[format](made)


def sent_documents(found: Outcome, offer: Offer) -> dict[str, str]:
    """For each file field of an action the document that was sent for it last: nobody uploads it again."""
    wanted = {one.field.name for one in offer.fields if one.field.type == "file"}
    names = {rule.name: rule.field for rule in found.book.papers.values() if rule.field in wanted}
    if not names:
        return {}
    rows = Paper.objects.filter(ticket=found.ticket, state=Paper.State.SENT, name__in=names).order_by("sent_at", "pk")
    return {names[paper.name]: str(paper.pdf_id or paper.word_id) for paper in rows}
