"""责任台账 as a page: what waits for a decision, what was decided, one's own lines, a month's statement (P01, P06)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from reporting.accountability import decide
from reporting.accountability.ledger import charges_for, keeps_ledger, statement
from reporting.accountability.propose import charge_enter, entries
from reporting.exports import workbook
from reporting.models import Charge
from reporting.views.improvement_parts import CURRENT, amount, day_of, tabs
from reporting.views.indicator_export import TYPES
from reporting.views.samples import answered, month_of
from tickets.core.sentences import Invalid
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number, text
from tickets.views.list_pages import pages_of
from tickets.views.reader import Reader, language, reader_of

SHOWN = 30
OPEN, DECIDED, MINE = "open", "decided", "mine"
STATES = {
    Charge.State.PROPOSED: gettext_lazy("待决定"),
    Charge.State.APPLIED: gettext_lazy("已处理"),
    Charge.State.WAIVED: gettext_lazy("不予处理"),
    Charge.State.REVOKED: gettext_lazy("已撤销"),
}
EMPTY = gettext_lazy(
    "投诉核实属实、环节逾期或无理由不予受理时，系统按规则手册提出处理建议，由人决定；当事人可以申辩和提出异议。"
)
WHY_UP = {
    "party": gettext_lazy("决定人是当事人，转上一级"),
    "lapsed": gettext_lazy("逾期未决定，转上一级"),
    "nobody": gettext_lazy("上面没有可以决定的人"),
}


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def charges(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)

    def show(status: int, problems: list[Any]) -> HttpResponse:
        return render(
            request, "accountability/charges.html", _context(request, reader) | {"problems": problems}, status=status
        )

    if request.method != "POST":
        return show(200, [])
    acts = {"decide": _decide, "reply": _reply, "dispute": _dispute, "answer": _answer, "enter": _enter}
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        return show(422, [{"field": "", "words": _("没有这个操作")}])
    return answered(request, lambda: act(request, reader), show, request.get_full_path())


def _decide(request: HttpRequest, reader: Reader) -> str:
    errors = Invalid()
    said = decide.Decided(
        apply=_verdict(request, errors),
        reason=text(request, "reason"),
        fine=amount(request, "fine", errors),
        loss=amount(request, "loss", errors),
        loss_ground=text(request, "loss_ground"),
        excused_from=day_of(request, "excused_from", errors),
    )
    errors.raise_if_any()
    decide.charge_decide(
        id=_id(request), said=said, actor=reader.person, at=reader.at, version=number(text(request, "version"))
    )
    return _("已决定")


def _verdict(request: HttpRequest, errors: Invalid) -> bool:
    verdict = text(request, "verdict")
    if verdict not in ("yes", "no"):
        errors.add("", "选择处理还是不予处理", "Say whether the measure is applied")
    return verdict == "yes"


def _reply(request: HttpRequest, reader: Reader) -> str:
    decide.charge_reply(id=_id(request), text=text(request, "text"), actor=reader.person, at=reader.at)
    return _("已记下您的申辩")


def _dispute(request: HttpRequest, reader: Reader) -> str:
    decide.charge_dispute(id=_id(request), text=text(request, "text"), actor=reader.person, at=reader.at)
    return _("已提出异议，由别人复核")


def _answer(request: HttpRequest, reader: Reader) -> str:
    errors = Invalid()
    revoke = not _verdict(request, errors)
    errors.raise_if_any()
    decide.charge_answer(
        id=_id(request), revoke=revoke, answer=text(request, "text"), actor=reader.person, at=reader.at
    )
    return _("已复核：撤销") if revoke else _("已复核：维持")


def _enter(request: HttpRequest, reader: Reader) -> str:
    said = {name: text(request, name) for name in ("entry", "person", "ground")}
    charge_enter(**said, actor=reader.person, at=reader.at)
    return _("已登记，等决定")


def _entry_fields(request: HttpRequest, reader: Reader) -> list[dict[str, Any]]:
    """Nothing where no rulebook in force has a measure that is entered by hand."""
    known = entries(reader.at, reader.person.organisation_id or 0)
    if not known or reader.world is None:
        return []
    people = sorted(reader.world.people.values(), key=lambda one: one.name)
    choices = [{"value": name, "title": one.title.say(language())} for name, (_pk, one) in known.items()]
    fields: list[dict[str, Any]] = [
        {"name": "entry", "type": "unit", "title": _("情形"), "choices": choices},
        {"name": "person", "type": "person", "title": _("涉及的人"),
         "choices": [{"value": one.username, "title": one.name} for one in people if one.id != reader.person.pk]},
        {"name": "ground", "type": "text", "title": _("事实依据"), "long": True},
    ]  # fmt: skip
    return [{**field, "required": True, "value": request.POST.get(field["name"], "")} for field in fields]


def _id(request: HttpRequest) -> int:
    return number(text(request, "charge")) or 0


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def _context(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    keeper = keeps_ledger(reader.person, reader.at)
    shown = asked(request, "show") or (OPEN if keeper else MINE)
    rows = _shown(charges_for(reader.person, reader.at), reader, shown)
    page = Paginator(rows, SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    month = _month(request, reader)
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("charges"),
        "shown": shown,
        "views": _views(shown, keeper),
        "count": page.paginator.count,
        "rows": [_row(reader, charge) for charge in page],
        "pages": pages_of(page, request),
        "month": f"{month:%Y-%m}",
        "statement": _statement(reader, month) if keeper else [],
        "keeper": keeper,
        "entry": _entry_fields(request, reader) if keeper else [],
        "export_url": f"{reverse('charges-statement')}?month={month:%Y-%m}",
        "empty": {
            "title": _("没有涉及您的责任认定") if shown == MINE else _("没有要看的责任认定"),
            "text": _(
                "投诉核实属实、环节逾期或无理由不予受理时，系统按规则手册提出处理建议，由人决定；当事人可以申辩和提出异议。"
            ),
            "acts": [],
        },
    }


def _shown(rows: QuerySet[Charge], reader: Reader, shown: str) -> QuerySet[Charge]:
    rows = rows.select_related("ticket", "published")
    if shown == MINE:
        return rows.filter(person=reader.person).order_by("-proposed_at", "-pk")
    disputed = Q(state=Charge.State.APPLIED, disputed_at__isnull=False, dispute_answered_at=None)
    if shown == DECIDED:
        return rows.filter(decided_at__isnull=False).order_by("-decided_at", "-pk")
    return rows.filter(Q(state=Charge.State.PROPOSED) | disputed).order_by("due_at", "pk")


def _views(shown: str, keeper: bool) -> list[dict[str, Any]]:
    named = ((OPEN, _("待决定")), (DECIDED, _("已决定")), (MINE, _("我的")))
    return [{"value": value, "label": word, "on": value == shown} for value, word in named if keeper or value == MINE]


def _row(reader: Reader, charge: Charge) -> dict[str, Any]:
    """What the reader may know of it: the one concerned gets no way to the ticket."""
    world, own = reader.world, charge.person_id == reader.person.pk
    assert world is not None  # noqa: S101  who sees charges belongs to an organisation
    ticket = None if own or charge.ticket is None else reader.tickets.filter(pk=charge.ticket.pk).first()
    english = language() == "en"
    return {
        "id": charge.pk,
        "version": charge.version,
        "title": charge.title_en if english and charge.title_en else charge.title,
        "state": STATES[Charge.State(charge.state)],
        "person": reader.person_name(charge.person_id),
        "unit": reader.unit_name(charge.unit_id),
        "number": ticket.number if ticket else "",
        "url": reverse("ticket", args=[ticket.number]) if ticket else "",
        "measures": [pair[1 if english else 0] for pair in charge.measures],
        "least": charge.fine_least,
        "most": charge.fine_most,
        "ranged": charge.fine_least is not None and charge.fine_least != charge.fine_most,
        "points": charge.points,
        "days": charge.days if charge.days is not None else decide.days_of(charge, world, reader.at),
        "per_day": charge.per_day,
        "seat": reader.unit_name(charge.seat_id),
        "due_at": charge.due_at,
        "overdue": charge.due_at is not None and charge.due_at <= reader.at,
        "ups": [WHY_UP[entry["what"]] for entry in charge.story if entry["what"] in WHY_UP],
        "charge": charge,
        "decider": reader.person_name(charge.decided_by_id),
        "reviewer": reader.person_name(charge.dispute_by_id),
        "circular_url": _circular_url(charge, own),
        "may_reply": own and charge.state == Charge.State.PROPOSED,
        "may_dispute": own and charge.state == Charge.State.APPLIED and charge.disputed_at is None,
        **_rights(reader, charge),
    }


def _rights(reader: Reader, charge: Charge) -> dict[str, bool]:
    assert reader.world is not None  # noqa: S101
    mine = decide.may_decide(charge, reader.person, reader.world, reader.at)
    on_ticket = mine and decide.on_its_ticket(charge)
    return {
        "on_ticket": on_ticket,
        "may_decide": mine and not on_ticket,
        "may_answer": decide.may_answer(charge, reader.person, reader.world, reader.at),
    }


def _circular_url(charge: Charge, own: bool) -> str:
    """Where a circular about it is written; a published one is among the circulars."""
    if own or not charge.circular or charge.state != Charge.State.APPLIED or charge.published_id is not None:
        return ""
    return f"{reverse('circulars')}?about={charge.pk}"


# ── the statement of a month ─────────────────────────────────────────────────────────────────────────


def _month(request: HttpRequest, reader: Reader) -> date:
    local = reader.world.calendar.local(reader.at) if reader.world else reader.at
    written = asked(request, "month")
    found = month_of(written) if written else local.date().replace(day=1)
    return found if found.day == 1 else local.date().replace(day=1)


def _statement(reader: Reader, month: date) -> list[dict[str, Any]]:
    return [
        {**row, "person": reader.person_name(row["person_id"]), "unit": reader.unit_name(row["unit_id"])}
        for row in statement(reader.person, reader.at, month)
    ]


@work_page
@require_GET
def charges_statement(request: HttpRequest) -> HttpResponse:
    """The statement of a month as a workbook: the same lines as on the page, and no others."""
    reader = reader_of(request)
    month = _month(request, reader)
    heading = [_("单位"), _("人员"), _("决定"), _("处理"), _("不予处理"), _("撤销"), _("罚款（元）")]
    heading += [_("扣分"), _("承担损失（元）"), _("异议")]
    sums = ("fine", "points", "loss")
    lines = [
        [row["unit"], row["person"], *(row[name] for name in ("lines", "applied", "waived", "revoked")),
         *(_number(row[name]) for name in sums), row["disputed"]]
        for row in _statement(reader, month)
    ]  # fmt: skip
    response = HttpResponse(workbook([(f"{month:%Y-%m}", [heading, *lines])]), content_type=TYPES["xlsx"])
    response.headers["Content-Disposition"] = f'attachment; filename="accountability-{month:%Y%m}.xlsx"'
    return response


def _number(value: Decimal) -> float:
    """A workbook's numbers are floats; two decimals survive."""
    return float(value)
