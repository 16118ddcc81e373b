"""Old tickets of others, imported, give the figures that are known of them, digit for digit (row I04)."""

from __future__ import annotations

import io
import json
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from reporting.imported import imported_figures
from tests.cast import Cast, cast
from tickets.models import Clock, ImportRun, Ticket

MAPPINGS = Path(__file__).resolve().parents[2] / "docs" / "mappings"
STATISTICS = ("n", "mean", "median", "p90", "min", "max")


class Source:
    """A folder of reference data, imported into an organisation, and what is known of it."""

    def __init__(self, folder: Path, c: Cast, errors: Path) -> None:
        self.folder, self.c, self.errors = folder, c, errors

    @cached_property
    def known(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "truth_dev.json").read_text(encoding="utf-8"))
        return found

    def take_in(self, file: str, mapping: str) -> ImportRun:
        given = [str(self.folder / file), "--mapping", str(MAPPINGS / mapping), "--organisation", "HQ"]
        given += ["--errors", str(self.errors)]
        call_command("import_tickets", *given, stdout=io.StringIO(), stderr=io.StringIO())
        return ImportRun.objects.get(file_name=file)

    def figures(self, source: str, by: str | None = None) -> dict[str, Any]:
        return imported_figures(self.c.hq, source, by)

    def groups(self, source: str, by: str, figure: str) -> dict[str, Any]:
        return {key: group[figure] for key, group in self.figures(source, by)["groups"].items()}


def accounted(run: ImportRun, rows: int, rejected: int = 0) -> None:
    assert run.finished_at is not None
    assert (run.rows_done, run.imported, run.repeated, run.rejected) == (rows, rows - rejected, 0, rejected)


def same(ours: dict[str, Any], known: dict[str, Any]) -> None:
    """Each figure that is known; of groups only the largest are known."""
    assert {key: ours[key] for key in known} == known


def same_statistics(ours: dict[str, dict[str, Any]], known: dict[str, dict[str, Any]]) -> None:
    for key, figures in known.items():
        assert {name: ours[key][name] for name in figures} == figures, key


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


# ── the message board ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def board(reference_data: Path, c: Cast, tmp_path: Path) -> Source:
    return Source(reference_data / "tipdm_zhengwu", c, tmp_path / "errors.csv")


def test_I04_the_message_board_was_answered_as_known(board: Source) -> None:
    known = board.known["dev_sheet4"]
    accounted(board.take_in("tipdm_sheet4_replies_dev.csv", "tipdm_messages.toml"), known["n"])
    ours = board.figures("tipdm")
    assert ours["settled_within_working_days"] == known["replied_within_workdays"]
    assert ours["settled_within_24h_days"] == known["replied_within_calendar_days_exact_24h"]
    assert ours["working_days_to_settled"] == known["reply_workdays_T_plus_n"]
    assert ours["hours_to_settled"] == ours["hours_to_reply"] == known["reply_hours"]
    assert ours["days_to_settled"] == known["reply_days_calendar_exact"]
    assert ours["basis"] == "neither"
    same_statistics(board.groups("tipdm", "year", "days_to_settled"), known["by_year"])
    assert Ticket.objects.values("customer").distinct().count() == known["unique_users"]
    assert board.c.hq.customers.count() == known["unique_users"]


def test_I04_messages_without_an_answer_are_open_and_labels_are_kept(board: Source) -> None:
    accounted(board.take_in("tipdm_sheet3_votes_dev.csv", "tipdm_messages.toml"), board.known["dev_sheet3"]["n"])
    run = board.take_in("tipdm_e2_labelled.csv", "tipdm_messages.toml")
    accounted(run, 495, rejected=1)  # one number stands there twice, with other words
    ours = board.figures("tipdm", "business_type")
    labels = board.known["e2_labels"]
    counts = {key: group["cases"] for key, group in ours["groups"].items() if key}
    assert sum(counts.values()) == sum(labels.values()) - 1
    assert all(labels[key] - counts[key] in (0, 1) for key in labels)
    assert ours["open"] == ours["cases"]
    assert not Clock.objects.exists()


# ── the financial regulator ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def regulator(reference_data: Path, c: Cast, tmp_path: Path) -> Source:
    return Source(reference_data / "cfpb", c, tmp_path / "errors.csv")


