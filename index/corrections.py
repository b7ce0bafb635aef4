"""What people corrected about an article: it holds for every later version of it too."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import apsw

from index.article import Article
from index.errors import LibraryCorrupt
from index.facts import damaged_fact
from index.schema import FORMAT_WITH_CORRECTIONS, format_of

BY_HAND = "you"
"""The `published_from` of a date that was corrected."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """The right values of an article's fields: None where nothing was corrected, an empty one for nothing known."""

    title: str | None = None
    published: str | None = None
    site: str | None = None
    authors: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None

    def updated(self, newer: Corrections) -> Corrections:
        """Both, and of two for the same field the newer one."""
        return replace(self, **_given(newer))

    def applied(self, article: Article) -> Article:
        """The article as it should be; raises InputRejected where no article can be so."""
        values = _given(self)
        for name in ("published", "site"):
            if name in values:
                values[name] = values[name] or None
        if "published" in values:
            values["published_from"] = BY_HAND if values["published"] else None
        return replace(article, **values)


def corrected(connection: apsw.Connection | None, article: Article) -> Article:
    """The article with what was corrected about it or about an older version."""
    return article if connection is None else corrections_of(connection, article.id).applied(article)


def corrections_of(connection: apsw.Connection, article_id: str) -> Corrections:
    """What was corrected so far; raises LibraryCorrupt where that is damaged."""
    if format_of(connection) < FORMAT_WITH_CORRECTIONS:
        return Corrections()
    stored = connection.execute("SELECT fields FROM corrections WHERE id = ?", (article_id,)).get
    if stored is None:
        return Corrections()
    try:
        return _parsed(json.loads(stored))
    except (ValueError, TypeError, RecursionError) as error:
        raise damaged_fact("corrections") from error


def remember(connection: apsw.Connection, article_id: str, corrections: Corrections) -> None:
    """Keep all that was corrected about an article."""
    connection.execute(
        "INSERT INTO corrections VALUES (?, ?) ON CONFLICT DO UPDATE SET fields = excluded.fields",
        (article_id, json.dumps(_given(corrections), ensure_ascii=False)),
    )


def forget(connection: apsw.Connection, article_id: str) -> None:
    """Forget what was corrected about an article that is removed."""
    connection.execute("DELETE FROM corrections WHERE id = ?", (article_id,))


def carry_over(old: apsw.Connection, new: apsw.Connection) -> None:
    """Give a library that is made anew what was corrected in the old one; what is damaged there is left out."""
    if format_of(old) < FORMAT_WITH_CORRECTIONS:
        return
    ids: list[Any] = new.execute("SELECT id FROM articles").fetchall()
    for (article_id,) in ids:
        try:
            corrections = corrections_of(old, article_id)
        except (LibraryCorrupt, apsw.Error):
            continue
        if corrections != Corrections():
            remember(new, article_id, corrections)


def _given(corrections: Corrections) -> dict[str, Any]:
    return {name: value for name, value in asdict(corrections).items() if value is not None}


def _parsed(found: Any) -> Corrections:
    if not isinstance(found, dict):
        raise TypeError("an object was expected")
    known = {field.name for field in fields(Corrections)}
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    for name, value in values.items():
        texts = value if name in ("authors", "tags") else (value,)
        if name not in known or not isinstance(texts, tuple) or not all(isinstance(text, str) for text in texts):
            raise TypeError(name)
    return Corrections(**values)
