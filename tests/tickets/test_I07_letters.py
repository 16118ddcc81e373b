"""E-mail intake: the same create, once for each letter, with files; what can't be taken is set aside (row I07)."""

from __future__ import annotations

import io
import mailbox
import socketserver
import sys
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast, cast
from tests.tickets.test_I07_public import open_desk
from tickets.letters.intake import FROM_ONE_SENDER, Became, letter_take
from tickets.letters.letter import letter_of
from tickets.models import Contact, Message, PublicDesk, SetAsideMail, Ticket
from tickets.progress_codes import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def c() -> Cast:
    return cast()


@pytest.fixture
def desk(c: Cast) -> PublicDesk:
    return open_desk(c, takes_mail=True, mail_channel="email")


def letter(
    text: str = "家里断网三天", *, key: str = "1@example.com", subject: str = "断网", **headers: str
) -> EmailMessage:
    made = EmailMessage()
    made["From"] = headers.pop("From", "李四 <li@example.com>")
    made["To"] = "complaints@example.com"
    made["Subject"] = subject
    if key:
        made["Message-ID"] = f"<{key}>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def take(desk: PublicDesk, made: EmailMessage | bytes) -> Became:
    return letter_take(made if isinstance(made, bytes) else made.as_bytes(), desk=desk, at=timezone.now())


def test_I07_a_letter_becomes_a_ticket_once_and_is_answered_with_number_and_code(
    desk: PublicDesk, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    made = letter()
    made.add_attachment("断线时间".encode(), maintype="text", subtype="plain", filename="时间.txt")
    assert take(desk, made) == take(desk, made) == Became.TICKET
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.content, ticket.channel) == ("断网", "家里断网三天", "email")
    assert ticket.customer is not None
    assert (ticket.customer.name, ticket.customer.email) == ("李四", "li@example.com")
    assert [(file.name, file.internal) for file in ticket.attachments.all()] == [("时间.txt", False)]
    (answer,) = Message.objects.filter(name="letter")
    assert answer.address == "li@example.com"
    assert ticket.number in answer.text
    assert code_of(ticket.number) in answer.text


@pytest.mark.parametrize("who", ["li@example.com", "code"])
def test_I07_a_reply_of_the_customer_is_a_further_contact(desk: PublicDesk, who: str) -> None:
    take(desk, letter())
    number = Ticket.objects.get().number
    code = f" {code_of(number)}" if who == "code" else ""
    sender = "li.other@example.com" if who == "code" else who
    made = letter("现在电话也不通了", key="2@example.com", subject=f"回复：来信已收到 {number}{code}", From=sender)
    assert take(desk, made) == take(desk, made) == Became.CONTACT
    (contact,) = Contact.objects.all()
    assert (contact.ticket.number, contact.content) == (number, "现在电话也不通了")
    assert Ticket.objects.count() == 1


def test_I07_a_number_in_a_strangers_subject_is_no_key_to_the_ticket(desk: PublicDesk) -> None:
    take(desk, letter())
    number = Ticket.objects.get().number
    made = letter("我也要投诉", key="3@example.com", subject=f"关于 {number}", From="stranger@example.com")
    assert take(desk, made) == Became.TICKET
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "自动发出"),
        ({"Precedence": "bulk"}, "自动发出"),
        ({"Return_Path": "<>"}, "自动发出"),
        ({"From": "nobody"}, "没有发件人"),
        ({"text": "", "subject": ""}, "写下客户说了什么"),
    ],
)
def test_I07_what_can_be_no_complaint_is_set_aside_where_a_clerk_sees_it(
    c: Cast, desk: PublicDesk, headers: dict[str, str], reason: str
) -> None:
    made = letter(**headers)
    assert take(desk, made) == take(desk, made) == Became.SET_ASIDE
    assert not Ticket.objects.exists()
    client = client_of(c, "front_desk")
    assert reason in client.get(reverse("letters")).content.decode()
    client.post(reverse("letters"), {"letter": SetAsideMail.objects.get().pk})
    assert SetAsideMail.objects.get().handled_by == c.people["front_desk"]
    assert reason not in client.get(reverse("letters")).content.decode()


def client_of(c: Cast, who: str) -> Client:
    client = Client()
    client.force_login(c.people[who], "django.contrib.auth.backends.ModelBackend")
    return client


