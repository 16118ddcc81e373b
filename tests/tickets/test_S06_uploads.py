"""Files over REST: the content decides, nothing is run, others' files don't exist (row S06, rule 15)."""

from __future__ import annotations

import io
import os
import stat
import sys
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import api, body
from tickets.models import Attachment
from tickets.uploads import safe_name

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\x00" * 200
ELF = b"\x7fELF\x02\x01\x01" + b"\x00" * 200


@pytest.fixture
def c(settings: Any, tmp_path: Any) -> Cast:
    settings.MEDIA_ROOT = tmp_path
    loaded("unicom-complaint")
    return cast()


def packed(members: dict[str, bytes]) -> bytes:
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return room.getvalue()


DOCX = packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})


def test_S06_the_content_decides_the_type_not_the_name(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    for name, content, kind in (
        ("a.exe", PNG, "image/png"),
        ("b", PDF, "application/pdf"),
        ("c.png", JPEG, "image/jpeg"),
        ("d.txt", "客户原话".encode(), "text/plain"),
        ("e.txt", "客户原话".encode("gb18030"), "text/plain"),
        ("f.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("g.zip", packed({"a.txt": b"x"}), "application/zip"),
    ):
        sent = hotline.upload("/attachments/", file=SimpleUploadedFile(name, content, "image/gif"))
        assert (sent.status, sent.body.get("content_type")) == (201, kind), (name, sent.body)
        assert sent.body["size"] == len(content)


def test_S06_what_could_be_run_or_unpacks_to_too_much_is_refused(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    bomb = packed({"a.txt": b"0" * 30_000_000})
    for name, content in (
        ("a.png", b"<html><script>alert(1)</script>"),
        ("a.png", b"  <!DOCTYPE html>"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("a.pdf", EXE),
        ("a.jpg", ELF),
        ("a.txt", b""),
        ("a.bin", bytes(range(256))),
        ("a.zip", bomb),
        ("a.docx", packed({"[Content_Types].xml": b"", "word/document.xml": b"0" * 30_000_000})),
        ("a.zip", b"PK\x03\x04nonsense"),
        ("a.zip", packed({f"{n}": b"" for n in range(2001)})),
    ):
        sent = hotline.upload("/attachments/", file=SimpleUploadedFile(name, content))
        assert (sent.status, list(sent.body["errors"])) == (422, ["file"]), (name, content[:20], sent.body)
    for parts in ({}, {"file": "not a file"}, {"file": SimpleUploadedFile("a.txt", b"x"), "owner": "1"}):
        assert hotline.upload("/attachments/", **parts).status == 422
    assert not Attachment.objects.exists()
    assert not [name for _, _, names in os.walk(Attachment.file.field.storage.location) for name in names]


def test_S06_a_file_comes_back_as_something_to_save(c: Cast) -> None:
    hotline = api(c.people["hotline"])
    number = hotline.post("/tickets/", body()).body["number"]
    sent = hotline.upload(f"/tickets/{number}/attachments/", file=SimpleUploadedFile("../回执\r\n.png", PNG))
    row = Attachment.objects.get()
    assert "回执" not in row.file.name
    assert not stat.S_IMODE(os.stat(row.file.path).st_mode) & 0o077
    got = hotline.get(f"/attachments/{sent.body['id']}/")
    assert (got.status, got.body) == (200, PNG)
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    (listed,) = hotline.get(f"/tickets/{number}/attachments/").body["results"]
    assert listed["id"] == sent.body["id"]


def test_S06_a_file_waits_for_its_ticket_and_is_its_senders_until_then(c: Cast) -> None:
    desk, other, second = (api(c.people[who]) for who in ("front_desk", "hotline", "front_desk2"))
    sent = desk.upload("/attachments/", file=SimpleUploadedFile("a.png", PNG)).body["id"]
    assert desk.get(f"/attachments/{sent}/").status == 200
    assert second.get(f"/attachments/{sent}/").status == 404
    number = desk.post("/tickets/", body(data={"attachment": sent})).body["number"]
    assert second.get(f"/attachments/{sent}/").status == 200, "a colleague of the unit sees the ticket"
    assert other.get(f"/attachments/{sent}/").status == 404
    assert Attachment.objects.get().ticket.number == number
    again = desk.post("/tickets/", body(data={"attachment": sent}))
    assert again.status == 422, "a file belongs to one ticket"


def test_S06_the_scanner_has_the_last_word(c: Cast, settings: Any) -> None:
    hotline = api(c.people["hotline"])
    settings.UPLOAD_SCANNER = f"{sys.executable} -c \"import sys; sys.exit(b'EICAR' in sys.stdin.buffer.read())\""
    assert hotline.upload("/attachments/", file=SimpleUploadedFile("a.txt", b"clean")).status == 201
    assert hotline.upload("/attachments/", file=SimpleUploadedFile("a.txt", b"EICAR")).status == 422
    settings.UPLOAD_SCANNER = "/no/such/scanner"
    assert hotline.upload("/attachments/", file=SimpleUploadedFile("a.txt", b"clean")).status == 422
    assert Attachment.objects.count() == 1


def test_S06_names_of_files_are_shown_without_what_could_deceive() -> None:
    for name, shown in (
        ("../../etc/passwd", "passwd"),
        ("C:\\windows\\a.txt", "a.txt"),
        ("a\r\nb.png", "ab.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ('<img src=x onerror="a">.png', "img src=x onerror=a.png"),
        ("", "file"),
        ("...", "file"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ):
        assert safe_name(name) == shown
