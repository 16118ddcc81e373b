"""`manage.py migrate`: Django's, made fit for a system that people work with (reliability page §7.3).

A change of a table waits for everybody who looks at it, and everybody who comes later waits behind the change. So it
waits for a moment only, lets the others through, and tries again.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg2.errors import LockNotAvailable

WAITS_MS = 2000  # as long as a request may stand behind us
PAUSE_SECONDS, TRIES = 3.0, 100


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = %s", [WAITS_MS])
        try:
            for _ in range(TRIES):
                if self._done(*args, **options):
                    return
                time.sleep(PAUSE_SECONDS)
            super().handle(*args, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")

    def _done(self, *args: Any, **options: Any) -> bool:
        """False where a table was busy. Each migration is a transaction of its own: what is done stays done."""
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            self.stderr.write("A table is in use; letting the others through and trying again.")
            return False
        return True
