"""The pages about the interface: open under the strict policy, and their samples run as they stand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.books import loaded
from tests.cast import cast
from tickets.actions.people import token_create
from tickets.api.document import document
from tickets.models import Contact, Ticket


class Samples(HTMLParser):
    """The samples of each operation, by its id."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.operation, self.inside = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            self.operation = dict(attrs)["aria-labelledby"] or ""
        if tag == "pre" and self.operation:
            self.inside = True
            self.found.setdefault(self.operation, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[self.operation][-1] += data


@pytest.mark.django_db(transaction=True)
def test_I01_the_samples_of_the_pages_run_as_they_stand(live_server: Any, tmp_path: Path) -> None:
    loaded("unicom-complaint")
    environment = {**os.environ, "TOKEN": token_create(person=cast().people["hotline"], at=timezone.now())}
    (tmp_path / "recording.wav").write_bytes(b"words that were said")
    with urllib.request.urlopen(f"{live_server.url}/api/v1/docs/") as page:
        reader = Samples()
        reader.feed(page.read().decode())

    def run(operation: str, which: int) -> str:
        sample = reader.found[operation][which].replace("T20261124000001", number)
        command = [sys.executable, "-c", sample] if which else ["sh", "-c", f"{sample} --silent --fail-with-body"]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (operation, sample, done.stdout, done.stderr)
        return done.stdout

    number = "T20261124000001"
    number = json.loads(run("tickets_create", 0))["number"]
    assert number in run("tickets_create", 1), "the same key: the same ticket"
    run("tickets_contact", 0)
    run("tickets_contact", 1)
    for operation in ("tickets_list", "tickets_retrieve", "tickets_progress", "customers_lookup", "rulebooks_retrieve"):
        for which in (0, 1):
            run(operation, which)
    run("attachments_create", 0)
    run("attachments_create", 1)
    assert (Ticket.objects.count(), Contact.objects.count()) == (1, 1)


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_I01_the_page_is_read_without_a_script_and_by_everybody(
    new_page: Any, live_server: Any, axe: str, language: str
) -> None:
    for width in (1440, 360):
        page = new_page(viewport={"width": width, "height": 800}, locale=language)
        answer = page.goto(f"{live_server.url}/api/v1/docs/")
        assert answer.ok
        assert page.locator("script, style, [style]").count() == 0
        for path in document("zh-hans")["paths"]:
            assert page.get_by_text(path, exact=True).count(), path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if width == 1440:
            page.evaluate(axe)
            assert page.evaluate("axe.run().then(found => found.violations.map(one => one.id))") == []
