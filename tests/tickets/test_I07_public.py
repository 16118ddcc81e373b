"""The public page, the form for everybody and the progress query (row I07, rulings EXPECT and PUBLIC)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.books import loaded
from tests.cast import Cast, cast
from tests.tickets.test_loop import complaint, on
from tickets.actions.desk import DeskPlan, desk_set
from tickets.models import Attachment, Customer, Message, PublicDesk, Ticket
from tickets.progress_codes import code_of
from tickets.views.public import FORMS, OF_ONE_TICKET

pytestmark = pytest.mark.django_db
SAID = {"content": "家里断网三天，没有人来", "name": "李四", "phone": "13911112222", "key": "a" * 32}


@pytest.fixture
def c() -> Cast:
    return cast()


def open_desk(c: Cast, **more: Any) -> PublicDesk:
    book = more.pop("book", "unicom-complaint")
    loaded(book)
    plan = {"book": book, "unit": "410100-hall", "is_open": True, "takes_forms": True, "form_channel": "web"}
    organisation = more.pop("organisation", c.hq)
    return desk_set(organisation=organisation, plan=DeskPlan(**{**plan, **more}), at=timezone.now())


def post(client: Client | None = None, **more: Any) -> Any:
    return (client or Client()).post(reverse("public-complain", args=["HQ"]), {**SAID, **more})


def ask(number: str, code: str, **more: Any) -> Any:
    return Client(**more).post(reverse("public-progress", args=["HQ"]), {"number": number, "code": code})


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("D13-4-2", "D20-6", "D20-12-2-2")
def test_I07_the_public_page_says_how_where_and_by_when(c: Cast) -> None:
    open_desk(c, words="热线 10010，全天\n郑州市花园路 1 号", words_en="Hotline 10010")
    page = Client().get(reverse("public", args=["HQ"]))
    text = page.content.decode()
    assert page.status_code == 200
    for word in ("热线 10010", "受理", "回访", "48 小时", "72 小时"):
        assert word in text
    assert "Hotline 10010" in Client().get(reverse("public", args=["HQ"]) + "?lang=en").content.decode()


def test_I07_a_closed_desk_is_not_there(c: Cast) -> None:
    assert Client().get(reverse("public", args=["HQ"])).status_code == 404
    open_desk(c, takes_forms=False)
    assert Client().get(reverse("public", args=["HQ"])).status_code == 200
    assert post().status_code == 404
    assert Client().get(reverse("public", args=["PROP"])).status_code == 404


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("D20-12-2-8")
def test_I07_a_form_becomes_a_ticket_once_with_number_and_code(c: Cast) -> None:
    open_desk(c)
    client = Client()
    done = client.get(post(client)["Location"])
    again = client.get(post(client)["Location"])
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.received_unit.code, ticket.state) == ("web", "410100-hall", "intake")
    assert ticket.content == SAID["content"]
    assert ticket.customer is not None
    assert ticket.customer.phone == "13911112222"
    for page in (done, again):
        assert ticket.number in page.content.decode()
        assert code_of(ticket.number) in page.content.decode()


def test_I07_files_obey_the_rules_of_uploads_and_are_no_secret_of_the_house(c: Cast) -> None:
    open_desk(c)
    bad = post(files=SimpleUploadedFile("run.html", b"<html><script>x</script></html>"))
    assert bad.status_code == 422
    assert "不收这种文件" in bad.content.decode()
    assert not Ticket.objects.exists()
    post(content="", files=[SimpleUploadedFile("a.txt", b"a")])
    assert not Attachment.objects.exists(), "no file stays without its ticket"
    post(files=[SimpleUploadedFile("a.txt", "断线时间表".encode()), SimpleUploadedFile("b.txt", b"b")])
    kept = Ticket.objects.get().attachments.order_by("name")
    assert [(one.name, one.internal) for one in kept] == [("a.txt", False), ("b.txt", False)]


def test_I07_what_the_rulebook_needs_is_asked_and_what_the_house_answers_is_not(c: Cast) -> None:
    open_desk(
        c,
        book="property",
        organisation=c.prop,
        unit="PROP-site1-cs",
        form_channel="web",
        given={"occurred_at": "2026-11-24T09:00:00+08:00"},
    )
    address = reverse("public-complain", args=["PROP"])
    form = Client().get(address).content.decode()
    assert 'name="occurred_place"' in form
    assert 'name="occurred_at"' not in form
    short = Client().post(address, SAID)
    assert short.status_code == 422
    assert "李四" in short.content.decode(), "what was typed is still there"
    assert Client().post(address, {**SAID, "occurred_place": "3 号楼"}).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"content": " "}, "写下您要投诉什么"),
        ({"phone": ""}, "电话和邮箱至少留一个"),
        ({"email": "nobody"}, "邮箱写得不对"),
        ({"homepage": "https://spam.example"}, "用来识别程序"),
        ({"content": "x" * 20_001}, "field-content"),
    ],
)
def test_I07_a_form_with_mistakes_says_which(c: Cast, wrong: dict[str, str], word: str) -> None:
    open_desk(c)
    answer = post(**wrong)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Ticket.objects.exists()


def test_I07_nobody_outside_changes_what_we_know_of_a_customer(c: Cast) -> None:
    open_desk(c)
    known = complaint(c, on(24, 9)).last.ticket.customer
    post(phone="13800000000", email="thief@example.com", name="别人")
    made = Ticket.objects.latest("pk")
    assert made.customer == known, "the history by number is one"
    assert Customer.objects.get(pk=made.customer_id).email == ""
    assert Customer.objects.get(pk=made.customer_id).name == "王某"


def test_I07_a_flood_of_forms_from_one_address_is_stopped(c: Cast) -> None:
    open_desk(c)
    answers = [post(key=f"{place:032x}") for place in range(FORMS.times + 1)]
    assert [answer.status_code for answer in answers] == [302] * FORMS.times + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    other = Client(REMOTE_ADDR="192.0.2.7").post(reverse("public-complain", args=["HQ"]), {**SAID, "key": "f" * 32})
    assert other.status_code == 302


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────


def test_I07_progress_says_state_and_time_and_nothing_about_a_person(c: Cast) -> None:
    open_desk(c)
    case = complaint(c, on(24, 9))
    number = case.last.ticket.number
    Message.objects.create(
        ticket=case.last.ticket,
        name="progress",
        way="sms",
        to_customer=True,
        state="sent",
        text="师傅 13700001111 在 11-26 16:00 上门",
        key="told",
        created_at=on(24, 10),
        sent_at=on(24, 10),
    )
    text = ask(number, code_of(number).lower()).content.decode()
    for word in ("受理", "进度告知", "11-26 16:00", "前"):
        assert word in text
    for word in ("王", "138", "13700001111", "断线", "受理员"):
        assert word not in text


def test_I07_an_unknown_number_and_a_wrong_code_get_the_same_answer(c: Cast) -> None:
    open_desk(c)
    number = complaint(c, on(24, 9)).last.ticket.number
    wrong = ask(number, "AAAAAAAA")
    unknown = ask("T19990101000001", "AAAAAAAA")
    assert wrong.status_code == unknown.status_code == 404
    same = [answer.content.decode().partition("<form")[0] for answer in (wrong, unknown)]
    assert same[0] == same[1]
    assert ask("T19990101000001", code_of("T19990101000001")).status_code == 404


def test_I07_guessing_the_code_of_one_ticket_is_stopped_wherever_it_comes_from(c: Cast) -> None:
    open_desk(c)
    number = complaint(c, on(24, 9)).last.ticket.number
    for place in range(OF_ONE_TICKET.times):
        assert ask(number, "AAAAAAAA", REMOTE_ADDR=f"192.0.2.{place}").status_code == 404
    assert ask(number, code_of(number), REMOTE_ADDR="192.0.2.99").status_code == 429


def test_I07_the_code_is_in_the_message_and_on_the_printed_form(c: Cast) -> None:
    case = complaint(c, on(24, 9))
    code = code_of(case.last.ticket.number)
    client = Client()
    client.force_login(c.people["front_desk"], "django.contrib.auth.backends.ModelBackend")
    assert code in client.get(reverse("print-intake", args=[case.last.ticket.number])).content.decode()
