"""Bytes to text: byte order marks, UTF-8, what the page declares, then the best guess."""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from index.errors import InputRejected, RejectionReason

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Most binary formats betray themselves by a NUL; these may hold none, and the name tells people more.
_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old office document or one that is locked by a password"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh91AY&SY", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x7fELF", "a program"),
)

# The encodings that pages and text files were written in before UTF-8, the commonest first: where the guess is a
# draw, the first wins. Left to all that Python knows, French came out as Mac Central European.
_LEGACY = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "iso8859_2"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
# What pages declare, read as browsers do (https://encoding.spec.whatwg.org/#names-and-labels).
_DECLARED_AS = {codecs.lookup(name).name: name for name in _LEGACY} | {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
}
_DECLARATION = re.compile(rb"""<meta[^<>]{0,200}?charset\s{0,9}=\s{0,9}["']?([\w-]{1,40})""", re.IGNORECASE)
_DECLARATION_ZONE = 4096


def decode(data: bytes, source: str) -> str:
    """The text of a file, line ends as LF; empty where the file holds nothing but a byte order mark.

    Raises InputRejected: `type` for binary data, `encoding` for text whose encoding cannot be told.
    """
    mark, encoding = next((pair for pair in _BYTE_ORDER_MARKS if data.startswith(pair[0])), (b"", None))
    if encoding is None:
        _refuse_binary(data, source)
    text = _decode_as(data[len(mark) :], encoding or "utf-8")
    if text is None and encoding is None and not _is_damaged_utf8(data):
        text = _decode_declared(data) or _decode_guessed(data)
    if text is None:
        raise InputRejected(
            RejectionReason.ENCODING, f"The characters of {source} cannot be told for sure; save it as UTF-8."
        )
    if "\0" in text:
        raise InputRejected(RejectionReason.TYPE, f"{source} holds binary data, not text.")
    return unix_newlines(text)


def unix_newlines(text: str) -> str:
    """The text with every line end as LF; done before offsets into the text exist."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def name_of_binary(data: bytes) -> str | None:
    """What people call the binary data in a file; None for what may be text."""
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), "binary data" if b"\0" in data else None)


def _refuse_binary(data: bytes, source: str) -> None:
    kind = name_of_binary(data)
    if kind is not None:
        raise InputRejected(RejectionReason.TYPE, f"{source} holds {kind}, not text.")


def _decode_as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether most characters beyond ASCII are right in UTF-8: in another encoding they would all turn to nonsense."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\N{REPLACEMENT CHARACTER}")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return beyond_ascii > 2 * wrong


def _decode_declared(data: bytes) -> str | None:
    declaration = _DECLARATION.search(data, 0, _DECLARATION_ZONE)
    if declaration is None:
        return None
    try:
        name = codecs.lookup(declaration[1].decode("ascii", "ignore")).name
    except LookupError:
        return None
    return _decode_as(data, _DECLARED_AS[name]) if name in _DECLARED_AS else None


def _decode_guessed(data: bytes) -> str | None:
    matches = charset_normalizer.from_bytes(data, cp_isolation=list(_LEGACY))
    best = matches.best()
    if best is None:
        return None
    drawn = [match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    names = {name for match in drawn for name in match.could_be_from_charset}
    return _decode_as(data, min(names, key=_LEGACY.index))
