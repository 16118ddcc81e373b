"""Import of old tickets (row I04): streamed, resumable, every row accounted for."""

from __future__ import annotations

import csv
import io
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import Workbook

from complaints_site.lib.crypto import blind_index
from tests.cast import Cast, cast
from tickets.actions.tickets import ticket_act, ticket_read
from tickets.imports.mapping import load_mapping
from tickets.imports.problems import MappingErrors
from tickets.models import Clock, Customer, Event, ImportRun, Step, Ticket, TicketText

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "docs" / "mappings" / "imported-cases.toml"
CASES = """
source = "old"
rulebook = "imported-cases"
rulebook_file = "imported-cases.toml"
dates = ["%d/%m/%Y %H:%M", "iso"]
[ticket]
external_id = "id"
received_at = "received"
content = "text"
channel = { column = "channel", values = { T = "hotline", W = "web" }, refuse = true }
business_type = "business"
[customer]
phone = "phone"
[reply]
at = "answered"
text = "answer"
[promise]
due_at = "due"
"""
HEADING = "id,received,text,channel,business,phone,answered,answer,due\n"
FINE = "1,2/3/2020 09:00,宽带断线,T,fixed,13800000000,3/3/2020 10:00,已修好,4/3/2020 17:00\n"
OPEN = "2,2/3/2020 09:30,账单有误,W,billing,13800000001,,,3/3/2020 17:00\n"
LOG = """
source = "log"
rulebook = "imported-cases"
rulebook_file = "imported-cases.toml"
dates = ["iso"]
case = "case"
[ticket]
external_id = "case"
received_at = "start"
content = { text = "case {case}" }
channel = "how"
[end]
at = "end"
[event]
at = "at"
name = "what"
data = { by = "who" }
"""


