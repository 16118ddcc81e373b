"""Conditional requests and the rate limit: what hasn't changed isn't sent, what is stale isn't done, a flood waits."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import SUBMIT, api, body
from tests.walker import Api
from tickets.api import rates
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def c() -> Cast:
    loaded("unicom-complaint")
    return cast()


@pytest.fixture
def hotline(c: Cast) -> Api:
    return api(c.people["hotline"])


def get(client: Api, path: str, **headers: str) -> Any:
    return client.client.get(f"/api/v1{path}", headers={**client.headers, **headers})


def test_I01_what_has_not_changed_is_not_sent_again(hotline: Api) -> None:
    number = hotline.post("/tickets/", body()).body["number"]
    for path in (f"/tickets/{number}/", "/tickets/", "/rulebooks/", f"/tickets/{number}/events/", "/schema/"):
        first = get(hotline, path)
        same = get(hotline, path, **{"If-None-Match": first.headers["ETag"]})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", first.headers["ETag"]), path
        assert "Authorization" in same.headers["Vary"]
        assert get(hotline, path, **{"If-None-Match": '"other"'}).status_code == 200
    before = get(hotline, f"/tickets/{number}/").headers["ETag"]
    hotline.post(f"/tickets/{number}/actions/", SUBMIT)
    changed = get(hotline, f"/tickets/{number}/", **{"If-None-Match": before})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)


def test_I01_another_person_and_another_language_have_tags_of_their_own(c: Cast, hotline: Api) -> None:
    number = hotline.post("/tickets/", body()).body["number"]
    mine = get(hotline, f"/tickets/{number}/").headers["ETag"]
    theirs = get(api(c.people["branch_head"]), f"/tickets/{number}/", **{"If-None-Match": mine})
    english = get(api(c.people["hotline"], "en"), f"/tickets/{number}/", **{"If-None-Match": mine})
    assert (theirs.status_code in (200, 404), english.status_code) == (True, 200)


def test_I01_who_looks_at_a_whole_customer_keeps_nothing(hotline: Api) -> None:
    looked_up = get(hotline, "/customers/lookup/?phone=13800000000")
    assert looked_up.headers["Cache-Control"] == "no-store"
    assert "ETag" not in looked_up.headers


def test_I01_an_action_on_a_version_that_is_gone_is_not_done(hotline: Api) -> None:
    made = hotline.post("/tickets/", body())
    number, step = made.body["number"], made.body["steps"][0]["id"]
    assert made.headers["ETag"].startswith('"1-')
    hotline.post(f"/tickets/{number}/contacts/", {"content": "又来电"})
    path, stale = f"/tickets/{number}/actions/", {"If-Match": made.headers["ETag"]}
    for act in (SUBMIT, {**SUBMIT, "step": step}):
        refused = hotline.post(path, act, **stale)
        assert (refused.status, refused.body["code"], refused.body["ticket"]["version"]) == (412, "stale", 2)
    for wrong in ("nonsense", '"abc"', 'W/"x"'):
        assert hotline.post(path, SUBMIT, **{"If-Match": wrong}).status == 422
    assert Ticket.objects.get(number=number).version == 2
    fresh = get(hotline, f"/tickets/{number}/").headers["ETag"]
    done = hotline.post(path, SUBMIT, **{"If-Match": fresh})
    assert (done.status, done.body["version"]) == (200, 3)


def test_S07_a_flood_is_told_when_to_come_back(c: Cast, hotline: Api, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [hotline.get("/rulebooks/") for _ in range(8)]  # a minute may begin among them
    refused = [one for one in answers if one.status == 429]
    assert refused
    assert {one.status for one in answers} == {200, 429}
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    assert refused[0].headers["Content-Type"] == "application/problem+json"
    other = [api(c.people["front_desk"]).get("/rulebooks/").status for _ in range(2)]
    assert other == [200, 200], "another token has a count of its own"


def test_S07_whoever_guesses_tokens_is_slowed_down_by_address(settings: Any, client: Any) -> None:
    settings.API_UNKNOWN_PER_MINUTE = 3
    guesses = [client.get("/api/v1/tickets/", headers={"authorization": f"Bearer {n}"}).status_code for n in range(8)]
    assert set(guesses) == {401, 429}
    assert client.get("/api/v1/tickets/", REMOTE_ADDR="10.1.2.3").status_code == 401


def test_S07_a_cache_that_is_gone_refuses_nobody(hotline: Api, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1

    def gone(*args: Any, **more: Any) -> int:
        raise ConnectionError

    monkeypatch.setattr(rates, "_rests_until", 0.0)
    monkeypatch.setattr(cache, "incr", gone)
    assert [hotline.get("/rulebooks/").status for _ in range(4)] == [200] * 4
