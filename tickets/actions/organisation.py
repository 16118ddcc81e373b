"""The only code that changes an organisation: its units, routes and days (rows O01, O05, R04).

Each change raises the organisation's stamp in its own transaction, so that per-process caches look again. Units are
never deleted: a closed unit keeps its tickets, steps and events (row O01). People and duties: `tickets.actions.people`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.actions.administration import misfits
from tickets.calendars import Calendar, CalendarError, parse_hours
from tickets.models import CalendarDay, CalendarYear, Organisation, Person, Route, Step, Unit
from tickets.rulebook.words import FUNCTIONS

ANY = "*"
CELLS = ("book", "business_type", "complaint_type", "region", "level")
LONGEST_PATH = 250
UNIT_FIELDS = ("name", "name_en", "tier", "functions", "region", "hours", "round_the_clock", "email")


def organisation_changed(organisation: Organisation) -> None:
    """Say to every process that what it remembers of this organisation is old. Call it inside the change."""
    Organisation.objects.filter(pk=organisation.pk).update(stamp=F("stamp") + 1)


@transaction.atomic
def organisation_create(*, code: str, name: str, name_en: str = "", zone: str = "Asia/Shanghai") -> Organisation:
    """A new organisation with its root unit of the same code. Raises Invalid: the code is taken."""
    _require_free(code)
    organisation = Organisation.objects.create(code=code, name=name, name_en=name_en, zone=zone)
    unit_create(organisation=organisation, code=code, name=name, name_en=name_en, tier="hq", functions=["management"])
    return organisation


# ── units ────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def unit_create(
    *, organisation: Organisation, code: str, name: str, tier: str, parent: Unit | None = None, **more: object
) -> Unit:
    """Add a unit below `parent` (None: the root). `more` are other names of UNIT_FIELDS. Raises Invalid."""
    _require_free(code)
    values = _unit_values({"name": name, "tier": tier, **more})
    if parent is None and organisation.units.filter(parent=None).exists():
        raise Invalid({"parent": [_("这个组织已有根单位,填上级单位。")]})
    if parent is not None:
        _require_parent(organisation, parent)
    unit = Unit.objects.create(organisation=organisation, code=code, parent=parent, **values)
    unit.path = _path_of(unit, parent)
    unit.save(update_fields=["path"])
    organisation_changed(organisation)
    return unit


@transaction.atomic
def unit_change(*, unit: Unit, **values: object) -> Unit:
    """Change what a unit is called, does or when it works (names of UNIT_FIELDS). Raises Invalid."""
    for name, value in _unit_values(values).items():
        setattr(unit, name, value)
    unit.save(update_fields=list(values))
    organisation_changed(unit.organisation)
    return unit


@transaction.atomic
def unit_move(*, unit: Unit, parent: Unit) -> Unit:
    """Hang a unit with everything below it under another one. Raises Invalid: a circle, another organisation."""
    rows = {row.pk: row for row in Unit.objects.select_for_update().filter(organisation=unit.organisation_id)}
    unit, parent = rows.get(unit.pk, unit), rows.get(parent.pk, parent)
    _require_parent(unit.organisation, parent)
    if unit.parent_id is None:
        raise Invalid({"unit": [_("根单位不能移动。")]})
    if parent.path.startswith(unit.path):
        raise Invalid({"parent": [_("“%(parent)s”在“%(unit)s”之下,移过去会成环。") % _names(unit, parent)]})
    old, new = unit.path, _path_of(unit, parent)
    unit.parent = parent
    unit.save(update_fields=["parent"])
    below = [row for row in rows.values() if row.path.startswith(old)]
    for row in below:
        row.path = _fitting(new + row.path.removeprefix(old))
    Unit.objects.bulk_update(below, ["path"])
    organisation_changed(unit.organisation)
    return unit


@transaction.atomic
def unit_close(*, unit: Unit, at: datetime) -> Unit:
    """Close a unit from now on; history stays. Raises Invalid: open work, open units below, routes that lead here."""
    if unit.closed_at is not None:
        return unit
    reasons = list(_still_used(unit))
    if reasons:
        raise Invalid({"unit": reasons})
    unit.closed_at = at
    unit.save(update_fields=["closed_at"])
    organisation_changed(unit.organisation)
    return unit


@transaction.atomic
def unit_reopen(*, unit: Unit) -> Unit:
    """Open a closed unit again. Raises Invalid: the unit above is closed."""
    if unit.parent is not None and unit.parent.closed_at is not None:
        raise Invalid({"unit": [_("上级单位“%(name)s”已关闭,先打开它。") % {"name": unit.parent.name}]})
    unit.closed_at = None
    unit.save(update_fields=["closed_at"])
    organisation_changed(unit.organisation)
    return unit


def _still_used(unit: Unit) -> Iterable[str]:
    names = {"unit": unit.name}
    steps = Step.objects.filter(unit=unit, closed_at=None).count()
    if steps:
        yield _("“%(unit)s”还有 %(count)d 个未完环节,先转派或办结。") % {**names, "count": steps}
    children = unit.children.filter(closed_at=None).count()
    if children:
        yield _("“%(unit)s”之下还有 %(count)d 个单位没有关闭。") % {**names, "count": children}
    routes = unit.routes.count()
    if routes:
        yield _("路由表还有 %(count)d 行指向“%(unit)s”,先改到别的单位。") % {**names, "count": routes}


def _require_free(code: str) -> None:
    if not code.strip():
        raise Invalid({"code": [_("填单位代码。")]})
    if wrong := misfits(Unit, {"code": code}):
        raise Invalid(wrong)
    if Unit.objects.filter(code=code).exists():
        raise Invalid({"code": [_("代码“%(code)s”已有单位使用。") % {"code": code}]})


def _require_parent(organisation: Organisation, parent: Unit) -> None:
    if parent.organisation_id != organisation.pk:
        raise Invalid({"parent": [_("上级单位“%(name)s”属于另一个组织。") % {"name": parent.name}]})
    if parent.closed_at is not None:
        raise Invalid({"parent": [_("上级单位“%(name)s”已关闭。") % {"name": parent.name}]})


def _unit_values(values: Mapping[str, object]) -> dict[str, object]:
    """The values as they are stored; raises Invalid with one sentence for each field that doesn't do."""
    errors = misfits(Unit, {name: value for name, value in values.items() if name in UNIT_FIELDS})
    if "name" in values and not str(values["name"]).strip():
        errors["name"] = [_("填单位名称。")]
    if "tier" in values and not str(values["tier"]).strip():
        errors["tier"] = [_("填单位层级(如 hq、province、city、site)。")]
    functions = list(dict.fromkeys(values.get("functions") or ()))  # type: ignore[call-overload]
    unknown = [word for word in functions if word not in FUNCTIONS]
    if unknown:
        told = {"words": "、".join(unknown), "known": "、".join(FUNCTIONS)}
        errors["functions"] = [_("没有这样的职能:%(words)s。可用:%(known)s。") % told]
    try:
        hours = parse_hours(",".join("-".join(span) for span in values.get("hours") or ()) or "09:00-17:30")  # type: ignore[attr-defined]
        Calendar(zone=ZoneInfo("UTC"), hours=hours)  # refuses spans that overlap
    except (CalendarError, TypeError):
        errors["hours"] = [_("营业时间写成 09:00-12:00,13:30-17:30。")]
    strange = [name for name in values if name not in UNIT_FIELDS]
    if strange:
        raise TypeError(f"A unit has no {', '.join(strange)}.")
    if errors:
        raise Invalid(errors)
    return {**values, "functions": functions} if "functions" in values else dict(values)


