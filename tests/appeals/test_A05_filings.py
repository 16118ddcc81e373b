"""报备: recorded with what was sent, to whom, when, taken by whom (row A05)."""

from __future__ import annotations

import pytest

from appeals.models import Filing
from tests.appeals.appeal import file_of, reported
from tests.cast import cast
from tests.tickets.test_loop import on
from tickets.core.sentences import Refused


@pytest.mark.clause("D3-4.1.7")
@pytest.mark.django_db
def test_A05_the_appeal_of_a_key_customer_is_filed_before_it_is_reported() -> None:
    c = cast()
    case = reported(c, key_customer=True)
    case.do("officer", "accept_report", on(24, 13), review_basis="电信条例")
    report = file_of(c.people["officer"])
    with pytest.raises(Refused):
        case.do("officer", "report", on(24, 13), regulator_report=report)
    receipt = file_of(c.people["officer"], "回执.txt")
    given = {"filing_receiver": "省通信管理局", "filing_person": "赵工", "filed_on": "2026-11-24T12:00:00+08:00"}
    case.do("officer", "file", on(24, 13), filing_record=receipt, **given)
    filing = Filing.objects.get(ticket=case.id)
    assert (filing.sent_to, filing.receiver, filing.sent_at) == ("省通信管理局", "赵工", on(24, 12))
    assert (str(filing.receipt_id), filing.officer) == (receipt, c.people["officer"])
    case.do("officer", "report", on(24, 13), regulator_report=report)
