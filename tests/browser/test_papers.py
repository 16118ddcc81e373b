"""A branch report from the draft to the file that was sent, in Chromium (rows A03, C22)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.browser.office import Office
from tests.tickets.test_A03_papers import appeal
from tickets.models import Paper


def test_A03_a_branch_head_writes_and_sends_the_report(office: Office, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    number = appeal(office.c, timezone.now()).last.ticket.number
    page = office.page("branch_head")
    page.goto(f"/tickets/{number}/?tab=papers")
    page.get_by_role("button", name="分公司处理报告").click()
    page.wait_for_url("**/papers/*/")
    assert page.get_by_text("还有待填的内容：").is_visible()
    for area in page.locator("form[data-draft] textarea").all():
        if "待填" in area.input_value():
            area.fill("已查明，分光器老化，已更换。")
    page.get_by_role("button", name="保存并看效果").click()
    page.wait_for_function("() => document.querySelector('.paper').innerText.includes('已查明')")
    page.get_by_role("button", name="发出并存档").click()
    page.get_by_role("heading", name="存档文件").wait_for()
    assert Paper.objects.get().state == Paper.State.SENT
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF", exact=True).click()
    assert download.value.suggested_filename.endswith(".pdf")
