"""A canary in every field and file of a complaint: whoever is complained about finds none of them (rows N06, S04).

The same walk is done before the complaint is there and after it: every page, count and export must say to the byte what
it said before. An unbarred supervisor finds each canary, so nothing here is silent because there is nothing to find.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from escalation.models import Alert
from escalation.walls import wall_open
from escalation.watch import watch_batch
from reporting.hot.keep import group_batch
from reporting.refresh import bring_up_to_date
from tests.books import BOOKS
from tests.cast import Cast, cast, duty
from tests.test_S03_matrix import House, parts_of, patterns
from tickets.actions.books import book_load
from tickets.actions.contacts import NewContact, ticket_contact
from tickets.actions.papers import paper_draft
from tickets.actions.people import token_create
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_act
from tickets.delivery import deliver_batch
from tickets.models import Message, RulebookVersion, Step, Ticket, TicketLink
from tickets.rulebook.source import Flat, flatten
from tickets.uploads import store_upload

pytestmark = pytest.mark.django_db
BIRD = "金丝雀"
T0 = datetime(2026, 11, 24, 1, tzinfo=UTC)  # Tuesday 09:00 in Shanghai
NOW = T0 + timedelta(hours=30)
PHONE, MAIL = "13977747774", "canary@canary.invalid"
BARRED = ("handler", "line_head")  # the person complained about, and the head of the unit complained about
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"|nonce[-=]"?[\w+/=-]+|draft[s/="]+[0-9a-f-]{36}'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
# What a person does to the house by asking: nothing to be read there.
ACTS = {"logout", "keepalive", "language", "density"}
MACHINES = {"healthz", "readyz", "metrics", "api-schema", "api-docs"}  # not for people, or the same for all
SEARCHED = {"search", "api-tickets", "queue", "queue-poll", "indicator-tickets", "intake-names"}


class Aviary:
    """One complaint with a bird in every place, and what stands around it."""

    def __init__(self) -> None:
        self.birds: set[str] = set()
        self.c: Cast = cast()
        for role in ("administrator", "security_admin", "auditor"):  # whatever else they are in the house
            duty(self.c.people["handler"], role, self.c.units["HQ"], subtree=True)
        duty(self.c.people["line_head"], "supervisor", self.c.units["410000"], subtree=True)  # would see it all
        self.version = _strict_book()
        self.calls = 0

    def bird(self, place: str) -> str:
        self.birds.add(f"{BIRD}{place}")
        return f"{BIRD}{place}"

    def registered(self, content: str, who: str = "front_desk", **more: Any) -> Ticket:
        facts = {"channel": "hotline", "grade": "provincial", "business_type": "fixed.broadband"}
        more = {"customer": NewCustomer(name="王某", phone="13800000000", region="410100"), **more}
        new = NewTicket(content=content, facts={**facts, **more.pop("facts", {})}, received_by="410100-hall", **more)
        return ticket_register(new, version=self.version, actor=self.c.people[who], at=self.now()).ticket

    def do(self, ticket: Ticket, who: str, action: str, **given: Any) -> None:
        ticket_act(ticket_id=ticket.pk, action=action, given=given, actor=self.c.people[who], at=self.now())

    def now(self) -> datetime:
        self.calls += 1
        return T0 + timedelta(minutes=self.calls)

    def dispatched(self, ticket: Ticket, to: str, reason: str) -> Ticket:
        self.do(ticket, "front_desk", "submit", business_type="fixed.broadband", complaint_type="quality_within_net")
        self.do(ticket, "dispatcher", "dispatch", to=to, reason=reason)
        return ticket

    # ── the house before ──
    def surroundings(self) -> Ticket:
        """Work of the barred people's own: tickets with the same words, which make an issue; a wall in their room."""
        self.other = self.dispatched(self.registered("翠湖花园三期宽带断网没有恢复"), "410100-net", "光路")
        for _ in range(2):
            self.dispatched(self.registered("翠湖花园三期宽带又断网了没有恢复"), "410100-net", "光路")
        boss = self.c.people["supervisor"]
        self.wall = wall_open(unit="410000", name="省公司大屏", actor=boss, at=T0)
        return self.other

    # ── the complaint ──
    def complaint(self) -> Ticket:
        bird, people = self.bird, self.c.people
        customer = NewCustomer(
            name=bird("姓名"), phone=PHONE, email=MAIL, address=bird("地址"), region="410100", account=bird("账号")
        )
        facts = {"request": bird("要求"), "occurred_place": bird("地点"), "grounds": bird("理由")}
        ticket = self.registered(
            f"翠湖花园三期宽带断网没有恢复，{bird('内容')}",
            subject=bird("标题"),
            customer=customer,
            facts=facts,
            respondent_unit="410100-line",
            respondent_person="handler",
        )
        upload = SimpleUploadedFile(f"{bird('文件名')}.txt", bird("文件内").encode())
        self.file = store_upload(upload, actor=people["front_desk"], at=self.now(), ticket=ticket)
        self.dispatched(ticket, "410100-billing", bird("派单"))
        ticket_contact(
            NewContact(content=bird("又来电"), recording=bird("录音")),
            ticket_id=ticket.pk,
            actor=people["front_desk"],
            at=self.now(),
        )
        self.do(ticket, "billing_head", "assist", to=["410100-estate"], reason=bird("协办"))
        self.do(ticket, "estate_head", "feedback", solution=bird("协办结果"), findings=bird("查明"))
        self.do(ticket, "billing_head", "feedback", solution=bird("方案"))
        link = {"kind": TicketLink.Kind.REPEATED, "by": people["front_desk"], "at": self.now()}
        TicketLink.objects.create(ticket=ticket, other=self.other, **link)
        TicketLink.objects.create(ticket=self.other, other=ticket, **link)
        self.paper = paper_draft(ticket_id=ticket.pk, name="written_reply", actor=people["dispatcher"], at=self.now())
        ticket.refresh_from_db()
        return ticket

    def settle(self) -> None:
        """Watch, count, group, report and deliver, as the beat would."""
        bring_up_to_date()
        group_batch(self.c.hq, at=NOW)
        while watch_batch(at=NOW):
            pass
        bring_up_to_date()
        while deliver_batch(at=NOW):
            pass


