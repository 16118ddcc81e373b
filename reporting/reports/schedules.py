"""Schedules: set up by people for units they see, or by the periodic duties of a rulebook (`[reports]`, row K04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from reporting.access import viewer_of
from reporting.models import ReportSchedule
from reporting.trail import note
from tickets.core.sentences import Forbidden, Invalid, Say
from tickets.core.world import World
from tickets.models import Organisation, Person, Unit
from tickets.organisations import world_of
from tickets.rulebook.compiled import Report
from tickets.rulebook.registry import book_of, current_books

from .dates import next_making
from .definitions import EVERY, definitions
from .receivers import covers

REGULATOR = "regulator"  # in a rulebook's `to`: an authority outside, not a role
ANALYSIS, BASE = "overview", "base_counts"


@dataclass(frozen=True, slots=True)
class NewSchedule:
    definition: str
    every: str
    unit: Unit
    title: str = ""
    due: str = ""
    time_of_day: time = time(8)
    people: Sequence[Person] = ()
    roles: Sequence[str] = ()
    regulator: str = ""
    regulator_address: str = ""
    language: str = "zh"


def schedule_create(new: NewSchedule, *, actor: Person, at: datetime) -> ReportSchedule:
    """A report that goes out from now on, first for the period under way. Raises Forbidden, Invalid."""
    _require(new, actor, at)
    definition, world = definitions()[new.definition], world_of(new.unit.organisation_id)
    with transaction.atomic():
        made = ReportSchedule.objects.create(
            organisation_id=new.unit.organisation_id,
            definition=new.definition,
            title=new.title or definition.title.say(new.language),
            title_en="" if new.title else definition.title.say("en"),
            every=new.every,
            due=new.due,
            time_of_day=new.time_of_day,
            unit=new.unit,
            roles=sorted(set(new.roles)),
            regulator=new.regulator,
            regulator_address=new.regulator_address,
            language=new.language,
            next_at=next_making(new.every, new.time_of_day, at, world.calendar),
            created_by=actor,
            created_at=at,
        )
        made.people.set(new.people)
        note("report_schedule", actor=actor, at=at, schedule=made.pk, title=made.title, every=made.every)
    return made


def schedule_switch(schedule: ReportSchedule, *, on: bool, actor: Person, at: datetime) -> None:
    """Stop a schedule, or let it go on with the period under way; nothing is made up for. Raises Forbidden."""
    require_manager(actor, schedule.unit_id, at)
    calendar = world_of(schedule.organisation_id).calendar
    next_at = next_making(schedule.every, schedule.time_of_day, at, calendar)
    with transaction.atomic():
        ReportSchedule.objects.filter(pk=schedule.pk).update(is_active=on, next_at=next_at)
        note("report_switch", actor=actor, at=at, schedule=schedule.pk, on=on)


def require_manager(actor: Person, unit: int, at: datetime) -> None:
    """Whoever sees the whole of the unit may have reports on it made for others. Raises Forbidden."""
    if not covers(viewer_of(actor, at), unit):
        raise Forbidden(
            Say("只能为您看得到全部工单的单位设报告", "Reports are set up for units whose work you see in whole")
        )


def _require(new: NewSchedule, actor: Person, at: datetime) -> None:
    errors = Invalid()
    if new.definition not in definitions():
        errors.add("definition", "选择一种报告。", "Choose a report.")
    if new.every not in EVERY:
        errors.add("every", "选择周期。", "Choose how often.")
    if not (new.people or new.roles or new.regulator):
        errors.add("people", "至少选一个接收人、角色或监管机构。", "Choose at least one receiver, role or authority.")
    if any(person.organisation_id != new.unit.organisation_id for person in new.people):
        errors.add("people", "接收人要在本单位内。", "Receivers belong to the same organisation.")
    if new.regulator_address and not _is_address(new.regulator_address):
        errors.add("regulator_address", "邮箱写成 name@example.cn。", "Write the address as name@example.cn.")
    if new.regulator_address and not new.regulator:
        errors.add("regulator", "写上监管机构的名称。", "Name the authority.")
    errors.raise_if_any()
    require_manager(actor, new.unit.pk, at)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


# ── what rulebooks ask for ───────────────────────────────────────────────────────────────────────────


def schedules_of_rulebooks(organisation: Organisation, *, at: datetime) -> int:
    """A schedule for every periodic duty of the rulebooks in force; how many were added.

    Only where somebody of the organisation holds a role that writes or gets it: a house that doesn't work by that
    rulebook has no use for its reports. A schedule that exists is left as people set it.
    """
    world = world_of(organisation.pk)
    known = set(ReportSchedule.objects.filter(organisation=organisation).values_list("source", flat=True))
    wanted = {
        f"{version.book}:{report.name}": report
        for version in current_books(at, organisation).values()
        for report in book_of(version.pk).reports.values()
        if _is_ours(report, world)
    }
    made = [
        _of_rulebook(source, report, organisation, world, at)
        for source, report in wanted.items()
        if source not in known
    ]
    ReportSchedule.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _is_ours(report: Report, world: World) -> bool:
    roles = {*report.by, *report.to}
    return any(duty.role in roles for duty in world.duties)


def _of_rulebook(source: str, report: Report, organisation: Organisation, world: World, at: datetime) -> ReportSchedule:
    root = next(unit for unit in world.units.values() if unit.parent is None)
    time_of_day = time(8)
    return ReportSchedule(
        organisation=organisation,
        source=source,
        definition=BASE if report.every in ("day", "week") else ANALYSIS,
        title=report.title.say("zh"),
        title_en=report.title.say("en"),
        every=report.every,
        due=report.due,
        time_of_day=time_of_day,
        unit_id=root.id,
        roles=sorted({*report.by, *report.to} - {REGULATOR}),
        regulator="监管机构" if REGULATOR in report.to else "",
        next_at=next_making(report.every, time_of_day, at, world.calendar),
        created_at=at,
    )
