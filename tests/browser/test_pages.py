"""Every page on a desk and on a phone: no barrier, nothing sideways, a visible focus, and English (U01, U04)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.appeals.appeal import concluded
from tests.browser.office import Office, open_act, sideways, violations
from tests.cast import person
from tests.tickets.drives import run_watch
from tests.tickets.test_W06_etc import etc
from tickets.models import Message, Ticket

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WIDTHS = (320, 360, 768, 1280)
MOST_STOPS = 30
# From now on every place where the focus comes is written down: can it be seen there, and is it in main?
WATCH_STOPS = """() => {
  const shows = element => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  };
  document.activeElement?.blur();
  window.stops = [];
  addEventListener('focusin', ({ target }) => window.stops.push({
    name: target.outerHTML.slice(0, 120),
    // A field inside a frame of its own has the ring around the frame; the parts of a date have the browser's.
    seen: shows(target) || shows(target.parentElement) || target.matches('[type^=date]'),
    inside: Boolean(target.closest('main')),
    on: target.getClientRects().length > 0,
  }), true);
}"""


class Eye:
    """Looks at one person's pages and keeps what is wrong with them."""

    def __init__(self, page: Any, axe: str) -> None:
        self.page, self.axe = page, axe
        self.wrong: list[str] = []
        self.expected = ""  # words of an error that belongs to the page
        page.add_init_script(axe)
        page.on("console", self._heard)
        page.on("response", lambda answer: self._answered(answer))

    def look(self, name: str, path: str, ready: Callable[[Any], None] | None = None, *, tab: bool = True) -> None:
        self.page.set_viewport_size(DESK)
        self.page.goto(path)
        if ready:
            ready(self.page)
        self._barriers(f"{name} on a desk")
        if tab:
            self._stops(name)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900 if width > 700 else 740})
            if (over := sideways(self.page)) > 0:
                self.wrong.append(f"{name}: {over} px sideways at {width}")
        self.page.set_viewport_size(PHONE)
        self._barriers(f"{name} on a phone")

    def _barriers(self, name: str) -> None:
        self.wrong += [f"{name}: {one}" for one in violations(self.page, self.axe)]

    def _stops(self, name: str) -> None:
        """Tab through the page: each stop can be seen, and the main region has some."""
        self.page.evaluate(WATCH_STOPS)
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
        stops = self.page.evaluate("stops")
        for stop in stops:
            if not stop["seen"] or not stop["on"]:
                self.wrong.append(f"{name}: the focus can't be seen on {stop['name']}")
        if not any(stop["inside"] for stop in stops):
            self.wrong.append(f"{name}: Tab reaches nothing in the main region")

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not (self.expected and self.expected in message.text):
            self.wrong.append(f"{self.page.url} says {message.text}")

    def _answered(self, answer: Any) -> None:
        if answer.status >= 500:
            self.wrong.append(f"{answer.url} answers {answer.status}")


@pytest.fixture
def busy(office: Office) -> Office:
    """An office with work in every state: overdue, warned, with helpers, chased, told by hand, closed."""
    desk = office.desk
    desk.dispatched(desk.ago(hours=43), content="四十三小时前派的，处理已经超时")
    desk.dispatched(desk.ago(hours=38), content="三十八小时前派的，处理已经预警")
    case = desk.dispatched(desk.ago(hours=2), level="vip", content="VIP 客户宽带断线，有协办有督办")
    desk.do(case, "head", "sign", desk.ago(hours=1))
    desk.do(case, "head", "assist", desk.ago(minutes=50), to=["410100-line", "410100-estate"], reason="查线路")
    desk.do(case, "dispatcher", "chase", desk.ago(minutes=40), reason="客户催得急", chase_ground="near")
    told = desk.dispatched(desk.ago(hours=3), content="等回访的一件")
    desk.do(told, "head", "feedback", desk.ago(hours=2), solution="已修复")
    desk.do(
        told, "dispatcher", "reply", desk.ago(hours=1), reply_text="已修复", reply_way="phone", accepted=True,
        outcome="cured",
    )  # fmt: skip
    run_watch(desk.now)
    return office


def page_tabs(page: Any, here: str) -> list[str]:
    page.goto(here)
    return [one.get_attribute("href") for one in page.locator(".ticket-head .tabs a").all()]


def with_the_keys(page: Any) -> None:
    page.get_by_role("button", name="全部快捷键").click()
    page.locator("#key-map").wait_for()


def with_the_preview(page: Any) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Space")
    page.locator("#preview h2, #preview h3").first.wait_for()


def several_at_once(page: Any) -> None:
    page.locator("tr [data-acts~=forward]").first.check()
    page.locator("[data-bulk] button[data-act=forward]").click()
    page.wait_for_url("**/queue/bulk/**")


