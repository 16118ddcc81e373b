"""Words for customers: warned about when they are sent, and overruled with a reason (docs 14, 15)."""

from __future__ import annotations

import pytest

from tests.cast import cast
from tests.hotline import api
from tests.tickets.desk import Desk
from tests.tickets.drives import REPLY, TYPES, on, telecom, to_handling, upload
from tickets.actions.manners import USED, WHY
from tickets.actions.papers import paper_draft
from tickets.core.sentences import Invalid
from tickets.models import Event, WordingOverruled
from tickets.past import pasts_of
from tickets.rows import with_picture

pytestmark = pytest.mark.django_db

RUDE = "您急 什 么，等着就是了"


@pytest.mark.clause("D14-8", "D15-0")
def test_PHRASES_a_reply_with_a_forbidden_phrase_is_sent_only_with_a_reason_which_is_kept() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    case.do("head", "feedback", on(24, 12), solution="急什么，自己看")  # nobody outside reads that one
    with pytest.raises(Invalid) as refused:
        case.do("dispatcher", "reply", on(24, 13), **{**REPLY, "reply_text": RUDE})
    assert "急什么" in str(refused.value.errors["reply_text"][0])
    assert case.stage()[0] == "reply"
    case.do("dispatcher", "reply", on(24, 13), **{**REPLY, "reply_text": RUDE, WHY: "客户原话，照引"})
    kept = WordingOverruled.objects.get()
    assert (kept.phrases, kept.reason, kept.what) == (["急什么"], "客户原话，照引", "reply")
    assert (kept.person, kept.unit) == (case.c.people["dispatcher"], case.c.units["410000-centre"])
    event = Event.objects.get(ticket=case.id, seq=kept.event_seq)
    assert event.data["wording"] == {"phrases": ["急什么"], "reason": "客户原话，照引"}
    assert WHY not in event.data["given"]  # no fact of the ticket: a replay goes on as before
    assert WHY not in pasts_of(list(with_picture(type(kept.ticket).objects.filter(pk=case.id))))[0].events[-1].given
    case.do("caller", "callback", on(25, 9), reached=False, **{WHY: "没有忌语，理由不记"})
    assert WordingOverruled.objects.count() == 1


def test_PHRASES_the_page_asks_for_the_reason_and_the_api_takes_it() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "feedback", desk.ago(minutes=9), solution="已修复")
    client, given = desk.client("dispatcher"), {**REPLY, "accepted": "true", "reply_text": RUDE}
    page = client.post(f"/tickets/{ticket.number}/act/reply/", given)
    assert page.status_code == 422
    assert 'name="wording_reason"' in page.content.decode()
    sent = api(desk.c.people["dispatcher"]).post(
        f"/tickets/{ticket.number}/actions/", {"action": "reply", "data": {**REPLY, "reply_text": RUDE, WHY: 5}}
    )
    assert list(sent.body["errors"]) == [WHY]
    assert client.post(f"/tickets/{ticket.number}/act/reply/", {**given, WHY: "照引客户原话"}).status_code == 302
    shown = client.get(f"/tickets/{ticket.number}/").content.decode()
    assert "照引客户原话" in shown


def test_PHRASES_a_letter_to_the_customer_is_looked_at_when_it_is_sent() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    letters = f"/tickets/{ticket.number}/papers/"
    dispatcher = api(desk.c.people["dispatcher"])
    made = dispatcher.post(letters, {"name": "apology_letter"}).body
    texts = {piece["key"]: "不关我的事" for piece in made["pieces"] if "待填" in piece["text"]}
    made = dispatcher.patch(f"{letters}{made['id']}/", {"version": made["version"], "texts": texts}).body
    sending, body = f"{letters}{made['id']}/send/", {"version": made["version"]}
    assert list(dispatcher.post(sending, body).body["errors"]) == [WHY]
    assert dispatcher.post(sending, {**body, WHY: "照引员工原话"}).body["state"] == "sent"
    assert WordingOverruled.objects.get().what == "apology_letter"


def test_WORDING_what_the_library_does_not_have_is_refused() -> None:
    case = telecom(cast(), on(24, 9))
    for wrong in (["1.1"], ["1"], "1.1", [3]):
        with pytest.raises(Invalid) as refused:
            case.do("front_desk", "submit", on(24, 10), **TYPES, **{USED: wrong})
        assert list(refused.value.errors) == [USED]


@pytest.mark.clause("D13-2-b")
def test_EXTTRANS_a_matter_of_another_authority_goes_with_letter_and_receipt_and_the_customer_is_told() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    given = {"transferred_to": "通信管理局", "transfer_letter": upload(case.c, "dispatcher", "函.pdf")}
    with pytest.raises(Invalid) as refused:
        case.do("dispatcher", "transfer_out", on(24, 11), **given)
    assert set(refused.value.errors) == {"transfer_receipt"}
    paper = paper_draft(ticket_id=case.id, name="transfer_letter", actor=case.c.people["dispatcher"], at=on(24, 11))
    assert "宽带连续断线三天" in str(paper.texts.get().body)
    case.do(
        "dispatcher", "transfer_out", on(24, 12), **given, transfer_receipt=upload(case.c, "dispatcher", "回执.pdf")
    )
    assert case.ticket.state == "transferred"
    assert "通信管理局" in case.text("handed_over")
    assert not list(case.now.open_steps())
