"""Tokens of programs: given once, listed, taken back one by one, refused at once; by command and by page (row S07)."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tests.books import loaded
from tests.cast import Cast, cast
from tests.walker import Api
from tickets.actions.people import person_deactivate
from tickets.models import AdminEntry, ApiToken, Person

pytestmark = pytest.mark.django_db
PAGE = "/people/programs/"
WANTED = {
    "act": "create",
    "program": "hotline-zz",
    "role": "hotline",
    "unit": "410000",
    "subtree": "true",
    "expires_at": "2199-06-30",
    "note": "热线接入",
}


@pytest.fixture
def c() -> Cast:
    loaded("unicom-complaint")
    return cast()


@pytest.fixture
def security(c: Cast) -> Client:
    client = Client()
    client.force_login(c.people["security_admin"], "django.contrib.auth.backends.ModelBackend")
    return client


def command(*words: str) -> str:
    out = StringIO()
    call_command("api_token", *words, stdout=out)
    return out.getvalue()


def test_S07_a_command_lists_tokens_and_takes_one_back(c: Cast) -> None:
    first, second = (
        command("zz", "--role", "hotline", "--unit", "410000-hotline", *more).split()[-1]
        for more in (["--expires", "2199-06-30", "--note", "first"], ["--days", "3"])
    )
    listed = command("--list", "zz").splitlines()
    assert [("2199-06-30" in line or "2199-07-01" in line, "valid" in line) for line in listed] == [
        (True, True),
        (False, True),
    ]
    assert "hotline@410000-hotline" in listed[0]
    assert not [token for token in (first, second) if token in "".join(listed)]
    assert Api(first, "zh").get("/rulebooks/").status == 200
    command("zz", "--revoke", "--token", listed[0].split()[0])
    assert (Api(first, "zh").get("/rulebooks/").status, Api(second, "zh").get("/rulebooks/").status) == (401, 200)
    assert "revoked" in command("--list").splitlines()[0]
    for wrong in (["zz", "--revoke", "--token", "0"], [], ["a", "--role", "hotline", "--unit", "HQ", "--expires", "x"]):
        with pytest.raises(CommandError):
            command(*wrong)


def test_S07_the_page_shows_a_token_once_and_takes_it_back(security: Client) -> None:
    made = security.post(PAGE, WANTED)
    token = re.search(r'password-once">([^<]+)<', made.content.decode())[1]  # type: ignore[index]
    assert Api(token, "zh").get("/rulebooks/").status == 200
    later = security.get(PAGE).content.decode()
    assert token not in later
    for words in (token[:6], "热线接入", "hotline-zz", "含下级", "2199-06-30"):
        assert words in later, words
    row = ApiToken.objects.get(name="热线接入")
    assert (row.person.kind, row.person.duties.get().subtree) == (Person.Kind.SERVICE, True)
    assert security.post(PAGE, {"act": "revoke", "token": row.pk}).status_code == 302
    assert Api(token, "zh").get("/rulebooks/").status == 401
    assert [entry.what for entry in AdminEntry.objects.order_by("pk")] == ["token_create", "token_revoke"]
    assert token not in str(list(AdminEntry.objects.values()))


def test_S07_a_program_that_is_shut_is_refused_at_once(c: Cast, security: Client) -> None:
    token = command("zz", "--role", "hotline", "--unit", "410000-hotline").split()[-1]
    assert Api(token, "zh").get("/tickets/").status == 200
    person_deactivate(person=Person.objects.get(username="zz"), at=timezone.now())
    assert Api(token, "zh").get("/tickets/").status == 401
    assert security.post(PAGE, {**WANTED, "program": "zz"}).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"program": ""}, "program"),
        ({"program": "dispatcher"}, "program"),
        ({"role": "nobody"}, "role"),
        ({"unit": "nowhere"}, "unit"),
        ({"unit": "PROP"}, "unit"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"expires_at": "2020-01-01"}, "expires_at"),
    ],
)
def test_S07_what_is_wrong_is_said_and_nothing_is_made(security: Client, wrong: dict[str, Any], field: str) -> None:
    answer = security.post(PAGE, {**WANTED, **wrong})
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.content.decode()
    assert not ApiToken.objects.exists()
    assert not Person.objects.filter(username="hotline-zz").exists()


def test_S07_only_the_security_administrator_gives_tokens(c: Cast) -> None:
    for who, status in (("auditor", 200), ("administrator", 200), ("dispatcher", 403)):
        client = Client()
        client.force_login(c.people[who], "django.contrib.auth.backends.ModelBackend")
        assert client.get(PAGE).status_code == status
        assert client.post(PAGE, WANTED).status_code == 403
    assert not ApiToken.objects.exists()


def test_S07_the_last_use_is_written_once_a_minute(c: Cast) -> None:
    token = command("zz", "--role", "hotline", "--unit", "410000-hotline").split()[-1]
    Api(token, "zh").get("/rulebooks/")
    first = ApiToken.objects.get().last_used_at
    Api(token, "zh").get("/rulebooks/")
    assert ApiToken.objects.get().last_used_at == first
    assert f"{first:%Y-%m-%d}" in command("--list")