@pytest.mark.parametrize(
    ("part", "file", "source"),
    [
        ("dev_narratives", "cfpb_2015_2020_narratives_dev.csv", "cfpb"),
        ("dev_disputed", "cfpb_2013_2017_disputed.csv", "cfpb-disputed"),
    ],
)
def test_I04_the_regulators_verdict_gives_the_timely_share(
    regulator: Source, part: str, file: str, source: str
) -> None:
    known = regulator.known[part]
    mapping = {"cfpb": "cfpb_narratives.toml", "cfpb-disputed": "cfpb_disputed.toml"}[source]
    accounted(regulator.take_in(file, mapping), known["n_rows"])
    ours = regulator.figures(source)
    assert ours["basis"] == "verdict"
    assert ours["on_time_by_verdict"] == known["timely_rate"]["overall"]
    assert ours["on_time_by_deadline"]["den"] == 0
    assert ours["log"]["days_from_receipt"]["sent to company"] == known["days_received_to_sent"]["overall"]
    for by, name in (
        ("product", "by_product"),
        ("channel", "by_channel"),
        ("region", "by_state_top15"),
        ("company", "by_company_top15"),
    ):
        same(regulator.groups(source, by, "on_time_by_verdict"), known["timely_rate"][name])
    same(regulator.groups(source, "disputed", "cases"), known["disputed_values"])
    assert not Clock.objects.exists()


# ── the permits ──────────────────────────────────────────────────────────────────────────────────────


def test_I04_permits_ended_by_their_deadline_as_known(reference_data: Path, c: Cast, tmp_path: Path) -> None:
    permits = Source(reference_data / "receipt_permit", c, tmp_path / "errors.csv")
    known = permits.known["dev"]
    accounted(permits.take_in("receipt_dev.csv", "receipt_permit.toml"), known["n_events"])
    ours = permits.figures("receipt-permit")
    assert (ours["cases"], ours["ended"], ours["open"]) == (
        known["n_cases"],
        known["closed_cases"],
        known["open_cases_no_enddate"],
    )
    assert ours["basis"] == "deadline"
    on_time = known["on_time_enddate_le_deadline"]
    assert ours["on_time_by_deadline"] == on_time["overall"]
    for by, name in (
        ("channel", "by_channel"),
        ("business_type", "by_department"),
        ("group", "by_group"),
        ("responsible", "by_responsible_top10"),
    ):
        same(permits.groups("receipt-permit", by, "on_time_by_deadline"), on_time[name])
    assert ours["days_to_ended"] == known["days_start_to_end"]["overall"]
    same_statistics(
        permits.groups("receipt-permit", "channel", "days_to_ended"), known["days_start_to_end"]["by_channel"]
    )
    log(ours["log"], known)
    overdue = Clock.objects.filter(stopped_at=None, due_at__lt=datetime.fromisoformat("2012-01-31T23:59:59+00:00"))
    assert overdue.count() == known["snapshot_2012-01-31T23:59:59Z"]["open_overdue"]
    assert not Clock.objects.exclude(next_at=None).exists()


def log(ours: dict[str, Any], known: dict[str, Any]) -> None:
    assert (ours["events"], ours["cases_with_events"]) == (known["n_events"], known["n_cases"])
    assert ours["hours_first_to_last"] == known["throughput_hours_first_to_last_event"]
    assert ours["events_per_case"] == known["events_per_case"]
    assert ours["activities"] == known["activity_event_counts"]
    assert ours["start_activities"] == known["start_activity_cases"]
    assert ours["end_activities"] == known["end_activity_cases"]
    assert ours["variants"] == known["n_variants"]
    assert sorted(ours["top_variants"].values()) == sorted(known["top5_variants"].values())


# ── the incidents ────────────────────────────────────────────────────────────────────────────────────


