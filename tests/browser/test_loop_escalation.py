"""An escalation from the complaint it grows from to its end, each person at their own screen (doc 3 §3)."""

from __future__ import annotations

from typing import Any

from tests.books import loaded
from tests.browser.office import Office, do, open_act, said
from tests.cast import duty
from tickets.models import Ticket, TicketLink

ANSWER = {
    "result": "cured",
    "reply_text": "已更换光猫，恢复正常",
    "reply_way": "phone",
    "measures": "更换设备并每周巡检",
}


def at_ticket(office: Office, who: str, ticket: Ticket) -> Any:
    page = office.page(who)
    page.goto(f"/tickets/{ticket.number}/")
    return page


def test_E01_a_complaint_is_escalated_and_goes_round_both_levels(office: Office) -> None:
    loaded("unicom-escalation")
    duty(office.c.people["hq_front_desk"], "front_desk", office.c.units["HQ"], subtree=True)
    complaint = office.desk.dispatched(office.desk.ago(hours=30))
    ticket = _taken_in_from_the_complaint(office, complaint)
    _dispatched_to_the_province(office, ticket)
    _headquarters_watches_and_chases(office, ticket)
    _handled_and_answered(office, ticket)
    _sent_back_once_then_accepted(office, ticket)
    page = at_ticket(office, "hq_caller", ticket)
    do(page, "callback", reached="true", satisfaction="satisfied", solved="true")
    do(page, "close")
    assert "已结案" in page.locator(".ticket-head").inner_text()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.settled_at is not None) == ("closed", True)


def _taken_in_from_the_complaint(office: Office, complaint: Ticket) -> Ticket:
    """One click on the complaint; only what is new is typed."""
    page = at_ticket(office, "hq_front_desk", complaint)
    page.get_by_role("link", name="升级投诉", exact=True).click()
    page.wait_for_url("**/intake/**")
    assert page.locator("[name=grew_from]").input_value() == complaint.number
    assert "宽带连续断线三天" in page.locator("[name=content]").input_value()
    page.locator("[name=channel]").select_option("hotline")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tickets/**")
    ticket = Ticket.objects.get(kind="escalation")
    assert TicketLink.objects.filter(ticket=ticket, other=complaint).exists()
    return ticket


def _dispatched_to_the_province(office: Office, ticket: Ticket) -> None:
    page = at_ticket(office, "hq_dispatcher", ticket)
    do(page, "dispatch")
    assert "工单到了 省投诉处理中心" in said(page)
    clocks = page.locator("#clocks").inner_text()
    assert "总部派单至完成答复" in clocks
    page = at_ticket(office, "dispatcher", ticket)
    do(page, "dispatch_inside", to="410100-net")
    assert "工单到了 郑州网络维护部" in said(page)


def _headquarters_watches_and_chases(office: Office, ticket: Ticket) -> None:
    """From the province's cell to its list, one order, and the answer of the department."""
    page = office.page("hq_supervisor")
    page.goto("/supervision/escalations/")
    card = page.locator(".appeal-card").inner_text()
    for words in ("河南省分公司", ticket.number, "本环节", "省里全程", "由此升级"):
        assert words in card, card
    page.goto("/supervision/?book=unicom-escalation")
    page.locator("table.heat tbody td a").first.click()
    page.wait_for_url("**/supervision/cases/**")
    page.get_by_label(f"选中 {ticket.number}").check()
    page.get_by_role("button", name="督办选中的").click()
    page.wait_for_url("**/supervision/orders/new/**")
    page.locator("[name=reason]").fill("客户再次来电")
    page.locator("[name=chase_ground][value=near]").check()
    page.get_by_role("button", name="督办").click()
    page.get_by_text("已发出 1 张督办单").wait_for()
    head = office.page("head")
    head.goto("/supervision/orders/")
    assert "客户再次来电" in head.locator(".appeal-card").inner_text()
    head.goto(f"/tickets/{ticket.number}/")
    do(head, "answer_chase", explanation="今日修复")
    page.goto("/supervision/orders/?show=answered")
    assert "今日修复" in page.locator(".appeal-card").inner_text()


def _handled_and_answered(office: Office, ticket: Ticket) -> None:
    page = at_ticket(office, "head", ticket)
    do(page, "feedback", solution="更换光猫，已恢复")
    page = at_ticket(office, "dispatcher", ticket)
    form = open_act(page, "answer_hq")
    form.locator("button[type=submit]").click()
    form.locator(".field-wrong").first.wait_for()
    assert form.locator(".field-wrong [name=measures]").count() == 1, "the answer holds rectification measures"
    page = at_ticket(office, "dispatcher", ticket)  # anew: the refused form would be filled while the fresh one comes
    do(page, "answer_hq", **ANSWER)
    assert "工单到了 总部投诉处理中心" in said(page)


def _sent_back_once_then_accepted(office: Office, ticket: Ticket) -> None:
    page = at_ticket(office, "hq_dispatcher", ticket)
    do(page, "return_answer", reason="没有说明整改时间")
    desk = office.page("hq_supervisor")
    desk.goto("/supervision/escalations/")
    assert "退回 1 次" in desk.locator(".appeal-card").inner_text()
    page = at_ticket(office, "dispatcher", ticket)
    do(page, "answer_hq", **{**ANSWER, "measures": "十二月十日前完成更换"})
    page = at_ticket(office, "hq_dispatcher", ticket)
    do(page, "accept", qualified="true")
    assert "总部电话回访" in page.locator(".ticket-head").inner_text()
