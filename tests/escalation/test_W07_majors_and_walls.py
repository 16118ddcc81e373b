"""Major matters told at once with receipts, a confirmation taken back, and screens on walls (W07, N02, K06)."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from escalation.models import Alert, MajorReport, Wall
from tests.cast import Cast, cast
from tests.tickets.desk import Desk
from tests.tickets.drives import desk_case, on, run_watch
from tickets.models import Clock, Message

pytestmark = pytest.mark.django_db
REPORT = {"text": "明早八点机房割接，预计两万户宽带中断", "unit": "410100-net", "expected_at": "2026-11-25T08:00"}


@pytest.fixture
def c() -> Cast:
    return cast()


def client_of(c: Cast, who: str) -> Client:
    client = Client()
    client.force_login(c.people[who])
    return client


# ── major matters ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("D3-1.2.3-2-e", "D3-1.2.3-2-f")
def test_W07_one_act_tells_the_head_the_service_department_and_the_centre_and_keeps_who_read_it(c: Cast) -> None:
    with time_machine.travel(on(24, 9), tick=False):
        said = client_of(c, "front_desk").post("/supervision/major/", REPORT, follow=True).content.decode()
        assert "已上报，同时告知" in said
        receipts = MajorReport.objects.get().receipts.select_related("person")
        told = {one.person.username: one.told for one in receipts}
        assert {told["head"], told["head2"]} == {"head"}
        assert told["hq_dispatcher"] == "centre"
        assert "front_desk" not in told
        assert {one.way for one in Message.objects.filter(key__startswith="major:")} >= {"inbox"}
        head = client_of(c, "head")
        assert "两万户宽带中断" in head.get("/alerts/?group=notices").content.decode()
        assert "未签收" in head.get("/supervision/major/").content.decode()
        assert (
            "已签收"
            in head.post(f"/supervision/major/{MajorReport.objects.get().pk}/read/", follow=True).content.decode()
        )
    assert receipts.get(person=c.people["head"]).read_at == on(24, 9)
    assert receipts.filter(read_at=None).count() == len(told) - 1


def test_W07_the_same_words_sent_twice_are_one_report(c: Cast) -> None:
    with time_machine.travel(on(24, 9), tick=False):
        for _ in range(2):
            client_of(c, "front_desk").post("/supervision/major/", REPORT)
    assert MajorReport.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"text": " "}, "写明是什么事"),
        ({"unit": "nowhere"}, "选一个单位"),
        ({"unit": "PROP-site1"}, "选一个单位"),
        ({"expected_at": "2026-11-23T08:00"}, "不能早于现在"),
        ({"expected_at": "soon"}, "看不懂这个时间"),
        ({"text": "x" * 4001}, "最多 4000 字"),
    ],
)
def test_W07_a_bad_report_says_what_to_mend_and_tells_nobody(c: Cast, change: dict[str, str], word: str) -> None:
    with time_machine.travel(on(24, 9), tick=False):
        answer = client_of(c, "front_desk").post("/supervision/major/", REPORT | change)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not MajorReport.objects.exists()
    assert not Message.objects.filter(key__startswith="major:").exists()


def test_W07_another_province_sees_nothing_of_it(c: Cast) -> None:
    with time_machine.travel(on(24, 9), tick=False):
        client_of(c, "front_desk").post("/supervision/major/", REPORT)
        other = client_of(c, "js_net_head")
        assert "两万户" not in other.get("/supervision/major/").content.decode()
        assert other.post(f"/supervision/major/{MajorReport.objects.get().pk}/read/").status_code == 404


# ── a confirmation taken back ────────────────────────────────────────────────────────────────────────


def test_N02_a_confirmation_is_taken_back_within_ten_minutes_by_the_same_person_and_the_climb_goes_on() -> None:
    desk = Desk()
    desk.dispatched(desk.ago(hours=42))
    run_watch(desk.now)
    alert = Alert.objects.get(clock_name="handling", kind=Alert.Kind.OVERRUN)
    head, other = desk.client("head"), desk.client("head2")
    said = head.post(f"/alerts/{alert.pk}/acknowledge/", headers={"hx-request": "true"}).content.decode()
    assert f"/alerts/{alert.pk}/undo/" in said
    assert "只有本人能在 10 分钟内撤销" in other.post(f"/alerts/{alert.pk}/undo/", follow=True).content.decode()
    assert "我来处理" in head.post(f"/alerts/{alert.pk}/undo/", headers={"hx-request": "true"}).content.decode()
    assert not Alert.objects.filter(clock_name="handling", acknowledged_at__isnull=False).exists()
    assert Clock.objects.get(pk=alert.clock_id).silenced == ""
    head.post(f"/alerts/{alert.pk}/acknowledge/")
    with time_machine.travel(desk.now + timedelta(minutes=11), tick=False):
        head.post(f"/alerts/{alert.pk}/undo/")
    alert.refresh_from_db()
    assert alert.acknowledged_at is not None


# ── walls ────────────────────────────────────────────────────────────────────────────────────────────


def test_K06_a_wall_shows_the_counts_of_its_unit_without_login_until_it_is_closed(c: Cast) -> None:
    case = desk_case(c, on(24, 9))
    supervisor, nobody = client_of(c, "supervisor"), Client()
    with time_machine.travel(on(24, 12), tick=False):
        given = supervisor.post("/supervision/walls/", {"unit": "410000", "name": "大厅"}).content.decode()
        address = unescape(re.search(r"<code>http://testserver(/board/\?[^<]*)</code>", given)[1])  # type: ignore[index]
        shown = nobody.get(address)
        assert shown.status_code == 200
        page = shown.content.decode()
        assert "河南省分公司" in page
        poll = unescape(re.search(r'hx-get="([^"]*)"', page)[1])  # type: ignore[index]
        assert nobody.get(poll).status_code == 200
        for secret in (case.ticket.content, "受理员", "/tickets/"):
            assert secret not in page
        assert address.rpartition("token=")[2] not in str(Wall.objects.values_list("digest", "beginning").get())
        other_pages = ("/queue/", "/board/", f"/tickets/{case.ticket.number}/", "/api/v1/tickets/")
        token = address.rpartition("?")[2]
        assert {nobody.get(f"{path}?{token.replace('wall=1&', '')}").status_code for path in other_pages} <= {302, 401}
        supervisor.post("/supervision/walls/", {"close": Wall.objects.get().pk})
        assert nobody.get(address).status_code == 302
        assert nobody.get(poll).status_code == 302


def test_K06_nobody_opens_a_wall_for_a_unit_they_do_not_supervise(c: Cast) -> None:
    with time_machine.travel(on(24, 12), tick=False):
        assert client_of(c, "supervisor").post("/supervision/walls/", {"unit": "HQ", "name": "大厅"}).status_code == 422
        assert (
            client_of(c, "head").post("/supervision/walls/", {"unit": "410100-net", "name": "大厅"}).status_code == 403
        )
    assert not Wall.objects.exists()
