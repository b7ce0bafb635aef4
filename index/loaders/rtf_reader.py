"""The control words of RTF: which of a document's characters are text, in which encoding, and where paragraphs end."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace

from index.errors import InputRejected, RejectionReason

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?[0-9]{1,9})? ?|\\'([0-9a-f]{2})|\\(.)|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)|\\",
    re.IGNORECASE | re.DOTALL,
)
_MOST_GROUPS = 1_000
"""One in another; documents have tens."""
# A group that begins with one of these is no text of the document; nor is one of a word that is starred.
_DESTINATIONS = frozenset(
    "annotation author buptim category colortbl comment company creatim datafield doccomm fldinst fonttbl footer "
    "footerf footerl footerr footnote header headerf headerl headerr info keywords listtext manager nonshppict "
    "objdata operator pict pntext printim private revtim rxe shprslt sp stylesheet subject tc title txe xe".split()
)
_CHARACTERS = {
    "line": "\n",
    "tab": "\t",
    "cell": "\t",
    "nestcell": " ",
    "sect": "\f",
    "page": "\f",
    "emdash": "\u2014",
    "endash": "\u2013",
    "bullet": "\u2022",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
}
_SYMBOLS = {b"\\": "\\", b"{": "{", b"}": "}", b"~": "\xa0", b"_": "-", b"\n": "\f", b"\r": "\f"}
_CODE_PAGES = {
    int(number): encoding
    for number, _, encoding in (
        pair.partition(":")
        for pair in (
            "0:cp1252 77:mac_roman 128:cp932 129:cp949 130:johab 134:gb18030 136:cp950 161:cp1253 "
            "162:cp1254 163:cp1258 177:cp1255 178:cp1256 186:cp1257 204:cp1251 222:cp874 238:cp1250 254:cp437 255:cp850"
        ).split()
    )
}
"""Encodings by the character sets of fonts."""


@dataclass(frozen=True, slots=True)
class _State:
    """What holds until the end of a group."""

    into: list[str] | None
    """Where its text goes."""
    encoding: str = "cp1252"
    fallback: int = 1
    """Characters after one of Unicode that stand for it in old programs."""
    unseen: frozenset[str] = frozenset()
    in_table: bool = False


@dataclass
class Reader:
    """Goes through a document once; `text` is its text in pieces, with a form feed between paragraphs."""

    source: str
    text: list[str] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    author: list[str] = field(default_factory=list)

    def read(self, data: bytes) -> None:
        """Take all of a document in; raises InputRejected where its groups lie too deep."""
        self._state = _State(self.text)
        self._groups: list[_State] = []
        self._fonts: dict[int, str] = {}
        self._font = self._default_font = -1
        self._default_encoding = "cp1252"
        self._pending = b""  # bytes whose encoding may need more of them
        self._skip = 0
        self._starred = self._after_row = False
        self._item = self._last_item = False
        self._last_paragraph: int | None = None
        position = 0
        while position < len(data) and (token := _TOKEN.match(data, position)) is not None:
            position = token.end()
            word, number, code, symbol, brace, run = token.groups()
            if code is not None or run is not None:
                self._bytes(bytes.fromhex(code.decode()) if code is not None else run)
                continue
            self._flush()
            self._skip = 0 if word or symbol or brace else self._skip
            if word == b"bin":
                position += max(0, int(number or 0))
            elif word is not None:
                self._word(word.decode().lower(), None if number is None else int(number))
            elif brace is not None:
                self._brace(brace)
            elif symbol is not None:
                self._starred = symbol == b"*"
                self._write(_SYMBOLS.get(symbol, ""))
        self._flush()

    def _bytes(self, run: bytes) -> None:
        skipped = min(self._skip, len(run))
        self._skip -= skipped
        self._pending += run[skipped:]

    def _flush(self) -> None:
        if self._pending:
            self._write(self._pending.decode(self._state.encoding, "replace").replace("\0", ""))
            self._pending = b""

    def _write(self, text: str) -> None:
        if not text or self._state.into is None or self._state.unseen:
            return
        if self._state.into is self.text and self._after_row and not self._state.in_table:
            self.text.append("\f")
            self._after_row = False
        self._state.into.append(text)

    def _brace(self, brace: bytes) -> None:
        self._starred = False
        if brace == b"}":
            self._state = self._groups.pop() if self._groups else self._state
            return
        if len(self._groups) == _MOST_GROUPS:
            raise InputRejected(
                RejectionReason.FORMAT, f"{self.source} has groups that lie {_MOST_GROUPS:,} deep, as no text needs."
            )
        self._groups.append(self._state)

    def _word(self, word: str, number: int | None) -> None:
        if word == "shptxt":  # a text box, in a group that is starred
            self._state = replace(self._state, into=self.text)
            self._write("\f")
        elif word in _DESTINATIONS or self._starred:
            self._destination(word)
        elif word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif word == "u" and number is not None:
            self._write(chr(number & 0xFFFF))
            self._skip = self._state.fallback
        elif word in ("par", "row", "nestrow"):
            self._end_paragraph(word)
        else:
            self._setting(word, number)
        self._starred = False

    def _destination(self, word: str) -> None:
        if word in ("listtext", "pntext") and self._state.into is self.text:
            self._item = True
            if self._last_item and self._last_paragraph is not None:
                self.text[self._last_paragraph] = "\n"
        into = {"title": self.title, "author": self.author}.get(word)
        self._state = replace(self._state, into=into)

    def _end_paragraph(self, word: str) -> None:
        if self._state.into is not self.text:
            return
        if word == "par" and not self._state.in_table:
            self._last_item, self._item = self._item, False
            self._last_paragraph = len(self.text)
            self.text.append("\f")
        else:
            self.text.append("\n" if word == "row" else " ")
            self._after_row = word == "row"

    def _setting(self, word: str, number: int | None) -> None:
        """A word that changes how the text after it is read."""
        state = self._state
        if word in ("v", "deleted"):
            unseen = state.unseen - {word} if number == 0 else state.unseen | {word}
            self._state = replace(state, unseen=unseen)
        elif word in ("pard", "intbl"):
            self._state = replace(state, in_table=word == "intbl")
        elif word == "uc":
            self._state = replace(state, fallback=min(max(number or 0, 0), 9))
        elif word == "ansicpg":
            self._default_encoding = _known(f"cp{number}")
            self._state = replace(state, encoding=self._default_encoding)
        elif word == "deff":
            self._default_font = number or 0
        elif word == "fcharset":
            self._fonts[self._font] = _CODE_PAGES.get(number or 0, self._default_encoding)
        elif word in ("f", "plain"):
            self._font = self._default_font if word == "plain" else number or 0
            unseen = state.unseen - {"v"} if word == "plain" else state.unseen
            self._state = replace(state, encoding=self._fonts.get(self._font, self._default_encoding), unseen=unseen)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return "cp1252"