def _path_of(unit: Unit, parent: Unit | None) -> str:
    return _fitting(f"{parent.path if parent else '/'}{unit.pk}/")


def _fitting(path: str) -> str:
    if len(path) > LONGEST_PATH:
        raise Invalid({"parent": [_("单位层数太多。")]})
    return path


def _names(unit: Unit, parent: Unit) -> dict[str, str]:
    return {"unit": unit.name, "parent": parent.name}


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def route_set(*, unit: Unit, person: Person | None = None, position: int | None = None, **cells: str) -> Route:
    """Say which unit gets what (row O05); a person is the seat of a customer level (ruling SEAT).

    `cells` are names of CELLS, `*` fits anything. The first row that fits wins, in `position`; without one a new row
    stands behind those as special as itself and before those that are less so. Raises Invalid.
    """
    _require_route(unit, person, cells)
    if wrong := misfits(Route, cells):
        raise Invalid(wrong)
    row = {name: cells.get(name) or ANY for name in CELLS}
    route = Route.objects.filter(organisation=unit.organisation_id, **row).first()
    if route is None:
        route = Route(organisation=unit.organisation, position=_place_for(row), **row)
    route.unit, route.person = unit, person
    route.position = route.position if position is None else position
    route.save()
    organisation_changed(unit.organisation)
    return route


