"""What goes to a process that parses and what comes back, as JSON in frames; nothing that comes back is believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.report import Rejection

READY = b"ready"
"""The first frame of a process that has given up its rights."""
END = b""
"""The frame after the last result of a document."""
OUT_OF_MEMORY = 77
"""The exit status of a process that had no memory to send what it had parsed."""


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one file, as `parsing.parse` takes them."""

    name: str
    data: bytes
    source: str
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is told of a document, whose bytes are the next frame; `processor_seconds` may be spent on it."""

    name: str
    source: str
    max_bytes: int | None
    processor_seconds: int


def order_to_bytes(order: Order) -> bytes:
    """The order as a frame."""
    return _to_bytes(asdict(order))


def order_from_bytes(frame: bytes) -> Order:
    """The order in a frame of `order_to_bytes`; it comes from the parent, so it is believed."""
    return Order(**_from_bytes(frame))


def item_to_bytes(item: Article | Rejection) -> bytes:
    """One result as a frame, to the letter, also where lone surrogates stand in it."""
    return _to_bytes({"article" if isinstance(item, Article) else "rejection": asdict(item)})


def item_from_bytes(frame: bytes) -> Article | Rejection:
    """The result in a frame; raises ValueError where it is none, whatever else it may be."""
    try:
        match _from_bytes(frame):
            case {"article": dict() as fields, **others} if not others:
                return Article(**_checked(fields, _ARTICLE))
            case {"rejection": dict() as fields, **others} if not others:
                return Rejection(**_checked(fields, _REJECTION))
    except (RecursionError, InputRejected) as error:
        raise ValueError(f"No result of a parser: {type(error).__name__}") from error
    raise ValueError("Neither an article nor a rejection")


def _to_bytes(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _from_bytes(frame: bytes) -> Any:
    return json.loads(frame.decode("utf-8", "surrogatepass"))


def _checked(fields: dict[str, Any], checks: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The fields as their checks give them back; raises ValueError for a missing, a further or a wrong one."""
    if fields.keys() != checks.keys():
        raise ValueError("Other fields than those of a result")
    return {name: check(fields[name]) for name, check in checks.items()}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Not a text")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("Not a list")
    return tuple(map(_text, value))


def _offsets(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(offset) is int and offset >= 0 for offset in value):
        raise ValueError("Not a list of offsets")
    return tuple(value)


_ARTICLE: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("title", "text", "source"), _text),
    **dict.fromkeys(("url", "site", "published", "language", "published_from"), _text_or_none),
    **dict.fromkeys(("authors", "tags"), _texts),
    "pages": _offsets,
}
_REJECTION: dict[str, Callable[[Any], Any]] = {"source": _text, "reason": RejectionReason, "message": _text}
