"""Documents of a ticket: written, looked at as they will look, sent, fetched (rows A03, C15, C22)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints_site.lib.paper import pdf_trouble, to_html
from tickets.actions.manners import WHY
from tickets.actions.outcome import Outcome
from tickets.actions.papers import (
    forbidden_words,
    may_write,
    paper_draft,
    paper_edit,
    paper_for,
    paper_looked_at,
    paper_send,
    text_of,
)
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.downloads import sent, sent_content
from tickets.models import Draft, Paper
from tickets.papers.archive import archive_answer
from tickets.papers.body import LONGEST_TEXT, Piece, pieces
from tickets.papers.fill import still_open
from tickets.papers.out import MAKERS, document_of, draft_file, kept_file
from tickets.rulebook.paper_rules import PaperRule
from tickets.views.access import work_page
from tickets.views.action_fields import why_field
from tickets.views.drafts import BEGUN
from tickets.views.paper_panel import audience_words, panel_url
from tickets.views.reader import Reader, language, reader_of
from tickets.views.ticket import found_ticket

FIELD = "piece-"


def _found(request: HttpRequest, number: str, id: int) -> tuple[Reader, Outcome, Paper, PaperRule]:
    """The document, where this person may see its ticket. Raises Http404."""
    reader = reader_of(request)
    found = found_ticket(reader, number)
    paper = paper_for(reader.person, found.ticket.pk, id)
    if paper is None:
        raise Http404
    return reader, found, paper, found.book.papers[paper.name]


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_POST
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """Begin a document; with `like`, from the text of one that was sent."""
    reader = reader_of(request)
    found = found_ticket(reader, number)
    like = request.POST.get("like", "")
    source = paper_for(reader.person, found.ticket.pk, int(like)) if like.isdecimal() and len(like) < 18 else None
    try:
        made = paper_draft(
            ticket_id=found.ticket.pk,
            name=source.name if source else request.POST.get("name", ""),
            actor=reader.person,
            at=reader.at,
            like=source,
        )
    except (Refused, Forbidden) as refused:
        messages.error(request, refused.sentence.say(language()))
        return redirect(panel_url(number))
    except Invalid:
        raise Http404 from None
    return redirect("paper", number, made.pk)


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """A sent document as it is; a draft with its text to be edited, and as it will look."""
    reader, found, paper, rule = _found(request, number, id)
    if request.method == "POST":
        return _save(request, reader, found, paper, rule)
    paper_looked_at(paper=paper, rule=rule, actor=reader.person, at=reader.at)
    return render(request, "papers/paper.html", _context(reader, found, paper, rule, typed=_kept_typing(reader, paper)))


def _save(request: HttpRequest, reader: Reader, found: Outcome, paper: Paper, rule: PaperRule) -> HttpResponse:
    typed = _typed(request)
    version = request.POST.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else 0
    try:
        changed = _changed(paper, typed)
        if changed:
            paper_edit(paper=paper, texts=changed, version=seen, actor=reader.person, at=reader.at)
        _forget_typing(reader, paper)
        if request.POST.get("do") == "send":
            why = request.POST.get(WHY, "")
            paper_send(paper=paper, version=paper.version, actor=reader.person, at=reader.at, wording_reason=why)
    except (Refused, Forbidden) as refused:
        said = refused.sentence.say(language())
        context = _context(reader, found, _again(reader, found, paper), rule, typed=typed, refused=said)
        return render(request, "papers/paper.html", context, status=409)
    except Invalid as invalid:
        errors = {key: [one.say(language()) for one in says] for key, says in invalid.errors.items()}
        context = _context(reader, found, _again(reader, found, paper), rule, typed=typed, errors=errors)
        return render(request, "papers/paper.html", context, status=422)
    messages.success(request, _("已发出并存档") if request.POST.get("do") == "send" else _("已保存"))
    return redirect("paper", found.ticket.number, paper.pk)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name.removeprefix(FIELD): str(text) for name, text in request.POST.items() if name.startswith(FIELD)}


def _changed(paper: Paper, typed: dict[str, str]) -> dict[str, str]:
    """Only what differs from the newest text is an edit; line ends are the browser's."""
    known = {piece.key: piece.text for piece in pieces(text_of(paper).body)}
    return {key: text for key, text in typed.items() if known.get(key) != text.replace("\r\n", "\n").rstrip()}


def _again(reader: Reader, found: Outcome, paper: Paper) -> Paper:
    fresh = paper_for(reader.person, found.ticket.pk, paper.pk)
    if fresh is None:
        raise Http404
    return fresh


def _context(
    reader: Reader,
    found: Outcome,
    paper: Paper,
    rule: PaperRule,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
    refused: str = "",
) -> dict[str, Any]:
    text = text_of(paper)
    is_draft = paper.state == Paper.State.DRAFT
    fields = [_field(piece, typed or {}, errors or {}) for piece in pieces(text.body)]
    why = why_field((errors or {}).get(WHY, []))
    return {
        "at": reader.at,
        "current": "queue",
        "ticket": found.ticket,
        "paper": paper,
        "title": rule.title.say(language()),
        "audience": audience_words(rule),
        "papers_url": panel_url(found.ticket.number),
        "is_draft": is_draft,
        "edits": is_draft and may_write(rule, found, reader.person, reader.at),
        "fields": fields,
        "problems": [
            {"field": f"field-{x['name']}", "words": "；".join(x["errors"])} for x in (*fields, why) if x["errors"]
        ],
        "refused": refused,
        "restored": bool(typed) and not errors and not refused,
        "open": still_open(text.body),
        "phrases": forbidden_words(found, rule, text.body),
        "why": why,
        "sheet": to_html(document_of(text, rule, found)),
        "versions": list(paper.texts.defer("body").select_related("author").order_by("-version")),
        "no_pdf": pdf_trouble(),
        "files": [kept for kept in (paper.word, paper.pdf) if kept is not None],
        "can_redo": not is_draft and may_write(rule, found, reader.person, reader.at),
    }


