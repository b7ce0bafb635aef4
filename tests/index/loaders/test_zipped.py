"""Zip archives: what they hold tells what they are, and what they unpack to is bounded."""

from __future__ import annotations

import io
import struct
import time
import zipfile

import pytest
from documents import PARAGRAPH, chapter, docx, epub, odt, paragraph, zipped

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders import archives
from index.loaders.archives import open_archive, read_member
from index.loaders.kinds import ENDINGS
from index.loaders.parsing import parse
from index.report import Rejection

DOCX = docx(paragraph(PARAGRAPH))
DAMAGED = "/news/a.docx is a damaged archive; open it and save it anew."


def refusal(data: bytes) -> tuple[RejectionReason, str]:
    (rejection,) = parse("a.docx", data, "/news/a.docx")
    assert isinstance(rejection, Rejection)
    return rejection.reason, rejection.message


def read(data: bytes, name: str) -> bytes:
    with open_archive(data, "/news/a.docx") as archive:
        return read_member(archive, name, "/news/a.docx")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"[Content_Types].xml": "", "xl/workbook.xml": ""}, "is a spreadsheet; save it as text or as a PDF document."),
        ({"ppt/presentation.xml": ""}, "is a presentation; save it as text or as a PDF document."),
        (
            {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"},
            "is an OpenDocument file that is no text; save it as text or as a PDF document.",
        ),
        ({"mimetype": "x" * 1000}, f"holds no file of a type that can be read ({', '.join(ENDINGS)})."),
    ],
)
def test_archives_that_are_no_documents(members: dict[str, str], message: str) -> None:
    assert refusal(zipped(members)) == (RejectionReason.TYPE, f"/news/a.docx {message}")


def test_an_empty_archive() -> None:
    assert refusal(zipped({}))[0] is RejectionReason.TYPE


@pytest.mark.parametrize("whole", [DOCX, odt("<text:p>Words.</text:p>"), epub({"a.xhtml": chapter("<p>Words.</p>")})])
def test_archives_that_break_off(whole: bytes) -> None:
    assert refusal(whole[: len(whole) // 2]) == (RejectionReason.UNREADABLE, DAMAGED)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zipped({"[Content_Types].xml": "", "word/document.xml": b"<a>" + b" " * 20_000_000})
    began = time.perf_counter()
    reason, message = refusal(bomb)
    assert (reason, time.perf_counter() - began < 1) == (RejectionReason.TOO_LARGE, True)
    assert message == "/news/a.docx unpacks to 20,000,003 bytes in 2 files, more than is taken; unpack it yourself."


def test_ten_thousand_members() -> None:
    reason, message = refusal(zipped({str(number): "" for number in range(10_000)}))
    assert reason is RejectionReason.TOO_LARGE
    assert "in 10,000 files" in message


def test_a_member_that_is_too_large_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_BYTES_READ", 100)
    assert refusal(DOCX)[0] is RejectionReason.TOO_LARGE


def test_a_size_that_lies() -> None:
    data = zipped({"a.txt": "0123456789" * 5})
    place = data.rindex(b"PK\x01\x02") + 24  # of the unpacked size in the directory
    with pytest.raises(InputRejected) as caught:
        read(data[:place] + struct.pack("<I", 3) + data[place + 4 :], "a.txt")
    assert (caught.value.reason, str(caught.value)) == (RejectionReason.UNREADABLE, DAMAGED)
    assert read(data[:place] + struct.pack("<I", 99) + data[place + 4 :], "a.txt") == b"0123456789" * 5


def test_members_that_are_locked_or_packed_in_unknown_ways() -> None:
    data = zipped({"a.txt": "words"})
    local, directory = data.index(b"PK\x03\x04"), data.rindex(b"PK\x01\x02")
    locked, unknown = bytearray(data), bytearray(data)
    locked[local + 6] = locked[directory + 8] = 1
    unknown[local + 8] = unknown[directory + 10] = 99
    for forged, reason in ((locked, RejectionReason.ENCRYPTED), (unknown, RejectionReason.UNREADABLE)):
        with pytest.raises(InputRejected) as caught:
            read(bytes(forged), "a.txt")
        assert caught.value.reason is reason


def test_names_that_lead_elsewhere_write_nothing() -> None:
    body = docx(paragraph(PARAGRAPH))
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("../../escaped.txt", "words")
        archive.writestr("/etc/escaped", "words")
    (article,) = parse("a.docx", out.getvalue(), "/news/a.docx")
    assert isinstance(article, Article)
    assert article.text == PARAGRAPH
