"""工单抽查: a rule, a drawing that can be done again, and the verdicts that feed flow_validity (P02, ruling VALIDK).

A drawing is stratified: each unit, channel or handler gives its own share. Which tickets it takes follows from the
seed and their ids alone, so whoever doubts a drawing draws it again and gets the same.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from reporting.access import viewer_of
from reporting.models import SampleDraw, SampledTicket, SampleRule, SampleVerdict, TicketFact
from reporting.periods import Period
from reporting.refresh import bring_up_to_date, count_again
from tickets.access import below, sight_of, visible_to
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused, Say, invalid
from tickets.core.world import World
from tickets.models import Person, Ticket, Unit
from tickets.organisations import world_for

from .inspectors import OWN_WORK, require_inspector, worked_on

KINDS = ("complaint", "escalation")
COLUMNS: Mapping[str, str] = {
    SampleRule.Per.UNIT: "received_unit_id",
    SampleRule.Per.CHANNEL: "channel",
    SampleRule.Per.HANDLER: "handler_id",
}
MOST_NUMBER = 1_000
LONGEST_NOTE = 2_000
DRAWN_BEFORE = Say("这个月按这条规则已经抽过", "This rule was drawn for that month already")


def picked(strata: Mapping[str, Sequence[int]], *, percent: Decimal, number: int, seed: int) -> dict[str, list[int]]:
    """The tickets of each stratum: its share rounded up, or the number, whichever is more."""
    return {
        name: sorted(ids, key=lambda id: _lot(seed, id))[: max(number, math.ceil(len(ids) * percent / 100))]
        for name, ids in sorted(strata.items())
    }


def _lot(seed: int, id: int) -> str:
    return sha256(f"{seed}:{id}".encode()).hexdigest()


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────


def sample_rule_make(
    *, unit: str, per: str, percent: Decimal | None, number: int | None, actor: Person, at: datetime
) -> SampleRule:
    """A rule for a unit and those below it. Raises Forbidden or Invalid."""
    require_inspector(actor, at)
    errors, found = Invalid(), unit_seen(actor, unit, at)
    if found is None:
        errors.add("unit", "选择您能看到的单位", "Choose a unit that you see")
    if per not in COLUMNS:
        errors.add("per", "选择按什么分层", "Choose what to draw by")
    if percent is None or not 0 <= percent <= 100:
        errors.add("percent", "比例是 0 到 100 的数", "The share is a number from 0 to 100")
    if number is None or not 0 <= number <= MOST_NUMBER:
        errors.add("number", f"件数是 0 到 {MOST_NUMBER} 的整数", f"A whole number from 0 to {MOST_NUMBER}")
    if not errors.errors and not percent and not number:
        errors.add("percent", "比例和件数至少填一个", "Give a share or a number")
    errors.raise_if_any()
    assert found is not None and percent is not None and number is not None  # noqa: S101, PT018  else it was told above
    return SampleRule.objects.create(
        organisation_id=found.organisation_id, unit=found, per=per, percent=percent, number=number, made_by=actor,
        made_at=at,
    )  # fmt: skip


def sample_rule_stop(*, rule_id: int, actor: Person, at: datetime) -> None:
    """Nothing more is drawn by it; what was drawn stays. Raises Forbidden or Hidden."""
    require_inspector(actor, at)
    if not rules_seen(actor, at).filter(pk=rule_id).update(is_active=False):
        raise Hidden


def rules_seen(person: Person, at: datetime) -> QuerySet[SampleRule]:
    sight = sight_of(person, at)
    if sight is None:
        return SampleRule.objects.none()
    return SampleRule.objects.filter(organisation_id=sight.organisation, unit_id__in=sorted(sight.units))


def unit_seen(person: Person, code: str, at: datetime) -> Unit | None:
    """The unit of that code, if its tickets are the person's to see."""
    sight = sight_of(person, at)
    if sight is None or not code:
        return None
    return Unit.objects.filter(organisation_id=sight.organisation, pk__in=sorted(sight.units), code=code).first()


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def sample_draw(*, rule_id: int, month: date, seed: int, actor: Person, at: datetime) -> SampleDraw:
    """Draw a month once. Raises Forbidden, Hidden, Invalid, Refused (drawn already), Backlog."""
    require_inspector(actor, at)
    rule = rules_seen(actor, at).filter(pk=rule_id, is_active=True).first()
    if rule is None:
        raise Hidden
    if month.day != 1 or month > at.date():
        raise invalid("month", "选择已经开始的月份", "Choose a month that has begun")
    strata = population(rule, month, actor, at)
    total = sum(len(ids) for ids in strata.values())
    try:
        with transaction.atomic():
            draw = SampleDraw.objects.create(
                rule=rule, month=month, seed=seed, population=total, drawn_by=actor, drawn_at=at
            )
    except IntegrityError:
        raise Refused("drawn", DRAWN_BEFORE) from None
    chosen = picked(strata, percent=rule.percent, number=rule.number, seed=seed)
    SampledTicket.objects.bulk_create(
        SampledTicket(draw=draw, ticket_id=id, stratum=name) for name, ids in chosen.items() for id in ids
    )
    return draw


