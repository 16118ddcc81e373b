"""The work queue as its people see it (rows U02, C08, C10, W01, N06)."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.desk import Desk
from tickets.models import Person, Ticket


def _page(desk: Desk, who: str, query: str = "") -> str:
    answer = desk.client(who).get(f"/queue/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def _numbers(page: str) -> list[str]:
    return re.findall(r'class="list-number">(T\d+)<', page)


def _tab(page: str, label: str) -> str:
    found = re.search(rf'>{label}<span class="tab-count">([\d,]+)<', page)
    return found[1] if found else ""


def _lamp(page: str, word: str) -> int:
    found = re.search(rf'{word} <span class="lamp-count">(\d+)<', page)
    return int(found[1]) if found else -1


@pytest.mark.django_db
def test_U02_a_row_says_what_where_who_and_how_long() -> None:
    desk = Desk()
    ticket = desk.dispatched(level="vip")
    page = _page(desk, "head")
    assert _numbers(page) == [ticket.number]
    for words in ("宽带连续断线三天", "王**", "138****6621", "未指派", "省投诉处理中心", "余 16 小时"):
        assert words in page, words
    assert "13800006621" not in page
    assert "王小明" not in page
    assert "重要性优先" in page


@pytest.mark.django_db
def test_U02_views_and_their_counts() -> None:
    desk = Desk()
    first, second = desk.dispatched(), desk.dispatched()
    desk.do(first, "head", "sign")
    desk.do(first, "head", "assign", assignee="handler")
    desk.do(first, "head", "assist", to=["410100-line"], reason="查线路")
    page = _page(desk, "head")
    assert [_tab(page, label) for label in ("本部门全部", "待签收", "我的处理", "待协办", "等别人反馈")] == [
        "2", "1", "0", "0", "1"
    ]  # fmt: skip
    assert _numbers(_page(desk, "head", "?view=sign")) == [second.number]
    assert _numbers(_page(desk, "handler", "?view=mine")) == [first.number]
    waiting = _page(desk, "head", "?view=waiting")
    assert _numbers(waiting) == [first.number]
    assert "郑州线路维护中心" in waiting
    assist = _page(desk, "line_head", "?view=assist")
    assert _numbers(assist) == [first.number], "a side step of the unit is a row of its own"
    assert "协办" in assist


@pytest.mark.django_db
def test_U02_the_dispatcher_has_nothing_to_confirm_where_the_rulebook_knows_no_receipt() -> None:
    desk = Desk()
    ticket = desk.complaint()
    desk.do(ticket, "front_desk", "submit", business_type="fixed.broadband", complaint_type="billing")
    assert _tab(_page(desk, "dispatcher"), "待签收") == "0"


@pytest.mark.django_db
def test_C08_the_rulebooks_priority_comes_first_and_time_alone_is_offered() -> None:
    desk = Desk()
    old = desk.dispatched(desk.ago(hours=30), content="普通的旧单")
    grave = desk.dispatched(desk.ago(minutes=5), content="VIP 的新单", level="vip")
    assert _numbers(_page(desk, "head")) == [grave.number, old.number]
    assert _numbers(_page(desk, "head", "?sort=time")) == [old.number, grave.number]
    assert "改为只看剩余时间" in _page(desk, "head")


@pytest.mark.django_db
def test_U02_lamps_count_and_filter_overdue_first() -> None:
    desk = Desk()
    late = desk.dispatched(desk.ago(hours=45))  # 41 h for the department
    warned = desk.dispatched(desk.ago(hours=38))
    normal = desk.dispatched(desk.ago(hours=1))
    page = _page(desk, "head")
    assert [_lamp(page, word) for word in ("超时", "预警", "正常", "暂停")] == [1, 1, 1, 0]
    assert page.index("超时 <") < page.index("预警 <")
    for lamp, ticket in (("overdue", late), ("warned", warned), ("normal", normal)):
        assert _numbers(_page(desk, "head", f"?lamp={lamp}")) == [ticket.number], lamp


@pytest.mark.django_db
def test_U02_conditions_narrow_the_list_and_can_be_taken_off() -> None:
    desk = Desk()
    broadband = desk.dispatched()
    mobile = desk.dispatched(channel="web")
    page = _page(desk, "head", "?channel=web")
    assert _numbers(page) == [mobile.number]
    assert "渠道：公司网站" in page
    assert "去掉条件 渠道" in page
    assert _numbers(_page(desk, "head", "?received=today&channel=hotline")) == [broadband.number]
    nothing = _page(desk, "head", "?grade=national")
    assert "没有符合这些条件的工单" in nothing
    assert "清除条件" in nothing
    form = desk.client("head").get("/queue/conditions/?channel=web").content.decode()
    assert '<option value="web" selected>' in form


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=x", "?page=99999999", "?view=nope&lamp=blue&sort=best", "?received=ever"]
)
def test_U02_an_address_that_makes_no_sense_shows_the_list(query: str) -> None:
    desk = Desk()
    desk.dispatched()
    _page(desk, "head", query)


@pytest.mark.django_db
def test_U02_an_empty_view_says_what_will_come_and_leads_on() -> None:
    desk = Desk()
    page = _page(desk, "line_head", "?view=assist")
    for words in ("没有等您协办的工单", "协办有自己的时限", "看本部门全部 0 件", "看等别人反馈的 0 件"):
        assert words in page


@pytest.mark.django_db
def test_U02_ended_tickets_are_a_view_of_their_own() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "dispatcher", "withdraw", reason="客户撤诉")
    assert _numbers(_page(desk, "head")) == []
    page = _page(desk, "head", "?view=ended")
    assert _numbers(page) == [ticket.number]
    assert "客户撤诉" in page


@pytest.mark.django_db
def test_S03_other_units_see_nothing_and_count_nothing() -> None:
    desk = Desk()
    desk.dispatched()
    page = _page(desk, "billing_head")
    assert _numbers(page) == []
    assert _tab(page, "本部门全部") == "0"
    assert _numbers(_page(desk, "supervisor")) != [], "whose duty reaches down sees the units below"
    assert _numbers(_page(desk, "auditor")) != []
    assert _numbers(_page(desk, "js_dispatcher", "?view=waiting")) == []


@pytest.mark.django_db
def test_N06_for_the_person_complained_about_the_ticket_is_in_no_list_and_no_count() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    Ticket.objects.filter(pk=ticket.pk).update(respondent_person=desk.c.people["head"])
    page = _page(desk, "head")
    assert _numbers(page) == []
    assert _tab(page, "本部门全部") == "0"
    assert 'id="rail-queue"' not in page
    assert _numbers(_page(desk, "head2")) == [ticket.number]


@pytest.mark.django_db
def test_U02_25_rows_cost_at_most_8_statements() -> None:
    desk = Desk()
    for _ in range(3):
        desk.dispatched()
    client = desk.client("head")
    client.get("/queue/")  # the session is written once in five minutes
    few = _statements(client)
    for _ in range(22):
        desk.dispatched()
    many = _statements(client)
    assert len(many) <= 8, "\n".join(many)
    assert len(many) == len(few), "not one more for more rows"


def _statements(client: Any, address: str = "/queue/") -> list[str]:
    with CaptureQueriesContext(connection) as said:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in said if "SAVEPOINT" not in query["sql"]]


# ── live ─────────────────────────────────────────────────────────────────────────────────────────────


def _poll_address(page: str) -> str:
    found = re.search(r'hx-get="(/queue/poll/[^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


@pytest.mark.django_db
def test_U02_a_poll_says_what_changed_and_moves_nothing() -> None:
    desk = Desk()
    shown = desk.dispatched()
    client = desk.client("head")
    address = _poll_address(client.get("/queue/").content.decode())
    quiet = client.get(address).content.decode()
    assert "点此显示" not in quiet
    assert f'id="time-{desk.step(shown).pk}"' in quiet
    desk.do(shown, "head2", "sign")
    new = desk.dispatched(desk.now.replace(microsecond=0))
    told = client.get(address.replace("&since=", "&since=0&was=")).content.decode()
    assert "有 1 件新工单、1 件状态变化，点此显示" in told
    assert new.number not in told, "the row itself waits until it is let in"


@pytest.mark.django_db
def test_U02_an_unchanged_poll_is_answered_with_304() -> None:
    desk = Desk()
    desk.dispatched(desk.ago(hours=2))
    client = desk.client("head")
    address = _poll_address(client.get("/queue/").content.decode())
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?shown=x-1.9999999999999999999-2..&since=abc", "?since=99999999999999"])
def test_U02_a_poll_with_a_broken_memory_still_answers(query: str) -> None:
    desk = Desk()
    assert desk.client("head").get(f"/queue/poll/{query}").status_code == 200


# ── several at once ──────────────────────────────────────────────────────────────────────────────────


def _choice(desk: Desk, ticket: Ticket) -> str:
    step = desk.step(ticket, side=False)
    return f"{step.pk}.{step.version}"


@pytest.mark.django_db
def test_C10_receipt_of_several_is_one_press() -> None:
    desk = Desk()
    tickets = [desk.dispatched() for _ in range(3)]
    client = desk.client("head")
    assert 'data-acts="sign ' in client.get("/queue/").content.decode()
    answer = client.post(
        "/queue/bulk/sign/", {"step": [_choice(desk, t) for t in tickets], "back": "/queue/?view=sign"}
    )
    assert (answer.status_code, answer.url) == (302, "/queue/?view=sign")
    assert "“签收”已办 3 件" in client.get(answer.url).content.decode()
    assert all(desk.step(ticket).signed_at for ticket in tickets)


@pytest.mark.django_db
def test_C10_a_bulk_act_is_asked_once_and_reports_every_ticket() -> None:
    desk = Desk()
    fine, waiting, foreign = desk.dispatched(), desk.dispatched(), desk.dispatched(to="410100-billing")
    desk.do(waiting, "head", "assist", to=["410100-line"], reason="查线路")
    steps = [_choice(desk, ticket) for ticket in (fine, waiting, foreign)]
    client = desk.client("head")
    form = client.get("/queue/bulk/forward/", {"step": steps}).content.decode()
    assert "1 件可以办" in form
    assert "1 件不行" in form
    assert "未反馈" in form
    assert foreign.number not in form, "what one may not see is not even refused"
    typed = {"step": steps, "to": "410100-billing", "reason": "计费问题", "confirmed": "1"}
    page = client.get(client.post("/queue/bulk/forward/", typed).url).content.decode()
    assert "“转派”已办 1 件" in page
    assert waiting.number in page
    assert desk.step(fine).unit.code == "410100-billing"
    assert desk.step(waiting, side=False).unit.code == "410100-net"


@pytest.mark.django_db
def test_C10_a_row_that_moved_meanwhile_is_reported_not_changed() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    seen = _choice(desk, ticket)
    desk.do(ticket, "head2", "assign", assignee="handler")
    client = desk.client("head")
    typed = {"step": [seen], "assignee": "handler2", "confirmed": "1"}
    page = client.get(client.post("/queue/bulk/assign/", typed).url).content.decode()
    assert "刚被改过" in page
    assert desk.step(ticket).assignee == Person.objects.get(username="handler")


@pytest.mark.django_db
@pytest.mark.parametrize("steps", [[], ["x"], ["1.1"], ["99999999999999999999.1"]])
def test_C10_a_bulk_act_on_nothing_says_so(steps: list[str]) -> None:
    desk = Desk()
    client = desk.client("head")
    answer = client.post("/queue/bulk/sign/", {"step": steps})
    assert answer.status_code == 302
    assert "先选中工单" in client.get(answer.url).content.decode()
