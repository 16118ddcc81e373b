"""Far ends that misbehave, for the tests of what we send: real servers on this machine, in threads of the test."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = {"errcode": 0, "errmsg": "ok"}


@dataclass
class Seen:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Sink:
    """An HTTP server that does what `does` says: take, refuse, hang, drop, redirect, drip, flood, gone."""

    does: str = "take"
    answer: dict[str, Any] = field(default_factory=lambda: dict(GOOD))
    pause_seconds: float = 0.0
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    tls: ssl.SSLContext | None = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://localhost:{self.port}/hook"

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.seen.append(Seen(handler.path, {k.lower(): v for k, v in handler.headers.items()}, body))
        time.sleep(self.pause_seconds)
        getattr(self, f"_{self.does}", self._take)(handler)

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        _answer(handler, 200, json.dumps(self.answer).encode())

    def _refuse(self, handler: BaseHTTPRequestHandler) -> None:
        _answer(handler, 503, b"busy: call 13800000000")

    def _gone(self, handler: BaseHTTPRequestHandler) -> None:
        _answer(handler, 410, b"")

    def _redirect(self, handler: BaseHTTPRequestHandler) -> None:
        _answer(handler, 307, b"", Location=f"http://localhost:{self.port}/elsewhere")

    def _hang(self, handler: BaseHTTPRequestHandler) -> None:
        self.over.wait(30)

    def _drop(self, handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not self.over.wait(0.05):
            handler.wfile.write(b".")

    def _flood(self, handler: BaseHTTPRequestHandler) -> None:
        _answer(handler, 200, b"x" * 200_000)


def _answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def sink(**how: Any) -> Iterator[Sink]:
    made = Sink(**how)
    server = _Server(("127.0.0.1", 0), _handler_of(made.handle))
    made.port = server.server_port
    if made.tls:
        server.socket = made.tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is what these tests are about."""


def _handler_of(handle: Callable[[BaseHTTPRequestHandler], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            handle(self)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
