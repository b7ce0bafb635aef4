"""RTF documents, by striprtf: what a reader sees, without comments, notes, deleted and hidden text."""

from __future__ import annotations

import re

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.blocks import squeeze
from index.loaders.metadata import document_title, names
from index.loaders.text import first_line
from index.report import Rejection

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_CODE_PAGE = re.compile(r"\\ansicpg([0-9]{1,5})")
_INFORMATION = re.compile(r"\{\\(title|author)\s((?:[^{}\\]|\\.)*+)\}", re.DOTALL)
_INFORMATION_ZONE = 200_000
"""Characters; tables of fonts and styles come before."""
# Possessive, so that groups that never end take no more time than others.
_UNSEEN = re.compile(r"\{(?:[^{}\\]|\\(?!(?:deleted|v)(?![a-z0-9-])).)*+\\(?:deleted|v)(?:[^{}\\]|\\.)*+\}", re.DOTALL)
_CONTROL_WORD = re.compile(r"\\(?:\\|(par|cell|nestcell|fldinst)(?![a-z]))")
# What striprtf makes a blank line, a tab and nothing of; of a cell it makes a bar, and of a field's address text.
_WRITTEN_AS = {"par": r"\sect", "cell": r"\tab", "nestcell": r"\tab", "fldinst": r"\comment"}


def parse_rtf(data: bytes, stem: str, source: str) -> list[Article | Rejection]:
    """One article of the document's text, paragraphs as blocks and table rows as lines.

    Raises InputRejected for a document that ends before its last brace and for one that cannot be read.
    """
    if not data.rstrip(b"\0 \t\r\n").endswith(b"}"):
        raise InputRejected(RejectionReason.UNREADABLE, f"{source} breaks off before its end; get it anew.")
    if b"\\bin" not in data:  # pictures as they are, which are skipped by their length
        data = _BEYOND_ASCII.sub(lambda found: b"\\'%02x" % found[0][0], data)
    document = data.decode("latin-1")
    found = _INFORMATION.findall(document[:_INFORMATION_ZONE])
    code_page = next(iter(_CODE_PAGE.findall(document[:_INFORMATION_ZONE])), "1252")
    said = {name: _plain_text(rf"{{\rtf1\ansicpg{code_page} {value}}}", source) for name, value in reversed(found)}
    document = _CONTROL_WORD.sub(_rewritten, _UNSEEN.sub("", document))
    text = squeeze(_plain_text(document, source).replace("\n\n", "\f"))
    return [
        Article(
            title=document_title(said.get("title"), stem) or first_line(text) or stem,
            text=text,
            source=source,
            authors=names(said.get("author")),
        )
    ]


def _rewritten(control_word: re.Match[str]) -> str:
    return _WRITTEN_AS.get(control_word[1], control_word[0])


def _plain_text(document: str, source: str) -> str:
    from striprtf.striprtf import rtf_to_text

    try:
        text: str = rtf_to_text(document, errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, LookupError, OverflowError) as error:  # numbers that are none, unknown code pages
        raise InputRejected(
            RejectionReason.UNREADABLE, f"{source} is a damaged RTF document; open it and save it anew."
        ) from error
    # Characters beyond the first 65,536 are written as two halves.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
