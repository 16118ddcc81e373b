"""Taking in a complaint in the browser, by what the page does with a post (rows C01-C04, C20, U03)."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.books import loaded
from tests.cast import Cast, cast, duty, stamp
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_act
from tickets.models import Attachment, Customer, Draft, IdempotencyKey, Person, Ticket, TicketLink

HTML = {"HTTP_ACCEPT_LANGUAGE": "zh-CN"}


def client_of(person: Person) -> Client:
    client = Client(**HTML)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def c(db: None) -> Cast:
    made = cast()
    for book in ("unicom-complaint", "property"):
        loaded(book)
    return made


def filled(**more: Any) -> dict[str, Any]:
    """A form as a clerk of the hotline fills it in."""
    return {
        "book": "unicom-complaint",
        "request_key": uuid.uuid4().hex,
        "draft": str(uuid.uuid4()),
        "phone": "138 0000 6621",
        "name": "王某某",
        "channel": "hotline",
        "business_type": "fixed.broadband",
        "complaint_type": "quality_within_net",
        "occurred_at": "昨天 20",
        "content": "宽带每晚断线，两次上门未修好",
        "request": "今晚前修好",
        "do": "main",
        **more,
    }


def complaint(c: Cast, who: str = "front_desk", **more: Any) -> Ticket:
    at = more.pop("at", timezone.now() - timedelta(hours=1))
    new = NewTicket(
        content=more.pop("content", "宽带连续断线三天，两次上门未修好"),
        customer=NewCustomer(name="王某某", phone="13800006621", level="vip"),
        data={"channel": "hotline", "business_type": "fixed.broadband", **more},
    )
    return ticket_register(new, version=loaded("unicom-complaint"), actor=c.people[who], at=at).ticket


@pytest.mark.clause("D14-2")
def test_C01_the_page_asks_what_the_rulebook_asks(c: Cast) -> None:
    page = client_of(c.people["front_desk"]).get("/intake/").content.decode()
    for words in ("来电号码", "业务类型", "投诉类型", "投诉内容", "客户要求", "提交投诉中心", "当场答复并结办"):
        assert words in page
    assert 'name="nature"' not in page
    page = client_of(c.people["receptionist"]).get("/intake/").content.decode()
    for words in ("投诉形式", "发生地点", "立项", "解释清楚，不立项", 'name="harm"', 'name="case_ground"'):
        assert words in page
    assert 'name="complaint_type"' not in page


def test_C01_one_post_registers_and_submits(c: Cast) -> None:
    answer = client_of(c.people["front_desk"]).post("/intake/", filled())
    ticket = Ticket.objects.get()
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/{ticket.number}/")
    assert ticket.step_kind == "review"
    assert ticket.unit == c.units["410000-centre"]
    assert ticket.fields["told"] == "provincial"
    assert ticket.promised_at == ticket.received_at + timedelta(hours=48)
    assert ticket.customer is not None
    assert ticket.customer.phone == "138 0000 6621"
    assert timezone.localtime(ticket.received_at).date() - timedelta(1) == (
        timezone.datetime.fromisoformat(ticket.fields["occurred_at"]).date()
    )


@pytest.mark.clause("D3-2.1.2", "D3-2.5.1")
def test_C01_what_is_missing_is_said_and_nothing_is_lost_nor_written(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    answer = client.post("/intake/", filled(complaint_type="", content="", occurred_at="不知道哪天"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Ticket.objects.exists()
    assert "还差 3 项，工单没有提交" in page
    assert 'href="#field-complaint_type">选择投诉类型，才能确定派给哪个部门' in page
    assert 'href="#field-content"' in page
    assert "看不懂这个时间" in page
    assert "今晚前修好" in page
    assert "不知道哪天" in page
    assert "选好投诉类型后算出" in page
    assert "最晚" in page


def test_C01_a_double_click_makes_one_ticket(c: Cast) -> None:
    client, form = client_of(c.people["front_desk"]), filled()
    first, second = client.post("/intake/", form), client.post("/intake/", {**form, "content": "又改了几个字的内容"})
    assert Ticket.objects.count() == 1
    assert first["Location"] == second["Location"]
    assert IdempotencyKey.objects.count() == 1


def test_C01_a_refused_second_part_leaves_the_ticket_there(c: Cast) -> None:
    """The form was right, then the unit that should get it went: registered, and the page says why it stays here."""
    c.units["410000-centre"].closed_at = timezone.now()
    c.units["410000-centre"].save()
    for unit in ("HQ-centre", "320000-centre"):
        c.units[unit].closed_at = timezone.now()
        c.units[unit].save()
    stamp(c.hq)
    client = client_of(c.people["front_desk"])
    answer = client.post("/intake/", filled())
    ticket = Ticket.objects.get()
    assert answer.status_code == 302
    assert ticket.step_kind == "intake"
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert any("已登记，还没有提交" in words for words in said)


def test_C04_answered_on_the_spot_is_closed_at_once(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    answer = client.post("/intake/", filled(do="end"))
    assert answer.status_code == 422
    assert 'href="#field-reply_text"' in answer.content.decode()
    client.post("/intake/", filled(do="end", reply_text="已远程重启光猫，现在正常", outcome="cured"))
    ticket = Ticket.objects.get()
    assert ticket.state == "closed"
    assert ticket.fields["reply_text"] == "已远程重启光猫，现在正常"


def test_C01_only_registering_is_possible_too(c: Cast) -> None:
    client_of(c.people["front_desk"]).post("/intake/", filled(do="only", complaint_type=""))
    assert Ticket.objects.get().step_kind == "intake"


def test_C02_an_anonymous_complaint_needs_no_number(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    answer = client.post("/intake/", filled(phone="", name=""))
    assert answer.status_code == 422
    assert 'href="#field-phone"' in answer.content.decode()
    client.post("/intake/", filled(phone="", name="", anonymous="true", confidential="true"))
    ticket = Ticket.objects.get()
    assert ticket.anonymous
    assert ticket.confidential
    assert ticket.customer is None


@pytest.mark.clause("D18-1-8")
def test_C01_a_known_number_shows_who_it_is_and_keeps_the_level(c: Cast) -> None:
    for hours in (30, 20, 10):
        complaint(c, at=timezone.now() - timedelta(hours=hours), content=f"第{hours}次投诉别的事情")
    client = client_of(c.people["front_desk"])
    card = client.post("/intake/parts/", {**filled(), "name": ""}).content.decode()
    assert "王**" in card
    assert "王某某" not in card
    assert "近 90 天投诉 3 次" in card
    assert "未办结 3 件" in card
    assert "VIP" in card
    client.post("/intake/", filled(name=""))
    assert Ticket.objects.latest("pk").level == "vip"
    assert Customer.objects.count() == 1


def test_C07_the_promise_follows_the_form(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    part = client.post("/intake/parts/", filled()).content.decode()
    assert "48小时" in part
    assert "系统建议：省级（48 小时）" in part
    assert "省投诉处理中心" in part
    part = client.post("/intake/parts/", filled(tell_as="general")).content.decode()
    assert 'name="reason"' in part, "another promise than the proposed one needs a reason"
    assert "24小时" in part
    assert not Ticket.objects.exists()


def test_C08_words_that_make_it_grave_only_suggest_a_mark(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    part = client.post("/intake/parts/", filled(content="再不解决就打12300申诉")).content.decode()
    assert "内容提到“12300、申诉”，建议标记" in part
    client.post("/intake/", filled(content="再不解决就打12300申诉"))
    assert Ticket.objects.get().fields["grave"] is False
    client.post("/intake/", filled(content="再不解决就打12300申诉", grave="true"))
    assert Ticket.objects.latest("pk").fields["grave"] is True


def test_C20_the_same_matter_is_found_and_linked_for_the_dispatcher(c: Cast) -> None:
    first = complaint(c)
    client = client_of(c.people["front_desk"])
    part = client.post("/intake/parts/", filled(content="宽带断线，上门两次未修好")).content.decode()
    assert "很像" in part
    assert first.number in part
    assert "<mark>" in part
    client.post("/intake/", filled(do=f"merge:{first.number}"))
    second = Ticket.objects.latest("pk")
    link = TicketLink.objects.get()
    assert (link.ticket, link.other, link.kind) == (second, first, TicketLink.Kind.DUPLICATE)
    assert second.step_kind == "review", "the clerk may not merge: whoever dispatches sees the link"
    part = client.post("/intake/parts/", filled(not_same=str(first.pk))).content.decode()
    assert first.number not in part.split('id="history"')[0]


def test_C20_who_may_merge_merges(c: Cast) -> None:
    duty(c.people["front_desk"], "dispatcher", c.units["410100-hall"])
    first = complaint(c)
    client_of(c.people["front_desk"]).post("/intake/", filled(do=f"merge:{first.number}"))
    second = Ticket.objects.latest("pk")
    assert second.state == "merged"
    assert second.content == "宽带每晚断线，两次上门未修好", "nothing of it is lost"
    assert TicketLink.objects.get().other == first


def test_C20_a_stranger_at_the_same_place_is_linked_to_the_incident(c: Cast) -> None:
    first = complaint(c, occurred_place="金水区花园小区12号楼", content="整栋楼信号都很弱")
    client = client_of(c.people["front_desk"])
    form = filled(phone="13900001111", occurred_place="金水区花园小区12号楼", content="手机没有信号")
    part = client.post("/intake/parts/", form).content.decode()
    assert "同地点" in part
    client.post("/intake/", {**form, "do": f"incident:{first.number}"})
    assert TicketLink.objects.get().kind == TicketLink.Kind.INCIDENT


def test_C20_a_second_call_chases_where_the_rulebook_allows_it(c: Cast) -> None:
    first = complaint(c)
    client = client_of(c.people["front_desk"])
    assert f"chase:{first.number}" not in client.post("/intake/parts/", filled()).content.decode()
    duty(c.people["front_desk"], "dispatcher", c.units["410100-hall"])
    assert f"chase:{first.number}" in client.post("/intake/parts/", filled()).content.decode()
    client.post("/intake/", filled(do=f"chase:{first.number}"))
    assert Ticket.objects.count() == 1
    assert first.steps.filter(kind="chase").exists()


def test_C01_drafts_are_kept_encrypted_for_their_writer_alone(c: Cast) -> None:
    client, form = client_of(c.people["front_desk"]), filled()
    answer = client.post(f"/intake/drafts/{form['draft']}/", form)
    assert set(answer.json()) == {"saved_at"}
    draft = Draft.objects.get()
    assert draft.data["content"] == [form["content"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM tickets_draft")
        assert "断线" not in cursor.fetchone()[0]
    page = client.get(f"/intake/?draft={form['draft']}").content.decode()
    assert form["content"] in page
    assert "昨天 20" in page
    stranger = client_of(c.people["front_desk2"])
    assert form["content"] not in stranger.get(f"/intake/?draft={form['draft']}").content.decode()
    assert stranger.post(f"/intake/drafts/{form['draft']}/", form).status_code == 404
    client.post("/intake/", form)
    assert not Draft.objects.exists(), "a submitted form is no draft any more"
    client.post(f"/intake/drafts/{form['draft']}/", form)
    assert not Draft.objects.exists(), "and its last save, which came late, makes none"


def test_C01_a_draft_is_given_up(c: Cast) -> None:
    client, form = client_of(c.people["front_desk"]), filled()
    client.post(f"/intake/drafts/{form['draft']}/", form)
    client_of(c.people["front_desk2"]).post(f"/intake/drafts/{form['draft']}/discard/")
    assert Draft.objects.count() == 1
    client.post(f"/intake/drafts/{form['draft']}/discard/")
    assert not Draft.objects.exists()


def test_C01_files_wait_for_their_ticket_and_survive_mistakes(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    picture = SimpleUploadedFile("光猫.txt", "光猫的照片说明".encode())
    part = client.post("/intake/files/", {"files": picture}).content.decode()
    kept = Attachment.objects.get()
    assert str(kept.pk) in part
    bad = SimpleUploadedFile("x.html", b"<html><script>alert(1)</script>")
    assert "不收这种文件" in client.post("/intake/files/", {"files": bad}).content.decode()
    again = SimpleUploadedFile("合同.txt", "合同扫描".encode())
    page = client.post("/intake/", {**filled(content=""), "file": str(kept.pk), "files": again}).content.decode()
    assert Attachment.objects.count() == 2
    ids = [str(one.pk) for one in Attachment.objects.all()]
    assert all(one in page for one in ids)
    client.post("/intake/", {**filled(), "file": ids})
    assert Ticket.objects.get().attachments.count() == 2


def test_S06_another_persons_file_is_not_taken(c: Cast) -> None:
    client_of(c.people["front_desk2"]).post("/intake/files/", {"files": SimpleUploadedFile("a.txt", b"mine")})
    client_of(c.people["front_desk"]).post("/intake/", {**filled(), "file": str(Attachment.objects.get().pk)})
    assert Ticket.objects.get().attachments.count() == 0


def test_SIGN_face_to_face_is_registered_printed_and_waits_for_the_signature(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    answer = client.post("/intake/", filled(channel="hall"))
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/tickets/{ticket.number}/print/intake/?after=intake"
    assert ticket.step_kind == "intake", "not submitted before the signed copy is there"
    page = client.get(answer["Location"]).content.decode()
    assert "客户投诉工单" in page
    due = timezone.localtime(ticket.received_at + timedelta(hours=48))
    assert f"{due.year} 年 {due.month} 月 {due.day} 日" in page, "the paper says what submitting will promise"
    answer = client.post("/intake/", filled(channel="hall", sign_refused="true"))
    assert answer.status_code == 422
    assert 'href="#field-witness"' in answer.content.decode()
    client.post("/intake/", filled(channel="hall", sign_refused="true", witness="保安李某"))
    assert Ticket.objects.latest("pk").step_kind == "review"


def test_SIGN_what_was_typed_for_submitting_waits_with_the_ticket(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    client.post("/intake/", filled(channel="hall", tell_as="national", reason="客户在外省"))
    ticket = Ticket.objects.get()
    form = client.get(f"/tickets/{ticket.number}/act/submit/").content.decode()
    assert "客户在外省" in form
    page = client.get(f"/tickets/{ticket.number}/print/intake/").content.decode()
    due = timezone.localtime(ticket.received_at + timedelta(hours=72))
    assert f"{due.year} 年 {due.month} 月 {due.day} 日" in page
    assert "草稿 1" not in client.get("/intake/").content.decode()


def test_SIGN_a_signed_copy_in_the_form_submits_at_once(c: Cast) -> None:
    signed = SimpleUploadedFile("签字.pdf", b"%PDF-1.4 scan of the form\n%%EOF")
    client_of(c.people["front_desk"]).post("/intake/", {**filled(channel="hall"), "signed_form": signed})
    ticket = Ticket.objects.get()
    assert ticket.step_kind == "review"
    assert ticket.attachments.get().field == "signed_form"


def test_C03_the_person_complained_about_is_found_and_never_registers(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    names = client.get("/intake/names/person/", {"respondent_person": "网络处理人"}).content.decode()
    assert "网络处理人（handler）" in names
    assert "接待员" not in client.get("/intake/names/person/", {"x": "接待员"}).content.decode(), "of another house"
    client.post("/intake/", filled(respondent_person="网络处理人（handler）", respondent_unit="郑州网络维护部"))
    ticket = Ticket.objects.get()
    assert ticket.respondent_person == c.people["handler"]
    assert ticket.respondent_unit == c.units["410100-net"]
    answer = client.post("/intake/", filled(respondent_person="查无此人"))
    assert 'href="#field-respondent_person"' in answer.content.decode()
    answer = client.post("/intake/", filled(respondent_person="front_desk"))
    assert answer.status_code == 409 or answer.status_code == 403
    assert Ticket.objects.count() == 1


def test_C01_property_opens_a_case_in_one_post(c: Cast) -> None:
    form = {
        "book": "property",
        "request_key": uuid.uuid4().hex,
        "draft": str(uuid.uuid4()),
        "phone": "13700002222",
        "name": "赵某",
        "address": "翠湖 3 栋 502",
        "channel": "phone",
        "occurred_at": "今早7点",
        "occurred_place": "3 栋电梯",
        "content": "电梯停运，老人被困",
        "nature": "valid",
        "valid_ground": "harm",
        "case_ground": "on_site",
        "harm": "true",
        "promise_broken": "false",
        "fault": "true",
        "do": "main",
    }
    client = client_of(c.people["receptionist"])
    part = client.post("/intake/parts/", form).content.decode()
    assert "翠湖工程部" in part or "没有" in part
    answer = client.post("/intake/", {**form, "harm": ""})
    assert 'href="#field-harm"' in answer.content.decode()
    client.post("/intake/", {**form, "respondent_unit": "翠湖工程部"})
    ticket = Ticket.objects.get()
    assert ticket.severity == "major"
    assert ticket.step_kind == "handling"
    assert ticket.unit == c.units["PROP-site1-engineering"]


def test_S03_who_does_not_register_gets_no_form(c: Cast) -> None:
    for who in ("handler", "administrator", "auditor"):
        client = client_of(c.people[who])
        assert client.get("/intake/").status_code == 403
        assert client.post("/intake/", filled()).status_code == 403
    assert Client().get("/intake/").status_code == 302
    assert not Ticket.objects.exists()


def test_C20_a_ticket_that_one_may_not_see_is_never_a_candidate(c: Cast) -> None:
    other = complaint(c, "province_front_desk")
    client = client_of(c.people["front_desk"])
    assert other.number not in client.post("/intake/parts/", filled()).content.decode()
    client.post("/intake/", filled(do=f"merge:{other.number}"))
    assert not TicketLink.objects.exists()


def test_PHRASES_forbidden_words_warn(c: Cast) -> None:
    version = "unicom-complaint/1"
    client = client_of(c.people["dispatcher"])
    assert "急什么" in client.post(f"/phrases/{version}/", {"reply_text": "您急 什 么，等着"}).content.decode()
    assert not client.post(f"/phrases/{version}/", {"reply_text": "很抱歉，让您久等了"}).content.strip()
    assert client.post("/phrases/unicom-complaint/99/", {"reply_text": "x"}).status_code == 404


def test_C22_the_print_holds_the_customers_own_form(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    client.post("/intake/", filled(confidential="true", request_kind=["solve", "compensate"]))
    ticket = Ticket.objects.get()
    page = client.get(f"/tickets/{ticket.number}/print/intake/").content.decode()
    for words in ("王某某", "138 0000 6621", "宽带/数据", "网内通信质量", "解决、补偿/赔偿；今晚前修好"):
        assert words in page
    for words in ("我们承诺在", "客户签字", "含个人信息"):
        assert words in page
    assert ticket.access_log.filter(person=c.people["front_desk"], what="print_intake").count() == 1
    assert client_of(c.people["js_dispatcher"]).get(f"/tickets/{ticket.number}/print/intake/").status_code == 404


def test_C01_the_form_in_english(c: Cast) -> None:
    c.people["front_desk"].language = "en"
    c.people["front_desk"].save()
    page = client_of(c.people["front_desk"]).get("/intake/").content.decode()
    assert "Complaint type" in page
    assert "Submit to the centre" in page


def test_C01_no_strange_text_breaks_the_page(c: Cast) -> None:
    client = client_of(c.people["front_desk"])
    for strange in ("\x00", "<script>alert(1)</script>", "‮‮", "A" * 30_000, "{{ 7*7 }}", "'; DROP TABLE x;--"):
        data = dict.fromkeys(filled(), strange) | {"request_key": strange, "extra": strange}
        assert client.post("/intake/", data).status_code in (302, 403, 404, 409, 422)
        assert client.post("/intake/parts/", data).status_code == 200
        assert client.get("/intake/", {"phone": strange, "draft": strange, "book": strange}).status_code == 200


def test_C01_a_form_page_costs_few_statements(c: Cast, django_assert_max_num_queries: Any) -> None:
    complaint(c)
    client = client_of(c.people["front_desk"])
    client.post("/intake/parts/", filled())
    with django_assert_max_num_queries(14):
        client.post("/intake/parts/", filled())


def test_S01_an_intake_is_the_same_two_actions(c: Cast) -> None:
    client_of(c.people["front_desk"]).post("/intake/", filled())
    ticket = Ticket.objects.get()
    assert [event.name for event in ticket.events.order_by("seq")] == ["register", "submit"]
    ticket_act(ticket_id=ticket.pk, action="dispatch", given={}, actor=c.people["dispatcher"], at=timezone.now())
