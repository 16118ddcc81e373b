"""Every address against everybody who must find nothing there, made from the URL conf: a new address is in it (S03).

What a stranger is told of a hidden thing must be, to the byte, what they are told of one that isn't there.
"""

from __future__ import annotations

import os
import re
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from complaints_site.lib.keys import key_of
from escalation.models import Alert
from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import SUBMIT, api, body
from tests.tickets.test_A03_papers import appeal, drafted
from tickets.actions.endpoints import subscription_create
from tickets.actions.people import token_create, tokens_revoke
from tickets.models import Attachment, Clock, Subscription, Ticket

pytestmark = pytest.mark.django_db
CANARY = "金丝雀七七四"
VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
GHOSTS = {"number": "T20010101000001", "id": "999999999", "file": str(uuid.UUID(int=7)), "username": "nobody-here"}
# The party complained about, another department, another province, another company, and those who only run the system
STRANGERS = ("head", "billing_head", "js_dispatcher", "receptionist", "prop_administrator", "administrator")
OPEN_API = {"api-schema", "api-docs"}
# Not about one hidden thing: everybody in the organisation may know what there is.
SHARED = {"api-rulebook", "api-indicator", "api-indicator-tickets", "api-event-log"}
OPEN_PAGES = {"login", "logout", "sign-on", "sign-on-back", "login-code", "login-factor", "login-password", "keepalive"}
OPEN_PAGES |= {"healthz", "readyz", "metrics"}  # numbers for machines
OPEN_PAGES |= {"public", "public-complain", "public-done", "public-progress"}


@dataclass
class House:
    """Something hidden of every kind, and what stands for a part of an address."""

    c: Cast
    number: str
    values: dict[tuple[str, str], str]  # by the address's name and the part's; ("", part) for all others

    def address(self, pattern: URLPattern, values: dict[str, str] | None = None) -> str:
        parts = parts_of(pattern)
        known = {part: self.values.get((pattern.name or "", part)) or self.values.get(("", part)) for part in parts}
        missing = [part for part, value in known.items() if value is None]
        assert not missing, f"say in this file what {missing} of {pattern.name} is"
        return reverse(pattern.name or "", kwargs=known | {k: v for k, v in (values or {}).items() if k in parts})


@pytest.fixture
def house(settings: Any, tmp_path: Path) -> House:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.OUTBOUND_HOSTS = ["example.com"]
    loaded("unicom-complaint")
    c = cast()
    hotline, dispatcher = api(c.people["hotline"]), api(c.people["dispatcher"])
    sent = body(content=f"{CANARY}态度恶劣", respondent={"person": "head"}, subject=CANARY)
    sent["customer"]["name"] = CANARY
    number = hotline.post("/tickets/", sent).body["number"]
    upload = SimpleUploadedFile(f"{CANARY}.txt", CANARY.encode())
    file = hotline.upload(f"/tickets/{number}/attachments/", file=upload).body["id"]
    assert hotline.post(f"/tickets/{number}/actions/", SUBMIT).status == 200
    to = {"to": "410100-net", "reason": CANARY}
    assert dispatcher.post(f"/tickets/{number}/actions/", {"action": "dispatch", "data": to}).status == 200
    case = appeal(c)
    paper, appealed = drafted(case), Ticket.objects.get(pk=case.id).number
    values = {("", "number"): number, ("", "file"): file, ("", "username"): "head2", ("", "id"): str(paper.pk)}
    for name in ("api-paper", "api-paper-send", "api-paper-file", "api-appeal-case"):
        values[name, "number"] = appealed
    for name in ("paper", "paper-keep", "paper-print", "paper-versions", "paper-file"):
        values[name, "number"] = appealed
    values["api-attachment", "id"] = file
    values["api-subscription", "id"] = str(_subscription(c).pk)
    values["api-alert-acknowledge", "id"] = str(_alert(number).pk)
    values |= {("", "format"): "docx", ("", "action"): "sign", ("api-event-log", "form"): "csv"}
    return House(c, number, values)


def _subscription(c: Cast) -> Subscription:
    who = {"organisation": c.hq, "unit": c.units["HQ"], "actor": c.people["administrator"], "at": timezone.now()}
    return subscription_create(name=CANARY, url="https://example.com/hook", events=["ticket.registered"], **who)


