"""N05: a deadline says why it is where it is, so that a clerk can check it with a wall calendar."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tickets.calendars import china
from tickets.explanation_texts import explain
from tickets.limits import Limit, reckon, reckon_fixed


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def test_N05_skipped_days_and_worked_weekends_are_facts():
    facts = reckon(Limit.parse("3wd"), at("2026-02-13T16:00"), china()).explanation
    assert [(note.first.day, note.last.day, note.reason, note.name) for note in facts.skipped_days] == [
        (15, 23, "holiday", "春节")
    ]
    assert [(note.first, note.reason) for note in facts.worked_weekends] == [(date(2026, 2, 14), "worked")]


def test_N05_a_deadline_explains_itself_in_chinese():
    deadline = reckon(Limit.parse("3wd"), at("2026-11-20T16:00"), china())
    assert explain(deadline.explanation) == [
        "起算:2026年11月20日(周五) 16:00。",
        "期限:3个工作日,起算当日不计,到其后第3个工作日的下班时间(17:30)止。",
        "不计的日子:11月21日至11月22日(周末)。",
        "截止:2026年11月25日(周三) 17:30。",
        "预警:起止之间的工作时间(含起算当日剩余部分)共27小时,用去90%(即24小时18分)时为2026年11月25日(周三) 14:48。",
    ]


@pytest.mark.parametrize(
    ("limit", "start", "options", "zh", "en"),
    [
        ("2d", "2026-11-24T09:00", {}, "末日遇休息日不顺延", "does not move"),
        ("2d", "2026-11-24T09:00", {}, "2026年11月26日(周四) 24:00", "Thursday 2026-11-26 24:00"),
        ("2d", "2026-10-01T09:00", {"roll": True}, "顺延到下一个工作日", "moves to the next working day"),
        ("2d", "2026-11-24T09:00", {"end": "closing"}, "下班时间(17:30)", "closing time (17:30)"),
        ("1wd", "2026-12-31T09:00", {}, "2027年的放假安排尚未公布", "2027 is not published"),
        ("same-day", "2026-11-24T10:00", {}, "到起算当日的下班时间", "of the day it starts"),
        ("same-day", "2026-11-24T18:00", {}, "下一个工作日", "next working day"),
        ("1mo", "2026-01-31T10:00", {}, "最后一日", "last day"),
        ("10s", "2026-01-31T10:00", {}, "昼夜和节假日都算", "day and night"),
        ("3wd", "2026-02-13T16:00", {}, "2月14日(春节调休上班)", "2026-02-14 (Spring Festival, worked instead)"),
        (
            "4h",
            "2026-11-24T10:00",
            {"pauses": [(at("2026-11-24T11:00"), at("2026-11-24T12:30"))]},
            "暂停共1小时30分,不计在内",
            "Pauses of 1 h 30 min",
        ),
    ],
)
def test_N05_the_explanation_names_the_rule_used(limit, start, options, zh, en):
    facts = reckon(Limit.parse(limit), at(start), china(), **options).explanation
    assert zh in "".join(explain(facts))
    assert en in " ".join(explain(facts, "en"))


def test_N05_own_closures_and_dates_given_by_hand_are_explained():
    calendar = china(closures=frozenset({date(2026, 11, 23)}))
    facts = reckon(Limit.parse("1wd"), at("2026-11-20T10:00"), calendar).explanation
    assert "11月23日(本单位休息)" in "".join(explain(facts))
    fixed = reckon_fixed(at("2026-11-23T02:00"), at("2026-11-20T16:00"), calendar).explanation
    assert "人工给定" in explain(fixed)[1]
