"""Intake in real Chromium: by the keyboard alone, on a phone, and without scripts (rows U03, U04)."""

import re
from typing import Any

import pytest
from playwright.sync_api import TimeoutError

from tests.books import loaded
from tests.cast import PASSWORD, Cast, cast
from tickets.models import Draft, Ticket

RULES = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"


@pytest.fixture
def c(transactional_db: None) -> Cast:
    made = cast()
    for book in ("unicom-complaint", "property"):
        loaded(book)
    return made


def log_in(page: Any, who: str) -> None:
    page.goto("/login/")
    page.fill("[name=username]", who)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"^(?!.*/login/).*$"))


def opened_by(page: Any, key: str) -> Any:
    """The chooser of files. A browser that was stopped for seconds forgets that a key was pressed, and opens none."""
    for _ in range(3):
        try:
            with page.expect_file_chooser(timeout=20_000) as chooser:
                page.keyboard.press(key)
        except TimeoutError:
            continue
        return chooser.value
    raise AssertionError(f"{key} opened no chooser")


def write(page: Any, *words: str) -> None:
    """Type into one field after the other; Enter goes on."""
    for one in words:
        page.keyboard.type(one)
        page.keyboard.press("Enter")


def violations(page: Any, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")["violations"]
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]


def sideways(page: Any) -> int:
    """Pixels that the page or its main region is wider than the window."""
    return int(
        page.evaluate(
            "Math.max(document.documentElement.scrollWidth - innerWidth,"
            " document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth)"
        )
    )