def _alert(number: str) -> Alert:
    clock = Clock.objects.filter(ticket__number=number, step__isnull=False).order_by("-pk")[0]
    now, unit = timezone.now(), clock.ticket.unit
    when = {"instant": now, "due_at": clock.due_at, "raised_at": now, "generation": clock.generation}
    told = {"clock_name": clock.name, "moment": "due", "kind": "overrun", "unit": unit}
    return Alert.objects.create(ticket=clock.ticket, step=clock.step, clock=clock, **when, **told)


def patterns(api_too: bool) -> Iterator[URLPattern]:
    def below(rows: list[URLPattern | URLResolver], prefix: str) -> Iterator[URLPattern]:
        for row in rows:
            if isinstance(row, URLResolver):
                yield from below(row.url_patterns, prefix + str(row.pattern))
            elif row.name and prefix.startswith("api/") is api_too:
                yield row

    return below(get_resolver().url_patterns, "")


def parts_of(pattern: URLPattern) -> set[str]:
    return set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)


def told(answer: Any, *gone: str) -> tuple[int, bytes]:
    """Status and content, without what the asker wrote into the address themselves."""
    content = b"".join(answer) if answer.streaming else answer.content
    for word in gone:
        content = content.replace(word.encode(), b"?")
    return answer.status_code, re.sub(rb'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', b"", content)


def ask(client: Client, verb: str, address: str, **headers: str) -> Any:
    return getattr(client, verb)(address, content_type="application/json", headers=headers) if verb in (
        "post", "put", "patch", "delete"
    ) else getattr(client, verb)(address, headers=headers)  # fmt: skip


# ── REST ─────────────────────────────────────────────────────────────────────────────────────────────
def test_S03_what_is_hidden_answers_like_what_is_not_there_on_every_verb(house: House) -> None:
    hidden = [p for p in patterns(api_too=True) if parts_of(p) and p.name not in SHARED]
    assert len(hidden) >= 16
    for who in STRANGERS:
        person = house.c.people[who]
        client, headers = Client(), {"authorization": f"Bearer {token_create(person=person, at=timezone.now())}"}
        for pattern in hidden:
            # An administrator of the house may know its subscriptions and its people.
            if who == "administrator" and pattern.name in {"api-subscription", "api-person"}:
                continue
            real, ghost = house.address(pattern), house.address(pattern, GHOSTS | _ghost_file(pattern))
            for verb in VERBS:
                seen, unseen = (ask(client, verb, address, **headers) for address in (real, ghost))
                assert told(seen) == told(unseen), (who, verb, real)
                assert seen.status_code in (403, 404, 405, 422) or verb == "options", (
                    who,
                    verb,
                    real,
                    seen.status_code,
                )
                assert CANARY not in seen.headers.get("Content-Disposition", "") + told(seen)[1].decode()


def _ghost_file(pattern: URLPattern) -> dict[str, str]:
    return {"id": GHOSTS["file"]} if pattern.name == "api-attachment" else {}


def test_S03_no_list_count_or_search_over_rest_tells_a_stranger_of_it(house: House) -> None:
    lists = [p for p in patterns(api_too=True) if p.name not in OPEN_API and (not parts_of(p) or p.name in SHARED)]
    values = {("api-rulebook", "id"): "unicom-complaint", ("api-event-log", "form"): "csv"}
    house.values |= {**values, ("api-indicator", "id"): "received", ("api-indicator-tickets", "id"): "received"}
    for who in STRANGERS:
        connected = api(house.c.people[who])
        for pattern in lists:
            address = house.address(pattern).removeprefix("/api/v1")
            for asked in ("", f"?q={CANARY}", f"?q={house.number}", "?phone=13800000000", "?ordering=priority"):
                if who == "administrator" and pattern.name == "api-subscriptions":
                    continue
                answer = connected.get(f"{address}{asked}")
                assert answer.status < 500
                assert CANARY not in str(answer.body), (who, address, asked)
                assert house.number not in str(answer.body).replace(asked, ""), (who, address, asked)


