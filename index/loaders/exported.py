r"""Markdown files that `qa export` wrote: an article to the letter, with all that is known about it.

    ---
    article-qa: verbatim
    title: "Putin and Kim meet"
    source: "/news/kim.md"
    date: "2019-04-25"
    authors: ["Doe, Jane", "John Roe"]
    ---
    The text, then one line end that is not part of it, and the last line:
    <!-- article-qa: end -->

Each value is JSON on one line, which other tools read as YAML. Where the text holds what no text file keeps, `\r` or
NUL, the first line says `article-qa: escaped`, and `\r`, `\0` and `\\` stand for those characters and the backslash.

Such a file names its own source, as a line of a JSONL file may: added, it replaces the article that has this source.
So one that lacks its last line is refused: a copy that broke off would take the rest of the article away. The text
between may be edited.
"""

from __future__ import annotations

import json
import re

import yaml
from frontmatter.default_handlers import YAMLHandler

from index.article import Article
from index.errors import InputRejected, RejectionReason

MARK = "article-qa"
"""The key of the front matter by which such a file is known."""

_START = re.compile(rf"---\n{MARK}: (.*)\n")
_FRONT_END = "\n---\n"
_LAST_LINE = f"<!-- {MARK}: end -->"  # which Markdown does not show
_TEXT_FIELDS = ("title", "source", "url", "site", "date", "language", "date-from")
_LISTS = ("authors", "tags")
_ESCAPES = {"\\": "\\\\", "\r": "\\r", "\0": "\\0"}
_ESCAPED = {escape: character for character, escape in _ESCAPES.items()}
# JSON may hold them as they are, YAML may not, or takes them for line ends.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def to_markdown(article: Article) -> str:
    """The article as a file's text; `parse_exported` gives it back, equal in every field."""
    escaped = "\r" in article.text or "\0" in article.text
    body = re.sub(r"[\\\r\0]", lambda found: _ESCAPES[found[0]], article.text) if escaped else article.text
    lines = [f"{MARK}: {'escaped' if escaped else 'verbatim'}"]
    known = (
        *(article.title, article.source, article.url, article.site),
        *(article.published, article.language, article.published_from),
    )
    lines += [f"{name}: {_quoted(value)}" for name, value in zip(_TEXT_FIELDS, known, strict=True) if value is not None]
    lists: dict[str, tuple[object, ...]] = {"authors": article.authors, "tags": article.tags, "pages": article.pages}
    lines += [f"{name}: {_quoted(list(values))}" for name, values in lists.items() if values]
    return "\n".join(["---", *lines, "---", body, _LAST_LINE, ""])


def is_exported(text: str) -> bool:
    """Whether a file begins as `to_markdown` begins it."""
    return _START.match(text) is not None


def parse_exported(text: str, file: str) -> Article:
    """The article in the text of a file that `is_exported`; raises InputRejected where it was written otherwise."""
    start = _START.match(text)
    front, end, body = text.partition(_FRONT_END)
    if start is None or not end:
        raise not_as_exported(file, "the lines --- around its front matter are not as they were")
    how = start[1]
    if how not in ("verbatim", "escaped"):
        raise not_as_exported(file, f"its text is said to be {how[:40]!r}, and only verbatim and escaped are known")
    fields = _fields(front[start.end() :], file)
    body, last_line, behind = body.rpartition(f"\n{_LAST_LINE}")
    if not last_line or behind.strip():
        raise not_as_exported(file, "it does not end as such a file does, so that a part of it may be lost")
    title, source, url, site, published, language, origin = (_text(fields, name, file) for name in _TEXT_FIELDS)
    if title is None or source is None:
        raise not_as_exported(file, "it lacks its title or its source")
    text = _unescaped(body, file) if how == "escaped" else body
    authors, tags = (_texts(fields, name, file) for name in _LISTS)
    return Article(title, text, source, url, site, published, authors, language, origin, tags, _pages(fields, file))


def not_as_exported(file: str, detail: str) -> InputRejected:
    """The error for a file that claims to be exported and cannot be read as such."""
    return InputRejected(
        RejectionReason.FORMAT,
        f"{file} says that qa export wrote it ({MARK}), but {detail}; export it again, or remove that line.",
    )


def _quoted(value: str | list[object]) -> str:
    return _NOT_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _fields(front: str, file: str) -> dict[str, object]:
    """The known fields; others, which somebody may have put there, are passed over."""
    fields: dict[str, object] = {}
    for line in front.split("\n"):
        name, _, value = line.partition(":")
        if name not in (*_TEXT_FIELDS, *_LISTS, "pages"):
            continue
        try:
            fields[name] = _hand_written(value) if name == "tags" else json.loads(value)
        except (ValueError, RecursionError) as error:
            raise not_as_exported(file, f'its {name} is not in double quotes, as in {name}: "..."') from error
    return fields


def _hand_written(value: str) -> object:
    """Tags, which people add to their files: also without quotes, or below as a list, which is passed over."""
    try:
        return YAMLHandler().load(value, Loader=yaml.BaseLoader) or []
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError from error


def _text(fields: dict[str, object], name: str, file: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise not_as_exported(file, f'its {name} is not in double quotes, as in {name}: "..."')
    return value


def _texts(fields: dict[str, object], name: str, file: str) -> tuple[str, ...]:
    values = fields.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise not_as_exported(file, f'its {name} are not a list like ["Doe, Jane"]')
    return tuple(values)


def _pages(fields: dict[str, object], file: str) -> tuple[int, ...]:
    values = fields.get("pages", [])
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        raise not_as_exported(file, "its pages are not a list of numbers like [0, 1800]")
    return tuple(values)


def _unescaped(body: str, file: str) -> str:
    def character(found: re.Match[str]) -> str:
        if found[0] not in _ESCAPED:
            raise not_as_exported(file, f"nothing is known to be written as {found[0]!r}")
        return _ESCAPED[found[0]]

    return re.sub(r"\\.?", character, body, flags=re.DOTALL)
