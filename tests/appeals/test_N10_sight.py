"""Who sees what of an appeal: a branch its own, the person complained about none, in lists and counts (N10, S04)."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.appeals.appeal import FAULT, appeal, concluded, dispatched, file_of, reported
from tests.books import loaded
from tests.cast import Cast, cast
from tests.tickets.test_loop import on
from tests.walker import Api
from tickets.actions.people import token_create

LISTS = ("/appeals/cases/", "/appeals/findings/", "/appeals/filings/")
PAGES = ("/appeals/", "/appeals/findings/", "/appeals/filings/")


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def api(c: Cast, who: str) -> Api:
    return Api(token_create(person=c.people[who], at=on(24, 9)))


def everything(c: Cast, **more: str) -> str:
    """An appeal with a finding and a filing; its number."""
    case = reported(c, key_customer=True, **more)
    case.do("officer", "accept_report", on(24, 12), review_basis="电信条例")
    given = {"filing_receiver": "省通信管理局", "filed_on": "2026-11-24T12:00:00+08:00"}
    case.do("officer", "file", on(24, 12), filing_record=file_of(c.people["officer"]), **given)
    case.do("officer", "report", on(24, 12), regulator_report=file_of(c.people["officer"]))
    case.do("hq_caller", "callback", on(24, 12), reached=True, satisfaction="satisfied")
    case.do("hq_caller", "callback_done", on(24, 12))
    case.do("officer", "conclude", on(24, 12), **FAULT)
    return case.last.ticket.number


@pytest.mark.parametrize(
    ("who", "sees"),
    [("officer", True), ("branch_head", True), ("auditor", True), ("js_branch_head", False), ("head", False)],
)
def test_N10_a_branch_sees_its_own_appeals_and_no_other(c: Cast, client: Client, who: str, sees: bool) -> None:
    number = everything(c)
    them = api(c, who)
    for path in LISTS:
        assert len(them.get(path).body["results"]) == int(sees), path
    assert sum(row["findings"] for row in them.get("/appeals/findings/counts/").body["results"]) == int(sees)
    assert them.get(f"/appeals/cases/{number}/").status == (200 if sees else 404)
    client.force_login(c.people[who])
    for path in PAGES:
        page = client.get(path)
        assert page.status_code == 200
        assert (number in page.content.decode()) is sees, path


def test_S04_for_the_person_complained_about_there_is_no_appeal(c: Cast, client: Client) -> None:
    number = everything(c, respondent_person="officer2")
    them = api(c, "officer2")
    for path in LISTS:
        assert them.get(path).body["results"] == [], path
    assert them.get("/appeals/findings/counts/").body["results"] == []
    assert them.get(f"/appeals/cases/{number}/").status == 404
    client.force_login(c.people["officer2"])
    for path in PAGES:
        assert number not in client.get(path).content.decode(), path
    assert "在办 0" in client.get("/appeals/").content.decode()


def test_N10_administrators_see_no_appeal(c: Cast, client: Client) -> None:
    everything(c)
    client.force_login(c.people["administrator"])
    for path in PAGES:
        assert client.get(path).status_code == 403
    for path in LISTS:
        assert api(c, "administrator").get(path).body["results"] == []


def test_A02_the_desk_has_the_regulators_most_urgent_first_and_filters(c: Cast, client: Client) -> None:
    appeal(c, number="A-1", regulator_due="2026-11-30T17:30:00+08:00", subject="晚的")
    dispatched(c, number="A-2", origin="consumer", regulator_due="2026-11-25T17:30:00+08:00", subject="早的")
    appeal(c, origin="direct", subject="直接的")
    client.force_login(c.people["officer"])
    page = client.get("/appeals/").content.decode()
    assert page.index("早的") < page.index("晚的")
    assert "直接的" in page
    filtered = client.get("/appeals/?origin=consumer").content.decode()
    assert "早的" in filtered
    assert "晚的" not in filtered
    assert "没有这样的申诉" in client.get("/appeals/?origin=filed&stage=branch").content.decode()
    for odd in ("?page=%00", "?page=99999999999999999999", "?origin=%00&stage=%27", "?page=-1"):
        assert client.get(f"/appeals/{odd}").status_code == 200, odd


def test_A02_the_desk_counts_what_is_late_and_lets_officers_register(c: Cast, client: Client) -> None:
    appeal(c, on(23, 9), number="A-1", subject="迟了的")
    client.force_login(c.people["officer"])
    page = client.get("/appeals/?lamp=overdue").content.decode()
    assert "迟了的" in page
    assert "/intake/?book=unicom-appeal" in page
    assert "迟了的" not in client.get("/appeals/?lamp=warned").content.decode()
    client.force_login(c.people["branch_head"])
    assert "/intake/?book=" not in client.get("/appeals/").content.decode()


def test_U08_officers_and_branch_contacts_open_their_desk_from_home(c: Cast, client: Client) -> None:
    loaded("unicom-complaint")  # heads of departments work on complaints, too
    dispatched(c)
    for who in ("officer", "branch_head"):
        client.force_login(c.people[who])
        assert "打开申诉台" in client.get("/").content.decode(), who
    client.force_login(c.people["province_net_head"])
    assert "打开申诉台" not in client.get("/").content.decode()


def test_A02_the_desk_costs_the_same_for_many_appeals(
    c: Cast, client: Client, django_assert_max_num_queries: object
) -> None:
    client.force_login(c.people["officer"])
    for number in range(5):
        dispatched(c, number=f"A-{number}")
    client.get("/appeals/")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get("/appeals/")


def test_N10_findings_are_counted_by_unit_conclusion_ground_step_and_month(c: Cast) -> None:
    concluded(c, number="A-1")
    officer = api(c, "officer")
    for by, value in (
        ("unit", "410000-service"),
        ("finding", "company"),
        ("ground", "service"),
        ("step", "handling"),
        ("month", "2026-11"),
    ):
        counted = officer.get(f"/appeals/findings/counts/?by={by}").body
        assert counted == {
            "by": by,
            "results": [{"value": value, "findings": 1, "disputed": 0, "decided_anew": 0}],
        }
    assert officer.get("/appeals/findings/counts/?by=nothing").status == 422
    assert officer.get("/appeals/findings/?unit=nowhere").status == 422
    assert officer.get("/appeals/cases/?colour=red").status == 422
    assert officer.get("/appeals/cases/?number=%EF%BC%A1-1&open=true").body["results"][0]["number"] == "A-1"
