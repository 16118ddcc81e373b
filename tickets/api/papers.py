"""Documents of a ticket over REST: drafted, edited, sent, fetched; and the whole ticket as an archive (C22)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ..actions.manners import WHY
from ..actions.outcome import Outcome
from ..actions.papers import (
    paper_draft,
    paper_edit,
    paper_for,
    paper_looked_at,
    paper_send,
    papers_offered,
    text_of,
)
from ..actions.tickets import ticket_read
from ..core.sentences import invalid
from ..downloads import sent, sent_content
from ..models import Paper, PaperText
from ..papers.archive import archive_answer
from ..papers.body import pieces
from ..papers.fill import still_open
from ..papers.out import document_of, draft_file, kept_file
from ..rulebook.compiled import Title
from ..rulebook.paper_rules import PaperRule
from . import paper_shapes
from .pages import PAGE_NAMES, Order, page_of
from .paper_shapes import FORMATS
from .represent import times_of
from .tickets import TicketEndpoint

MOST_VERSION = 2**31 - 1


class PaperEndpoint(TicketEndpoint):
    """What the addresses of documents share."""

    def found(self, number: str) -> Outcome:
        return ticket_read(self.ticket_id(number))

    def paper(self, found: Outcome, id: str) -> Paper:
        paper = paper_for(self.person, found.ticket.pk, int(id))
        if paper is None:
            raise Http404
        return paper

    def rule(self, found: Outcome, paper: Paper) -> PaperRule:
        return found.book.papers[paper.name]

    def row(self, paper: Paper, rule: PaperRule) -> dict[str, Any]:
        times = times_of(self.world)
        return {
            "id": paper.pk,
            "name": paper.name,
            "title": self.title(rule.title),
            "audience": rule.audience,
            "field": rule.field or None,
            "state": paper.state,
            "version": paper.version,
            "author": self.username(paper.author_id),
            "created_at": times(paper.created_at),
            "sent_by": self.username(paper.sent_by_id),
            "sent_at": times(paper.sent_at),
            "files": [
                {"format": format, "id": str(kept.pk), "sha256": kept.sha256, "size": kept.size}
                for format, kept in (("docx", paper.word), ("pdf", paper.pdf))
                if kept is not None
            ],
        }

    def whole(self, found: Outcome, paper: Paper, text: PaperText | None = None) -> dict[str, Any]:
        rule, text = self.rule(found, paper), text or text_of(paper)
        times = times_of(self.world)
        return {
            **self.row(paper, rule),
            "shown": text.version,
            "body": text.body,
            "pieces": [{"key": p.key, "label": p.label, "text": p.text, "long": p.long} for p in pieces(text.body)],
            "open": still_open(text.body),
            "versions": [
                {"version": one.version, "author": self.username(one.author_id), "at": times(one.at)}
                for one in paper.texts.defer("body")
            ],
        }

    def title(self, title: Title) -> str:
        return title.say(self.language)

    def username(self, person: int | None) -> str | None:
        view = self.world.people.get(person) if person is not None else None
        return view.username if view else None


class TicketPapers(PaperEndpoint):
    @extend_schema(**paper_shapes.PAPERS)
    def get(self, request: Request, number: str) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES)
        found = self.found(number)
        rows = Paper.objects.filter(ticket=found.ticket).select_related("word", "pdf")
        page = page_of(request, rows, Order("created_at", is_time=True), lambda p: self.row(p, self.rule(found, p)))
        offered = [
            {"name": one.rule.name, "title": self.title(one.rule.title), "draft": one.draft.pk if one.draft else None}
            for one in papers_offered(found, actor=self.person, at=self.at)
        ]
        return Response({"offered": offered, **page})

    @extend_schema(**paper_shapes.PAPER_DRAFT)
    def post(self, request: Request, number: str) -> Response:
        found = self.found(number)
        body = self.body(frozenset({"name", "like"}))
        name = body.get("name")
        if not isinstance(name, str):
            raise invalid("name", "必填，文书的代号", "Required: the document's name")
        like = self._like(found, name, body.get("like"))
        made = paper_draft(ticket_id=found.ticket.pk, name=name, actor=self.person, at=self.at, like=like)
        return Response(self.whole(found, self.paper(found, str(made.pk))), status=201)

    def _like(self, found: Outcome, name: str, id: Any) -> Paper | None:
        if id is None:
            return None
        paper = paper_for(self.person, found.ticket.pk, id) if is_count(id, 2**63 - 1) else None
        if paper is None or paper.name != name:
            raise invalid("like", "没有这样一份文书", "There is no such document")
        return paper


class OnePaper(PaperEndpoint):
    @extend_schema(**paper_shapes.PAPER)
    def get(self, request: Request, number: str, id: str) -> Response:
        self.refuse_unknown(request.query_params, frozenset({"version"}))
        found = self.found(number)
        paper = self.paper(found, id)
        text = self._text(paper, request.query_params.get("version"))
        paper_looked_at(paper=paper, rule=self.rule(found, paper), actor=self.person, at=self.at)
        return Response(self.whole(found, paper, text))

    @extend_schema(**paper_shapes.PAPER_EDIT)
    def patch(self, request: Request, number: str, id: str) -> Response:
        found = self.found(number)
        paper = self.paper(found, id)
        body = self.body(frozenset({"version", "texts"}))
        texts = body.get("texts")
        if not isinstance(texts, dict):
            raise invalid("texts", "要一个 JSON 对象", "Must be a JSON object")
        paper_edit(paper=paper, texts=texts, version=version_in(body), actor=self.person, at=self.at)
        return Response(self.whole(found, self.paper(found, id)))

    def _text(self, paper: Paper, version: str | None) -> PaperText:
        if version is None:
            return text_of(paper)
        known = version.isascii() and version.isdigit() and len(version) < 10
        text = paper.texts.filter(version=int(version)).first() if known else None
        if text is None:
            raise invalid("version", "没有这一版", "There is no such version")
        return text


class PaperSend(PaperEndpoint):
    @extend_schema(**paper_shapes.PAPER_SEND)
    def post(self, request: Request, number: str, id: str) -> Response:
        found = self.found(number)
        paper = self.paper(found, id)
        body = self.body(frozenset({"version", WHY}))
        why = body.get(WHY, "")
        if not isinstance(why, str):
            raise invalid(WHY, "要填文字", "Must be text")
        paper_send(paper=paper, version=version_in(body), actor=self.person, at=self.at, wording_reason=why)
        return Response(self.whole(found, self.paper(found, id)))


class FileEndpoint(PaperEndpoint):
    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """A file is no rendering of JSON: `?format=` is ours here, and only refusals are rendered."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type


