"""Rectification: opened by a ticket or a check round, planned, done, and verified by somebody else (rows P03, RECT)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from ..access import BLIND_ROLES
from ..core.given import text_problem
from ..core.sentences import Forbidden, Hidden, Invalid, Refused, Say, invalid
from ..core.world import World
from ..models import CheckRound, Message, Person, Rectification, RectificationCheck, Ticket, Unit
from ..organisations import world_for
from ..rectification_access import rectifications_for
from ..rectification_watch import first_moment, told_of

LONGEST = 4_000
MOST_ITEMS = 50
OVERSEER = "supervision"  # a function of units: they look at every unit of their tier and below
NOT_THEIRS = Say("由责任部门办", "The responsible unit does this")
NOT_OVERSEER = Say("由上级或督办部门办", "Done from above, or by a supervision unit")
SOMEBODY_ELSE = Say("整改要由别人验证：您制定、负责或完成了这一项", "Somebody else must verify: you planned or did it")
CLOSED = Say("这一项已经关闭", "This item is closed")


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered item of a check round. `unit` is a code; empty: the unit inspected."""

    item: str
    fact: str
    standard: str = ""
    unit: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    cause: str
    immediate: str
    lasting: str
    person: str  # a user name
    due_at: datetime | None
    depends_on: str = ""
    cause_word: str = ""  # the rulebook's word for the cause: later complaints are compared by it


def rectification_of_ticket(ticket: Ticket, unit: int, action: str, *, due_at: datetime | None, at: datetime) -> None:
    """What the effect `rectify` opens, in the transaction of its action. One that is open goes on."""
    opened = {"action": action, "opened_at": at, "due_at": due_at, "next_at": first_moment(at, due_at)}
    Rectification.objects.get_or_create(ticket=ticket, unit_id=unit, closed_at=None, defaults=opened)


@transaction.atomic
def round_open(
    *,
    unit: str,
    source: str,
    title: str,
    held_on: date,
    items: Sequence[Item],
    reference: str = "",
    actor: Person,
    at: datetime,
) -> CheckRound:
    """Enter a check round with its numbered items. Raises Forbidden or Invalid."""
    world = world_for(actor)
    place = world.by_code.get(unit)
    errors = Invalid()
    if place is None:
        errors.add("unit", "选被检查的单位", "Choose the unit inspected")
    if source not in CheckRound.Source.values:
        errors.add("source", "选来源", "Choose the source")
    if not 0 < len(title) <= 200:
        errors.add("title", "写检查名称，不超过 200 字", "Name the round, 200 characters at most")
    if source == CheckRound.Source.CIRCULAR and not reference:
        errors.add("reference", "写是哪份通报", "Say which circular")
    if not 0 < len(items) <= MOST_ITEMS:
        errors.add("items", f"写 1 到 {MOST_ITEMS} 项", f"1 to {MOST_ITEMS} items")
    for item in items:
        _check_item(item, world, errors)
    errors.raise_if_any()
    assert place is not None  # noqa: S101  named above otherwise
    if not oversees(actor, place.id, world, at) and not serves(actor, place.id, world, at):
        raise Forbidden(NOT_OVERSEER)
    made = CheckRound.objects.create(
        organisation_id=Unit.objects.values_list("organisation_id", flat=True).get(pk=place.id),
        unit_id=place.id,
        source=source,
        title=title,
        reference=reference[:200],
        held_on=held_on,
        opened_by=actor,
        opened_at=at,
    )
    for number, item in enumerate(items, 1):
        _open_item(made, number, item, world.by_code[item.unit or unit].id, at, world)
    return made


