"""One ticket as its people see it (rows C09-C18, N05, S05, S06, N06)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.tickets.desk import Desk
from tickets.models import AccessLog, Attachment, Ticket

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


def _address(ticket: Ticket) -> str:
    return f"/tickets/{ticket.number}/"


def _page(client: Client, ticket: Ticket, query: str = "") -> str:
    answer = client.get(_address(ticket) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def _act(client: Client, ticket: Ticket, action: str, step: Any = None, **typed: Any) -> Any:
    query = f"?step={step.pk}" if step else ""
    if "version" not in typed and step is not None:
        typed["version"] = step.version
    return client.post(f"{_address(ticket)}act/{action}/{query}", typed)


@pytest.mark.django_db
def test_C12_the_page_shows_where_the_ticket_is_how_it_came_and_how_it_goes_back() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "sign")
    desk.do(ticket, "head", "assist", to=["410100-line", "410100-estate"], reason="查线路")
    page = _page(desk.client("head"), ticket)
    assert '<svg class="loop' in page
    assert "现在在 郑州网络维护部 手里" in page
    assert "接着：答复 → 回访 → 已结案" in page
    table = page[page.index('class="loop-rows"') :]
    order = [table.index(word) for word in ("受理", "复核派单", "处理", "协办", "接着")]
    assert order == sorted(order)
    assert "郑州物业协调组" in table


@pytest.mark.django_db
def test_C12_what_happened_is_told_newest_first_with_names_as_they_were() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "assist", to=["410100-line"], reason="查一下线路")
    desk.c.people["head"].name = "改过名的人"
    desk.c.people["head"].save()
    page = _page(desk.client("dispatcher"), ticket)
    record = page[page.index("处理记录") :]
    assert record.index("请求协办") < record.index("派单") < record.index("登记")
    assert "网络维护部负责人" in record
    assert "改过名的人" not in record
    assert "查一下线路" in record
    assert "郑州线路维护中心要在" in record, "who still owes the answer, and by when"
    desk.do(ticket, "line_head", "feedback", solution="线路正常")
    again = _page(desk.client("dispatcher"), ticket)
    assert "线路正常" in again
    assert "郑州线路维护中心要在" not in again


@pytest.mark.django_db
def test_N05_every_deadline_explains_itself_as_a_sum() -> None:
    desk = Desk()
    ticket = desk.dispatched(desk.ago(hours=2))
    page = _page(desk.client("head"), ticket)
    why = page[page.index("为什么是这个时限？") : page.index("可以做什么")]
    for words in ("起算", "41 小时", "昼夜连续，不跳夜间和假日", "90% 预警", "到期", "客户投诉处理 第 1 版"):
        assert words in why, words
    assert "没有" in why
    desk.do(ticket, "head", "recommit", until=(desk.now + timedelta(hours=60)).isoformat(), reason="备件")
    moved = _page(desk.client("head"), ticket)
    assert "重新承诺时限，原到期" in moved
    assert "起算加时限" in moved


@pytest.mark.django_db
def test_C08_the_marks_say_why() -> None:
    desk = Desk()
    ticket = desk.dispatched(level="vip")
    page = _page(desk.client("head"), ticket)
    assert "为什么排第 1？" in page
    assert "VIP" in page


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_C11_the_acts_are_those_of_the_one_function_and_a_refused_one_says_the_way_out() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    page = _page(desk.client("head"), ticket)
    acts = page[page.index("可以做什么") : page.index("客户</h2>")]
    assert acts.index("签收") < acts.index("转派"), "receipt is the main act until it is given"
    assert 'class="button button-main"' in acts
    desk.do(ticket, "head", "assist", to=["410100-line"], reason="查线路")
    page = _page(desk.client("head"), ticket)
    assert 'aria-disabled="true"' in page
    assert "未反馈" in page
    assert re.search(r'href="[^"]*act/recall/[^"]*">撤回协办', page)
    handler = _page(desk.client("handler"), ticket)
    assert "指派处理人" not in handler, "only the head assigns"
    assert "现在没有要您做的" in _page(desk.client("auditor"), ticket)


@pytest.mark.django_db
def test_C11_an_act_moves_the_ticket_and_says_where_it_went() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    client = desk.client("head")
    step = desk.step(ticket)
    form = client.get(f"{_address(ticket)}act/forward/?step={step.pk}").content.decode()
    assert "郑州计费部" in form
    answer = _act(client, ticket, "forward", step, to="410100-billing", reason="计费问题")
    assert answer.status_code == 302
    assert answer.url == f"{_address(ticket)}#event-4"
    page = client.get(_address(ticket)).content.decode()
    assert "“转派”已办，工单到了 郑州计费部" in page
    assert 'id="event-4"' in page


@pytest.mark.django_db
def test_C12_feedback_says_beforehand_that_it_goes_back_the_way_it_came() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    step = desk.step(ticket)
    form = desk.client("head").get(f"{_address(ticket)}act/feedback/?step={step.pk}").content.decode()
    assert "省投诉处理中心（原路返回）" in form


@pytest.mark.django_db
def test_C11_what_is_missing_is_said_and_what_was_typed_is_kept() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    answer = _act(desk.client("head"), ticket, "forward", desk.step(ticket), to="410100-billing", reason="")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "还差 1 项" in page
    assert 'href="#field-reason"' in page
    assert re.search(r'<option value="410100-billing" selected>', page)


@pytest.mark.django_db
def test_C11_fields_on_condition_stand_in_the_form_with_their_condition() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "feedback", solution="已修复")
    step = desk.step(ticket)
    client = desk.client("dispatcher")
    form = client.get(f"{_address(ticket)}act/reply/?step={step.pk}").content.decode()
    assert re.search(r'data-when="\{&quot;reply_way&quot;: \[[^]]*&quot;letter&quot;', form)
    typed = {"reply_text": "已修复", "reply_way": "letter", "accepted": "true", "outcome": "cured"}
    refused = _act(client, ticket, "reply", step, **typed)
    assert refused.status_code == 422
    assert "field-reply_letter" in refused.content.decode(), "a written complaint needs its letter"
    letter = SimpleUploadedFile("复函.png", PNG, content_type="image/png")
    done = _act(client, ticket, "reply", step, **typed, reply_letter=letter)
    assert done.status_code == 302
    assert Attachment.objects.get(ticket=ticket).field == "reply_letter"


@pytest.mark.django_db
def test_C11_a_file_that_was_sent_need_not_be_sent_again() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "feedback", solution="已修复")
    step = desk.step(ticket)
    client = desk.client("dispatcher")
    letter = SimpleUploadedFile("复函.png", PNG, content_type="image/png")
    typed = {"reply_way": "letter", "accepted": "true", "outcome": "cured"}
    refused = _act(client, ticket, "reply", step, **typed, reply_letter=letter)
    assert refused.status_code == 422
    kept = re.search(r'name="kept-reply_letter" value="([0-9a-f-]+)"', refused.content.decode())
    assert kept
    assert "已上传：复函.png" in refused.content.decode()
    again = _act(client, ticket, "reply", step, **typed, reply_text="已修复", **{"kept-reply_letter": kept[1]})
    assert again.status_code == 302


@pytest.mark.django_db
def test_C11_two_people_press_at_once_the_second_sees_what_happened_and_keeps_the_text() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    step = desk.step(ticket)
    desk.do(ticket, "head2", "assign", assignee="handler")
    answer = _act(desk.client("head"), ticket, "assist", step, to="410100-line", reason="我写了很久的理由")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "刚被改过" in page
    assert "网络维护部副职" in page
    assert "指派处理人" in page
    assert "我写了很久的理由" in page


@pytest.mark.django_db
def test_C11_an_act_on_a_step_that_is_gone_is_answered_in_the_page() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    step = desk.step(ticket)
    desk.do(ticket, "head2", "feedback", solution="已修复")
    answer = _act(desk.client("head"), ticket, "forward", step, reason="x")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "网络维护部副职" in page, "what happened stands below"
    htmx = desk.client("head").get(f"{_address(ticket)}act/forward/", headers={"hx-request": "true"})
    assert htmx.status_code == 409
    assert "<html" not in htmx.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["handler2", "billing_head", "caller", "auditor"])
def test_S03_an_act_of_others_is_not_done(who: str) -> None:
    desk = Desk()
    ticket = desk.dispatched()
    answer = _act(desk.client(who), ticket, "assign", desk.step(ticket), assignee="handler")
    assert answer.status_code in (404, 409)
    assert desk.step(ticket).assignee is None


# ── the customer ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("D20-5-a", "D3-2.4.4-u")
@pytest.mark.django_db
def test_S05_the_customer_is_masked_and_shown_on_purpose_for_five_minutes() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    client = desk.client("head")
    page = _page(client, ticket)
    assert "138****6621" in page
    assert "郑州市金水区****" in page
    assert "13800006621" not in page
    asked = client.get(f"{_address(ticket)}customer/").content.decode()
    assert "用途" in asked
    assert client.post(f"{_address(ticket)}customer/", {}).status_code == 422
    assert not AccessLog.objects.exists()
    assert client.post(f"{_address(ticket)}customer/", {"purpose": "上门处理"}).status_code == 302
    shown = _page(client, ticket)
    assert "13800006621" in shown
    assert "显示到" in shown
    assert "13800006621" not in _page(desk.client("head2"), ticket), "each looks for themselves"
    log = AccessLog.objects.get()
    assert (log.person, log.ticket, log.purpose) == (desk.c.people["head"], ticket, "上门处理")
    session = client.session
    session["revealed"] = {ticket.number: int(desk.ago(seconds=1).timestamp())}
    session.save()
    assert "13800006621" not in _page(client, ticket)


@pytest.mark.django_db
def test_S05_nobody_reveals_what_they_may_not_see() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    answer = desk.client("billing_head").post(f"{_address(ticket)}customer/", {"purpose": "好奇"})
    assert answer.status_code == 404
    assert not AccessLog.objects.exists()


# ── tabs ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_S06_files_are_looked_at_kept_and_sent_back_as_attachments() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    client = desk.client("head")
    picture = SimpleUploadedFile("光猫.png", PNG, content_type="image/png")
    page = SimpleUploadedFile("x.html", b"<html><script>alert(1)</script></html>", content_type="image/png")
    answer = client.post(f"{_address(ticket)}files/", {"file": [picture, page]})
    told = client.get(answer.url).content.decode()
    assert "已上传 光猫.png" in told
    assert "不收这种文件" in told
    kept = Attachment.objects.get(ticket=ticket)
    sent = client.get(f"/files/{kept.pk}/")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(sent.streaming_content) == PNG
    assert desk.client("billing_head").get(f"/files/{kept.pk}/").status_code == 404
    assert "先选文件" in client.get(client.post(f"{_address(ticket)}files/").url).content.decode()


@pytest.mark.django_db
def test_C03_the_customers_own_words_and_all_fields_have_their_tabs() -> None:
    desk = Desk()
    ticket = desk.dispatched(content="第一行\n<b>第二行</b>", request="尽快修好")
    page = _page(desk.client("head"), ticket, "?tab=content")
    assert "&lt;b&gt;第二行&lt;/b&gt;" in page
    assert "尽快修好" in page
    fields = _page(desk.client("head"), ticket, "?tab=fields")
    assert "客服热线" in fields
    assert "受理时间" in fields
    _page(desk.client("head"), ticket, "?tab=nonsense")


@pytest.mark.django_db
def test_C20_linked_tickets_are_listed_both_ways_and_only_if_they_may_be_seen() -> None:
    desk = Desk()
    first, second = desk.dispatched(), desk.dispatched()
    desk.do(second, "dispatcher", "merge", merged_into=first.number)
    page = _page(desk.client("head"), first, "?tab=links")
    assert second.number in page
    Ticket.objects.filter(pk=second.pk).update(respondent_person=desk.c.people["head"])
    assert second.number not in _page(desk.client("head"), first, "?tab=links")


@pytest.mark.django_db
def test_N06_for_the_person_complained_about_there_is_no_such_page() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    Ticket.objects.filter(pk=ticket.pk).update(respondent_person=desk.c.people["head"])
    client = desk.client("head")
    for part in ("", "live/", "preview/", "act/feedback/", "customer/"):
        assert client.get(f"{_address(ticket)}{part}").status_code == 404, part
    assert client.get("/tickets/T20990101000001/").status_code == 404


# ── live, search, cost ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_U02_the_page_is_told_when_somebody_changed_the_ticket() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    client = desk.client("head")
    live = re.search(r'hx-get="(/tickets/[^"]*/live/[^"]*)"', _page(client, ticket))
    assert live
    assert "点此显示" not in client.get(live[1]).content.decode()
    desk.do(ticket, "head2", "sign")
    assert "这件工单有变化，点此显示" in client.get(live[1]).content.decode()


@pytest.mark.django_db
def test_U06_two_characters_a_number_or_a_phone_find_what_one_may_see() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    client = desk.client("head")
    for text in ("断线", "138 0000 6621", ticket.number[:9]):
        assert ticket.number in client.get("/search/", {"q": text}).content.decode(), text
        assert ticket.number not in desk.client("billing_head").get("/search/", {"q": text}).content.decode()
    assert client.get("/search/", {"q": ticket.number}).url == _address(ticket)
    assert "没有找到" in client.get("/search/", {"q": "不存在的话"}).content.decode()
    assert client.get("/search/", {"q": "\x00' OR 1=1 --"}).status_code == 200
    assert "找什么" in client.get("/search/").content.decode()


@pytest.mark.django_db
def test_U02_the_ticket_page_costs_at_most_12_statements() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    for _ in range(5):
        desk.dispatched()
    desk.do(ticket, "head", "assist", to=["410100-line", "410100-estate"], reason="查线路")
    client = desk.client("head")
    _page(client, ticket)
    with CaptureQueriesContext(connection) as said:
        _page(client, ticket)
    assert len(said) <= 12, "\n".join(query["sql"][:200] for query in said)


@pytest.mark.django_db
def test_C12_the_whole_loop_by_posts_of_plain_forms() -> None:
    """Without JavaScript: each act is a form of its own, driven as its people would."""
    desk = Desk()
    ticket = desk.complaint()
    plan = [
        ("front_desk", "submit", {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}),
        ("dispatcher", "dispatch", {"to": "410100-net", "reason": "光路"}),
        ("head", "sign", {}),
        ("head", "assign", {"assignee": "handler"}),
        ("handler", "feedback", {"solution": "已修复"}),
        ("dispatcher", "reply", {"reply_text": "已修复", "reply_way": "phone", "accepted": "true", "outcome": "cured"}),
        ("caller", "callback", {"reached": "true", "satisfaction": "satisfied", "solved": "true"}),
        ("caller", "close", {}),
    ]
    for who, action, typed in plan:
        client = desk.client(who)
        link = re.search(rf'href="(/tickets/[^"]*/act/{action}/[^"]*)"', _page(client, ticket))
        assert link, f"{who}: {action}"
        form = client.get(link[1]).content.decode()
        version = re.search(r'name="version" value="(\d+)"', form)
        assert version
        done = client.post(link[1], {**typed, "version": version[1]})
        wrong = re.findall(r"field-error.*?<span>(.*?)</span>", done.content.decode())
        assert done.status_code == 302, f"{action}: {wrong}"
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    assert "已结案" in _page(desk.client("dispatcher"), ticket)
