"""A case of the property desk from reception to its closing, everybody at their own screen (doc 12; rows C19, N03)."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.browser.office import Office, acts, do, fill, loop_rows, open_act, record, refused, rows, said
from tickets.models import Ticket

WORDS = "楼上空调外机半夜嗡嗡响，睡不着"
CASE = {
    "nature": "valid",
    "case_ground": "on_site",
    "contact": "赵某",
    "address": "翠湖 3 栋 502",
    "phone": "13700002222",
    "harm": "false",
    "promise_broken": "false",
    "fault": "false",
}


def take_in(page: Any) -> Ticket:
    """At the window: recorded first, judged afterwards."""
    page.goto("/intake/")
    page.fill("#field-phone", "13700002222")
    page.press("#field-phone", "Tab")
    page.get_by_text("没有这个号码的客户").wait_for()
    page.fill("#field-name", "赵某")
    page.fill("#field-address", "翠湖 3 栋 502")
    page.locator("#field-channel").fill("电话")
    page.locator("#field-occurred_at").fill("今早7点")
    page.locator("#field-occurred_place").fill("3 栋 602")
    page.locator("#field-content").fill(WORDS)
    page.press("#field-content", "Control+Enter")
    page.locator("#error-summary").wait_for()
    assert "条件" in page.locator("#error-summary").inner_text(), "a case is not opened without its grounds"
    assert page.input_value("#field-content") == WORDS
    page.get_by_role("button", name="先登记").click()
    page.wait_for_url("**/tickets/**")
    return Ticket.objects.get()


def open_first(page: Any, view: str = "") -> None:
    page.goto(f"/queue/?view={view}")
    page.locator("[data-row-link]").first.click()
    page.wait_for_url("**/tickets/**")


def test_C19_a_case_is_opened_handled_checked_and_closed(office: Office) -> None:
    desk = office.page("receptionist")
    ticket = take_in(desk)
    assert "已登记" in said(desk)
    form = open_act(desk, "open_case")
    fill(form, **CASE)
    form.locator("[name=valid_ground]").first.wait_for(state="visible")
    fill(form, valid_ground="misconduct")
    send(desk, form)
    assert "“立项”已办，工单到了 翠湖工程部" in said(desk)

    _signed_in_ten_minutes(office)
    _more_time_needs_the_manager(office)
    dept = office.page("engineering_head")
    do(dept, "handled", solution="厂家认为噪声达标，不同意改", solved="false")
    assert "工单到了 翠湖客户服务中心" in said(dept)
    _told_called_back_and_verified(office, ticket)
    _closed_with_the_heads_consent(office, ticket)


def send(page: Any, form: Any) -> None:
    with page.expect_event("load"):
        form.locator("button[type=submit]").click()


def other_limits(page: Any) -> str:
    """The folded clocks."""
    more = page.locator("#clocks .more-clocks")
    if not more.evaluate("more => more.open"):
        more.locator("> summary").click()
    return str(more.inner_text())


def _signed_in_ten_minutes(office: Office) -> None:
    dept = office.page("engineering_head")
    dept.goto("/queue/?view=sign")
    (row,) = rows(dept)
    for words in ("轻微投诉", "赵**", "137****2222", "待签收 · 被投诉部门处理"):
        assert words in row, row
    open_first(dept)
    assert "送达签收" in other_limits(dept)
    assert "余 9 分" in other_limits(dept)
    assert acts(dept)[0] == "领表签收"
    do(dept, "sign")
    assert "送达签收" not in other_limits(dept), "the form has arrived"
    assert acts(dept)[0] == "处理完毕，交回意见表"


def _more_time_needs_the_manager(office: Office) -> None:
    dept, manager = office.page("engineering_head"), office.page("manager")
    form = open_act(dept, "overrun")
    assert "物业部经理审批，批准了才生效" in form.inner_text()
    until = timezone.localtime(timezone.now() + timedelta(days=5))
    fill(form, until=until.strftime("%Y-%m-%dT%H:%M"), reason="等厂家配减振垫")
    send(dept, form)
    assert "“超时申请”已申请，等审批" in said(dept)
    assert f"{until:%m-%d}" not in dept.locator("#clocks").inner_text(), "not before it is approved"

    manager.goto("/")
    assert WORDS in manager.locator("main").inner_text()
    open_first(manager)
    assert acts(manager)[0] == "批准", acts(manager)
    assert "申请“超时申请”：等厂家配减振垫" in record(manager)[0]
    form = open_act(manager, "approve")
    send(manager, form)
    assert "“批准”已办" in said(manager)
    dept.reload()
    own = dept.locator("#clocks .clock").first
    own.locator("summary").click()
    for words in ("超时申请，原到期", f"{until:%m-%d}", f"{until:%H:%M}"):
        assert words in own.inner_text(), words
    dept.keyboard.press("Escape")
    own.locator(".popover").wait_for(state="hidden")  # Escape closes what is open


def _told_called_back_and_verified(office: Office, ticket: Ticket) -> None:
    desk = office.page("receptionist")
    open_first(desk)
    do(desk, "notify", reply_text="厂家不改，我们继续协调", reply_way="phone")
    ticket.refresh_from_db()
    assert ticket.settled_at is not None
    assert acts(desk)[0] == "回访记录", acts(desk)
    assert refused(desk, "核实，转销项")
    do(desk, "callback", reached="true", satisfaction="neutral")
    assert acts(desk)[0] == "核实，转销项"
    do(desk, "verify", verification="夜间实测", summary="夜间实测 45 分贝", evaluation="客户知情")
    assert acts(desk)[0] == "销项", acts(desk)


def _closed_with_the_heads_consent(office: Office, ticket: Ticket) -> None:
    desk, head = office.page("receptionist"), office.page("office_head")
    form = open_act(desk, "close_case")
    fill(form, final_result="列入季度协调", closing_ground="signed", linked_problem="false")
    form.locator("button[type=submit]").click()
    desk.locator("#action-form [data-error-summary]").wait_for()
    fill(form, closing_ground="unsolvable")
    send(desk, form)
    assert "“销项”已申请，等审批" in said(desk)
    assert "已办结" not in desk.locator(".ticket-head").inner_text()

    open_first(head)
    assert acts(head)[0] == "批准", acts(head)
    do(head, "approve", reason="同意")
    assert "“批准”已办，工单已结束" in said(head)
    assert "已办结" in head.locator(".ticket-head").inner_text()
    kinds = [row.split()[1] for row in loop_rows(head)]
    assert kinds == ["接诉", "被投诉部门处理", "审批", "结果通报客户", "回访", "销项", "审批"]
    ticket.refresh_from_db()
    assert ticket.state == "closed"
