"""Hot issues and quality inspection in real Chromium: a mass incident from the board, pages that axe is silent on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from reporting.hot.keep import group_batch
from reporting.quality.calls import call_plan
from reporting.quality.samples import sample_draw, sample_rule_make
from reporting.refresh import bring_up_to_date
from tests.cast import Cast, cast
from tests.reporting.test_browser_board import log_in, violations
from tests.reporting.test_K05_hot_issues import ESTATE, told
from tests.tickets.test_loop import complaint
from tickets.models import TicketLink


@pytest.fixture
def c(transactional_db: None) -> Cast:
    """An outage that five customers complain of, one refusal, a drawn sample and a planned test call."""
    made, now = cast(), timezone.now()
    for place, content in enumerate(ESTATE):
        told(made, now - timedelta(minutes=10 - place), content)
    case = complaint(made, now)
    case.do("front_desk", "submit", now, business_type="fixed.broadband", complaint_type="billing")
    case.do("dispatcher", "decline", now, reason="不属于受理范围")
    bring_up_to_date()
    group_batch(made.hq, at=now)
    quality = made.people["quality"]
    rule = sample_rule_make(unit="410000", per="unit", percent=Decimal(20), number=2, actor=quality, at=now)
    sample_draw(rule_id=rule.pk, month=now.date().replace(day=1), seed=7, actor=quality, at=now)
    call_plan(unit="410000-hotline", topic="咨询宽带报障", planned_on=now.date(), actor=quality, at=now)
    return made


def test_K05_a_supervisor_declares_a_mass_incident(c: Cast, new_page: Any) -> None:
    page = new_page()
    log_in(page, "supervisor")
    page.goto(reverse("board"))
    page.click("#hot a:has-text('翠湖花园三期')")
    page.wait_for_selector("h2:has-text('为什么归在一起')")
    for box in page.locator("input[name=ticket]").all():
        box.check()
    page.click("button:has-text('发起群发事件')")
    page.wait_for_selector("text=已关联为同一事件")
    assert TicketLink.objects.filter(kind=TicketLink.Kind.INCIDENT).count() == 4


def test_P02_the_pages_fit_a_phone_and_pass_axe(c: Cast, new_page: Any, axe: str) -> None:
    for width in (1440, 360):
        page = new_page(viewport={"width": width, "height": 844})
        log_in(page, "hq_supervisor")
        for name in ("hot-issues", "samples", "test-calls", "refusals"):
            page.goto(reverse(name))
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
            assert violations(page, axe) == [], (name, width)
            link = page.locator("main table th a").first
            if name in ("hot-issues", "samples"):
                to = link.get_attribute("href")
                link.click()
                page.wait_for_url(f"**{to}")
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
                assert violations(page, axe) == [], (name, width)
