"""A complaint about a window on the pages of everybody, by a house whose rules are nothing but a file (doc 11)."""

from pathlib import Path
from typing import Any

import pytest

from tests.books import loaded
from tests.browser.office import Office, acts, do, fill, said
from tests.cast import duty
from tickets.models import Ticket


def staffed(office: Office) -> None:
    loaded("service-window")
    duty(office.c.people["officer"], "inspector", office.c.units["HQ-supervision"])
    duty(office.c.people["hq_market_head"], "window_head", office.c.units["HQ-market"])


def take_in(page: Any) -> Ticket:
    page.goto("/intake/?rulebook=service-window")
    page.fill("#field-phone", "13700002222")
    page.press("#field-phone", "Tab")
    page.get_by_text("没有这个号码的客户").wait_for()
    page.fill("#field-name", "赵某")
    form = page.locator("main form").last
    form.locator("[name=form][value=phone]").check()
    fill(form, channel="phone", topic="procedure", grave="false", request="退还押金", grounds="无依据")
    page.locator("#field-content").fill("要求先交押金")
    page.get_by_role("button", name="登记").first.click()
    page.wait_for_url("**/tickets/**")
    return Ticket.objects.get()


@pytest.mark.clause("D11-4-0", "D11-4-3-b")
def test_C05_a_window_complaint_is_taken_up_looked_into_told_and_filed(office: Office, tmp_path: Path) -> None:
    staffed(office)
    inspector, window = office.page("officer"), office.page("hq_market_head")
    ticket = take_in(inspector)
    assert acts(inspector) == ["受理", "不予受理", "认定为打击报复或泄密投诉"]
    do(inspector, "accept", complexity="simple")
    assert "办理期限" in inspector.locator("#clocks").inner_text()
    do(inspector, "ask_window", to="HQ-market")

    window.goto(f"/tickets/{ticket.number}/")
    assert acts(window) == ["说明情况"], "the window department gives its statement and nothing else"
    do(window, "explain", explanation="系柜员自定")

    inspector.reload()
    do(inspector, "finish", findings="押金无依据", upheld="true", disposition="none")
    do(inspector, "tell", reply_text="押金已退还", reply_way="phone")
    files = tmp_path / "办理材料.pdf"
    files.write_bytes(b"%PDF-1.4 material")
    do(inspector, "archive", case_file=str(files))
    assert "工单已结束" in said(inspector)
    assert "已办结归档" in inspector.locator(".ticket-head").inner_text()
    ticket.refresh_from_db()
    assert ticket.state == "closed"
