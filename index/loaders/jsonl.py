"""JSON lines: one article a line, so that a collection is one file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.decoding import unix_newlines
from index.loaders.metadata import iso_date, language_code, names, one_line, web_address
from index.report import Rejection

Record = TypeVar("Record")


def parse_jsonl(text: str, stem: str, source: str) -> list[Article | Rejection]:
    """An article for each line, in order, or a Rejection that names the line; blank lines are skipped.

    Fields: `text`, and of `title`, `source` or `id`, `url`, `site`, `published` or `date`, `authors` or `author` and
    `language` what is known. Only a line's own source is taken as it is; an id, which another file may use too,
    becomes `<source>#<id>`, and a line with neither gets `<source>#<line number>`, counted from 1.
    """

    def article(line: str, place: str) -> Article:
        return article_of(_fields(line), stem, source, place)

    lines = enumerate(text.split("\n"), start=1)  # a JSON string may hold the other line ends
    return take_records(((number, line) for number, line in lines if line.strip()), article, source, "line")


def take_records(
    records: Iterable[tuple[int, Record]], article: Callable[[Record, str], Article], source: str, unit: str
) -> list[Article | Rejection]:
    """The article of each numbered record of a file, or a Rejection that names the record by its unit and number.

    `article` takes a record and its place, `<source>#<number>`, and raises InputRejected where it cannot be taken. The
    second of two articles with one source is a Rejection, as it would replace the first.
    """
    results: list[Article | Rejection] = []
    numbers: dict[str, int] = {}  # by the source that an article has
    for number, record in records:
        place = f"{source}#{number}"
        try:
            made = article(record, place)
            if numbers.setdefault(made.source, number) != number:
                raise InputRejected(
                    RejectionReason.FORMAT,
                    f"Its source {made.source} is also that of {unit} {numbers[made.source]}; give each its own.",
                )
            results.append(made)
        except InputRejected as error:
            message = f"{unit.capitalize()} {number} of {source} was not taken: {error}"
            results.append(Rejection(place, error.reason, message))
    return results


def _fields(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        detail = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else "out of bounds"
        raise InputRejected(RejectionReason.FORMAT, f"It is not valid JSON ({detail}).") from error
    if not isinstance(fields, dict):
        raise InputRejected(RejectionReason.FORMAT, 'It is not a JSON object like {"title": "...", "text": "..."}.')
    return fields


def article_of(fields: Mapping[str, object], stem: str, file: str, place: str) -> Article:
    """The article in the fields that `parse_jsonl` names; others are passed over.

    `place` is the source of one that states neither a source nor an id. Raises InputRejected for fields without a text.
    """
    text = fields.get("text")
    if not isinstance(text, str):
        raise InputRejected(RejectionReason.FORMAT, 'It has no "text" that is a string.')
    if "\0" in text:
        raise InputRejected(RejectionReason.FORMAT, "Its text holds a NUL character.")
    line_id = one_line(fields.get("id"))
    source = one_line(fields.get("source")) or (f"{file}#{line_id}" if line_id else place)
    published = iso_date(fields.get("published") or fields.get("date"))
    return Article(
        title=one_line(fields.get("title")) or stem,
        text=unix_newlines(text),
        source=source,
        url=web_address(fields.get("url")) or web_address(source),
        site=one_line(fields.get("site")),
        published=published,
        authors=names(fields.get("authors") or fields.get("author")),
        language=language_code(fields.get("language")),
        published_from="file" if published else None,
    )
