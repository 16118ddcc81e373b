"""The pages of reports in real Chromium: made while one watches, nothing scrolls sideways, axe is silent (K04, U07)."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from reporting.models import SurveySample, Writing
from reporting.reports.runs import make_due
from tests.cast import cast
from tests.reporting.test_browser_board import log_in, violations
from tests.tickets.test_loop import complaint

SUBMIT: dict[str, Any] = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}
REPLY: dict[str, Any] = {"reply_text": "已修复", "reply_way": "phone", "outcome": "cured", "position": "按合同办理"}
PHONE = {"width": 390, "height": 800}


@pytest.fixture
def last_month(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    """Three complaints of last month, two of them settled."""
    settings.MEDIA_ROOT = tmp_path
    c = cast()
    day = timezone.now().replace(day=1, hour=1) - timedelta(days=5)
    for number, business in enumerate(("fixed.broadband", "mobile.gsm", "fixed.broadband")):
        at = day + timedelta(hours=number)
        case = complaint(c, at)
        case.do("front_desk", "submit", at, **{**SUBMIT, "business_type": business})
        case.do("dispatcher", "dispatch", at, to="410100-net", reason="光路")
        if number:
            case.do("head", "feedback", at + timedelta(hours=1), solution="已修复")
            case.do("dispatcher", "reply", at + timedelta(hours=2), accepted=number == 1, **REPLY)


def look(page: Any, axe: str, name: str) -> None:
    """Neither axe nor the width has anything to say; a picture where somebody wants one."""
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)
    assert violations(page, axe) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_U07_a_report_appears_while_one_waits_and_every_page_is_accessible(
    last_month: None, new_page: Any, axe: str
) -> None:
    page = new_page()
    log_in(page, "hq_supervisor")
    page.goto(reverse("reports"))
    page.check("[name=definition][value=overview]")
    page.select_option("[name=unit]", "410000")
    page.click("form:has([name=definition]) button[type=submit]")
    page.wait_for_selector("text=现在生成上一期")
    look(page, axe, "list")
    page.click("text=现在生成上一期")
    page.wait_for_selector("#run [role=status]")
    look(page, axe, "progress")
    make_due(now=timezone.now)
    page.evaluate("htmx.trigger(document.querySelector('#run'), 'poll')")
    page.wait_for_selector("#run table")
    look(page, axe, "run")
    run = page.url
    page.goto(reverse("writings"))
    page.select_option("[name=unit]", "410000")
    page.click("form:has([name=kind]) button[type=submit]")
    page.wait_for_selector("article.paper")
    look(page, axe, "writing")
    page.goto(reverse("frozen"))
    page.click("form:has([name=month]) button[type=submit]")
    page.wait_for_selector("td >> nth=0")
    page.click("tbody a")
    page.wait_for_selector("caption", state="attached")
    look(page, axe, "frozen")
    page.goto(reverse("surveys"))
    page.fill("[name=name]", "电话调查")
    page.check("[name=mode][value=phone]")
    page.select_option("[name=unit]", "410000")
    page.click("form:has([name=mode]) button[type=submit]")
    page.wait_for_selector("text=导出给第三方")
    look(page, axe, "survey")
    page.goto(reverse("customers"))
    look(page, axe, "customers")
    phone = new_page(viewport=PHONE)
    log_in(phone, "hq_supervisor")
    writing = reverse("writing", args=[Writing.objects.get().pk])
    survey = reverse("survey", args=[SurveySample.objects.get().pk])
    for name, url in (("list", reverse("reports")), ("run", run), ("writing", writing), ("survey", survey)):
        phone.goto(url)
        look(phone, axe, name)