def with_the_purpose(page: Any) -> None:
    page.locator("#customer").get_by_role("link", name="显示资料").click()
    page.locator("#reveal form").wait_for()


def an_act_with_mistakes(page: Any) -> None:
    form = open_act(page, "recommit")
    form.locator("button[type=submit]").click()
    form.locator("[data-error-summary]").wait_for()


def with_mistakes(page: Any) -> None:
    page.locator("#field-content").fill("写了一半")
    page.keyboard.press("Control+Enter")
    page.locator("#error-summary").wait_for()


def finish(eye: Eye) -> None:
    assert not eye.wrong, "\n".join(eye.wrong)


def test_U04_the_pages_of_a_department(busy: Office, axe: str) -> None:
    chased = Ticket.objects.get(content__startswith="VIP")
    here = f"/tickets/{chased.number}/"
    eye = Eye(busy.page("head"), axe)
    eye.look("home", "/")
    eye.look("queue", "/queue/")
    eye.look("queue with nothing in it", "/queue/?grade=national")
    eye.look("queue that is done", "/queue/?view=ended")
    eye.look("conditions", "/queue/conditions/")
    eye.look("kept views", "/queue/views/?grade=national")
    eye.look("an act", here, lambda page: open_act(page, "recommit"))
    eye.look("why", here, lambda page: page.locator("#clocks summary", has_text="为什么").first.click())
    for tab in page_tabs(eye.page, here):
        eye.look(tab, tab)
    eye.look("the loop as a table", f"{here}?loop=table")
    eye.look("alerts", "/alerts/")
    eye.look("notices", "/alerts/?group=notices")
    eye.look("search", "/search/?q=断线")
    eye.look("settings", "/settings/")
    eye.look("the second factor", "/settings/second-factor/")
    eye.look("preview", "/queue/", with_the_preview)
    eye.look("several at once", "/queue/", several_at_once)
    eye.look("account menu", "/", lambda page: page.locator(".menu > summary").click())
    eye.look("keys", "/", with_the_keys, tab=False)
    eye.look("customer on purpose", here, with_the_purpose)
    eye.expected = "422"
    eye.look("an act with mistakes", here, an_act_with_mistakes)
    eye.expected = "403"
    eye.look("no right to see it", "/organisation/")
    finish(eye)


def test_U04_the_pages_of_the_front_desk(busy: Office, axe: str, page: Any) -> None:
    stranger = Eye(page, axe)
    stranger.look("login", "/login/")
    finish(stranger)
    number = Ticket.objects.get(content__startswith="VIP").number
    eye = Eye(busy.page("front_desk"), axe)
    eye.look("home", "/")
    eye.look("intake", "/intake/")
    eye.look("print", f"/tickets/{number}/print/intake/", tab=False)
    eye.expected = "422"
    eye.look("intake with mistakes", "/intake/", with_mistakes)
    eye.expected = "404"
    eye.look("no such ticket", "/tickets/T20260101000001/")
    finish(eye)
    desk = Eye(busy.page("receptionist"), axe)
    desk.look("home of the property desk", "/")
    desk.look("empty queue", "/queue/")
    desk.look("intake of the property desk", "/intake/")
    finish(desk)


def test_U04_the_pages_of_those_who_look_on(busy: Office, axe: str) -> None:
    for who in ("dispatcher", "caller", "officer", "quality", "auditor", "general_manager"):
        eye = Eye(busy.page(who), axe)
        eye.look(f"home of {who}", "/")
        finish(eye)
    eye = Eye(busy.page("dispatcher"), axe)
    eye.look("told by hand", "/by-hand/")
    finish(eye)
    eye = Eye(busy.page("supervisor"), axe)
    eye.look("home of the supervisor", "/")
    eye.look("board", "/board/")
    eye.look("board by rate", "/board/?show=rate")
    eye.look("board on the wall", "/board/?wall=1", tab=False)
    eye.look("lateness", "/board/lateness/")
    eye.look("imports", "/imports/", tab=False)  # nothing to reach while nothing was imported
    finish(eye)


SUPERVISION = (
    "/supervision/",
    "/supervision/cases/",
    "/supervision/escalations/",
    "/supervision/orders/",
    "/supervision/major/",
    "/supervision/walls/",
)
APPEALS = ("/appeals/", "/appeals/findings/", "/appeals/filings/", "/appeals/contacts/")


def test_U04_the_pages_of_supervision(busy: Office, axe: str) -> None:
    chased = Ticket.objects.get(content__startswith="VIP")
    step = busy.desk.step(chased, side=False)
    eye = Eye(busy.page("supervisor"), axe)
    for path in SUPERVISION:
        eye.look(path, path)
    eye.look("a chase order", f"/supervision/orders/new/?step={step.pk}")
    finish(eye)


