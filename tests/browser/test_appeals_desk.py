"""The officer's desk in real Chromium: from the list to the case, by keyboard, on a desk and on a phone (U04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from appeals.actions.contacts import contact_set
from tests.appeals.appeal import appeal, concluded, dispatched
from tests.browser.office import Office
from tests.browser.test_pages import Eye, finish


def test_A02_the_officers_desk_and_the_pages_beside_it(office: Office, axe: str) -> None:
    c, now = office.c, timezone.now()
    soon = (now + timedelta(hours=30)).isoformat()
    done = concluded(c, now - timedelta(hours=20), number="12300-2026-7", share=60)
    dispatched(c, now - timedelta(hours=2), number="12300-2026-8", regulator_due=soon, key_customer=True)
    appeal(c, now, origin="direct")
    contact_set(
        unit=c.units["410000-service"],
        person=c.people["branch_head"],
        deputy=c.people["dispatcher"],
        phone="0371-2210",
        reason="首次指定",
        actor=c.people["officer"],
        at=now,
    )
    page = office.page("officer")
    eye = Eye(page, axe)
    eye.look("desk", "/appeals/")
    eye.look("desk filtered to nothing", "/appeals/?origin=consumer")
    eye.look("case", f"/tickets/{done.last.ticket.number}/?tab=appeal")
    eye.look("findings", "/appeals/findings/")
    eye.look("filings", "/appeals/filings/")
    eye.look("contacts", "/appeals/contacts/?unit=410000-service")
    finish(eye)


def test_A02_a_case_is_opened_from_the_desk_by_keyboard(office: Office) -> None:
    c, now = office.c, timezone.now()
    later = appeal(c, now, number="12300-2026-7")
    soon = (now + timedelta(hours=30)).isoformat()
    urgent = dispatched(c, now, number="12300-2026-8", regulator_due=soon)
    page: Any = office.page("officer")
    page.goto("/appeals/")
    titles = page.locator(".appeal-card")
    assert [later.last.ticket.number in one for one in titles.all_inner_texts()] == [False, True]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{urgent.last.ticket.number}/?tab=appeal")
    page.get_by_text("12300-2026-8").first.wait_for()
