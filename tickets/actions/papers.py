"""Documents of a ticket: drafted from it, edited, sent and kept as they were sent (A03, C15, C22; ruling INTERNAL).

Whether the actor may see the ticket is the caller's question (`access`); whether they may write its documents is asked
here. Each function is one transaction with an event of the ticket.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from complaints_site.lib.inserts import insert
from complaints_site.lib.paper import NoPdf, to_pdf, to_word
from complaints_site.lib.paper import Paper as Document

from ..core.conditions import View, holds
from ..core.rules import Actor, may_act
from ..core.sentences import Forbidden, Invalid, Refused, Say, invalid
from ..events import next_event
from ..models import AccessLog, Attachment, Paper, PaperText, Person, Ticket
from ..papers.body import document, edited, pieces
from ..papers.fill import filled, still_open
from ..phrases import forbidden_in
from ..rows import Raced
from ..rulebook.compiled import Action, Title
from ..rulebook.paper_rules import CUSTOMER, PaperRule
from ..uploads import safe_name
from .manners import WHY, keep_overruled, warning
from .outcome import Outcome
from .tickets import in_turn, ticket_read

DRAFTED, EDITED, SENT = "paper.drafted", "paper.edited", "paper.sent"
EVENT_TITLES = {
    DRAFTED: Title("起草文书", "Document drafted"),
    EDITED: Title("修改文书", "Document edited"),
    SENT: Title("发出文书", "Document sent"),
}
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF_TYPE = "application/pdf"
IS_SENT = Say("文书已经发出，不能再改；可以另起一份", "It was sent and stays as it is: write another")
NO_PAPER = Say("这件工单现在没有这种文书", "The ticket has no such document now")


@dataclass(frozen=True, slots=True)
class Offered:
    """A document that can be written now, and the draft of it that is there."""

    rule: PaperRule
    draft: Paper | None


def papers_offered(found: Outcome, *, actor: Person, at: datetime) -> list[Offered]:
    """The documents whose condition holds and which this person may write, in the rulebook's order."""
    drafts = {paper.name: paper for paper in found.ticket.papers.filter(state=Paper.State.DRAFT)}
    fitting = (rule for rule in found.book.papers.values() if _fits(rule, found, at))
    return [Offered(rule, drafts.get(rule.name)) for rule in fitting if may_write(rule, found, actor, at)]


def may_write(rule: PaperRule, found: Outcome, actor: Person, at: datetime) -> bool:
    """A role of the document (left out: any of the rulebook) where the ticket is or was, or above it."""
    own = Action(rule.name, rule.title, from_ticket=True, by=rule.by or frozenset(found.book.roles))
    return may_act(found.book, found.picture, own, found.picture.main, Actor(actor.pk), found.world, at)


def _fits(rule: PaperRule, found: Outcome, at: datetime) -> bool:
    return holds(rule.when, View(found.book, found.picture, at, found.picture.main))


def paper_for(person: Person, ticket_id: int, id: int) -> Paper | None:
    """A document of a ticket that the caller found visible."""
    rows = Paper.objects.filter(ticket=ticket_id, ticket__organisation=person.organisation_id, pk=id)
    return rows.select_related("author", "sent_by", "word", "pdf").first()


def paper_looked_at(*, paper: Paper, rule: PaperRule, actor: Person, at: datetime) -> None:
    """A document shows names and numbers in full: whoever opens one is written down (row S05)."""
    AccessLog.objects.create(person=actor, ticket_id=paper.ticket_id, what="paper", purpose=rule.title.zh, at=at)


# ── changes ──────────────────────────────────────────────────────────────────────────────────────────