def test_S07_a_revoked_token_and_none_open_no_address_by_any_verb(house: House, settings: Any) -> None:
    settings.API_UNKNOWN_PER_MINUTE = 0
    client = Client()
    token = token_create(person=house.c.people["auditor"], at=timezone.now())
    tokens_revoke(person=house.c.people["auditor"], at=timezone.now())
    house.values |= {("api-rulebook", "id"): "unicom-complaint", ("", "id"): "1"}
    for pattern in patterns(api_too=True):
        for verb in VERBS if pattern.name not in OPEN_API else ():
            for headers in ({}, {"authorization": f"Bearer {token}"}, {"authorization": "Basic YTpi"}):
                answer = ask(client, verb, house.address(pattern), **headers)
                assert answer.status_code == 401, (pattern.name, verb, headers)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────
def test_S03_before_the_login_every_page_leads_to_it(house: House) -> None:
    client = Client()
    for pattern in patterns(api_too=False):
        if pattern.name in OPEN_PAGES or parts_of(pattern) - {"number", "file"}:
            continue
        for verb in ("get", "post"):
            answer = ask(client, verb, house.address(pattern))
            assert answer.status_code in (302, 403, 405), (pattern.name, verb, answer.status_code)
            assert answer.status_code != 302 or answer.url.startswith("/login/"), (pattern.name, answer.url)
            assert CANARY not in told(answer)[1].decode()


def test_S03_a_page_about_a_hidden_ticket_or_file_is_like_one_about_none(house: House) -> None:
    known = {"number", "file", "id", "format", "action"}
    pages = [p for p in patterns(api_too=False) if {"number", "file"} & parts_of(p) and parts_of(p) <= known]
    assert len(pages) >= 14
    for who in STRANGERS:
        client = Client(headers={"accept-language": "zh-CN"})
        client.force_login(house.c.people[who])
        for pattern in pages:
            real, ghost = house.address(pattern), house.address(pattern, GHOSTS)
            for verb in ("get", "post"):
                seen, unseen = (ask(client, verb, address) for address in (real, ghost))
                assert told(seen, real) == told(unseen, ghost), (who, verb, real)
                assert seen.status_code in (403, 404, 405), (who, verb, real, seen.status_code)
                assert CANARY not in told(seen)[1].decode()


# ── files, traces ────────────────────────────────────────────────────────────────────────────────────
def test_S06_no_file_of_a_ticket_lies_where_the_web_server_looks(house: House, settings: Any) -> None:
    kept = Attachment.objects.get(name=f"{CANARY}.txt")
    for folder in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        assert not Path(kept.file.path).is_relative_to(folder)
    for prefix in ("", "static/", "media/", "files/", "static/../files/", "static/%2e%2e/files/"):
        assert Client().get(f"/{prefix}{kept.file.name}").status_code == 404, prefix
    client = Client()
    client.force_login(house.c.people["billing_head"])
    assert client.get(f"/files/{kept.pk}/").status_code == 404


def test_S06_files_and_keys_are_their_owners_alone_whatever_the_umask(house: House, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        upload = SimpleUploadedFile("b.txt", b"words")
        api(house.c.people["hotline"]).upload("/attachments/", file=upload)
        key_of(tmp_path / "secret.key")
    finally:
        os.umask(before)
    path = Path(Attachment.objects.get(name="b.txt").file.path)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, tmp_path / "secret.key", path.parent)]
    assert [oct(mode) for mode in modes] == ["0o600", "0o600", "0o700"]


def test_S07_what_breaks_tells_no_trace(house: House, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    def broken(*args: Any, **more: Any) -> None:
        raise RuntimeError(f"secret {settings.SECRET_KEY} {CANARY}")

    monkeypatch.setattr("tickets.api.endpoint.Endpoint.initial", broken)
    monkeypatch.setattr("tickets.views.settings._page", broken)
    client = Client(raise_request_exception=False)
    client.force_login(house.c.people["head"])
    for address in ("/api/v1/tickets/", "/settings/"):
        answer = client.get(address)
        said = answer.content.decode()
        assert answer.status_code == 500
        words = ("Traceback", "RuntimeError", "secret", CANARY, settings.SECRET_KEY, ".py")
        assert not [word for word in words if word in said], address
