"""Keys on lists, tickets and forms, and where they have to keep quiet (design §5; rows U02, U03)."""

from typing import Any
from urllib.parse import urlsplit

from tests.browser.office import Office, acts, said
from tickets.models import Person, Ticket

HERE = "document.querySelector('tr[data-row][aria-current]')?.querySelector('.list-number').textContent ?? ''"
FOCUS = "document.activeElement.id || document.activeElement.name || document.activeElement.tagName"
# A key as a Chinese input method sends it while it composes.
COMPOSING = """code => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { code, key: "Process", isComposing: true, bubbles: true }))"""


def press(page: Any, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def go(page: Any, keys: str, to: str) -> None:
    press(page, keys)
    page.wait_for_url(lambda url: urlsplit(url).path.startswith(to) if to != "/" else urlsplit(url).path == to)


def test_U02_the_queue_is_worked_from_the_keyboard(office: Office) -> None:
    grave = office.desk.dispatched(level="vip", content="VIP 宽带断线")
    plain = office.desk.dispatched(content="宽带测速慢")
    page = office.page("head")
    page.goto("/queue/")
    press(page, "j")
    assert page.evaluate(HERE) == grave.number
    press(page, "j j")
    assert page.evaluate(HERE) == plain.number, "the end of the list holds"
    press(page, "k")
    assert page.evaluate(HERE) == grave.number
    press(page, "x j Shift+X")
    bulk = page.locator("[data-bulk]")
    bulk.get_by_text("已选 2 件").wait_for()
    press(page, "Escape")
    bulk.wait_for(state="hidden")
    press(page, "Space")
    page.locator("#preview").get_by_text("宽带测速慢").first.wait_for()
    assert page.evaluate(HERE) == plain.number, "the list keeps its place beside the preview"
    go(page, "k Enter", f"/tickets/{grave.number}/")


def test_C11_acts_of_a_ticket_have_their_keys(office: Office) -> None:
    ticket = office.desk.dispatched()
    page = office.page("head")
    page.goto(f"/tickets/{ticket.number}/")
    press(page, "r")
    page.locator("#action-form-title", has_text="签收").wait_for()
    with page.expect_event("load"):
        press(page, "Control+Enter")
    assert "“签收”已办" in said(page)
    press(page, "a")
    page.locator("#action-form-title", has_text="指派处理人").wait_for()
    page.wait_for_function(f"() => ({FOCUS}) === 'action-form-title'")
    press(page, "Tab")
    press(page, "ArrowDown")
    assert page.locator("[name=assignee]").input_value() == "handler"
    with page.expect_event("load"):
        press(page, "Control+Enter")
    press(page, "b")
    form = page.locator("#action-form form")
    form.get_by_text("省投诉处理中心（原路返回）").wait_for()
    page.wait_for_function(f"() => ({FOCUS}) === 'action-form-title'")
    press(page, "Tab")
    page.keyboard.type("bhar")
    assert form.locator("[name=solution]").input_value() == "bhar", "letters in a field are letters"
    assert page.locator("#action-form-title").inner_text() == "反馈"
    with page.expect_event("load"):
        press(page, "Control+Enter")
    assert "工单到了 省投诉处理中心" in said(page)
    assert "反馈" not in acts(page)


def test_U02_two_strokes_lead_anywhere_and_a_slash_searches(office: Office) -> None:
    ticket = office.desk.dispatched()
    page = office.page("head")
    page.goto("/")
    go(page, "g q", "/queue/")
    go(page, "g y", "/alerts/")
    go(page, "g k", "/board/")
    go(page, "g h", "/")
    press(page, "?")
    keys = page.locator("#key-map")
    keys.wait_for()
    for words in ("全部快捷键", "队列", "预警", "搜索", "登记投诉"):
        assert words in keys.inner_text(), words
    press(page, "g q")
    assert urlsplit(page.url).path == "/", "an open dialog takes the keys"
    press(page, "Escape")
    keys.wait_for(state="hidden")
    press(page, "/")
    assert page.evaluate(FOCUS) == "search"
    page.keyboard.type("断线")
    go(page, "Enter", "/search/")
    assert ticket.number in page.locator("main").inner_text()


def test_U02_keys_keep_quiet_in_fields_while_composing_and_when_turned_off(office: Office) -> None:
    ticket = office.desk.dispatched()
    page = office.page("head")
    page.goto("/queue/")
    press(page, "/ j g y")
    assert page.input_value("#search") == "jgy"
    assert page.evaluate(HERE) == ""
    page.locator("#main").focus()
    page.evaluate(COMPOSING, "KeyJ")
    assert page.evaluate(HERE) == "", "the input method has the key"
    press(page, "Control+j")
    assert page.evaluate(HERE) == "", "and so has the browser"
    press(page, "j")
    assert page.evaluate(HERE) == ticket.number

    page.goto("/settings/")
    page.get_by_label("用单个字母作快捷键").uncheck()
    page.get_by_role("button", name="保存设置").click()
    page.get_by_text("设置已保存").wait_for()
    assert not Person.objects.get(username="head").single_keys
    page.goto("/queue/")
    press(page, "j g y / ?")
    assert page.evaluate(HERE) == ""
    assert page.url.endswith("/queue/")
    assert page.evaluate(FOCUS) == "BODY"
    page.get_by_role("button", name="全部快捷键").click()
    page.locator("#key-map").get_by_text("单键已在设置里关掉").wait_for()
    press(page, "Escape")
    page.locator("#key-map").wait_for(state="hidden")
    go(page, "Alt+n", "/intake/")


def test_U03_the_form_is_filled_and_sent_by_keyboard_alone(office: Office) -> None:
    page = office.page("front_desk")
    page.goto("/intake/")
    press(page, "Alt+3")
    assert page.evaluate(FOCUS) != "BODY"
    seen = [page.evaluate(FOCUS)]
    for key in ("Alt+4", "Alt+2", "Alt+1"):
        press(page, key)
        seen.append(page.evaluate(FOCUS))
    assert len(set(seen)) == 4, seen
    assert seen[-1] == "field-phone"
    page.keyboard.type("13800006621")
    press(page, "Alt+2")
    for typed in ("kfrx", "kd", "jf"):
        page.keyboard.type(typed)
        press(page, "Enter")
    page.locator("#field-content").focus()
    page.keyboard.type("多收了五元")
    assert not Ticket.objects.exists()
    go(page, "Control+Enter", "/tickets/")
    assert Ticket.objects.get().content == "多收了五元"


def test_U04_a_complaint_is_taken_in_and_dispatched_without_scripts(office: Office) -> None:
    page = office.window("front_desk", java_script_enabled=False)
    page.goto("/intake/")
    page.fill("#field-phone", "13800006621")
    page.select_option("[name=channel]", "hotline")
    page.select_option("[name=business_type]", "fixed.broadband")
    page.select_option("[name=complaint_type]", "quality_within_net")
    page.fill("#field-content", "宽带断线")
    page.get_by_role("button", name="提交投诉中心").click()
    page.locator("#messages").get_by_text("已登记，提交投诉中心").wait_for()

    page = office.window("dispatcher", java_script_enabled=False)
    page.goto("/queue/")
    page.locator("tr [data-row-link]").click()
    page.locator("#actions a", has_text="派单").first.click()
    page.select_option("[name=to]", "410100-net")
    page.fill("[name=reason]", "光路问题")
    page.get_by_role("button", name="派单").click()
    page.locator("#messages").get_by_text("“派单”已办，工单到了 郑州网络维护部").wait_for()
    ticket = Ticket.objects.get()
    assert ticket.step_kind == "handling"
    assert ticket.unit is not None
    assert ticket.unit.code == "410100-net"
