"""Values that strangers wrote about an article, made fit for an Article, or None where they are not."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePath
from urllib.parse import urlsplit

from index.article import YEAR_OR_MONTH

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*")
_LANGUAGE_TAG = re.compile(r"([A-Za-z]{2,3})([-_].*)?")
_LONGEST_TITLE = 500
"""Characters; what is longer, somebody put in the wrong field."""
# What programs call a document that nobody has named.
_NO_TITLE = re.compile(
    r"microsoft (word|powerpoint|excel) - .*|(untitled|unbenannt|sans titre)\b.{0,12}"
    r"|\(?(anonymous|unspecified|none)\)?|(powerpoint|word) (presentation|document)"
    r"|(document|dokument|presentation|book|title|slide)\s?\d{0,3}"
    r"|\S+\.(docx?|docm|odt|rtf|pdf|tex|dvi|indd|qxd|pages|pptx?|html?|txt|p65|wpd)",
    re.IGNORECASE,
)
# Ways to write a date that can be read in only one way; 04/05/2019 is not among them.
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%A, %B %d, %Y")
_MOMENTS = ("%Y-%m-%d %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S GMT")


def one_line(value: object) -> str | None:
    """A text or whole number as one line without control characters; None for anything else and for nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return " ".join(_CONTROL_CHARACTERS.sub(" ", str(value)).split()) or None


def names(value: object) -> tuple[str, ...]:
    """The people of a list, or of one text with semicolons between them."""
    people = value if isinstance(value, list) else (one_line(value) or "").split(";")
    return tuple(name for person in people if (name := one_line(person)) is not None)


def document_title(value: object, stem: str) -> str | None:
    """A title from a document's properties; None for what a program put there: a file's name, or `Untitled 1`."""
    title = one_line(value)
    if (
        title is None
        or len(title) > _LONGEST_TITLE
        or _NO_TITLE.fullmatch(title)
        or not any(character.isalnum() for character in title)
    ):
        return None
    return None if stem.casefold() in (title.casefold(), PurePath(title).stem.casefold()) else title


def web_address(value: object) -> str | None:
    """An http or https address; None for anything else, as pages make links of it."""
    text = one_line(value)
    if text is None or " " in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None


def language_code(value: object) -> str | None:
    """The language of a tag like `en-GB`, in lower case without its region: `en`."""
    tag = _LANGUAGE_TAG.fullmatch(one_line(value) or "")
    return tag[1].lower() if tag else None


def iso_date(value: object) -> str | None:
    """A date in ISO 8601, as precise as it was given; None where it cannot be read without a guess."""
    text = one_line(value) or ""
    if YEAR_OR_MONTH.fullmatch(text):
        return text
    # strptime takes digits of any script, and 2019115 for both 15 January and 5 November.
    if not text or not text.isascii() or (text.isdigit() and len(text) != 8):
        return None
    for form in _DAYS:
        if (day := _strptime(text, form)) is not None:
            return day.date().isoformat()
    for form in _MOMENTS:
        if (moment := _strptime(text, form)) is not None:
            return moment.isoformat()
    if _MOMENT.fullmatch(text):  # fromisoformat alone takes a number of milliseconds for a moment too
        return _from_iso(text)
    return None


def _strptime(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def _from_iso(text: str) -> str | None:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return None
