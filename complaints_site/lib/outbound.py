"""Calls to other systems over HTTP, where they may go and no further (rule 15 of the reliability page).

Only hosts on the list of this installation; no redirect is followed; the address is looked at on the socket that is
really connected, before a byte is sent, so a name that resolves to something else a moment later gains nothing; every
call ends within `SECONDS`; no more of an answer is read than `MOST_BYTES`.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
from django.conf import settings

from .trust import trusted

CONNECT_SECONDS, SECONDS = 4.0, 8.0
MOST_BYTES = 64 * 1024


class NotAllowed(Exception):
    """The address is none that this installation calls; the text names the host, never a key in the address."""


class NoAnswer(Exception):
    """The far end refused, hung, broke off or said too much."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def require_host(url: str) -> None:
    """Is this an address that may be called at all? Raises NotAllowed. What it resolves to is asked when it is."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotAllowed("this is no address") from error
    if parts.scheme not in ("https", "http") or not host or parts.username is not None:
        raise NotAllowed("an address begins with https:// and names a host")
    if not any(fnmatchcase(host.lower(), pattern.lower()) for pattern in settings.OUTBOUND_HOSTS):
        raise NotAllowed(f"{host} is not among OUTBOUND_HOSTS")


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One POST. Raises NotAllowed or NoAnswer; what the answer's status means is the caller's question."""
    return call("POST", url, body, headers)


def call(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    """One request, like `post`."""
    require_host(url)
    deadline = time.monotonic() + SECONDS
    backend = _Guarded(deadline, is_plain=urlsplit(url).scheme == "http")
    sent = [("Accept", "application/json"), ("User-Agent", "complaints"), *headers.items()]
    try:
        with (
            httpcore.ConnectionPool(network_backend=backend, ssl_context=trusted(), keepalive_expiry=0) as pool,
            pool.stream(method, url, headers=sent, content=body, extensions=_limits()) as response,
        ):
            return Answer(response.status, _bounded(response.iter_stream()))
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise NoAnswer(_reason(error)) from error


def _reason(error: Exception) -> str:
    """What an administrator reads beside a message that did not leave."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def _limits() -> dict[str, Any]:
    return {"timeout": {"connect": CONNECT_SECONDS, "read": SECONDS, "write": SECONDS}}


def _bounded(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            raise NoAnswer(f"the answer is longer than {MOST_BYTES} bytes")
    return bytes(body)


# ── the socket ───────────────────────────────────────────────────────────────────────────────────────


class _Guarded(httpcore.NetworkBackend):
    """Connects, and hangs up on an address that it should not have reached."""

    def __init__(self, deadline: float, *, is_plain: bool) -> None:
        self.deadline, self.is_plain = deadline, is_plain
        self.real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        stream = self.real.connect_tcp(host, port, timeout, local_address, socket_options)
        try:
            self._look_at(stream.get_extra_info("server_addr")[0])
        except NotAllowed:
            stream.close()
            raise
        return _Timed(stream, self.deadline)

    def _look_at(self, reached: str) -> None:
        address = ipaddress.ip_address(reached.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        if any((mapped or address) in network for network in _own_networks(tuple(settings.OUTBOUND_NETWORKS))):
            return
        if not (mapped or address).is_global or address.is_multicast:
            raise NotAllowed("the host leads into a network that is not among OUTBOUND_NETWORKS")
        if self.is_plain:
            raise NotAllowed("http:// only goes to OUTBOUND_NETWORKS: use https://")


@cache
def _own_networks(written: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in written)


class _Timed(httpcore.NetworkStream):
    """A stream whose every read and write must end before the call's deadline: one that drips is cut off."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream, self.deadline = stream, deadline

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self._left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self.stream.start_tls(ssl_context, server_hostname, self._left()), self.deadline)

    def close(self) -> None:
        self.stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