def _check_item(item: Item, world: World, errors: Invalid) -> None:
    if not item.item or not item.fact:
        errors.add("items", "每一项写检查项目和不合格事实", "Each item: what was checked, and what was wrong")
    elif any(text_problem(text, LONGEST) for text in (item.item, item.fact, item.standard)) or len(item.item) > 200:
        errors.add("items", f"检查项目不超过 200 字，其余不超过 {LONGEST} 字", "An item is too long")
    if item.unit and item.unit not in world.by_code:
        errors.add("items", f"没有单位“{item.unit}”", f'There is no unit "{item.unit}"')


def _open_item(made: CheckRound, number: int, item: Item, unit: int, at: datetime, world: World) -> None:
    opened = Rectification.objects.create(
        round=made,
        number=number,
        unit_id=unit,
        item=item.item,
        fact=item.fact,
        standard=item.standard,
        opened_at=at,
        due_at=item.due_at,
        next_at=first_moment(at, item.due_at),
    )
    Message.objects.bulk_create(told_of(opened, "opened", world, at))


# ── the responsible unit ─────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def rectification_plan(*, id: int, plan: Plan, actor: Person, at: datetime) -> Rectification:
    """Cause, both measures, who and until when. Raises Hidden, Forbidden, Refused (closed) or Invalid."""
    row, world = _open_one(id, actor, at), world_for(actor)
    _require_unit(row, actor, world, at)
    errors = Invalid()
    for name in ("cause", "immediate", "lasting"):
        if not getattr(plan, name):
            errors.add(name, "必填", "Required")
        elif problem := text_problem(getattr(plan, name), LONGEST):
            errors.errors[name] = [problem]
    person = world.by_username.get(plan.person)
    if person is None or not serves_person(person.id, row.unit_id, world, at):
        errors.add("person", "选责任部门的人", "Choose somebody of the responsible unit")
    if plan.due_at is None or plan.due_at <= at:
        errors.add("due_at", "完成日期要晚于现在", "The date must lie ahead")
    errors.raise_if_any()
    assert person is not None  # noqa: S101
    row.cause, row.immediate, row.lasting = plan.cause, plan.immediate, plan.lasting
    row.depends_on, row.person_id, row.due_at = plan.depends_on[:200], person.id, plan.due_at
    row.planned_by, row.planned_at, row.cause_word = actor, at, plan.cause_word[:60] or row.cause_word
    row.next_at, row.moment = first_moment(at, plan.due_at), 0
    row.save()
    Message.objects.bulk_create(told_of(row, "planned", world, at))
    return row


@transaction.atomic
def rectification_done(*, id: int, result: str, actor: Person, at: datetime) -> Rectification:
    """Report it done; it stays open until somebody else has verified it. Raises like `rectification_plan`."""
    row, world = _open_one(id, actor, at), world_for(actor)
    _require_unit(row, actor, world, at)
    if row.planned_at is None:
        raise Refused("condition", Say("先写原因和措施", "Cause and measures come first"))
    if not result or text_problem(result, LONGEST):
        raise invalid("result", "写做了什么", "Say what was done")
    row.result, row.done_by, row.done_at = result, actor, at
    row.save(update_fields=["result", "done_by", "done_at"])
    return row


@transaction.atomic
def rectification_dispute(*, id: int, ground: str, actor: Person, at: datetime) -> Rectification:
    """The responsible unit says that nothing was wrong, or that it is not theirs (doc 17 item 6)."""
    row, world = _open_one(id, actor, at), world_for(actor)
    _require_unit(row, actor, world, at)
    if row.disputed_at is not None:
        raise Refused("condition", Say("已经提过异议", "It has been disputed already"))
    if not ground or text_problem(ground, LONGEST):
        raise invalid("ground", "写异议的理由", "Give the ground")
    row.dispute, row.disputed_by, row.disputed_at = ground, actor, at
    row.save(update_fields=["dispute", "disputed_by", "disputed_at"])
    return row


