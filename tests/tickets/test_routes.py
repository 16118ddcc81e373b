"""The routing table: what it says, and where it says nothing (rows O05, SEAT, ROUTE)."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from complaints_site.lib.errors import Invalid
from tests.cast import NOON, Cast, cast
from tickets.actions.organisation import route_remove, route_set, unit_close
from tickets.models import Organisation, Route
from tickets.routing import Gap, route_gaps
from tickets.rulebook.load import load_file
from tickets.rulebook.source import find_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def c() -> Cast:
    return cast()


@pytest.fixture(scope="module")
def book():
    return load_file(find_book("unicom-complaint"))


def wildcard(organisation: Organisation) -> Route:
    return Route.objects.get(organisation=organisation, business_type="*", complaint_type="*", region="*")


def test_O05_a_table_with_a_last_row_for_everything_has_no_gap(c: Cast, book) -> None:
    assert route_gaps(c.hq, book) == []


def test_O05_every_combination_without_a_unit_is_a_gap(c: Cast, book) -> None:
    route_remove(route=wildcard(c.hq))
    gaps = route_gaps(c.hq, book)
    assert {gap.region for gap in gaps} == {""}  # every region of the units has a row of its own
    Route.objects.filter(region="320000").delete()
    regions = {gap.region for gap in route_gaps(c.hq, book) if gap.business_type == "mobile.gsm"}
    assert regions == {"", "320000"}


def test_ROUTE_an_unknown_complaint_type_is_a_value_and_no_gap(c: Cast, book) -> None:
    Route.objects.filter(organisation=c.hq).delete()
    for complaint_type in book.fields["complaint_type"].choices:
        route_set(unit=c.units["HQ-market"], complaint_type=complaint_type)
    assert route_gaps(c.hq, book) == []
    route_remove(route=Route.objects.get(complaint_type="other"))
    assert {gap.complaint_type for gap in route_gaps(c.hq, book)} == {"other"}
    route_set(unit=c.units["410000-market"], business_type="mobile")
    assert Gap("mobile.gsm", "other", "", "ordinary") not in route_gaps(c.hq, book)
    assert Gap("fixed.phone", "other", "", "ordinary") in route_gaps(c.hq, book)


def test_O05_a_rulebook_that_never_asks_the_table_has_no_gap(c: Cast) -> None:
    Route.objects.all().delete()
    assert route_gaps(c.prop, load_file(find_book("property"))) == []


def test_O05_the_command_lists_gaps_and_fails(c: Cast) -> None:
    out = StringIO()
    call_command("routes", "--gaps", "--rulebook", "unicom-complaint", "--organisation", "HQ", stdout=out)
    assert "HQ unicom-complaint: 0 gaps" in out.getvalue()
    route_remove(route=wildcard(c.hq))
    with pytest.raises(CommandError, match="gaps"):
        call_command("routes", "--gaps", "--rulebook", "unicom-complaint", "--organisation", "HQ", stdout=out)
    assert "HQ: mobile.gsm × network_quality × - × vip" in out.getvalue()


@pytest.mark.parametrize("words", [["--gaps"], ["--gaps", "--rulebook", "nothing"], ["--organisation", "nowhere"]])
def test_O05_the_command_says_what_is_missing(c: Cast, words: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("routes", *words, stdout=StringIO())


def test_O05_the_more_a_row_names_the_earlier_it_stands(c: Cast) -> None:
    Route.objects.filter(organisation=c.hq).delete()
    route_set(unit=c.units["HQ-market"])
    route_set(unit=c.units["410100-net"], complaint_type="network_quality", region="410100")
    route_set(unit=c.units["410000-net"], complaint_type="network_quality")
    assert [row.unit.code for row in Route.objects.filter(organisation=c.hq)] == [
        "410100-net",
        "410000-net",
        "HQ-market",
    ]


def test_SEAT_a_row_may_name_the_person_of_a_customer_level(c: Cast) -> None:
    row = route_set(unit=c.units["410100-net"], person=c.people["handler"], level="vip")
    assert row.person == c.people["handler"]
    again = route_set(unit=c.units["410100-net"], person=c.people["handler2"], level="vip")
    assert (again.pk, again.person) == (row.pk, c.people["handler2"])


def test_O05_a_row_to_a_closed_unit_or_a_stranger_is_refused(c: Cast) -> None:
    unit_close(unit=c.units["410100-line"], at=NOON)
    with pytest.raises(Invalid):
        route_set(unit=c.units["410100-line"])
    with pytest.raises(Invalid):
        route_set(unit=c.units["410100-net"], person=c.people["receptionist"])
