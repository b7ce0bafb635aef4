"""RTF documents: what a reader sees, without comments, notes, pictures, deleted and hidden text."""

from __future__ import annotations

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.blocks import squeeze
from index.loaders.metadata import document_title, names
from index.loaders.rtf_reader import Reader
from index.loaders.text import first_line
from index.report import Rejection


def parse_rtf(data: bytes, stem: str, source: str) -> list[Article | Rejection]:
    """One article of the document's text: paragraphs as blocks, list items and table rows as lines.

    Raises InputRejected for a document that breaks off before its last brace.
    """
    if not data.rstrip(b"\0 \t\r\n").endswith(b"}"):
        raise InputRejected(RejectionReason.UNREADABLE, f"{source} breaks off before its end; get it anew.")
    reader = Reader(source)
    reader.read(data)
    text = squeeze(_characters(reader.text))
    title = document_title(_characters(reader.title), stem)
    return [Article(title or first_line(text) or stem, text, source, authors=names(_characters(reader.author)))]


def _characters(pieces: list[str]) -> str:
    """The pieces as one text; a character beyond the first 65,536 was written as two halves."""
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
