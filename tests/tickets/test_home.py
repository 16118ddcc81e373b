"""The first page, by role (row U08)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.books import IDS, loaded
from tests.cast import Cast, cast, stamp
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_act
from tickets.models import Draft, Person, Route, Ticket

LATE = timedelta(hours=30)


@pytest.fixture
def c(db: None) -> Cast:
    made = cast()
    for book in IDS:
        loaded(book)
    return made


def client_of(person: Person) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def home_of(c: Cast, who: str) -> str:
    answer = client_of(c.people[who]).get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def figures(page: str) -> dict[str, str]:
    """The numbers of the page by their words."""
    found = re.findall(
        r'<span class="small second">([^<]+)</span>\s*<span class="figure-value[^>]*>(?:<svg.*?</svg>)?([^<]+)<',
        page,
        re.S,
    )
    return {title: value.strip() for title, value in found}


def complaint(c: Cast, *, ago: timedelta = timedelta(hours=1), until: str = "intake") -> Ticket:
    at = timezone.now() - ago
    new = NewTicket(
        content="宽带断线，秘密的内容",
        customer=NewCustomer(name="王某某", phone="13800006621"),
        data={"channel": "hotline", "business_type": "fixed.broadband", "complaint_type": "network_quality"},
    )
    front = c.people["front_desk"]
    ticket = ticket_register(new, version=loaded("unicom-complaint"), actor=front, at=at).ticket
    steps: dict[str, tuple[str, str, dict[str, Any]]] = {
        "review": ("front_desk", "submit", {"business_type": "fixed.broadband", "complaint_type": "network_quality"}),
        "handling": ("dispatcher", "dispatch", {"to": "410100-net"}),
        "reply": ("head", "feedback", {"solution": "已修复"}),
        "callback": (
            "dispatcher",
            "reply",
            {"reply_text": "已修复", "reply_way": "phone", "accepted": True, "outcome": "cured"},
        ),
    }
    for kind, (who, action, given) in steps.items():
        if ticket.step_kind == until:
            break
        ticket = ticket_act(ticket_id=ticket.pk, action=action, given=given, actor=c.people[who], at=at).ticket
        assert ticket.step_kind == kind
    return ticket


def test_U08_the_front_desk_sees_what_it_owes(c: Cast) -> None:
    ticket = complaint(c, until="review")
    ticket_act(
        ticket_id=ticket.pk, action="return_form", given={"reason": "缺地址"}, actor=c.people["dispatcher"],
        at=timezone.now(),
    )  # fmt: skip
    Draft.objects.create(person=c.people["front_desk"], book="unicom-complaint", saved_at=timezone.now())
    page = home_of(c, "front_desk")
    assert "登记投诉" in page
    assert figures(page) == {"待答复客户": "0", "退回待改": "1", "草稿": "1", "今天办结": "0"}
    assert ticket.number in page
    assert "王某某" not in page


@pytest.mark.parametrize(
    ("who", "numbers", "until"),
    [
        ("dispatcher", ("待复核", "超 3 小时未派", "被退回改派", "超时"), "review"),
        ("head", ("待签收", "超时", "预警", "待您审批"), "handling"),
        ("handler", ("我的处理", "超时", "预警", "待协办"), "handling"),
        ("caller", ("要回访", "一天内到期", "没接通", "不满意待甄别"), "callback"),
        ("supervisor", ("超时", "督办未答", "待批申请", "影响大量客户"), "handling"),
        ("officer", ("在办", "超时", "预警", "待您审批"), "handling"),
    ],
)
def test_U08_each_role_has_its_four_numbers(c: Cast, who: str, numbers: tuple[str, ...], until: str) -> None:
    complaint(c, until=until)
    assert tuple(figures(home_of(c, who))) == numbers


def test_U08_numbers_lead_to_the_list_that_they_count(c: Cast) -> None:
    for _ in range(2):
        complaint(c, ago=LATE, until="review")
    client = client_of(c.people["dispatcher"])
    page = client.get("/").content.decode()
    assert figures(page)["待复核"] == "2"
    assert figures(page)["超 3 小时未派"] == "2"
    assert figures(page)["超时"] == "2"
    link = re.search(r'href="(/queue/[^"]*)"[^>]*>\s*<span class="small second">待复核', page)
    assert link is not None
    listed = client.get(link[1].replace("&amp;", "&")).content.decode()
    assert listed.count("list-title") == 2


def test_U08_property_roles_are_told_by_what_they_may_do(c: Cast) -> None:
    assert "今天办结" in figures(home_of(c, "receptionist"))
    assert "待签收" in figures(home_of(c, "engineering_head"))
    assert "督办未答" in figures(home_of(c, "cs_supervisor"))
    assert "督办未答" in figures(home_of(c, "general_manager"))


def test_S03_the_administrator_sees_no_complaint(c: Cast) -> None:
    Route.objects.filter(organisation=c.hq, region="*").delete()
    stamp(c.hq)
    ticket = complaint(c, until="handling")
    page = home_of(c, "administrator")
    assert set(figures(page)) == {"路由缺口", "发送失败", "待生效规则", "未出的日历"}
    assert int(figures(page)["路由缺口"].replace(",", "")) > 0
    assert "秘密的内容" not in page
    assert ticket.number not in page


def test_S03_nobody_finds_a_number_of_what_they_may_not_see(c: Cast) -> None:
    complaint(c, until="handling")
    assert figures(home_of(c, "js_net_head"))["待签收"] == "0"
    assert not figures(home_of(c, "auditor"))


def test_U08_the_first_steps_are_kept_per_person(c: Cast) -> None:
    client = client_of(c.people["head"])
    assert "第一次用？4 步就好" in client.get("/").content.decode()
    answer = client.post("/first-steps/queue/")
    assert answer["Location"] == "/queue/"
    assert client.get("/").content.decode().count("（已完成）") == 1
    client.post("/first-steps/away/")
    assert "第一次用" not in client.get("/").content.decode()
    assert "第一次用" in home_of(c, "head2")
    assert client.post("/first-steps/nonsense/").status_code == 404


def test_U08_a_person_without_duties_is_told_who_helps(c: Cast) -> None:
    c.people["head"].duties.all().delete()
    stamp(c.hq)
    assert "您还没有岗位" in home_of(c, "head")


def test_U08_the_first_page_costs_few_statements(c: Cast, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        complaint(c, until="review")
    for who in ("front_desk", "dispatcher", "supervisor"):
        client = client_of(c.people[who])
        client.get("/")
        with django_assert_max_num_queries(14):  # two of them are the session and the person
            client.get("/")


def test_U08_in_english(c: Cast) -> None:
    complaint(c, until="review")
    c.people["dispatcher"].language = "en"
    c.people["dispatcher"].save()
    page = home_of(c, "dispatcher")
    assert "To review" in figures(page)
