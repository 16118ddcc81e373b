"""The dashboard in real Chromium: charts are drawn under the content policy, axe is silent, a figure opens its rows."""

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import cast
from tests.reporting.test_browser_board import log_in, violations
from tests.reporting.test_K01_dashboard import REPLY, SUBMIT
from tests.tickets.test_loop import complaint


@pytest.fixture
def settled(transactional_db: None) -> None:
    """Two tickets settled a moment ago and one at the department."""
    c = cast()
    for accepted in (True, True, None):
        now = timezone.now()
        case = complaint(c, now, channel="letter" if accepted else "hotline")
        case.do("front_desk", "submit", now, **SUBMIT)
        case.do("dispatcher", "dispatch", now, to="410100-net", reason="光路")
        if accepted:
            case.do("head", "feedback", now, solution="已修复")
            case.do("dispatcher", "reply", now, accepted=accepted, position="按合同办理", **REPLY)


def test_U05_the_pages_of_figures_are_drawn_fit_and_pass_axe(settled: None, new_page: Any, axe: str) -> None:
    for width in (1440, 390):
        page = new_page(viewport={"width": width, "height": 844})
        log_in(page, "supervisor")
        for path in ("/indicators/", "/indicators/steps/", "/indicators/on_time_closure/?each=day&second=received"):
            page.goto(path)
            page.wait_for_selector("html[data-charts=drawn]")
            assert page.locator("[data-chart] svg").count() > 0
            if path == "/indicators/":
                page.wait_for_selector("#units-title")  # fetched when the numbers stand
                page.wait_for_selector("[data-chart=chart-level] svg")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, path)
            assert violations(page, axe) == [], (width, path)


def test_K02_a_click_on_a_figure_opens_exactly_its_rows(settled: None, new_page: Any, axe: str) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    log_in(page, "supervisor")
    page.goto("/indicators/")
    page.wait_for_selector("html[data-charts=drawn]")
    page.locator("[data-chart=chart-trend]").hover()  # a tooltip that wrote styles would break the content policy
    page.locator(".kpi-why summary").first.click()
    page.wait_for_selector(".kpi-why[open] .popover")
    assert violations(page, axe) == []
    page.locator(".kpi-why[open] [data-close]").click()
    page.locator(".kpi").first.locator(".kpi-parts a").first.click()
    page.wait_for_selector("h1:has-text('投诉按时办结率 · 计入分子 · 2 件')")
    assert page.locator("tbody tr").count() == 2
    assert violations(page, axe) == []
