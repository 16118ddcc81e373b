"""Logging in, the language of a page, the preferences of a person (rows S07, U01, U08)."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, cast, person
from tests.tickets.desk import Desk

LOGIN = "/login/"


def _log_in(client: Client, username: str, password: str, **more: str) -> object:
    return client.post(LOGIN, {"username": username, "password": password, **more})


@pytest.mark.django_db
def test_S07_the_right_password_leads_to_where_one_wanted_to_go() -> None:
    cast()
    client = Client()
    asked = client.get("/queue/")
    assert asked.status_code == 302
    assert asked.url == "/login/?next=/queue/"
    answer = _log_in(client, "head", PASSWORD, next="/queue/")
    assert (answer.status_code, answer.url) == (302, "/queue/")
    assert client.get("/queue/").status_code == 200


@pytest.mark.django_db
def test_S07_no_address_of_another_site_is_followed() -> None:
    cast()
    answer = _log_in(Client(), "head", PASSWORD, next="https://elsewhere.example/")
    assert answer.url.startswith("/")
    assert "elsewhere" not in answer.url


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["head", "nobody-here"])
def test_S07_one_message_for_a_wrong_name_and_a_wrong_password(username: str) -> None:
    cast()
    answer = _log_in(Client(), username, "wrong")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "工号或密码不对" in page
    assert "还可以试 4 次" in page
    assert f'value="{username}"' in page
    assert "wrong" not in page


@pytest.mark.django_db
def test_S07_five_wrong_passwords_lock_for_a_quarter_of_an_hour() -> None:
    cast()
    client = Client()
    answers = [_log_in(client, "head", "wrong") for _ in range(5)]
    assert answers[-1].status_code == 429
    assert "登录已锁定" in answers[-1].content.decode()
    assert "15 分钟" in answers[-1].content.decode()
    assert _log_in(client, "head", PASSWORD).status_code == 429, "also the right one has to wait"


@pytest.mark.django_db
def test_S07_log_out_ends_the_session_and_needs_a_post() -> None:
    desk = Desk()
    client = desk.client("head")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == "/login/"
    assert client.get("/queue/").status_code == 302


@pytest.mark.django_db
def test_U01_the_page_speaks_the_persons_language_whatever_the_browser_says() -> None:
    desk = Desk()
    client = desk.client("head")
    assert '<html lang="zh-CN"' in client.get("/queue/").content.decode()
    client.post(reverse("language"), {"language": "en"})
    page = client.get("/queue/").content.decode()
    assert '<html lang="en"' in page
    assert '<html lang="zh-CN"' in client.get("/queue/?lang=zh").content.decode(), "for this page only"


@pytest.mark.django_db
def test_U01_the_login_page_follows_the_browser_and_remembers_a_choice() -> None:
    english = Client(headers={"accept-language": "en-GB,en;q=0.9"})
    assert '<html lang="en"' in english.get(LOGIN).content.decode()
    chinese = Client(headers={"accept-language": "zh-CN"})
    assert '<html lang="en"' in chinese.get(f"{LOGIN}?lang=en").content.decode()
    assert '<html lang="en"' in chinese.get(LOGIN).content.decode()
    assert chinese.get(f"{LOGIN}?lang=klingon").status_code == 200


@pytest.mark.django_db
def test_U02_density_and_single_keys_are_kept_on_the_server() -> None:
    desk = Desk()
    client = desk.client("head")
    assert 'data-density="comfortable"' in client.get("/queue/").content.decode()
    back = client.post(reverse("density"), {"density": "compact", "next": "/queue/?view=mine"})
    assert back.url == "/queue/?view=mine"
    client.post("/settings/", {"language": "zh-hans", "density": "compact"})
    page = client.get("/queue/").content.decode()
    assert 'data-density="compact"' in page
    assert 'data-single-keys="off"' in page


@pytest.mark.django_db
def test_S07_a_new_password_must_be_a_good_one() -> None:
    desk = Desk()
    client = desk.client("head")
    typed = {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}
    refused = client.post(reverse("password"), typed)
    assert refused.status_code == 422
    fine = {"old_password": PASSWORD, "new_password1": "Zheng-Zhou-4711", "new_password2": "Zheng-Zhou-4711"}
    assert client.post(reverse("password"), fine).status_code == 302
    assert client.get("/settings/").status_code == 200, "this session goes on"
    assert _log_in(Client(), "head", "Zheng-Zhou-4711").status_code == 302


@pytest.mark.django_db
def test_U08_who_has_no_duty_is_told_whom_to_ask_and_administrators_see_no_complaint() -> None:
    desk = Desk()
    ticket = desk.dispatched()
    person("newcomer", home=desk.c.units["410100-net"])
    newcomer = Client(headers={"accept-language": "zh-CN"})
    _log_in(newcomer, "newcomer", PASSWORD)
    page = newcomer.get("/queue/")
    assert page.status_code == 403
    assert "您还没有岗位" in page.content.decode()
    administrator = desk.client("administrator")
    for address in ("/queue/", f"/tickets/{ticket.number}/", "/alerts/", "/search/?q=宽带"):
        answer = administrator.get(address)
        assert answer.status_code == 403, address
        assert "宽带连续断线" not in answer.content.decode()


@pytest.mark.django_db
def test_U08_the_session_is_renewed_by_work_and_by_asking() -> None:
    desk = Desk()
    client = desk.client("head")
    page = client.get("/queue/").content.decode()
    assert 'data-session-seconds="28500"' in page
    assert client.post(reverse("keepalive")).status_code == 204
    assert Client().post(reverse("keepalive")).status_code == 403
