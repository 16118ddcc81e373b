"""整改 as pages: what is open and late, check rounds, and one item from its plan to its verification (P03)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reporting.access import viewer_of
from reporting.rectified import causes_known, effect_of
from reporting.views.improvement_parts import CURRENT, day_of, end_of, tabs
from reporting.views.rectification_forms import answer_fields, plan_fields, round_fields
from reporting.views.samples import answered
from tickets.actions import rectifications as acts
from tickets.core.sentences import Invalid
from tickets.models import CheckRound, Rectification, RectificationCheck
from tickets.rectification_access import rectifications_for
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number, text
from tickets.views.list_pages import pages_of
from tickets.views.reader import Reader, language, reader_of

SHOWN = 30
ROWS = 5  # of the form for a round
OPEN, LATE, CLOSED = "open", "late", "closed"
EMPTY = gettext_lazy(
    "投诉、检查、上级通报或回访建议都会开出整改项；写明原因、当前措施、长效措施、负责人和日期，由别人验证后关闭。"
)
SOURCES = {
    CheckRound.Source.INSPECTION: gettext_lazy("检查"),
    CheckRound.Source.CIRCULAR: gettext_lazy("上级通报"),
}
STAGES = {
    RectificationCheck.Stage.BEFORE: gettext_lazy("事前"),
    RectificationCheck.Stage.DURING: gettext_lazy("事中"),
    RectificationCheck.Stage.AFTER: gettext_lazy("事后"),
}


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def rectifications(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)

    def show(status: int, problems: list[Any]) -> HttpResponse:
        context = _board(request, reader) | {"problems": problems}
        return render(request, "accountability/rectifications.html", context, status=status)

    if request.method != "POST":
        return show(200, [])
    return answered(request, lambda: _open_round(request, reader), show, reverse("rectifications"))


def _open_round(request: HttpRequest, reader: Reader) -> str:
    errors = Invalid()
    held_on = day_of(request, "held_on", errors)
    if held_on is None and not errors.errors:
        errors.add("held_on", "写检查日期", "Give the date")
    items = [one for place in range(1, ROWS + 1) if (one := _item(request, reader, place, errors)) is not None]
    errors.raise_if_any()
    assert held_on is not None  # noqa: S101  told above otherwise
    made = acts.round_open(
        unit=text(request, "unit"),
        source=text(request, "source"),
        title=text(request, "title"),
        reference=text(request, "reference"),
        held_on=held_on,
        items=items,
        actor=reader.person,
        at=reader.at,
    )
    return _("已登记，共 %(n)d 项") % {"n": made.items.count()}


def _item(request: HttpRequest, reader: Reader, place: int, errors: Invalid) -> acts.Item | None:
    said = {name: text(request, f"{name}_{place}") for name in ("item", "standard", "fact", "owner")}
    if not any(said.values()):
        return None
    zone = reader.world.calendar.zone if reader.world else reader.at.tzinfo
    due = end_of(day_of(request, f"due_{place}", errors), zone)
    return acts.Item(said["item"], said["fact"], said["standard"], said["owner"], due)


def _board(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    shown = asked(request, "show") or OPEN
    rows = rectifications_for(reader.person, reader.at).select_related("round", "ticket")
    page = Paginator(_shown(rows, reader, shown), SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("rectifications"),
        "shown": shown,
        "views": [
            {"value": value, "label": word, "on": value == shown}
            for value, word in ((OPEN, _("未关闭")), (LATE, _("超期")), (CLOSED, _("已关闭")))
        ],
        "count": page.paginator.count,
        "rows": [_row(reader, row) for row in page],
        "pages": pages_of(page, request),
        "units": _by_unit(rows, reader),
        "fields": round_fields(request, reader),
        "items": range(1, ROWS + 1),
        "unit_choices": [{"value": unit.code, "title": unit.name} for unit in reader.world.units.values()]
        if reader.world
        else [],
        "empty": {
            "title": _("没有要看的整改项"),
            "text": EMPTY,
            "acts": [],
        },
    }  # fmt: skip


def _shown(rows: QuerySet[Rectification], reader: Reader, shown: str) -> QuerySet[Rectification]:
    if shown == CLOSED:
        return rows.filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
    rows = rows.filter(closed_at=None).order_by("due_at", "pk")
    return rows.filter(due_at__lte=reader.at) if shown == LATE else rows


def _by_unit(rows: QuerySet[Rectification], reader: Reader) -> list[dict[str, Any]]:
    late = Q(due_at__lte=reader.at, closed_at=None)
    counted = (
        rows.order_by()
        .values("unit_id")
        .annotate(
            open=Count("pk", filter=Q(closed_at=None)),
            late=Count("pk", filter=late),
            closed=Count("pk", filter=Q(closed_at__isnull=False)),
        )
    )
    told = [{**row, "unit": reader.unit_name(row["unit_id"])} for row in counted]
    return sorted(told, key=lambda row: (-row["late"], -row["open"], row["unit"]))


def _row(reader: Reader, row: Rectification) -> dict[str, Any]:
    return {
        "url": reverse("rectification", args=[row.pk]),
        "title": row.item or (row.cause if row.cause else _("由投诉开出的整改")),
        "source": _source(reader, row),
        "unit": reader.unit_name(row.unit_id),
        "person": reader.person_name(row.person_id),
        "due_at": row.due_at,
        "late": row.closed_at is None and row.due_at is not None and row.due_at <= reader.at,
        "state": _state(row),
    }


def _source(reader: Reader, row: Rectification) -> str:
    if row.round is not None:
        place = f"{row.round.title} {row.number}"
        return f"{SOURCES[CheckRound.Source(row.round.source)]} · {place}"
    seen = reader.tickets.filter(pk=row.ticket_id or 0).values_list("number", flat=True).first()
    return f"{_('投诉')} {seen}" if seen else _("投诉")


def _state(row: Rectification) -> str:
    if row.closed_at is not None:
        return _("异议成立，关闭") if row.dispute_upheld else _("已验证关闭")
    if row.disputed_at is not None and row.dispute_upheld is None:
        return _("异议待答复")
    if row.done_at is not None:
        return _("待验证")
    return _("整改中") if row.planned_at is not None else _("待写措施")


# ── one item ─────────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def rectification(request: HttpRequest, id: int) -> HttpResponse:
    reader = reader_of(request)
    row = rectifications_for(reader.person, reader.at).select_related("round", "ticket").filter(pk=id).first()
    if row is None:
        raise Http404

    def show(status: int, problems: list[Any]) -> HttpResponse:
        context = _one(request, reader, row) | {"problems": problems}
        return render(request, "accountability/rectification.html", context, status=status)

    if request.method != "POST":
        return show(200, [])
    act = {"plan": _plan, "done": _done, "dispute": _dispute, "answer": _answer, "verify": _verify}.get(
        request.POST.get("do", "")
    )
    if act is None:
        return show(422, [{"field": "", "words": _("没有这个操作")}])
    return answered(request, lambda: act(request, reader, id), show, request.get_full_path())


def _plan(request: HttpRequest, reader: Reader, id: int) -> str:
    errors = Invalid()
    zone = reader.world.calendar.zone if reader.world else reader.at.tzinfo
    plan = acts.Plan(
        cause=text(request, "cause"),
        immediate=text(request, "immediate"),
        lasting=text(request, "lasting"),
        person=text(request, "person"),
        due_at=end_of(day_of(request, "due_at", errors), zone),
        depends_on=text(request, "depends_on"),
        cause_word=text(request, "cause_word"),
    )
    errors.raise_if_any()
    acts.rectification_plan(id=id, plan=plan, actor=reader.person, at=reader.at)
    return _("已写下原因和措施")


def _done(request: HttpRequest, reader: Reader, id: int) -> str:
    acts.rectification_done(id=id, result=text(request, "result"), actor=reader.person, at=reader.at)
    return _("已报完成，等别人验证")


def _dispute(request: HttpRequest, reader: Reader, id: int) -> str:
    acts.rectification_dispute(id=id, ground=text(request, "ground"), actor=reader.person, at=reader.at)
    return _("已提出异议")


def _answer(request: HttpRequest, reader: Reader, id: int) -> str:
    upheld = text(request, "verdict") == "yes"
    acts.rectification_answer(id=id, upheld=upheld, answer=text(request, "answer"), actor=reader.person, at=reader.at)
    return _("已答复异议")


def _verify(request: HttpRequest, reader: Reader, id: int) -> str:
    errors = Invalid()
    if text(request, "passed") not in ("yes", "no"):
        errors.add("passed", "选择是否通过", "Say whether it passed")
    errors.raise_if_any()
    acts.rectification_verify(
        id=id,
        stage=text(request, "stage"),
        passed=text(request, "passed") == "yes",
        note=text(request, "note"),
        actor=reader.person,
        at=reader.at,
    )
    return _("已记下验证")


def _one(request: HttpRequest, reader: Reader, row: Rectification) -> dict[str, Any]:
    world = reader.world
    assert world is not None  # noqa: S101  who sees one belongs to an organisation
    theirs = acts.serves(reader.person, row.unit_id, world, reader.at) or row.person_id == reader.person.pk
    over = acts.oversees(reader.person, row.unit_id, world, reader.at)
    is_open = row.closed_at is None
    effect = effect_of(row, viewer_of(reader.person, reader.at))
    ticket = reader.tickets.filter(pk=row.ticket_id or 0).first()
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("rectifications"),
        "row": row,
        **_row(reader, row),
        "ticket": {"number": ticket.number, "url": reverse("ticket", args=[ticket.number])} if ticket else None,
        "checks": [
            {"check": one, "stage": STAGES[RectificationCheck.Stage(one.stage)], "by": reader.person_name(one.by_id)}
            for one in row.checks.order_by("at", "pk")
        ],
        "effect": effect,
        "cause_title": causes_known(reader.at).get(effect.cause, {}).get(language(), effect.cause) if effect else "",
        "may_plan": theirs and is_open,
        "may_dispute": theirs and is_open and row.disputed_at is None,
        "may_answer": over and is_open and row.disputed_at is not None and row.dispute_upheld is None
        and row.disputed_by_id != reader.person.pk,
        "may_verify": (over or theirs) and is_open
        and reader.person.pk not in (row.person_id, row.planned_by_id, row.done_by_id),
        "plan": plan_fields(request, reader, row),
        "verify": answer_fields(request, STAGES),
    }  # fmt: skip
