"""People over REST: made, changed and shut by a personnel system; nothing secret comes back (rows I06, O02)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, cast
from tests.hotline import api
from tickets.actions.people import token_create
from tickets.models import AdminEntry, Person, Session

pytestmark = pytest.mark.django_db
NEW = {
    "username": "0371001",
    "name": "李四",
    "unit": "410100-net",
    "mobile": "13800001234",
    "duties": [{"role": "handler", "unit": "410100-net"}],
}


@pytest.fixture
def c() -> Cast:
    return cast()


def test_I06_a_personnel_system_makes_changes_and_shuts_an_account(c: Cast) -> None:
    personnel = api(c.people["security_admin"])
    made = personnel.post("/people/", {**NEW, "with_password": True})
    assert made.status == 201, made.body
    first = made.body.pop("first_password")
    assert made.body == {
        "username": "0371001",
        "name": "李四",
        "email": "",
        "mobile": "138****1234",
        "unit": "410100-net",
        "kind": "human",
        "is_active": True,
        "duties": [{"role": "handler", "unit": "410100-net", "subtree": False}],
    }
    client = Client()
    assert client.post("/login/", {"username": "0371001", "password": first}).url == "/login/password/"
    duties = [{"role": "head", "unit": "410100-net"}, {"role": "caller", "unit": "410000-centre", "subtree": True}]
    changed = personnel.patch("/people/0371001/", {"name": "李四光", "duties": duties})
    assert changed.status == 200
    assert (changed.body["name"], [one["role"] for one in changed.body["duties"]]) == ("李四光", ["caller", "head"])
    assert personnel.patch("/people/0371001/", {"is_active": False}).body["is_active"] is False
    assert [entry.what for entry in AdminEntry.objects.order_by("pk")] == [
        *("person_create", "duty_grant", "person_change", "duty_withdraw", "duty_grant", "duty_grant"),
        "person_deactivate",
    ]
    assert first not in str(list(AdminEntry.objects.values()))


def test_I06_shutting_an_account_over_rest_ends_its_sessions_and_tokens_at_once(c: Cast) -> None:
    client, token = Client(), api(c.people["head2"])
    client.force_login(c.people["head2"])
    assert (client.get("/settings/").status_code, token.get("/tickets/").status) == (200, 200)
    assert api(c.people["security_admin"]).patch("/people/head2/", {"is_active": False}).status == 200
    assert (client.get("/settings/").status_code, token.get("/tickets/").status) == (302, 401)
    assert not Session.objects.filter(person=c.people["head2"]).exists()


def test_O02_the_list_of_people_tells_no_secret_and_no_other_organisation(c: Cast) -> None:
    token = token_create(person=c.people["head"], at=timezone.now())
    personnel = api(c.people["auditor"])
    rows, address = [], "/people/?limit=20"
    while address:
        page = personnel.get(address).body
        rows += page["results"]
        address = (page["next"] or "").partition("/api/v1")[2]
    assert {row["username"] for row in rows} == set(
        Person.objects.filter(organisation=c.hq).values_list("username", flat=True)
    )
    known = {"username", "name", "email", "mobile", "unit", "kind", "is_active", "duties"}
    assert {name for row in rows for name in row} == known
    assert not [word for word in (token, token[:6], c.people["head"].password, "argon2", "md5$") if word in str(rows)]
    for query, found in (("role=caller", 5), ("unit=410100-net", 4), ("is_active=false", 0)):
        assert len(personnel.get(f"/people/?{query}").body["results"]) == found, query
    assert personnel.get("/people/receptionist/").status == 404
    assert personnel.patch("/people/receptionist/", {"name": "x"}).status == 403
    assert api(c.people["security_admin"]).patch("/people/receptionist/", {"name": "x"}).status == 404


def test_O02_only_the_security_administrator_changes_people_and_never_their_own_duties(c: Cast) -> None:
    for key in ("administrator", "auditor", "dispatcher", "hotline", "prop_administrator"):
        token = api(c.people[key])
        assert token.post("/people/", NEW).status == 403, key
        assert token.patch("/people/head/", {"is_active": False}).status == 403, key
        assert token.get("/people/").status == (200 if key.endswith(("administrator", "auditor")) else 403), key
    security = api(c.people["security_admin"])
    assert security.patch("/people/security_admin/", {"duties": []}).status == 403
    assert security.patch("/people/security_admin/", {"is_active": False}).status == 403
    assert not AdminEntry.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "head"}, "username"),
        ({"username": "x" * 61}, "username"),
        ({"name": 7}, "name"),
        ({"name": ""}, "name"),
        ({"email": "nowhere"}, "email"),
        ({"mobile": "abc"}, "mobile"),
        ({"unit": "PROP"}, "unit"),
        ({"unit": None}, "unit"),
        ({"duties": "head"}, "duties"),
        ({"duties": [{"role": "head", "unit": "PROP"}]}, "duties"),
        ({"duties": [{"role": "nobody", "unit": "HQ"}]}, "role"),
        ({"duties": [{"role": "head", "unit": "HQ", "person": "x"}]}, "duties"),
        ({"with_password": "yes"}, "with_password"),
    ],
)
def test_I06_what_is_wrong_is_said_by_field_and_nothing_is_made(c: Cast, wrong: dict[str, Any], field: str) -> None:
    before = Person.objects.count()
    answer = api(c.people["security_admin"]).post("/people/", NEW | wrong)
    assert (answer.status, list(answer.body["errors"])) == (422, [field]), answer.body
    assert (Person.objects.count(), AdminEntry.objects.count()) == (before, 0)


def test_S07_a_field_that_nobody_may_send_is_refused_by_name(c: Cast) -> None:
    """Mass assignment: every column of a person and of what hangs on it, none of them taken."""
    security = api(c.people["security_admin"])
    columns = {field.name for field in Person._meta.get_fields()} | {"is_superuser", "is_staff", "pk"}
    told = {"name", "email", "mobile", "is_active", "duties"}
    before = Person.objects.filter(username="head").values().get()
    for name in sorted(columns - told):
        answer = security.patch("/people/head/", {name: 1})
        assert (answer.status, list(answer.body["errors"])) == (422, [name]), answer.body
        if name != "username":
            assert name in security.post("/people/", {**NEW, name: 1}).body["errors"], name
    assert Person.objects.filter(username="head").values().get() == before
    client = Client()
    client.force_login(c.people["head"])
    client.post(
        "/settings/", {"language": "en", **dict.fromkeys(columns - {"language", "density", "single_keys"}, "1")}
    )
    after = Person.objects.filter(username="head").values().get()
    assert {name for name in after if after[name] != before[name]} <= {"language", "last_login", "single_keys"}
