"""The way in, in a browser: a first password, a phone's code set up, the settings that show both (S07, U04)."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest

from tests.browser.office import sideways, violations
from tests.cast import PASSWORD, cast
from tickets.actions.people import password_set

NEW = "Zheng-Zhou-4711"


def fine(page: Any, axe: str) -> None:
    """No barrier, and nothing sideways on the smallest phone."""
    assert not violations(page, axe)
    page.set_viewport_size({"width": 360, "height": 740})
    assert sideways(page) <= 0
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.django_db(transaction=True)
def test_S07_a_new_administrator_comes_in_step_by_step(page: Any, axe: str, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    password_set(person=cast().people["administrator"], password="Given-by-office-1")
    page.goto("/login/?next=/settings/")
    page.fill("[name=username]", "administrator")
    page.fill("[name=password]", "Given-by-office-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/factor/")
    fine(page, axe)
    secret = page.locator(".factor-steps .code").inner_text().replace(" ", "")
    page.fill("[name=code]", "000000")
    page.keyboard.press("Enter")
    page.locator("#error-summary").wait_for()
    fine(page, axe)
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.locator(".factor-codes").wait_for()
    fine(page, axe)
    page.locator("a.button-main").click()
    page.wait_for_url("**/login/password/")
    page.fill("[name=new_password1]", PASSWORD)
    page.fill("[name=new_password2]", "another")
    page.keyboard.press("Enter")
    page.locator("#error-summary").wait_for()
    fine(page, axe)
    page.fill("[name=new_password1]", NEW)
    page.fill("[name=new_password2]", NEW)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/settings/$"))
    fine(page, axe)
    page.goto("/settings/second-factor/")
    fine(page, axe)