def test_U03_a_complaint_is_taken_in_by_the_keyboard_alone(c: Cast, page: Any) -> None:
    log_in(page, "front_desk")
    page.goto("/")
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/intake/**")
    page.keyboard.press("Alt+1")
    page.keyboard.type("13800006621")
    page.keyboard.press("Tab")
    page.get_by_text("没有这个号码的客户").wait_for()
    page.keyboard.press("Alt+2")
    write(page, "kfrx", "kd", "wntx", "昨天 20")
    page.wait_for_function("() => document.activeElement.id === 'field-content'")  # Enter went from field to field
    page.keyboard.type("宽带每晚断线，再不解决就打 12300 申诉")
    page.get_by_text("内容提到“12300、申诉”").wait_for()
    page.locator("#promise").get_by_text("48小时").wait_for()
    assert not Ticket.objects.exists(), "Enter never submits"
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tickets/**")
    ticket = Ticket.objects.get()
    assert ticket.step_kind == "review"
    assert (ticket.channel, ticket.business_type) == ("hotline", "fixed.broadband")
    assert ticket.complaint_type == "quality_within_net"


def test_U03_an_answer_on_the_spot_is_two_presses(c: Cast, page: Any) -> None:
    log_in(page, "front_desk")
    page.goto("/intake/")
    page.keyboard.press("Alt+1")
    page.keyboard.type("13800006621")
    page.keyboard.press("Alt+2")
    write(page, "kfrx", "kd", "jf")
    page.locator("#field-content").focus()
    page.keyboard.type("多收了 5 元")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_function("() => document.activeElement.name === 'reply_text'")
    page.keyboard.type("急什么，已退还 5 元")
    page.get_by_text("有服务忌语：“急什么”").wait_for()
    page.fill("[name=reply_text]", "很抱歉，已退还 5 元")
    page.check("[name=outcome][value=cured]")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url("**/tickets/**")
    assert Ticket.objects.get().state == "closed"


def test_U03_mistakes_take_the_focus_and_lead_to_their_fields(c: Cast, page: Any, axe: str) -> None:
    log_in(page, "front_desk")
    page.goto("/intake/")
    page.locator("#field-content").fill("写了一半")
    page.keyboard.press("Control+Enter")
    page.locator("#error-summary").wait_for()
    assert page.title().startswith("还差 4 项 · 登记投诉")
    page.wait_for_function("() => document.activeElement.id === 'error-summary'")
    page.locator("#error-summary a", has_text="选择投诉类型").click()
    page.wait_for_function("() => document.activeElement.id === 'field-complaint_type'")
    assert page.input_value("#field-content") == "写了一半"
    assert violations(page, axe) == []


def test_C01_a_draft_saves_itself(c: Cast, page: Any) -> None:
    log_in(page, "front_desk")
    page.goto("/intake/")
    page.locator("#field-content").fill("电话断了，先记下来")
    page.keyboard.press("Tab")
    page.get_by_text(re.compile("草稿已存")).wait_for()
    assert Draft.objects.get().data["content"] == ["电话断了，先记下来"]
    page.goto("/intake/")
    page.locator("summary", has_text="草稿").click()
    page.get_by_role("link", name=re.compile("电话断了")).click()
    page.wait_for_function("() => document.querySelector('#field-content')?.value === '电话断了，先记下来'")


def test_C01_a_file_is_there_before_the_ticket(c: Cast, page: Any) -> None:
    log_in(page, "front_desk")
    page.goto("/intake/")
    opened_by(page, "Alt+u").set_files({"name": "说明.txt", "mimeType": "text/plain", "buffer": "断线记录".encode()})
    page.locator("#files").get_by_text("说明.txt").wait_for()
    page.locator("#field-phone").fill("13800006621")
    page.keyboard.press("Alt+2")
    write(page, "kfrx", "kd", "jf")
    page.locator("#field-content").fill("宽带断线")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tickets/**")
    assert [one.name for one in Ticket.objects.get().attachments.all()] == ["说明.txt"]


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1024, 1280, 1440])
def test_U04_intake_home_and_print_fit_and_have_no_barrier(c: Cast, new_page: Any, axe: str, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 844 if width < 800 else 900})
    log_in(page, "front_desk")
    for path in ("/", "/intake/"):
        page.goto(path)
        assert sideways(page) <= 0, path
        if width in (390, 1440):
            assert violations(page, axe) == [], path


def test_U04_property_is_taken_in_on_a_phone(c: Cast, new_page: Any) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    log_in(page, "receptionist")
    page.goto("/intake/")
    page.fill("#field-phone", "13700002222")
    page.press("#field-phone", "Tab")
    page.get_by_text("没有这个号码的客户").wait_for()
    page.fill("#field-name", "赵某")
    page.fill("#field-address", "翠湖 3 栋 502")
    page.locator("#field-channel").fill("电话")
    page.locator("#field-occurred_at").fill("今早7点")
    page.locator("#field-occurred_place").fill("3 栋电梯")
    page.locator("#field-content").fill("电梯停运，老人被困")
    page.get_by_label("有效投诉").check()
    page.locator("[name=valid_ground]").first.wait_for()
    page.select_option("[name=valid_ground]", "harm") if page.locator("select[name=valid_ground]").count() else (
        page.check("[name=valid_ground][value=harm]")
    )
    for name, value in (("case_ground", "on_site"), ("harm", "true"), ("promise_broken", "false"), ("fault", "true")):
        page.check(f"[name={name}][value={value}]")
    page.locator("#field-respondent_unit").fill("翠湖工程部（PROP-site1-engineering）")
    page.get_by_role("button", name="立项", exact=True).click()
    page.wait_for_url("**/tickets/**")
    assert Ticket.objects.get().severity == "major"


def test_U04_the_form_works_without_scripts(c: Cast, new_page: Any) -> None:
    page = new_page(java_script_enabled=False)
    log_in(page, "front_desk")
    page.goto("/intake/")
    page.fill("#field-phone", "13800006621")
    page.select_option("[name=channel]", "hotline")
    page.select_option("[name=business_type]", "fixed.broadband")
    page.fill("#field-content", "宽带断线")
    page.press("#field-phone", "Enter")
    assert not Ticket.objects.exists(), "Enter never submits"
    page.get_by_role("button", name=re.compile("提交投诉中心")).click()
    page.get_by_text("还差 1 项，工单没有提交").wait_for()
    page.select_option("[name=complaint_type]", "billing")
    page.get_by_role("button", name=re.compile("提交投诉中心")).click()
    page.wait_for_url("**/tickets/**")
    assert Ticket.objects.get().step_kind == "review"


def test_SIGN_the_print_has_no_barrier(c: Cast, page: Any, axe: str) -> None:
    log_in(page, "front_desk")
    page.goto("/intake/")
    page.locator("#field-phone").fill("13800006621")
    page.keyboard.press("Alt+2")
    write(page, "yyt", "kd", "jf")
    page.locator("#field-content").fill("柜台不给办业务")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/print/intake/**")
    assert page.get_by_text("以上内容已核对无误").is_visible()
    assert violations(page, axe) == []
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="打印").is_visible()
