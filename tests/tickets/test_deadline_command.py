"""`manage.py deadline` as its users run it: a command line, JSON out, a sentence and a status when it can't."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]


def deadline(*arguments: str) -> dict:
    out = StringIO()
    call_command("deadline", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_R03_the_command_prints_a_deadline():
    answer = deadline("--limit", "3wd", "--start", "2026-11-20T16:00:00+08:00")
    assert list(answer) == ["due_at", "warn_at", "provisional", "explanation"]
    assert answer["due_at"] == "2026-11-25T17:30:00+08:00"
    assert answer["warn_at"] == "2026-11-25T14:48:00+08:00"
    assert answer["provisional"] is False
    assert any("3个工作日" in sentence for sentence in answer["explanation"])


@pytest.mark.parametrize(
    ("arguments", "due_at", "warn_at", "provisional"),
    [
        ("--limit 3wd --start 2026-02-13T16:00:00+08:00", "2026-02-25T17:30:00", "2026-02-25T14:48:00", False),
        ("--limit 3wd --start 2026-02-13T08:00:00Z --calendar cn", "2026-02-25T17:30:00", "2026-02-25T14:48:00", False),
        ("--limit 1h --start 2026-11-24T09:00+08:00 --percent 50", "2026-11-24T10:00:00", "2026-11-24T09:30:00", False),
        ("--limit 2d --start 2026-10-01T07:30+08:00 --roll", "2026-10-09T00:00:00", "2026-10-08T05:33:00", False),
        (
            "--limit 2d --start 2026-10-01T07:30+08:00 --roll --end closing",
            "2026-10-08T17:30:00",
            "2026-10-07T23:42:00",
            False,
        ),
        (
            "--limit same-day --start 2026-11-21T10:00+08:00 --round-the-clock",
            "2026-11-22T00:00:00",
            "2026-11-21T22:36:00",
            False,
        ),
        (
            "--limit same-day --start 2026-11-23T12:30+08:00 --hours 09:00-12:00,13:30-17:30",
            "2026-11-23T17:30:00",
            "2026-11-23T17:06:00",
            False,
        ),
        (
            "--limit 4h --start 2026-11-24T09:00+08:00 --pause 2026-11-24T10:00+08:00/2026-11-24T12:00+08:00",
            "2026-11-24T15:00:00",
            "2026-11-24T14:36:00",
            False,
        ),
        ("--limit 1wd --start 2026-12-31T10:00+08:00", "2027-01-01T17:30:00", "2027-01-01T15:54:00", True),
    ],
)
def test_R03_the_command_takes_options(arguments, due_at, warn_at, provisional):
    answer = deadline(*arguments.split())
    assert (answer["due_at"], answer["warn_at"]) == (f"{due_at}+08:00", f"{warn_at}+08:00")
    assert answer["provisional"] is provisional


def test_R04_the_command_lays_a_year_over_the_calendar(tmp_path):
    year = tmp_path / "2027.json"
    year.write_text(json.dumps({"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]}))
    answer = deadline("--limit", "1wd", "--start", "2026-12-31T10:00+08:00", "--calendar", str(year))
    assert (answer["due_at"], answer["provisional"]) == ("2027-01-04T17:30:00+08:00", False)


def test_N05_the_command_explains_in_english():
    answer = deadline("--limit", "1wd", "--start", "2026-12-31T10:00+08:00", "--lang", "en")
    assert answer["explanation"][-1].startswith("Provisional: the calendar of 2027 is not published yet")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--limit 3wk --start 2026-11-24T09:00+08:00", "is not a limit"),
        ("--limit 3wd --start 2026-02-30T09:00+08:00", "is not a time"),
        ("--limit 3wd --start 2026-11-24T09:00", "no time zone"),
        ("--limit 3wd --start 9999-12-31T23:00+08:00", "calendar"),
        ("--limit 3wd --start 0001-01-01T00:00+08:00", "calendar"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --percent 0", "percentage"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --percent much", "percentage"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --percent 1/0", "percentage"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --end noon", "closing"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --hours nine", "Business hours"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --pause now", "START/END"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --pause x/y", "is not a time"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --calendar moon", "no calendar"),
        ("--limit 3wd --start 2026-11-24T09:00+08:00 --zone Mars/Base", "time zone"),
    ],
)
def test_R03_bad_questions_get_a_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        deadline(*arguments.split())


@pytest.mark.parametrize("arguments", [[], ["--limit", "3wk", "--start", "2026-11-24T09:00+08:00"]])
def test_R03_a_bad_command_line_ends_with_status_2_and_no_traceback(arguments):
    done = subprocess.run(
        [sys.executable, "manage.py", "deadline", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
