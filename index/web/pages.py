"""What was fetched, as articles: it goes through the same parsers as files, and never names another source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.messages import Document
from index.loaders.metadata import one_line
from index.loaders.parsing import Parsed
from index.report import Rejection
from index.web.addresses import without_feed_scheme
from index.web.entries import Entry
from index.web.fetching import Fetched
from index.web.listings import is_listing, read_listing
from index.web.visiting import Visitor

Parse = Callable[[Document], Parsed]
"""How the bytes of a page become articles: in a sandbox."""

_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
}
"""Of file names, by content type; of other types the address tells it."""
_MARKDOWN = (".md", ".markdown")  # which most sites give out as plain text
_MOST_FAILURES = 5
"""So many pages in a row that cannot be fetched, and the rest of a list is not tried: each may take 20 seconds."""


def web_articles(address: str, visitor: Visitor, parse: Parse) -> Iterator[Article | Rejection]:
    """The article at an address, or those that the feed or sitemap there lists; raises nothing for what it finds.

    An article's source is the address that it came from in the end, without fragment and tracking parameters.
    """
    address = without_feed_scheme(address)
    try:
        fetched = visitor.fetch(address)
        listing = read_listing(fetched, visitor.fetch)
    except InputRejected as error:
        yield Rejection.of(address, error)
        return
    if listing is None:
        yield from page_articles(fetched, parse)
        return
    yield from listing.rejected
    if not listing.entries:
        yield Rejection(address, RejectionReason.EMPTY, f"{address} lists no articles.")
    for _, items in entries_articles(listing.entries, fetched.address, visitor, parse):
        yield from items


def page_articles(fetched: Fetched, parse: Parse) -> Parsed:
    """What one page holds; a web site's word about the source of its articles is not taken."""
    return _belonging(parse(Document(_file_name(fetched), fetched.data, fetched.address)), fetched.address)


def entries_articles(
    entries: Sequence[Entry], listed_at: str, visitor: Visitor, parse: Parse
) -> Iterator[tuple[Entry, Parsed]]:
    """Entries of a list with what each holds: its text where the list has it and is of the same site, else its page.

    A feed could otherwise put words into the mouth of another site. After five pages in a row that could not be
    fetched the others are left out, with one rejection in their place.
    """
    failures = 0
    for number, entry in enumerate(entries, start=1):
        items = _content_articles(entry, listed_at, visitor, parse) or _fetched_articles(entry, visitor, parse)
        yield entry, items
        failures = failures + 1 if is_failure(items) else 0
        if failures == _MOST_FAILURES and number < len(entries):
            left = f"{len(entries) - number:,} more articles of {listed_at}"
            message = f"{left} were not tried, as {failures} in a row could not be fetched; try again later."
            yield entries[-1], [Rejection(listed_at, RejectionReason.NETWORK, message)]
            return


def is_failure(items: Parsed) -> bool:
    """Whether something could not be fetched that another time may be."""
    return any(isinstance(item, Rejection) and item.reason is RejectionReason.NETWORK for item in items)


def _fetched_articles(entry: Entry, visitor: Visitor, parse: Parse) -> Parsed:
    try:
        fetched = visitor.fetch(entry.address)
        if is_listing(fetched):
            raise InputRejected(
                RejectionReason.TYPE, f"{entry.address} is a list of articles itself, and no list leads to another."
            )
    except InputRejected as error:
        return [Rejection.of(entry.address, error)]
    return [_told_by(entry, item) for item in page_articles(fetched, parse)]


def _content_articles(entry: Entry, listed_at: str, visitor: Visitor, parse: Parse) -> Parsed:
    """The article in an entry itself; nothing where there is none, or it claims to be of another site."""
    if entry.content is None or urlsplit(entry.address).netloc != urlsplit(listed_at).netloc:
        return []
    try:
        source = visitor.canonical(entry.address)
    except InputRejected as error:
        return [Rejection.of(entry.address, error)]
    name, text = "page.txt", entry.content
    if entry.is_html:
        name, text = "page.html", f"<html><body><article>{entry.content}</article></body></html>"
    document = Document(name, text.encode("utf-8", "replace"), source)
    found = [item for item in parse(document) if isinstance(item, Article)]
    return [_told_by(entry, replace(article, title=entry.title or article.title, url=source)) for article in found]


def _told_by(entry: Entry, item: Article | Rejection) -> Article | Rejection:
    """The article, dated by the list where it does not say itself when it was published."""
    if isinstance(item, Rejection) or item.published or not entry.published:
        return item
    return replace(item, published=entry.published)


def _belonging(items: Parsed, source: str) -> Parsed:
    """The articles with sources at the address that they came from: others would replace articles of somebody else."""
    return [
        item
        if isinstance(item, Rejection) or item.source == source or item.source.startswith(f"{source}#")
        else replace(item, source=source if len(items) == 1 else f"{source}#{number}")
        for number, item in enumerate(items, start=1)
    ]


def _file_name(fetched: Fetched) -> str:
    """A name whose ending says the kind, by the content type and else by the address, and whose stem may be a title."""
    parts = urlsplit(fetched.address)
    path = PurePosixPath(unquote(parts.path))
    kind = fetched.content_type.partition(";")[0].strip().lower()
    ending = _ENDINGS.get(kind, path.suffix)
    if kind == "text/plain" and path.suffix.lower() in _MARKDOWN:
        ending = ".md"
    return f"{(one_line(path.stem) or parts.netloc).replace('/', ' ')}{ending}"
