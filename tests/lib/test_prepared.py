"""Statements put together once: they read and write as the ORM would (`lib.prepared`, `lib.inserts`)."""

import pytest
from django.db import transaction
from django.db.models import F, Value
from django.db.utils import DatabaseError

from complaints_site.lib.inserts import update, upsert
from complaints_site.lib.prepared import OFTEN, Given, Prepared, PreparedObjects
from tests.cast import cast
from tickets.models import NumberBlock, Person, Unit

pytestmark = pytest.mark.django_db


def test_C01_a_prepared_query_reads_what_stands_there_however_often_it_is_asked() -> None:
    c = cast()
    named = Person.objects.annotate(stamp=F("organisation__stamp")).select_related("home_unit")
    people = PreparedObjects(named.filter(pk=Value(Given("id"))))
    for turn, name in enumerate("甲乙丙" * OFTEN):
        who = c.people[("front_desk", "dispatcher")[turn % 2]]
        update(Person, {"id": who.pk}, {"name": name})
        found = people.first(id=who.pk)
        assert found is not None
        assert (found.pk, found.name, found.home_unit, found.is_active) == (who.pk, name, who.home_unit, True)
    assert people.first(id=0) is None


def test_C01_what_is_always_the_same_stands_beside_what_is_given() -> None:
    c = cast()
    ours = Prepared(Unit.objects.filter(organisation=c.prop, code=Given("code")).values_list("pk"))
    for code, unit in c.units.items():
        assert ours.run(code=code) == ([(unit.pk,)] if unit.organisation == c.prop else [])
    assert ours.run(code="100%") == []


def test_C01_a_kept_query_that_failed_once_is_asked_again() -> None:
    units = Prepared(Unit.objects.filter(pk=Value(Given("id"))).values_list("code"))
    for _ in range(OFTEN):
        units.run(id=0)
    for _ in range(2):
        with pytest.raises((DatabaseError, OverflowError)), transaction.atomic():
            units.run(id=2**70)
    assert units.run(id=0) == []


def test_C01_rows_that_are_there_are_changed_and_others_written() -> None:
    first, second = NumberBlock(day="20261123", next=5), NumberBlock(day="20261124", next=1)
    upsert([first], by=("day",), written=("next",))
    upsert([second, NumberBlock(day="20261123", next=9)], by=("day",), written=("next",))
    assert list(NumberBlock.objects.order_by("day").values_list("pk", "next")) == [(first.pk, 9), (second.pk, 1)]
    assert update(NumberBlock, {"day": ["20261123", "20261124"], "next": 9}, {"next": 10}) == 1
    assert update(NumberBlock, {"day": "20261125"}, {"next": 2}) == 0
