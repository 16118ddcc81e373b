"""The library of wordings: found, read by version, edited, and put into an answer by keyboard (C23; docs 3, 7, 16)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tickets.actions.library import CARD_PARTS, Wording, entry_write, found, in_force, may_write
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import LibraryEntry, LibraryVersion, RulebookVersion, Unit
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, control, filled, problems, text
from tickets.views.reader import Reader, language, reader_of

MOST, MOST_PICKED = 200, 12
KINDS: dict[str, Any] = {
    LibraryEntry.Kind.WORDING: gettext_lazy("解释口径"),
    LibraryEntry.Kind.SCRIPT: gettext_lazy("通话脚本"),
    LibraryEntry.Kind.CARD: gettext_lazy("一次告知卡"),
}


def today(reader: Reader) -> date:
    assert reader.world is not None  # noqa: S101  whoever sees tickets belongs to an organisation
    return reader.at.astimezone(reader.world.calendar.zone).date()


@work_page
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """What may be said today, as a tree of topics, searched by words."""
    reader = reader_of(request)
    words, kind = asked(request, "q"), asked(request, "kind")
    rows = found(in_force(reader.person.organisation_id, today(reader)), words, kind)[:MOST]
    context = {
        "at": reader.at,
        "current": "library",
        "q": words,
        "kinds": [{"value": value, "title": title, "on": value == kind} for value, title in KINDS.items()],
        "topics": _tree(rows),
        "may_write": may_write(reader.person, reader.at),
        "empty": {
            "title": _("没有找到"),
            "text": _("解释口径、通话脚本和一次告知卡写好并生效后，列在这里；答复客户时按 Alt+K 调用。"),
        },
    }
    return render(request, "library/library.html", context)


def _tree(rows: Iterable[LibraryVersion]) -> list[dict[str, Any]]:
    topics: dict[str, list[LibraryVersion]] = {}
    for row in rows:
        topics.setdefault(row.entry.topic, []).append(row)
    return [
        {
            "topic": topic.replace("/", " › ") or _("其他"),
            "rows": [{"row": r, "kind": KINDS[r.entry.kind]} for r in own],
        }
        for topic, own in topics.items()
    ]


def _entry(reader: Reader, id: int) -> LibraryEntry:
    entry = LibraryEntry.objects.filter(pk=id, organisation=reader.person.organisation_id).first()
    if entry is None:
        raise Http404
    return entry


@work_page
@require_GET
def entry(request: HttpRequest, id: int) -> HttpResponse:
    """Every version of one entry, the newest first: who changed it, when, why, and from when it holds."""
    reader = reader_of(request)
    own = _entry(reader, id)
    versions = list(own.versions.select_related("author", "owner").order_by("-version"))
    now = in_force(reader.person.organisation_id, today(reader)).filter(entry=own).first()
    context = {
        "at": reader.at,
        "current": "library",
        "entry": own,
        "kind": KINDS[LibraryEntry.Kind(own.kind)],
        "versions": versions,
        "title": versions[0].title,
        "now": now.version if now else None,
        "may_write": may_write(reader.person, reader.at),
    }
    return render(request, "library/entry.html", context)


# ── editing ──────────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, id: int = 0) -> HttpResponse:
    """A new entry, or the next version of one."""
    reader = reader_of(request)
    if not may_write(reader.person, reader.at):
        return render(request, "403.html", status=403)
    own = _entry(reader, id) if id else None
    newest = own.versions.filter(version=own.newest).first() if own else None
    fields = _fields(reader, own)
    if request.method != "POST":
        return _form(request, reader, own, filled(fields, _values(own, newest)), {})
    try:
        made = entry_write(
            wording=_typed(request, reader), actor=reader.person, at=reader.at, entry=own, seen=_seen(request)
        )
    except Invalid as invalid:
        errors = {name: [one.say(language()) for one in says] for name, says in invalid.errors.items()}
    except (Refused, Forbidden) as refused:
        errors = {"": [refused.sentence.say(language())]}
    else:
        messages.success(request, _("已存为第 %(n)d 版") % {"n": made.version})
        return redirect("library-entry", made.entry_id)
    return _form(request, reader, own, filled(fields, request.POST.dict(), errors), errors, status=422)


def _form(
    request: HttpRequest,
    reader: Reader,
    own: LibraryEntry | None,
    fields: list[dict[str, Any]],
    errors: dict[str, list[str]],
    status: int = 200,
) -> HttpResponse:
    context = {
        "at": reader.at,
        "current": "library",
        "entry": own,
        "fields": fields,
        "problems": problems(errors, fields),
        "title": _("改口径") if own else _("新口径"),
    }
    return render(request, "library/edit.html", context, status=status)


def _fields(reader: Reader, own: LibraryEntry | None) -> list[dict[str, Any]]:
    units = Unit.objects.filter(pk__in=reader.units).order_by("code").values_list("code", "name")
    kind = control("kind", _("种类"), "choice", choices=list(KINDS.items()), required=True)
    parts = [control(f"part{n}", title, long=True, rows=2) for n, title in enumerate(CARD_PARTS)]
    is_card = own is None or own.kind == LibraryEntry.Kind.CARD
    return [
        *([kind] if own is None else []),
        control("title", _("标题"), required=True),
        control("topic", _("主题"), hint=_("如 宽带/断网，用斜杠分层")),
        control("text", _("对客户说的话"), long=True, rows=6),
        *(parts if is_card else []),
        control("owner", _("归口单位"), "choice", choices=list(units)),
        control("valid_from", _("生效日"), "date", hint=_("不填就是今天")),
        control("valid_until", _("截止日"), "date", hint=_("不填就一直有效")),
        control("note", _("改了什么、为什么")),
    ]


def _values(own: LibraryEntry | None, newest: LibraryVersion | None) -> dict[str, Any]:
    if own is None or newest is None:
        return {}
    parts = dict(newest.parts)
    return {
        "title": newest.title,
        "topic": own.topic,
        "text": newest.text,
        "owner": newest.owner.code if newest.owner else "",
        "valid_until": newest.valid_until.isoformat() if newest.valid_until else "",
        **{f"part{n}": parts.get(label, "") for n, label in enumerate(CARD_PARTS)},
    }


def _typed(request: HttpRequest, reader: Reader) -> Wording:
    """Raises Invalid for a date that is none."""
    owner = Unit.objects.filter(pk__in=reader.units, code=text(request, "owner")).first()
    return Wording(
        title=text(request, "title"),
        text=text(request, "text"),
        topic="/".join(part.strip() for part in text(request, "topic").split("/") if part.strip()),
        parts=[text(request, f"part{n}") for n in range(len(CARD_PARTS))],
        owner=owner,
        valid_from=_day(request, "valid_from"),
        valid_until=_day(request, "valid_until"),
        note=text(request, "note"),
        kind=text(request, "kind") or LibraryEntry.Kind.WORDING,
    )


def _day(request: HttpRequest, name: str) -> date | None:
    value = text(request, name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        error = Invalid()
        error.add(name, "要填日期，如 2026-11-24", "Must be a date like 2026-11-24")
        raise error from None


def _seen(request: HttpRequest) -> int:
    value = request.POST.get("seen", "")
    return int(value) if value.isdecimal() and len(value) < 10 else 0


# ── into an answer ───────────────────────────────────────────────────────────────────────────────────


@work_page
@require_GET
def pick(request: HttpRequest, book: str, version: int) -> HttpResponse:
    """What can be put into the text that is being written: wordings in force, and the rulebook's polite phrases."""
    reader = reader_of(request)
    words, field = asked(request, "q"), asked(request, "field")
    if not field.replace("-", "").replace("_", "").isalnum():
        raise Http404
    rows = found(in_force(reader.person.organisation_id, today(reader)), words)[:MOST_PICKED]
    known = RulebookVersion.objects.filter(book=book, version=version).only("pk").first()
    polite = book_of(known.pk).phrases.polite if known else ()
    context = {
        "field": field,
        "q": words,
        "rows": [{"row": row, "said": said(row), "kind": KINDS[LibraryEntry.Kind(row.entry.kind)]} for row in rows],
        "polite": [phrase for phrase in polite if words in phrase][:40],
        "url": request.path,
    }
    template = "library/picked.html" if "q" in request.GET else "library/pick.html"
    return render(request, template, context)


def said(row: LibraryVersion) -> str:
    """The words of an entry as they go into a text: a card says its parts one below the other."""
    return "\n".join(filter(None, [row.text, *(f"{label}：{part}" for label, part in row.parts)]))
