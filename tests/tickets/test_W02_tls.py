"""TLS on every way out and in: a certificate that we trust is taken, another is refused in plain words (rule 15)."""

from __future__ import annotations

import io
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.utils import timezone

from complaints_site.checks import tls_can_work
from tests.cast import cast
from tests.gateways import sink
from tests.tickets.test_I07_letters import Imap, letter
from tests.tickets.test_I07_public import open_desk
from tickets.delivery import BACK_OFF, deliver_batch
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for this machine, with its key, in one PEM file."""
    key, whose = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.OID_COMMON_NAME, name)])
    hosts = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    begins = datetime.now(UTC) - timedelta(hours=1)
    plan = x509.CertificateBuilder(whose, whose, key.public_key(), x509.random_serial_number())
    plan = plan.not_valid_before(begins).not_valid_after(begins + timedelta(days=1))
    plan = plan.add_extension(hosts, critical=False).add_extension(x509.BasicConstraints(True, None), critical=True)
    made = plan.sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return path


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "own")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "other")


@pytest.fixture
def speaking(own: Path) -> ssl.SSLContext:
    """What a server of ours speaks with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context


class Taken:
    """An SMTP server's memory."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        assert server.transport.get_extra_info("ssl_object"), "in the clear"
        self.seen.append(envelope.content)
        return "250 OK"


@contextmanager
def mail_server(settings: Any, way: str, speaking: ssl.SSLContext) -> Iterator[list[Any]]:
    """SMTP as the settings of `way` want it; what it took stands in the list."""
    taken = Taken()
    how = {"ssl_context": speaking} if way == "EMAIL_USE_SSL" else {"tls_context": speaking, "require_starttls": True}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(taken, hostname="127.0.0.1", port=port, **how)
    controller.start()
    settings.EMAIL_BACKEND = "complaints_site.lib.trust.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    setattr(settings, way, True)
    yield taken.seen
    controller.stop()


@contextmanager
def gateway(settings: Any, speaking: ssl.SSLContext) -> Iterator[list[Any]]:
    settings.OUTBOUND_HOSTS, settings.OUTBOUND_NETWORKS = ["localhost"], ["127.0.0.0/8", "::1/128"]
    with sink(tls=speaking) as made:
        settings.SMS_URL = made.url
        yield made.seen


@pytest.mark.parametrize("way", ["EMAIL_USE_TLS", "EMAIL_USE_SSL", "https"])
def test_W02_only_a_trusted_certificate_gets_a_message(
    settings: Any, speaking: ssl.SSLContext, own: Path, other: Path, way: str
) -> None:
    at = timezone.now()
    values = {"way": "sms" if way == "https" else "email", "address": "head@demo.invalid", "text": "工单将到期"}
    with ExitStack() as stack:
        server = gateway(settings, speaking) if way == "https" else mail_server(settings, way, speaking)
        seen = stack.enter_context(server)
        for trusted, state in ((other, "failed"), (own, "sent")):
            settings.TRUSTED_CERTIFICATES = str(trusted)
            last_try = {"attempts": len(BACK_OFF), "created_at": at, "next_try_at": at}
            message = Message.objects.create(key=f"tls:{state}", **values, **last_try)
            deliver_batch(at=at)
            message.refresh_from_db()
            assert message.state == state, message.error
            assert ("certificate" in message.error) == (state == "failed")
            assert len(seen) == (state == "sent")


def test_I07_a_box_with_an_untrusted_certificate_is_not_read(
    settings: Any, monkeypatch: pytest.MonkeyPatch, speaking: ssl.SSLContext, own: Path, other: Path
) -> None:
    open_desk(cast(), takes_mail=True, mail_channel="email")
    monkeypatch.setenv("INTAKE_PASSWORD", "secret")
    Imap.letters, Imap.read = {"4": letter(key="4@x").as_bytes()}, set()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap) as server:
        server.socket = speaking.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.handle_error = lambda *_: None  # a caller that hangs up is what this is about
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        box = {"organisation": "HQ", "imap": "127.0.0.1", "port": server.server_address[1], "user": "u"}
        settings.TRUSTED_CERTIFICATES, said = str(other), io.StringIO()
        with pytest.raises(SystemExit):
            call_command("intake_mail", stderr=said, **box)
        assert "certificate" in said.getvalue()
        assert not Ticket.objects.exists()
        settings.TRUSTED_CERTIFICATES = str(own)
        call_command("intake_mail", stdout=io.StringIO(), **box)
        assert Ticket.objects.count() == 1
        server.shutdown()


def test_S10_settings_of_tls_that_can_not_work_are_said_at_start(settings: Any) -> None:
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = True
    assert [one.id for one in tls_can_work(None)] == ["site.E001"]
    settings.EMAIL_USE_SSL, settings.TRUSTED_CERTIFICATES = False, "/nowhere.pem"
    assert [one.id for one in tls_can_work(None)] == ["site.E002"]
