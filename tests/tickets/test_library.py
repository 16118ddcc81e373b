"""The library of wordings, scripts and rule cards, and the training page (row C23; docs 3, 7, 14, 16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.books import loaded
from tests.tickets.desk import Desk
from tests.tickets.drives import REPLY
from tests.tickets.test_loop import SHANGHAI
from tickets.actions.library import CARD_PARTS, Wording, entry_write, found, in_force
from tickets.actions.manners import USED, WHY
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import Event, LibraryEntry

pytestmark = pytest.mark.django_db


@pytest.mark.clause("D3-2.4.6-g")
def test_C23_a_wording_has_versions_an_owner_and_days_on_which_it_holds() -> None:
    desk = Desk()
    editor, org = desk.c.people["supervisor"], desk.c.hq.pk
    loaded("unicom-complaint")
    today = desk.now.astimezone(SHANGHAI).date()
    first = entry_write(
        wording=Wording("断网", "正在抢修", "宽带/断网", owner=desk.c.units["HQ-service"]), actor=editor, at=desk.now
    )
    later = Wording("断网", "明天恢复", "宽带/断网", valid_from=today + timedelta(days=9), note="工期变了")
    second = entry_write(wording=later, actor=editor, at=desk.now, entry=first.entry, seen=1)
    with pytest.raises(Refused):  # somebody else looked at the first version
        entry_write(wording=later, actor=editor, at=desk.now, entry=first.entry, seen=1)
    with pytest.raises(Forbidden):
        entry_write(wording=later, actor=desk.c.people["handler"], at=desk.now)
    with pytest.raises(Invalid):
        entry_write(wording=Wording("空", ""), actor=editor, at=desk.now)
    assert list(found(in_force(org, today), "断网 抢修")) == [first]
    assert list(in_force(org, today + timedelta(days=9))) == [second]
    assert not in_force(desk.c.prop.pk, today).exists()  # another house's


@pytest.mark.clause("D3-2.4.6-g")
def test_C23_an_editor_writes_a_card_and_a_reply_keeps_which_version_it_used() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "feedback", desk.ago(minutes=9), solution="已修复")
    editor = desk.client("dispatcher")
    typed = {
        "kind": LibraryEntry.Kind.CARD,
        "title": "退订",
        "topic": "增值 / 退订",
        "part0": "本网客户",
        "part4": "当日",
    }
    assert editor.post("/library/new/", {**typed, "valid_until": "2001-01-01"}).status_code == 422
    assert editor.post("/library/new/", typed).status_code == 302
    entry = LibraryEntry.objects.get()
    assert "增值 › 退订" in editor.get("/library/?q=退订").content.decode()
    page = editor.get(f"/library/{entry.pk}/").content.decode()
    assert CARD_PARTS[4] in page
    assert desk.client("handler").get("/library/new/").status_code == 403
    form = editor.get(f"/tickets/{ticket.number}/act/reply/", headers={"hx-request": "true"}).content.decode()
    assert "/library/pick/unicom-complaint/1/?field=field-reply_text" in form
    picked = editor.get("/library/pick/unicom-complaint/1/?field=field-reply_text").content.decode()
    assert f'data-used="{entry.pk}.1"' in picked
    assert 'data-insert="很抱歉，让您久等了"' in picked  # the polite phrases of docs 14 and 15
    given = {**REPLY, "accepted": "true", USED: [f"{entry.pk}.1"]}
    assert editor.post(f"/tickets/{ticket.number}/act/reply/", given).status_code == 302
    event = Event.objects.filter(ticket=ticket, name="reply").get()
    assert event.data["library"] == [{"entry": entry.pk, "version": 1, "title": "退订"}]
    assert "退订（第 1 版）" in editor.get(f"/tickets/{ticket.number}/").content.decode()


@pytest.mark.clause("D14-0-a")
def test_PHRASES_what_was_overruled_is_counted_by_unit_and_person_for_those_who_see_the_ticket() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    desk.do(ticket, "head", "feedback", desk.ago(minutes=9), solution="已修复")
    desk.do(ticket, "dispatcher", "reply", **{**REPLY, "reply_text": "急什么", WHY: "客户原话"})
    page = desk.client("supervisor").get("/words/").content.decode()
    assert "急什么" in page
    assert "客户原话" in page
    assert "省投诉处理中心" in page
    assert "客户原话" not in desk.client("js_dispatcher").get("/words/").content.decode()