def paper_draft(*, ticket_id: int, name: str, actor: Person, at: datetime, like: Paper | None = None) -> Paper:
    """A new draft, filled from the ticket, or with the text of a sent one (`like`), for a report that came back.

    Raises Invalid (no such document), Forbidden, Refused (not now, or a draft is there).
    """

    def once() -> Paper:
        found = ticket_read(ticket_id)
        rule = _rule(found, name)
        _require_writer(rule, found, actor, at)
        if not _fits(rule, found, at):
            raise Refused("not_now", NO_PAPER)
        body = text_of(like).body if like is not None else filled(rule, found, author=actor, at=at)
        try:
            with transaction.atomic():
                paper = Paper.objects.create(ticket=found.ticket, name=name, author=actor, created_at=at)
        except IntegrityError:
            raise Refused("draft_there", Say("这种文书已有草稿", "There is a draft of it already")) from None
        PaperText.objects.create(paper=paper, version=1, body=body, author=actor, at=at)
        _record(found, DRAFTED, rule, paper, actor=actor, at=at)
        return paper

    return in_turn(once)


def paper_edit(*, paper: Paper, texts: Mapping[str, Any], version: int, actor: Person, at: datetime) -> Paper:
    """Replace pieces of a draft (`tickets.papers.body`); the text before is kept as a version.

    `version` is what the editor saw. Raises Invalid, Forbidden, Refused (sent already, or changed meanwhile).
    """

    def once() -> Paper:
        found, rule = _beginning(paper, actor, at)
        _require_seen(paper, version)
        body = edited(text_of(paper, version).body, texts)
        _claim(paper, version, version=version + 1)
        PaperText.objects.create(paper=paper, version=version + 1, body=body, author=actor, at=at)
        paper.version = version + 1
        _record(found, EDITED, rule, paper, actor=actor, at=at)
        return paper

    return in_turn(once)


def paper_send(*, paper: Paper, version: int, actor: Person, at: datetime, wording_reason: str = "") -> Paper:
    """Freeze a draft: its Word and, where this machine can, its PDF become files of the ticket, with their hashes.

    Raises Refused: something is still to be filled in, sent already, or changed meanwhile. Raises Forbidden. Raises
    Invalid where a customer would read a forbidden phrase and `wording_reason` doesn't say why (ruling PHRASES).
    """
    found, rule = _beginning(paper, actor, at)
    _require_seen(paper, version)
    body = text_of(paper, version).body
    _require_complete(body)
    phrases = forbidden_words(found, rule, body)
    if phrases and not wording_reason.strip():
        raise Invalid({WHY: [warning(phrases)]})
    wording = {"wording": {"phrases": phrases, "reason": wording_reason.strip()}} if phrases else {}
    kept = _kept_files(document(body, rule, found.ticket.organisation.name), rule, found.ticket, actor, at)

    def once() -> Paper:
        now, _rule_again = _beginning(paper, actor, at)
        Attachment.objects.bulk_create(kept.values())
        word, pdf = kept["docx"], kept.get("pdf")
        _claim(paper, version, state=Paper.State.SENT, sent_by=actor, sent_at=at, word=word, pdf=pdf)
        files = [{"file": str(one.pk), "name": one.name, "sha256": one.sha256} for one in kept.values()]
        _record(now, SENT, rule, paper, actor=actor, at=at, files=files, **wording)
        keep_overruled(now.ticket, paper.name, phrases, wording_reason.strip(), unit=None, actor=actor, at=at)
        return Paper.objects.get(pk=paper.pk)

    try:
        return in_turn(once)
    except BaseException:
        for one in kept.values():
            one.file.delete(save=False)  # no file without a row
        raise


def forbidden_words(found: Outcome, rule: PaperRule, body: dict[str, Any]) -> list[str]:
    """What a customer should not read, in a document that goes to one (ruling PHRASES)."""
    if rule.audience != CUSTOMER:
        return []
    return forbidden_in("\n".join(piece.text for piece in pieces(body)), found.book)


# ── the guards ───────────────────────────────────────────────────────────────────────────────────────


def _rule(found: Outcome, name: str) -> PaperRule:
    rule = found.book.papers.get(name)
    if rule is None:
        raise invalid("name", f"规则里没有文书“{name}”", f'The rulebook has no document "{name}"')
    return rule


