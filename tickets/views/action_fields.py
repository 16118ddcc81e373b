"""The form of one action: its fields from the rulebook, and what was typed back into values (rows C09-C18)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from tickets.actions.manners import USED, WHY
from tickets.core.conditions import has_value
from tickets.core.offers import Offer, OfferedField
from tickets.core.sentences import Invalid
from tickets.models import FACT_COLUMNS, Attachment
from tickets.rulebook.compiled import Ask, Book, Condition, Has, OneOf
from tickets.uploads import TooBig, store_upload
from tickets.views.phrase_check import library_url, phrases_url
from tickets.views.reader import Reader, language

YES_NO = ("true", "false")
SHORT = ("ref", "number", "into", "code", "phone")  # the last word of names that hold one short value
KEPT = "kept-"  # a file that was uploaded before the form was refused


def form_fields(
    offer: Offer,
    book: Book,
    facts: dict[str, Any],
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
) -> list[dict[str, Any]]:
    """What partials/field.html draws, required fields first as the rulebook has them."""
    names = {one.field.name for one in offer.fields}
    return [
        _field(one, offer, book, facts, names, typed or {}, (errors or {}).get(one.field.name, []))
        for one in offer.fields
    ]


def _field(
    one: OfferedField,
    offer: Offer,
    book: Book,
    facts: dict[str, Any],
    names: set[str],
    typed: dict[str, Any],
    errors: list[str],
) -> dict[str, Any]:
    name, say = one.field.name, language()
    condition = _shown_when(one.need.when, names)
    kind = "list" if name == "to" and takes_several(offer, book) else one.field.type
    return {
        "name": name,
        "type": "choice" if kind == "boolean" else kind,
        "title": one.field.title.say(say),
        "hint": one.field.hint.say(say) if one.field.hint else "",
        "choices": _choices(one, say),
        "required": one.required and not one.need.when,
        "required_when": bool(one.required and condition),
        "long": kind == "list" or name.split("_")[-1] not in SHORT,
        "value": _shown(typed[name] if name in typed else _suggested(name, facts)),
        "errors": errors,
        "when": json.dumps(condition, ensure_ascii=False) if condition else "",
        "facts": json.dumps({key: facts.get(key) for key in condition if key in facts}) if condition else "",
        "many": bool(one.choices and len(one.choices) > 12),
        "phrases_url": phrases_url(book, name, offer.action),
        "library_url": library_url(book, name, offer.action),
    }


def why_field(errors: list[str], value: str = "") -> dict[str, Any]:
    """Asked where a text holds a forbidden phrase: why it must stand (ruling PHRASES)."""
    title = _("确需保留的理由")
    return {"name": WHY, "type": "text", "title": title, "long": True, "rows": 2, "value": value, "errors": errors}


def _choices(one: OfferedField, say: str) -> list[dict[str, str]]:
    if one.field.type == "boolean":
        return [{"value": value, "title": _("是") if value == "true" else _("否")} for value in YES_NO]
    return [{"value": value, "title": title.say(say)} for value, title in one.choices or ()]


def takes_several(offer: Offer, book: Book) -> bool:
    """Several units at once may be asked for help: side steps stand in parallel."""
    asks = [effect for effect in offer.action.then if isinstance(effect, Ask)]
    return any(book.steps[ask.step].side and ask.at is not None and "chosen" in ask.at.parts for ask in asks)


def _suggested(name: str, facts: dict[str, Any]) -> Any:
    """The class of a ticket is shown as it stands; words that somebody wrote are never written again for them."""
    return facts.get(name) if name in FACT_COLUMNS else None


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and len(value) >= 16 and value[10:11] == "T":
        return value[:16]
    return value


def _shown_when(condition: Condition, names: set[str]) -> dict[str, Any]:
    """The part of a condition that the form itself can look at; the rest is the server's."""
    shown: dict[str, Any] = {}
    for test in condition.tests:
        if isinstance(test, OneOf) and (test.fact in names):
            shown[test.fact] = sorted(test.values, key=str)
        elif isinstance(test, Has):
            shown.update({name: "*" for name in test.fields if name in names})
    return shown


# ── back into values ─────────────────────────────────────────────────────────────────────────────────


def read_given(request: HttpRequest, offer: Offer, book: Book, reader: Reader) -> dict[str, Any]:
    """The values typed, in the form that an action takes, and what stands beside them (`actions.manners`).

    Raises Invalid for a file that isn't taken.
    """
    errors = Invalid()
    beside = {WHY: request.POST.get(WHY, "").strip(), USED: request.POST.getlist(USED)}
    given: dict[str, Any] = {name: value for name, value in beside.items() if value}
    for one in offer.fields:
        value = (
            _file(request, one.field.name, reader, errors)
            if one.field.type == "file"
            else _value(request.POST, one, offer, book, reader)
        )
        if has_value(value):
            given[one.field.name] = value
    errors.raise_if_any()
    return given


def _value(post: QueryDict, one: OfferedField, offer: Offer, book: Book, reader: Reader) -> Any:
    name, kind = one.field.name, one.field.type
    text = post.get(name, "").strip()
    if name == "to":
        several = [value for value in post.getlist(name) if value]
        return several if takes_several(offer, book) else "".join(several[:1])
    match kind:
        case "list":
            return [p for p in post.getlist(name) if p] if one.choices else list(_parts(text))
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
        case "number":
            return _number(text)
        case "datetime":
            return _instant(text, reader)
    return text


def _parts(text: str) -> Iterator[str]:
    for line in text.replace("、", "\n").splitlines():
        if line.strip():
            yield line.strip()


def _number(text: str) -> Any:
    try:
        number = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _instant(text: str, reader: Reader) -> str:
    """`2026-11-24T18:00` of a date field is meant in the organisation's zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None and reader.world is not None:
        moment = moment.replace(tzinfo=reader.world.calendar.zone)
    return moment.isoformat()


def _file(request: HttpRequest, name: str, reader: Reader, errors: Invalid) -> str:
    upload = request.FILES.get(name)
    if not isinstance(upload, UploadedFile):
        return request.POST.get(f"{KEPT}{name}", "")
    try:
        return str(store_upload(upload, actor=reader.person, at=reader.at, field=name).pk)
    except TooBig:
        errors.add(name, "文件太大", "The file is too large")
    except Invalid as invalid:
        for said in invalid.errors.values():
            errors.errors.setdefault(name, []).extend(said)
    return ""


def kept_files(offer: Offer, given: dict[str, Any], reader: Reader) -> list[dict[str, str]]:
    """Files that are there already, so that a refused form doesn't ask for them again."""
    wanted = {one.field.name: given.get(one.field.name) for one in offer.fields if one.field.type == "file"}
    ids = [value for value in wanted.values() if value]
    if not ids:
        return []
    own = Q(uploaded_by=reader.person) | Q(ticket__in=reader.tickets)
    names = {str(row.pk): row.name for row in Attachment.objects.filter(own, pk__in=ids).only("name")}
    return [
        {"name": f"{KEPT}{field}", "value": value, "file": names[value]}
        for field, value in wanted.items()
        if value in names
    ]
