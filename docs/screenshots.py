"""Takes the pictures of README.md: `make screenshots`. It starts a site of its own, with demo data."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "images"
PASSWORD = "Demo-2026!"
DESKTOP = {"width": 1440, "height": 900}
SHEET = {"width": 900, "height": 1200}
PHONE = {"width": 390, "height": 844}
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at which page, and what is done there first."""

    name: str
    login: str
    path: str
    act: Callable[[Page], None] = lambda page: None
    size: dict[str, int] | None = None


def open_first(page: Page) -> None:
    page.goto(page.locator("[data-row-link]").first.get_attribute("href") or "/")


def open_print(page: Page) -> None:
    open_first(page)
    page.goto(page.url.split("?")[0] + "print/intake/")


def write_intake(page: Page) -> None:
    page.get_by_text("客户投诉处理", exact=True).first.click()
    page.locator("textarea[name=content]").fill("家里从昨天起没有信号，重启手机也没有用。")


SHOTS = [
    Shot("queue", "paidan", "/queue/"),
    Shot("intake", "shouli", "/intake/", write_intake),
    Shot("ticket", "paidan", "/queue/", open_first),
    Shot("print", "paidan", "/queue/", open_print, size=SHEET),
    Shot("alerts", "zhuguan", "/alerts/"),
    Shot("board", "zhuguan", "/board/"),
    Shot("indicators", "zongdu", "/indicators/"),
    Shot("supervision", "zongdu", "/supervision/"),
    Shot("appeals", "shensu", "/appeals/"),
    Shot("rulebook", "guanli", "/rulebooks/unicom-complaint/1/"),
    Shot("queue-phone", "paidan", "/queue/", size=PHONE),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def take(browser: Browser, site: str, shot: Shot) -> None:
    page = browser.new_page(
        base_url=site,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport=shot.size or DESKTOP,
        reduced_motion="reduce",
    )
    page.goto("/login/")
    page.locator("input[name=username]").fill(shot.login)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    answer = page.goto(shot.path)
    if answer is None or not answer.ok:
        raise SystemExit(f"{shot.login} does not get {shot.path}")
    shot.act(page)
    page.screenshot(path=PICTURES / f"{shot.name}.png")
    page.close()
    print(f"docs/images/{shot.name}.png")


def wait_for(server: "subprocess.Popen[str]", port: int) -> None:
    """Until `serve` says where it is."""
    for line in server.stdout or ():
        if f"localhost:{port}" in line:
            return
    raise SystemExit("the site did not start")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    wanted = [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
            "REDIS_URL": "",
        }
        manage = [sys.executable, str(ROOT / "manage.py")]
        for command in (["migrate", "--verbosity", "0"], ["demo"]):
            subprocess.run([*manage, *command], check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        serve = [*manage, "serve", "--port", str(port)]
        with subprocess.Popen(serve, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            try:
                wait_for(server, port)
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(
                        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
                    )
                    for shot in wanted:
                        take(browser, f"http://localhost:{port}", shot)
                    browser.close()
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
