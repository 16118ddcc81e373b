"""The database, out and in, by its own tools: a snapshot while the site runs; in, all or nothing and held.

The mark that holds a restored system is written in the transaction that restores it: no worker finds the rows of
messages without it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.db import connection

from .manifest import Unfit

# Everything of an older content goes, in the transaction that brings the new one. Extensions stay.
CLEAR = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE public.%I CASCADE', one.name);
  END LOOP;
  FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP SEQUENCE public.%I CASCADE', one.name);
  END LOOP;
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', one.name);
  END LOOP;
END $$;
"""
HOLD = """
INSERT INTO {schema}tickets_hold (id, held_at, backed_up_at) VALUES (1, '{held_at}', '{backed_up_at}')
  ON CONFLICT (id) DO UPDATE SET held_at = excluded.held_at, backed_up_at = excluded.backed_up_at;
UPDATE {schema}tickets_organisation SET stamp = stamp + 1000;
"""


def database_out(folder: Path) -> Path:
    """A consistent copy of the database; the site goes on meanwhile. Raises Unfit where the tool fails."""
    if connection.vendor == "sqlite":
        copy = folder / "database.sqlite3"
        with closing(_opened(connection.settings_dict["NAME"])) as live, closing(_opened(copy)) as target:
            live.backup(target)
        return copy
    dump = folder / "database.dump"
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"])
    return dump


def database_in(dump: Path, *, backed_up_at: datetime, at: datetime) -> None:
    """Put the database in place of what is there, held. Raises Unfit; then all is as it was."""
    connection.close()
    if connection.vendor == "sqlite":
        _sqlite_in(dump, _hold("", backed_up_at, at))
    else:
        _postgresql_in(dump, _hold("public.", backed_up_at, at))


def is_empty() -> bool:
    return not connection.introspection.table_names()


def _hold(schema: str, backed_up_at: datetime, at: datetime) -> str:
    """Times as Django writes them: with their offset where the column has one, plain UTC in SQLite."""
    offset = "+00" if schema else ""
    held, backed_up = (f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}{offset}" for when in (at, backed_up_at))
    return HOLD.format(schema=schema, held_at=held, backed_up_at=backed_up)


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────────────


def _opened(path: str | Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=60)


def _sqlite_in(dump: Path, hold: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, dump.name)
        shutil.copy2(dump, copy)
        with closing(_opened(copy)) as prepared, closing(_opened(connection.settings_dict["NAME"])) as live:
            prepared.executescript(hold)
            prepared.backup(live)


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────


def _environment() -> dict[str, str]:
    """Where the tools find the database; a password is nothing for a command line."""
    said = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return {**os.environ, **{name: str(said[key]) for name, key in named.items() if said[key]}}


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise Unfit(f"{command[0]} is not here: install the PostgreSQL client.") from error
    if done.returncode:
        raise Unfit(f"{command[0]}: {done.stderr.strip()}")


def _postgresql_in(dump: Path, hold: str) -> None:
    """One transaction of psql: what was there goes, the dump comes, the hold closes it. Whatever fails undoes all."""
    for tool in ("pg_restore", "psql"):
        if shutil.which(tool) is None:
            raise Unfit(f"{tool} is not here: install the PostgreSQL client.")
    read = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump)]
    write = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"]
    with tempfile.TemporaryFile() as said, subprocess.Popen(read, stdout=subprocess.PIPE, stderr=said) as reader:  # noqa: S603
        options = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": said, "env": _environment()}
        with subprocess.Popen(write, **options) as writer:  # type: ignore[call-overload]  # noqa: S603
            _feed(reader, writer, hold)
        if reader.returncode or writer.returncode:
            said.seek(0)
            raise Unfit(f"The database could not be restored: {said.read(2000).decode(errors='replace').strip()}")


def _feed(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], hold: str) -> None:
    assert reader.stdout is not None and writer.stdin is not None  # noqa: S101, PT018  both are pipes
    target: IO[bytes] = writer.stdin
    with contextlib.suppress(BrokenPipeError):  # psql has stopped and says why
        target.write(CLEAR.encode())
        shutil.copyfileobj(reader.stdout, target)
        if reader.wait():
            writer.kill()  # an end of input would commit half of it
            return
        target.write(hold.encode())
        target.close()
