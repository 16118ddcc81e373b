"""Each partial is rendered with plain data, as a page would (design §8): what it says, and that it keeps the CSP."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.utils import translation

from complaints_site.lib.timestate import time_state

AT = datetime(2026, 11, 24, 9, 6, tzinfo=UTC)
FOLDER = Path(settings.BASE_DIR) / "templates"


def limit(state="warned", minutes=72, percent=92.9, **more):
    return time_state(state=state, at=AT, deadline=AT + timedelta(minutes=minutes), percent=percent, **more)


MARK = {"principle": "gravity", "reason": "可能申诉"}
FIELD = {
    "name": "kind",
    "type": "choice",
    "required": True,
    "title": "投诉类型",
    "choices": ["计费", "服务"],
    "value": "服务",
}
STEPS = [
    {"id": 1, "unit": "客户热线", "title": "受理", "who": "张**", "words": "32 分", "state": "done"},
    {
        "id": 2,
        "unit": "网络维护部",
        "title": "处理",
        "words": "余 41 分",
        "state": "warned",
        "current": True,
        "sent_by": 1,
    },
    {
        "id": 3,
        "unit": "线路中心",
        "title": "协办",
        "words": "余 3 小时",
        "state": "normal",
        "assist": True,
        "sent_by": 2,
    },
    {"id": 4, "unit": "客户热线", "title": "答复", "words": "", "state": "next", "sent_by": 2},
]
ACTIONS = [
    {"action": "feedback", "title": "反馈", "url": "/f", "main": True, "key": "B", "allowed": True},
    {"action": "forward", "title": "转派", "url": "/z", "allowed": False, "reason": "还有 1 个协办没反馈"},
]
CASES = {
    "lamp": ({"state": "overdue", "words": "超 24 分"}, ["state-overdue", "超 24 分", 'class="shape"']),
    "time_bar": ({"time": limit()}, ["余 1 小时 12 分", 'width="92.9"', "已用 92.9%，预警点 90%", "bar-warned"]),
    "priority_marks": ({"marks": [MARK]}, ["<b>大</b>", "可能申诉", "重大性优先：可能申诉"]),
    "chip": ({"words": "近 7 天", "name": "受理", "remove_url": "/q"}, ['aria-label="去掉条件 受理"']),
    "explain_popover": (
        {"explain": {"id": "w", "rows": [{"words": "到期", "value": "11-24 18:18", "total": True}]}},
        ["为什么？", "<details", "11-24 18:18"],
    ),
    "error_summary": (
        {"problems": [{"field": "field-kind", "words": "选择类型"}]},
        ["还差 1 项", 'href="#field-kind"'],
    ),
    "field": ({"field": FIELD}, ["<legend", 'value="服务" checked']),
    "promise_card": (
        {"promise": {"known": True, "told": "11-25 周三 17:00", "say": "明天答复"}},
        ["请告诉客户", "“明天答复”"],
    ),
    "customer_card": ({"customer": {"initial": "王", "name": "王**", "facts": ["宽带"]}}, ["王**", "宽带"]),
    "mask": ({"reveal_url": "/show"}, ["显示（留痕）"]),
    "duplicate_item": (
        {
            "duplicate": {
                "kind": "same",
                "kind_words": "很像",
                "number": "TS1",
                "url": "/t",
                "acts": [{"label": "并入", "url": "/m"}],
            }
        },
        ["很像", 'formaction="/m"'],
    ),
    "loop_svg": ({"steps": STEPS}, ["loop-current", "网络维护部", "loop-arrow-assist", 'role="img"']),
    "loop_table": ({"steps": STEPS, "forecast": "答复"}, ['aria-current="step"', "接着：", "loop-row-assist"]),
    "action_panel": (
        {"actions": ACTIONS},
        ["button-main", 'data-key="B"', 'aria-disabled="true"', "还有 1 个协办没反馈"],
    ),
    "action_form": (
        {"action": ACTIONS[0], "fields": [FIELD], "version": 3, "receiver": "热线"},
        ['name="version" value="3"', "热线", 'data-key="Ctrl+Enter"'],
    ),
    "event_item": (
        {"event": {"at_words": "16:58", "title": "写进展", "who": "郑**", "text": "<b>好</b>"}},
        ["&lt;b&gt;好"],
    ),
    "heat_table": (
        {
            "heat": {
                "caption": "在办",
                "corner": "单位",
                "columns": ["处理"],
                "rows": [{"title": "热线", "cells": [{"count": 9, "overdue": 2, "url": "/l"}], "total": 9}],
                "totals": [{"count": 9, "overdue": 2, "url": "/l"}],
                "total": 9,
                "greatest": 9,
            }
        },
        ["q5", '<th scope="row">', "，超时 2"],
    ),
    "alert_item": (
        {
            "alert": {
                "id": 1,
                "kind": "warned",
                "title": "专线中断",
                "url": "/t",
                "time": limit(),
                "sent_words": "16:51 发出",
            }
        },
        ["专线中断", "16:51 发出", "alert-warned"],
    ),
    "empty_state": (
        {"empty": {"title": "没有等您协办的工单", "acts": [{"label": "看全部", "url": "/q"}]}},
        ["<h2>", "看全部"],
    ),
    "bulk_bar": (
        {"bulk": [{"action": "assign", "title": "指派", "icon": "assign", "url": "/a", "key": "A"}]},
        ["hidden", "指派"],
    ),
    "pagination": ({"pages": {"next_url": "/q?c=2", "words": "第 1~50 件"}}, ['rel="next"', "第 1~50 件"]),
    "clock": ({"clock": {"title": "本环节", "time": limit(), "due_words": "11-24 18:18 到期"}}, ["time-large", "到期"]),
}


def render(name, context, language="zh-hans"):
    with translation.override(language):
        return get_template(f"partials/{name}.html").render(context)


@pytest.mark.parametrize("name", sorted(CASES))
def test_U08_each_partial_says_what_it_was_given(name):
    context, expected = CASES[name]
    html = render(name, context)
    for words in expected:
        assert words in html, words


@pytest.mark.parametrize("name", sorted(CASES))
def test_U01_no_chinese_word_of_a_partial_is_left_in_english(name):
    html = render(name, CASES[name][0], "en")
    given = "".join(re.findall(r"[\u4e00-\u9fff]", str(CASES[name][0])))
    left = set(re.findall(r"[\u4e00-\u9fff]", html)) - set(given)
    assert left == set()


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.html")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_U04_templates_keep_the_content_security_policy(path):
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"(src|href)=[\"']https?:", text)


def test_U02_an_unmarked_ticket_shows_a_dash():
    assert "—" in render("priority_marks", {"marks": []})


@pytest.mark.parametrize(
    ("field", "control"),
    [
        ({"type": "text"}, "<input"),
        ({"type": "text", "long": True}, "<textarea"),
        ({"type": "choice", "choices": ["a", "b"]}, 'type="radio"'),
        ({"type": "choice", "choices": list("abcdef")}, "<select"),
        ({"type": "list", "choices": ["a", "b"]}, 'type="checkbox"'),
        ({"type": "unit", "choices": [{"value": "u", "title": "热线"}]}, "<select"),
        ({"type": "boolean"}, 'type="checkbox"'),
        ({"type": "number"}, 'inputmode="decimal"'),
        ({"type": "datetime"}, 'type="datetime-local"'),
        ({"type": "file"}, 'type="file"'),
    ],
)
def test_C03_each_type_of_a_rulebooks_field_has_its_control(field, control):
    html = render("field", {"field": {"name": "x", "title": "X", **field}})
    assert control in html
    assert "X" in html


def test_C03_a_wrong_field_is_named_described_and_keeps_what_was_typed():
    field = {
        "name": "address",
        "type": "text",
        "title": "装机地址",
        "value": 'a"<b>',
        "errors": ["填写装机地址"],
        "hint": "到门牌",
    }
    html = render("field", {"field": field})
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="field-address-error field-address-hint"' in html
    assert "a&quot;&lt;b&gt;" in html
    assert "选填" in html


def test_U03_every_key_is_written_once_and_keys_js_reads_it():
    html = render("action_panel", CASES["action_panel"][0])
    assert html.count('data-key="B"') == 1
    assert "<kbd>B</kbd>" in html