def test_I04_incidents_made_their_agreement_as_known(reference_data: Path, c: Cast, tmp_path: Path) -> None:
    desk = Source(reference_data / "incident_sn", c, tmp_path / "errors.csv")
    known = desk.known["dev"]
    accounted(desk.take_in("incident_event_log_dev.csv", "incident_sn.toml"), known["n_events"])
    ours = desk.figures("incident-sn")
    made = known["made_sla_at_last_event"]
    assert (ours["cases"], ours["basis"]) == (known["n_cases"], "verdict")
    assert ours["on_time_by_verdict"] == made["overall"]
    for by, name in (
        ("channel", "by_contact_type"),
        ("grade", "by_priority"),
        ("severity", "by_impact"),
        ("business_type", "by_category_top15"),
        ("region", "by_location_top15"),
    ):
        same(desk.groups("incident-sn", by, "on_time_by_verdict"), made[name])
    groups = desk.groups("incident-sn", "assignment_group", "on_time_by_verdict")
    same({key or "?": share for key, share in groups.items()}, made["by_assignment_group_top15"])
    assert ours["hours_to_ended"] == known["hours_opened_to_closed"]
    assert ours["hours_to_reply"] == known["hours_opened_to_resolved"]
    by_priority = desk.groups("incident-sn", "grade", "hours_to_reply")
    same_statistics(by_priority, known["hours_opened_to_resolved_by_priority"])
    same_statistics(
        desk.groups("incident-sn", "channel", "hours_to_ended"), known["hours_opened_to_closed_by_contact_type"]
    )
    log(ours["log"], known)
    call_command("events", "verify", stdout=io.StringIO())


# ── where people see it ──────────────────────────────────────────────────────────────────────────────

SMALL = """source = "small"
rulebook = "imported-cases"
rulebook_file = "{book}"
[ticket]
external_id = "id"
received_at = "at"
content = {{ text = "case {{id}}" }}
[end]
at = "end"
{how}
"""


@pytest.fixture
def small(c: Cast, tmp_path: Path) -> Any:
    """Import two cases, one in time; `how` says what the source gives."""

    def take_in(how: str) -> None:
        book = MAPPINGS / "imported-cases.toml"
        (tmp_path / "m.toml").write_text(SMALL.format(book=book, how=how), encoding="utf-8")
        rows = "id,at,end,due,ok\n1,2020-03-02,2020-03-03,2020-03-04,Y\n2,2020-03-02,2020-03-06,2020-03-04,N\n"
        (tmp_path / "f.csv").write_text(rows, encoding="utf-8")
        given = [str(tmp_path / "f.csv"), "--mapping", str(tmp_path / "m.toml"), "--organisation", "HQ"]
        given += ["--errors", str(tmp_path / "e.csv")]
        call_command("import_tickets", *given, stdout=io.StringIO(), stderr=io.StringIO())

    return take_in


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ('[promise]\ndue_at = "due"', "按时限计算"),
        ('[verdict]\ncolumn = "ok"\nyes = ["Y"]\nno = ["N"]', "按来源自己的判定计算"),
    ],
)
def test_I04_the_page_says_what_the_share_is_counted_by(
    c: Cast, client: Client, small: Any, how: str, sentence: str
) -> None:
    small(how)
    client.force_login(c.people["supervisor"])
    answer = client.get("/imports/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    assert "50.0%" in page or "50%" in page
    assert "f.csv" in page


def test_I04_the_page_is_for_those_who_answer_for_figures_and_shows_only_the_own_organisation(
    c: Cast, client: Client, small: Any
) -> None:
    small('[promise]\ndue_at = "due"')
    client.force_login(c.people["handler"])
    assert client.get("/imports/").status_code == 403
    client.force_login(c.people["prop_administrator"])
    answer = client.get("/imports/")
    assert answer.status_code == 200
    assert "f.csv" not in answer.content.decode()
    assert "还没有导入过旧工单" in answer.content.decode()


def test_I04_the_command_gives_the_figures_as_json_and_as_lines(c: Cast, small: Any) -> None:
    small('[promise]\ndue_at = "due"')
    out = io.StringIO()
    call_command("imported_figures", source="small", format="json", by="channel", stdout=out)
    figures = json.loads(out.getvalue())
    assert figures["on_time_by_deadline"] == {"num": 1, "den": 2, "rate": 0.5}
    assert figures["hours_to_ended"].keys() == set(STATISTICS)
    out = io.StringIO()
    call_command("imported_figures", source="small", stdout=out)
    assert "on_time_by_deadline  1/2 = 0.500000" in out.getvalue()
