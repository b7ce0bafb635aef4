"""Messages as they are sent and saved (RFC 5322, MIME), parsed by Python's email package under limits."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy

from index.errors import InputRejected, RejectionReason
from index.loaders.decoding import decode, unix_newlines

_LONGEST_HEADER = 10_000
"""Characters; reading a header takes time for each, ten seconds for 300,000."""
_MOST_PARTS = 20_000
_MOST_NESTED = 200
"""Of what may hold parts; every line is compared with the boundaries of all that are open."""
_BROKEN = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)
"""What the package raises for headers that are not as they must be."""
_SLOW_OR_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "unicode-escape"})


class _BoundedPolicy(EmailPolicy):
    """The package's default policy, with short headers; UTF-8 in them is read, though few senders may write it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if not value.isascii():
            data = value.encode("utf-8", "surrogateescape")
            try:
                value = data.decode()
            except UnicodeDecodeError:
                value = data.decode("cp1252", "replace")
        return name, value[:_LONGEST_HEADER]


def read_message(data: bytes, source: str) -> EmailMessage:
    """The message in `data`; raises InputRejected where it has no header or too many parts."""
    nested, parts = data.lower().count(b"multipart/"), data.count(b"\n--")
    if nested > _MOST_NESTED or parts > _MOST_PARTS:
        raise InputRejected(
            RejectionReason.TOO_LARGE, f"{source} has more parts than a message is read with; save its text alone."
        )
    message = message_from_bytes(data.lstrip(), policy=_BoundedPolicy())
    if not isinstance(message, EmailMessage) or not message.keys():
        raise InputRejected(RejectionReason.FORMAT, f"{source} is not a message: no line like Subject: begins it.")
    return message


def header(message: EmailMessage, name: str) -> str | None:
    """The first header of this name, its encoding undone; None where there is none that can be read."""
    try:
        value = message[name]
    except _BROKEN:
        return None
    return None if value is None else str(value)


def leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold no others, in order; a message within the message is one."""
    pending = [message]
    while pending:
        part = pending.pop()
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            pending += reversed(payload)  # type: ignore[arg-type]
        else:
            yield part


def part_bytes(part: EmailMessage) -> bytes:
    """What a part holds, unpacked; empty for one that holds messages."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def part_text(part: EmailMessage, source: str) -> str:
    """The text of a part in the encoding that it declares, else in the one that it seems to have.

    Line ends are LF. Raises InputRejected where the encoding cannot be told.
    """
    data, charset = part_bytes(part), (part.get_content_charset() or "us-ascii").lower()
    if charset in _SLOW_OR_NO_CHARSETS:
        charset = "us-ascii"
    try:
        text = data.decode(charset)
    except (LookupError, ValueError):
        text = decode(data, source)
    return unix_newlines(text).replace("\0", "")


def file_name(part: EmailMessage) -> str | None:
    """The name that the sender gave an attached file."""
    try:
        return part.get_filename()
    except _BROKEN:
        return None
