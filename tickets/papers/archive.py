"""The whole of a ticket for the shelf: one PDF, or one zip with every file, the history and a list of hashes (row C22).

It shows everything in full, so whoever takes one is written down. The zip is made while it is sent: a file passes
through in pieces, and memory stays flat however much a ticket holds.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from complaints_site.lib.paper import Cell, Grid, Section, Table, Text, pdf_trouble, to_pdf, to_word
from complaints_site.lib.paper import Paper as Document

from ..actions.outcome import Outcome
from ..core.sentences import Refused
from ..downloads import as_attachment, sent_content
from ..models import AccessLog, Attachment, Event, Paper, Person
from .fill import LISTS, files_of
from .out import NO_PDF
from .places import Places, state_words

MOST_EVENTS = 400  # on paper; events.json has them all


def archive_answer(found: Outcome, format: str, *, actor: Person, at: datetime) -> HttpResponseBase:
    """The archive as something to save: `pdf` or `zip`. Raises Refused where this machine makes no PDF.

    Whether the actor may see the ticket is the caller's question (`access`).
    """
    if format == "pdf" and pdf_trouble():
        raise Refused("no_pdf", NO_PDF)
    AccessLog.objects.create(person=actor, ticket=found.ticket, what="archive", purpose=format, at=at)
    made = archive_document(found, actor=actor, at=at)
    name = f"{found.ticket.number}-档案.{format}"
    if format == "pdf":
        return sent_content(name, to_pdf(made))
    answer = StreamingHttpResponse(zipped(found, made, at), content_type="application/octet-stream")
    return as_attachment(answer, name)


# ── on paper ─────────────────────────────────────────────────────────────────────────────────────────


def archive_document(found: Outcome, *, actor: Person, at: datetime) -> Document:
    events = list(found.ticket.events.order_by("-seq")[:MOST_EVENTS])[::-1]
    places = Places(found, events, files_of(found), actor, at)
    parts = {
        "受理信息": Grid(tuple(_head(places))),
        "投诉内容": Text(found.ticket.content),
        "登记和办理内容": Grid(tuple(_fields(places))),
        "办理环节": _list("steps", places),
        "时限": _list("clocks", places),
        "办理经过": _list("events", places),
        "文书": _papers(places),
        "附件清单": _list("files", places),
    }
    return Document(
        title="投诉档案",
        organisation=found.ticket.organisation.name,
        facts=(("工单号", found.ticket.number), ("整理", f"{actor.name} {places.moment(at)}")),
        sections=tuple(Section(title, (block,)) for title, block in parts.items() if block is not None),
        form=True,
    )


def _head(places: Places) -> Iterator[Cell]:
    ticket = places.found.ticket
    yield Cell("规则", places.found.book.title.zh)
    yield Cell("状态", state_words(places.found))
    for label, place in (("受理时间", "received"), ("受理单位", "received_unit"), ("登记人", "registered_by")):
        yield Cell(label, places.value(place))
    yield Cell("受理渠道", places.value("channel"))
    yield Cell("客户姓名", places.value("customer"))
    yield Cell("联系电话", places.value("customer_phone"))
    for label, place in (("被投诉部门", "respondent_unit"), ("被投诉人", "respondent_person")):
        yield Cell(label, places.value(place))
    yield Cell("承诺答复", places.value("promise"))
    yield Cell("办结时间", places.value("settled"))
    yield Cell("结案时间", places.value("ended"))
    yield Cell("保密", " ".join(word for word, on in (("匿名", ticket.anonymous), ("保密", ticket.confidential)) if on))


def _fields(places: Places) -> Iterator[Cell]:
    facts = places.found.picture.facts
    for name, field in places.found.book.fields.items():
        text = places.fact(name, facts.get(name)) if name not in ("content", "channel") else ""
        if text and not field.of_step:
            yield Cell(field.title.zh, text, wide=len(text) > 18)


def _list(name: str, places: Places) -> Table | None:
    head, widths, rows = LISTS[name]
    found = tuple(rows(places))
    return Table(head, found, widths) if found else None


def _papers(places: Places) -> Table | None:
    rules = places.found.book.papers
    papers = list(places.found.ticket.papers.select_related("author", "sent_by"))
    if not papers:
        return None
    rows = tuple(_paper_row(one, rules, places) for one in papers)
    return Table(("文书", "状态", "起草人", "发出人、时间"), rows, (4, 2, 2, 4))


def _paper_row(paper: Paper, rules: Any, places: Places) -> tuple[str, ...]:
    title = rules[paper.name].title.zh if paper.name in rules else paper.name
    state = "已发出" if paper.state == Paper.State.SENT else f"草稿第 {paper.version} 版"
    author = paper.author.name if paper.author else ""
    sent = f"{paper.sent_by.name if paper.sent_by else ''} {places.moment(paper.sent_at)}".strip()
    return title, state, author, sent


# ── as a zip ─────────────────────────────────────────────────────────────────────────────────────────


class Pieces(io.RawIOBase):
    """Where a zip is written to that nobody keeps: what was written is taken away at once."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        pieces, self.waiting = self.waiting, []
        return b"".join(pieces)


def zipped(found: Outcome, made: Document, at: datetime) -> Iterator[bytes]:
    """The pieces of the zip. `SHA256SUMS` comes last: `sha256sum -c` proves the rest."""
    room, sums = Pieces(), []
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _members(found, made):
            digest = hashlib.sha256()
            info = zipfile.ZipInfo(name, at.astimezone(found.world.calendar.zone).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                for piece in content:
                    digest.update(piece)
                    member.write(piece)
                    yield room.taken()
            sums.append(f"{digest.hexdigest()}  {name}\n")
        archive.writestr("SHA256SUMS", "".join(sums))
    yield room.taken()


def _members(found: Outcome, made: Document) -> Iterator[tuple[str, Iterable[bytes]]]:
    number = found.ticket.number
    ending, content = ("docx", to_word(made)) if pdf_trouble() else ("pdf", to_pdf(made))
    yield f"{number}.{ending}", [content]
    yield "events.json", _history(found)
    own = set(found.ticket.papers.values_list("word", "pdf"))
    papers = {file for pair in own for file in pair if file is not None}
    for place, file in enumerate(files_of(found), 1):
        folder = "papers" if file.pk in papers else "files"
        yield f"{folder}/{place:02d}-{file.name}", _content(file)


def _content(file: Attachment) -> Iterator[bytes]:
    """The stored bytes in pieces. A file that the disk lost leaves its name and a sentence, not a broken archive."""
    try:
        with file.file.open("rb") as stored:
            yield from stored.chunks()
    except OSError:
        yield f"存储中没有这个文件 (missing in the store): {file.sha256}".encode()


def _history(found: Outcome) -> Iterator[bytes]:
    """Every event with its seal, one a line: the chain can be verified from it."""
    yield b"[\n"
    for number, event in enumerate(found.ticket.events.order_by("seq").iterator(chunk_size=500)):
        yield (",\n" if number else "").encode() + _event(event)
    yield b"\n]\n"


def _event(event: Event) -> bytes:
    said = {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "name": event.name,
        "actor": event.actor_id,
        "data": event.data,
        "private": event.private,
        "previous": event.previous,
        "hash": event.hash,
    }
    return json.dumps(said, ensure_ascii=False).encode()
