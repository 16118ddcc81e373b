"""An organisation as the core needs it, read once per process and stamp (see `Organisation.stamp`)."""

from __future__ import annotations

from datetime import date, time

from django.db.models import BooleanField, Exists, ExpressionWrapper, Q
from django.db.models.functions import Now

from .calendars import Calendar, Hours, calendar_of
from .core.world import (
    AbsenceView,
    DutyView,
    GlassView,
    PersonView,
    RobotView,
    RouteView,
    SubscriptionView,
    UnitView,
    World,
)
from .day_tables import DayTable, china_table
from .models import (
    Absence,
    CalendarDay,
    CalendarYear,
    Duty,
    Glass,
    GroupRobot,
    Hold,
    Organisation,
    Person,
    Route,
    Subscription,
    Unit,
)

_worlds: dict[int, World] = {}


def world_of(organisation_id: int, stamp: int | None = None) -> World:
    """The snapshot of an organisation. A caller that has read the stamp with its ticket costs no statement here."""
    if stamp is None:
        stamp = Organisation.objects.values_list("stamp", flat=True).get(pk=organisation_id)
    world = _worlds.get(organisation_id)
    if world is None or world.stamp != stamp:
        world = _worlds[organisation_id] = _read(organisation_id)
    return world


def world_for(person: Person) -> World:
    """The snapshot of a person's organisation; who read the stamp with the person costs no statement here."""
    assert person.organisation_id is not None  # noqa: S101  access lets nobody else in
    return world_of(person.organisation_id, getattr(person, "organisation_stamp", None))


def _read(organisation_id: int) -> World:
    organisation = Organisation.objects.annotate(held=Exists(Hold.objects.all())).get(pk=organisation_id)
    units = list(Unit.objects.filter(organisation=organisation))
    calendar, calendars = _calendars(organisation, units)
    active = {person.id: person for person in _people(organisation)}
    return World(
        units={unit.pk: _unit(unit) for unit in units},
        people=active,
        duties=[
            DutyView(d.person_id, d.role, d.unit_id, d.subtree)
            for d in Duty.objects.filter(unit__organisation=organisation).order_by("id")
            if d.person_id in active
        ],
        routes=[
            RouteView(r.book, r.business_type, r.complaint_type, r.region, r.level, r.unit_id, r.person_id)
            for r in Route.objects.filter(organisation=organisation)
        ],
        calendar=calendar,
        calendars=calendars,
        absences=[
            AbsenceView(a.person_id, a.deputy_id, a.starts_at, a.ends_at)
            for a in Absence.objects.filter(person__organisation=organisation)
            if a.deputy_id in active
        ],
        robots=[
            RobotView(*row)
            for row in GroupRobot.objects.filter(unit__organisation=organisation).values_list("id", "unit_id", "way")
        ],
        subscriptions=[
            SubscriptionView(id_, unit, frozenset(events))
            for id_, unit, events in Subscription.objects.filter(organisation=organisation, is_active=True).values_list(
                "id", "unit_id", "events"
            )
        ],
        glasses=[
            GlassView(*row)
            for row in Glass.objects.filter(ticket__organisation=organisation, until__gt=Now()).values_list(
                "person", "ticket", "until"
            )
        ],
        stamp=organisation.stamp,
        held=organisation.held,
    )


def _people(organisation: Organisation) -> list[PersonView]:
    """Whether a person has a mobile number is asked without reading it: to read one is to decrypt it."""
    has_mobile = ExpressionWrapper(~Q(mobile=""), output_field=BooleanField())
    rows = Person.objects.filter(organisation=organisation, is_active=True).annotate(has_mobile=has_mobile)
    return [PersonView(*row) for row in rows.values_list("id", "username", "name", "email", "language", "has_mobile")]


def _unit(unit: Unit) -> UnitView:
    return UnitView(
        id=unit.pk,
        code=unit.code,
        name=unit.name,
        name_en=unit.name_en,
        tier=unit.tier,
        path=tuple(int(part) for part in unit.path.strip("/").split("/") if part),
        functions=frozenset(unit.functions),
        region=unit.region,
        is_open=unit.closed_at is None,
        email=unit.email,
    )


# ── calendars ────────────────────────────────────────────────────────────────────────────────────────


def _calendars(organisation: Organisation, units: list[Unit]) -> tuple[Calendar, dict[int, Calendar]]:
    table = _table_with_own_days(organisation)
    own = {
        unit.pk: _calendar(table, organisation.zone, unit.hours or organisation.hours, unit.round_the_clock)
        for unit in units
        if unit.hours or unit.round_the_clock
    }
    return _calendar(table, organisation.zone, organisation.hours, False), own


def _calendar(table: DayTable, zone: str, hours: list[list[str]], round_the_clock: bool) -> Calendar:
    spans = tuple(Hours(time.fromisoformat(a), time.fromisoformat("00:00" if b == "24:00" else b)) for a, b in hours)
    if not spans:
        return calendar_of(table, zone=zone, round_the_clock=round_the_clock)
    return calendar_of(table, zone=zone, hours=spans, round_the_clock=round_the_clock)


def _table_with_own_days(organisation: Organisation) -> DayTable:
    years: dict[int, DayTable] = {}
    for year in CalendarYear.objects.all():
        days = {date.fromisoformat(day): bool(worked) for day, worked in year.days.items()}
        years[year.year] = DayTable(days=days, published=frozenset({year.year}))
    table = china_table()
    for added in years.values():
        table = table.overlaid(added)
    own = CalendarDay.objects.filter(organisation=organisation)
    return DayTable(
        days={**table.days, **{row.day: row.worked for row in own}},
        names={**table.names, **{row.day: row.note for row in own}},
        published=table.published,
    )