class PaperFile(FileEndpoint):
    @extend_schema(**paper_shapes.PAPER_FILE)
    def get(self, request: Request, number: str, id: str) -> HttpResponseBase:
        self.refuse_unknown(request.query_params, frozenset({"format"}))
        format = format_in(request, FORMATS)
        found = self.found(number)
        paper = self.paper(found, id)
        rule = self.rule(found, paper)
        paper_looked_at(paper=paper, rule=rule, actor=self.person, at=self.at)
        kept = kept_file(paper, format)
        if kept is not None:
            return sent(kept)
        return sent_content(*draft_file(document_of(text_of(paper), rule, found), format))


class TicketArchive(FileEndpoint):
    @extend_schema(**paper_shapes.ARCHIVE)
    def get(self, request: Request, number: str) -> HttpResponseBase:
        self.refuse_unknown(request.query_params, frozenset({"format"}))
        return archive_answer(self.found(number), format_in(request, ["zip", "pdf"]), actor=self.person, at=self.at)


def format_in(request: Request, known: list[str]) -> str:
    """The format asked for; the first where none is."""
    format = request.query_params.get("format", known[0])
    if format not in known:
        named = "、".join(known)
        raise invalid("format", f"只有 {named}", f"One of {', '.join(known)}")
    return format


def version_in(body: dict[str, Any]) -> int:
    version = body.get("version")
    if not is_count(version, MOST_VERSION):
        raise invalid("version", "必填，您看到的版本号", "Required: the version that you saw")
    return int(version)  # type: ignore[arg-type]


def is_count(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
