"""What every test may ask for: the lane it runs on, real Chromium, the product's other processes, reference data."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.test import TestCase, TransactionTestCase

from tests import lanes

ROOT = Path(__file__).resolve().parent.parent
# Complaints and calendars that others wrote. They are no part of the product: a check that needs them steps aside.
REFERENCE_DATA = Path(os.environ.get("REFERENCE_DATA") or ROOT.parent / "shared" / "data")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
IN_CI = os.environ.get("CI", "").lower() == "true"
# Playwright keeps an event loop in the test's thread; the ORM there is still used by one thread only.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# How long an example takes says something about the machine; in the CI the same commit always gets the same examples.
hypothesis.settings.register_profile("house", deadline=None, derandomize=IN_CI, print_blob=True)
hypothesis.settings.load_profile("house")


# ── which tests run, and what is said about the others ───────────────────────────────────────────────
def absent() -> dict[str, str]:
    """Fixtures this machine can't give, each with the line that says why."""
    reasons = {}
    if not REFERENCE_DATA.is_dir():
        reasons["reference_data"] = "reference data is not here (REFERENCE_DATA): its checks stepped aside"
    if not CHROMIUM:
        reasons["browser"] = "Chromium is not here (CHROMIUM): the tests in a browser stepped aside"
    if not AXE.exists():
        reasons["axe"] = "axe is not here (npm ci): the tests of accessibility stepped aside"
    return reasons


def fixtures_of(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def needs_lane(item: pytest.Item) -> bool:
    """Does the test look at a database, at Redis, or at the settings that differ?"""
    by_class = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    by_fixture = {"db", "transactional_db", "live_server", "django_db_setup", "lane", "settings"} & fixtures_of(item)
    return bool(by_class or by_fixture or item.get_closest_marker("django_db"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = set(absent())
    aside = {item for item in items if missing & fixtures_of(item)}
    aside |= {item for item in items if not lanes.is_turn_of(item.nodeid, needs_lane(item))}
    if aside:
        config.hook.pytest_deselected(items=list(aside))
        items[:] = [item for item in items if item not in aside]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    by_lane = any("env:TEST_LANE" in spec for spec in config.getvalue("tx"))
    return lanes.LaneScheduling(config, log) if by_lane else None


def failures_of_the_machine() -> list[str]:
    """What a machine of the CI must have and this one lacks."""
    return [*lanes.missing_lines(), *(line for name, line in absent().items() if name != "reference_data")]


class FailuresAtOnce:
    """A failure is named when it happens: a run that is cut off has said what it found."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line(f"\n{report.when} failed: {report.nodeid}")
            terminal.write_line(report.longreprtext[-1500:])


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(FailuresAtOnce(config))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    config = terminalreporter.config
    by_lane = any("env:TEST_LANE" in spec for spec in config.getoption("tx", None) or ())
    ran = lanes.lanes_here() if by_lane else [os.environ.get("TEST_LANE", lanes.SQLITE)]
    words = [f"{lane} with Redis" if lane == lanes.POSTGRESQL and lanes.redis_url() else lane for lane in ran]
    once = "; a test that needs none of them ran once" if len(ran) > 1 else ""
    terminalreporter.write_line(f"lanes: {', '.join(words)}{once}")
    for line in dict.fromkeys([*(lanes.missing_lines() if by_lane else []), *absent().values()]):
        terminalreporter.write_line(f"{'MISSING' if IN_CI and line in failures_of_the_machine() else 'note'}: {line}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    controller = not hasattr(session.config, "workerinput")
    by_lane = any("env:TEST_LANE" in spec for spec in session.config.getoption("tx", None) or ())
    if controller and by_lane and IN_CI and failures_of_the_machine():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# ── databases ────────────────────────────────────────────────────────────────────────────────────────
_flush = TransactionTestCase._fixture_teardown


def _flush_with_append_only_rows(self: TransactionTestCase) -> None:
    """Django empties the tables with DELETE on SQLite, which the triggers of append-only tables refuse."""
    from django.db import connection

    if connection.vendor != "sqlite":
        _flush(self)  # TRUNCATE fires no row trigger
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
    try:
        _flush(self)
    finally:
        with connection.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)


TransactionTestCase._fixture_teardown = _flush_with_append_only_rows

_begin = TestCase.__dict__["_fixture_setup"].__func__
_tests_begun = itertools.count(1)


def _begin_with_new_ids(cls: type[TestCase]) -> None:
    """On SQLite a rollback takes the ids back too, and what a process keeps by id would fit the next test's rows."""
    from django.db import connection

    _begin(cls)
    if connection.vendor == "sqlite":
        first = next(_tests_begun) * 10_000
        with connection.cursor() as cursor:
            for table in ("tickets_organisation", "tickets_rulebookversion", "tickets_unit", "tickets_person"):
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first])


TestCase._fixture_setup = classmethod(_begin_with_new_ids)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """No test finds what another one left in the cache. (`cache.clear()` would empty the whole Redis database.)"""
    yield
    from django.conf import settings
    from django.core.cache import cache

    if not settings.REDIS_URL:
        cache.clear()
        return
    import redis

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for key in client.scan_iter(match=f"{settings.REDIS_KEY_PREFIX}*", count=1000):
            client.delete(key)


@pytest.fixture(autouse=True)
def _no_numbers_at_hand() -> None:
    """A rollback gives the numbers back that this process has taken: the next test would use them twice."""
    from tickets import numbers

    numbers._free.clear()


@pytest.fixture(scope="session")
def lane() -> str:
    """The lane of this process: `sqlite` or `postgresql`."""
    return os.environ.get("TEST_LANE", lanes.SQLITE)


@pytest.fixture
def product_environment(transactional_db: None) -> dict[str, str]:
    """The environment in which another process of the product works on this test's database and folder.

    DATA_DIR, the keys and REDIS_URL are already in our own environment (tests/settings.py).
    """
    from django.db import connection

    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
        url = f"postgres://{database['USER']}{secret}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "complaints_site.settings"}


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of data that others wrote; where it is missing the test is not collected."""
    return REFERENCE_DATA


# ── real Chromium ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for the process; contexts are cheap, browsers are not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Any, live_server: Any) -> Iterator[Any]:
    """Make pages of separate people: `new_page()`, `new_page(viewport={"width": 360, "height": 740})`.

    An error of a script or a refusal by the Content-Security-Policy on any page fails the test.
    """
    contexts, errors = [], []

    def watch(message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            errors.append(message.text)

    def make(**options: Any) -> Any:
        defaults = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1440, "height": 900}}
        context = browser.new_context(base_url=live_server.url, **{**defaults, **options})
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", watch)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core: `page.evaluate(axe)`, then `page.evaluate("axe.run()")`."""
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def page(new_page: Any) -> Any:
    """A page on a desktop, nobody logged in."""
    return new_page()
