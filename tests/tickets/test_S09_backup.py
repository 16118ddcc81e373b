"""Backup and restore on both databases: what was there is there, and nothing is sent until somebody says so (S09)."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast, cast
from tests.conftest import ROOT
from tests.tickets.test_I07_public import open_desk
from tests.tickets.test_loop import Case, complaint, on
from tests.tickets.test_O01_admin_pages import client_of
from tests.tickets.test_S06_uploads import PDF
from tickets import tasks
from tickets.backup.manifest import described
from tickets.models import Attachment, Event, Hold, Message, Ticket
from tickets.uploads import store_upload

pytestmark = pytest.mark.django_db(transaction=True)
HELD_WORDS = "这是从备份恢复的系统"


@pytest.fixture
def c(settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path / "media"
    return cast()


@pytest.fixture
def case(c: Cast) -> Case:
    """A ticket with a file, and a message that waits."""
    made = complaint(c, on(24, 9))
    store_upload(
        SimpleUploadedFile("回执.pdf", PDF), actor=c.people["front_desk"], at=on(24, 9), ticket=made.last.ticket
    )
    now = timezone.now()
    Message.objects.create(ticket=made.last.ticket, way="sms", key="waits", text="x", created_at=now, next_try_at=now)
    return made


@pytest.fixture
def kept(case: Case, tmp_path: Path) -> Path:
    """A backup of it; since then one more ticket, and the message is sent."""
    call_command("backup", str(tmp_path / "backup"))
    complaint(case.c, on(24, 10))
    Message.objects.update(state="sent", next_try_at=None)
    for path in (tmp_path / "media").rglob("*"):
        if path.is_file():
            path.unlink()
    return tmp_path / "backup"


def test_S09_a_restored_system_is_what_it_was_and_sends_nothing_until_it_is_released(case: Case, kept: Path) -> None:
    call_command("restore", str(kept), replace=True)
    assert Ticket.objects.get().number == case.last.ticket.number
    assert Ticket.objects.get().customer.name == "王某"
    assert Attachment.objects.get().file.read() == PDF
    call_command("events", "verify")

    assert tasks.deliver() == 0
    assert Message.objects.get(key="waits").state == "pending"
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["held"]["ok"] is False
    auditor = client_of(case.c.people["auditor"])
    assert HELD_WORDS in auditor.get(reverse("home")).content.decode()
    assert HELD_WORDS in Client().get(reverse("login")).content.decode()
    open_desk(case.c)
    assert HELD_WORDS in Client().get(reverse("public", args=["HQ"])).content.decode()

    with pytest.raises(CommandError, match="1 messages wait"):
        call_command("release")
    assert Hold.objects.exists()
    call_command("release", waiting="set-aside")
    assert Message.objects.get(key="waits").state == "failed"
    assert Client().get("/readyz").json()["checks"]["held"]["ok"] is True
    assert HELD_WORDS not in auditor.get(reverse("home")).content.decode()
    assert HELD_WORDS not in Client().get(reverse("login")).content.decode()
    with pytest.raises(CommandError, match="not held"):
        call_command("release")


def test_S09_a_restored_system_goes_on_where_it_was(case: Case, kept: Path) -> None:
    call_command("restore", str(kept), replace=True)
    with pytest.raises(Exception, match="append-only"):
        Event.objects.update(name="x")
    case.do("front_desk", "submit", on(24, 10), business_type="mobile.gsm", complaint_type="billing")
    assert complaint(case.c, timezone.now() + timedelta(minutes=1)).id > case.id
    call_command("release", waiting="send")
    tomorrow = timezone.localdate() + timedelta(days=1)
    with time_machine.travel(
        datetime.combine(tomorrow, time(12), tzinfo=timezone.get_current_timezone())
    ):  # not at night
        assert tasks.deliver() > 0
    assert Message.objects.get(key="waits").attempts == 1


def test_S09_a_backup_that_does_not_fit_changes_nothing(kept: Path, tmp_path: Path, settings: Any) -> None:
    for broken in ("database", "file", "manifest", "outside", "newer", "vendor", "full", "keys"):
        copy = tmp_path / broken
        shutil.copytree(kept, copy)
        words = spoil(copy, settings, broken)
        with pytest.raises(CommandError, match=words):
            call_command("restore", str(copy), replace=broken != "full")
        assert Ticket.objects.count() == 2
        assert not Hold.objects.exists()


def spoil(kept: Path, settings: Any, broken: str) -> str:
    """Break one thing of a backup; what will be said about it."""
    manifest = json.loads((kept / "manifest.json").read_text())
    match broken:
        case "database":
            with (kept / manifest["database"]["name"]).open("ab") as file:
                file.write(b"x")
            return "not what it was"
        case "file":
            next(path for path in (kept / "files").rglob("*") if path.is_file()).write_bytes(b"x")
            return "missing or not what it was"
        case "manifest":
            (kept / "manifest.json").unlink()
            return "no finished backup"
        case "outside":
            (kept / "files.sha256").write_text("0  ../../etc/x\n")
            manifest["files"] |= described(kept / "files.sha256")
        case "keys":
            settings.EVENT_CHAIN_KEY = "another"
            return "EVENT_CHAIN_KEY of this installation"
        case "newer":
            manifest["migrations"].append("tickets.9999_later")
        case "vendor":
            manifest["database"]["vendor"] = "oracle"
        case _:
            return "not empty"
    (kept / "manifest.json").write_text(json.dumps(manifest))
    return {"outside": "lies outside", "newer": "newer version", "vendor": "of oracle"}[broken]


def test_S09_a_backup_is_for_its_owner_and_has_no_keys(kept: Path, settings: Any) -> None:
    assert kept.stat().st_mode & 0o077 == 0
    keys = [settings.EVENT_CHAIN_KEY, settings.PERSONAL_INDEX_KEY, *settings.PERSONAL_DATA_KEYS, settings.SECRET_KEY]
    for path in kept.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [key for key in keys if key.encode() in content], path
    with pytest.raises(CommandError, match="not empty"):
        call_command("backup", str(kept))


@pytest.fixture
def elsewhere(lane: str, product_environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a new machine: an empty database, no files, the same keys."""
    own = {**product_environment, "MEDIA_ROOT": str(tmp_path / "new-media"), "LOG_LEVEL": "ERROR"}
    if lane == "sqlite":
        yield {**own, "DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3"}
        return
    name, url = f"test_restored_{uuid4().hex[:8]}", product_environment["DATABASE_URL"]
    with closing(psycopg2.connect(url)) as server:
        server.autocommit = True
        server.cursor().execute(f"CREATE DATABASE {name}")
        yield {**own, "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        server.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_S09_a_backup_comes_up_on_a_new_machine(case: Case, kept: Path, elsewhere: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "restore", str(kept)]
    done = subprocess.run(command, cwd=ROOT, env=elsewhere, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "HELD: 1 messages wait" in done.stdout
    assert rows(elsewhere["DATABASE_URL"], "SELECT number FROM tickets_ticket") == [(case.last.ticket.number,)]
    assert len(rows(elsewhere["DATABASE_URL"], "SELECT id FROM tickets_hold")) == 1
    (name,) = rows(elsewhere["DATABASE_URL"], "SELECT file FROM tickets_attachment")[0]
    assert Path(elsewhere["MEDIA_ROOT"], name).read_bytes() == PDF


def rows(url: str, sql: str) -> list[Any]:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as found:
            return found.execute(sql).fetchall()
    with closing(psycopg2.connect(url)) as server:
        cursor = server.cursor()
        cursor.execute(sql)
        return list(cursor.fetchall())
