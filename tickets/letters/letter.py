"""A letter as it came over the wire (RFC 5322), and what a complaint needs of it. Reads anything; raises nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr
from html.parser import HTMLParser

LONGEST_KEY = 100
GUESSES = ("utf-8", "gb18030")
HIDDEN = frozenset({"script", "style", "head", "title"})
BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote"})


@dataclass(slots=True)
class Letter:
    key: str  # the Message-ID, or what stands for one
    sender: str
    sender_name: str
    subject: str
    text: str
    is_automatic: bool
    files: list[tuple[str, bytes]] = field(default_factory=list)
    raw: bytes = b""


def letter_of(raw: bytes) -> Letter:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    name, address = parseaddr(_header(message, "From"))
    return Letter(
        key=_key(_header(message, "Message-ID"), raw),
        sender=address[:200],
        sender_name=(name or address.partition("@")[0])[:60],
        subject=_header(message, "Subject")[:200],
        text=_clean(_text(message)),
        is_automatic=_is_automatic(message),
        files=list(_files(message)),
        raw=raw,
    )


def _header(message: EmailMessage, name: str) -> str:
    """One line; headers that can't be read as they should be are read as they are."""
    try:
        value = str(message.get(name, ""))
    except (ValueError, LookupError, AttributeError, IndexError):
        value = next((str(given) for known, given in message.raw_items() if known.lower() == name.lower()), "")
    return _clean(" ".join(value.split()))


def _key(message_id: str, raw: bytes) -> str:
    plain = message_id.strip("<> ")
    if plain and len(plain) <= LONGEST_KEY:
        return plain
    return hashlib.sha256(message_id.encode() if plain else raw).hexdigest()


def _is_automatic(message: EmailMessage) -> bool:
    """Out-of-office notes, returned mail, mailing lists (RFC 3834): nobody complains, and an answer would circle."""
    submitted = _header(message, "Auto-Submitted").lower()
    return (
        (submitted not in ("", "no"))
        or _header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
        or _header(message, "Return-Path").replace(" ", "") == "<>"
        or message.get_content_type() == "multipart/report"
        or "List-Id" in message
    )


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────


def _text(message: EmailMessage) -> str:
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        if part is not None:
            read = _decoded(part)
            return read if kind == "plain" else text_of_html(read)
    return ""


def _decoded(part: MIMEPart) -> str:
    """By the declared charset; where that is wrong or unknown, by those that Chinese letters come in."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    for charset in (part.get_content_charset() or "", *GUESSES):
        try:
            return raw.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("utf-8", "replace")


def _clean(text: str) -> str:
    """Without characters that no database takes."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode().replace("\r\n", "\n").strip()


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in HIDDEN
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in HIDDEN and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def text_of_html(html: str) -> str:
    """What a reader of the letter sees, line by line."""
    parser = _Plain()
    parser.feed(html)
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(parser.parts).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# ── files ────────────────────────────────────────────────────────────────────────────────────────────


def _files(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    body = {id(part) for kind in ("plain", "html") if (part := message.get_body((kind,))) is not None}
    for part in message.walk():
        if part.is_multipart() or id(part) in body:
            continue
        payload = part.get_payload(decode=True)
        is_file = part.get_filename() or part.get_content_disposition() == "attachment"
        if isinstance(payload, bytes) and payload and (is_file or part.get_content_maintype() != "text"):
            yield _file_name(part), payload


def _file_name(part: EmailMessage) -> str:
    try:
        return _clean(part.get_filename() or "file")
    except (ValueError, LookupError):
        return "file"
