"""Internal circulars (通报): to a unit and those below, alone or about a decided measure (row P04; docs 2, 8, 9)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from reporting.models import Charge, Circular
from tickets.access import BLIND_ROLES
from tickets.core.given import text_problem
from tickets.core.sentences import Forbidden, Hidden, Invalid, Say
from tickets.models import Organisation, Person
from tickets.organisations import world_for

from .ledger import charges_for, keeps_ledger

LONGEST, LONGEST_TITLE = 10_000, 200
NOT_YOURS = Say("通报由决定处理或分管的人发", "Circulars are issued by those who decide or lead")


def circulars_for(person: Person, at: datetime) -> QuerySet[Circular]:
    """Those to the units of this person, to units above them, and their own."""
    if person.organisation_id is None:
        return Circular.objects.none()
    world = world_for(person)
    duties = [duty for duty in world.duties_of(person.pk, at) if duty.role not in BLIND_ROLES]
    own = {duty.unit for duty in duties}
    if person.home_unit_id is not None and person.home_unit_id in world.units:
        own.add(person.home_unit_id)
    units = {up for unit in own for up in world.units[unit].path}
    rows = Circular.objects.filter(organisation=person.organisation_id)
    return rows.filter(Q(unit_id__in=sorted(units)) | Q(issued_by=person))


def draft_about(charge: Charge, names: tuple[str, str]) -> tuple[str, str]:
    """A title and a text to start from: the unit, the person and the measure; nothing of the complaint."""
    unit, person = names
    whom = f"{unit}{person}" if person else unit
    measures = "、".join(pair[0] for pair in charge.measures)
    said = f"经查实并研究决定，对{whom}作“{charge.title}”处理"
    return f"关于{whom}的通报", f"{said}（{measures}）。" if measures else f"{said}。"


@transaction.atomic
def circular_issue(
    *, unit: str, title: str, text: str, charge_id: int | None = None, actor: Person, at: datetime
) -> Circular:
    """Issue it; its number counts within the year. Raises Forbidden, Hidden (no such measure) or Invalid."""
    if not keeps_ledger(actor, at):
        raise Forbidden(NOT_YOURS)
    world = world_for(actor)
    place = world.by_code.get(unit)
    errors = Invalid()
    if place is None:
        errors.add("unit", "选发到哪个单位", "Choose the unit")
    for name, value, longest in (("title", title, LONGEST_TITLE), ("text", text, LONGEST)):
        if not value:
            errors.add(name, "必填", "Required")
        elif problem := text_problem(value, longest):
            errors.errors[name] = [problem]
    errors.raise_if_any()
    assert place is not None  # noqa: S101  named above otherwise
    about = _about(charge_id, actor, at)
    Organisation.objects.select_for_update().get(pk=actor.organisation_id or 0)  # the numbers of a year have no gap
    year = world.calendar.local(at).year
    last = Circular.objects.filter(organisation=actor.organisation_id, year=year).aggregate(last=Max("number"))["last"]
    made = Circular.objects.create(
        organisation_id=actor.organisation_id or 0,
        unit_id=place.id,
        number=(last or 0) + 1,
        year=year,
        title=title,
        text=text,
        issued_by=actor,
        issued_at=at,
    )
    if about is not None:
        Charge.objects.filter(pk=about.pk).update(published=made)
    return made


def _about(charge_id: int | None, actor: Person, at: datetime) -> Charge | None:
    """The measure that it publishes: decided, and of somebody else."""
    if charge_id is None:
        return None
    applied = charges_for(actor, at).exclude(person=actor).filter(pk=charge_id, state=Charge.State.APPLIED)
    found = applied.first()
    if found is None:
        raise Hidden
    return found
