"""Markdown files: front matter as metadata, the body as plain text without markup, or as it was exported."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.exported import MARK, is_exported, not_as_exported, parse_exported
from index.loaders.html import html_text, refuse_too_many_tags
from index.loaders.metadata import iso_date, language_code, names, one_line, web_address
from index.report import Rejection

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_FRONT_MATTER = YAMLHandler()
_LONGEST_FRONT_MATTER = 50_000
"""Characters; the parser takes a second for them."""
_NOTHING = ("", "~", "null", "Null", "NULL")
_LINEWISE = ("bullet_list", "ordered_list", "table")


def parse_markdown(text: str, stem: str, source: str) -> list[Article | Rejection]:
    """One article; titled by the front matter, else by the first main heading.

    A file that `qa export` wrote gives back the article to the letter, under the source that it names.
    """
    if is_exported(text):
        return [parse_exported(text, source)]
    fields, body = _split_front_matter(text, source)
    if MARK in fields:  # read as markup, its text would differ from what was exported
        raise not_as_exported(source, "that is not the first line of its front matter")
    tokens = _MARKDOWN.parse(body)
    refuse_too_many_tags((token.content for token in tokens if token.type == "html_block"), source)
    origin, published = fields.get("source"), iso_date(fields.get("date"))
    return [
        Article(
            title=one_line(fields.get("title")) or _heading(tokens) or stem,
            text=plain_text(tokens),
            source=source,
            url=web_address(fields.get("url")) or web_address(origin) or web_address(source),
            site=one_line(fields.get("site")) or (None if web_address(origin) else one_line(origin)),
            published=published,
            authors=names(fields.get("authors") or fields.get("author")),
            language=language_code(fields.get("language")),
            published_from="front matter" if published else None,
            tags=names(fields.get("tags")),
        )
    ]


def _split_front_matter(text: str, source: str) -> tuple[dict[str, Any], str]:
    """The fields of the front matter, by name in lower case, and the rest; a file without one is all rest."""
    if not _FRONT_MATTER.detect(text):
        return {}, text
    try:
        front, body = _FRONT_MATTER.split(text)
    except ValueError:  # a line of dashes opens it, but none closes it
        return {}, text
    fields = _load_yaml(front, source)
    if not isinstance(fields, dict):  # text between two rules, not fields
        return {}, text
    return {str(name).lower(): value for name, value in fields.items() if value not in _NOTHING}, body


def _load_yaml(front: str, source: str) -> Any:
    """Parse front matter with every value a string, a list or a dict.

    BaseLoader knows no tags and no merge keys: nothing can be run or blown up, and a title `1984` stays a title.
    """
    if len(front) > _LONGEST_FRONT_MATTER:
        raise InputRejected(
            RejectionReason.FORMAT, f"The front matter of {source} is longer than {_LONGEST_FRONT_MATTER:,} characters."
        )
    try:
        return _FRONT_MATTER.load(front, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark is not None else ""
        raise InputRejected(
            RejectionReason.FORMAT, f"The front matter of {source} is not valid YAML{place}; correct or remove it."
        ) from error


def _heading(tokens: Sequence[Token]) -> str | None:
    for token, content in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            return one_line(_inline_text(content))
    return None


def plain_text(tokens: Sequence[Token]) -> str:
    """The text of parsed Markdown: blank lines between blocks, line ends between list items and table rows."""
    blocks: list[list[str]] = [[]]
    depth = row_start = 0
    for token in tokens:
        if token.type.rpartition("_")[0] in _LINEWISE:
            depth += token.nesting
        if text := _block_text(token):
            blocks[-1].append(text)
        if token.type == "tr_open":
            row_start = len(blocks[-1])
        elif token.type == "tr_close":
            blocks[-1][row_start:] = ["\t".join(blocks[-1][row_start:])]
        elif depth == 0:
            blocks.append([])
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _block_text(token: Token) -> str:
    if token.type == "inline":
        return _inline_text(token)
    if token.type in ("fence", "code_block"):
        return token.content.strip("\n")
    if token.type == "html_block":
        return html_text(token.content)
    return ""


def _inline_text(token: Token) -> str:
    """What a reader of the rendered line sees: the text of links and emphasis, the description of images."""
    pieces = []
    for child in token.children or []:
        if child.type == "softbreak":  # where the writer's editor wrapped the line
            pieces.append(" ")
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content.startswith("<br")):
            pieces.append("\n")
        elif child.type == "image":
            pieces.append(_inline_text(child))
        elif child.type in ("text", "code_inline"):
            pieces.append(child.content)
    return "".join(pieces).strip()