def test_I07_a_letter_set_aside_is_made_a_ticket_by_one_click(
    c: Cast, desk: PublicDesk, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    made = letter(Precedence="bulk")
    made.add_attachment("断线时间".encode(), maintype="text", subtype="plain", filename="时间.txt")
    take(desk, made)
    aside = SetAsideMail.objects.get()
    assert client_of(c, "js_dispatcher").get(reverse("letters")).status_code == 403
    assert client_of(c, "js_dispatcher").post(reverse("letters"), {"letter": aside.pk}).status_code == 403
    clerk, wish = client_of(c, "front_desk"), {"letter": aside.pk, "do": "register"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = clerk.post(reverse("letters"), wish)
    ticket = Ticket.objects.get()
    assert answer["Location"] == reverse("ticket", args=[ticket.number])
    assert (ticket.content, ticket.channel, ticket.registered_by) == ("家里断网三天", "email", c.people["front_desk"])
    kept = {file.name: file for file in ticket.attachments.all()}
    assert set(kept) == {"来信.eml", "时间.txt"}
    assert kept["来信.eml"].file.read() == made.as_bytes()
    assert kept["来信.eml"].content_type == "message/rfc822"
    place, aside = aside.file, SetAsideMail.objects.get()
    assert (aside.ticket, aside.handled_by, aside.file.name) == (ticket, c.people["front_desk"], "")
    assert not place.storage.exists(place.name), "the ticket has it now"
    assert not Message.objects.filter(name="letter").exists(), "a machine that wrote gets no answer"
    assert clerk.post(reverse("letters"), wish).status_code == 404
    take(desk, made)  # the box may be read again
    assert (Ticket.objects.count(), SetAsideMail.objects.count()) == (1, 1)


def test_I07_a_letter_that_says_too_little_is_completed_on_the_form(c: Cast, desk: PublicDesk) -> None:
    take(desk, letter("", subject=""))
    clerk, aside = client_of(c, "front_desk"), SetAsideMail.objects.get()
    answer = clerk.post(reverse("letters"), {"letter": aside.pk, "do": "register"})
    assert answer["Location"] == f"{reverse('intake')}?letter={aside.pk}"
    form = clerk.get(answer["Location"])
    given = form.context["data"]
    assert (given["email"], given["name"], given["letter"]) == ("li@example.com", "李四", str(aside.pk))
    filled = {name: value for name, value in given.items() if value} | {"content": "来电补充：断网三天", "do": "only"}
    clerk.post(reverse("intake"), filled)
    ticket = Ticket.objects.get()
    assert [file.name for file in ticket.attachments.all()] == ["来信.eml"]
    assert SetAsideMail.objects.get().ticket == ticket


def test_I07_a_file_that_is_refused_does_not_lose_the_letter(desk: PublicDesk) -> None:
    made = letter()
    made.add_attachment(b"<html><script>x</script></html>", maintype="text", subtype="html", filename="x.html")
    assert take(desk, made) == Became.TICKET
    aside = SetAsideMail.objects.get()
    assert aside.ticket == Ticket.objects.get()
    assert "x.html" in aside.reason


def test_I07_a_flood_from_one_sender_is_set_aside(desk: PublicDesk) -> None:
    became = [take(desk, letter(key=f"{place}@flood")) for place in range(FROM_ONE_SENDER.times + 1)]
    assert became == [Became.TICKET] * FROM_ONE_SENDER.times + [Became.SET_ASIDE]


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("Subject: x\nContent-Type: text/plain; charset=gb2312\n\n断网".encode("gb18030"), "断网"),
        ("Subject: x\nContent-Type: text/plain; charset=nonsense\n\n断网".encode(), "断网"),
        (b"Content-Type: text/html\n\n<style>p{}</style><p>one<br>two &amp; three</p>", "one\ntwo & three"),
        (b"Subject: =?utf-8?b?/w==?=\nFrom: <<<>\n\n\xff\xfe\x00text", "text"),
        (b"Content-Type: multipart/mixed; boundary=x\n\nno parts", ""),
        (b"", ""),
    ],
)
def test_I07_any_bytes_can_be_read_as_a_letter(raw: bytes, word: str) -> None:
    assert word in letter_of(raw).text


# ── boxes ────────────────────────────────────────────────────────────────────────────────────────────


def run(**options: Any) -> str:
    out = io.StringIO()
    call_command("intake_mail", organisation="HQ", stdout=out, **options)
    return out.getvalue()


def test_I07_a_maildir_is_emptied_into_its_handled_folder(desk: PublicDesk, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    for key in ("1@example.com", "2@example.com", "1@example.com"):
        box.add(letter(key=key))
    assert "3 ticket" in run(maildir=str(tmp_path / "box"))
    assert Ticket.objects.count() == 2
    assert len(mailbox.Maildir(tmp_path / "box")) == 0
    assert len(mailbox.Maildir(tmp_path / "box").get_folder("Handled")) == 3
    assert "nothing new" in run(maildir=str(tmp_path / "box"))


def test_I07_a_mail_server_may_pipe_one_letter(desk: PublicDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(letter().as_bytes())))
    assert "1 ticket" in run()


def test_I07_an_organisation_that_takes_no_mail_says_so(c: Cast) -> None:
    open_desk(c, takes_mail=False)
    with pytest.raises(CommandError, match="public desk"):
        run()


class Imap(socketserver.StreamRequestHandler):
    """As much of RFC 3501 as a client needs that reads what is unread and marks it."""

    letters: dict[str, bytes] = {}
    read: set[str] = set()

    def handle(self) -> None:
        self.say("* OK ready")
        for line in iter(self.rfile.readline, b""):
            tag, command, *rest = line.decode().split()
            words = [word.upper() for word in (command, *rest)]
            self.answer(words, rest)
            self.say(f"{tag} OK done")
            if words[0] == "LOGOUT":
                return

    def answer(self, words: list[str], rest: list[str]) -> None:
        if words[0] == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif words[0] == "SELECT":
            self.say(f"* {len(self.letters)} EXISTS")
        elif words[:2] == ["UID", "SEARCH"]:
            self.say(" ".join(["* SEARCH", *(uid for uid in self.letters if uid not in self.read)]))
        elif words[:2] == ["UID", "FETCH"]:
            raw = self.letters[rest[1]]
            self.wfile.write(f"* 1 FETCH (UID {rest[1]} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        elif words[:2] == ["UID", "STORE"]:
            self.read.add(rest[1])

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def imap_port() -> Iterator[int]:
    Imap.letters = {"4": letter(key="4@x").as_bytes(), "9": letter(key="9@x").as_bytes()}
    Imap.read = set()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_I07_an_imap_box_is_read_and_each_letter_marked(
    desk: PublicDesk, imap_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTAKE_PASSWORD", "secret")
    box = {"imap": "127.0.0.1", "port": imap_port, "user": "u", "no_tls": True}
    assert "2 ticket" in run(**box)
    assert Imap.read == {"4", "9"}
    assert "nothing new" in run(**box)
