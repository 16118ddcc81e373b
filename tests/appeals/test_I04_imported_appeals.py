"""The log of traffic fines, imported as appeals, gives the figures that are known of them (row I04)."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from appeals.models import RegulatorCase
from tests.cast import Cast, cast
from tickets.models import ImportRun, Ticket

MAPPINGS = Path(__file__).resolve().parents[2] / "docs" / "mappings"
MAPPING = MAPPINGS / "traffic_fines_appeals.toml"
HEADING = (
    "case_id,activity,lifecycle,resource,timestamp,amount,article,dismissal,expense,lastsent,matricola,"
    "notificationtype,paymentamount,points,totalpaymentamount,vehicleclass,activity_instance_id,order\n"
)
FINE, NOTIFIED, PREFECTURE, JUDGE = (
    "Create Fine",
    "Insert Fine Notification",
    "Insert Date Appeal to Prefecture",
    "Appeal to Judge",
)


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def take_in(file: Path, errors: Path, mapping: Path = MAPPING) -> ImportRun:
    given = [str(file), "--mapping", str(mapping), "--organisation", "HQ", "--errors", str(errors)]
    call_command("import_tickets", *given, stdout=io.StringIO(), stderr=io.StringIO())
    return ImportRun.objects.get(file_name=file.name)


def counted(by: str) -> dict[str, int]:
    """Cases by a field of the mapping, as the command tells them."""
    out = io.StringIO()
    call_command("imported_figures", source="traffic-fines", by=by, format="json", stdout=out)
    return {value: group["cases"] for value, group in json.loads(out.getvalue())["groups"].items()}


def test_I04_the_appeals_of_the_log_are_counted_as_known(reference_data: Path, c: Cast, tmp_path: Path) -> None:
    folder = reference_data / "traffic_fines_appeals"
    known: dict[str, Any] = json.loads((folder / "truth_dev.json").read_text(encoding="utf-8"))["dev"]
    run = take_in(folder / "traffic_fines_dev.csv", tmp_path / "errors.csv")
    assert (run.rows_done, run.rejected) == (known["n_events"], 0)
    both = known["both_prefecture_and_judge"]
    kinds = counted("appealed_to")
    undated = kinds.pop("undated")  # a result is recorded, the appeal itself is not
    assert kinds == {
        "prefecture": known["appeal_rate_prefecture"]["num"] - both,
        "judge": known["appeal_rate_judge"]["num"] - both,
        "both": both,
    }
    assert sum(kinds.values()) == known["appeal_any"]["num"]
    assert Ticket.objects.filter(kind="appeal").count() == sum(kinds.values()) + undated
    assert RegulatorCase.objects.count() == sum(kinds.values()) + undated
    for field, activity in (
        ("appeal_sent", "Send Appeal to Prefecture"),
        ("result_received", "Receive Result Appeal from Prefecture"),
        ("result_notified", "Notify Result Appeal to Offender"),
    ):
        assert counted(field)["yes"] == known["cases_with_activity"][activity], field
    late = known["appeals_filed_over_60_days_after_notification"]
    filed = counted("filed")
    assert (filed["late"], filed["late"] + filed["in_time"]) == (late["num"], late["den"])
    call_command("events", "verify", stdout=io.StringIO())


def small(tmp_path: Path, *events: tuple[str, str, str]) -> Path:
    rows = "".join(f"{case},{what},complete,,{day},,,,,,,,,,,,,\n" for case, what, day in events)
    (tmp_path / "log.csv").write_text(HEADING + rows, encoding="utf-8")
    return tmp_path / "log.csv"


def test_I04_only_what_was_appealed_against_becomes_a_ticket(c: Cast, tmp_path: Path, client: Client) -> None:
    log = small(
        tmp_path,
        *(("A1", FINE, "2007-01-01"), ("A2", FINE, "2007-01-01"), ("A3", FINE, "2007-01-01")),
        *(("A2", NOTIFIED, "2007-02-01"), ("A2", PREFECTURE, "2007-04-02")),  # the 60th day
        *(("A3", NOTIFIED, "2007-02-01"), ("A3", PREFECTURE, "2007-04-03"), ("A3", JUDGE, "2007-05-01")),
    )
    run = take_in(log, tmp_path / "errors.csv")
    assert (run.rows_done, run.imported, run.rejected) == (8, 7, 0)
    kept = {case.number: case.kind for case in RegulatorCase.objects.all()}
    assert kept == {"A2": "prefecture", "A3": "both"}
    assert counted("filed") == {"in_time": 1, "late": 1}
    assert not Ticket.objects.filter(ended_at=None).exists()
    number = Ticket.objects.get(external_id="A3").number
    client.force_login(c.people["auditor"])
    page = client.get(f"/tickets/{number}/?tab=appeal").content.decode()
    assert "上级行政机关和法院" in page


def test_I04_a_number_that_another_ticket_has_rejects_its_case_and_no_other(c: Cast, tmp_path: Path) -> None:
    log = small(tmp_path, *((f"A{n}", what, "2007-01-01") for n in range(4) for what in (FINE, PREFECTURE)))
    take_in(log, tmp_path / "errors.csv")
    first = Ticket.objects.get(external_id="A2")
    RegulatorCase.objects.exclude(ticket=first).delete()
    again = MAPPING.read_text(encoding="utf-8").replace('source = "traffic-fines"', 'source = "again"')
    again = again.replace('"imported-appeals.toml"', f'"{MAPPINGS / "imported-appeals.toml"}"')
    (tmp_path / "again.toml").write_text(again, encoding="utf-8")
    (tmp_path / "again.csv").write_bytes(log.read_bytes() + b"\n")
    run = take_in(tmp_path / "again.csv", tmp_path / "errors.csv", tmp_path / "again.toml")
    assert (run.rows_done, run.imported, run.rejected) == (8, 6, 2)
    assert first.number in (tmp_path / "errors.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ('only = "nothing"', "only"),
        ('[[happened]]\nfield = "x"\nall = []', "happened[1].all"),
        ('[[happened]]\nfield = "X y"\nall = ["a"]', "happened[1].field"),
        ('[[happened]]\nfield = "x"\nall = ["a"]\nlonger_days = 3', "happened[1].longer_days"),
        ('[[happened]]\nfield = "x"\nall = ["a"]\ncolour = "red"', "happened[1].colour"),
    ],
)
def test_I04_mistakes_in_what_happened_are_named(c: Cast, tmp_path: Path, rule: str, place: str) -> None:
    mapping = tmp_path / "m.toml"
    head = 'source = "s"\nrulebook = "r"\ncase = "id"\n'
    body = '[ticket]\nexternal_id = "id"\nreceived_at = "at"\ncontent = "c"\n[event]\nat = "at"\nname = "what"\n'
    parts = [rule, head, body] if rule.startswith("only") else [head, body, rule]
    mapping.write_text("\n".join(parts), encoding="utf-8")
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_tickets", __file__, "--mapping", str(mapping), "--lang", "en", stderr=said)
    assert f"m.toml: {place}: " in said.getvalue()
