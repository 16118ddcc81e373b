"""A whole case of each smaller organisation over REST, the special way of its own document (tests/data/walks.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.books import loaded
from tests.cast import person, route, unit
from tests.hotline import api
from tests.tickets.test_loop import SHANGHAI
from tests.walker import Answer, Api
from tickets.models import Message, Organisation, Unit

CASES = tomllib.loads((Path(__file__).parent.parent / "data" / "walks.toml").read_text())
TOP = ("channel", "content", "request", "occurred_at", "occurred_place", "respondent")


def moment(text: str) -> datetime:
    """`24 9:30` in November 2026 in Shanghai; the 31st is the 1st of December."""
    day, hours = text.split()
    hour, minute = map(int, hours.split(":"))
    return datetime(2026, 11, 1, hour, minute, tzinfo=SHANGHAI) + timedelta(days=int(day) - 1)


def spoken(due: str | None) -> str:
    """The same way back, as it stands in the tables."""
    since = datetime.fromisoformat(due) - moment("1 0:00") if due else None
    return f"{since.days + 1}_{since.seconds // 3600}:{since.seconds // 60 % 60:02}" if since is not None else "none"


class House:
    """A small organisation: its root manages, an office takes complaints in, two departments are complained about."""

    def __init__(self, book: str, people: str) -> None:
        self.book, self.number = loaded(book).book, ""
        root = _root()
        units = {"root": root}
        for name, functions in (("office", "service supervision"), ("a", "handler owner"), ("b", "handler")):
            units[name] = unit(name, parent=root, functions=functions)
        route(units["a"])
        duties = (word.split("@") for word in people.split())
        self.api = {who: api(person(who, home=units[at], roles=who.rstrip("2"))) for who, at in duties}

    def do(self, who: str, action: str, given: dict[str, Any]) -> Answer:
        connection = self.api[who]
        if action == "look":
            return connection.get(f"/tickets/{self.number}/")
        data = {name: _file(connection) if value == "@file" else value for name, value in given.items()}
        if action == "register":
            return self._register(connection, data)
        offers = connection.get(f"/tickets/{self.number}/").body["allowed_actions"]
        step = next((offer["step"] for offer in offers if offer["action"] == action), None)
        body = {"action": action, "data": data} | ({"step": step} if step is not None else {})
        return connection.post(f"/tickets/{self.number}/actions/", body)

    def _register(self, connection: Api, data: dict[str, Any]) -> Answer:
        body = {name: data.pop(name) for name in TOP if name in data}
        body |= {"rulebook": self.book, "customer": {"name": "王某", "phone": "13800000000"}, "data": data}
        answer = connection.post("/tickets/", body)
        self.number = answer.body.get("number", self.number)
        return answer

    def seen(self, answer: Answer) -> Iterator[str]:
        """Every word that a line may say about what it led to."""
        if answer.status not in (200, 201):
            yield from (str(answer.status), answer.body.get("code", ""), *(answer.body.get("errors") or ()))
            return
        steps = [step for step in answer.body["steps"] if step["closed_at"] is None]
        yield from (answer.body["state"], *(f"{step['kind']}@{step['unit']}" for step in steps))
        yield from (f"step={spoken(step['due_at'])}" for step in steps if not step["side"])
        for clock in answer.body["clocks"]:
            yield f"{clock['name']}={clock['state'] if clock['state'] == 'stopped' else spoken(clock['due_at'])}"
            yield f"aim:{clock['name']}" if clock["target"] else ""
        for message in Message.objects.filter(ticket__number=self.number).select_related("unit"):
            yield f"told:{message.name}" if message.to_customer else f"sent:{message.name}@{message.unit.code}"


def _root() -> Unit:
    house = Organisation.objects.create(code="house", name="本单位")
    root = Unit.objects.create(organisation=house, code="root", name="本单位", tier="hq", functions=["management"])
    root.path = f"/{root.pk}/"
    root.save(update_fields=["path"])
    return root


def _file(connection: Api) -> str:
    sent = connection.upload("/attachments/", file=SimpleUploadedFile("附件.txt", "签名".encode()))
    return str(sent.body["id"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "book",
    [
        pytest.param(
            "company-service",
            marks=pytest.mark.clause(
                "D2-2-b",
                "D2-3.1-A-a",
                "D2-3.1-A-b",
                "D2-3.1-B-a",
                "D2-3.1-B-b",
                "D2-3.1-B-c",
                "D2-3.1-C",
                "D2-3.2-A",
                "D2-3.2-B",
                "D2-3.2-C",
                "D2-3.2-D",
                "D2-3.3-A",
                "D2-3.3-B-a",
                "D2-3.3-B-b",
                "D2-3.3-C-a",
                "D2-3.3-C-b",
                "D2-4-a",
                "D2-4-b",
                "D2-4-c",
                "D2-5-4",
                "D2-5-5",
                "D2-5-6",
                "D2-6-n-c",
            ),
        ),
        pytest.param(
            "city-bus",
            marks=pytest.mark.clause(
                "D4-1-5",
                "D4-2-2",
                "D4-2-3",
                "D4-2-4",
                "D4-3-1",
                "D4-3-2-a",
                "D4-3-2-b",
                "D4-3-2-c",
                "D4-3-3-1",
                "D4-3-3-2",
                "D4-3-3-3",
                "D4-3-3-4",
                "D4-3-3-5",
                "D4-4-1",
                "D4-4-2-a",
                "D4-4-2-b",
                "D4-4-2-c",
                "D4-4-3",
                "D4-4-4-a",
                "D4-4-4-b",
                "D4-4-4-c",
            ),
        ),
        pytest.param(
            "bank-rules",
            marks=pytest.mark.clause(
                "D1-p2-b",
                "D6-p9",
                "D6-p10",
                "D6-p11",
                "D8-1",
                "D8-2",
                "D8-3-a",
                "D8-3-b",
                "D8-5",
                "D8-6",
                "D8-7",
                "D10-4-3-a",
                "D8-8-1",
                "D8-8-2",
                "D8-8-3",
                "D8-9-1-2",
                "D8-9-1-4-b",
                "D8-9-2-1",
                "D8-9-2-2",
                "D8-9-3-a",
                "D8-9-3-c",
            ),
        ),
        pytest.param(
            "service-window",
            marks=pytest.mark.clause(
                "D11-1",
                "D11-2-c",
                "D11-2-d",
                "D11-3-b",
                "D11-5-0-a",
                "D13-2-b",
                "D11-3-a",
                "D11-3-c",
                "D11-3-d",
                "D11-4-0",
                "D11-4-1",
                "D11-4-2",
                "D11-4-3-a",
                "D11-4-3-b",
                "D11-5-0-b",
                "D11-5-3",
            ),
        ),
        pytest.param(
            "village-bank",
            marks=pytest.mark.clause(
                "D20-3",
                "D20-8-3",
                "D20-8-4",
                "D20-9-6",
                "D20-10",
                "D20-11",
                "D20-12-2-4",
                "D20-12-2-5",
                "D20-12-2-6",
                "D20-13-1",
                "D20-13-2-0",
                "D20-13-2-1-a",
                "D20-13-2-1-b",
                "D20-13-2-2-a",
                "D20-13-2-2-b",
                "D20-13-2-3",
                "D20-13-2-4",
                "D20-13-2-5",
                "D20-13-2-6",
                "D20-13-3-a",
                "D20-13-3-b",
                "D20-13-4-a",
                "D20-13-4-b",
                "D20-13-4-c",
                "D20-14-0",
                "D20-14-1",
                "D20-14-2-a",
                "D20-14-2-b",
                "D20-14-2-c",
                "D20-14-3-a",
                "D20-14-3-b",
            ),
        ),
    ],
)
def test_C05_a_case_goes_the_way_of_its_own_document(book: str, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(moment("24 8:00"), tick=False) as clock:
        house = House(book, CASES[book]["people"])
        for at, who, action, given, wanted in CASES[book]["lines"]:
            clock.move_to(moment(at))
            answer = house.do(who, action, given)
            seen = set(house.seen(answer))
            assert set(wanted.split()) <= seen, (at, who, action, seen, answer.body if answer.status > 201 else "")
