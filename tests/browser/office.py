"""People at their screens: a page for each of the cast in real Chromium, and what all of them do there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from escalation.sweep import sweep
from tests.books import loaded
from tests.cast import PASSWORD, Cast
from tests.tickets.desk import Desk
from tickets.models import Clock

RULES = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"
NOT_LOGIN = re.compile(r"^(?!.*/login/).*$")


class Office:
    """The cast with the books loaded; `page(who)` is that person's own window, logged in."""

    def __init__(self, new_page: Any, url: str) -> None:
        self.desk = Desk()  # for tickets that are there already
        self.c: Cast = self.desk.c
        for book in ("unicom-complaint", "property"):
            loaded(book)
        self.new_page, self.url = new_page, url
        self.windows: dict[str, Any] = {}

    def page(self, who: str) -> Any:
        if who not in self.windows:
            self.windows[who] = self.window(who)
        return self.windows[who]

    def window(self, who: str, **options: Any) -> Any:
        """One more browser of that person; the login page itself has its own test."""
        page = self.new_page(**options)
        client = Client()
        client.force_login(self.c.people[who])
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.url}])
        return page


def log_in(page: Any, who: str) -> None:
    """Through the login page, by keyboard."""
    page.goto("/login/")
    page.fill("[name=username]", who)
    page.keyboard.press("Tab")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(NOT_LOGIN)


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────


def open_act(page: Any, action: str) -> Any:
    """Press an act of the ticket page; its form opens in place and has the focus."""
    page.locator(f"#actions [data-act^='{action}-'], #actions [data-act='{action}']").first.click()
    form = page.locator("#action-form form")
    form.wait_for()
    return form


def fill(form: Any, **values: Any) -> None:
    """Type as a person would: texts, choices, several of a list, yes and no, files."""
    for name, value in values.items():
        controls = form.locator(f"[name='{name}']")
        first = controls.first
        if first.get_attribute("type") in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                form.locator(f"[name='{name}'][value='{one}']").check()
        elif first.get_attribute("type") == "file":
            first.set_input_files(value)
        elif first.evaluate("element => element.tagName") == "SELECT":
            first.select_option(value)
        else:
            first.fill(value)


def do(page: Any, action: str, **values: Any) -> None:
    """One act from its button to the page that says it is done."""
    form = open_act(page, action)
    fill(form, **values)
    with page.expect_event("load"):  # a jump to the new event on the old page would not be enough
        form.locator("button[type=submit]").click()


def said(page: Any) -> str:
    """The message on top of the page."""
    return str(page.locator("#messages").inner_text())


# ── what a page shows ────────────────────────────────────────────────────────────────────────────────


def acts(page: Any) -> list[str]:
    """Names of the acts that may be done."""
    return list(page.locator("#actions a[data-act] .action-name").all_inner_texts())


def refused(page: Any, title: str) -> str:
    """The reason that stands below an act that can't be done."""
    button = page.locator("#actions button[aria-disabled=true]", has_text=title)
    assert button.count() == 1, f"{title} is not shown as refused: {page.locator('#actions').inner_text()}"
    assert button.evaluate("button => getComputedStyle(button).borderStyle") == "dashed"
    return str(page.locator(f"#{button.get_attribute('aria-describedby')}").inner_text())


def loop_rows(page: Any) -> list[str]:
    """The rows of the loop's table, each as one line; the table is there for readers though the drawing is shown."""
    return [" ".join(row.split()) for row in page.locator(".loop-rows > li").all_text_contents()]


def record(page: Any) -> list[str]:
    """What happened, newest first."""
    return [" ".join(event.split()) for event in page.locator(".events > li.event").all_inner_texts()]


def rows(page: Any) -> list[str]:
    """The rows of the queue."""
    return [" ".join(row.split()) for row in page.locator("tr[data-row]").all_inner_texts()]


def sideways(page: Any) -> int:
    """Pixels that the page or its main region is wider than the window."""
    return int(
        page.evaluate(
            "() => { const main = document.querySelector('main');"
            " return Math.max(document.documentElement.scrollWidth - innerWidth,"
            " main ? main.scrollWidth - main.clientWidth : 0); }"
        )
    )


def violations(page: Any, axe: str) -> list[str]:
    """What axe finds on the page as it stands, one line each."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(axe)
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}, resultTypes: ['violations']}})")["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:160]}" for one in found for node in one["nodes"]]


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────


def time_passes(ticket_id: int, name: str, **hours: float) -> None:
    """As if this limit had begun so much earlier, and the watch came by."""
    by = timedelta(**hours)
    for clock in Clock.objects.filter(ticket=ticket_id, name=name, stopped_at=None):
        for field in ("started_at", "first_due_at", "due_at", "warn_at", "ceiling_at", "next_at"):
            if moment := getattr(clock, field):
                setattr(clock, field, moment - by)
        clock.save()
    sweep(now=timezone.now)
