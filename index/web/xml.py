"""XML of strangers, read without entities, doctypes, the network, or trees that are too deep."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Literal

_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def root_name(data: bytes) -> str | None:
    """The name of the outermost element, without its namespace; None where `data` is no XML."""
    if not data.lstrip().startswith(_STARTS):  # the parser would skip words before it
        return None
    return next((local_name(element) for element in elements(data, "start")), None)


def elements(data: bytes, event: Literal["start", "end"]) -> Iterator[Any]:
    """Elements as they begin or end, up to where the XML is damaged too badly to go on."""
    from lxml import etree

    try:
        for _, element in etree.iterparse(
            io.BytesIO(data),
            events=(event,),
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,  # which also bounds how deep elements are nested
        ):
            yield element
    except etree.XMLSyntaxError:
        return


def whole_tree(data: bytes) -> Any | None:
    """The outermost element of XML that is well formed; None for all else, also where it is nested too deep."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def serialized(element: Any) -> bytes:
    """An element and what is in it as UTF-8, without the document's doctype and entities."""
    from lxml import etree

    return bytes(etree.tostring(element, encoding="utf-8"))


def local_name(element: Any) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
