"""A complaint from its intake to its conclusion, each person at their own screen (doc 3 §2; rows C01-C19, N02, U02)."""

from typing import Any

from tests.browser.office import (
    Office,
    acts,
    do,
    fill,
    log_in,
    loop_rows,
    open_act,
    record,
    refused,
    rows,
    said,
    time_passes,
)
from tickets.models import Ticket

WORDS = "宽带每晚断线三天，两次上门没修好"


def take_in(page: Any) -> Ticket:
    """Registered and submitted without touching the mouse."""
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/intake/**")
    page.keyboard.press("Alt+1")
    page.keyboard.type("13800006621")
    page.keyboard.press("Tab")
    page.get_by_text("没有这个号码的客户").wait_for()
    page.keyboard.press("Alt+2")
    for typed in ("kfrx", "kd", "wntx", "昨天 20"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    page.keyboard.type(WORDS)
    page.locator("#promise").get_by_text("48小时").wait_for()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tickets/**")
    return Ticket.objects.get()


def open_first(page: Any) -> None:
    """From the queue to the ticket by keyboard."""
    page.goto("/queue/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/**")


def test_C19_a_complaint_goes_round_and_everybody_sees_their_part(office: Office, page: Any) -> None:
    log_in(page, "front_desk")
    ticket = take_in(page)
    office.windows["front_desk"] = page
    assert f"{ticket.number} 已登记，提交投诉中心" in said(page)
    assert "复核派单" in page.locator(".ticket-head").inner_text()
    assert acts(page) == ["道歉", "重大事项即报"], "the work is with the centre now"

    desk = office.page("dispatcher")
    open_first(desk)
    assert "派单" in acts(desk)
    do(desk, "dispatch", to="410100-net", reason="光路问题")
    assert "“派单”已办，工单到了 郑州网络维护部" in said(desk)
    desk.wait_for_function("() => ['#event-3', 'event-3'].includes(document.activeElement.id || location.hash)")

    _the_department_signs_assigns_and_asks(office)
    _two_units_help(office)
    _somebody_else_was_first(office)
    _a_warning_is_confirmed(office, ticket)
    _the_answer_goes_back_the_way_it_came(office, ticket)
    _the_customer_is_called_back(office, ticket)

    page.goto(f"/tickets/{ticket.number}/")
    assert "已结案" in page.locator(".ticket-head").inner_text()


def _the_department_signs_assigns_and_asks(office: Office) -> None:
    head = office.page("head")
    head.goto("/queue/?view=sign")
    (row,) = rows(head)
    for words in (WORDS, "138****6621", "待签收 · 处理", "未指派", "省投诉处理中心", "余 1 天 16 小时"):
        assert words in row, row
    open_first(head)
    assert acts(head)[0] == "签收"
    head.keyboard.press("r")
    head.locator("#action-form form").wait_for()
    with head.expect_event("load"):
        head.keyboard.press("Control+Enter")
    assert "“签收”已办" in said(head)
    assert acts(head)[0] == "反馈"
    do(head, "assign", assignee="handler")
    do(head, "assist", to=["410100-line", "410100-estate"], reason="查线路，开弱电井")
    table = loop_rows(head)
    assert [row.split()[1] for row in table[:5]] == ["受理", "复核派单", "处理", "协办", "协办"]
    assert "网络处理人" in table[2]
    assert "接着：答复 → 回访 → 已结案" in table[5]
    drawing = head.locator("svg.loop")
    assert drawing.is_visible()
    for words in ("郑州网络维护部", "协办部门并行", "派单 ↘", "答复", "未到"):
        assert words in drawing.text_content(), words
    assert "还有 2 个协办未反馈：郑州线路维护中心、郑州物业协调组" in refused(head, "反馈")
    assert "反馈" not in acts(head)
    assert "查线路，开弱电井" in record(head)[0]
    clocks = head.locator("#clocks").inner_text()
    assert "本环节 · 处理" in clocks
    assert "对外承诺" in clocks
    head.locator("#clocks summary", has_text="为什么").first.click()
    why = head.locator("#clocks .popover").first
    for words in ("起算", "41 小时", "到期"):
        assert words in why.inner_text(), words


def _two_units_help(office: Office) -> None:
    for who, solution in (("line_head", "线路正常"), ("estate_head", "弱电井已开")):
        helper = office.page(who)
        helper.goto("/queue/?view=assist")
        (row,) = rows(helper)
        assert "协办" in row
        open_first(helper)
        do(helper, "feedback", solution=solution)
        assert "“反馈”已办" in said(helper)


def _somebody_else_was_first(office: Office) -> None:
    """Both have the form open; the second one sees what happened and keeps what was typed."""
    head, second = office.page("head"), office.page("head2")
    open_first(head)
    assert "线路正常" in "".join(record(head))
    assert "反馈" in acts(head)
    second.goto(head.url)
    form = open_act(head, "forward")
    fill(form, to="410100-billing", reason="这其实是计费问题")
    do(second, "assign", assignee="handler2")
    form.locator("button[type=submit]").click()
    note = head.locator("#action-form [role=alert]")
    note.wait_for()
    for words in ("刚被改过", "网络维护部副职", "指派处理人"):
        assert words in note.inner_text(), words
    assert form.locator("[name=reason]").input_value() == "这其实是计费问题"
    head.wait_for_function("() => document.activeElement.matches('#action-form [role=alert]')")


def _a_warning_is_confirmed(office: Office, ticket: Ticket) -> None:
    time_passes(ticket.pk, "handling", hours=38)
    head = office.page("head")
    head.goto("/alerts/")
    assert "预警 1 条未确认" in head.locator("#bell").get_attribute("aria-label")
    item = head.locator("li.alert")
    for words in (f"处理：{WORDS[:8]}", ticket.number, "郑州网络维护部", "余 2 小时"):
        assert words in item.inner_text(), item.inner_text()
    item.get_by_role("button", name="我来处理").click()
    head.get_by_text("已确认，不再往上报。时限不变。").wait_for()
    head.locator("#bell[aria-label*='预警 0 条未确认']").wait_for()
    head.goto(f"/tickets/{ticket.number}/")
    assert "余 2 小时" in head.locator("#clocks").inner_text(), "the limit is what it was"
    assert "网络维护部负责人" in head.locator("#clocks").inner_text()


def _the_answer_goes_back_the_way_it_came(office: Office, ticket: Ticket) -> None:
    handler = office.page("handler2")
    handler.goto("/queue/?view=mine")
    assert len(rows(handler)) == 1
    open_first(handler)
    handler.keyboard.press("b")
    form = handler.locator("#action-form form")
    form.wait_for()
    assert "省投诉处理中心（原路返回）" in form.inner_text()
    fill(form, solution="更换光猫，已恢复")
    with handler.expect_event("load"):
        handler.keyboard.press("Control+Enter")
    assert "工单到了 省投诉处理中心" in said(handler)

    desk = office.page("dispatcher")
    open_first(desk)
    assert acts(desk)[0] == "答复客户"
    form = open_act(desk, "reply")
    assert not form.locator("[name=reply_letter]").is_visible()
    fill(form, reply_way="letter")
    form.locator("[name=reply_letter]").wait_for(state="visible")
    fill(form, reply_text="已更换光猫", reply_way="phone", accepted="true", outcome="cured")
    form.locator("[name=reply_letter]").wait_for(state="hidden")
    with desk.expect_event("load"):
        form.locator("button[type=submit]").click()
    desk.goto(f"/tickets/{ticket.number}/?tab=fields")
    assert "结办时间" in desk.locator("main").inner_text()
    assert "结案时间" not in desk.locator("main").inner_text()
    ticket.refresh_from_db()
    assert ticket.settled_at is not None


def _the_customer_is_called_back(office: Office, ticket: Ticket) -> None:
    caller = office.page("caller")
    open_first(caller)
    assert refused(caller, "结案")
    do(caller, "callback", reached="true", satisfaction="satisfied", solved="true")
    assert "结案" in acts(caller)
    do(caller, "close", summary="光猫老化，更换后恢复")
    assert "“结案”已办，工单已结束" in said(caller)
    assert "已结案" in caller.locator(".ticket-head").inner_text()
    caller.goto("/queue/?view=ended")
    assert any(ticket.number in row for row in rows(caller))
    ticket.refresh_from_db()
    assert ticket.state == "closed"