@transaction.atomic
def route_move(*, route: Route, up: bool) -> None:
    """Let a row be asked one place earlier or later. Nothing changes at either end of the table."""
    rows = list(Route.objects.select_for_update().filter(organisation=route.organisation_id).order_by("position", "id"))
    place = next(index for index, row in enumerate(rows) if row.pk == route.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    one, two = rows[place], rows[other]
    one.position, two.position = two.position, one.position
    rows[place], rows[other] = two, one
    last = -1
    for row in rows:  # strictly rising, so that the order no longer hangs on ids
        row.position = last = max(row.position, last + 1)
    Route.objects.bulk_update(rows, ["position"])
    organisation_changed(route.organisation)


@transaction.atomic
def route_remove(*, route: Route) -> None:
    route.delete()
    organisation_changed(route.organisation)


def _require_route(unit: Unit, person: Person | None, cells: Mapping[str, str]) -> None:
    strange = [name for name in cells if name not in CELLS]
    if strange:
        raise TypeError(f"A route has no {', '.join(strange)}.")
    if unit.closed_at is not None:
        raise Invalid({"unit": [_("“%(name)s”已关闭,不能作为去处。") % {"name": unit.name}]})
    if person is None:
        return
    if person.organisation_id != unit.organisation_id:
        raise Invalid({"person": [_("“%(name)s”属于另一个组织。") % {"name": person.name}]})
    if not person.is_active:
        raise Invalid({"person": [_("“%(name)s”已停用。") % {"name": person.name}]})


def _place_for(row: Mapping[str, str]) -> int:
    """The more cells are named, the earlier: 0 for five, 5000 for none. Equals keep their order of entry."""
    return 1000 * sum(row[name] == ANY for name in CELLS)


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def day_set(*, organisation: Organisation, day: date, worked: bool, note: str = "") -> CalendarDay:
    """An own closure, or an own working day (row R04)."""
    if wrong := misfits(CalendarDay, {"note": note}):
        raise Invalid(wrong)
    row, _made = CalendarDay.objects.update_or_create(
        organisation=organisation, day=day, defaults={"worked": worked, "note": note}
    )
    organisation_changed(organisation)
    return row


@transaction.atomic
def day_remove(*, organisation: Organisation, day: date) -> None:
    """Back to the State Council's calendar for this day."""
    CalendarDay.objects.filter(organisation=organisation, day=day).delete()
    organisation_changed(organisation)


@transaction.atomic
def year_publish(*, year: int, days: Mapping[date, bool], source: str, at: datetime) -> CalendarYear:
    """Enter a year's calendar of the State Council: the days that differ from Monday to Friday (True = worked).

    It holds for every organisation. Raises Invalid: a day of another year. Deadlines that were provisional are
    counted again by the watch, not here.
    """
    strange = sorted(day for day in days if day.year != year)
    if strange:
        raise Invalid({"days": [_("%(day)s 不在 %(year)d 年。") % {"day": strange[0], "year": year}]})
    if wrong := misfits(CalendarYear, {"source": source}):
        raise Invalid(wrong)
    row, _made = CalendarYear.objects.update_or_create(
        year=year,
        defaults={
            "days": {day.isoformat(): worked for day, worked in sorted(days.items())},
            "source": source,
            "published_at": at,
        },
    )
    Organisation.objects.update(stamp=F("stamp") + 1)
    return row
