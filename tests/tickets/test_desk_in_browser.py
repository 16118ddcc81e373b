"""Queue, ticket and alerts in real Chromium: by keyboard, on a phone, without script, with axe (rows U02, U04, U08)."""

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import PASSWORD
from tests.tickets.desk import Desk
from tests.tickets.drives import run_watch

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 360, 390, 768, 1024, 1280, 1440)


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return Desk()


def log_in(page: Any, who: str) -> Any:
    page.goto("/login/")
    page.fill("#username", who)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def violations(page: Any, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def overflow(page: Any) -> int:
    return int(
        page.evaluate(
            "Math.max(document.documentElement.scrollWidth - innerWidth,"
            " document.querySelector('#main').scrollWidth - document.querySelector('#main').clientWidth)"
        )
    )


@pytest.mark.usefixtures("live_server")
def test_U02_the_queue_is_worked_from_the_keyboard(desk: Desk, page: Any) -> None:
    tickets = [desk.dispatched(content=f"第 {number} 件：宽带断线") for number in range(3)]
    log_in(page, "head").goto("/queue/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    assert page.locator("[data-bulk-count]").inner_text() == "已选 2 件"
    page.keyboard.press("Space")
    page.wait_for_selector(".preview-body")
    assert "宽带断线" in page.locator("#preview").inner_text()
    page.keyboard.press("r")
    page.wait_for_selector("#messages .note")
    assert "“签收”已办 2 件" in page.locator("#messages").inner_text()
    assert sum(1 for ticket in tickets if desk.step(ticket).signed_at) == 2
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/**")


@pytest.mark.usefixtures("live_server")
def test_U02_new_work_is_announced_and_let_in_with_N(desk: Desk, page: Any) -> None:
    desk.dispatched()
    log_in(page, "head").goto("/queue/")
    page.wait_for_selector("tbody tr")
    desk.dispatched(timezone.now(), content="刚派来的新单")  # after the page was read, however long that took
    page.evaluate("htmx.trigger('[data-poll]', 'poll')")
    page.wait_for_selector("#fresh a")
    assert "1 件新工单" in page.locator("#fresh").inner_text()
    assert page.locator("tbody tr").count() == 1, "nothing moves under the hand"
    page.keyboard.press("n")
    page.wait_for_selector("text=刚派来的新单")
    page.wait_for_function("() => document.querySelectorAll('tbody tr').length === 2")


@pytest.mark.usefixtures("live_server")
def test_C11_an_act_opens_in_place_asks_on_condition_and_moves_to_what_it_did(desk: Desk, page: Any) -> None:
    ticket = desk.dispatched()
    desk.do(ticket, "head", "feedback", solution="已修复")
    log_in(page, "dispatcher").goto(f"/tickets/{ticket.number}/")
    page.click("#actions a[data-act^=reply]")
    page.wait_for_selector("#action-form form")
    letter = page.locator("#field-reply_letter")
    letter.wait_for(state="hidden")  # it is asked for only when the answer is written
    _choose(page, "reply_way", "letter")
    letter.wait_for(state="visible")
    _choose(page, "reply_way", "phone")
    letter.wait_for(state="hidden")
    page.fill("#field-reply_text", "已修复")
    page.click("#action-form button[type=submit]")
    page.wait_for_selector("#error-summary")
    page.wait_for_function("() => document.activeElement.id === 'error-summary'")
    assert page.input_value("#field-reply_text") == "已修复"
    page.check("input[name=accepted][value=true]")
    _choose(page, "outcome", "cured")
    with page.expect_event("load"):
        page.keyboard.press("Control+Enter")
    page.wait_for_url("**#event-*")
    assert "“答复客户”已办，工单到了 省投诉处理中心" in page.locator("#messages").inner_text()


def _choose(page: Any, name: str, value: str) -> None:
    radio = page.locator(f"input[name={name}][value={value}]")
    if radio.count():
        radio.check()
    else:
        page.select_option(f"#field-{name}", value)


@pytest.mark.usefixtures("live_server")
def test_C11_who_comes_second_sees_what_happened_beside_the_own_words(desk: Desk, page: Any) -> None:
    ticket = desk.dispatched()
    log_in(page, "head").goto(f"/tickets/{ticket.number}/")
    page.click("#actions a[data-act^=forward]")
    page.fill("#field-reason", "我写了很久的理由")
    desk.do(ticket, "head2", "assign", assignee="handler")
    page.click("#action-form button[type=submit]")
    page.wait_for_selector("#action-form .note-warned")
    assert "指派处理人" in page.locator("#action-form").inner_text()
    assert page.input_value("#field-reason") == "我写了很久的理由"


@pytest.mark.usefixtures("live_server")
def test_N02_an_alert_is_confirmed_with_E_and_the_bell_counts_down(desk: Desk, page: Any) -> None:
    desk.dispatched(desk.ago(hours=42))
    run_watch(desk.now)
    log_in(page, "head").goto("/alerts/")
    before = int(page.locator("#bell .count").inner_text())
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_selector(".alert-done")
    assert "不再往上报" in page.locator(".alert-done").inner_text()
    page.wait_for_function(
        "left => Number(document.querySelector('#bell .count')?.textContent ?? 0) === left", arg=before - 1
    )


@pytest.mark.usefixtures("live_server")
def test_U04_every_page_passes_axe_and_fits_every_width(desk: Desk, new_page: Any, axe: str) -> None:
    ticket = desk.dispatched(desk.ago(hours=42), level="vip")
    desk.do(ticket, "head", "assist", to=["410100-line"], reason="查线路")
    desk.do(ticket, "supervisor", "chase", reason="请今晚给结论", chase_ground="key")
    run_watch(desk.now)
    page = log_in(new_page(), "head")
    pages = [f"/tickets/{ticket.number}/{tab}" for tab in ("", "?tab=content", "?tab=files", "?tab=alerts")]
    for address in ("/queue/", "/queue/?view=ended", "/alerts/", "/search/?q=宽带", "/settings/", *pages):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(address)
        assert violations(page, axe) == [], address
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) <= 0, f"{address} at {width}"
        page.set_viewport_size({"width": 390, "height": 844})
        assert violations(page, axe) == [], f"{address} on a phone"


@pytest.mark.usefixtures("live_server")
def test_U04_forms_and_popovers_pass_axe_too(desk: Desk, new_page: Any, axe: str) -> None:
    ticket = desk.dispatched()
    page = log_in(new_page(), "head")
    page.goto(f"/tickets/{ticket.number}/")
    page.locator(".explain summary").first.click()
    assert violations(page, axe) == []
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.wait_for_selector("#action-form form")
    page.keyboard.press("Escape")
    assert violations(page, axe) == []
    page.goto("/queue/")
    page.keyboard.press("f")
    page.wait_for_selector("#conditions form")
    assert violations(page, axe) == []


@pytest.mark.usefixtures("live_server")
def test_U08_everything_works_without_script(desk: Desk, new_page: Any) -> None:
    ticket = desk.dispatched()
    page = log_in(new_page(java_script_enabled=False), "head")
    page.goto("/queue/")
    page.click(f"a[href='/tickets/{ticket.number}/'] >> nth=0")
    page.click("#actions a[data-act^=forward]")
    page.select_option("#field-to", "410100-billing")
    page.fill("#field-reason", "计费问题")
    page.click("#action-form button[type=submit]")
    page.locator("#messages").get_by_text("工单到了 郑州计费部").wait_for()


@pytest.mark.usefixtures("live_server")
def test_S05_the_customer_is_shown_after_the_purpose_was_said(desk: Desk, page: Any) -> None:
    ticket = desk.dispatched()
    log_in(page, "head").goto(f"/tickets/{ticket.number}/")
    assert "13800006621" not in page.content()
    page.keyboard.press("v")
    page.wait_for_selector("#reveal form")
    page.check("input[name=purpose] >> nth=0")
    page.click("#reveal button[type=submit]")
    page.wait_for_selector("text=13800006621")
    assert "显示到" in page.locator("#customer").inner_text()
