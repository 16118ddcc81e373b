"""A client that knows no rulebook: it drives a ticket to its end over REST from `allowed_actions` alone.

It chooses an action at random, gives every required field a value of its type or one of its choices, and obeys
`when`. A refusal is no accident: what is offered must be possible, except for values that only the rulebook can
judge (409, and 422 on a field): then it tries again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

OPENERS = ("content", "channel")


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any = None


class Api:
    """One token's connection; `send` may be replaced by a real HTTP client."""

    def __init__(self, token: str, language: str = "zh") -> None:
        self.client = Client()
        self.headers = {"authorization": f"Bearer {token}", "accept-language": language}

    def get(self, path: str) -> Answer:
        return self._answer(self.client.get(f"/api/v1{path}", headers=self.headers))

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self._answer(
            self.client.post(
                f"/api/v1{path}", text, content_type="application/json", headers={**self.headers, **headers}
            )
        )

    def patch(self, path: str, body: Any) -> Answer:
        text = json.dumps(body)
        sent = self.client.patch(f"/api/v1{path}", text, content_type="application/json", headers=self.headers)
        return self._answer(sent)

    def upload(self, path: str, **parts: Any) -> Answer:
        return self._answer(self.client.post(f"/api/v1{path}", parts, headers=self.headers))

    @staticmethod
    def _answer(response: Any) -> Answer:
        kind = response.headers.get("Content-Type", "")
        body = json.loads(response.content) if "json" in kind else b"".join(response)
        return Answer(response.status_code, body, response.headers)


@dataclass
class Walk:
    """What happened to one ticket."""

    number: str
    ticket: dict[str, Any]
    done: list[str] = field(default_factory=list)
    refusals: list[tuple[str, int, Any]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.ticket["closed_at"] is not None


@dataclass
class Walker:
    apis: list[Api]
    chance: random.Random
    now: Callable[[], datetime]
    upload: Callable[[Api], str]
    most: int = 400
    patience: int = 15  # as long as it rather goes on than ends
    enders: set[str] = field(default_factory=set)  # actions that it has seen end a ticket

    # ── beginning ──
    def register(self, book: str, **more: Any) -> Walk:
        """A ticket with what `actions.register.fields` asks for."""
        shown = self.apis[0].get(f"/rulebooks/{book}/").body
        data: dict[str, Any] = {}
        for api in self.apis:
            data = self._values(api, shown["actions"]["register"]["fields"], {})
            body = {
                "rulebook": book,
                "channel": data.get("channel") or "phone",
                "content": "客户说了什么",
                "customer": {"name": "王某", "phone": "13800000000", "region": "410100"},
                "data": {name: value for name, value in data.items() if name not in OPENERS},
                **more,
            }
            answer = api.post("/tickets/", body)
            if answer.status == 201:
                return Walk(answer.body["number"], answer.body)
            assert answer.status in (403, 422), answer.body
        raise AssertionError(f"nobody could register {book}: {answer.body}")

    # ── going on ──
    def walk(self, walk: Walk, after_each: Callable[[Walk], None] = lambda walk: None) -> Walk:
        while not walk.is_over and len(walk.done) + len(walk.refusals) < self.most:
            if not self.step(walk):
                break
            after_each(walk)
        return walk

    def step(self, walk: Walk) -> bool:
        """One random action of a random token; False where nobody has any."""
        for api in self.chance.sample(self.apis, len(self.apis)):
            shown = api.get(f"/tickets/{walk.number}/").body
            if shown["allowed_actions"]:
                break
        else:
            return False
        action = self._choose(walk, shown["allowed_actions"])
        body = {"action": action["action"], "data": self._values(api, action["fields"], walk.ticket["fields"])}
        if action["step"] is not None:
            step = next(s for s in walk.ticket["steps"] if s["id"] == action["step"])
            body |= {"step": step["id"], "version": step["version"]}
        answer = api.post(f"/tickets/{walk.number}/actions/", body)
        if answer.status == 200:
            walk.ticket = answer.body
            walk.done.append(action["action"])
            if walk.is_over:
                self.enders.add(action["action"])
        else:
            assert answer.status in (409, 422), (action["action"], answer.status, answer.body)
            walk.refusals.append((action["action"], answer.status, answer.body.get("errors") or answer.body["detail"]))
        return True

    def _choose(self, walk: Walk, offers: list[dict[str, Any]]) -> dict[str, Any]:
        """Rather what was done seldom, and what ends tickets rather late."""

        def weight(name: str) -> float:
            early = name in self.enders and len(walk.done) < self.patience
            return (0.01 if early else 1.0) / (1 + walk.done.count(name)) ** 2

        return self.chance.choices(offers, [weight(action["action"]) for action in offers])[0]

    # ── values ──
    def _values(self, api: Api, fields: list[dict[str, Any]], facts: dict[str, Any]) -> dict[str, Any]:
        """A value for each required field, sometimes for the others; fields with a condition come last."""
        values: dict[str, Any] = {}
        for one in sorted(fields, key=lambda f: "when" in f):
            if one["type"] == "boolean" or not one["required"]:
                wanted = one["required"] or self.chance.random() < 0.3
            else:
                wanted = True
            if wanted and ("when" not in one or not is_plain(one["when"]) or fits(one["when"], {**facts, **values})):
                value = self._value(api, one)
                if value is not None:
                    values[one["name"]] = value
        return values

    def _value(self, api: Api, one: dict[str, Any]) -> Any:
        if one["choices"] is not None:
            if not one["choices"]:
                return None
            value = self.chance.choice(one["choices"])["value"]
            return [value] if one["type"] == "list" else value
        match one["type"]:
            case "boolean":
                return self.chance.random() < 0.5
            case "number":
                return self.chance.choice([0, 1, 5, 100, 3000])
            case "datetime":
                return (self.now() + timedelta(hours=self.chance.choice([1, 6, 30, 80]))).isoformat()
            case "file":
                return self.upload(api)
            case "list":
                return ["一项"]
        return "写明的内容"


def is_plain(when: dict[str, Any]) -> bool:
    """Only such conditions as a client can judge from values: no clocks, counts or bounds."""
    words = {"has", "any", "clock", "step", "tier"}
    return not any(
        name in words or name.startswith(("done.", "clock.")) or isinstance(v, dict) for name, v in when.items()
    )


def fits(when: dict[str, Any], facts: dict[str, Any]) -> bool:
    for name, wanted in when.items():
        value = facts.get(name)
        allowed = wanted if isinstance(wanted, list) else [wanted]
        given = value if isinstance(value, list) else [value]
        if not any(one == a or (isinstance(one, str) and one.startswith(f"{a}.")) for one in given for a in allowed):
            return False
    return True
