"""RSS, Atom and JSON feeds: the articles that a site tells of, read from bytes and never from an address."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from index.errors import InputRejected, RejectionReason
from index.loaders.html import html_text
from index.loaders.metadata import iso_date, one_line, web_address
from index.web.addresses import absolute
from index.web.entries import MOST_ENTRIES, Entry
from index.web.xml import local_name, root_name, serialized, whole_tree

_ROOTS = ("rss", "RDF", "feed")
_ENTRIES = ("item", "entry")
_CONTENTS = ("encoded", "content")
_JSON_FEED = "https://jsonfeed.org/version/"
_MOST_TAGS = 50_000
"""Of a feed that is not well formed, which cannot be cut before it is read: two seconds."""
_MOST_BYTES = 3_000_000
"""Of what is read, which takes two seconds a megabyte; whole texts over it are left out, and their pages fetched."""
_SHORTEST_CONTENT = 1_000
"""Characters; less is a teaser, and the page is fetched."""


def is_feed(data: bytes) -> bool:
    """Whether these bytes are an RSS, Atom or JSON feed."""
    return _is_json_feed(data) or root_name(data) in _ROOTS


def parse_feed(data: bytes, address: str) -> list[Entry]:
    """The first 500 entries of the feed that was fetched from `address`, in its order; links are made whole by that.

    Entries without an address are left out. Raises InputRejected (`format`, `too_large`) where it cannot be read.
    """
    if _is_json_feed(data):
        return _json_entries(data, address)
    import feedparser

    # A stream: given bytes or a text it would try to open what they name.
    feed = feedparser.parse(io.BytesIO(_bounded(data, address)), response_headers={"content-location": address})
    entries = [_entry(entry, address) for entry in feed.entries[:MOST_ENTRIES]]
    return [entry for entry in entries if entry is not None]


def _bounded(data: bytes, address: str) -> bytes:
    """The feed with at most 500 entries, and without entities that would unpack to more."""
    tree = whole_tree(data)
    if tree is not None:
        listed = (element for element in tree.iter() if local_name(element) in _ENTRIES)
        _remove(list(islice(listed, MOST_ENTRIES, None)))
        data = serialized(tree)
        if len(data) > _MOST_BYTES:
            _remove([element for element in tree.iter() if local_name(element) in _CONTENTS])
            data = serialized(tree)
    if len(data) > _MOST_BYTES or (tree is None and data.count(b"<") > _MOST_TAGS):
        raise InputRejected(RejectionReason.TOO_LARGE, f"The feed {address} is too large to be read.")
    return data


def _remove(elements: Iterable[Any]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.getparent().remove(element)


def _entry(entry: dict[str, Any], address: str) -> Entry | None:
    link = web_address(absolute(address, entry.get("link") or ""))
    if not entry.get("link") or link is None:
        return None
    content, is_html = _longest(entry.get("content") or ())
    return Entry(
        link,
        one_line(entry.get("id")) or link,
        _title(entry),
        iso_date(entry.get("published")) or iso_date(dict.get(entry, "updated")),  # its own `get` gives the other
        content,
        is_html,
    )


def _title(entry: dict[str, Any]) -> str | None:
    title = str(entry.get("title") or "")
    is_html = "<" in title and entry.get("title_detail", {}).get("type") != "text/plain"
    return one_line(html_text(title) if is_html else title)


def _longest(contents: Any) -> tuple[str | None, bool]:
    texts = [(content.get("value") or "", content.get("type") != "text/plain") for content in contents]
    text, is_html = max(texts, key=lambda found: len(found[0]), default=("", True))
    return (text if len(text) >= _SHORTEST_CONTENT else None), is_html


def _is_json_feed(data: bytes) -> bool:
    is_object = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return is_object and b"jsonfeed.org/version/" in data.replace(b"\\/", b"/")  # JSON may write a slash like that


def _json_entries(data: bytes, address: str) -> list[Entry]:
    try:
        feed = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputRejected(RejectionReason.FORMAT, f"The feed {address} is not valid JSON.") from error
    items = feed.get("items")
    if not str(feed.get("version")).startswith(_JSON_FEED) or not isinstance(items, list):
        raise InputRejected(RejectionReason.FORMAT, f"{address} is JSON, but no feed as jsonfeed.org describes it.")
    entries = [_json_entry(item, address) for item in items[:MOST_ENTRIES] if isinstance(item, dict)]
    return [entry for entry in entries if entry is not None]


def _json_entry(item: Mapping[str, Any], address: str) -> Entry | None:
    given = one_line(item.get("url")) or one_line(item.get("external_url"))
    link = web_address(absolute(address, given)) if given else None
    if link is None:
        return None
    html, text = item.get("content_html"), item.get("content_text")
    long = (found for found in (html, text) if isinstance(found, str) and len(found) >= _SHORTEST_CONTENT)
    content = next(long, None)
    return Entry(
        link,
        one_line(item.get("id")) or link,
        one_line(item.get("title")),
        iso_date(item.get("date_published")),
        content,
        is_html=content is html,
    )
