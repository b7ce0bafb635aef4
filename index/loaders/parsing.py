"""The one door through which bytes from outside become articles: files and uploads alike."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import PurePath

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.bookmarks import parse_bookmarks
from index.loaders.csv_table import parse_csv
from index.loaders.decoding import decode, name_of_binary
from index.loaders.jsonl import parse_jsonl
from index.loaders.kinds import ENDINGS, HEAD, MAX_BYTES, Kind, kind_by_name, kind_of, largest
from index.loaders.mail import parse_mail, parse_mailbox
from index.loaders.markdown import parse_markdown
from index.loaders.mhtml import parse_mhtml, parse_saved_html
from index.loaders.pdf import parse_pdf
from index.loaders.references import parse_json, parse_ris
from index.loaders.rtf import parse_rtf
from index.loaders.text import parse_text
from index.loaders.zip_of_articles import Read
from index.loaders.zipped import parse_zipped
from index.report import Rejection

__all__ = ["MAX_BYTES", "parse"]

logger = logging.getLogger(__name__)

Parsed = list[Article | Rejection]

_TEXT_PARSERS: dict[Kind, Callable[[str, str, str], Parsed]] = {
    Kind.TEXT: parse_text,
    Kind.MARKDOWN: parse_markdown,
    Kind.HTML: parse_saved_html,
    Kind.JSONL: parse_jsonl,
    Kind.CSV: parse_csv,
    Kind.JSON: parse_json,
    Kind.RIS: parse_ris,
    Kind.BOOKMARKS: parse_bookmarks,
}
"""Each takes the decoded text, the file name's stem (the last resort for a title) and the source."""
_BINARY_PARSERS: dict[Kind, Callable[[bytes, str, str], Parsed]] = {
    Kind.PDF: parse_pdf,
    Kind.RTF: parse_rtf,
    Kind.MHTML: parse_mhtml,
}
"""The same for formats that are no text: each takes the bytes."""
_CONTAINER_PARSERS: dict[Kind, Callable[[bytes, str, str, Read | None], Parsed]] = {
    Kind.ZIP: parse_zipped,
    Kind.MAIL: parse_mail,
    Kind.MAILBOX: parse_mailbox,
}
"""The same for files that hold files: each takes what reads those too, None where they are not to be opened."""
_OPENED_IN: dict[Kind, frozenset[Kind]] = {
    Kind.ZIP: frozenset({Kind.MAIL, Kind.MAILBOX}),
    Kind.MAILBOX: frozenset({Kind.MAIL}),
    Kind.MAIL: frozenset(),
}
"""The containers that are opened within one of a kind; none holds itself, so nothing unpacks for ever."""


def parse(name: str, data: bytes, source: str, *, max_bytes: int | None = None) -> Parsed:
    """Turn one file's bytes into articles; `kinds.kind_of` tells the format.

    Without `max_bytes` the limit is that of the format, `kinds.largest`.
    `source` becomes the articles' source, save where a JSONL line or a file that `qa export` wrote states its own.
    Whatever cannot be taken becomes a Rejection; nothing is raised, also where a parser fails on what it was given.
    """
    return _read(name, data, source, max_bytes=max_bytes, opened=frozenset(_CONTAINER_PARSERS))


def _read(name: str, data: bytes, source: str, *, max_bytes: int | None, opened: frozenset[Kind]) -> Parsed:
    """As `parse`, with the kinds of containers that are opened where `data` is one."""
    try:
        return _parse(PurePath(name), data, source, max_bytes, opened)
    except InputRejected as error:
        return [Rejection.of(source, error)]
    except MemoryError:
        message = f"{source} needs more memory than is allowed for one file; split it into smaller files."
        return [Rejection(source, RejectionReason.MEMORY, message)]
    except Exception as error:
        # The text is a stranger's: one that breaks a parser must not stop the files after it.
        logger.debug("The parser failed on %s", source, exc_info=True)
        message = f"{source} could not be read: its parser failed with {type(error).__name__}."
        return [Rejection(source, RejectionReason.UNREADABLE, message)]


def _parse(name: PurePath, data: bytes, source: str, max_bytes: int | None, opened: frozenset[Kind]) -> Parsed:
    kind = kind_of(name.name, data[:HEAD])
    if kind is None:
        raise _not_taken(name.name, data, source)
    most = largest(kind) if max_bytes is None else max_bytes
    if len(data) > most:
        raise InputRejected(
            RejectionReason.TOO_LARGE, f"{source} is larger than {most:,} bytes; split it into smaller files."
        )
    if not data:
        raise InputRejected(RejectionReason.EMPTY, f"{source} is empty.")
    if kind in _BINARY_PARSERS:
        return _BINARY_PARSERS[kind](data, name.stem, source)
    if kind in _CONTAINER_PARSERS:
        read = partial(_read, max_bytes=max_bytes, opened=_OPENED_IN[kind] & opened) if kind in opened else None
        return _CONTAINER_PARSERS[kind](data, name.stem, source, read)
    text = decode(data, source)
    if not text.strip():
        raise InputRejected(RejectionReason.EMPTY, f"{source} is empty.")
    return _TEXT_PARSERS[kind](text, name.stem, source)


def _not_taken(name: str, data: bytes, source: str) -> InputRejected:
    claimed, found = kind_by_name(name), name_of_binary(data)
    if claimed is None:
        endings = ", ".join(ENDINGS)
        return InputRejected(RejectionReason.TYPE, f"{source} is not of a type that can be read ({endings}).")
    if not data:
        return InputRejected(RejectionReason.EMPTY, f"{source} is empty.")
    return InputRejected(
        RejectionReason.TYPE,
        f"{source} is not {claimed}, as its name says, but {found or 'text'}; save it anew or rename it.",
    )