# ── somebody else ────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def rectification_answer(*, id: int, upheld: bool, answer: str, actor: Person, at: datetime) -> Rectification:
    """Answer a dispute; one that is upheld closes the item. Raises Hidden, Forbidden, Refused or Invalid."""
    row, world = _open_one(id, actor, at), world_for(actor)
    if row.disputed_at is None or row.dispute_upheld is not None:
        raise Refused("condition", Say("没有待答复的异议", "There is no dispute to be answered"))
    if not oversees(actor, row.unit_id, world, at) or actor.pk == row.disputed_by_id:
        raise Forbidden(NOT_OVERSEER)
    if not answer or text_problem(answer, LONGEST):
        raise invalid("answer", "写答复", "Give the answer")
    row.dispute_upheld, row.dispute_answer = upheld, answer
    if upheld:
        row.closed_at, row.next_at = at, None
    row.save(update_fields=["dispute_upheld", "dispute_answer", "closed_at", "next_at"])
    return row


@transaction.atomic
def rectification_verify(*, id: int, stage: str, passed: bool, note: str, actor: Person, at: datetime) -> Rectification:
    """Verify; after the work a pass closes the item and a failure sends it back. Raises like the others."""
    row, world = _open_one(id, actor, at), world_for(actor)
    if actor.pk in (row.person_id, row.planned_by_id, row.done_by_id):
        raise Forbidden(SOMEBODY_ELSE)
    if not oversees(actor, row.unit_id, world, at) and not serves(actor, row.unit_id, world, at):
        raise Forbidden(NOT_OVERSEER)
    if stage not in RectificationCheck.Stage.values:
        raise invalid("stage", "选事前、事中或事后", "Choose before, during or after")
    if not note or text_problem(note, LONGEST):
        raise invalid("note", "写怎样验证的、看到什么", "Say how it was verified, and what was seen")
    if stage == RectificationCheck.Stage.AFTER:
        if row.done_at is None:
            raise Refused("condition", Say("责任部门还没报完成", "The unit has not reported it done"))
        row.closed_at, row.next_at = (at, None) if passed else (None, row.next_at)
        row.done_at = row.done_at if passed else None
        row.save(update_fields=["closed_at", "next_at", "done_at"])
    RectificationCheck.objects.create(rectification=row, stage=stage, passed=passed, note=note, by=actor, at=at)
    return row


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────


def serves(person: Person, unit: int, world: World, at: datetime) -> bool:
    return serves_person(person.pk, unit, world, at)


def serves_person(person: int, unit: int, world: World, at: datetime) -> bool:
    """They have a duty at exactly this unit."""
    return any(duty.unit == unit and duty.role not in BLIND_ROLES for duty in world.duties_of(person, at))


def oversees(person: Person, unit: int, world: World, at: datetime) -> bool:
    """A duty that reaches the unit from above, or one at a supervision unit of its tier or of one above."""
    duties = [duty for duty in world.duties_of(person.pk, at) if duty.role not in BLIND_ROLES]
    return any(
        (duty.unit != unit and world.reaches(duty, unit))
        or (OVERSEER in world.units[duty.unit].functions and world.tier_head(duty.unit).id in world.units[unit].path)
        for duty in duties
    )


def _open_one(id: int, actor: Person, at: datetime) -> Rectification:
    seen: QuerySet[Rectification] = rectifications_for(actor, at)
    row = Rectification.objects.select_for_update().filter(pk__in=seen.filter(pk=id).values("pk")).first()
    if row is None:
        raise Hidden
    if row.closed_at is not None:
        raise Refused("condition", CLOSED)
    return row


def _require_unit(row: Rectification, actor: Person, world: World, at: datetime) -> None:
    if not serves(actor, row.unit_id, world, at) and actor.pk != row.person_id:
        raise Forbidden(NOT_THEIRS)


def unit_people(unit: Unit | int, world: World) -> list[str]:
    """User names of those who serve a unit: whom its items may be given to."""
    pk = unit if isinstance(unit, int) else unit.pk
    return sorted({world.people[d.person].username for d in world.duties if d.unit == pk and d.role not in BLIND_ROLES})
