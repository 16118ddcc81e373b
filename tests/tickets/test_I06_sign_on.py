"""Sign-on with the house's own accounts, against a real OpenID provider on a thread of this process (row I06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock as oidc
import pytest
import requests
from django.test import Client
from django.utils import timezone

from tests.cast import PASSWORD, Cast, cast
from tickets.actions.people import password_set, person_deactivate
from tickets.models import Duty, Person
from tickets.sign_on.mapping import BadMapping, mapping_of

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # the provider's own
MAPPING = """
username = "staff_number"
create = true
unit = "department"
strong = ["otp"]
[[duties]]
claim = "groups"
value = "dispatchers"
role = "dispatcher"
unit = "410000-centre"
[[duties]]
claim = "groups"
value = "department-heads"
role = "head"
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Any]]:
    """A provider, and one whose tokens have expired when they are given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        late = timedelta(hours=-1)
        with oidc.run_server_in_thread() as good, oidc.run_server_in_thread(access_token_max_age=late) as stale:
            yield {"good": f"http://localhost:{good.server_port}", "stale": f"http://localhost:{stale.server_port}"}


@pytest.fixture
def provider(servers: dict[str, str], settings: Any, tmp_path: Path) -> str:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = servers["good"], "complaints", "s" * 32
    settings.OUTBOUND_HOSTS, settings.OUTBOUND_NETWORKS = ["localhost"], ["127.0.0.0/8", "::1/128"]
    mapping(settings, tmp_path)
    return servers["good"]


@pytest.fixture
def c() -> Cast:
    return cast()


def mapping(settings: Any, folder: Path, text: str = MAPPING) -> None:
    path = folder / f"mapping-{len(text)}.toml"
    path.write_text(text, encoding="utf-8")
    settings.OIDC_MAPPING = str(path)


def claims(provider: str, subject: str, **said: Any) -> None:
    assert requests.put(f"{provider}/users/{subject}", json=said, timeout=10).status_code == 204


def authorised(client: Client, subject: str) -> str:
    """Off to the provider, where the person says who they are; the address it sends them back to."""
    away = client.get("/login/sign-on/?next=/settings/")
    assert away.status_code == 302, away.content.decode()
    answer = requests.post(away.url, data={"sub": subject}, allow_redirects=False, timeout=10)
    return str(answer.headers["Location"])


def sign_on(subject: str) -> tuple[Client, Any]:
    client = Client(headers={"accept-language": "zh-CN"})
    return client, client.get(authorised(client, subject))


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_I06_a_known_person_comes_in_with_state_nonce_and_proof_of_the_code(c: Cast, provider: str) -> None:
    claims(provider, "u-1", staff_number="head", groups=["department-heads"])
    client = Client()
    asked = parse_qs(urlsplit(client.get("/login/sign-on/").url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge", "redirect_uri"} <= set(asked)
    client, answer = sign_on("u-1")
    assert (answer.status_code, answer.url) == (302, "/settings/")
    assert is_in(client)
    assert Person.objects.get(username="head").sign_on_subject == "u-1"
    assert "sign-on" in Client().get("/login/").content.decode()


def test_I06_somebody_new_is_made_with_the_duties_that_the_claims_say(c: Cast, provider: str) -> None:
    claims(provider, "u-2", staff_number="0371009", name="新来的", department="410100-net", groups=["department-heads"])
    client, _answer = sign_on("u-2")
    assert is_in(client)
    made = Person.objects.get(username="0371009")
    assert (made.name, made.home_unit.code, made.has_usable_password()) == ("新来的", "410100-net", False)
    assert [(duty.role, duty.unit.code) for duty in made.duties.all()] == [("head", "410100-net")]
    claims(provider, "u-2", staff_number="0371009", groups=["dispatchers"])
    sign_on("u-2")
    assert [(duty.role, duty.unit.code) for duty in made.duties.all()] == [("dispatcher", "410000-centre")]


def test_I06_duties_that_the_mapping_does_not_name_are_left_alone(c: Cast, provider: str) -> None:
    claims(provider, "u-3", staff_number="supervisor")
    before = set(Duty.objects.values_list("person__username", "role", "unit__code"))
    sign_on("u-3")
    assert set(Duty.objects.values_list("person__username", "role", "unit__code")) == before


def test_I06_whoever_is_not_known_or_is_shut_is_told_the_same(
    c: Cast, provider: str, settings: Any, tmp_path: Path
) -> None:
    mapping(settings, tmp_path, MAPPING.replace("create = true", "create = false"))
    person_deactivate(person=c.people["head2"], at=timezone.now())
    claims(provider, "u-4", staff_number="nobody-here", department="410100-net")
    claims(provider, "u-5", staff_number="head2")
    claims(provider, "u-6", staff_number="hotline")
    pages = []
    for subject in ("u-4", "u-5", "u-6"):
        client, answer = sign_on(subject)
        assert answer.status_code == 403
        assert not is_in(client)
        pages.append(answer.content.decode().partition("login-problem")[2].partition("</div>")[0])
    assert len(set(pages)) == 1
    assert "没有您的账号" in pages[0]
    assert not Person.objects.filter(username="nobody-here").exists()


def test_I06_a_name_that_wanders_to_another_subject_opens_nobody_elses_account(c: Cast, provider: str) -> None:
    claims(provider, "u-7", staff_number="head")
    sign_on("u-7")
    claims(provider, "u-8", staff_number="head")
    client, answer = sign_on("u-8")
    assert answer.status_code == 403
    assert not is_in(client)


def test_I06_what_was_not_said_to_this_browser_is_refused(
    c: Cast, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Another's code under one's own state (the nonce differs), a state that nobody asked for, the same one twice."""
    caplog.set_level("WARNING", "tickets.views.sign_on")
    claims(provider, "u-9", staff_number="head")
    attacker, victim = Client(), Client(headers={"accept-language": "zh-CN"})
    code = parse_qs(urlsplit(authorised(attacker, "u-9")).query)["code"][0]
    state = parse_qs(urlsplit(authorised(victim, "u-9")).query)["state"][0]
    for asked in ({"code": code, "state": state}, {"code": code, "state": "made-up"}, {"error": "access_denied"}, {}):
        answer = victim.get("/login/sign-on/back/", asked)
        assert answer.status_code == 403, asked
        assert "请再试一次" in answer.content.decode()
        assert not is_in(victim)
    said = [record.getMessage() for record in caplog.records if "sign-on refused" in record.getMessage()]
    assert [word in line for word, line in zip(("nonce", "state", "denied"), said, strict=False)] == [True] * 3, said
    client = Client()
    address = authorised(client, "u-9")
    assert client.get(address).status_code == 302
    assert client.get(address).status_code == 403


