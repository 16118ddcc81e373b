"""Indicators over REST and as a command: figures, drill-down, calls (rows K01, K02, K03, N09)."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from openpyxl import load_workbook

from reporting.models import Call
from tests.cast import Cast, cast
from tests.tickets.test_loop import complaint, on
from tickets.models import Person

pytestmark = pytest.mark.django_db
NOVEMBER = "from=2026-11-01&to=2026-12-01"
SUBMIT = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}
REPLY: dict[str, Any] = {"reply_text": "已修复", "reply_way": "phone", "outcome": "cured"}


@pytest.fixture
def c() -> Cast:
    """One settled in time, one whose customer refused the answer, one at the department; then the clock stands."""
    c = cast()
    for hour, accepted in ((9, True), (10, False), (11, None)):
        case = complaint(c, on(24, hour), channel="letter" if hour == 9 else "hotline")
        case.do("front_desk", "submit", on(24, hour), **SUBMIT)
        case.do("dispatcher", "dispatch", on(24, hour), to="410100-net", reason="光路")
        if accepted is not None:
            case.do("head", "feedback", on(24, 14), solution="已修复")
            case.do("dispatcher", "reply", on(24, 15), accepted=accepted, position="按合同办理", **REPLY)
    return c


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(on(24, 18), tick=False):
        yield


def get(person: Person, path: str, status: int = 200) -> Any:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    response = client.get(f"/api/v1/indicators/{path}")
    assert response.status_code == status, response.content
    return json.loads(response.content)


def post_calls(person: Person, body: Any, status: int = 201) -> Any:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    response = client.post("/api/v1/calls/", json.dumps(body), content_type="application/json")
    assert response.status_code == status, response.content
    return json.loads(response.content)


@pytest.mark.clause("D3-3.5-a")
def test_N09_every_indicator_tells_its_definition(c: Cast) -> None:
    told = {one["id"]: one for one in get(c.people["auditor"], "")["results"]}
    one = told["on_time_closure"]
    assert (one["version"], one["unit"], one["scale"]) == (1, "percent", 100)
    assert (one["period"], one["clock"]) == ("received", "limit")
    assert one["definition"]["numerator"] == {"settled": True, "in_time": True, "agreed": True}
    assert told["escalation_resolution"]["references"] == [{"least": 95, "most": None, "when": {}}]
    assert told["hotline_service_level"]["cycles"] == ["hour", "day", "month"]


def test_K01_a_rate_is_over_the_decided_and_shows_what_is_pending_beside_it(c: Cast) -> None:
    (row,) = get(c.people["auditor"], f"on_time_closure/?{NOVEMBER}")["results"]
    assert (row["period"], row["numerator"], row["denominator"], row["pending"]) == ("2026-11-01", 1, 2, 1)
    assert (row["denominator_all"], row["value"], row["previous"], row["change"]) == (3, 0.5, None, None)


@pytest.mark.clause("D3-2.7.1-a", "D3-2.7.1-c")
def test_K01_any_dimensions_and_a_cycle_combine(c: Cast) -> None:
    rows = get(c.people["auditor"], f"on_time_closure/?{NOVEMBER}&cycle=week&by=channel,branch")["results"]
    found = {(r["period"], r["channel"], r["branch"]): (r["numerator"], r["denominator"], r["pending"]) for r in rows}
    assert found[("2026-11-23", "letter", "410000")] == (1, 1, 0)
    assert found[("2026-11-23", "hotline", "410000")] == (0, 1, 1)
    assert {r["labels"]["branch"] for r in rows} == {"河南省分公司"}


def test_K03_a_figure_stands_beside_that_of_the_period_before(c: Cast) -> None:
    with time_machine.travel(on(26, 18), tick=False):
        rows = get(c.people["auditor"], "received/?from=2026-11-25&to=2026-11-26&cycle=day")["results"]
    assert [(r["value"], r["previous"], r["change"]) for r in rows] == [(0, 3, -3)]


@pytest.mark.parametrize("part", ["numerator", "failures", "pending"])
def test_K02_the_list_behind_a_figure_has_exactly_that_many_rows(c: Cast, part: str) -> None:
    rows = get(c.people["auditor"], f"on_time_closure/?{NOVEMBER}&by=channel")["results"]
    for row in rows:
        wanted = row["denominator"] - row["numerator"] if part == "failures" else row[part]
        path = row["tickets"].partition("/indicators/")[2]
        assert len(get(c.people["auditor"], f"{path}&part={part}")["results"]) == wanted


def test_K02_the_list_behind_a_figure_of_steps_names_each_step(c: Cast) -> None:
    (row,) = get(c.people["auditor"], f"flow_timeliness_steps/?{NOVEMBER}&step=intake")["results"]
    listed = get(c.people["auditor"], f"flow_timeliness_steps/tickets/?{NOVEMBER}&step=intake")["results"]
    assert (row["numerator"], row["denominator"]) == (3, 3)
    assert [one["step"]["kind"] for one in listed] == ["intake"] * 3


def test_S04_a_figure_is_over_a_person_s_own_tickets_only(c: Cast) -> None:
    assert get(c.people["js_dispatcher"], f"received/?{NOVEMBER}")["results"][0]["value"] == 0
    assert get(c.people["administrator"], f"received/?{NOVEMBER}")["results"][0]["value"] == 0
    assert get(c.people["supervisor"], f"received/?{NOVEMBER}")["results"][0]["value"] == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-01", "to"),
        ("from=yesterday&to=2026-12-01", "from"),
        ("from=2026-12-01&to=2026-11-01", "to"),
        (f"{NOVEMBER}&cycle=century", "cycle"),
        (f"{NOVEMBER}&cycle=", "cycle"),
        ("from=1990-01-01&to=2026-01-01&cycle=day", "cycle"),
        (f"{NOVEMBER}&by=shoe_size", "by"),
        (f"{NOVEMBER}&unit=nowhere", "unit"),
        (f"{NOVEMBER}&colour=red", "colour"),
        (f"{NOVEMBER}&overdue=perhaps", "overdue"),
    ],
)
def test_I01_what_can_t_be_asked_is_refused_by_name(c: Cast, query: str, field: str) -> None:
    assert field in get(c.people["auditor"], f"on_time_closure/?{query}", 422)["errors"]
    assert get(c.people["auditor"], "no_such_indicator/", 404)["status"] == 404
    assert "part" in get(c.people["auditor"], f"on_time_closure/tickets/?{NOVEMBER}&part=all", 422)["errors"]


def test_K01_the_filters_of_the_ticket_list_hold_for_figures_too(c: Cast) -> None:
    for query, wanted in (("overdue=true", 0), ("state=handling", 1), ("q=宽带", 3), ("channel=letter", 1)):
        assert get(c.people["auditor"], f"received/?{NOVEMBER}&{query}")["results"][0]["value"] == wanted


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────
def call(id: str, answered: int | None, **more: Any) -> dict[str, Any]:
    at = f"2026-11-24T09:00:{answered:02}+08:00" if answered is not None else None
    return {"call_id": id, "queue": "vip", "asked_for_agent_at": "2026-11-24T09:00:00+08:00", "answered_at": at, **more}


@pytest.mark.clause("D3-3.5.3-h")
def test_K01_the_service_level_counts_calls_answered_within_15_seconds(c: Cast) -> None:
    hotline = c.people["hotline"]
    post_calls(hotline, [call("a", 15), call("b", 16), call("c", None)])
    (row,) = get(c.people["auditor"], "hotline_service_level/?from=2026-11-24&to=2026-11-25&by=queue")["results"]
    assert (row["queue"], row["numerator"], row["denominator"]) == ("vip", 1, 3)
    listed = get(c.people["auditor"], "hotline_service_level/tickets/?from=2026-11-24&to=2026-11-25&part=failures")
    assert {one["call_id"] for one in listed["results"]} == {"b", "c"}
    (other,) = get(c.people["js_dispatcher"], "hotline_service_level/?from=2026-11-24&to=2026-11-25")["results"]
    assert (other["denominator"], other["value"]) == (0, None)


def test_I01_a_call_reported_again_is_the_same_call(c: Cast) -> None:
    post_calls(c.people["hotline"], call("a", None))
    told = post_calls(c.people["hotline"], call("a", 9))
    assert told["answered_at"] == "2026-11-24T09:00:09+08:00"
    assert Call.objects.count() == 1


def test_I01_a_bad_call_is_refused_with_its_place_and_nothing_is_kept(c: Cast) -> None:
    errors = post_calls(c.people["hotline"], [call("a", 1), call("", 1, colour="red", ticket="T1")], 422)["errors"]
    assert set(errors) == {"1.call_id", "1.colour", "1.ticket"}
    early = call("a", 1, answered_at="2026-11-24T08:00:00+08:00")
    assert "answered_at" in post_calls(c.people["hotline"], early, 422)["errors"]
    post_calls(c.people["dispatcher"], call("a", 1), 403)
    assert not Call.objects.exists()


# ── the command ──────────────────────────────────────────────────────────────────────────────────────
def test_K01_the_command_gives_the_figures_of_the_api(c: Cast, tmp_path: Path) -> None:
    told, table = StringIO(), StringIO()
    words = ("on_time_closure", "--from", "2026-11-01", "--to", "2026-12-01", "--by", "channel")
    call_command("indicators", *words, "--format", "json", "--language", "en", stdout=told)
    rows = get(c.people["auditor"], f"on_time_closure/?{NOVEMBER}&by=channel")["results"]
    assert json.loads(told.getvalue())["results"] == [{n: v for n, v in row.items() if n != "tickets"} for row in rows]
    call_command("indicators", *words, "--only", "channel=letter", stdout=table)
    assert table.getvalue().splitlines()[1].split("\t")[:4] == ["2026-11-01", "信函", "1", "1"]
    call_command("indicators", *words, "--format", "xlsx", "--output", str(tmp_path / "x.xlsx"))
    assert [cell.value for cell in load_workbook(tmp_path / "x.xlsx").active[4]][:4] == ["2026-11-01", "信函", 1, 1]
    with pytest.raises(CommandError, match="no indicator"):
        call_command("indicators", "nonsense", "--from", "2026-11-01", "--to", "2026-12-01")
    with pytest.raises(CommandError, match="by:"):
        call_command("indicators", *words[:-1], "shoe_size")
