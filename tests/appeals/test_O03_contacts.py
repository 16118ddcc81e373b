"""Named contacts: dated changes with a reason, counted, by page, API and table (row O03)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from appeals.actions.contacts import contact_set
from appeals.models import NamedContact
from tests.appeals.appeal import dispatched
from tests.cast import Cast, cast
from tests.tickets.test_loop import on
from tests.walker import Api
from tickets.actions.people import token_create
from tickets.models import AdminEntry


@pytest.fixture
def c(db: None) -> Cast:
    return cast()


def name(c: Cast, who: str, day: int, *, unit: str = "410000-service", **more: Any) -> NamedContact:
    values = {"deputy": None, "phone": "0371-2210", "reason": "原联系人调岗", "actor": c.people["officer"]}
    return contact_set(unit=c.units[unit], person=c.people[who], at=on(day, 9), **(values | more))


def api(c: Cast, who: str) -> Api:
    return Api(token_create(person=c.people[who], at=on(24, 9)))


@pytest.mark.clause("D3-4.1.8")
def test_O03_a_change_closes_the_former_and_stands_in_the_trail(c: Cast) -> None:
    name(c, "branch_head", 2, reason="首次指定")
    name(c, "dispatcher", 20, deputy=c.people["dispatcher2"])
    former, now = NamedContact.objects.order_by("pk")
    assert (former.until_at, now.since_at, now.until_at) == (on(20, 9), on(20, 9), None)
    entry = AdminEntry.objects.latest("pk")
    assert entry.what == "contact_set"
    assert entry.data == {
        "unit": "410000-service",
        "person": "dispatcher",
        "deputy": "dispatcher2",
        "former": "branch_head",
        "reason": "原联系人调岗",
    }


def test_O03_the_appeal_shows_headquarters_whom_to_call_and_how_often_that_changed(c: Cast, client: Client) -> None:
    name(c, "branch_head", 2, reason="首次指定")
    name(c, "dispatcher", 20)
    name(c, "js_branch_head", 20, unit="320000-service")
    number = dispatched(c).last.ticket.number
    client.force_login(c.people["officer"])
    page = client.get(f"/tickets/{number}/?tab=appeal").content.decode()
    assert "派单员</span> · 省客户服务部" in page
    assert "今年更换 1 次" in page
    assert "江苏联系责任人" not in page, "another branch has nothing to do with it"
    shown = api(c, "officer").get(f"/appeals/cases/{number}/").body["contacts"]
    assert [(one["unit"], one["person"]) for one in shown] == [("410000-service", "dispatcher")]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"unit": "nowhere", "person": "nobody"}, {"unit", "person"}),
        ({"reason": " "}, {"reason"}),
        ({"phone": "1" * 61}, {"phone"}),
        ({"deputy": "branch_head"}, {"deputy"}),
        ({"person": "general_manager"}, {"person"}),  # of another organisation: unknown here
        ({"person": 7}, {"person"}),
        ({"street": "x"}, {"street"}),
    ],
)
def test_O03_over_rest_what_does_not_do_is_refused_by_field(c: Cast, values: dict[str, Any], fields: set[str]) -> None:
    body = {"unit": "410000-service", "person": "branch_head", "reason": "首次指定"} | values
    answer = api(c, "officer").post("/appeals/contacts/", body)
    assert (answer.status, set(answer.body["errors"])) == (422, fields)
    assert not NamedContact.objects.exists()


def test_O03_officers_and_administrators_name_contacts_and_nobody_else(c: Cast, client: Client) -> None:
    body = {"unit": "410000-service", "person": "branch_head", "reason": "首次指定"}
    assert api(c, "branch_head").post("/appeals/contacts/", body).status == 403
    assert api(c, "administrator").post("/appeals/contacts/", body).status == 201
    assert api(c, "officer").post("/appeals/contacts/", body).status == 422, "nothing would change"
    client.force_login(c.people["branch_head"])
    page = client.get("/appeals/contacts/")
    assert page.status_code == 200
    assert "保存联系责任人" not in page.content.decode()
    assert client.post("/appeals/contacts/", body).status_code == 403
    client.force_login(c.people["administrator"])
    assert "省联系责任人" in client.get("/appeals/contacts/?unit=410000-service").content.decode()
    client.force_login(c.people["prop_administrator"])
    assert "省联系责任人" not in client.get("/appeals/contacts/").content.decode()
    assert client.get("/appeals/contacts/?unit=410000-service").status_code == 404


def test_O03_the_page_names_a_contact_and_takes_a_table(c: Cast, client: Client) -> None:
    client.force_login(c.people["officer"])
    body = {"unit": "410000-service", "person": "branch_head", "reason": "首次指定", "phone": "0371-2210"}
    assert client.post("/appeals/contacts/", body).status_code == 302
    wrong = client.post("/appeals/contacts/", {**body, "reason": ""})
    assert (wrong.status_code, "写明原因" in wrong.content.decode()) == (422, True)
    bad = "单位,联系责任人,原因\n320000-service,js_branch_head,首次指定\n320000-net,nobody,首次指定\n"
    answer = client.post("/appeals/contacts/import/", {"file": SimpleUploadedFile("c.csv", bad.encode("gb18030"))})
    assert (answer.status_code, "没有工号“nobody”" in answer.content.decode()) == (422, True)
    assert NamedContact.objects.count() == 1, "all of a file or nothing of it"
    good = "unit,person,deputy,phone,reason\n320000-service,js_branch_head,js_caller,025-1,首次指定\n"
    for _ in range(2):
        client.post("/appeals/contacts/import/", {"file": SimpleUploadedFile("c.csv", good.encode())})
    assert NamedContact.objects.count() == 2


def test_O03_the_command_imports_a_table(c: Cast, tmp_path: Path) -> None:
    from django.core.management import call_command

    (tmp_path / "c.csv").write_text("单位,联系责任人,原因\n410000-service,branch_head,首次指定\n", encoding="utf-8")
    call_command("import_contacts", str(tmp_path / "c.csv"), "--by", "officer")
    assert NamedContact.objects.get().person == c.people["branch_head"]
