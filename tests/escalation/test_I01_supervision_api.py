"""Supervision over REST says what the pages say, and no more to anybody (rows I01, W04, W06, W07)."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from tests.cast import Cast, cast
from tests.escalation.escalations import in_handling
from tests.tickets.drives import on
from tests.walker import Api
from tickets.actions.people import token_create

pytestmark = pytest.mark.django_db
ORDER: dict[str, Any] = {"reason": "客户再次来电", "chase_ground": "near"}


@pytest.fixture
def c() -> Cast:
    return cast()


def api(c: Cast, who: str) -> Api:
    return Api(token_create(person=c.people[who], at=on(24, 9)))


@pytest.mark.clause("D3-2.4.7-e")
def test_W04_orders_are_put_on_several_tickets_listed_and_counted(c: Cast) -> None:
    first, second = in_handling(c), in_handling(c)
    with time_machine.travel(on(24, 12), tick=False):
        hq = api(c, "hq_supervisor")
        numbers = [first.ticket.number, second.ticket.number, "T20260101000001"]
        put = hq.post("/orders/", {"tickets": numbers, "given": ORDER})
        assert [one["done"] for one in put.body["results"]] == [True, True, False]
        assert put.body["results"][2]["detail"]
        wrong = hq.post("/orders/", {"tickets": numbers[:1], "given": {"reason": "再催"}}).body["results"][0]
        assert (wrong["done"], list(wrong["errors"])) == (False, ["chase_ground"])
        listed = hq.get("/orders/?open=true").body["results"]
        assert {(one["ticket"], one["unit"]) for one in listed} == {(n, "410100-net") for n in numbers[:2]}
        (row,) = hq.get("/orders/counts/").body["results"]
        assert (row["unit"], row["open"], row["put"]) == ("410100-net", 2, 2)
        assert api(c, "js_net_head").get("/orders/").body["results"] == []
        assert {(one["province"], one["stage"]) for one in hq.get("/supervision/").body["results"]} == {
            ("410000", "handling"),
            ("410000", "assist"),
        }


@pytest.mark.parametrize("body", [{}, {"tickets": []}, {"tickets": [1]}, {"tickets": ["x"], "given": []}, {"unit": 1}])
def test_W04_a_bad_order_is_refused_in_words(c: Cast, body: dict[str, Any]) -> None:
    with time_machine.travel(on(24, 12), tick=False):
        answer = api(c, "hq_supervisor").post("/orders/", body)
    assert (answer.status, bool(answer.body["errors"])) == (422, True)


def test_W07_a_major_matter_is_reported_and_read(c: Cast) -> None:
    with time_machine.travel(on(24, 12), tick=False):
        body = {"text": "明早割接", "unit": "410100-net", "expected_at": "2026-11-25T08:00:00+08:00"}
        made = api(c, "front_desk").post("/major-reports/", body)
        assert made.status == 201
        head = api(c, "head")
        read = head.post(f"/major-reports/{made.body['id']}/read/", {}).body["receipts"]
        assert [one["person"] for one in read if one["read_at"]] == ["head"]
        assert head.get("/major-reports/").body["results"][0]["text"] == "明早割接"
        assert api(c, "js_net_head").post(f"/major-reports/{made.body['id']}/read/", {}).status == 404
        for wrong in ({"text": 1}, {**body, "expected_at": "soon"}, {**body, "unit": "x"}, {**body, "more": 1}):
            assert api(c, "front_desk").post("/major-reports/", wrong).status == 422, wrong
