"""Saved web pages: MHTML files, and the pages of SingleFile, which name the address that they were saved from."""

from __future__ import annotations

import re

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.html import parse_html
from index.loaders.metadata import web_address
from index.loaders.mime import header, leaves, part_text, read_message
from index.report import Rejection

_SINGLE_FILE = re.compile(
    r"\s*(?:<!doctype[^<>]*>\s*)?(?:<html[^<>]*>\s*)?<!--\s*Page saved with SingleFile\b(.*?)-->",
    re.DOTALL | re.IGNORECASE,
)
_ZONE = 20_000
"""Characters; the address may hold all that a form was filled in with."""
_ADDRESS = re.compile(r"^\s*url:\s*(\S+)", re.MULTILINE)


def parse_mhtml(data: bytes, stem: str, source: str) -> list[Article | Rejection]:
    """One article of the page in an MHTML file; its address is the one that the page was saved from.

    When it was saved says nothing of when it was published. Raises InputRejected for what holds no page, and for a page
    without an article.
    """
    message = read_message(data, source)
    page = next((part for part in leaves(message) if part.get_content_type() == "text/html"), None)
    if page is None:
        raise InputRejected(RejectionReason.FORMAT, f"{source} holds no web page; save the page anew.")
    said = (header(page, "Content-Location"), header(message, "Snapshot-Content-Location"))
    address = next(filter(None, map(web_address, said)), None)
    return parse_html(part_text(page, source), stem, source, address)


def parse_saved_html(text: str, stem: str, source: str) -> list[Article | Rejection]:
    """As `parse_html`; a page that SingleFile saved has the address that its first comment names."""
    found = _SINGLE_FILE.match(text, 0, _ZONE)
    if found is None:
        return parse_html(text, stem, source)
    address = _ADDRESS.search(found[1])
    # Without the comment, in which the day of saving could be taken for that of publication.
    page = text[: found.start(1)] + text[found.end(1) :]
    return parse_html(page, stem, source, web_address(address[1]) if address else None)