class Desk:
    """A folder with a mapping, and the command."""

    def __init__(self, folder: Path, mapping: str = CASES) -> None:
        self.folder = folder
        self.mapping = folder / "mapping.toml"
        self.mapping.write_text(mapping, encoding="utf-8")
        (folder / "imported-cases.toml").write_bytes(BOOK.read_bytes())
        self.errors = folder / "errors.csv"

    def file(self, content: str | bytes, name: str = "old.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, file: Path, *options: str, language: str = "en") -> str:
        out = io.StringIO()
        given = ["--mapping", str(self.mapping), "--organisation", "HQ", "--errors", str(self.errors)]
        call_command(
            "import_tickets", str(file), *given, "--lang", language, *options, stdout=out, stderr=io.StringIO()
        )
        return out.getvalue()

    def rejected(self) -> list[dict[str, str]]:
        if not self.errors.exists():
            return []
        with self.errors.open(encoding="utf-8-sig", newline="") as handle:
            return list(csv.DictReader(handle))


@pytest.fixture
def desk(tmp_path: Path, db: None) -> Desk:
    cast()
    return Desk(tmp_path)


def verified() -> None:
    call_command("events", "verify", stdout=io.StringIO())


# ── a table of cases ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("D3-2.6.2-a")
def test_I04_a_row_becomes_a_ticket_with_its_past(desk: Desk) -> None:
    assert "1 rows = 1 imported + 0 repeated + 0 rejected; 1 new tickets" in desk.run(desk.file(HEADING + FINE))
    ticket = Ticket.objects.get()
    assert (ticket.source, ticket.external_id, ticket.imported) == ("old", "1", True)
    assert ticket.number.startswith("T20200302")
    assert (ticket.content, ticket.channel, ticket.business_type) == ("宽带断线", "hotline", "fixed")
    assert ticket.received_at == datetime(2020, 3, 2, 1, 0, tzinfo=UTC)
    assert ticket.settled_at == ticket.ended_at == datetime(2020, 3, 3, 2, 0, tzinfo=UTC)
    assert (ticket.state, ticket.step_kind, ticket.fields["reply_text"]) == ("closed", "", "已修好")
    clock = Clock.objects.get(ticket=ticket)
    assert clock.due_at == ticket.promised_at == datetime(2020, 3, 4, 9, 0, tzinfo=UTC)
    assert (clock.stopped_at, clock.next_at) == (ticket.settled_at, None)
    assert [e.name for e in ticket.events.all()] == ["register", "reply", "import"]
    assert [e.at for e in ticket.events.all()][:2] == [ticket.received_at, ticket.settled_at]
    assert TicketText.objects.get(ticket=ticket).pairs == "宽带 带断 断线"
    verified()


def test_I04_personal_data_is_encrypted_and_one_phone_is_one_customer(desk: Desk) -> None:
    desk.run(desk.file(HEADING + FINE + FINE.replace("1,2/3", "9,2/3", 1)))
    (customer,) = Customer.objects.all()
    assert (customer.phone, customer.phone_index) == ("13800000000", blind_index("13800000000"))
    assert customer.tickets.count() == 2


def test_I04_an_open_case_rings_only_for_what_lies_ahead_and_can_be_finished(desk: Desk, tmp_path: Path) -> None:
    later = (datetime.now(UTC) + timedelta(days=40)).strftime("%d/%m/%Y %H:%M")
    ahead = f"3,2/3/2020 09:30,噪音扰民,W,noise,13800000002,,,{later}\n"
    desk.run(desk.file(HEADING + OPEN + ahead))
    lapsed, running = (Clock.objects.get(ticket__external_id=key) for key in ("2", "3"))
    assert lapsed.stopped_at is None
    assert lapsed.next_at is None
    assert lapsed.due_at == datetime(2020, 3, 3, 9, 0, tzinfo=UTC)
    assert running.next_at is not None
    assert running.next_at == (running.warn_at if running.warn_at > datetime.now(UTC) else running.due_at)
    assert running.next_at > datetime.now(UTC)
    finish(Ticket.objects.get(external_id="2"))
    verified()


def finish(ticket: Ticket) -> None:
    """The ticket is worked on like any other."""
    from tickets.models import Person

    actor, at = Person.objects.get(username="hq_supervisor"), datetime.now(UTC)
    assert (ticket.state, ticket.step_kind) == ("handling", "handling")
    ticket_act(ticket_id=ticket.pk, action="reply", given={"reply_text": "已更正"}, actor=actor, at=at)
    ticket_act(ticket_id=ticket.pk, action="close", given={}, actor=actor, at=at)
    picture = ticket_read(ticket.pk).picture
    assert (picture.state, picture.settled_at) == ("closed", at)


def test_I04_a_limit_is_reckoned_with_the_calendar(tmp_path: Path, db: None) -> None:
    cast()
    desk = Desk(tmp_path, CASES.replace('due_at = "due"', 'limit = "3wd"'))
    # Friday before the National Day week of 2020; the Sunday of that week was worked.
    desk.run(desk.file(HEADING + FINE.replace("2/3/2020 09:00", "25/9/2020 10:00").replace("3/3/2020", "28/9/2020")))
    clock = Clock.objects.get()
    assert (clock.limit, clock.due_at) == ("3wd", datetime(2020, 9, 29, 9, 30, tzinfo=UTC))


def test_I04_a_verdict_is_kept_and_no_deadline_made_up(tmp_path: Path, db: None) -> None:
    cast()
    verdict = CASES.replace('[promise]\ndue_at = "due"', '[verdict]\ncolumn = "due"\nyes = ["Y"]\nno = ["N"]')
    desk = Desk(tmp_path, verdict)
    rows = "".join(FINE.replace("1,", f"{key},", 1).replace("4/3/2020 17:00", key) for key in ("Y", "N", "?"))
    assert "2 imported + 0 repeated + 1 rejected" in desk.run(desk.file(HEADING + rows))
    assert dict(Ticket.objects.values_list("external_id", "verdict")) == {"Y": True, "N": False}
    assert not Clock.objects.exists()
    assert not Ticket.objects.exclude(promised_at=None).exists()


# ── repeated, changed, tried ─────────────────────────────────────────────────────────────────────────


def test_I04_the_same_file_again_adds_nothing(desk: Desk) -> None:
    file = desk.file(HEADING + FINE + OPEN)
    desk.run(file)
    assert "2 rows = 0 imported + 2 repeated + 0 rejected; 0 new" in desk.run(file)
    assert (Ticket.objects.count(), ImportRun.objects.get().imported) == (2, 2)
    # Another file with one row of the first and a new one.
    more = desk.file(HEADING + OPEN + FINE.replace("1,", "7,", 1), "more.csv")
    assert "2 rows = 1 imported + 1 repeated + 0 rejected" in desk.run(more)


def test_I04_a_changed_row_never_overwrites_a_ticket(desk: Desk) -> None:
    desk.run(desk.file(HEADING + FINE))
    assert "1 rejected" in desk.run(desk.file(HEADING + FINE.replace("宽带断线", "别的内容"), "changed.csv"))
    assert Ticket.objects.get().content == "宽带断线"
    assert "other content" in desk.rejected()[0]["reason_en"]


def test_I04_a_source_without_a_key_gets_one_of_row_and_content(tmp_path: Path, db: None) -> None:
    cast()
    desk = Desk(tmp_path, CASES.replace('external_id = "id"', 'external_id = "#row"'))
    file = desk.file(HEADING + FINE + FINE)
    assert "2 imported" in desk.run(file)
    assert "0 imported + 2 repeated" in desk.run(file)


def test_I04_a_dry_run_judges_and_writes_nothing(desk: Desk) -> None:
    said = desk.run(desk.file(HEADING + FINE + OPEN.replace("2/3", "31/2")), "--dry-run")
    assert "Trial" in said
    assert "1 imported + 0 repeated + 1 rejected" in said
    assert not Ticket.objects.exists()
    assert not ImportRun.objects.exists()
    assert desk.rejected()[0]["value"] == "31/2/2020 09:30"


# ── bad rows ─────────────────────────────────────────────────────────────────────────────────────────

BAD = {
    "a day that no calendar has": (OPEN.replace("2/3/2020 09:30", "31/2/2016 10:00"), "Not a date"),
    "a time that lies ahead": (OPEN.replace("2/3/2020", "2/3/2199"), "future"),
    "no key": (OPEN.replace("2,", ",", 1), "empty"),
    "no time of receipt": (OPEN.replace("2/3/2020 09:30", ""), "time of receipt"),
    "no content": (OPEN.replace("账单有误", ""), "empty"),
    "a word the mapping does not know": (OPEN.replace(",W,", ",X,"), "knows only"),
    "a fact too long": (OPEN.replace("billing", "b" * 61), "At most 60"),
    "a cell of a megabyte": (OPEN.replace("账单有误", "长" * 1_000_000), "At most 20000"),
    "a key too long": (OPEN.replace("2,", "9" * 121 + ",", 1), "At most 120"),
    "NUL": (OPEN.replace("账单有误", "账单\x00有误"), "NUL"),
    "too few cells": ("2,2/3/2020 09:30\n", "Has 2 cells"),
    "too many cells": (OPEN.replace("\n", ",,,\n"), "Has 12 cells"),
    "text after a quotation mark": (OPEN.replace("账单有误", '"账单"有误'), "Not valid CSV"),
}


@pytest.mark.parametrize("what", BAD)
def test_I04_a_bad_row_is_rejected_with_its_reason_and_the_others_come_in(desk: Desk, what: str) -> None:
    row, reason = BAD[what]
    said = desk.run(desk.file(HEADING + FINE + row + FINE.replace("1,", "3,", 1)))
    assert "3 rows = 2 imported + 0 repeated + 1 rejected" in said
    (error,) = desk.rejected()
    assert error["row"] == "3"
    assert reason in error["reason_en"]
    assert error["reason_zh"]
    assert set(Ticket.objects.values_list("external_id", flat=True)) == {"1", "3"}
    verified()


def test_I04_a_quotation_mark_never_closed_ends_with_the_file(desk: Desk) -> None:
    said = desk.run(desk.file(HEADING + FINE + OPEN.replace("账单有误", '"账单有误')))
    assert "2 rows = 1 imported + 0 repeated + 1 rejected" in said


def test_I04_bytes_of_another_encoding_reject_their_row_only(desk: Desk) -> None:
    lines = [
        HEADING.encode(),
        FINE.encode(),
        OPEN.encode().replace("账单有误".encode(), b"caf\xe9 \xff"),
        FINE.encode(),
    ]
    assert "1 rejected" in desk.run(desk.file(b"".join(lines)))
    assert "not text" in desk.rejected()[0]["reason_en"]


def test_I04_the_errors_file_is_safe_in_an_office_program(desk: Desk) -> None:
    desk.run(desk.file(HEADING + OPEN.replace("2/3/2020 09:30", "=1+1").replace("2,", "@x,", 1)))
    (error,) = desk.rejected()
    assert (error["value"], error["key"]) == ("'=1+1", "'@x")


def test_I04_what_the_rulebook_does_not_know_is_rejected(desk: Desk) -> None:
    book = BOOK.read_text(encoding="utf-8").replace('id = "imported-cases"', 'id = "narrow"')
    book += '\n[fields.business_type]\ntitle = "业务"\nchoices = { fixed = "固网", mobile = "移动" }\n'
    (desk.folder / "narrow.toml").write_text(
        book.replace('needs = ["content"]', 'needs = ["content", "business_type"]')
    )
    desk.mapping.write_text(CASES.replace("imported-cases", "narrow"))
    assert "1 imported + 0 repeated + 1 rejected" in desk.run(desk.file(HEADING + FINE + OPEN))
    assert "Must be one of: fixed, mobile" in desk.rejected()[0]["reason_en"]


# ── files ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_I04_the_encoding_is_found_out(desk: Desk, encoding: str) -> None:
    desk.run(desk.file((HEADING + FINE).encode(encoding)))
    assert Ticket.objects.get().content == "宽带断线"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_I04_the_delimiter_is_found_out(desk: Desk, delimiter: str) -> None:
    desk.run(desk.file((HEADING + FINE).replace(",", delimiter)))
    assert Ticket.objects.get().external_id == "1"


def test_I04_a_workbook_is_a_table_too(desk: Desk) -> None:
    book = Workbook()
    book.active.append(HEADING.strip().split(","))
    book.active.append([1, datetime(2020, 3, 2, 9), "宽带断线", "T", "fixed", 13800000000, None, None, None])
    book.active.append([])
    book.active.append(["2", "31/2/2020 09:00", "账单", "W", None, None, None, None, None])
    book.save(desk.folder / "old.xlsx")
    assert "2 rows = 1 imported + 0 repeated + 1 rejected" in desk.run(desk.folder / "old.xlsx")
    assert Ticket.objects.get().received_at == datetime(2020, 3, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("id,text\n1,x\n", "Missing columns: answer、answered、business"),
        (HEADING.replace("answer,", "id,") + FINE, "stand there twice: id"),
    ],
)
def test_I04_a_file_that_does_not_fit_is_refused_before_the_first_row(desk: Desk, content: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        desk.run(desk.file(content))
    assert not ImportRun.objects.exists()


def test_I04_what_is_no_workbook_is_refused(desk: Desk) -> None:
    with pytest.raises(CommandError, match="no readable XLSX"):
        desk.run(desk.file(b"PK\x03\x04 nonsense", "old.xlsx"))


def test_I04_columns_that_the_mapping_does_not_speak_of_are_named(desk: Desk) -> None:
    file = desk.file((HEADING + FINE).replace("\n", ",x\n").replace("due,x", "due,extra"))
    err = io.StringIO()
    call_command(
        "import_tickets",
        str(file),
        mapping=desk.mapping,
        organisation="HQ",
        lang="en",
        stderr=err,
        stdout=io.StringIO(),
    )
    assert "Columns left out: extra" in err.getvalue()


# ── event logs ───────────────────────────────────────────────────────────────────────────────────────

EVENTS = """case,start,how,end,at,what,who
c1,2020-03-02T09:00+08:00,desk,,2020-03-02T10:00+08:00,Receive,a
c2,2020-03-02T09:00+08:00,post,2020-03-05T09:00+08:00,2020-03-03T10:00+08:00,Check,b
c1,2020-03-02T09:00+08:00,desk,2020-03-04T09:00+08:00,2020-03-04T09:00+08:00,Send,a
c1,2020-03-02T09:00+08:00,mail,2020-03-04T09:00+08:00,2020-03-03T10:00+08:00,Check,a
c3,2020-03-02T09:00+08:00,desk,,2020-03-03T10:00+08:00,Receive,b
"""


def test_I04_rows_of_a_case_become_one_ticket_in_the_order_of_time(tmp_path: Path, db: None) -> None:
    cast()
    desk = Desk(tmp_path, LOG)
    assert "5 rows = 5 imported + 0 repeated + 0 rejected; 3 new tickets" in desk.run(desk.file(EVENTS))
    ticket = Ticket.objects.get(external_id="c1")
    assert ticket.channel == "mail"  # of its last row
    told = [(e.name, e.data.get("given", {}).get("activity")) for e in ticket.events.all()]
    assert told[1:4] == [("record", "Receive"), ("record", "Check"), ("record", "Send")]
    assert [step.data.get("activity") for step in ticket.steps.order_by("ordinal")] == ["Receive", "Check", "Send"]
    assert all(e.step.ordinal == e.data["step"] for e in ticket.events.filter(name="record"))
    left = Ticket.objects.get(external_id="c3")
    assert (left.state, Step.objects.filter(ticket=left, closed_at=None).count()) == ("handling", 1)
    verified()
    assert "0 imported + 5 repeated" in desk.run(desk.file(EVENTS))


def test_I04_a_bad_event_rejects_its_case_and_no_other(tmp_path: Path, db: None) -> None:
    cast()
    desk = Desk(tmp_path, LOG)
    said = desk.run(desk.file(EVENTS.replace("2020-03-03T10:00+08:00,Check,a", "2020-02-30T10:00,Check,a")))
    assert "5 rows = 2 imported + 0 repeated + 3 rejected; 2 new" in said
    assert [(error["row"], error["key"]) for error in desk.rejected()] == [("5", "c1"), ("2", "c1"), ("4", "c1")]
    assert not Ticket.objects.filter(external_id="c1").exists()


# ── stopped and taken up again ───────────────────────────────────────────────────────────────────────


def many(rows: int) -> str:
    """Every tenth row is bad."""
    return HEADING + "".join(
        (OPEN if number % 10 else OPEN.replace("2/3/2020", "31/2/2020")).replace("2,", f"{number},", 1)
        for number in range(rows)
    )


def killed(desk: Desk, file: Path, environment: dict[str, str], after: int) -> int:
    """Kill -9 an import once it has committed so many rows; how many it had."""
    command = [sys.executable, str(ROOT / "manage.py"), "import_tickets", str(file), "--mapping", str(desk.mapping)]
    command += ["--organisation", "HQ", "--errors", str(desk.errors), "--batch", "20"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        run = ImportRun.objects.first()
        if run is not None and run.rows_done >= after:
            break
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL, "it was over before it could be killed"
    return ImportRun.objects.get().rows_done


@pytest.mark.parametrize("lines", ["cases", "events"])
def test_I04_an_import_that_was_killed_goes_on_where_it_stood(
    tmp_path: Path, product_environment: dict[str, str], lines: str
) -> None:
    c: Cast = cast()
    rows = 4_000
    desk = Desk(tmp_path, CASES if lines == "cases" else LOG)
    file = desk.file(many(rows) if lines == "cases" else many_events(rows))
    done = killed(desk, file, product_environment, after=200)
    assert 200 <= done < rows
    assert Ticket.objects.count() <= done
    said = desk.run(file)
    run = ImportRun.objects.get()
    assert run.finished_at is not None
    assert (run.rows_done, run.imported, run.rejected, run.repeated) == (rows, rows * 9 // 10, rows // 10, 0)
    assert f"{rows} rows = {rows * 9 // 10} imported + 0 repeated + {rows // 10} rejected" in said
    listed = [int(error["row"]) for error in desk.rejected()]
    assert len(listed) == len(set(listed)) == rows // 10
    assert Ticket.objects.filter(organisation=c.hq).count() == rows * 9 // (10 if lines == "cases" else 20)
    verified()


def many_events(rows: int) -> str:
    """Two rows a case; every tenth case has a bad row."""
    lines = ["case,start,how,end,at,what,who"]
    for number in range(rows // 2):
        day = "30" if number % 10 == 0 else "03"
        lines.append(f"k{number},2020-02-01T09:00+08:00,desk,,2020-02-02T10:00+08:00,Receive,a")
        lines.append(f"k{number},2020-02-01T09:00+08:00,desk,,2020-02-{day}T10:00+08:00,Check,a")
    return "\n".join(lines) + "\n"


# ── mappings ─────────────────────────────────────────────────────────────────────────────────────────

MISTAKES = {
    'dates = ["%d/%m/%Y %H:%M", "iso"]': ('dates = ["%d/%b/%Y"]', 'mapping.toml: dates[1]: "%d/%b/%Y" must be'),
    'source = "old"': ("", "mapping.toml: source: Must be given"),
    'content = "text"': ("", "mapping.toml: ticket.content: Must be given"),
    'phone = "phone"': ('fone = "phone"', "mapping.toml: customer.fone: Unknown word"),
    'text = "answer"': ("text = 3", "mapping.toml: reply.text: Must be a column"),
    'due_at = "due"': ('limit = "3 days"', "mapping.toml: promise.limit: "),
    'business_type = "business"': (
        'business_type = { column = "business", cut = "x" }',
        "ticket.business_type.cut: Must",
    ),
    "[promise]": ("[promise", "mapping.toml: Not TOML"),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_I04_a_mistake_in_a_mapping_is_named_with_its_place(tmp_path: Path, line: str) -> None:
    instead, reason = MISTAKES[line]
    path = tmp_path / "mapping.toml"
    path.write_text(CASES.replace(line, instead, 1), encoding="utf-8")
    with pytest.raises(MappingErrors) as found:
        load_mapping(path)
    assert reason in str(found.value)


def test_I04_a_mapping_that_does_not_fit_the_rulebook_is_refused(desk: Desk) -> None:
    desk.mapping.write_text(CASES + '[end]\nstate = "gone"\n[actions]\nreply = "answer_it"\n', encoding="utf-8")
    with pytest.raises(CommandError, match="2 mistakes"):
        desk.run(desk.file(HEADING + FINE))


MAPPINGS = sorted(path for path in BOOK.parent.glob("*.toml") if not path.stem.startswith("imported-"))


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_I04_the_mappings_of_the_project_are_well_formed(path: Path) -> None:
    mapping: Any = load_mapping(path)
    assert (path.parent / mapping.rulebook_file).is_file()


def test_I04_events_of_the_past_do_not_change_a_sealed_day(desk: Desk) -> None:
    call_command("events", "seal-days", stdout=io.StringIO())
    desk.run(desk.file(HEADING + FINE))
    call_command("events", "seal-days", stdout=io.StringIO())
    desk.run(desk.file(HEADING + FINE.replace("1,", "5,", 1), "later.csv"))
    verified()
    assert Event.objects.count() == 6
