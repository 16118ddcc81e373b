"""Rulebooks: versions in force, one version in words with its proof, loading a file (rows R01, R02)."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tickets.access import not_about
from tickets.actions.administration import ADMINISTRATOR
from tickets.actions.books import book_load
from tickets.models import RulebookVersion
from tickets.rulebook.check import Report, check
from tickets.rulebook.compiled import APPROVAL, Book, Chain
from tickets.rulebook.problems import RulebookErrors
from tickets.rulebook.registry import book_of, current_books, source_of
from tickets.rulebook.source import MOST_BYTES, flatten
from tickets.views import book_words as words
from tickets.views.addresses import address
from tickets.views.admin_pages import admin_page, organisation_of, page, save
from tickets.views.reader import Reader, language, reader_of

MOST_DIFFERENCES = 400
SIMULATORS = frozenset({ADMINISTRATOR, "supervisor"})


def _versions(reader: Reader) -> QuerySet[RulebookVersion]:
    own = Q(organisation=None) | Q(organisation=reader.person.organisation_id)
    return RulebookVersion.objects.filter(own).defer("source")


@login_required
@require_safe
def rulebooks(request: HttpRequest) -> HttpResponse:
    """Every version that this organisation may use, those in force marked; whoever works by them may read them."""
    return _list_page(request)


def _list_page(request: HttpRequest, refused: list[str] | None = None, status: int = 200) -> HttpResponse:
    reader = reader_of(request)
    if reader.person.organisation is None or not reader.roles:
        return render(request, "403.html", status=403)
    in_force = {version.pk for version in current_books(reader.at, organisation_of(reader)).values()}
    open_counts = _open_counts(reader)
    rows = [
        {
            "version": version,
            "title": version.title_en if language() == "en" and version.title_en else version.title,
            "in_force": version.pk in in_force,
            "open": open_counts.get(version.pk, 0),
        }
        for version in _versions(reader).select_related("loaded_by").order_by("book", "-version")
    ]
    simulate = address("simulations") if reader.roles & SIMULATORS else ""
    context = {"current": "rulebooks", "rows": rows, "refused": refused, "most": MOST_BYTES, "simulate": simulate}
    return page(request, "admin/rulebooks.html", context, change=ADMINISTRATOR, status=status)


def _open_counts(reader: Reader) -> dict[int, int]:
    """Open tickets by version: of the organisation for those who run it, else of what the reader sees; no content."""
    runs_it = ADMINISTRATOR in reader.roles
    tickets = (not_about(reader.person, reader.at) if runs_it else reader.tickets).filter(ended_at=None)
    return dict(tickets.order_by().values_list("rulebook").annotate(Count("pk")))


def _older_open(reader: Reader, version: RulebookVersion) -> int:
    older = Q(rulebook__book=version.book, rulebook__version__lt=version.version)
    return not_about(reader.person, reader.at).filter(older, ended_at=None).count()


# ── loading ──────────────────────────────────────────────────────────────────────────────────────────


@admin_page(ADMINISTRATOR)
@require_POST
def rulebook_load(request: HttpRequest) -> HttpResponse:
    """A file that has errors is refused line by line; what was in force stays so."""
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > MOST_BYTES:
        return _list_page(request, [_("选择一个不超过 1 MB 的 TOML 文件。")], status=422)
    name = get_valid_filename(Path(upload.name or "").name or "rulebook.toml")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(upload.read())
        try:
            version = _load(request, path)
        except RulebookErrors as errors:
            return _list_page(request, [problem.say(language()) for problem in errors.problems], status=422)
    if version is None:
        return _list_page(request, [str(message) for message in messages.get_messages(request)], status=422)
    return redirect("rulebook", version.book, version.version)


def _load(request: HttpRequest, path: Path) -> RulebookVersion | None:
    reader = reader_of(request)
    flat = flatten(path, settings.RULEBOOK_PATH)
    done: list[RulebookVersion] = []

    def change() -> None:
        done.append(book_load(flat=flat, actor=reader.person, at=reader.at, organisation=organisation_of(reader)))

    rulebook = flat.source.get("rulebook")
    named = rulebook if isinstance(rulebook, dict) else {}
    data = {"file": path.name, "book": str(named.get("id", ""))[:60], "sha256": flat.sha256}
    refused = save(request, "rulebook_load", data, change, _("规则手册已装入"))
    if refused or not _versions(reader).filter(pk=done[0].pk).exists():
        messages.error(request, " ".join(refused.get("", [])) or _("这个标识的规则手册属于另一个组织。"))
        return None
    return done[0]


# ── one version ──────────────────────────────────────────────────────────────────────────────────────


@login_required
@require_http_methods(["GET", "HEAD"])
def rulebook(request: HttpRequest, book: str, version: int) -> HttpResponse:
    reader = reader_of(request)
    if reader.person.organisation is None or not reader.roles:
        return render(request, "403.html", status=403)
    found = get_object_or_404(_versions(reader).select_related("loaded_by"), book=book, version=version)
    compiled = book_of(found.pk)
    before = _versions(reader).filter(book=book, version__lt=version).order_by("-version").first()
    context = {
        "current": "rulebooks",
        "version": found,
        "title": words.say(compiled.title, found.title),
        "source": compiled.source.say(language()),
        "in_force": current_books(reader.at, organisation_of(reader)).get(book) == found,
        "open": _open_counts(reader).get(found.pk, 0),
        "older_open": _older_open(reader, found),
        "proof": proof_of(compiled, check(compiled, f"{book}.toml")),
        "before": before,
        "differences": list(differences(before, found)) if before else [],
        **_parts(compiled),
    }
    return page(request, "admin/rulebook.html", context, change=ADMINISTRATOR)


def proof_of(book: Book, report: Report) -> dict[str, Any]:
    """What the checker proved, as a manager reads it: how much was walked through, and the tightest ways."""
    longest = report.facts.get("longest")
    ways = [
        {"clock": words.clock_title(book, clock), "way": way_words(book, str(way))}
        for clock, way in (longest.items() if isinstance(longest, dict) else ())
    ]
    return {
        "facts": report.facts,
        "ways": ways,
        "warnings": [problem.say(language()) for problem in report.warnings],
        "errors": [problem.say(language()) for problem in report.errors],
    }


def way_words(book: Book, way: str) -> str:
    """`48 h / 48 h: intake 1 h + reply 2 h` of the checker, with titles and units as people say them."""
    sums, _colon, parts = way.partition(": ")
    said = [_way_step(book, part) for part in parts.split(" + ") if part]
    return " = ".join(filter(None, [" / ".join(map(_hours, sums.split(" / "))), " + ".join(said)]))


def _way_step(book: Book, part: str) -> str:
    name, _space, length = part.partition(" ")
    return f"{words.step(book, name)} {_hours(length)}"


def _hours(written: str) -> str:
    amount, _space, unit = written.partition(" ")
    pattern = {"h": _("%(n)s 小时"), "min": _("%(n)s 分钟"), "s": _("%(n)s 秒")}.get(unit)
    return pattern % {"n": amount} if pattern else written


def _parts(book: Book) -> dict[str, Any]:
    return {
        "steps": [_step(book, name) for name in book.steps],
        "actions": [_action(book, name) for name in book.actions],
        "tables": [_table(book, name) for name in book.tables],
        "clocks": [_clock(book, name) for name in book.clocks],
        "alarms": [_chain(book, chain) for chain in book.alarms.values()],
        "texts": [
            {
                "title": words.say(message.title, message.name),
                "text": words.say(message.text),
                "ways": words.listed(message.ways),
            }
            for message in book.messages.values()
        ],
        "fields": [_field(book, name) for name in book.fields],
        "ends": [words.say(title, name) for name, title in book.ends.items()],
        "roles": [words.say(title, name) for name, title in book.roles.items()],
        "priorities": [
            {
                "mark": row.mark,
                "score": row.score,
                "because": words.say(row.because),
                "when": words.condition(book, row.when),
            }
            for row in book.priority
        ],
    }


def _step(book: Book, name: str) -> dict[str, Any]:
    step = book.steps[name]
    return {
        "title": words.say(step.title, name),
        "side": step.side,
        "by": words.roles(book, step.by),
        "at": words.holder(book, step.at),
        "limit": words.limit(book, step.limit) or "—",
        "alarm": step.alarm,
    }


def _action(book: Book, name: str) -> dict[str, Any]:
    action = book.actions[name]
    origins = [words.step(book, kind) for kind in book.steps if kind in action.from_steps]
    if APPROVAL in action.from_steps:
        origins.append(words.step(book, APPROVAL))
    origins += [words.say(book.ends[end], end) for end in book.ends if end in action.from_ends]
    if action.from_start:
        origins.append(_("开始"))
    if action.from_ticket:
        origins.append(_("工单的任何环节"))
    needs = [
        words.fact(book, need.field) if need.field in book.fields else need.field
        for need in action.fields
        if need.required
    ]
    return {
        "title": words.say(action.title, name),
        "from": words.listed(origins),
        "by": words.roles(book, action.by) or _("环节的持有人"),
        "when": words.condition(book, action.when),
        "needs": words.listed(_need(name) for name in needs),
        "effects": [words.effect(book, effect) for effect in action.then],
        "approval": words.holder(book, action.approval.at) if action.approval else "",
    }


def _need(name: str) -> str:
    return {"to": _("接收单位"), "assignee": _("处理人"), "until": _("新的时限")}.get(name, name)


def _table(book: Book, name: str) -> dict[str, Any]:
    table = book.tables[name]
    rows = [words.table_row(book, table, row) for row in table.rows]
    return {
        "title": words.say(table.title, name),
        "by": [words.fact(book, fact) for fact in table.by],
        "rows": [{"cells": cells, "value": value} for cells, value in rows],
    }


def _clock(book: Book, name: str) -> dict[str, Any]:
    clock = book.clocks[name]
    return {
        "title": words.say(clock.title, name),
        "starts": words.listed(words.action(book, one) for one in sorted(clock.starts)),
        "stops": words.listed(words.action(book, one) for one in sorted(clock.stops)),
        "limit": words.limit(book, clock.limit),
        "alarm": clock.alarm,
        "fixed": clock.fixed,
    }


def _chain(book: Book, chain: Chain) -> dict[str, Any]:
    return {
        "name": chain.name,
        "moments": [
            {"key": moment_words(moment.key), "effects": [words.effect(book, effect) for effect in moment.then]}
            for moment in chain.moments
        ],
    }


def moment_words(key: str) -> str:
    """90%, due, due+24h, every 24h, as people say it."""
    if key.endswith("%"):
        return _("用到 %(share)s 时") % {"share": key}
    if key == "due":
        return _("到期时")
    plain, sign, rest = key.partition("+")
    if sign:
        return _("超时 %(time)s 后") % {"time": _length(rest)}
    return _("之后每 %(time)s") % {"time": _length(plain.removeprefix("every "))}


def _length(written: str) -> str:
    digits = "".join(char for char in written if char.isdigit())
    unit = written[len(digits) :]
    return str(words.UNIT_WORDS[unit]) % {"n": int(digits)} if digits and unit in words.UNIT_WORDS else written


def _field(book: Book, name: str) -> dict[str, Any]:
    field = book.fields[name]
    return {
        "title": words.say(field.title, name),
        "name": name,
        "personal": field.personal,
        "choices": words.listed(words.say(title, value) for value, title in field.choices.items()),
    }


# ── what changed ─────────────────────────────────────────────────────────────────────────────────────


def differences(before: RulebookVersion, now: RulebookVersion) -> Iterator[dict[str, str]]:
    """Lines that went and lines that came, each with the place in the rulebook it stands at."""
    old, new = (list(lines_of(source_of(version))) for version in (before, now))
    shown = 0
    for line in difflib.unified_diff(old, new, lineterm="", n=0):
        if line.startswith(("---", "+++", "@@")):
            continue
        if shown == MOST_DIFFERENCES:
            yield {"kind": "more", "text": _("后面还有更多改动，没有列出")}
            return
        shown += 1
        yield {"kind": "came" if line.startswith("+") else "went", "text": line[1:]}


def lines_of(source: Any, place: str = "") -> Iterator[str]:
    """The source as `steps.handling.limit = 38h`, a line for each value."""
    if isinstance(source, dict):
        for name, value in source.items():
            yield from lines_of(value, f"{place}.{name}" if place else str(name))
    elif isinstance(source, list) and any(isinstance(item, dict | list) for item in source):
        for number, item in enumerate(source, start=1):
            yield from lines_of(item, f"{place}[{number}]")
    elif isinstance(source, list):
        yield f"{place} = {'、'.join(map(str, source))}"
    else:
        yield f"{place} = {source}"
