"""Files that people and programs send: looked at before they are kept (rule 15, row S06).

The type is found by content and must be on the list; the declared type and the file's name decide nothing. Archives
and office files are refused where they would unpack to more than they may.
"""

from __future__ import annotations

import hashlib
import shlex
import subprocess
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from .core.sentences import Invalid, invalid
from .models import Attachment, Person, Ticket

LONGEST_NAME = 200
BEGINNING = 8192
UNPACKED_TIMES, UNPACKED_MOST, MOST_MEMBERS = 100, 200 * 1024 * 1024, 2000
SCANNER_SECONDS = 60
TEXT = "text/plain"
LETTER = "message/rfc822"
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ZIP = "application/zip"
# Recordings, pictures, scans, office files. Nothing that a browser would run.
ALLOWED = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff", "image/heic"),
        *("audio/mpeg", "audio/wav", "audio/x-wav", "audio/wave", "audio/mp4", "audio/ogg", "audio/amr", "audio/flac"),
        *("audio/x-flac", "audio/aac", "audio/x-m4a", "video/mp4", "video/quicktime", "video/x-msvideo", "video/webm"),
        *("video/mpeg", "video/3gpp", "application/pdf", "application/msword", "application/vnd.ms-excel"),
        *("application/vnd.ms-powerpoint", LETTER, "application/vnd.ms-outlook", TEXT, ZIP, *OFFICE.values()),
    }
)
MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<iframe", b"<body", b"<head")


class TooBig(Exception):
    """The file is larger than the installation takes (413 over REST)."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out about a file."""

    name: str
    content_type: str
    size: int
    sha256: str


def store_upload(
    upload: UploadedFile,
    *,
    actor: Person,
    at: datetime,
    ticket: Ticket | None = None,
    field: str = "",
    internal: bool = True,
    content_type: str = "",
) -> Attachment:
    """Keep a file, on a ticket or waiting for one. Raises TooBig, or Invalid with what is wrong with it.

    Whether the actor may see the ticket is the caller's question (`access`). `content_type`: of what we know, because
    it came that way and not because somebody says so.
    """
    looked = look_at(upload, content_type)
    scan(upload)
    assert actor.organisation_id is not None  # noqa: S101  access lets nobody else in
    attachment = Attachment(
        organisation_id=actor.organisation_id,
        ticket=ticket,
        field=field,
        name=looked.name,
        content_type=looked.content_type,
        size=looked.size,
        sha256=looked.sha256,
        internal=internal,
        uploaded_by=actor,
        uploaded_at=at,
    )
    upload.seek(0)
    attachment.file.save(looked.name, upload, save=False)  # under a random name, outside the web root
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
    except BaseException:
        attachment.file.delete(save=False)  # no file without a row
        raise
    return attachment


def look_at(upload: UploadedFile, known_type: str = "") -> Looked:
    """Name, size, type and hash of a file. Raises TooBig or Invalid."""
    size = upload.size or 0
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooBig
    if size == 0:
        raise invalid("file", "文件是空的", "The file is empty")
    content_type = known_type or type_of(upload)
    if content_type not in ALLOWED:
        raise invalid(
            "file",
            f"不收这种文件（{content_type or '类型不明'}）；可以上传图片、录音、录像、PDF、Office 文件和文本",
            f"Files of this type are not taken ({content_type or 'unknown'}): "
            "send pictures, recordings, PDF, office files or text",
        )
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    return Looked(safe_name(upload.name or ""), content_type, size, digest.hexdigest())


def safe_name(name: str) -> str:
    """The name as people see it: no folders, no control characters, no character that turns the direction."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*;' and not "\ud800" <= c <= "\udfff").strip()
    stem, dot, suffix = kept.rpartition(".")
    if dot and len(kept) > LONGEST_NAME:
        kept = stem[: LONGEST_NAME - len(suffix[:20]) - 1] + dot + suffix[:20]
    return kept[:LONGEST_NAME].strip(". ") or "file"


# ── type by content ──────────────────────────────────────────────────────────────────────────────────


def type_of(upload: IO[bytes] | UploadedFile) -> str:
    """The media type by content; an empty text where nothing fits."""
    upload.seek(0)
    head = upload.read(BEGINNING)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _type_of_zip(upload)
    if head.startswith(b"%PDF-"):  # may be readable from end to end
        return "application/pdf"
    if _is_text(head):
        return "text/html" if any(mark in head.lower() for mark in MARKUP) else TEXT
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    kinds = [match.mime_type for match in found if match.mime_type]
    return next((kind for kind in kinds if kind in ALLOWED), kinds[0] if kinds else "")


def _is_text(head: bytes) -> bool:
    """Text in UTF-8 or GB 18030; its beginning may end inside a character."""
    if any(byte < 32 and byte not in (9, 10, 12, 13) for byte in head):
        return False
    return any(_reads_as(head[: len(head) - cut], name) for name in ("utf-8", "gb18030") for cut in range(4))


def _reads_as(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _type_of_zip(upload: IO[bytes] | UploadedFile) -> str:
    try:
        upload.seek(0)
        with zipfile.ZipFile(upload) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise invalid("file", "压缩文件已损坏", "The archive is damaged") from error
    packed = max(1, sum(member.compress_size for member in members))
    unpacked = sum(member.file_size for member in members)
    too_much = unpacked > UNPACKED_MOST or (unpacked > 1024 * 1024 and unpacked > packed * UNPACKED_TIMES)
    if too_much or len(members) > MOST_MEMBERS:
        raise invalid("file", "压缩文件展开后过大", "The archive would unpack to too much")
    names = [member.filename for member in members]
    if "[Content_Types].xml" in names:
        return next((kind for folder, kind in OFFICE.items() if any(n.startswith(folder) for n in names)), ZIP)
    return ZIP


# ── virus scanner ────────────────────────────────────────────────────────────────────────────────────


def scan(upload: UploadedFile) -> None:
    """Ask the scanner of this installation, if it has one. Raises Invalid where the file isn't clean.

    A scanner that can't be run refuses too: an unlooked file is never kept.
    """
    if not settings.UPLOAD_SCANNER:
        return
    upload.seek(0)
    try:
        done = subprocess.run(  # noqa: S603  the administrator's own command
            shlex.split(settings.UPLOAD_SCANNER), input=upload.read(), capture_output=True, timeout=SCANNER_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _not_scanned() from error
    if done.returncode != 0:
        raise invalid("file", "病毒扫描没有通过", "The virus scanner refused the file")


def _not_scanned() -> Invalid:
    return invalid("file", "病毒扫描程序没有运行，请稍后再试", "The virus scanner didn't run: try again later")
