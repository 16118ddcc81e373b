"""The event log as others read it: pm4py finds in each form the cases, variants and times that we find ourselves."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from reporting.access import house
from reporting.event_log import FORMATS, Log
from reporting.event_log.cases import pseudonym
from reporting.periods import Period
from tests.books import loaded
from tests.cast import Cast, cast
from tests.tickets.test_loop import complaint, on
from tests.tickets.test_O01_admin_pages import client_of
from tickets.actions.people import token_create
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.models import AccessLog, Event, Ticket

pytestmark = pytest.mark.django_db
PERIOD = {"from": "2026-11-01", "to": "2026-12-01"}
CANARY = "诉说金丝雀"


@pytest.fixture(scope="module")
def pm4py() -> Any:
    """It takes seconds to import: not while tests are collected."""
    import pm4py

    return pm4py


@pytest.fixture
def c() -> Cast:
    """Three tickets: one settled, one dispatched, one just registered."""
    made = cast()
    settled, dispatched, _ = (complaint(made, on(24, 9) + timedelta(minutes=n)) for n in range(3))
    for case in (settled, dispatched):
        case.do("front_desk", "submit", on(24, 10), business_type="mobile.gsm", complaint_type="billing")
        case.do("dispatcher", "dispatch", on(24, 11), to="410100-net", reason=CANARY)
    settled.do("head", "feedback", on(24, 12, 30), solution=CANARY)
    said = {"reply_text": CANARY, "reply_way": "phone", "accepted": True, "outcome": "cured"}
    settled.do("dispatcher", "reply", on(24, 13), **said)
    return made


def traces() -> dict[str, list[Event]]:
    """Our own reading, straight from the rows."""
    found: dict[str, list[Event]] = {}
    for event in Event.objects.select_related("ticket").order_by("ticket", "seq"):
        found.setdefault(event.ticket.number, []).append(event)
    return found


def variants() -> Counter[tuple[str, ...]]:
    return Counter(tuple(event.name for event in events) for events in traces().values())


def seconds() -> list[float]:
    return sorted((events[-1].at - events[0].at).total_seconds() for events in traces().values())


def written(tmp_path: Path, format: str) -> str:
    file = tmp_path / f"log{FORMATS[format].suffix}"
    options = {"format": format, "start": PERIOD["from"], "to": PERIOD["to"], "organisation": "HQ"}
    call_command("export_events", output=str(file), **options)
    return str(file)


def frame_of(pm4py: Any, tmp_path: Path, format: str) -> Any:
    """The log as pm4py keeps it."""
    file = written(tmp_path, format)
    if format == "xes":
        return pm4py.read_xes(file)
    import pandas

    table = pandas.read_csv(file, dtype=str)
    table["time:timestamp"] = pandas.to_datetime(table["time:timestamp"])
    return table


@pytest.mark.parametrize("format", ["xes", "csv"])
def test_I05_pm4py_finds_our_cases_variants_and_throughput_times(
    pm4py: Any, c: Cast, tmp_path: Path, format: str
) -> None:
    log = frame_of(pm4py, tmp_path, format)
    assert set(log["case:concept:name"]) == set(traces())
    assert pm4py.get_variants(log) == variants()
    assert sorted(pm4py.get_all_case_durations(log)) == seconds()
    assert max(seconds()) == 4 * 3600


def test_I05_pm4py_reads_the_log_of_objects(pm4py: Any, c: Cast, tmp_path: Path) -> None:
    log = pm4py.read_ocel2_json(written(tmp_path, "ocel"))
    assert len(log.events) == Event.objects.count()
    assert set(pm4py.ocel_get_object_types(log)) == {"ticket", "step", "unit", "person"}
    flat = pm4py.ocel_flattening(log, "ticket").sort_values(["case:concept:name", "seq"])
    assert pm4py.get_variants(flat) == variants()
    assert sorted(pm4py.get_all_case_durations(flat)) == seconds()
    named = json.loads(Path(written(tmp_path, "ocel")).read_text())
    ids = {made["id"] for made in named["objects"]}
    assert len(ids) == len(named["objects"])
    for one in (*named["events"], *named["objects"]):
        assert {related["objectId"] for related in one["relationships"]} <= ids


@pytest.mark.parametrize("format", FORMATS)
def test_I05_nobody_is_named_and_no_complaint_is_told(c: Cast, tmp_path: Path, format: str) -> None:
    text = Path(written(tmp_path, format)).read_text()
    for word in (CANARY, "宽带连续断线", "王某", "13800000000", *(who.name for who in c.people.values())):
        assert word not in text
    assert pseudonym(c.people["front_desk"].pk) in text


@pytest.mark.parametrize("format", FORMATS)
def test_I05_the_log_over_rest_is_the_one_of_the_command(c: Cast, tmp_path: Path, format: str) -> None:
    auditor = Client(headers={"Authorization": f"Bearer {token_create(person=c.people['auditor'], at=on(1, 9))}"})
    answer = auditor.get(
        reverse("api-event-log", args=[format]), PERIOD, headers={"Accept": FORMATS[format].content_type}
    )
    assert answer["Content-Type"] == FORMATS[format].content_type
    assert b"".join(answer.streaming_content) == Path(written(tmp_path, format)).read_bytes()
    assert AccessLog.objects.get().what == "event_log"
    refused = auditor.get(reverse("api-event-log", args=[format]), {"from": "x", "to": "2026-11-01", "much": 1})
    assert set(refused.json()["errors"]) == {"much"}
    refused = auditor.get(reverse("api-event-log", args=[format]), {"from": "x"})
    assert set(refused.json()["errors"]) == {"from", "to"}
    assert auditor.get("/api/v1/event-log/xls/", PERIOD).status_code == 404


def test_I05_a_person_exports_what_they_see_and_the_party_nothing(c: Cast) -> None:
    """The unit sees its own two tickets of three; the person complained about not even that there is one."""
    loaded("unicom-complaint")
    about = NewTicket(
        content="x",
        customer=NewCustomer(name="王某", phone="13800000000", region="410100"),
        facts={"channel": "hotline", "business_type": "fixed.broadband"},
        received_by="410100-hall",
        respondent_person="head",
    )
    hidden = ticket_register(about, version=loaded("unicom-complaint"), actor=c.people["front_desk"], at=on(24, 9))
    everything = Ticket.objects.count()
    assert numbers(c, "auditor", everything) >= {hidden.ticket.number}
    seen = numbers(c, "head", 2)
    assert hidden.ticket.number not in seen
    assert (
        client_of(c.people["administrator"]).post(reverse("event-log"), {**PERIOD, "format": "csv"}).status_code == 403
    )


def numbers(c: Cast, who: str, count: int) -> set[str]:
    answer = client_of(c.people[who]).post(reverse("event-log"), {**PERIOD, "format": "csv"})
    rows = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    found = {row["case:concept:name"] for row in rows}
    assert len(found) == count
    return found


def test_I05_only_an_auditor_gets_names_and_only_for_a_purpose(c: Cast) -> None:
    asked = {**PERIOD, "format": "csv", "persons": "names"}
    auditor = client_of(c.people["auditor"])
    refused = auditor.post(reverse("event-log"), asked)
    assert refused.status_code == 422
    assert 'href="#field-purpose"' in refused.content.decode()
    named = b"".join(auditor.post(reverse("event-log"), {**asked, "purpose": "年度审计"}).streaming_content).decode()
    assert c.people["front_desk"].name in named
    assert AccessLog.objects.get().purpose == "csv 2026-11-01–2026-12-01 年度审计"
    assert client_of(c.people["supervisor"]).post(reverse("event-log"), {**asked, "purpose": "x"}).status_code == 403


def test_S08_a_formula_in_the_log_stays_a_text(c: Cast, tmp_path: Path) -> None:
    Ticket.objects.update(channel="=HYPERLINK(1)", business_type="＝1")
    with Path(written(tmp_path, "csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    cells = [cell for row in rows for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert "'＝1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "＝", "+", "-", "@"))]


def test_I05_a_log_of_any_size_costs_the_same_questions_per_thousand_tickets(
    c: Cast, django_assert_num_queries: Any
) -> None:
    """Tickets, steps and events of a batch are three statements; the fourth finds that nothing is left."""
    log = Log(house(c.hq, on(25, 9)), Period(on(1, 0), on(30, 0)))
    next(iter(log.cases()))  # rulebooks are read
    with django_assert_num_queries(4):
        assert sum(1 for _ in log.cases()) == 3
