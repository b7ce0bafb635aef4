"""An article: the text that answers are slices of, and what is known about it."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property

from index.errors import InputRejected, RejectionReason

YEAR_OR_MONTH = re.compile(r"(?!0000)[0-9]{4}(-(0[1-9]|1[0-2]))?")
"""The dates that are less precise than a day; no calendar of Python's has a year 0."""
_DATE_CHARACTERS = re.compile(r"[0-9TWZ:.,+ -]+")  # Python takes any character at all between date and time

_SINCE_FORMAT_3 = ("published_from", "tags", "pages")


@dataclass(frozen=True)
class Article:
    """One article; its text never changes, so offsets into it stay true.

    `source` is the path or address it came from and the key by which a later version replaces it. `published` is
    ISO 8601, as precise as known: `2019`, `2019-04`, `2019-04-25` or with a time; `published_from` says what told it.
    `site` is the publisher. `pages` holds the offset at which each page of a paged document begins.
    Raises InputRejected for a text without a word, lone surrogates, or a date that is not ISO 8601.
    """

    title: str
    text: str
    source: str
    url: str | None = None
    site: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    published_from: str | None = None
    tags: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could not be stored or quoted faithfully."""
        if not self.source:
            raise InputRejected(RejectionReason.FORMAT, "An article needs a source: the path or address it came from.")
        if not any(character.isalnum() for character in self.text):
            raise InputRejected(RejectionReason.NO_TEXT, f"No words were found in {self.source}.")
        for value in (
            self.title,
            self.text,
            self.source,
            self.url,
            self.site,
            self.language,
            *self.authors,
            *self.tags,
        ):
            if value is not None and not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
                raise InputRejected(RejectionReason.ENCODING, f"Broken characters (lone surrogates) in {self.source}.")
        if self.published is not None and not is_iso_date(self.published):
            raise InputRejected(
                RejectionReason.FORMAT, f"{self.source}: the date {self.published!r} is not ISO 8601, like 2019-04-25."
            )

    def page_at(self, offset: int) -> int | None:
        """The number of the page that holds the character at `offset`, counted from 1; None for an unpaged text."""
        return bisect_right(self.pages, offset) or None

    @cached_property
    def id(self) -> str:
        """Sixteen hexadecimal digits derived from the source, the same on every machine."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over every field: equal exactly when nothing about the article changed."""
        known = asdict(self)
        for name in _SINCE_FORMAT_3:
            if not known[name]:  # as it was hashed before there was such a field
                del known[name]
        fields = json.dumps(known, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(fields.encode()).hexdigest()


def is_iso_date(text: str) -> bool:
    """Whether `text` is a year, a month, a day or a moment in ISO 8601."""
    if YEAR_OR_MONTH.fullmatch(text):
        return True
    if not _DATE_CHARACTERS.fullmatch(text):
        return False
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            parse(text)
        except ValueError:
            continue
        return True
    return False
