"""XML parts of documents: parsed without entities, and what they say of the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from index.errors import InputRejected, RejectionReason
from index.loaders.metadata import iso_date, language_code, names, one_line

_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_MOST_TAGS = 1_000_000
"""Of one part; a thousand pages of Word have half of them, and time grows with them, to some 10 seconds."""
_EVENT = "{http://www.idpf.org/2007/opf}event"


def parse_xml(data: bytes, part: str, source: str, *, recover: bool = False) -> Any:
    """The root element of a part of a document; `recover` reads on where tags are not closed as they must be.

    Raises InputRejected for XML that declares entities, as no document needs them, and for what is no XML. Nothing is
    fetched, and libxml2 bounds the depth to 256 elements and a text to 10 MB.
    """
    from lxml import etree

    if data.count(b"<") > _MOST_TAGS:
        raise InputRejected(RejectionReason.TOO_LARGE, f"{source} has more than {_MOST_TAGS:,} tags; split it.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover)
    root, cause = None, None
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        cause = error
    if _declares_entities(root, data):
        raise InputRejected(
            RejectionReason.FORMAT, f"{source} declares XML entities in its {part}, which no document needs."
        ) from cause
    if root is None:
        raise InputRejected(
            RejectionReason.UNREADABLE, f"{source} is damaged: its {part} is not valid XML; save the document anew."
        ) from cause
    return root


def _declares_entities(root: Any, data: bytes) -> bool:
    if root is None:  # they may be what it is refused for
        return b"<!ENTITY" in data
    declared = root.getroottree().docinfo.internalDTD
    return declared is not None and next(declared.iterentities(), None) is not None


@dataclass(frozen=True, slots=True)
class DublinCore:
    """What a document says of itself; `date` is ISO 8601, and for some formats that of the file, not of the text."""

    title: str | None
    authors: tuple[str, ...]
    date: str | None
    language: str | None
    publisher: str | None


NOTHING_SAID = DublinCore(None, (), None, None, None)


def dublin_core(root: Any) -> DublinCore:
    """The elements of Dublin Core anywhere below `root`, the first of each save for authors."""

    def said(name: str) -> list[str]:
        elements = root.iter(f"{_DUBLIN_CORE}{name}")
        # An e-book may give dates of its making and changing too, and calls them so.
        return [element.text or "" for element in elements if element.get(_EVENT, "publication") == "publication"]

    return DublinCore(
        title=next(filter(None, map(one_line, said("title"))), None),
        authors=tuple(name for people in said("creator") for name in names(people)),
        date=next(filter(None, map(iso_date, said("date"))), None),
        language=next(filter(None, map(language_code, said("language"))), None),
        publisher=next(filter(None, map(one_line, said("publisher"))), None),
    )
