"""What each indicator says of a story that can be followed by hand (page §2.2-2.4, rows K01, N03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appeals.actions.contacts import contact_set
from reporting.access import house
from reporting.declarations import indicators
from reporting.figures import Figure, figures
from reporting.models import CustomerBase, SampleVerdict, SurveyAnswer
from reporting.questions import question
from reporting.refresh import count_again
from tests.cast import Cast, cast
from tests.escalation.escalations import in_province
from tests.tickets.drives import Drive, on, telecom, to_callback, to_handling

pytestmark = pytest.mark.django_db
CALLBACK = {"reached": True, "solved": True}


def taken(c: Cast, **more: Any) -> Drive:
    """Taken at a hotline on the 24th at 9:00; the customer is told 24 hours, or 48 where the grade is provincial."""
    return telecom(c, on(24, 9), **more)


def answered_at_once(c: Cast) -> None:
    taken(c).do(
        "front_desk", "answer", on(24, 9, 30), reply_text="已说明", outcome="explained", satisfaction="satisfied"
    )


def settled_by_a_department(c: Cast) -> Drive:
    return to_callback(to_handling(taken(c, grade="provincial")))


def refused_by_the_customer(c: Cast) -> None:
    to_callback(to_handling(taken(c, grade="provincial")), accepted=False, outcome="refused", position="按合同办理")


def settled_late(c: Cast) -> None:
    """Promised for the 26th at 9:00, answered on the 26th at 13:00."""
    to_callback(to_handling(taken(c, grade="provincial")), at=on(26, 12))


def recommitted_in_time(c: Cast) -> None:
    """A new promise was told before the old one lapsed: kept by the new one, not by the first."""
    case = to_handling(taken(c, grade="provincial"))
    given = {"until": on(27, 12).isoformat(), "reason": "等配件", "consent": "agreed"}
    case.do("dispatcher", "progress_note", on(25, 9), **given)
    to_callback(case, at=on(27, 9))


def reworked(c: Cast) -> None:
    """Settled in time, then found wrong at the call-back: open again under a new promise, which has not lapsed."""
    case = settled_by_a_department(c)
    case.do("caller", "callback", on(25, 9), satisfaction="unsatisfied", unsatisfied_with="仍断线", **CALLBACK)
    case.do("caller", "screen", on(25, 10))
    given = {"to": "410100-net", "reason": "处理不当", "until": on(29, 12).isoformat()}
    case.do("dispatcher", "rework", on(25, 11), **given)


def satisfied_at_the_callback(c: Cast) -> None:
    case = to_callback(to_handling(taken(c, grade="provincial")), satisfaction="unsatisfied")
    case.do("caller", "callback", on(25, 9), satisfaction="satisfied", **CALLBACK)
    case.do("caller", "close", on(25, 10))


def form_sent_back(c: Cast) -> None:
    case = taken(c)
    case.do("front_desk", "submit", on(24, 9), business_type="fixed.broadband", complaint_type="billing")
    case.do("dispatcher", "return_form", on(24, 10), reason="没有账号")


def undecided(c: Cast) -> None:
    to_handling(telecom(c, on(27, 11), grade="national"), at=on(27, 11))


def lapsed(c: Cast) -> None:
    to_handling(taken(c, grade="provincial"))


def withdrawn(c: Cast) -> None:
    to_handling(taken(c)).do("dispatcher", "withdraw", on(24, 12), reason="客户撤回")


def declined(c: Cast) -> None:
    case = taken(c)
    case.do("front_desk", "submit", on(24, 9), business_type="fixed.broadband", complaint_type="billing")
    case.do("dispatcher", "decline", on(24, 10), reason="不属于受理范围")


def sampled_and_surveyed(c: Cast) -> None:
    case = settled_by_a_department(c)
    SampleVerdict.objects.create(ticket_id=case.id, content_right=True, routing_right=True, judged_at=on(26, 9))
    SurveyAnswer.objects.create(ticket_id=case.id, survey="2026", mode="phone", satisfied=True, answered_at=on(26, 9))
    count_again([case.id])


Story = Callable[[Cast], Any]
# numerator, denominator, pending; at noon of the 27th
TABLE: list[tuple[Story, str, tuple[float, float | None, int]]] = [
    (answered_at_once, "on_time_closure", (1, 1, 0)),
    (answered_at_once, "first_contact_resolution", (1, 1, 0)),
    (answered_at_once, "dispatched_resolution", (0, 1, 0)),
    (answered_at_once, "answered_on_the_spot", (1, 1, 0)),
    (answered_at_once, "answer_time", (0.5, 1, 0)),
    (answered_at_once, "satisfaction_at_reply", (1, 1, 0)),
    (settled_by_a_department, "on_time_closure", (1, 1, 0)),
    (settled_by_a_department, "first_contact_resolution", (0, 1, 0)),
    (settled_by_a_department, "dispatched_resolution", (1, 1, 0)),
    (settled_by_a_department, "answer_time", (8, 1, 0)),
    (settled_by_a_department, "satisfaction", (0, 0, 0)),
    (settled_by_a_department, "satisfaction_all", (0, 1, 0)),
    (settled_by_a_department, "flow_timeliness", (1, 1, 0)),
    (settled_by_a_department, "flow_timeliness_steps", (4, 4, 0)),
    (refused_by_the_customer, "on_time_closure", (0, 1, 0)),
    (refused_by_the_customer, "dispatched_resolution", (1, 1, 0)),
    (settled_late, "on_time_closure", (0, 1, 0)),
    (settled_late, "mean_ticket_delay", (4, 1, 0)),
    (recommitted_in_time, "on_time_closure", (1, 1, 0)),
    (recommitted_in_time, "on_time_closure_first", (0, 1, 0)),
    (reworked, "on_time_closure", (0, 0, 1)),
    (reworked, "reopened", (1, None, 0)),
    (reworked, "answer_time", (0, 0, 1)),
    (satisfied_at_the_callback, "satisfaction", (1, 1, 0)),
    (satisfied_at_the_callback, "satisfaction_at_reply", (0, 1, 0)),
    (satisfied_at_the_callback, "satisfaction_at_callback", (1, 1, 0)),
    (form_sent_back, "flow_validity_all", (0, 1, 0)),
    (undecided, "on_time_closure", (0, 0, 1)),
    (undecided, "received", (1, None, 0)),
    (undecided, "settled", (0, None, 0)),
    (lapsed, "on_time_closure", (0, 1, 0)),
    (lapsed, "flow_timeliness", (0, 1, 0)),
    (lapsed, "mean_delay", (0, 0, 1)),
    (lapsed, "mean_ticket_delay", (0, 0, 1)),
    (withdrawn, "on_time_closure", (0, 0, 0)),
    (withdrawn, "withdrawn", (1, None, 0)),
    (declined, "on_time_closure", (0, 0, 0)),
    (declined, "received", (1, None, 0)),
    (sampled_and_surveyed, "flow_validity", (1, 1, 0)),
    (sampled_and_surveyed, "satisfaction_by_survey", (1, 1, 0)),
    (sampled_and_surveyed, "satisfaction", (1, 1, 0)),
]


NOON = on(27, 12)


def figures_of(c: Cast, name: str, at: datetime = NOON, **given: str) -> list[Figure]:
    """An indicator in November."""
    viewer = house(c.hq, at)
    asked = question(indicators()[name], {"from": "2026-11-01", "to": "2026-12-01", **given}, viewer)
    return figures([indicators()[name]], asked, viewer)[name]


def one(c: Cast, name: str, at: datetime = NOON, **given: str) -> Figure:
    """Its only row."""
    (figure,) = figures_of(c, name, at, **given)
    return figure


@pytest.mark.clause(
    "D3-2.6.3-b-1",
    "D3-2.6.3-b-2",
    "D3-2.6.3-c-1",
    "D3-2.6.3-d-1",
    "D3-2.6.3-d-2",
    "D3-2.6.3-d-3",
    "D3-2.6.3-d-4",
    "D3-2.6.3-e-1",
    "D3-2.6.3-f-1",
    "D3-2.6.3-f-2",
    "D3-2.6.3-g-1",
    "D3-2.7.2-a",
    "D20-7-a",
    "D2-1-a",
    "D3-2.2.2-c",
    "D3-2.2.2-d",
    "D3-3.5.3-c",
)
@pytest.mark.parametrize(("story", "name", "wanted"), TABLE, ids=lambda one: getattr(one, "__name__", str(one)))
def test_K01_a_story_gives_the_figure_that_one_reckons_by_hand(
    story: Story, name: str, wanted: tuple[float, float | None, int]
) -> None:
    c = cast()
    story(c)
    figure = one(c, name)
    assert (figure.numerator, figure.denominator, figure.pending) == wanted


def test_K01_the_withdrawn_and_the_merged_are_shown_beside_the_rate_and_in_the_plain_denominator() -> None:
    c = cast()
    withdrawn(c)
    settled_by_a_department(c)
    figure = one(c, "on_time_closure")
    assert (figure.numerator, figure.denominator, figure.denominator_all, figure.excluded) == (1, 1, 2, 1)


@pytest.mark.clause("D1-p1-a")
def test_K01_without_a_denominator_there_is_no_data_and_not_zero_percent() -> None:
    figure = one(cast(), "on_time_closure")
    assert (figure.denominator, figure.value, figure.previous, figure.change) == (0, None, None, None)


def test_K01_time_alone_decides_what_nobody_touched() -> None:
    c = cast()
    lapsed(c)
    before, after = one(c, "on_time_closure", on(26, 8, 59)), one(c, "on_time_closure", on(26, 9))
    assert (before.denominator, before.pending) == (0, 1)
    assert (after.numerator, after.denominator, after.pending) == (0, 1, 0)


def test_N03_a_rework_leaves_the_first_settlement_visible() -> None:
    c = cast()
    reworked(c)
    later = on(30, 9)
    assert (one(c, "on_time_closure", later).numerator, one(c, "on_time_closure_first", later).numerator) == (0, 1)


@pytest.mark.clause("D3-3.5.3-i", "D3-3.5.3-k")
def test_K01_service_complaints_are_upheld_ones_about_the_complaint_staff() -> None:
    c = cast()
    case = to_callback(to_handling(taken(c, grade="provincial", respondent_unit="410000-centre")))
    assert one(c, "service_complaints").value == 0
    case.do("caller2", "callback", on(25, 9), satisfaction="satisfied", **CALLBACK)
    case.do("caller2", "close", on(25, 10), fault_unit="410000-centre", fault_step="reply")
    assert one(c, "service_complaints").value == 1


@pytest.mark.clause("D3-2.6.3-a-1", "D3-2.6.3-a-4", "D2-3.3-C-c")
def test_O06_complaints_per_10000_customers_of_the_business_by_any_channel() -> None:
    c = cast()
    base = [("", 90_000), ("fixed.broadband", 20_000), ("fixed.phone", 30_000)]
    for business, customers in base:
        CustomerBase.objects.create(
            organisation=c.hq, month=date(2026, 11, 1), business_type=business, customers=customers
        )
    taken(c)
    assert one(c, "complaint_rate").denominator == 90_000
    assert one(c, "complaint_rate", business_type="fixed.broadband").value == 1 / 20_000
    assert one(c, "complaint_rate", business_type="fixed").denominator == 50_000, "told for its parts only"
    by_channel = one(c, "complaint_rate", by="channel,business_type")
    assert by_channel.denominator == 20_000, "by channel the customers stay the same (doc 3 §2.6.3 a)"
    assert one(c, "complaint_rate", business_type="mobile").value is None, "no base, no data"


def test_K01_an_escalation_that_a_sample_found_wrong_is_not_qualified() -> None:
    c = cast()
    for right in (True, False):
        case = in_province(c)
        SampleVerdict.objects.create(ticket_id=case.id, content_right=right, routing_right=True, judged_at=on(24, 11))
    figure = one(c, "escalation_quality", on(24, 12))
    assert (figure.numerator, figure.denominator) == (1, 2)


def test_K01_to_name_another_contact_is_a_change_and_to_name_the_first_is_none(client: Client) -> None:
    c = cast()
    for who, day in (("branch_head", 2), ("dispatcher", 20), ("dispatcher2", 26)):
        named = {"deputy": None, "phone": "0371-2210", "reason": "调岗", "actor": c.people["officer"]}
        contact_set(unit=c.units["410000-service"], person=c.people[who], at=on(day, 9), **named)
    assert one(c, "appeal_contact_changes").value == 2
    (by_unit,) = figures_of(c, "appeal_contact_changes", by="unit")
    assert (by_unit.dims, by_unit.value) == ((c.units["410000-service"].pk,), 2)
    client.force_login(c.people["hq_supervisor"], "django.contrib.auth.backends.ModelBackend")
    span = {"from": "2026-11-01", "to": "2026-12-01"}
    page = client.get(reverse("indicator-tickets", args=["appeal_contact_changes"]), span).content.decode()
    assert page.count(c.people["branch_head"].name) == page.count(c.people["dispatcher"].name) == 1
    assert c.people["dispatcher2"].name not in page


def test_K01_mean_median_and_p90_lie_between_two_values_in_proportion() -> None:
    c = cast()
    for hours in (1, 2, 4):
        taken(c).do("front_desk", "answer", on(24, 9 + hours), reply_text="已说明", outcome="explained")
    figure = one(c, "answer_time")
    assert (figure.value, figure.median) == (pytest.approx(7 / 3), 2)
    assert figure.p90 == pytest.approx(3.6)


def test_K01_figures_are_exact_right_after_each_change() -> None:
    c = cast()
    case = to_handling(taken(c, grade="provincial"))
    assert one(c, "on_time_closure", on(24, 17)).pending == 1
    to_callback(case)
    assert one(c, "on_time_closure", on(24, 17)).numerator == 1