def test_U04_tickets_of_the_highway_and_of_an_appeal(office: Office, axe: str) -> None:
    c, desk = office.c, office.desk
    for name in ("agent", "agent2"):
        c.people[name] = person(name, home=c.units["410000-centre"], roles="agent")
    drive = etc(c, desk.ago(hours=3))
    drive.do("front_desk", "submit", desk.ago(hours=2))
    appealed = concluded(c, desk.ago(hours=20), share=60)
    for who, case in (("agent", drive), ("officer", appealed)):
        eye = Eye(office.page(who), axe)
        for tab in page_tabs(eye.page, f"/tickets/{case.last.ticket.number}/"):
            eye.look(tab, tab)
        finish(eye)


def test_U04_the_pages_of_administrators(busy: Office, axe: str) -> None:
    for who, paths in ADMINISTRATORS.items():
        eye = Eye(busy.page(who), axe)
        for path in paths:
            eye.look(f"{path} of {who}", path)
        finish(eye)


ADMINISTRATORS = {
    "administrator": (
        "/",
        "/organisation/",
        "/organisation/units/410100-net/",
        "/organisation/new-unit/",
        "/organisation/import/",
        "/routes/",
        "/calendar/",
        "/rulebooks/",
        "/rulebooks/unicom-complaint/1/",
        "/rulebooks/unicom-complaint/1/retime/",
        "/system/",
        "/system/messages/",
    ),
    "security_admin": ("/people/", "/people/of/head/", "/people/new/", "/people/import/", "/people/programs/"),
    "auditor": ("/system/audit/",),
}


# ── English ──────────────────────────────────────────────────────────────────────────────────────────

# What stands on the page in Chinese, outside of what was typed in or names somebody, and how it is addressed.
CHINESE = """names => {
  const found = new Set();
  const chinese = text => /[\\u4e00-\\u9fff]/.test(names.reduce((left, name) => left.replaceAll(name, ''), text));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim();
    const own = walk.currentNode.parentElement.closest('script, style, .avatar, [lang]:not(html)');
    if (!own && chinese(text)) found.add(text);
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
    for (const name of ['aria-label', 'placeholder', 'title']) {
      const text = element.getAttribute(name) ?? '';
      if (chinese(text)) found.add(`${name}: ${text}`);
    }
  }
  if (chinese(document.title)) found.add(`title: ${document.title}`);
  return [...found].map(text => text.slice(0, 80));
}"""


def names_of(office: Office) -> list[str]:
    """What people have typed or are called: the same in every language. Longer ones first."""
    c = office.c
    texts = [one.name for rows in (c.units, c.people) for one in rows.values()] + [c.hq.name, c.prop.name]
    for content, subject in Ticket.objects.values_list("content", "subject"):
        texts += [content, subject]
    for text, subject in Message.objects.values_list("text", "subject"):  # as they were sent
        texts += [text, subject]
    return sorted({text for text in (*texts, *TYPED) if text}, key=len, reverse=True)


# What the tickets above say, the name of the other language, and the marks of the four principles.
TYPED = (
    "查线路",
    "光路问题",
    "客户催得急",
    "已修复",
    "王**",
    "王小明",
    "郑州市金水区花园路 1 号",
    "郑州市金水区****",
    "中文",
    "断线",
    *"要大广急",
)


def test_U01_pages_are_whole_in_english(busy: Office) -> None:
    here = f"/tickets/{Ticket.objects.get(content__startswith='VIP').number}/"
    left: list[str] = []
    names = names_of(busy)
    tabs = tuple(f"{here}?tab={tab}" for tab in ("content", "files", "links", "alerts", "fields"))
    alerts = ("/alerts/", "/alerts/?group=notices", "/alerts/?group=done")
    for who, paths in {
        "head": ("/", "/queue/", here, *tabs, *alerts, "/search/?q=断线", "/settings/"),
        "front_desk": ("/intake/", f"{here}print/intake/"),
        "receptionist": ("/", "/intake/"),
        "dispatcher": ("/", here, "/by-hand/"),
        "supervisor": ("/", "/board/", "/board/lateness/", "/imports/", *SUPERVISION),
        "officer": ("/", *APPEALS),
        **ADMINISTRATORS,
    }.items():
        busy.c.people[who].language = "en"
        busy.c.people[who].save(update_fields=["language"])
        page = busy.page(who)
        for path in paths:
            page.goto(path)
            assert page.locator("html").get_attribute("lang") == "en", path
            left += [f"{path} ({who}): {one}" for one in page.evaluate(CHINESE, names)]
            page.set_viewport_size({"width": 1280, "height": 900})
            if (over := sideways(page)) > 0:
                left.append(f"{path} ({who}): {over} px sideways")
    assert not left, "\n".join(left)
