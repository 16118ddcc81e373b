"""A reply is written with the library by keyboard, and a forbidden phrase asks for its reason (C23, PHRASES)."""

from typing import Any

import pytest

from tests.tickets.desk import Desk
from tests.tickets.test_desk_in_browser import log_in, violations
from tickets.actions.library import Wording, entry_write
from tickets.models import Event


@pytest.mark.usefixtures("live_server")
def test_C23_a_wording_goes_into_the_reply_by_keyboard(transactional_db: None, page: Any, axe: str) -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "feedback", desk.ago(minutes=9), solution="已修复")
    wording = Wording("断网抢修", "线路已抢修恢复。")
    entry_write(wording=wording, actor=desk.c.people["dispatcher"], at=desk.ago(hours=1))
    log_in(page, "dispatcher").goto("/library/")
    assert violations(page, axe) == []
    page.goto(f"/tickets/{ticket.number}/")
    page.click("[data-act^=reply]")
    page.wait_for_selector("#field-reply_text")
    page.focus("#field-reply_text")
    page.keyboard.press("Alt+K")
    page.wait_for_selector("#field-reply_text-library-q:focus")
    page.set_viewport_size({"width": 360, "height": 800})
    assert violations(page, axe) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#field-reply_text:focus")
    page.keyboard.type("急什么")
    page.wait_for_selector("#field-reply_text-phrases .note")
    page.select_option("#field-reply_way", "phone")
    page.locator("#field-accepted input[value=true]").check()
    page.locator("#field-outcome input[value=cured]").check()
    page.keyboard.press("Control+Enter")
    page.fill("#field-wording_reason", "客户原话")
    assert page.input_value("#field-reply_text") == "线路已抢修恢复。急什么"
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#messages .note")
    data = Event.objects.get(ticket=ticket, name="reply").data
    assert (data["wording"]["phrases"], data["library"][0]["title"]) == (["急什么"], "断网抢修")