def _require_writer(rule: PaperRule, found: Outcome, actor: Person, at: datetime) -> None:
    if not may_write(rule, found, actor, at):
        raise Forbidden(Say(f"“{rule.title.zh}”不由您起草", f'"{rule.title.en or rule.name}" is not yours to write'))


def _beginning(paper: Paper, actor: Person, at: datetime) -> tuple[Outcome, PaperRule]:
    """The ticket and the rule, where this person may change the document."""
    found = ticket_read(paper.ticket_id)
    rule = _rule(found, paper.name)
    _require_writer(rule, found, actor, at)
    paper.refresh_from_db()
    if paper.state != Paper.State.DRAFT:
        raise Refused("sent", IS_SENT)
    return found, rule


def _require_seen(paper: Paper, version: int) -> None:
    """Raises Refused where somebody wrote a later version than the one this person looked at."""
    if version != paper.version:
        raise Refused(
            "stale",
            Say(
                f"这份文书刚被改过（您看到的是第 {version} 版，现在是第 {paper.version} 版）",
                f"The document has changed (you saw version {version}, it is {paper.version} now)",
            ),
        )


def _claim(paper: Paper, seen: int, **values: Any) -> None:
    own = Paper.objects.filter(pk=paper.pk, state=Paper.State.DRAFT, version=seen)
    if not own.update(**values):
        raise Raced


def _require_complete(body: dict[str, Any]) -> None:
    missing = still_open(body)
    if missing:
        listed = "、".join(missing)
        raise Refused("unfilled", Say(f"还有待填的内容：{listed}", f"Still to be filled in: {listed}"))


def text_of(paper: Paper, version: int | None = None) -> PaperText:
    """The newest text, or the one of that version. Raises PaperText.DoesNotExist."""
    return PaperText.objects.get(paper=paper, version=version or paper.version)


# ── what is written beside it ────────────────────────────────────────────────────────────────────────


def _record(
    found: Outcome, name: str, rule: PaperRule, paper: Paper, *, actor: Person, at: datetime, **more: Any
) -> None:
    """The ticket's next event. It doesn't raise the ticket's version: nobody's form is stale because of a document.

    So the count of events is part of the claim, and an action that comes between is done again (`in_turn`).
    """
    ticket = found.ticket
    seen = Ticket.objects.filter(pk=ticket.pk, version=ticket.version, event_count=ticket.event_count)
    data = {"actor": actor.name, "paper": rule.title.zh, "name": paper.name, "id": paper.pk, "version": paper.version}
    event = next_event(ticket, name=name, at=at, actor=actor.pk, data={**data, "state": ticket.state, **more})
    if not seen.update(event_count=ticket.event_count, chain_head=ticket.chain_head):
        raise Raced
    insert([event])


def _kept_files(made: Document, rule: PaperRule, ticket: Ticket, actor: Person, at: datetime) -> dict[str, Attachment]:
    """The files, stored and not yet in the database. What goes to the customer is marked so (INTERNAL)."""
    contents = {"docx": (to_word(made), WORD_TYPE)}
    with suppress(NoPdf):  # then Word alone is sent; the page says so
        contents["pdf"] = (to_pdf(made), PDF_TYPE)
    return {
        ending: _kept(safe_name(f"{made.title}.{ending}"), content, kind, rule, ticket, actor, at)
        for ending, (content, kind) in contents.items()
    }


def _kept(
    name: str, content: bytes, kind: str, rule: PaperRule, ticket: Ticket, actor: Person, at: datetime
) -> Attachment:
    kept = Attachment(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        field=rule.field,
        name=name,
        content_type=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        internal=rule.audience != CUSTOMER,
        uploaded_by=actor,
        uploaded_at=at,
    )
    kept.file.save(name, ContentFile(content), save=False)  # under a random name, outside the web root
    return kept
