"""The live board: six numbers, the table of units and steps, what is late, what falls due (row K06, design §9.4)."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reporting.board import board_of, hours_of, lateness_seconds
from tests.books import loaded
from tests.cast import Cast, cast
from tests.tickets.test_loop import Case, complaint, on
from tickets.access import visible_to
from tickets.models import Person, RulebookVersion, Step, Ticket
from tickets.views import queue_rows
from tickets.views.queue_rows import Wish
from tickets.views.reader import Reader

pytestmark = pytest.mark.django_db
SUBMIT = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}


def at_handling(c: Cast, hour: int, **more: str) -> Case:
    case = complaint(c, on(24, hour), **more)
    case.do("front_desk", "submit", on(24, hour), **SUBMIT)
    case.do("dispatcher", "dispatch", on(24, hour), to="410100-net", reason="光路")
    return case


@pytest.fixture
def c() -> Cast:
    return cast()


@pytest.fixture
def busy(c: Cast) -> Cast:
    """Two at the net department, one of them with an assist beside it, and one at intake."""
    at_handling(c, 9)
    case = at_handling(c, 10)
    case.do("head", "assist", on(24, 10), to=["410100-line"], reason="查线路")
    complaint(c, on(24, 11))
    return c


def reader(person: Person, hour: int, day: int = 24) -> Reader:
    return Reader(person, on(day, hour))


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def rows_behind(reader: Reader, url: str) -> int:
    from django.http import QueryDict

    return queue_rows.queue(reader, Wish.read(QueryDict(unescape(url).partition("?")[2]))).count()


def test_K06_every_number_of_the_board_counts_the_rows_that_its_link_opens(busy: Cast) -> None:
    for who in ("supervisor", "hq_supervisor", "head", "line_head", "dispatcher"):
        for hour, day in ((12, 24), (3, 26), (12, 27)):
            person = busy.people[who]
            with time_machine.travel(on(day, hour), tick=False):
                response = client_of(person).get(reverse("board"))
            look = reader(person, hour, day)
            heat = response.context["heat"]
            numbers = [(cell["count"], cell["url"]) for row in heat["rows"] for cell in row["cells"]]
            numbers += [(row["total"], row["url"]) for row in heat["rows"]]
            numbers += [(cell["count"], cell["url"]) for cell in heat["totals"]] + [(heat["total"], heat["url"])]
            numbers += [
                (int(figure["value"]), figure["url"])
                for place, figure in enumerate(response.context["figures"])
                if place != 4
            ]
            numbers += [(bar["count"], bar["url"]) for bar in response.context["hours"]["bars"]]
            assert [count for count, _url in numbers] == [rows_behind(look, url) for _count, url in numbers]
            assert heat["total"] == sum(row["total"] for row in heat["rows"])


def test_K06_a_side_step_counts_at_its_own_unit(busy: Cast) -> None:
    board = board_of(reader(busy.people["hq_supervisor"], 12))
    assert board.of_unit(busy.units["410100-line"].pk).count == 1
    assert board.of_unit(busy.units["410100-net"].pk).count == 2
    assert board.side_steps == 1
    assert board.total.count == Step.objects.filter(closed_at=None).count() == 4


def test_K06_warned_and_overdue_are_counted_by_the_steps_own_limit(c: Cast) -> None:
    case = at_handling(c, 9)
    due = case.due("handling")
    assert due is not None
    who = c.people["head"]
    assert board_of(Reader(who, due - timedelta(minutes=5))).total.warned == 1
    assert board_of(Reader(who, due)).total.overdue == 1
    assert board_of(Reader(who, due - timedelta(hours=30))).total.warned == 0


def test_K06_what_falls_due_stands_in_its_hour(c: Cast) -> None:
    case = at_handling(c, 9)
    due = case.due("handling")
    assert due is not None
    hours = hours_of(Reader(c.people["head"], due - timedelta(hours=3, minutes=10)))
    assert [hour.count for hour in hours].count(1) == 1
    assert next(hour for hour in hours if hour.count).starts_at <= due < next(h for h in hours if h.count).ends_at


def test_S05_the_board_counts_only_what_the_person_may_see(busy: Cast) -> None:
    assert board_of(reader(busy.people["js_dispatcher"], 12)).total.count == 0
    response = client_of(busy.people["administrator"]).get(reverse("board"))
    assert response.status_code == 403
    assert client_of(busy.people["receptionist"]).get(reverse("board")).context["heat"]["total"] == 0


def test_S05_board_and_queue_find_the_steps_of_visible_tickets_for_everybody_parties_too(busy: Cast) -> None:
    strict = loaded("property")
    tickets = list(Ticket.objects.order_by("pk"))
    tickets[0].respondent_person = busy.people["head"]
    tickets[1].respondent_unit, tickets[1].rulebook = busy.units["410100-net"], strict
    tickets[2].respondent_unit = busy.units["410100-hall"]
    Ticket.objects.bulk_update(tickets, ["respondent_person", "respondent_unit", "rulebook"])
    source = {**strict.source, "barrier": "unit"}
    RulebookVersion.objects.filter(pk=strict.pk).update(source=source)
    seen = set()
    for person in busy.people.values():
        look = reader(person, 12)
        visible = Step.objects.filter(closed_at=None, ticket__in=visible_to(person, look.at))
        own = visible.filter(unit__in=look.units)
        assert set(queue_rows.open_steps(look)) == set(own), person.username
        asked = visible.filter(sent_by__unit__in=look.units)
        owed = asked if look.sees_everything else asked.exclude(unit__in=look.units)
        assert set(queue_rows.waiting_steps(look)) == set(owed), person.username
        seen.add(own.count())
    assert {0, 1, 4} <= seen, seen


def test_K06_the_fragment_costs_eight_statements_and_says_when_nothing_changed(busy: Cast) -> None:
    with time_machine.travel(on(26, 12), tick=False):
        client = client_of(busy.people["supervisor"])
        client.get(reverse("board-live"))
        with CaptureQueriesContext(connection) as said:
            first = client.get(reverse("board-live"))
        again = client.get(reverse("board-live"), headers={"If-None-Match": first.headers["ETag"]})
    own = [q["sql"] for q in said if "django_session" not in q["sql"] and "SAVEPOINT" not in q["sql"]]
    assert len(own) <= 8, "\n".join(own)
    assert first.status_code == 200
    assert again.status_code == 304
    assert not again.content


def test_K06_the_wall_shows_no_names_and_no_controls(busy: Cast) -> None:
    with time_machine.travel(on(27, 12), tick=False):
        page = client_of(busy.people["supervisor"]).get(reverse("board"), {"wall": "1"}).content.decode()
    main = page[page.index("<main") :]
    assert 'data-theme="dark"' in page
    assert not re.search(r"<a |<button|<form|<input", main)
    assert "宽带" not in main
    assert "主管" not in main


def test_W06_a_supervisor_chases_from_the_row(c: Cast) -> None:
    at_handling(c, 9)
    with time_machine.travel(on(27, 12), tick=False):
        client, htmx = client_of(c.people["supervisor"]), {"HX-Request": "true"}
        row = client.get(reverse("board")).context["late"][0]
        editor = client.get(row["chase_url"], headers=htmx).content.decode()
        prefix = f"late{row['id']}-"
        assert f'name="{prefix}reason"' in editor
        refused = client.post(row["chase_url"], {}, headers=htmx)
        assert refused.status_code == 422
        ground = re.search(rf'name="{prefix}chase_ground"[^>]*>.*?value="([a-z_]+)"', editor, re.S) or re.search(
            rf'name="{prefix}chase_ground" value="([^"]+)"', editor
        )
        given = {f"{prefix}reason": "请尽快", f"{prefix}chase_ground": ground.group(1) if ground else "overdue"}
        sent = client.post(row["chase_url"], given, headers=htmx)
        assert sent.status_code == 200, sent.content.decode()
        assert "已督办 1" in sent.content.decode()
        assert client.get(reverse("board")).context["figures"][5]["value"] == "1"


def test_W06_whoever_may_not_chase_has_no_button(c: Cast) -> None:
    at_handling(c, 9)
    with time_machine.travel(on(27, 12), tick=False):
        client = client_of(c.people["handler"])
        row = client.get(reverse("board")).context["late"][0]
        assert row["chase_url"] == ""
        assert client.get(reverse("board-chase", args=[row["id"]])).status_code == 404


def test_N01_the_lateness_is_the_95th_percentile_of_the_last_day(c: Cast) -> None:
    from escalation.models import Alert
    from tickets.models import Clock

    case = at_handling(c, 9)
    clock = Clock.objects.get(ticket_id=case.id, name="handling")
    look = reader(c.people["head"], 12)
    assert lateness_seconds(look) is None
    for number in range(1, 21):
        Alert.objects.create(
            ticket_id=case.id, step=clock.step, clock=clock, clock_name="handling", moment="90%", generation=number,
            kind="warning", instant=look.at - timedelta(hours=1), unit=c.units["410100-net"],
            raised_at=look.at - timedelta(hours=1) + timedelta(seconds=number),
        )  # fmt: skip
    assert lateness_seconds(look) == 19.0
    with time_machine.travel(look.at, tick=False):
        page = client_of(c.people["head"]).get(reverse("board-lateness")).content.decode()
    assert "近 24 小时的预警 20 条" in page
