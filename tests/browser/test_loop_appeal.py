"""An appeal from the regulator's letter to the archive, its reports fetched and read (doc 3 §4; A01-A06)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone

from tests.appeals.appeal import new_appeal
from tests.books import loaded
from tests.browser.office import Office, do, fill, open_act
from tests.browser.reading import words_of_pdf, words_of_word
from tickets.actions.register import ticket_register
from tickets.models import Paper, Ticket

REGULATOR = "电信用户申诉受理中心"
BASIS = "依据《电信服务规范》第八条。"
LETTER = {"name": "调解意见.txt", "mimeType": "text/plain", "buffer": "调解意见".encode()}
ANSWER = {
    "facts": "营业员未说明携转条件",
    "cause": "未告知资费",
    "proposed_finding": "company",
    "measures": "培训营业员",
    "reply_text": "已办理携号转网并致歉",
    "reply_way": "phone",
    "accepted": "true",
}


def at_ticket(office: Office, who: str, ticket: Ticket, tab: str = "") -> Any:
    page = office.page(who)
    page.goto(f"/tickets/{ticket.number}/{tab}")
    return page


def test_A01_an_appeal_goes_round_and_its_reports_are_documents(office: Office, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    ticket = _registered(office)
    page = at_ticket(office, "officer", ticket)
    do(page, "admit")
    do(page, "dispatch", nature="charges", to="410000-service")
    page = at_ticket(office, "branch_head", ticket)
    do(page, "dispatch_inside", to="410000-net", reason="核查")
    do(
        at_ticket(office, "province_net_head", ticket),
        "feedback",
        findings="营业员未说明携转条件",
        solution="已办理携转",
    )
    page = at_ticket(office, "branch_head", ticket)
    do(page, "reply", **ANSWER)
    word, pdf = _written_and_sent(office, "branch_head", ticket, "分公司处理报告", tmp_path)
    for text in (word, pdf):
        for words in ("12300-2026-9", "营业员未说明携转条件", "培训营业员", "一、", "二、"):
            assert words in text, words
    _handed_in(office, "branch_head", ticket, "branch_report")
    page = at_ticket(office, "officer", ticket)
    do(page, "accept_report", review_basis="电信服务规范")
    word, pdf = _written_and_sent(office, "officer", ticket, "申诉处理报告（回复监管）", tmp_path)
    for text in (word, pdf):
        for words in ("12300-2026-9", REGULATOR, "营业员未说明携转条件", BASIS, "已办理携号转网并致歉", "一、", "八、"):
            assert words in text, words
    _handed_in(office, "officer", ticket, "report")
    _called_back_concluded_and_archived(office, ticket)


def _registered(office: Office) -> Ticket:
    """The regulator's letter has come; taking it in has a test of its own."""
    new = new_appeal(office.c, number="12300-2026-9", regulator=REGULATOR)
    version, officer = loaded("unicom-appeal"), office.c.people["officer"]
    return ticket_register(new, version=version, actor=officer, at=timezone.now()).ticket


def _written_and_sent(office: Office, who: str, ticket: Ticket, title: str, folder: Path) -> tuple[str, str]:
    """From the draft that fills itself to what was sent; the words of its Word file and of its PDF."""
    page = at_ticket(office, who, ticket, "?tab=papers")
    page.get_by_role("button", name=title).click()
    page.wait_for_url("**/papers/*/")
    for area in page.locator("form[data-draft] textarea").all():
        if "待填" in area.input_value():
            area.fill(BASIS)
    page.get_by_role("button", name="发出并存档").click()
    page.get_by_role("heading", name="存档文件").wait_for()
    assert Paper.objects.latest("pk").state == Paper.State.SENT
    saved = {}
    for link in ("Word", "PDF"):
        with page.expect_download() as download:
            page.get_by_role("link", name=link, exact=True).click()
        saved[link] = folder / download.value.suggested_filename
        download.value.save_as(saved[link])
    return words_of_word(saved["Word"]), words_of_pdf(saved["PDF"])


def _handed_in(office: Office, who: str, ticket: Ticket, action: str) -> None:
    """The report that was sent lies ready in the form."""
    page = at_ticket(office, who, ticket)
    form = open_act(page, action)
    assert form.get_by_text("已上传").count() == 1, form.inner_text()
    with page.expect_event("load"):
        form.locator("button[type=submit]").click()


def _called_back_concluded_and_archived(office: Office, ticket: Ticket) -> None:
    page = at_ticket(office, "hq_caller", ticket)
    do(page, "callback", reached="true", satisfaction="satisfied")
    do(page, "callback_done")
    page = at_ticket(office, "officer", ticket)
    form = open_act(page, "conclude")
    fill(form, finding="company")
    form.locator("[name=ground_company]").first.wait_for(state="visible")
    fill(form, ground_company="service", responsible_unit="410000-service", responsibility="服务不达标")
    fill(form, cause="未告知资费", fault_step="handling")
    with page.expect_event("load"):
        form.locator("button[type=submit]").click()
    page.goto(f"/tickets/{ticket.number}/?tab=appeal")
    assert "缺，不能归档" in page.locator("main").inner_text()
    page.goto(f"/tickets/{ticket.number}/")
    do(page, "add_document", mediation_opinion=LETTER)
    do(page, "archive")
    ticket.refresh_from_db()
    assert ticket.state == "closed"