def _strict_book() -> RulebookVersion:
    """The complaint rulebook of the telecom house, with the barrier around the whole unit."""
    flat = flatten(BOOKS / "unicom-complaint.toml")
    source = copy.deepcopy(dict(flat.source))
    source["rulebook"]["barrier"] = "unit"  # type: ignore[index]
    return book_load(flat=Flat(source, flat.places, flat.file), actor=None, at=datetime(2020, 1, 1, tzinfo=UTC))


# ── walking ──────────────────────────────────────────────────────────────────────────────────────────
class Walk:
    def __init__(self, aviary: Aviary, who: str) -> None:
        person = aviary.c.people[who]
        self.client = Client(headers={"accept-language": "zh-CN"})
        self.client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        self.token = {"authorization": f"Bearer {token_create(person=person, at=NOW)}"}

    def get(self, address: str) -> str:
        headers = self.token if address.startswith("/api/") else {}
        answer = self.client.get(address, headers=headers)
        assert answer.status_code < 500, address
        content = b"".join(answer) if answer.streaming else answer.content
        said = f"{answer.status_code} {answer.headers.get('Content-Disposition', '')} {text_of(content)}"
        return CHANGING.sub("", said).replace(address, "")


def text_of(content: bytes) -> str:
    """The words of an answer, whatever it is packed in."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(f"{one.filename} {text_of(packed.read(one))}" for one in packed.infolist())
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return content.decode(errors="replace")


def general(aviary: Aviary) -> Iterator[str]:
    """Every address that is about nothing in particular; those with a search also searched for the bird."""
    fixed = House(aviary.c, "", GENERAL)
    for api_too in (True, False):
        for pattern in patterns(api_too):
            if pattern.name in ACTS | MACHINES or {(pattern.name, part) for part in parts_of(pattern)} - set(GENERAL):
                continue
            address = fixed.address(pattern)
            yield address
            if pattern.name in SEARCHED:
                yield f"{address}?q={BIRD}"
    yield f"/api/v1/customers/lookup/?phone={PHONE}"
    yield f"/tickets/{aviary.other.number}/"
    yield f"/api/v1/tickets/{aviary.other.number}/"
    yield f"/board/?wall=1&token={aviary.wall}"
    yield f"/board/live/?wall=1&token={aviary.wall}"


GENERAL = {
    ("api-rulebook", "id"): "unicom-complaint",
    ("api-event-log", "form"): "csv",
    ("api-indicator", "id"): "received",
    ("api-indicator-tickets", "id"): "received",
    ("indicator", "id"): "received",
    ("indicator-tickets", "id"): "received",
    ("indicator-export", "id"): "received",
    ("indicator-export", "kind"): "xlsx",
    ("intake-names", "kind"): "unit",
}


def special(aviary: Aviary, ticket: Ticket) -> Iterator[str]:
    """Every address with a part of its own for the complaint, and where its words stand in full."""
    values = {("", "number"): ticket.number, ("", "file"): str(aviary.file.pk), ("", "id"): str(aviary.paper.pk)}
    values |= {("", "format"): "zip", ("paper-file", "format"): "docx", ("", "action"): "reply"}
    values["api-attachment", "id"] = str(aviary.file.pk)
    step = Step.objects.filter(ticket=ticket, closed_at=None)[0]
    values["board-chase", "step_id"] = str(step.pk)
    house = House(aviary.c, ticket.number, values)
    for api_too in (False, True):
        for pattern in patterns(api_too):
            names = parts_of(pattern)
            known = {part for part in names if (pattern.name, part) in values or ("", part) in values}
            about = {"number", "file", "step_id"} & names or pattern.name == "api-attachment"
            if about and known == names:
                yield house.address(pattern)
    yield f"/files/{aviary.file.pk}/"
    yield f"/api/v1/tickets/{ticket.number}/archive/?format=pdf"


@pytest.mark.clause("D8-9-1-4-b", "D11-6-a", "D20-5-a")
def test_N06_whoever_is_complained_about_finds_no_trace_anywhere(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.EMAIL_HOST = tmp_path, "localhost"
    with time_machine.travel(NOW, tick=False):
        aviary = Aviary()
        aviary.surroundings()
        aviary.settle()
        walks = {who: Walk(aviary, who) for who in (*BARRED, "supervisor")}
        before = {who: {address: walks[who].get(address) for address in general(aviary)} for who in BARRED}
        ticket = aviary.complaint()
        aviary.settle()
        traces = [
            (who, address, changes(said, now))
            for who in BARRED
            for address, said in before[who].items()
            if (now := walks[who].get(address)) != said
        ]
        assert not traces, "a page says something else than before the complaint"
        for who in BARRED:
            for address in special(aviary, ticket):
                said = walks[who].get(address)
                assert said.startswith(("404", "403", "405")), (who, address)
                assert BIRD not in said, (who, address)
        nothing_sent(aviary, ticket)
        missing = set(aviary.birds)
        found = []
        for address in special(aviary, ticket):
            said = walks["supervisor"].get(address)
            missing -= {bird for bird in missing if bird in said}
            found.append(BIRD in said)
        assert not missing, "an unbarred supervisor finds every bird"
        assert sum(found) > 10
        for address in ("/search/?q=", "/api/v1/tickets/?q="):
            assert ticket.number in walks["supervisor"].get(f"{address}{BIRD}"), address


def nothing_sent(aviary: Aviary, ticket: Ticket) -> None:
    """No mail, notice or alert to the barred; the unbarred colleague who handles it gets them."""
    ids, addresses = [aviary.c.people[who].pk for who in BARRED], {f"{who}@cast.invalid" for who in BARRED}
    assert not Message.objects.filter(ticket=ticket, person__in=ids).exists()
    assert not Alert.objects.filter(ticket=ticket, person__in=ids).exists()
    told = [one for one in mail.outbox if ticket.number in f"{one.subject} {one.body}"]
    assert not [one for one in told if addresses & set(one.recipients())]
    assert {"billing_head@cast.invalid"} & {to for one in told for to in one.recipients()}


def changes(before: str, now: str) -> list[str]:
    was = set(before.splitlines())
    return [line.strip()[:200] for line in now.splitlines() if line not in was][:5]