def test_I06_an_expired_token_is_refused(
    c: Cast, provider: str, servers: dict[str, str], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "tickets.views.sign_on")
    settings.OIDC_ISSUER = servers["stale"]
    claims(servers["stale"], "u-10", staff_number="head")
    client, answer = sign_on("u-10")
    assert answer.status_code == 403
    assert "xpired" in caplog.text
    assert not is_in(client)


def test_I06_a_token_for_another_program_is_refused(c: Cast, provider: str, settings: Any) -> None:
    claims(provider, "u-11", staff_number="head")
    client = Client()
    address = authorised(client, "u-11")
    settings.OIDC_CLIENT_ID = "another"
    assert client.get(address).status_code == 403
    assert not is_in(client)


def test_I06_without_the_provider_one_logs_in_with_the_password(c: Cast, provider: str, settings: Any) -> None:
    settings.OIDC_ISSUER = "http://localhost:9"
    answer = Client(headers={"accept-language": "zh-CN"}).get("/login/sign-on/")
    assert answer.status_code == 503
    assert "请用工号和密码登录" in answer.content.decode()
    settings.OUTBOUND_HOSTS, settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = [], provider, "not-asked-before"
    assert Client().get("/login/sign-on/").status_code == 503, "a host that is not on the list is not called"
    typed = {"username": "head", "password": PASSWORD}
    assert Client().post("/login/?next=/settings/", typed).url == "/settings/"
    settings.OIDC_ISSUER = ""
    assert Client().get("/login/sign-on/").status_code == 404
    assert "sign-on" not in Client().get("/login/").content.decode()


def test_I06_one_who_came_in_by_it_leaves_by_it(c: Cast, provider: str) -> None:
    claims(provider, "u-12", staff_number="head")
    client, _answer = sign_on("u-12")
    away = client.post("/logout/").url
    assert away.startswith(f"{provider}/oauth2/end_session?")
    assert {"id_token_hint", "post_logout_redirect_uri"} <= set(parse_qs(urlsplit(away).query))
    assert not is_in(client)


def test_I06_a_second_factor_shown_there_counts_here_if_the_mapping_says_so(
    c: Cast, provider: str, settings: Any
) -> None:
    settings.SECOND_FACTOR_ROLES = ["head"]
    password_set(person=c.people["head"], password="Given-by-office-1")  # the sign-on doesn't ask for it
    claims(provider, "u-13", staff_number="head", groups=["department-heads"], amr=["pwd"])
    assert sign_on("u-13")[1].url == "/login/factor/"
    claims(provider, "u-13", staff_number="head", groups=["department-heads"], amr=["pwd", "otp"])
    assert sign_on("u-13")[1].url == "/settings/"


@pytest.mark.parametrize(
    "text", ["create = 1", "creates = true", "[[duties]]\nclaim = 'x'", "= 1", "duties = 3", "username = ['a']"]
)
def test_I06_a_mapping_with_a_mistake_is_named_and_lets_nobody_in(
    c: Cast, provider: str, settings: Any, tmp_path: Path, text: str
) -> None:
    mapping(settings, tmp_path, text)
    with pytest.raises(BadMapping):
        mapping_of(settings.OIDC_MAPPING)
    claims(provider, "u-14", staff_number="head")
    client, answer = sign_on("u-14")
    assert answer.status_code == 503
    assert not is_in(client)
