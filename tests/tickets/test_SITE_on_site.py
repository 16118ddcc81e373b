"""A visit on site has a limit of its own and reports to who asked; a decision on false material is made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests.tickets.test_walks import House, moment

PEOPLE = "inspector@office inspector_head@office window_head@a"
FORM = {
    "channel": "letter", "form": "written", "content": "要求先交押金", "request": "退还", "grounds": "无依据",
    "topic": "procedure", "grave": False, "receipt_number": "收[2026]8", "respondent": {"unit": "a"},
}  # fmt: skip
TOLD = {"reply_text": "押金合规", "reply_way": "letter", "reply_letter": "@file"}
LINES: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("24 9:00", "inspector", "register", FORM, "acceptance@office"),
    ("25 16:00", "inspector", "accept", {"complexity": "simple"}, "investigation@office promise=30_17:30"),
    ("26 10:00", "inspector", "visit", {"to": "b", "reason": "看窗口"}, "422 to"),
    ("26 10:00", "inspector", "visit", {"to": "a", "reason": "看窗口"}, "site@a investigation@office"),
    ("26 11:00", "inspector", "finish", {"findings": "无", "upheld": False, "disposition": "none"}, "409 waiting"),
    ("27 9:00", "window_head", "site_report", {"site_findings": "有公示"}, "422 visited_at"),
    ("27 9:00", "window_head", "site_report",
     {"site_findings": "有公示", "visited_at": "2026-11-27T08:30:00+08:00"}, "investigation@office"),
    ("27 10:00", "inspector", "finish", {"findings": "有据", "upheld": False, "disposition": "none"}, "telling@office"),
    ("27 11:00", "inspector", "tell", TOLD, "filing@office"),
    ("27 12:00", "inspector", "archive", {"case_file": "@file"}, "closed"),
    ("31 9:00", "inspector", "reopen_false", {"false_material": "公示照片系事后补拍"}, "403"),
    ("31 9:00", "inspector_head", "reopen_false", {}, "422 false_material"),
    ("31 9:00", "inspector_head", "reopen_false", {"false_material": "公示照片系事后补拍"},
     "investigation@office promise=34_17:30"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.clause("D16-1-d", "D16-1-e", "D16-1-f")
def test_SITE_a_visit_reports_back_in_its_own_time_and_false_material_opens_the_case_again(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(moment("24 8:00"), tick=False) as clock:
        house = House("service-window", PEOPLE)
        for at, who, action, given, wanted in LINES:
            clock.move_to(moment(at))
            answer = house.do(who, action, dict(given))
            seen = set(house.seen(answer))
            assert set(wanted.split()) <= seen, (at, who, action, seen, answer.body if answer.status > 201 else "")
            if action == "visit" and answer.status == 200:
                site = next(step for step in answer.body["steps"] if step["kind"] == "site")
                assert site["due_at"].startswith("2026-11-30"), "2 working days, and an hour before who asked"
