"""The demo: complete organisations without gaps, and tickets in every state (issue 2, item 4)."""

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.db.models import F
from django.test import TestCase
from django.utils import timezone

from appeals.models import Finding, RegulatorCase
from escalation.models import Alert, SetAside
from tests.escalation.demo_walk import DemoWalk
from tickets.demo.build import LOGINS, PASSWORD, demo_build
from tickets.models import (
    Attachment,
    Clock,
    Duty,
    Event,
    Organisation,
    Person,
    Route,
    RulebookVersion,
    Step,
    Ticket,
    Unit,
)
from tickets.organisations import world_of
from tickets.roles import STANDARD_ROLES
from tickets.routing import route_gaps
from tickets.rulebook.registry import book_of
from tickets.rulebook.words import FUNCTIONS

TICKETS = 45
WALKS = 12  # of each rulebook, in memory


class TheDemo(TestCase):
    """Built once for all; each test only looks."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("demo", tickets=TICKETS, stdout=StringIO())
        cls.books = [book_of(version.pk) for version in RulebookVersion.objects.order_by("book")]

    # ── organisations ──
    def test_O01_the_tree_has_two_provinces_with_two_cities_each_and_every_function(self) -> None:
        provinces = Unit.objects.filter(parent__code="HQ", tier="province")
        assert sorted(provinces.values_list("code", flat=True)) == ["320000", "410000"]
        for province in provinces:
            assert province.children.filter(tier="city").count() == 2
        held = {function for unit in Unit.objects.filter(organisation__code="HQ") for function in unit.functions}
        assert held == set(FUNCTIONS)
        assert Unit.objects.get(code="410100-net").functions == ["handler"]

    def test_O01_the_demo_may_be_run_again(self) -> None:
        def counts() -> list[int]:
            return [model.objects.count() for model in (Organisation, Unit, Person, Duty, Route, Ticket)]

        before = counts()
        call_command("demo", tickets=TICKETS, stdout=StringIO())
        assert counts() == before
        demo_build(at=timezone.now())
        assert counts() == before

    def test_R01_all_ten_rulebooks_are_loaded(self) -> None:
        assert len(self.books) == 10

    def test_O02_every_role_of_every_rulebook_is_held_in_one_organisation(self) -> None:
        def held(code: str) -> set[str]:
            return set(Duty.objects.filter(unit__organisation__code=code).values_list("role", flat=True))

        roles = {code: held(code) for code in ("HQ", "PROP")}
        for book in self.books:
            missing = set(book.roles) - roles["PROP" if book.id == "property" else "HQ"]
            assert not missing - {"hotline"}, book.id
        assert set(STANDARD_ROLES) - {"hotline"} <= roles["HQ"]

    def test_O02_the_memorable_log_ins_exist_and_share_the_password(self) -> None:
        people = {person.username: person for person in Person.objects.filter(username__in=LOGINS)}
        assert set(people) == set(LOGINS)
        assert people["shouli"].check_password(PASSWORD)
        assert all(person.email.endswith("@demo.invalid") for person in people.values())

    def test_O05_no_rulebook_finds_a_gap_in_the_demo_routes(self) -> None:
        for organisation in Organisation.objects.all():
            for book in self.books:
                assert route_gaps(organisation, book) == [], book.id

    def test_SEAT_the_demo_names_a_person_for_vip_customers(self) -> None:
        assert set(Route.objects.filter(level="vip").values_list("person__username", flat=True)) == {"chuli"}

    def test_O04_somebody_is_away_and_has_a_deputy(self) -> None:
        assert Person.objects.get(username="hn13").absences.get().deputy.username == "hn12"

    def test_R01_demo_people_can_take_every_rulebook_to_its_end(self) -> None:
        now = timezone.now()
        for book in self.books:
            world = world_of(Organisation.objects.get(code="PROP" if book.id == "property" else "HQ").pk)
            ends = {DemoWalk(book, world, seed=seed, at=now).run() for seed in range(WALKS)}
            assert ends <= set(book.ends), f"{book.id}: {ends}"
            assert "closed" in ends, book.id

    # ── tickets ──
    def test_C10_there_are_tickets_in_every_state(self) -> None:
        assert Ticket.objects.count() == TICKETS
        states = set(Ticket.objects.filter(rulebook__book="unicom-complaint").values_list("state", flat=True))
        assert {"intake", "review", "handling", "reply", "callback", "closed", "declined", "withdrawn"} <= states
        assert set(Ticket.objects.filter(rulebook__book="property").values_list("state", flat=True)) >= {
            "intake",
            "handling",
            "closed",
        }
        assert Step.objects.filter(kind="assist", closed_at=None).exists()
        assert Step.objects.filter(kind="approval", closed_at=None).exists()

    def test_E01_escalations_wait_at_hq_lie_late_in_a_province_and_end_after_a_return(self) -> None:
        tickets = Ticket.objects.filter(rulebook__book="unicom-escalation")
        assert sorted(tickets.values_list("state", flat=True)) == ["closed", "dispatch", "review"]
        assert set(Alert.objects.filter(ticket__in=tickets, kind="overrun").values_list("clock_name", flat=True)) == {
            "province"
        }
        assert tickets.get(state="closed").events.filter(name="return_answer").count() == 1

    def test_A01_appeals_stand_at_four_stages_and_the_archived_one_has_its_finding_and_documents(self) -> None:
        tickets = Ticket.objects.filter(rulebook__book="unicom-appeal")
        assert sorted(tickets.values_list("state", flat=True)) == ["closed", "intake", "reply", "review"]
        assert RegulatorCase.objects.filter(ticket__in=tickets, due_at__gt=timezone.now()).count() == 1
        archived = tickets.get(state="closed")
        assert Finding.objects.get().ticket == archived
        papers = {"original", "branch_report_file", "regulator_report", "mediation_opinion"}
        assert set(Attachment.objects.filter(ticket=archived).values_list("field", flat=True)) == papers

    def test_W01_warnings_and_overruns_came_at_their_time(self) -> None:
        assert {"warning", "overrun"} <= set(Alert.objects.values_list("kind", flat=True))
        late = [(alert.raised_at - alert.instant).total_seconds() for alert in Alert.objects.all()]
        assert max(late) < 1
        assert not SetAside.objects.exists()
        assert not Clock.objects.filter(next_at__lte=Ticket.objects.latest("registered_at").registered_at).exists()

    def test_S01_nothing_lies_in_the_future_and_every_ticket_has_its_history(self) -> None:
        now = timezone.now()
        assert not Event.objects.filter(at__gt=now).exists()
        assert not Ticket.objects.filter(received_at__lt=now - timedelta(days=31)).exists()
        assert not Event.objects.filter(at__lt=F("ticket__received_at")).exists()
        for ticket in Ticket.objects.all():
            assert ticket.events.count() == ticket.event_count >= 1
