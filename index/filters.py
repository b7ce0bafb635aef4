"""Filters: which articles and passages a question is put to, decided before anything is searched."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import apsw
import numpy as np

from index.article import is_iso_date
from index.errors import InputRejected, RejectionReason
from index.schema import FORMAT_WITH_CORRECTIONS, format_of
from index.vectors import Ids

# A date that is less precise than the filter stays in where it may be meant: `~` stands behind every digit and hyphen.
_CONDITIONS = {
    "after": "published || '~' >= ?",
    "before": "published < ?",
    "source": "contains(site, ?1) OR contains(source, ?1) OR contains(url, ?1)",
    "author": "EXISTS (SELECT 1 FROM json_each(authors) WHERE contains(value, ?))",
    "language": "language = lower(?)",
    "tag": "EXISTS (SELECT 1 FROM json_each(tags) WHERE folded(value) = folded(?))",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What an article, and for `phrases` the passage, must have; None where anything will do.

    `after` and `before` are ISO 8601, as precise as wanted: from the first moment of `after` on, up to the last one
    before `before`; an article without a date passes neither. `source` is a part of the publisher, the path or the
    address, `author` a part of a name, `tag` a whole one; capitals do not matter. Each of `phrases` must stand in the
    passage word by word. Raises InputRejected for a date that is not ISO 8601, and for an empty value.
    """

    after: str | None = None
    before: str | None = None
    source: str | None = None
    author: str | None = None
    language: str | None = None
    tag: str | None = None
    phrases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would leave out everything by mistake."""
        for name in ("after", "before"):
            value = getattr(self, name)
            if value is not None and not is_iso_date(value):
                raise InputRejected(
                    RejectionReason.OPTION,
                    f"The date {value!r} for {name} is not ISO 8601; write it like 2019, 2019-04 or 2019-04-25.",
                )
        for name in _CONDITIONS:
            if getattr(self, name) == "":
                raise _empty(name)
        if not all(phrase.strip() for phrase in self.phrases):
            raise _empty("phrase")

    @property
    def is_dated(self) -> bool:
        """Whether articles without a date are left out."""
        return self.after is not None or self.before is not None


EVERYTHING = Filter()
"""The filter that lets everything pass."""


def _empty(name: str) -> InputRejected:
    return InputRejected(RejectionReason.OPTION, f"The filter {name} is empty; give it a value, or leave it out.")


def allowed_passages(connection: apsw.Connection, wanted: Filter) -> Ids:
    """The ids of the passages that pass, ascending."""
    _define_functions(connection)
    conditions, values = _conditions(wanted)
    if wanted.tag is not None and format_of(connection) < FORMAT_WITH_CORRECTIONS:
        return np.array([], dtype=np.int64)
    for phrase in wanted.phrases:
        words = unicodedata.normalize("NFC", phrase).replace('"', " ")
        if any(character.isalnum() for character in words):  # few passages have all its words in this order
            conditions.append("passages.id IN (SELECT rowid FROM words WHERE words MATCH ?)")
            values.append(f'text : "{words}"')
        conditions.append('holds_phrase(articles.text, start, "end", ?)')
        values.append(phrase)
    rows = connection.execute(
        "SELECT passages.id FROM passages JOIN articles ON articles.row = passages.article "  # noqa: S608
        f"WHERE {' AND '.join(conditions) or 'TRUE'} ORDER BY passages.id",
        values,
    )
    return np.array([id_ for (id_,) in rows], dtype=np.int64)


def count_undated(connection: apsw.Connection) -> int:
    """How many articles have no date."""
    return int(connection.execute("SELECT count(*) FROM articles WHERE published IS NULL").get)


def _conditions(wanted: Filter) -> tuple[list[str], list[str]]:
    """SQL about a row of articles, and the values of its question marks."""
    conditions: list[str] = []
    values: list[str] = []
    for name, condition in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(f"({condition.replace('?1', '?')})")
            values += [value] * (condition.count("?1") or 1)
    return conditions, values


def _define_functions(connection: Any) -> None:
    """What SQLite lacks: it folds the case of ASCII alone."""
    connection.create_scalar_function("folded", _folded, 1, deterministic=True)
    connection.create_scalar_function("contains", lambda text, part: _folded(part) in _folded(text), 2)
    connection.create_scalar_function("holds_phrase", _holds_phrase, 4)


def _folded(text: object) -> str:
    return unicodedata.normalize("NFC", text).casefold() if isinstance(text, str) else ""


def _holds_phrase(text: object, start: object, end: object, phrase: str) -> bool:
    """Whether a passage has the phrase, also over the end of a line."""
    if not (isinstance(text, str) and isinstance(start, int) and isinstance(end, int)):
        return False  # a damaged row, which is refused where it is quoted
    return " ".join(_folded(phrase).split()) in " ".join(_folded(text[start:end]).split())
