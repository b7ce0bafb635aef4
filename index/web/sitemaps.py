"""Sitemaps: the pages that a site says it has, and indexes of further sitemaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.errors import InputRejected, RejectionReason
from index.loaders.metadata import one_line, web_address
from index.web.addresses import absolute
from index.web.entries import MOST_ENTRIES, Entry
from index.web.unpacking import Damaged, TooLarge, unpacked
from index.web.xml import elements, local_name, root_name

_GZIP = b"\x1f\x8b"
_MOST_BYTES = 20_000_000  # unpacked
_MOST_SITEMAPS = 50
"""So many of an index are read, the newest first."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The newest 500 pages of a site, newest first, or the newest 50 further sitemaps that list them."""

    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[str, ...] = ()


def parse_sitemap(data: bytes, address: str) -> Sitemap | None:
    """What the sitemap that was fetched from `address` lists, also one packed by gzip; None where it is no sitemap.

    Pages without a date come after those that have one, in their order. Raises InputRejected where it is packed and
    damaged, or unpacks to more than 20 MB.
    """
    data = _unpacked(data, address)
    match root_name(data):
        case "urlset":
            entries = (Entry(found, found) for found in _newest(data, "url", address, MOST_ENTRIES))
            return Sitemap(entries=tuple(entries))
        case "sitemapindex":
            return Sitemap(sitemaps=tuple(_newest(data, "sitemap", address, _MOST_SITEMAPS)))
    return None


def _unpacked(data: bytes, address: str) -> bytes:
    if not data.startswith(_GZIP):
        return data
    try:
        return b"".join(unpacked([data], _MOST_BYTES))
    except TooLarge as error:
        raise InputRejected(
            RejectionReason.TOO_LARGE, f"{address} unpacks to more than {_MOST_BYTES:,} bytes, more than is taken."
        ) from error
    except Damaged as error:
        raise InputRejected(RejectionReason.UNREADABLE, f"{address} is a damaged archive.") from error


def _newest(data: bytes, name: str, address: str, most: int) -> list[str]:
    listed = dict(sorted(_listed(data, name, address), key=lambda found: found[1], reverse=True))
    return list(listed)[:most]


def _listed(data: bytes, name: str, address: str) -> Iterator[tuple[str, str]]:
    """Each address with the day of its last change as it is written, year first, or nothing."""
    for element in elements(data, "end"):
        if local_name(element) != name:
            continue
        texts = {local_name(child): one_line(child.text) or "" for child in element}
        found = web_address(absolute(address, texts.get("loc", "")))
        if texts.get("loc") and found is not None:
            yield found, texts.get("lastmod", "")
        element.clear()
