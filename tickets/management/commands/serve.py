"""`manage.py serve`: the whole product on one machine, as `make run` starts it."""

import contextlib
import fcntl
import shutil
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from environs import Env

from complaints_site.lib.supervisor import Child, Supervisor
from tickets.demo.build import LOGINS, PASSWORD
from tickets.models import Person

WEB_THREADS = 8
WORKER_THREADS = 4


class Command(BaseCommand):
    help = "Run the web server, one Celery worker and Celery beat until Ctrl-C; start again what dies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=Env().str("HOST", "127.0.0.1"), help="address (HOST, 127.0.0.1)")
        parser.add_argument("--port", type=int, default=Env().int("PORT", 8000), help="port (PORT, 8000)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        require_free(host, port)
        lock = take_lock(settings.DATA_DIR)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise looks there, and says so if it is missing
        say = self.say
        children = [web(host, port), worker(), beat()]
        Supervisor(children, settings.BASE_DIR, say, announce_once(host, port, say)).run()
        lock.close()
        say("stopped")

    def say(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # nobody reads any more; the site goes on, or ends in order
            self.stdout.write(line)
            self.stdout.flush()


def web(host: str, port: int) -> Child:
    flags = ["--config", "python:complaints_site.web_server", "--bind", f"{host}:{port}", "--workers", "1"]
    flags += ["--threads", str(WEB_THREADS), "--graceful-timeout", "5", "--log-level", "warning"]
    return Child("the web server", python("gunicorn", "complaints_site.wsgi", *flags))


def worker() -> Child:
    flags = ["--pool", "threads", "--concurrency", str(WORKER_THREADS), "--without-gossip", "--without-mingle"]
    command = python("celery", "--app", "complaints_site.celery", "--quiet", "worker", *flags, "--loglevel", "WARNING")
    # Celery warns of root at every start; whoever types `make run` in a container knows it.
    command[1:1] = ["-W", "ignore:You're running the worker"]
    return Child("the worker", command, prepare=forget_messages)


def beat() -> Child:
    # The schedule has only periods, nothing that must outlive a restart: kept in memory, no file can break.
    flags = ["--scheduler", "celery.beat.Scheduler", "--pidfile", "", "--loglevel", "WARNING"]
    return Child("beat", python("celery", "--app", "complaints_site.celery", "--quiet", "beat", *flags))


def python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def forget_messages() -> None:
    """A message on the local disk is only a wake-up; a half-written one would end the worker again and again."""
    if settings.REDIS_URL:
        return
    for name in ("queue", "processed", "control"):
        shutil.rmtree(settings.BROKER_DIR / name, ignore_errors=True)
        (settings.BROKER_DIR / name).mkdir(parents=True, exist_ok=True)


def require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"{host}:{port} can't be used ({error.strerror}); choose another with PORT=…") from error


def take_lock(folder: Path) -> TextIO:
    """One `serve` for one data folder: the broker on the local disk has one worker."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CommandError(f"{folder} is served already by another process; DATA_DIR=… gives a second site") from error
    return lock


def announce_once(host: str, port: int, say: Callable[[str], None]) -> Callable[[], None]:
    """Say where the site is, once it answers."""
    waiting = [True]

    def look() -> None:
        if waiting and answers(host, port):
            waiting.clear()
            say(f"\n投诉工单系统  http://{'localhost' if host == '127.0.0.1' else host}:{port}/   (Ctrl-C ends it)")
            for line in demo_logins():
                say(line)

    return look


def answers(host: str, port: int) -> bool:
    """Does the site itself answer? gunicorn takes connections before the site is loaded, and also when it can't be."""
    asked = HTTPConnection(host.replace("0.0.0.0", "127.0.0.1"), port, timeout=2)  # noqa: S104
    try:
        asked.request("GET", "/healthz")
        return bool(asked.getresponse().status)
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


def demo_logins() -> list[str]:
    """Who can log in, where the demo was filled in; nothing anywhere else."""
    here = set(Person.objects.filter(username__in=LOGINS, is_active=True).values_list("username", flat=True))
    connection.close()  # asked once; the supervisor lives as long as the site
    if not here:
        return []
    return [f"演示账号 Demo logins, password {PASSWORD}", *(f"  {n:16}{LOGINS[n]}" for n in LOGINS if n in here), ""]
