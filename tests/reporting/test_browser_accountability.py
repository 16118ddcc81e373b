"""Accountability and rectification in real Chromium: a leader decides, and axe is silent on every page (P01, P03)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from reporting.accountability.propose import propose_for_late
from reporting.models import Charge
from tests.reporting.accused import PLACE, bank_of_late_work
from tests.reporting.test_browser_board import log_in, violations
from tickets.actions.rectifications import Item, round_open
from tickets.models import Rectification

pytestmark = pytest.mark.django_db(transaction=True)


def test_P01_a_leader_decides_about_days_late_and_every_page_is_readable(new_page: Any, axe: str) -> None:
    now = timezone.now()
    bank = bank_of_late_work(now - timedelta(days=12))
    propose_for_late(at=now)
    leader = bank.c.people["general_manager2"]
    items = [Item("着装", "未着工装", due_at=now + timedelta(days=2))]
    round_open(
        unit=PLACE, source="inspection", title="月检", held_on=now.date(), items=items, actor=leader, at=now
    )  # fmt: skip
    page = new_page(viewport={"width": 360, "height": 740})
    log_in(page, "general_manager2")
    item = reverse("rectification", args=[Rectification.objects.get().pk])
    for address in (*map(reverse, ("charges", "rectifications", "grants", "circulars")), item):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert violations(page, axe) == [], address
    page.goto(reverse("charges"))
    page.locator("summary:has-text('作决定')").click()
    page.get_by_label("按建议处理").check()
    page.get_by_label("理由", exact=True).fill("无故拖延")
    page.get_by_role("button", name="决定", exact=True).click()
    page.wait_for_selector("text=已决定")
    charge = Charge.objects.get()
    assert (charge.state, charge.fine) == ("applied", 100 * (charge.days or 0))
