"""The one door through which bytes from outside become articles: files and uploads alike."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import PurePath

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.decoding import decode
from index.loaders.html import parse_html
from index.loaders.jsonl import parse_jsonl
from index.loaders.kinds import ENDINGS, HEAD, Kind, kind_of
from index.loaders.markdown import parse_markdown
from index.loaders.text import parse_text
from index.report import Rejection

logger = logging.getLogger(__name__)

MAX_BYTES = 20_000_000
"""The largest file that is taken: some 20 novels."""

Parsed = list[Article | Rejection]

_TEXT_PARSERS: dict[Kind, Callable[[str, str, str], Parsed]] = {
    Kind.TEXT: parse_text,
    Kind.MARKDOWN: parse_markdown,
    Kind.HTML: parse_html,
    Kind.JSONL: parse_jsonl,
}
"""Each takes the decoded text, the file name's stem (the last resort for a title) and the source."""
_BINARY_PARSERS: dict[Kind, Callable[[bytes, str, str], Parsed]] = {}
"""The same for formats that are no text: each takes the bytes."""


def parse(name: str, data: bytes, source: str, *, max_bytes: int = MAX_BYTES) -> Parsed:
    """Turn one file's bytes into articles; `kinds.kind_of` tells the format.

    `source` becomes the articles' source, save where a JSONL line or a file that `qa export` wrote states its own.
    Whatever cannot be taken becomes a Rejection; nothing is raised, also where a parser fails on what it was given.
    """
    try:
        return _parse(PurePath(name), data, source, max_bytes)
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


def _parse(name: PurePath, data: bytes, source: str, max_bytes: int) -> Parsed:
    kind = kind_of(name.name, data[:HEAD])
    if kind is None:
        raise InputRejected(RejectionReason.TYPE, f"{source} is not of a type that can be read ({', '.join(ENDINGS)}).")
    if len(data) > max_bytes:
        raise InputRejected(
            RejectionReason.TOO_LARGE, f"{source} is larger than {max_bytes:,} bytes; split it into smaller files."
        )
    if not data:
        raise InputRejected(RejectionReason.EMPTY, f"{source} is empty.")
    if kind in _BINARY_PARSERS:
        return _BINARY_PARSERS[kind](data, name.stem, source)
    text = decode(data, source)
    if not text.strip():
        raise InputRejected(RejectionReason.EMPTY, f"{source} is empty.")
    return _TEXT_PARSERS[kind](text, name.stem, source)
