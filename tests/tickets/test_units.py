"""Units: the tree, its changes, and what a change must not lose (row O01)."""

from datetime import UTC, datetime

import pytest

from complaints_site.lib.errors import Invalid
from tests.cast import NOON, Cast, cast
from tickets.actions.organisation import (
    organisation_create,
    unit_change,
    unit_close,
    unit_create,
    unit_move,
    unit_reopen,
)
from tickets.models import Organisation, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def c() -> Cast:
    return cast()


def stamp(c: Cast) -> int:
    return Organisation.objects.get(pk=c.hq.pk).stamp


def below(unit: Unit) -> set[str]:
    return set(Unit.objects.filter(path__startswith=Unit.objects.get(pk=unit.pk).path).values_list("code", flat=True))


def test_O01_a_new_organisation_has_its_root_unit(c: Cast) -> None:
    made = organisation_create(code="BUS", name="公交公司")
    root = Unit.objects.get(code="BUS")
    assert (root.organisation, root.parent, root.path) == (made, None, f"/{root.pk}/")


def test_O01_a_unit_is_created_below_its_parent_and_raises_the_stamp(c: Cast) -> None:
    before = stamp(c)
    made = unit_create(
        organisation=c.hq,
        code="410300",
        name="洛阳市分公司",
        tier="city",
        parent=c.units["410000"],
        functions=["management", "management"],
        region="410300",
    )
    assert made.path == f"{c.units['410000'].path}{made.pk}/"
    assert made.functions == ["management"]
    assert stamp(c) == before + 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "410100-net"}, "code"),
        ({"code": "  "}, "code"),
        ({"name": " "}, "name"),
        ({"tier": ""}, "tier"),
        ({"functions": ["handler", "kitchen"]}, "functions"),
        ({"hours": [["17:30", "09:00"]]}, "hours"),
        ({"parent": None}, "parent"),
        ({"parent": "PROP"}, "parent"),
    ],
)
def test_O01_what_does_not_do_is_said_by_field_and_nothing_is_written(c: Cast, values: dict, field: str) -> None:
    given = {"code": "new", "name": "新单位", "tier": "city", "parent": "410100", **values}
    given["parent"] = c.units.get(given["parent"])
    before, count = stamp(c), Unit.objects.count()
    with pytest.raises(Invalid) as caught:
        unit_create(organisation=c.hq, **given)
    assert field in caught.value.errors
    assert (stamp(c), Unit.objects.count()) == (before, count)


def test_O01_a_moved_unit_takes_everything_below_it_along(c: Cast) -> None:
    city, to = c.units["410100"], c.units["320000"]
    units = below(city)
    before = stamp(c)
    unit_move(unit=city, parent=to)
    assert below(city) == units
    assert units < below(to)
    assert not units & below(c.units["410000"])
    assert Unit.objects.get(code="410100-net").parent.code == "410100"
    assert stamp(c) == before + 1


@pytest.mark.parametrize(
    ("unit", "parent"), [("410100", "410100-net"), ("410100", "410100"), ("HQ", "410000"), ("410100", "PROP")]
)
def test_O01_a_move_that_makes_a_circle_or_leaves_the_organisation_is_refused(c: Cast, unit: str, parent: str) -> None:
    paths = dict(Unit.objects.values_list("code", "path"))
    with pytest.raises(Invalid):
        unit_move(unit=c.units[unit], parent=c.units[parent])
    assert dict(Unit.objects.values_list("code", "path")) == paths


def test_O01_a_closed_unit_stays_and_can_be_opened_again(c: Cast) -> None:
    unit = unit_close(unit=c.units["410100-line"], at=NOON)
    assert Unit.objects.get(pk=unit.pk).closed_at == datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert unit not in Unit.objects.open()
    with pytest.raises(Invalid, match="已关闭"):
        unit_create(organisation=c.hq, code="x", name="甲", tier="city", parent=unit)
    assert unit_reopen(unit=unit) in Unit.objects.open()


def test_O01_a_unit_that_is_still_used_is_not_closed_and_says_why(c: Cast) -> None:
    with pytest.raises(Invalid, match="路由表还有 1 行"):
        unit_close(unit=c.units["410100-net"], at=NOON)
    with pytest.raises(Invalid, match="之下还有 6 个单位"):
        unit_close(unit=c.units["410100"], at=NOON)


def test_O01_a_unit_is_not_opened_below_a_closed_one(c: Cast) -> None:
    hall = unit_close(unit=c.units["PROP-site1-security"], at=NOON)
    Unit.objects.filter(code="PROP-site1").update(closed_at=NOON)
    hall.refresh_from_db()
    with pytest.raises(Invalid, match="先打开"):
        unit_reopen(unit=hall)


def test_O01_a_unit_gets_new_functions_and_hours(c: Cast) -> None:
    unit_change(unit=c.units["410100-remote"], functions=["remote", "handler"], hours=[["08:00", "20:00"]])
    unit = Unit.objects.get(code="410100-remote")
    assert (unit.functions, unit.hours) == (["remote", "handler"], [["08:00", "20:00"]])