def population(rule: SampleRule, month: date, actor: Person, at: datetime) -> dict[str, list[int]]:
    """The tickets of the month by stratum: of the rule's units, and only what the drawer sees. Raises Backlog."""
    bring_up_to_date()
    world = world_for(actor)
    units = {rule.unit_id, *below(world, rule.unit_id)}
    facts = viewer_of(actor, at).ticket_facts(month_of(world, month))
    facts = facts.filter(kind__in=KINDS, received_unit__in=units)
    strata: dict[str, list[int]] = defaultdict(list)
    for pk, value in facts.order_by("pk").values_list("pk", COLUMNS[rule.per]):
        strata[_named(world, rule.per, value)].append(pk)
    return dict(strata)


def month_of(world: World, month: date) -> Period:
    zone = world.calendar.zone
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return Period(datetime.combine(month, time.min, zone), datetime.combine(after, time.min, zone))


def _named(world: World, per: str, value: str | int | None) -> str:
    if per == SampleRule.Per.UNIT:
        return world.units[int(value or 0)].code
    if per == SampleRule.Per.HANDLER:
        person = world.people.get(int(value or 0))
        return person.username if person else ""
    return str(value or "")


# ── judging ──────────────────────────────────────────────────────────────────────────────────────────


def sampled_seen(person: Person, at: datetime) -> QuerySet[SampledTicket]:
    """The sampled tickets that this person sees."""
    return SampledTicket.objects.filter(ticket__in=visible_to(person, at))


@transaction.atomic
def sample_judge(
    *, ticket_id: int, content_right: bool, routing_right: bool, note: str, actor: Person, at: datetime
) -> SampleVerdict:
    """Is the form filled in right, was it routed right? Whether it was in time the clocks know.

    Raises Forbidden (no inspector; own work), Hidden (not sampled, or out of sight) or Invalid.
    """
    require_inspector(actor, at)
    ticket = Ticket.objects.filter(pk__in=sampled_seen(actor, at).filter(ticket=ticket_id).values("ticket")).first()
    if ticket is None:
        raise Hidden
    if worked_on(actor, ticket):
        raise Forbidden(OWN_WORK)
    if len(note) > LONGEST_NOTE:
        raise invalid("note", f"不超过 {LONGEST_NOTE} 字", f"{LONGEST_NOTE} characters at most")
    if not (content_right and routing_right) and not note:
        raise invalid("note", "写明哪里不对", "Say what is wrong")
    values = {"content_right": content_right, "routing_right": routing_right, "note": note}
    verdict, _made = SampleVerdict.objects.update_or_create(
        ticket=ticket, defaults={**values, "judged_by": actor, "judged_at": at}
    )
    count_again([ticket.pk])
    return verdict


def late_ones(tickets: Iterable[int], at: datetime) -> dict[int, bool]:
    """Whether a step of the ticket was late, as far as its facts are counted."""
    rows = TicketFact.objects.filter(pk__in=list(tickets)).values_list("pk", "step_late_at")
    return {pk: late_at is not None and late_at <= at for pk, late_at in rows}
