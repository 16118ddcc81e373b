"""Quality sampling as pages: rules, drawings, and the drawn tickets with their verdicts (row P02)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reporting.models import SampleDraw, SampledTicket, SampleRule, SampleVerdict
from reporting.quality import samples
from reporting.quality.inspectors import inspects
from reporting.refresh import Backlog
from reporting.views.quality_parts import CURRENT, problems_of, tabs
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.views.access import work_page
from tickets.views.admin_pages import flag, number, text
from tickets.views.list_pages import pages_of
from tickets.views.queue_items import title_of
from tickets.views.reader import Reader, language, reader_of

SHOWN = 30
PER = {
    SampleRule.Per.UNIT: gettext_lazy("单位"),
    SampleRule.Per.CHANNEL: gettext_lazy("渠道"),
    SampleRule.Per.HANDLER: gettext_lazy("处理人"),
}
TYPED = ("unit", "per", "percent", "number")
LARGEST_SEED = 2**31


def answered(
    request: HttpRequest, act: Callable[[], str], show: Callable[[int, list[Any]], HttpResponse], to: str
) -> Any:
    """Do it and go on to a page that shows it; what is wrong is told on the page it was typed on."""
    try:
        messages.success(request, act())
    except Invalid as error:
        return show(422, problems_of(error))
    except Refused as refused:
        return show(409, [{"field": "", "words": refused.sentence.say(language())}])
    except Forbidden as forbidden:
        return show(403, [{"field": "", "words": forbidden.sentence.say(language())}])
    except Backlog:
        return show(503, [{"field": "", "words": _("工单还在统计，过一会儿再试。")}])
    except Hidden:
        raise Http404 from None
    return redirect(to)


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def sampling(request: HttpRequest) -> HttpResponse:
    """The rules with their drawings; makes a rule, stops one, draws a month."""
    reader = reader_of(request)

    def show(status: int, problems: list[Any]) -> HttpResponse:
        return render(request, "quality/samples.html", _rules(request, reader) | {"problems": problems}, status=status)

    if request.method != "POST":
        return show(200, [])
    acts = {"rule": _make, "stop": _stop, "draw": _draw}
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        return show(422, [{"field": "", "words": _("没有这个操作")}])
    return answered(request, lambda: act(request, reader), show, reverse("samples"))


def _make(request: HttpRequest, reader: Reader) -> str:
    samples.sample_rule_make(
        unit=text(request, "unit"),
        per=text(request, "per"),
        percent=_decimal(text(request, "percent") or "0"),
        number=number(text(request, "number") or "0"),
        actor=reader.person,
        at=reader.at,
    )
    return _("已加抽查规则")


def _stop(request: HttpRequest, reader: Reader) -> str:
    samples.sample_rule_stop(rule_id=number(text(request, "rule")) or 0, actor=reader.person, at=reader.at)
    return _("已停用抽查规则")


def _draw(request: HttpRequest, reader: Reader) -> str:
    draw = samples.sample_draw(
        rule_id=number(text(request, "rule")) or 0,
        month=month_of(text(request, "month")),
        seed=secrets.randbelow(LARGEST_SEED),
        actor=reader.person,
        at=reader.at,
    )
    told = {"all": draw.population, "n": draw.tickets.count()}
    return _("从 %(all)d 件中抽了 %(n)d 件") % told


def _decimal(written: str) -> Decimal | None:
    try:
        found = Decimal(written)
    except InvalidOperation:
        return None
    return round(found, 2) if found.is_finite() else None


def month_of(written: str) -> date:
    """The first day of `2026-11`. What is no month is the day of the beginning of time, which no rule draws."""
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return date(1, 1, 2)


def _rules(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    rules = samples.rules_seen(reader.person, reader.at).filter(is_active=True).order_by("pk")
    local = reader.world.calendar.local(reader.at) if reader.world else reader.at
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("samples"),
        "may_inspect": inspects(reader.person, reader.at),
        "rules": [_rule(reader, rule) for rule in rules],
        "month": f"{local:%Y-%m}",
        "draws": _draws(reader),
        "fields": _fields(request, reader),
        "empty": {
            "title": _("还没有抽查规则"),
            "text": _("先加一条规则：哪个单位、按什么分层、抽多少。之后每个月按规则抽一次。"),
            "acts": [],
        },
    }


def _rule(reader: Reader, rule: SampleRule) -> dict[str, Any]:
    return {
        "id": rule.pk,
        "unit": reader.unit_name(rule.unit_id),
        "per": PER[SampleRule.Per(rule.per)],
        "percent": rule.percent.normalize() if rule.percent else None,
        "number": rule.number,
    }


def _draws(reader: Reader) -> list[dict[str, Any]]:
    """Of each drawing what the reader sees: how many tickets, and how many are judged."""
    own = Q(tickets__ticket__in=reader.tickets)
    judged = own & Q(tickets__ticket__sample_verdict__isnull=False)
    draws = SampleDraw.objects.filter(rule__in=samples.rules_seen(reader.person, reader.at)).select_related("rule")
    draws = draws.annotate(seen=Count("tickets", filter=own), judged=Count("tickets", filter=judged))
    return [
        {
            "url": reverse("sample", args=[draw.pk]),
            "month": f"{draw.month:%Y-%m}",
            "unit": reader.unit_name(draw.rule.unit_id),
            "per": PER[SampleRule.Per(draw.rule.per)],
            "seen": draw.seen,
            "judged": draw.judged,
            "seed": draw.seed,
        }
        for draw in draws.order_by("-month", "-pk")[:SHOWN]
    ]


def _fields(request: HttpRequest, reader: Reader) -> list[dict[str, Any]]:
    typed = {name: request.POST.get(name, "") for name in TYPED}
    per = [{"value": value.value, "title": title} for value, title in PER.items()]
    return [
        {"name": "unit", "type": "choice", "title": _("单位（含下级）"), "required": True, "value": typed["unit"],
         "choices": unit_choices(reader)},
        {"name": "per", "type": "choice", "title": _("按什么分层"), "required": True, "value": typed["per"],
         "choices": per},
        {"name": "percent", "type": "number", "title": _("比例（%）"), "value": typed["percent"]},
        {"name": "number", "type": "number", "title": _("每层至少几件"), "value": typed["number"]},
    ]  # fmt: skip


def unit_choices(reader: Reader) -> list[dict[str, str]]:
    """The units whose work the reader sees, in the order of the tree."""
    if reader.world is None:
        return []
    units = [unit for unit in reader.world.units.values() if unit.id in reader.units]
    ordered = sorted(units, key=lambda unit: unit.path)
    return [{"value": unit.code, "title": reader.unit_name(unit.id)} for unit in ordered]


# ── one drawing ──────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: HttpRequest, id: int) -> HttpResponse:
    """The drawn tickets, each judged where it stands."""
    reader = reader_of(request)
    draw = SampleDraw.objects.filter(pk=id, rule__in=samples.rules_seen(reader.person, reader.at)).first()
    if draw is None:
        raise Http404

    def show(status: int, problems: list[Any]) -> HttpResponse:
        return render(
            request, "quality/sample.html", _drawn(request, reader, draw) | {"problems": problems}, status=status
        )

    if request.method != "POST":
        return show(200, [])
    return answered(request, lambda: _judge(request, reader), show, request.get_full_path())


def _judge(request: HttpRequest, reader: Reader) -> str:
    samples.sample_judge(
        ticket_id=number(text(request, "ticket")) or 0,
        content_right=flag(request, "content_right"),
        routing_right=flag(request, "routing_right"),
        note=text(request, "note"),
        actor=reader.person,
        at=reader.at,
    )
    return _("已判定")


def _drawn(request: HttpRequest, reader: Reader, draw: SampleDraw) -> dict[str, Any]:
    own = samples.sampled_seen(reader.person, reader.at).filter(draw=draw).select_related("ticket")
    page = Paginator(own.order_by("stratum", "pk"), SHOWN).get_page(number(request.GET.get("page", "")) or 1)
    rows = list(page)
    verdicts = {one.ticket_id: one for one in SampleVerdict.objects.filter(ticket__in=[row.ticket_id for row in rows])}
    late = samples.late_ones((row.ticket_id for row in rows), reader.at)
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("samples"),
        "month": f"{draw.month:%Y-%m}",
        "unit": reader.unit_name(draw.rule.unit_id),
        "per": PER[SampleRule.Per(draw.rule.per)],
        "seed": draw.seed,
        "count": page.paginator.count,
        "rows": [_row(reader, row, verdicts.get(row.ticket_id), late.get(row.ticket_id)) for row in rows],
        "pages": pages_of(page, request),
        "may_inspect": inspects(reader.person, reader.at),
        "empty": {"title": _("没有抽到您能看到的工单"), "text": _("这个月这个单位没有可以抽的工单。"), "acts": []},
    }


def _row(reader: Reader, row: SampledTicket, verdict: SampleVerdict | None, late: bool | None) -> dict[str, Any]:
    return {
        "id": row.ticket_id,
        "number": row.ticket.number,
        "url": reverse("ticket", args=[row.ticket.number]),
        "title": title_of(row.ticket),
        "stratum": row.stratum,
        "late": late,
        "verdict": verdict,
        "by": reader.person_name(verdict.judged_by_id) if verdict else "",
    }
