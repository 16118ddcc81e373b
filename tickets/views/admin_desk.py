"""The public page of the organisation: what it offers, under which rulebook, received by which unit (row I07)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tickets.actions.administration import ADMINISTRATOR
from tickets.actions.desk import CHANNEL, DeskPlan, desk_book, desk_set
from tickets.models import PublicDesk
from tickets.rulebook.compiled import Book, Field
from tickets.views.admin_pages import (
    admin_page,
    asked,
    control,
    filled,
    flag,
    organisation_of,
    organisation_tabs,
    page,
    problems,
    save,
    text,
    texts,
)
from tickets.views.admin_routes import books_in_force
from tickets.views.intake_form import ANSWERED_BY, number
from tickets.views.public_form import SHOWN_TYPES
from tickets.views.reader import Reader, language, reader_of

FLAGS = ("is_open", "takes_forms", "takes_mail")
GIVEN = "given."  # in front of the fields that the house answers itself


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    organisation = organisation_of(reader)
    known = PublicDesk.objects.filter(organisation=organisation).select_related("unit").first()
    chosen = text(request, "book") or asked(request, "book") or (known.book if known else "")
    book = desk_book(organisation.pk, chosen, reader.at) if chosen else None
    if request.method != "POST":
        return _page(request, known, book, {})
    errors = _save(request, book)
    return redirect("desk") if not errors else _page(request, known, book, errors, 422)


def _save(request: HttpRequest, book: Book | None) -> dict[str, list[str]]:
    reader = reader_of(request)
    values: dict[str, Any] = {
        **texts(request, "book", "unit", "form_channel", "mail_channel", "words", "words_en"),
        **{name: flag(request, name) for name in FLAGS},
    }
    plan = DeskPlan(
        **values,
        asked=request.POST.getlist("asked"),
        given=_given(request, book) if book else {},
    )
    data = {"book": plan.book, "unit": plan.unit, **{name: getattr(plan, name) for name in FLAGS}}
    change = lambda: desk_set(organisation=organisation_of(reader), plan=plan, at=reader.at)  # noqa: E731
    return save(request, "desk_set", data, change, _("公众页已保存"))


def _given(request: HttpRequest, book: Book) -> dict[str, Any]:
    """What the house answers itself; what is wrong with a value is said when the first complaint comes."""
    zone = ZoneInfo(organisation_of(reader_of(request)).zone)
    found: dict[str, Any] = {}
    for name, rule in _answerable(book).items():
        posted = [one for one in request.POST.getlist(GIVEN + name) if one]
        if posted:
            found[name] = posted if rule.type == "list" else _value(rule, posted[0], zone)
    return found


def _value(rule: Field, raw: str, zone: ZoneInfo) -> Any:
    match rule.type:
        case "boolean":
            return raw == "true"
        case "number":
            return number(raw)
        case "datetime":
            try:
                return datetime.fromisoformat(raw).replace(tzinfo=zone).isoformat()
            except ValueError:
                return raw
    return raw


def _answerable(book: Book) -> dict[str, Field]:
    """The fields of `register` that stand in no place of our own."""
    own = {"content", CHANNEL, *ANSWERED_BY}
    fields = {need.field: book.fields[need.field] for need in book.register.fields if need.field in book.fields}
    return {name: rule for name, rule in fields.items() if name not in own and rule.type in SHOWN_TYPES}


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def _page(
    request: HttpRequest, known: PublicDesk | None, book: Book | None, errors: dict[str, list[str]], status: int = 200
) -> HttpResponse:
    reader = reader_of(request)
    fields = _fields(reader, book)
    more = _rulebook_fields(book) if book else []
    values = _posted(request) if request.method == "POST" else _kept(known, book)
    context = {
        "current": "organisation",
        "tabs": organisation_tabs("desk"),
        "known": known,
        "organisation": organisation_of(reader),
        "book": book,
        "fields": filled(fields, values, errors),
        "more": filled(more, values, errors),
        "problems": problems(errors, [*fields, *more]),
    }
    return page(request, "admin/desk.html", context, change=ADMINISTRATOR, status=status)


def _posted(request: HttpRequest) -> dict[str, Any]:
    flags = {name: flag(request, name) for name in FLAGS}
    return {**request.POST.dict(), **flags, "asked": request.POST.getlist("asked")}


def _kept(known: PublicDesk | None, book: Book | None) -> dict[str, Any]:
    if known is None:
        return {"book": book.id if book else ""}
    names = (*FLAGS, "form_channel", "mail_channel", "asked", "words", "words_en")
    given = {GIVEN + name: _shown(value) for name, value in known.given.items()}
    return (
        {name: getattr(known, name) for name in names}
        | given
        | {
            "book": book.id if book else known.book,
            "unit": known.unit.code,
        }
    )


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value[:16] if isinstance(value, str) and "T" in value[10:11] else value


def _fields(reader: Reader, book: Book | None) -> list[dict[str, Any]]:
    units = [
        (code, f"{name}（{code}）")
        for code, name in organisation_of(reader).units.open().order_by("path").values_list("code", "name")
    ]
    books = [(one.id, one.title.say(language())) for one in books_in_force(reader)]
    channel = book.fields.get(CHANNEL) if book else None
    channels = [(value, title.say(language())) for value, title in channel.choices.items()] if channel else []
    fields = [
        control("book", _("规则手册"), "unit", choices=books, required=True),
        control("unit", _("受理单位"), "unit", choices=units, required=True),
        control("is_open", _("公众页开放"), "boolean"),
        control("takes_forms", _("收网上投诉"), "boolean"),
        control("takes_mail", _("收邮件投诉"), "boolean"),
        control("words", _("怎样投诉（电话、时间、地址）"), long=True, rows=5, maxlength=5000),
        control("words_en", _("同上，英文"), long=True, rows=3, maxlength=5000),
    ]
    if channels:
        fields[5:5] = [
            control("form_channel", _("网上投诉算哪条渠道"), "unit", choices=channels),
            control("mail_channel", _("邮件投诉算哪条渠道"), "unit", choices=channels),
        ]
    return fields


def _rulebook_fields(book: Book) -> list[dict[str, Any]]:
    """Which further fields the form asks, and what the house answers for every complaint that comes in this way."""
    needed = {need.field for need in book.register.fields if need.required and not need.when}
    own = _answerable(book)
    titles = [(name, rule.title.say(language())) for name, rule in own.items() if name not in needed]
    fields = [control("asked", _("表单另外问哪些"), "list", choices=titles)] if titles else []
    for name, rule in own.items():
        if name in needed:
            choices = [(value, title.say(language())) for value, title in rule.choices.items()]
            if rule.type == "boolean":
                choices = [("true", _("是")), ("false", _("否"))]
            kind = "unit" if choices else rule.type
            hint = _("空着就由投诉人填；邮件没有表单，空着就收不了")
            fields.append(control(GIVEN + name, rule.title.say(language()), kind, choices=choices, hint=hint))
    return fields
