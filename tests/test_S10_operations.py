"""What whoever runs it sees: health, measurements, logs without personal data (row S10)."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from complaints_site.checks import LEAST_LOG_DAYS, logs_are_kept
from complaints_site.lib.logs import DayFiles, JsonFormatter
from complaints_site.lib.request_log import log as request_log
from escalation.models import Alert, Pulse
from escalation.sweep import sweep
from tests.books import loaded
from tests.cast import Cast, cast
from tests.conftest import ROOT
from tests.hotline import body
from tests.tickets.test_loop import complaint
from tests.tickets.test_O01_admin_pages import client_of
from tickets.actions.people import token_create
from tickets.models import Clock, Message

SETTINGS = ROOT / "complaints_site/settings.py"
SECRETS = ("金丝雀", "13912345678", "canary@example.com", "canary-body")


# ── health ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_S10_readiness_is_red_when_the_sweep_is_late_or_an_alert_is_owed(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    now = timezone.now()
    assert client.get("/readyz").status_code == 503, "no sweep ever came by"
    Pulse.objects.create(name="watch", beaten_at=now)
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.content
    assert set(answer.json()["checks"]) == {"database", "broker", "held", "watch"}
    Pulse.objects.update(beaten_at=now - timedelta(seconds=60))
    assert client.get("/readyz").status_code == 503
    complaint(cast(), now - timedelta(days=30))
    Pulse.objects.update(beaten_at=now)
    assert client.get("/readyz").status_code == 503, "clocks ran out and nobody was told"
    sweep(now=timezone.now)
    assert client.get("/readyz").status_code == 200


# ── measurements ─────────────────────────────────────────────────────────────────────────────────────


def measured(client: Client, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


@pytest.mark.django_db
def test_S10_metrics_count_queues_lateness_outbox_and_requests(client: Client) -> None:
    now = timezone.now()
    ticket = complaint(cast(), now - timedelta(days=30)).last.ticket
    owed = Clock.objects.filter(next_at__lte=now).count()
    sweep(now=timezone.now)
    Message.objects.all().delete()
    for number, state in enumerate(("pending", "failed", "failed")):
        due = now - timedelta(minutes=5) if state == "pending" else None
        Message.objects.create(
            ticket=ticket, way="sms", key=f"m{number}", state=state, text="x", created_at=now, next_try_at=due
        )
    before = measured(client)
    client.get("/healthz")
    found = measured(client)

    def value(name: str, **labels: str) -> float:
        return found[name, frozenset(labels.items())]

    assert value("complaints_open_tickets", organisation="HQ", kind="complaint", state="intake") == 1
    assert value("complaints_overdue_tickets", organisation="HQ") == 1
    assert value("complaints_outbox_messages", way="sms", state="failed") == 2
    assert value("complaints_outbox_oldest_seconds") >= 300
    assert value("complaints_sweep_age_seconds") < 60
    assert value("complaints_unalerted_oldest_seconds") == 0
    assert value("complaints_alert_lateness_seconds_bucket", le="+Inf") == Alert.objects.count() >= owed > 0
    assert value("complaints_held") == 0
    labels = frozenset({"method": "GET", "route": "healthz", "status": "2xx"}.items())
    key = ("complaints_request_seconds_count", labels)
    assert found[key] == before.get(key, 0) + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "10.1.2.3", 403),
        ("", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 403),
        ("secret", {"Authorization": "Bearer secret"}, "10.1.2.3", 200),
        ("secret", {"Authorization": "Bearer wrong"}, "127.0.0.1", 403),
        ("", {"Authorization": "Bearer "}, "10.1.2.3", 403),
    ],
)
def test_S10_metrics_are_for_a_token_or_a_network(
    settings: Any, token: str, headers: dict[str, str], address: str, status: int
) -> None:
    settings.METRICS_TOKEN = token
    assert Client(headers=headers, REMOTE_ADDR=address).get("/metrics").status_code == status


# ── logs ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Path]:
    """Every line of every logger, as production writes them; the folder."""
    handler, root = DayFiles(str(tmp_path / "logs"), 190), logging.getLogger()
    handler.setFormatter(JsonFormatter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield tmp_path / "logs"
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in folder.iterdir() for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def c() -> Cast:
    return cast()


@pytest.mark.django_db
def test_S10_a_whole_loop_is_logged_with_ids_and_without_a_personal_word(c: Cast, logs: Path) -> None:
    loaded("unicom-complaint")
    program = Client(headers={"Authorization": f"Bearer {token_create(person=c.people['hotline'], at=timezone.now())}"})
    said = body(content="canary-body", customer={"name": "金丝雀", "phone": "13912345678", "region": "410100"})
    made = program.post("/api/v1/tickets/", said, "application/json", headers={"X-Request-ID": "from-the-proxy"})
    assert made.status_code == 201, made.content
    assert made["X-Request-ID"] == "from-the-proxy"
    number = made.json()["number"]
    program.get("/api/v1/customers/lookup/?phone=13912345678")
    program.post("/api/v1/tickets/", {**said, "channel": "canary-body"}, "application/json")
    reader = client_of(c.people["auditor"])
    reader.get(f"/tickets/{number}/", headers={"X-Request-ID": "no good\r\nid"})
    reader.get("/search/", {"q": "13912345678"})
    reader.get("/tickets/13912345678/金丝雀/")
    Client().post("/login/", {"username": "canary@example.com", "password": "canary-body"})
    logging.getLogger("tickets").error("row: %s", "tel 13912345678, canary@example.com\nDETAIL: Key (name)=(金丝雀)")

    text = "\n".join(path.read_text(encoding="utf-8") for path in logs.iterdir())
    assert not [word for word in SECRETS if word in text]
    requests = [line for line in lines(logs) if line["logger"] == request_log.name]
    assert len(requests) == 7
    first = requests[0]
    assert first["request_id"] == "from-the-proxy"
    assert (first["ticket"], first["person"]) == (number, c.people["hotline"].pk)
    assert (first["method"], first["route"], first["status"]) == ("POST", "api-tickets", 201)
    assert first["duration_ms"] > 0
    assert requests[3]["ticket"] == number
    assert requests[3]["person"] == c.people["auditor"].pk
    assert re.fullmatch("[0-9a-f]{32}", requests[3]["request_id"])
    assert "ticket" not in requests[4], "what was noted of one request is not said of the next"


def test_S10_logs_are_kept_for_as_long_as_settings_say(tmp_path: Path, settings: Any) -> None:
    today = timezone.now().date()
    for age in (1, 189, 190, 191, 400):
        (tmp_path / f"complaints-{(today - timedelta(days=age)).isoformat()}.jsonl").touch()
    (tmp_path / "other.txt").touch()
    handler = DayFiles(str(tmp_path), 190)
    handler.setFormatter(JsonFormatter())
    handler.emit(logging.makeLogRecord({"msg": "one"}))
    handler.close()
    kept = {path.name for path in tmp_path.iterdir()}
    ages = sorted((today - date.fromisoformat(name[11:21])).days for name in kept if name.startswith("complaints-"))
    assert ages == [0, 1, 189, 190]
    assert "other.txt" in kept
    assert os.stat(tmp_path / f"complaints-{today.isoformat()}.jsonl").st_mode & 0o077 == 0
    assert product.LOG_DAYS >= LEAST_LOG_DAYS
    settings.LOG_DAYS = 30
    assert [found.id for found in logs_are_kept(None)] == ["site.W003"]


# ── docker compose ───────────────────────────────────────────────────────────────────────────────────


def test_S10_compose_has_every_process_with_health_and_time_to_end() -> None:
    import yaml

    said = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert set(said) == {"migrate", "web", "worker", "beat", "postgres", "redis"}
    for name in ("web", "worker", "postgres", "redis"):
        assert said[name]["healthcheck"]["test"], name
    for name in ("web", "worker"):
        assert int(said[name]["stop_grace_period"].removesuffix("s")) > 30
        assert said[name]["restart"] == "unless-stopped"
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    given = set(said["web"]["environment"]) | {"POSTGRES_PASSWORD", "PORT"}
    assert named <= given, named - given
    read = "".join(path.read_text(encoding="utf-8") for path in (SETTINGS, ROOT / "reporting/declarations.py"))
    unknown = {name for name in said["web"]["environment"] if f'"{name}"' not in read}
    assert not unknown, "nobody reads it: misspelt?"
