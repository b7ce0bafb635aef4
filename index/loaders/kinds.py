"""What kind of file some bytes are: told by their beginning where that is sure, else by the ending of the name."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePath

HEAD = 4096
"""So many bytes of a file tell its kind."""
MAX_BYTES = 20_000_000
"""The largest file of text that is taken: some 20 novels."""
MAX_DOCUMENT_BYTES = 100_000_000
"""The largest PDF, zip archive or mailbox, which are mostly pictures."""


class Kind(StrEnum):
    """A format that articles are read from; the value is what people call it."""

    TEXT = "plain text"
    MARKDOWN = "Markdown"
    HTML = "HTML"
    JSONL = "JSON lines"
    CSV = "a table of comma-separated values"
    JSON = "JSON"
    RIS = "a list of references (RIS)"
    BOOKMARKS = "a list of bookmarks"
    PDF = "a PDF document"
    RTF = "an RTF document"
    ZIP = "a zip archive"
    DOCX = "a Word document"
    ODT = "an OpenDocument text"
    EPUB = "an e-book"
    MAIL = "a mail message"
    MAILBOX = "a mailbox"
    MHTML = "a saved web page"


ZIPPED = (Kind.ZIP, Kind.DOCX, Kind.ODT, Kind.EPUB)
"""Zip archives all: their beginning is the same, and only their members tell them apart."""

_ENDINGS = {
    ".txt": Kind.TEXT,
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".jsonl": Kind.JSONL,
    ".pdf": Kind.PDF,
    ".docx": Kind.DOCX,
    ".odt": Kind.ODT,
    ".rtf": Kind.RTF,
    ".epub": Kind.EPUB,
    ".zip": Kind.ZIP,
    ".eml": Kind.MAIL,
    ".mbox": Kind.MAILBOX,
    ".mhtml": Kind.MHTML,
    ".mht": Kind.MHTML,
    ".csv": Kind.CSV,
    ".tsv": Kind.CSV,
    ".json": Kind.JSON,
    ".ris": Kind.RIS,
}
_LARGE = (*ZIPPED, Kind.PDF, Kind.MAIL, Kind.MAILBOX, Kind.MHTML)
_TEXTS = (Kind.TEXT, Kind.MARKDOWN, Kind.HTML, Kind.JSONL, Kind.CSV, Kind.JSON, Kind.RIS)

ENDINGS = tuple(_ENDINGS)
"""The endings of file names that are taken, in lower case with their dot."""

# No text begins so, whatever its name. White space and a byte order mark may come before.
_DOCUMENTS: tuple[tuple[re.Pattern[bytes], Kind], ...] = (
    (re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}%PDF-[12]\."), Kind.PDF),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}\{\\rtf"), Kind.RTF),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), Kind.ZIP),
)
# What a file whose ending is not one of a text is all the same.
_BOOKMARKS = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}<!doctype\s+netscape-bookmark-file-1\s*>", re.IGNORECASE)
_PAGES = (
    (re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE), Kind.HTML),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}TY  - [A-Z]"), Kind.RIS),
)
# A message begins with what the way through the network left, or with who wrote it.
_HEADER = rb"[!-9;-~]{1,80}:[^\n]*\n(?:[ \t][^\n]*\n)*+"
_MESSAGES: tuple[tuple[re.Pattern[bytes], Kind], ...] = (
    (re.compile(rb"(?:" + _HEADER + rb"){0,20}?(?:Snapshot-Content-Location:|From: <Saved by )"), Kind.MHTML),
    (re.compile(rb"From \S[^\n]*\n(?:>From [^\n]*\n)?" + _HEADER), Kind.MAILBOX),
    (
        re.compile(
            rb"(?=(?:Received|Return-Path|Delivered-To|MIME-Version|Message-ID|From|X-[!-9;-~]+):)"
            + rb"(?:"
            + _HEADER
            + rb"){2}",
            re.IGNORECASE,
        ),
        Kind.MAIL,
    ),
)
_PDF_START = 1024
"""Bytes that mail programs and servers may have left before a PDF document."""


def kind_of(name: str, head: bytes) -> Kind | None:
    """The kind of a file of this name that begins with `head`, its first `HEAD` bytes; None for one that is not taken.

    Every zip archive is `Kind.ZIP`. Text that could be of several kinds is of the one that its name says: a page of a
    tutorial may begin with the tags that it writes about, so an ending for text is believed.
    """
    by_content = next((kind for beginning, kind in _DOCUMENTS if beginning.match(head)), None)
    if by_content is not None:
        return by_content
    by_name = kind_by_name(name)
    if by_name in (None, Kind.HTML) and _BOOKMARKS.match(head):
        return Kind.BOOKMARKS
    if by_name in _TEXTS:
        return by_name
    saved = next((kind for beginning, kind in _MESSAGES if beginning.match(head)), None)
    if saved is Kind.MAIL and by_name is Kind.MHTML:  # as some browsers begin a page
        return Kind.MHTML
    if saved is not None or by_name in (Kind.MAIL, Kind.MAILBOX, Kind.MHTML):
        return saved or by_name
    if by_name is Kind.PDF and b"%PDF-" in head[:_PDF_START]:
        return Kind.PDF
    return next((kind for beginning, kind in _PAGES if beginning.match(head)), None)


def kind_by_name(name: str) -> Kind | None:
    """The kind that the ending of a file's name claims; None for other endings."""
    return _ENDINGS.get(PurePath(name).suffix.lower())


def largest(kind: Kind) -> int:
    """The bytes that a file of this kind may have."""
    return MAX_DOCUMENT_BYTES if kind in _LARGE else MAX_BYTES
