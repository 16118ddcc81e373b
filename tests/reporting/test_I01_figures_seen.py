"""Figures are over the tickets that the viewer may see: facts and tickets say the same of it (row I01)."""

from __future__ import annotations

import random

import pytest

from reporting.access import viewer_of
from reporting.declarations import indicators
from reporting.figures import figures
from reporting.models import StepFact, TicketFact, UnitSet
from reporting.questions import Question
from reporting.refresh import bring_up_to_date, count_again
from tests.books import loaded
from tests.cast import Cast, cast
from tests.reporting.histories import BOOKS, drive
from tests.tickets.drives import on, telecom, to_handling
from tickets.access import visible_to
from tickets.models import Person, RulebookVersion, Ticket, Unit

pytestmark = pytest.mark.django_db
HISTORIES = 30
NOW = on(30, 12)
SEEN = indicators()["received"]


@pytest.fixture
def c() -> Cast:
    """Random histories; some tickets are about a person, and of one rulebook the whole unit stays outside."""
    made = cast()
    for book in set(BOOKS):
        loaded(book)
    dice = random.Random(7)
    for _ in range(HISTORIES):
        drive(made, dice.randrange(2**32))
    for ticket in Ticket.objects.order_by("pk"):
        own = {"organisation": ticket.organisation_id}
        person = dice.choice([None, None, *Person.objects.filter(**own).order_by("pk")])
        unit = dice.choice([None, *Unit.objects.filter(**own).order_by("pk")])
        Ticket.objects.filter(pk=ticket.pk).update(respondent_person=person, respondent_unit=unit, counted=False)
    strict = RulebookVersion.objects.get(book="unicom-escalation")
    RulebookVersion.objects.filter(pk=strict.pk).update(source={**strict.source, "barrier": "unit"})
    bring_up_to_date()
    return made


def test_I01_everybody_counts_exactly_the_tickets_that_they_may_see(c: Cast) -> None:
    sizes = set()
    for name, person in c.people.items():
        seen = set(visible_to(person, NOW).values_list("pk", flat=True))
        viewer = viewer_of(person, NOW)
        assert set(viewer.ticket_facts().values_list("pk", flat=True)) == seen, name
        steps = StepFact.objects.filter(fact__in=seen).values_list("pk", flat=True)
        assert set(viewer.step_facts().values_list("pk", flat=True)) == set(steps), name
        sizes.add(len(seen))
    assert len(sizes) > 4, "people who see nothing, something, and everything"


def test_I01_a_total_and_a_remembered_total_are_over_the_same_tickets(c: Cast) -> None:
    asked = Question(on(1, 0).replace(month=9), on(1, 0).replace(year=2027), by=("kind",))
    for name in ("front_desk", "head", "supervisor", "hq_supervisor", "auditor", "administrator"):
        person = c.people[name]
        viewer = viewer_of(person, NOW)
        seen = visible_to(person, NOW).filter(kind__in=SEEN.kinds, received_at__gte=asked.start)
        for remember in (False, True, True):
            found = figures([SEEN], asked, viewer, remember=remember)[SEEN.id]
            merged = seen.filter(state="merged", ended_at__isnull=False).count()
            assert sum(figure.numerator for figure in found) == seen.count() - merged, name


def test_I01_tickets_that_went_the_same_way_share_one_set_of_units() -> None:
    c = cast()
    for hour in (9, 9):
        to_handling(telecom(c, on(24, hour)))
    other = telecom(c, on(24, 9))
    bring_up_to_date()
    assert UnitSet.objects.count() == 2
    before = TicketFact.objects.get(pk=other.id).seen_by
    to_handling(other)
    bring_up_to_date()
    after = TicketFact.objects.get(pk=other.id).seen_by
    assert c.units["410100-net"] in set(after.units.all()) - set(before.units.all())
    count_again([other.id])
    bring_up_to_date()
    assert UnitSet.objects.count() == 2, "the way of the others is a set already"
