"""What an appeal needs before it may be archived, and that the page, the API and the refusal agree (row A06)."""

from __future__ import annotations

import pytest
from django.test import Client

from appeals.documents import documents_of, missing_of
from tests.appeals.appeal import appeal, concluded, file_of
from tests.cast import Cast, cast
from tests.tickets.test_loop import Case, on
from tests.walker import Api
from tickets.actions.people import token_create
from tickets.core.sentences import Refused


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def missing(case: Case) -> list[str]:
    return missing_of(documents_of(case.last.book, case.last.picture, on(24, 13)))


@pytest.mark.parametrize(
    ("origin", "needed"),
    [
        ("filed", ["branch_report_file", "reply_text", "regulator_report", "mediation_opinion"]),
        ("consumer", ["branch_report_file", "reply_text", "regulator_report", "mediation_opinion"]),
        ("direct", ["branch_report_file", "reply_text"]),
    ],
)
def test_A06_what_is_missing_depends_on_where_the_appeal_came_from(c: Cast, origin: str, needed: list[str]) -> None:
    assert missing(appeal(c, origin=origin)) == needed


def test_A06_the_appeal_of_a_key_customer_lacks_its_filing_and_a_revoked_one_only_its_proof(c: Cast) -> None:
    case = appeal(c, key_customer=True)
    assert "filing_record" in missing(case)
    proof = file_of(c.people["officer"], "法院受理通知.txt")
    case.do("officer", "revoke", on(24, 10), revoked_because="other_body", other_body_proof=proof, reason="法院已受理")
    assert missing(case) == []


@pytest.mark.clause("D3-1.2.1-3-j", "D3-1.2.1-3-k")
def test_A06_the_archive_is_refused_until_the_mediation_opinion_is_there(c: Cast) -> None:
    case = concluded(c)
    assert missing(case) == ["mediation_opinion"]
    with pytest.raises(Refused) as refused:
        case.do("officer", "archive", on(24, 13))
    assert "监管部门调解意见" in refused.value.sentence.zh
    case.do("officer", "add_document", on(24, 13), mediation_opinion=file_of(c.people["officer"], "调解意见.txt"))
    assert missing(case) == []
    case.do("officer", "archive", on(24, 14))
    assert case.last.ticket.state == "closed"


def test_A06_page_and_api_show_the_list(c: Cast, client: Client) -> None:
    case = concluded(c)
    client.force_login(c.people["officer"])
    page = client.get(f"/tickets/{case.last.ticket.number}/?tab=appeal").content.decode()
    assert "缺，不能归档" in page
    assert "4 / 5" in page
    desk = client.get("/appeals/").content.decode()
    assert "归档还差：监管部门调解意见" in desk
    api = Api(token_create(person=c.people["officer"], at=on(24, 9)))
    shown = api.get(f"/appeals/cases/{case.last.ticket.number}/").body
    assert {one["field"]: one["there"] for one in shown["documents"] if one["needed"]} == {
        "original": True,
        "branch_report_file": True,
        "reply_text": True,
        "regulator_report": True,
        "mediation_opinion": False,
    }
