"""A supervisor tries a rulebook in the browser: the form, the progress that turns into the result (row N04)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils import timezone

from reporting.simulation.asked import simulations_run
from tests.cast import cast
from tests.reporting.test_browser_board import log_in, violations
from tests.reporting.test_N04_simulate import changed, settled_after_eight_hours


def test_N04_the_page_follows_the_simulation_to_its_result(
    transactional_db: None, page: Any, axe: str, tmp_path: Path
) -> None:
    c = cast()
    settled_after_eight_hours(c)
    shorter = changed(tmp_path, '["provincial", "48h"],', '["provincial", "4h"],')
    log_in(page, "supervisor")
    page.goto(reverse("simulations"))
    page.set_input_files("#file", str(shorter))
    page.fill("#from", "2026-11-01")
    page.fill("#to", "2026-12-01")
    assert violations(page, axe) == []
    page.get_by_role("button", name="开始试算").click()
    page.wait_for_selector("progress")
    assert violations(page, axe) == []
    simulations_run(now=timezone.now)
    page.wait_for_selector("#rates")
    page.set_viewport_size({"width": 360, "height": 800})
    assert violations(page, axe) == []
