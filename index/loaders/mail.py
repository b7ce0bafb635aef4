"""Mail: saved messages with the documents attached to them, and mailboxes of such messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.html import html_text, parse_html, refuse_too_many_tags
from index.loaders.kinds import HEAD, kind_of
from index.loaders.metadata import iso_date, one_line
from index.loaders.mime import file_name, header, leaves, part_bytes, part_text, read_message
from index.loaders.zip_of_articles import Read
from index.report import Rejection

_MOST_ATTACHMENTS = 50
_MOST_MESSAGES = 50_000
_LONGEST_ID = 200
# A text may have a paragraph that begins so; a message has a header on the next line.
_FIRST_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n(?:>From [^\n]*\n)?(?=[!-9;-~]+:)")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER_ZONE = 100_000


def parse_mailbox(data: bytes, stem: str, source: str, read: Read | None) -> list[Article | Rejection]:
    """What `read` makes of each message of an mbox file, in order; their sources are `<source>#<message id>`.

    A message without an id, or with that of one before, gets `<source>#<number>`, counted from 1. Raises InputRejected
    for what is no mailbox, for one within a message, where `read` is None, and for too many messages.
    """
    if read is None:
        raise InputRejected(RejectionReason.TYPE, f"{source} is a mailbox within another file; save it and add it.")
    starts = list(_FIRST_LINE.finditer(data))
    if not starts or data[: starts[0].start()].strip():
        raise InputRejected(RejectionReason.FORMAT, f"{source} is not a mailbox: its first line is no From line.")
    if len(starts) > _MOST_MESSAGES:
        raise InputRejected(
            RejectionReason.TOO_LARGE,
            f"{source} has more than {_MOST_MESSAGES:,} messages; split it into smaller ones.",
        )
    found: list[Article | Rejection] = []
    ends = [start.start() for start in starts[1:]] + [len(data)]
    places = set[str]()
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        message = _QUOTED.sub(rb"\1", data[start.end() : end])
        place = f"{source}#{_message_id(message) or number}"
        place = f"{source}#{number}" if place in places else place
        places.add(place)
        found += read(f"{stem}.eml", message, place)
    return found


def _message_id(message: bytes) -> str | None:
    headers = BytesHeaderParser().parsebytes(re.split(rb"\r?\n\r?\n", message[:_HEADER_ZONE], maxsplit=1)[0])
    value = one_line(str(headers["Message-ID"] or "").strip().strip("<>"))
    fits = value is not None and "@" in value and len(value) <= _LONGEST_ID and value.isascii()
    return value if fits else None


def parse_mail(data: bytes, stem: str, source: str, read: Read | None) -> list[Article | Rejection]:
    """An article of the message's text, then what `read` makes of the first 50 attached files of kinds that are read.

    The text is the plain one, else that of its page. Attached files of other kinds, pictures mostly, are passed over;
    the others have `<source>#<file name>` as their source. Where `read` is None, in a message within a message, they
    are passed over too. Raises InputRejected for what is no message and for one without any text.
    """
    return _read_message(read_message(data, source), stem, source, read)


def _read_message(message: EmailMessage, stem: str, source: str, read: Read | None) -> list[Article | Rejection]:
    attached = [] if read is None else list(_attached(message, source, read))
    try:
        return [_article(message, _text(message, source), stem, source), *attached]
    except InputRejected:
        if not attached:
            raise
        return attached  # a message that says nothing was the envelope of a document


def _article(message: EmailMessage, text: str, stem: str, source: str) -> Article:
    sent = _date(header(message, "Date"))
    people = getaddresses([header(message, "From") or ""])
    return Article(
        title=one_line(header(message, "Subject")) or stem,
        text=text,
        source=source,
        published=sent,
        authors=tuple(name for person, _ in people if (name := one_line(person))),
        published_from="message" if sent else None,
    )


def _date(value: str | None) -> str | None:
    try:
        return iso_date(parsedate_to_datetime(value or "").isoformat())
    except (ValueError, TypeError, OverflowError):
        return iso_date(value)


def _text(message: EmailMessage, source: str) -> str:
    """The plain text, whose parts may stand around pictures, or that of the page where it has no words."""
    parts = [part for part in leaves(message) if file_name(part) is None]
    texts = [part_text(part, source).strip() for part in parts if part.get_content_type() == "text/plain"]
    text = "\n\n".join(filter(None, texts))
    page = next((part for part in parts if part.get_content_type() == "text/html"), None)
    if page is None or any(character.isalnum() for character in text):
        return text
    return _page_text(part_text(page, source), source)


def _page_text(page: str, source: str) -> str:
    if not page.strip():
        return ""
    refuse_too_many_tags([page], source)
    try:
        (article,) = parse_html(page, "", source)
    except InputRejected:  # short letters are no pages of news
        return html_text(page)
    return article.text if isinstance(article, Article) else ""


def _attached(message: EmailMessage, source: str, read: Read) -> Iterator[Article | Rejection]:
    names: dict[str, int] = {}
    for part in leaves(message):
        forwarded = part.get_content_type() == "message/rfc822"
        name = _attached_name(part) or ("message.eml" if forwarded else None)
        data = part_bytes(part)
        if name is None or not (forwarded or kind_of(name, data[:HEAD])):
            continue
        if sum(names.values()) == _MOST_ATTACHMENTS:
            yield Rejection(
                source,
                RejectionReason.TOO_LARGE,
                f"{source} has more than {_MOST_ATTACHMENTS} attached documents; save the others and add them.",
            )
            return
        names[name] = names.get(name, 0) + 1
        place = f"{source}#{name}" if names[name] == 1 else f"{source}#{name} ({names[name]})"
        yield from _forwarded(part, place) if forwarded else read(name, data, place)


def _attached_name(part: EmailMessage) -> str | None:
    return one_line(re.split(r"[/\\]", file_name(part) or "")[-1])


def _forwarded(part: EmailMessage, place: str) -> list[Article | Rejection]:
    """The message in a part, without what is attached to it."""
    messages = part.get_payload()
    try:
        if not isinstance(messages, list) or not isinstance(messages[0], EmailMessage):
            raise InputRejected(RejectionReason.FORMAT, f"{place} holds no message that can be read.")
        return _read_message(messages[0], "", place, None)
    except InputRejected as error:
        return [Rejection.of(place, error)]