def _field(piece: Piece, typed: dict[str, str], errors: dict[str, list[str]]) -> dict[str, Any]:
    value = typed.get(piece.key, piece.text)
    return {
        "name": f"{FIELD}{piece.key}",
        "type": "text",
        "title": piece.label or _label(piece.key),
        "required": True,  # no “选填” beside it: an empty one is allowed and shows as empty
        "long": piece.long,
        "rows": min(14, 3 + value.count("\n") + len(value) // 40),
        "maxlength": LONGEST_TEXT if piece.long else 200,
        "value": value,
        "errors": errors.get(piece.key, []),
    }


def _label(key: str) -> str:
    said = {"heading": _("标题"), "to": _("主送"), "note": _("附注"), "closing": _("落款")}
    return said.get(key.partition(".")[0], _("正文"))


# ── kept while typing ────────────────────────────────────────────────────────────────────────────────


@work_page
@require_POST
def keep(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """What was typed and not saved yet, encrypted, of one person: it is there again when they come back."""
    reader, _found_ticket, paper, _rule = _found(request, number, id)
    typed = _typed(request)
    changed = {key: text[:LONGEST_TEXT].replace("\x00", "") for key, text in _changed(paper, typed).items()}
    kept = {"data": {"version": paper.version, "typed": changed}, "saved_at": reader.at}
    Draft.objects.update_or_create(person=reader.person, book=_desk(paper), defaults=kept)
    return JsonResponse({"saved_at": f"{timezone.localtime(reader.at):%H:%M:%S}"})


def _desk(paper: Paper) -> str:
    return f"{BEGUN}paper:{paper.pk}"


def _kept_typing(reader: Reader, paper: Paper) -> dict[str, str]:
    """Only what belongs to the newest version: over somebody else's later text nothing is laid."""
    kept = Draft.objects.filter(person=reader.person, book=_desk(paper)).first()
    if kept is None or paper.state != Paper.State.DRAFT or kept.data.get("version") != paper.version:
        return {}
    return dict(kept.data["typed"])


def _forget_typing(reader: Reader, paper: Paper) -> None:
    Draft.objects.filter(person=reader.person, book=_desk(paper)).delete()


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_GET
def print_view(request: HttpRequest, number: str, id: int) -> HttpResponse:
    reader, found, paper, rule = _found(request, number, id)
    paper_looked_at(paper=paper, rule=rule, actor=reader.person, at=reader.at)
    context = {
        "at": reader.at,
        "title": rule.title.say(language()),
        "ticket": found.ticket,
        "sheet": to_html(document_of(text_of(paper), rule, found)),
        "back_url": panel_url(number),
    }
    return render(request, "papers/print.html", context)


@work_page
@require_GET
def versions(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """Two texts of a document side by side, piece by piece; those that differ first to the eye."""
    reader, found, paper, rule = _found(request, number, id)
    paper_looked_at(paper=paper, rule=rule, actor=reader.person, at=reader.at)
    wanted = request.GET.get("version", "")
    newest = text_of(paper)
    number_before = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else max(1, newest.version - 1)
    before = paper.texts.filter(version=number_before).first()
    if before is None:
        raise Http404
    old = {piece.key: piece.text for piece in pieces(before.body)}
    rows = [
        {"label": piece.label or _label(piece.key), "before": old.get(piece.key, ""), "now": piece.text}
        for piece in pieces(newest.body)
    ]
    context = {
        "at": reader.at,
        "current": "queue",
        "ticket": found.ticket,
        "paper": paper,
        "title": rule.title.say(language()),
        "before": before,
        "newest": newest,
        "rows": [row | {"differs": row["before"] != row["now"]} for row in rows],
        "versions": list(paper.texts.defer("body").select_related("author").order_by("-version")),
    }
    return render(request, "papers/versions.html", context)


@work_page
@require_GET
def file(request: HttpRequest, number: str, id: int, format: str) -> HttpResponseBase:
    if format not in MAKERS:
        raise Http404
    reader, found, paper, rule = _found(request, number, id)
    paper_looked_at(paper=paper, rule=rule, actor=reader.person, at=reader.at)
    try:
        kept = kept_file(paper, format)
        if kept is not None:
            return sent(kept)
        return sent_content(*draft_file(document_of(text_of(paper), rule, found), format))
    except Refused as refused:
        messages.error(request, refused.sentence.say(language()))
        return redirect("paper", number, id)


@work_page
@require_GET
def archive(request: HttpRequest, number: str, format: str) -> HttpResponseBase:
    reader = reader_of(request)
    found = found_ticket(reader, number)
    if format not in ("pdf", "zip"):
        raise Http404
    try:
        return archive_answer(found, format, actor=reader.person, at=reader.at)
    except Refused as refused:
        messages.error(request, refused.sentence.say(language()))
        return redirect(panel_url(number))
