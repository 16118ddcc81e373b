"""Getting in and staying in: first passwords, sessions, second factors (row S07)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.cast import PASSWORD, Cast, cast
from tests.walker import Api
from tickets.actions.accounts import sessions_end
from tickets.actions.people import duty_grant, password_set, person_deactivate, token_create
from tickets.models import AdminEntry, Person, SecondFactor, Session

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
NEW = "Zheng-Zhou-4711"


@pytest.fixture
def c() -> Cast:
    return cast()


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def log_in(username: str, password: str = PASSWORD, client: Client | None = None, **headers: Any) -> tuple[Client, Any]:
    client = client or Client(headers={"accept-language": "zh-CN", **headers})
    return client, client.post("/login/?next=/settings/", {"username": username, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def phone(username: str) -> pyotp.TOTP:
    return pyotp.TOTP(SecondFactor.objects.get(person__username=username).secret)


def set_up(username: str) -> list[str]:
    """A person of their own accord; the recovery codes."""
    client, _answer = log_in(username)
    client.get("/settings/second-factor/")
    page = client.post("/settings/second-factor/", {"act": "confirm", "code": phone(username).now()}).content.decode()
    return re.findall(r'class="code">([a-z0-9-]{19})<', page)


# ── passwords ────────────────────────────────────────────────────────────────────────────────────────
def test_S07_a_password_that_somebody_else_set_is_changed_before_one_is_in(c: Cast) -> None:
    password_set(person=c.people["head"], password="Given-by-office-1")
    client, answer = log_in("head", "Given-by-office-1")
    assert answer.url == "/login/password/"
    assert not is_in(client)
    same = {"new_password1": "Given-by-office-1", "new_password2": "Given-by-office-1"}
    for typed in (
        same,
        {"new_password1": NEW, "new_password2": "else"},
        {"new_password1": "1" * 12} | {"new_password2": "1" * 12},
    ):
        assert client.post("/login/password/", typed).status_code == 422
    assert client.post("/login/password/", {"new_password1": NEW, "new_password2": NEW}).url == "/settings/"
    assert is_in(client)
    assert log_in("head", NEW)[1].url == "/settings/", "once is enough"


def test_S07_the_steps_of_the_way_in_are_for_nobody_else(c: Cast, clock: Any) -> None:
    for address in ("/login/password/", "/login/code/", "/login/factor/"):
        assert Client().get(address).url == "/login/"
    password_set(person=c.people["head"], password="Given-by-office-1")
    client, _answer = log_in("head", "Given-by-office-1")
    clock.shift(timedelta(minutes=11))
    assert client.get("/login/password/").url == "/login/"
    client, _answer = log_in("head", "Given-by-office-1")
    password_set(person=Person.objects.get(username="head"), password="Given-by-office-2")
    assert client.get("/login/password/").url == "/login/", "what they have shown holds no longer"


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────
def test_S07_a_session_id_from_before_the_login_is_worth_nothing_after_it(c: Cast) -> None:
    client = Client()
    store = client.session
    store["mark"] = 1
    store.save()
    planted = store.session_key
    client.cookies["sessionid"] = planted
    log_in("head", client=client)
    assert client.cookies["sessionid"].value != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert not is_in(stranger)


def test_S07_a_session_ends_without_work_and_in_any_case_after_twelve_hours(c: Cast, clock: Any) -> None:
    idle, busy = log_in("head")[0], log_in("head")[0]
    for _hour in range(11):
        clock.shift(timedelta(hours=1))
        assert is_in(busy)
    assert not is_in(idle)
    clock.shift(timedelta(hours=1, seconds=1))
    assert not is_in(busy)
    assert Session.objects.count() == 2
    log_in("head")
    assert Session.objects.count() == 1, "those that are over are swept out"


def test_S07_a_person_sees_where_they_are_logged_in_and_ends_the_others(c: Cast) -> None:
    other, _answer = log_in("head", **{"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Edg/120.0"})
    here, _answer = log_in("head", **{"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0"})
    colleague, _answer = log_in("head2")
    page = here.get("/settings/").content.decode()
    assert "Edge · Windows" in page
    assert "Firefox · Linux" in page
    assert here.post("/settings/sessions/end/").url == "/settings/"
    assert [is_in(client) for client in (here, other, colleague)] == [True, False, True]


def test_S07_a_new_password_ends_the_other_sessions(c: Cast) -> None:
    other, here = log_in("head")[0], log_in("head")[0]
    here.post("/settings/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    assert (is_in(here), is_in(other)) == (True, False)


def test_S07_a_deactivated_person_is_out_at_once_by_session_and_by_token(c: Cast) -> None:
    client, _answer = log_in("head2")
    token = token_create(person=c.people["head2"], at=timezone.now())
    assert Api(token).get("/tickets/").status == client.get("/api/v1/tickets/").status_code == 200
    person_deactivate(person=c.people["head2"], at=timezone.now())
    assert not Session.objects.filter(person=c.people["head2"]).exists()
    assert not is_in(client)
    for verb in ("get", "head", "post", "put", "patch", "delete", "options"):
        for headers in ({"authorization": f"Bearer {token}"}, {}):
            assert getattr(client, verb)("/api/v1/tickets/", headers=headers).status_code in (401, 403), verb
    assert log_in("head2")[1].status_code == 422, "the same as a wrong password"


# ── throttling ───────────────────────────────────────────────────────────────────────────────────────
def test_S07_behind_a_proxy_each_client_has_tries_of_its_own(c: Cast, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    for _try in range(5):
        _client, answer = log_in("head", "wrong", **{"x-forwarded-for": "203.0.113.9, 198.51.100.1"})
    assert answer.status_code == 429
    assert log_in("head", **{"x-forwarded-for": "203.0.113.9, 198.51.100.2"})[1].status_code == 302
    lied = log_in("head", **{"x-forwarded-for": "198.51.100.2, 198.51.100.1"})[1]
    assert lied.status_code == 429, "what a client writes itself doesn't count"


def test_S07_one_account_tried_from_many_addresses_is_locked_too(c: Cast) -> None:
    for number in range(30):
        Client(REMOTE_ADDR=f"198.51.100.{number}").post("/login/", {"username": "head", "password": "wrong"})
    right = {"username": "head", "password": PASSWORD}
    assert Client(REMOTE_ADDR="203.0.113.1").post("/login/", right).status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.1").post("/login/", right | {"username": "head2"}).status_code == 302


# ── second factor ────────────────────────────────────────────────────────────────────────────────────
def test_S07_a_role_that_needs_a_second_factor_sets_it_up_on_the_way_in(c: Cast, settings: Any, clock: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    client, answer = log_in("administrator")
    assert answer.url == "/login/factor/"
    page = client.get("/login/factor/").content.decode()
    assert 'src="data:image/svg+xml' in page
    assert client.post("/login/factor/", {"code": "000000"}).status_code == 422
    assert not is_in(client)
    made = client.post("/login/factor/", {"code": phone("administrator").now()})
    assert len(re.findall(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", made.content.decode())) == 10
    assert is_in(client)
    assert log_in("head")[1].url == "/settings/", "others need none"
    assert log_in("administrator")[1].url == "/login/code/"


def test_S07_a_code_is_good_once_and_so_is_a_recovery_code(c: Cast, clock: Any) -> None:
    recovery = set_up("head")
    clock.shift(timedelta(minutes=1))
    code = phone("head").now()
    for shown, good in ((code, True), (code, False), (recovery[0], True), (recovery[0], False), (recovery[1], True)):
        client, answer = log_in("head")
        assert answer.url == "/login/code/"
        assert not is_in(client)
        assert client.post("/login/code/", {"code": shown}).status_code == (302 if good else 422)
        assert is_in(client) is good


def test_S07_five_wrong_codes_lock_also_the_right_one(c: Cast, clock: Any) -> None:
    set_up("head")
    clock.shift(timedelta(minutes=1))
    for _try in range(5):
        client, _answer = log_in("head")
        assert client.post("/login/code/", {"code": "000000"}).status_code == 422
    locked = client.post("/login/code/", {"code": phone("head").now()})
    assert "15 分钟后再试" in locked.content.decode()
    clock.shift(timedelta(minutes=15, seconds=30))
    client, _answer = log_in("head")
    assert client.post("/login/code/", {"code": phone("head").now()}).status_code == 302


def test_S07_the_secret_is_encrypted_and_the_recovery_codes_are_not_kept(c: Cast) -> None:
    from django.db import connection

    recovery = set_up("head")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, recovery FROM tickets_secondfactor")
        kept = str(cursor.fetchall())
    assert len(recovery) == 10
    assert not [one for one in (*recovery, phone("head").secret) if one in kept or one.replace("-", "") in kept]


def test_S07_a_token_needs_no_second_factor(c: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["head"]
    assert Api(token_create(person=c.people["head"], at=timezone.now())).get("/tickets/").status == 200


def test_S07_a_role_that_needs_it_given_to_somebody_logs_them_out(c: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["supervisor"]
    client, _answer = log_in("head")
    duty_grant(person=c.people["head"], role="supervisor", unit=c.units["410100-net"])
    assert not is_in(client)
    assert log_in("head")[1].url == "/login/factor/"


def test_S07_the_security_administrator_resets_a_lost_phone_and_it_is_written_down(c: Cast) -> None:
    set_up("head")
    security = log_in("security_admin")[0]
    assert "重设验证码" in security.get("/people/of/head/").content.decode()
    assert security.post("/people/of/head/", {"act": "factor"}).status_code == 302
    assert not SecondFactor.objects.exists()
    assert not Session.objects.filter(person=c.people["head"]).exists()
    assert AdminEntry.objects.get().what == "second_factor_reset"
    assert log_in("head")[1].url == "/settings/"


def test_S07_who_chose_it_gives_it_up_with_a_code(c: Cast, clock: Any, settings: Any) -> None:
    set_up("head")
    clock.shift(timedelta(minutes=1))
    client, _answer = log_in("head")
    client.post("/login/code/", {"code": phone("head").now()})
    clock.shift(timedelta(minutes=1))
    settings.SECOND_FACTOR_ROLES = ["head"]
    assert client.post("/settings/second-factor/", {"act": "remove", "code": phone("head").now()}).status_code == 422
    settings.SECOND_FACTOR_ROLES = []
    assert client.post("/settings/second-factor/", {"act": "remove", "code": "000000"}).status_code == 422
    assert client.post("/settings/second-factor/", {"act": "remove", "code": phone("head").now()}).url == "/login/"
    assert not SecondFactor.objects.exists()


def test_S07_ending_sessions_leaves_those_of_others(c: Cast) -> None:
    mine, theirs = log_in("head")[0], log_in("head2")[0]
    assert sessions_end(person=c.people["head"]) == 1
    assert (is_in(mine), is_in(theirs)) == (False, True)
