"""The board in real Chromium: an editor outlives a poll, focus comes back, nothing scrolls sideways, axe is silent."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import PASSWORD, cast
from tests.reporting.test_K06_board import SUBMIT
from tests.tickets.test_loop import complaint
from tickets.models import Clock

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# The board asks for news; done when the answer has been worked in.
POLL = """() => new Promise(done => {
    document.addEventListener("htmx:afterSettle", () => done(), { once: true });
    htmx.trigger("#board", "poll");
})"""


def log_in(page: Any, username: str) -> None:
    page.goto(reverse("login"))
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click(".login-form button[type=submit]")
    page.wait_for_selector(".rail")


def violations(page: Any, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.fixture
def late(transactional_db: None) -> None:
    """One step at the net department that is long overdue."""
    c = cast()
    case = complaint(c, timezone.now())
    case.do("front_desk", "submit", timezone.now(), **SUBMIT)
    case.do("dispatcher", "dispatch", timezone.now(), to="410100-net", reason="光路")
    past = timezone.now() - timedelta(hours=3)
    Clock.objects.filter(ticket_id=case.id, step__isnull=False, stopped_at=None).update(
        started_at=past, warn_at=past, due_at=past, ceiling_at=None
    )


def test_W06_the_editor_of_a_chase_outlives_a_poll_and_gives_the_focus_back(
    late: None, new_page: Any, axe: str
) -> None:
    page = new_page()
    log_in(page, "supervisor")
    page.goto(reverse("board"))
    page.click(".late .button")
    page.wait_for_selector(".late-editor")
    page.fill(".late-editor [name$=reason]", "请马上处理")
    page.evaluate(POLL)
    assert page.input_value(".late-editor [name$=reason]") == "请马上处理"
    assert violations(page, axe) == []
    ground = page.locator(".late-editor [name$=chase_ground]").first
    if ground.evaluate("field => field.tagName") == "SELECT":
        ground.select_option(index=1)
    elif ground.get_attribute("type") == "radio":
        ground.check()
    else:
        ground.fill("超时")
    page.click(".late-editor button[type=submit]")
    page.wait_for_selector(".late-note")
    assert "已督办 1" in page.inner_text(".late")
    page.wait_for_function("() => document.activeElement.closest('.late') !== null")


@pytest.mark.parametrize("path", ["/board/", "/board/?wall=1", "/board/?show=rate"])
def test_U04_the_board_fits_a_phone_and_passes_axe(late: None, new_page: Any, axe: str, path: str) -> None:
    for width in (1440, 390, 320):
        page = new_page(viewport={"width": width, "height": 844})
        log_in(page, "supervisor")
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert violations(page, axe) == [], width
