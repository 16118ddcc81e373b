"""`manage.py rulebook` and the versions it loads (R01, R02, language page §11.8)."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from tests.cast import NOON, cast
from tests.tickets.rulebook_files import OWN, SMALL
from tickets.actions.books import book_load
from tickets.models import Duty, Organisation, RulebookVersion, Unit
from tickets.rulebook.problems import RulebookErrors
from tickets.rulebook.registry import book_of, current_books, current_version, source_of
from tickets.rulebook.source import Flat, flatten

ROOT = Path(__file__).resolve().parent.parent.parent


def small(folder: Path, text: str = SMALL) -> Flat:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return flatten(path)


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("rulebook", *arguments, stdout=out, stderr=err)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


# ── check ────────────────────────────────────────────────────────────────────────────────────────────


def test_R01_check_proves_every_book_without_a_database() -> None:
    environment = os.environ | {"DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none"}
    command = [sys.executable, "manage.py", "rulebook", "check", *(str(path) for path in OWN)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": proved: ") == len(OWN)


def test_R01_check_finds_a_book_by_its_id() -> None:
    code, out, err = run("check", "property")
    assert (code, err) == (0, "")
    assert out.startswith("property.toml: property ")


def test_R01_check_says_every_line_on_stderr_and_leaves_with_1(tmp_path: Path) -> None:
    small(tmp_path, SMALL.replace('["minor", "8h"], ', "").replace('"1h"', '"1 hour"'))
    code, out, err = run("check", str(tmp_path / "small.toml"))
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "small.toml: steps.intake.limit: “1 hour” is no limit; write 30s 10min 4h 2d 3wd same-day 1mo, none, rest, "
        "rest-1h, a table or a date field"
    ]
    small(tmp_path, SMALL.replace('["minor", "8h"], ', ""))
    code, out, err = run("check", str(tmp_path / "small.toml"), "--lang", "zh")
    assert err == "small.toml: tables.handling: 没有符合{severity: minor}的行(用于steps.handling)\n"


def test_R01_check_of_a_name_that_is_nowhere(tmp_path: Path) -> None:
    code, _, err = run("check", "nowhere")
    assert code == 1
    assert err == "nowhere: no such file, and no rulebook of that id on the search path\n"


# ── load ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_R02_load_stores_a_version_and_list_shows_it(tmp_path: Path) -> None:
    small(tmp_path)
    code, out, err = run("load", str(tmp_path / "small.toml"))
    assert (code, err) == (0, "")
    assert "small 1 loaded" in out
    version = RulebookVersion.objects.get()
    assert (version.book, version.version, version.kind, version.title) == ("small", 1, "complaint", "小手册")
    _, out, _ = run("list")
    assert out.startswith("small 1  complaint  *  ")
    assert version.sha256[:12] in out


@pytest.mark.django_db
def test_R02_load_may_belong_to_one_organisation(tmp_path: Path) -> None:
    people = cast()
    small(tmp_path)
    assert run("load", str(tmp_path / "small.toml"), "--root", "PROP")[0] == 0
    assert RulebookVersion.objects.get().organisation == people.prop
    assert list(current_books(NOON + timedelta(days=36500), people.prop)) == ["small"]
    assert current_books(NOON + timedelta(days=36500), people.hq) == {}
    with pytest.raises(CommandError, match="no organisation 'NONE'"):
        run("load", str(tmp_path / "small.toml"), "--root", "NONE")


@pytest.mark.django_db
def test_R02_the_same_version_with_other_content_is_refused(tmp_path: Path) -> None:
    first = book_load(flat=small(tmp_path), actor=None, at=NOON)
    assert book_load(flat=small(tmp_path, f"# a remark\n{SMALL}"), actor=None, at=NOON) == first
    with pytest.raises(RulebookErrors) as refused:
        book_load(flat=small(tmp_path, SMALL.replace('"1h"', '"2h"')), actor=None, at=NOON)
    assert str(refused.value) == (
        "small.toml: rulebook.version: version 1 is already loaded with other content; raise rulebook.version"
    )
    assert RulebookVersion.objects.count() == 1


@pytest.mark.django_db
def test_R01_a_broken_book_leaves_the_old_version_in_force(tmp_path: Path) -> None:
    first = book_load(flat=small(tmp_path), actor=None, at=NOON)
    small(tmp_path, SMALL.replace("version = 1", "version = 2").replace('stage = "intake"', 'stage = "x"'))
    code, _, err = run("load", str(tmp_path / "small.toml"))
    assert code == 1
    assert err == "small.toml: steps.intake.stage: no such stage: “x”\n"
    assert current_version("small", NOON) == first


@pytest.mark.clause("D20-16")
@pytest.mark.django_db
def test_R02_a_version_is_in_force_from_its_effective_date(tmp_path: Path) -> None:
    first = book_load(flat=small(tmp_path), actor=None, at=NOON)
    text = SMALL.replace("version = 1", "version = 2\neffective = 2026-12-01")
    second = book_load(flat=small(tmp_path, text), actor=None, at=NOON)
    assert second.effective_from.isoformat() == "2026-12-01T00:00:00+08:00"
    assert current_books(NOON) == {"small": first}
    assert current_books(second.effective_from) == {"small": second}
    assert current_version("small", NOON - timedelta(days=1)) is None


@pytest.mark.django_db
def test_R02_a_stored_version_compiles_to_the_same_book_in_the_same_order(tmp_path: Path) -> None:
    flat = small(tmp_path)
    version = book_load(flat=flat, actor=None, at=NOON)
    version.refresh_from_db()
    assert list(source_of(version)["actions"]) == list(flat.source["actions"])  # type: ignore[call-overload]
    book = book_of(version.pk)
    assert list(book.actions) == list(flat.source["actions"])  # type: ignore[call-overload]
    assert book_of(version.pk) is book
    with pytest.raises(RulebookVersion.DoesNotExist):
        book_of(0)


# ── an organisation beside the rulebook ──────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_R01_check_says_that_an_organisation_has_a_holder_for_every_step() -> None:
    cast()
    code, out, err = run("check", "property", "--organisation", "PROP")
    assert (code, err) == (0, "")
    assert "PROP has a holder for every step" in out


@pytest.mark.django_db
def test_R01_check_names_the_step_that_an_organisation_cannot_hold() -> None:
    c = cast()
    Duty.objects.filter(role="dispatcher").delete()
    Unit.objects.filter(code="410000-centre").update(functions=["service"])
    Unit.objects.filter(code="HQ-centre").update(functions=["service"])
    Organisation.objects.filter(pk=c.hq.pk).update(stamp=F("stamp") + 1)
    code, _, err = run("check", "unicom-complaint", "--organisation", "HQ")
    assert code == 1
    assert "steps.review: nobody holds dispatcher" in err
    assert 'no unit with function "centre" and somebody of dispatcher from 410100 upwards' in err


@pytest.mark.django_db
def test_R01_check_names_the_person_who_would_have_to_approve_their_own_request() -> None:
    c = cast()
    Duty.objects.filter(person=c.people["general_manager2"]).delete()
    Duty.objects.create(person=c.people["general_manager"], unit=c.units["PROP-site1-engineering"], role="dept_head")
    Organisation.objects.filter(pk=c.prop.pk).update(stamp=F("stamp") + 1)
    Duty.objects.filter(role="manager").delete()
    _, _, err = run("check", "property", "--organisation", "PROP")
    assert "actions.overrun.approval: only general_manager may approve" in err
