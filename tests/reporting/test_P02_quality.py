"""Quality inspection: samples that can be drawn again, verdicts, test calls, and reviews of refusals (row P02)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from reporting.access import house
from reporting.declarations import indicators
from reporting.figures import figures
from reporting.models import RefusalReview, SampleDraw, SampledTicket, SampleRule, SampleVerdict, TestCall
from reporting.quality.calls import Result, call_plan, call_record
from reporting.quality.refusals import counted_by_person, refusal_review, refusals_seen
from reporting.quality.samples import picked, sample_draw, sample_judge, sample_rule_make
from reporting.questions import question
from reporting.refresh import bring_up_to_date
from tests.cast import Cast, cast
from tests.reporting.test_K05_hot_issues import client_of, told
from tests.tickets.test_loop import complaint, on
from tickets.core.sentences import Forbidden, Hidden, Invalid, Refused
from tickets.models import Ticket

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def rule(c: Cast, *, per: str = "unit", percent: int = 0, number: int = 2, unit: str = "410000") -> SampleRule:
    return sample_rule_make(
        unit=unit, per=per, percent=Decimal(percent), number=number, actor=c.people["quality"], at=on(24, 9)
    )


def draw(c: Cast, made: SampleRule, seed: int = 7) -> SampleDraw:
    return sample_draw(rule_id=made.pk, month=NOVEMBER, seed=seed, actor=c.people["quality"], at=on(25, 9))


def sampled(c: Cast) -> Ticket:
    ticket = told(c, on(24, 9), "宽带断线三天")
    draw(c, rule(c, number=5))
    return ticket


def judge(c: Cast, ticket: Ticket, who: str = "quality", *, right: bool = True, note: str = "") -> SampleVerdict:
    return sample_judge(
        ticket_id=ticket.pk, content_right=right, routing_right=True, note=note, actor=c.people[who], at=on(26, 9)
    )


@pytest.mark.parametrize(
    ("size", "percent", "number", "count"),
    [(10, 10, 0, 1), (11, 10, 0, 2), (10, 0, 3, 3), (2, 0, 3, 2), (40, 10, 3, 4), (0, 50, 5, 0), (7, 100, 0, 7)],
)
def test_P02_a_stratum_gives_its_share_rounded_up_or_the_number(
    size: int, percent: int, number: int, count: int
) -> None:
    ids = list(range(1, size + 1))
    found = picked({"hall": ids}, percent=Decimal(percent), number=number, seed=1)
    assert len(set(found["hall"]) & set(ids)) == len(found["hall"]) == count


def test_P02_the_same_seed_draws_the_same_tickets_again_and_another_one_others() -> None:
    strata = {"a": list(range(100)), "b": list(range(100, 200))}
    first = picked(strata, percent=Decimal(10), number=0, seed=20261124)
    assert picked(strata, percent=Decimal(10), number=0, seed=20261124) == first
    assert picked(strata, percent=Decimal(10), number=0, seed=20261125) != first
    assert {name: len(ids) for name, ids in first.items()} == {"a": 10, "b": 10}


def test_P02_every_unit_gives_its_part_and_a_month_is_drawn_once(c: Cast) -> None:
    for minute in range(4):
        told(c, on(24, 9, minute), f"宽带断线{minute}")
    told(c, on(24, 10), "省里受理的", who="province_front_desk", unit="410000-hotline")
    made = rule(c)
    drawn = draw(c, made)
    assert drawn.population == 5
    strata = sorted(SampledTicket.objects.filter(draw=drawn).values_list("stratum", flat=True))
    assert strata == ["410000-hotline", "410100-hall", "410100-hall"]
    with pytest.raises(Refused):
        draw(c, made)
    with pytest.raises(Forbidden):
        sample_draw(rule_id=made.pk, month=NOVEMBER, seed=1, actor=c.people["front_desk"], at=on(25, 9))
    with pytest.raises(Invalid):
        sample_draw(rule_id=made.pk, month=date(2026, 12, 1), seed=1, actor=c.people["quality"], at=on(25, 9))


def test_P02_nobody_judges_their_own_tickets_nor_what_was_not_drawn(c: Cast) -> None:
    ticket, other = sampled(c), told(c, on(25, 9), "没有抽到的")
    with pytest.raises(Hidden):
        judge(c, other)
    with pytest.raises(Forbidden):
        judge(c, ticket, "front_desk")
    Ticket.objects.filter(pk=ticket.pk).update(registered_by=c.people["supervisor"])
    with pytest.raises(Forbidden):
        judge(c, ticket, "supervisor")
    with pytest.raises(Invalid):
        judge(c, ticket, right=False)
    assert judge(c, ticket, right=False, note="号码填错").content_right is False


@pytest.mark.clause("D3-2.6.3-f-3")
def test_P02_verdicts_are_what_flow_validity_counts(c: Cast) -> None:
    ticket = sampled(c)
    validity = indicators()["flow_validity"]

    def counted() -> tuple[float, float | None]:
        viewer = house(c.hq, on(24, 9, 30))  # its first step is not late yet
        asked = question(validity, {"from": "2026-11-01", "to": "2026-12-01"}, viewer)
        (figure,) = figures([validity], asked, viewer)[validity.id]
        return figure.numerator, figure.denominator

    assert counted()[0] == 0
    judge(c, ticket)
    assert counted() == (1, 1)
    judge(c, ticket, right=False, note="号码填错")
    assert counted() == (0, 1)


def test_P02_the_pages_draw_and_judge(c: Cast) -> None:
    told(c, on(24, 9), "宽带断线三天")
    with time_machine.travel(on(25, 9), tick=False):
        client = client_of(c, "quality")
        wrong = client.post(reverse("samples"), {"do": "rule", "unit": "410000", "per": "unit", "percent": "x"})
        assert wrong.status_code == 422
        made = {"do": "rule", "unit": "410000", "per": "channel", "percent": "100"}
        assert client.post(reverse("samples"), made).status_code == 302
        one = SampleRule.objects.get()
        assert client.post(reverse("samples"), {"do": "draw", "rule": one.pk, "month": "?"}).status_code == 422
        assert client.post(reverse("samples"), {"do": "draw", "rule": one.pk, "month": "2026-11"}).status_code == 302
        address = reverse("sample", args=[SampleDraw.objects.get().pk])
        ticket = SampledTicket.objects.get().ticket
        assert ticket.number in client.get(address).content.decode()
        assert client.post(address, {"ticket": ticket.pk}).status_code == 422
        given = {"ticket": ticket.pk, "content_right": "true", "routing_right": "true"}
        assert client.post(address, given).status_code == 302
        assert client_of(c, "js_dispatcher").get(address).status_code == 404
        assert client_of(c, "front_desk").post(reverse("samples"), made).status_code == 403
    assert SampleVerdict.objects.get().judged_by == c.people["quality"]


def test_P02_a_sample_is_judged_over_rest(c: Cast) -> None:
    ticket, client = sampled(c), client_of(c, "quality")
    address = f"/api/v1/samples/{ticket.number}/verdict/"
    given: dict[str, Any] = {"content_right": True, "routing_right": False, "note": "派错部门"}
    assert client.put(address, {**given, "content_right": "yes"}, "application/json").status_code == 422
    assert client.put(address, given, "application/json").status_code == 200
    (row,) = client.get("/api/v1/samples/?month=2026-11").json()["results"]
    assert (row["ticket"], row["routing_right"], row["in_time"]) == (ticket.number, False, False)
    assert client_of(c, "js_dispatcher").get("/api/v1/samples/").json()["results"] == []
    assert client_of(c, "js_dispatcher").put(address, given, "application/json").status_code == 404


@pytest.mark.clause("D3-1.2.2-e")
def test_P02_a_test_call_is_planned_and_its_findings_recorded_once(c: Cast) -> None:
    quality = c.people["quality"]
    plan: dict[str, Any] = {"topic": "咨询宽带报障", "planned_on": date(2026, 11, 25), "at": on(24, 9)}
    with pytest.raises(Forbidden):
        call_plan(unit="410000-hotline", actor=c.people["front_desk"], **plan)
    made = call_plan(unit="410000-hotline", actor=quality, **plan)
    wrong = Result(connected=True, wait_seconds=None, score=101, findings="")
    with pytest.raises(Invalid) as invalid:
        call_record(call_id=made.pk, result=wrong, actor=quality, at=on(25, 9))
    assert sorted(invalid.value.errors) == ["findings", "score", "wait_seconds"]
    result = Result(connected=True, wait_seconds=42, score=80, findings="没有报工号")
    with pytest.raises(Hidden):
        call_record(call_id=made.pk + 1, result=result, actor=quality, at=on(25, 9))
    call_record(call_id=made.pk, result=result, actor=quality, at=on(25, 9))
    with pytest.raises(Refused):
        call_record(call_id=made.pk, result=result, actor=quality, at=on(25, 9))
    page = client_of(c, "supervisor").get(reverse("test-calls")).content.decode()
    assert "没有报工号" in page
    assert TestCall.objects.get().score == 80


def refused(c: Cast) -> Ticket:
    case = complaint(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 9), business_type="fixed.broadband", complaint_type="billing")
    case.do("dispatcher", "decline", on(24, 10), reason="不属于受理范围")
    return Ticket.objects.get(pk=case.id)


@pytest.mark.clause("D13-3-c")
def test_P02_every_refusal_waits_for_a_leader_and_an_unjustified_one_counts(c: Cast) -> None:
    ticket = refused(c)
    bring_up_to_date()
    supervisor = c.people["supervisor"]
    assert list(refusals_seen(supervisor, on(24, 12), reviewed=False)) == [ticket]
    review: dict[str, Any] = {"ticket_id": ticket.pk, "justified": False, "reason": "属于受理范围", "at": on(24, 12)}
    with pytest.raises(Forbidden):
        refusal_review(actor=c.people["dispatcher"], **review)
    with pytest.raises(Invalid):
        refusal_review(actor=supervisor, **{**review, "reason": ""})
    done = refusal_review(actor=supervisor, **review)
    assert done.refused_by == c.people["dispatcher"]
    assert not done.reopened  # this rulebook opens closed tickets again, and no refused ones
    with pytest.raises(Refused):
        refusal_review(actor=supervisor, **review)
    assert counted_by_person(supervisor, on(24, 13)) == [
        {"refused_by_id": c.people["dispatcher"].pk, "reviewed": 1, "unjustified": 1}
    ]
    assert list(refusals_seen(supervisor, on(24, 13), reviewed=False)) == []


def test_P02_the_page_of_refusals_reviews(c: Cast) -> None:
    ticket = refused(c)
    bring_up_to_date()
    client = client_of(c, "supervisor")
    assert ticket.number in client.get(reverse("refusals")).content.decode()
    assert client.post(reverse("refusals"), {"ticket": ticket.pk, "reason": "对"}).status_code == 422
    given = {"ticket": ticket.pk, "verdict": "yes", "reason": "确实不属于"}
    assert client.post(reverse("refusals"), given).status_code == 302
    assert RefusalReview.objects.get().justified
    assert "确实不属于" in client.get(reverse("refusals"), {"show": "reviewed"}).content.decode()
