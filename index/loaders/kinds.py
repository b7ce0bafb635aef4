"""What kind of file some bytes are: told by their beginning where that is sure, else by the ending of the name."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePath

HEAD = 4096
"""So many bytes of a file tell its kind."""


class Kind(StrEnum):
    """A format that articles are read from; the value is what people call it."""

    TEXT = "plain text"
    MARKDOWN = "Markdown"
    HTML = "HTML"
    JSONL = "JSON lines"


_ENDINGS = {
    ".txt": Kind.TEXT,
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".jsonl": Kind.JSONL,
}

ENDINGS = tuple(_ENDINGS)
"""The endings of file names that are taken, in lower case with their dot."""

# What a file of another ending is all the same. White space and a byte order mark may come before.
_BEGINNINGS: tuple[tuple[re.Pattern[bytes], Kind], ...] = (
    (re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE), Kind.HTML),
)


def kind_of(name: str, head: bytes) -> Kind | None:
    """The kind of a file of this name that begins with `head`, its first `HEAD` bytes; None for one that is not taken.

    Text that could be of several kinds is of the one that its name says: a page of a tutorial may begin with the tags
    that it writes about, so an ending for text is believed.
    """
    by_name = _ENDINGS.get(PurePath(name).suffix.lower())
    by_content = next((kind for beginning, kind in _BEGINNINGS if beginning.match(head)), None)
    return by_name or by_content
