"""The demo organisations: complete, without gaps, with somebody for every role of every rulebook (issue 2, item 4)."""

import pytest
from django.utils import timezone

from tickets.demo.build import LOGINS, PASSWORD, demo_build
from tickets.models import Duty, Organisation, Person, Route, Unit
from tickets.roles import STANDARD_ROLES
from tickets.routing import route_gaps
from tickets.rulebook.load import load_file
from tickets.rulebook.source import BOOKS
from tickets.rulebook.words import FUNCTIONS

pytestmark = pytest.mark.django_db
LEAVES = "shared-"


@pytest.fixture
def demo() -> None:
    demo_build(at=timezone.now())


@pytest.fixture(scope="module")
def books() -> list:
    return [load_file(path) for path in sorted(BOOKS.glob("*.toml")) if not path.name.startswith(LEAVES)]


def test_O01_the_tree_has_every_function_at_hq_two_provinces_and_two_cities_each(demo: None) -> None:
    hq = Organisation.objects.get(code="HQ")
    assert sorted(hq.units.filter(parent__code="HQ", tier="province").values_list("code", flat=True)) == [
        "320000",
        "410000",
    ]
    for province in ("410000", "320000"):
        assert hq.units.filter(parent__code=province, tier="city").count() == 2
    held = {function for unit in hq.units.all() for function in unit.functions}
    assert held == set(FUNCTIONS)
    assert Unit.objects.get(code="410100-net").functions == ["handler"]


def test_O01_the_demo_may_be_built_again(demo: None) -> None:
    def counts() -> list[int]:
        return [model.objects.count() for model in (Organisation, Unit, Person, Duty, Route)]

    before = counts()
    demo_build(at=timezone.now())
    assert counts() == before


def test_O02_every_role_of_every_rulebook_is_held_in_one_organisation(demo: None, books: list) -> None:
    roles = {
        code: set(Duty.objects.filter(unit__organisation__code=code).values_list("role", flat=True))
        for code in ("HQ", "PROP")
    }
    for book in books:
        missing = set(book.roles) - roles["PROP" if book.id == "property" else "HQ"]
        assert not missing - {"hotline"}, book.id
    assert set(STANDARD_ROLES) - {"hotline"} <= roles["HQ"]


def test_O02_the_memorable_log_ins_exist_and_share_the_password(demo: None) -> None:
    people = {person.username: person for person in Person.objects.filter(username__in=LOGINS)}
    assert set(people) == set(LOGINS)
    assert people["shouli"].check_password(PASSWORD)
    assert all(person.email.endswith("@demo.invalid") for person in people.values())


def test_O05_no_rulebook_finds_a_gap_in_the_demo_routes(demo: None, books: list) -> None:
    for organisation in Organisation.objects.all():
        for book in books:
            assert route_gaps(organisation, book) == [], book.id


def test_SEAT_the_demo_names_a_person_for_vip_customers(demo: None) -> None:
    assert set(Route.objects.filter(level="vip").values_list("person__username", flat=True)) == {"chuli"}


def test_O04_somebody_is_away_and_has_a_deputy(demo: None) -> None:
    assert Person.objects.get(username="hn13").absences.get().deputy.username == "hn12"
