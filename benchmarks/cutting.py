"""A network that misbehaves: a proxy on loopback that loses requests, loses answers, halves them, sends them twice."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
MOST = 262_144  # bytes of a request or of a piece of an answer
PATIENCE = 60.0  # seconds without a byte
# Of a hundred requests so many meet this fault.
FAULTS = {"request lost": 2, "answer lost": 4, "answer cut in half": 2, "sent twice": 4}


class CuttingProxy:
    """Faults strike whole requests and their answers, so that each kind means something."""

    def __init__(self, port: int, seed: int) -> None:
        self._upstream, self._random, self._lock = port, random.Random(seed), threading.Lock()
        self.done: Counter[str] = Counter()
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, self._connect() as server:
            client.settimeout(PATIENCE)
            while request := b"".join(_message_of(client)):
                fault = self._fault()
                if fault == "request lost":
                    return
                if fault == "sent twice":
                    threading.Thread(target=self._send_again, args=(request,), daemon=True).start()
                server.sendall(request)
                if not self._answer(server, client, fault):
                    return

    def _answer(self, server: socket.socket, client: socket.socket, fault: str) -> bool:
        """Hand the answer back as the fault lets it; False when the connection is cut."""
        whole = False
        for piece in _message_of(server):
            whole = True
            if fault == "answer lost":
                return False  # the server has done it, and nobody hears of it
            if fault == "answer cut in half":
                client.sendall(piece[: len(piece) // 2])
                return False
            client.sendall(piece)
        return whole

    def _send_again(self, request: bytes) -> None:
        """The same bytes on a connection of their own, at the same moment; nobody reads the answer."""
        with contextlib.suppress(OSError), self._connect() as server:
            server.sendall(request)
            for _ in _message_of(server):
                pass

    def _connect(self) -> socket.socket:
        return socket.create_connection((HOST, self._upstream), timeout=PATIENCE)

    def _fault(self) -> str:
        with self._lock:
            drawn, found = self._random.uniform(0, 100), "whole"
            for name, share in FAULTS.items():
                drawn -= share
                if drawn < 0:
                    found = name
                    break
            self.done[found] += 1
            return found


def _message_of(sender: socket.socket) -> Iterator[bytes]:
    """The pieces of one request or answer, until its Content-Length is there; fewer where the sender hangs up."""
    said, length = b"", -1
    while length < 0 or len(said) < length:
        piece = sender.recv(MOST)
        if not piece:
            return
        yield piece
        said += piece
        head, end, _ = said.partition(b"\r\n\r\n")
        if length < 0 and end:
            length = len(head) + len(end) + _content_length(head)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


@contextmanager
def cutting(port: int, seed: int) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(port, seed)
    try:
        yield proxy
    finally:
        proxy.close()
