"""Word documents: what a reader of the final version sees, without comments, deleted and hidden text."""

from __future__ import annotations

from typing import Any

from index.article import Article
from index.loaders.archives import open_archive, read_member
from index.loaders.blocks import Format, Role, block_text
from index.loaders.metadata import document_title
from index.loaders.xml import NOTHING_SAID, dublin_core, parse_xml
from index.report import Rejection

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_LIST_ITEM, _GONE = "list-item", "gone"
"""Names given to paragraphs and runs that are not what their own names say."""
_BODY, _PROPERTIES = "word/document.xml", "docProps/core.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_OFF = ("0", "false", "off")

_FORMAT = Format(
    roles={
        f"{_WORD}p": Role.BLOCK,
        _LIST_ITEM: Role.ITEM,
        f"{_WORD}tbl": Role.TABLE,
        f"{_WORD}tr": Role.ROW,
        f"{_WORD}tc": Role.CELL,
        f"{_WORD}txbxContent": Role.ASIDE,
        f"{_WORD}pPr": Role.LEFT_OUT,  # in which a tab is a stop, not a character
        f"{_WORD}del": Role.LEFT_OUT,
        f"{_WORD}moveFrom": Role.LEFT_OUT,
        f"{_WORD}rt": Role.LEFT_OUT,  # how a word is pronounced, above it
        f"{_COMPATIBILITY}Fallback": Role.LEFT_OUT,  # the same once more for old programs
        _GONE: Role.LEFT_OUT,
    },
    characters={
        f"{_WORD}tab": "\t",
        f"{_WORD}br": "\n",
        f"{_WORD}cr": "\n",
        f"{_WORD}noBreakHyphen": "-",
    },
    words=frozenset({f"{_WORD}t", f"{_MATHS}t"}),
)


def parse_docx(data: bytes, stem: str, source: str) -> list[Article | Rejection]:
    """One article of the document's text, with notes at its end; macros, pictures and templates are never opened.

    When the file was made says nothing of when its text was published, so `published` stays unknown. Raises
    InputRejected for what is no Word document or a damaged one.
    """
    with open_archive(data, source) as archive:
        members = archive.namelist()
        parts = [_part(read_member(archive, _BODY, source), _BODY, source)]
        parts += [_part(read_member(archive, note, source), note, source) for note in _NOTES if note in members]
        said = NOTHING_SAID
        if _PROPERTIES in members:
            said = dublin_core(parse_xml(read_member(archive, _PROPERTIES, source), _PROPERTIES, source))
    title = document_title(said.title, stem) or _styled_title(parts[0]) or stem
    text = "\n\n".join(filter(None, (block_text(part, _FORMAT) for part in parts)))
    return [Article(title, text, source, authors=said.authors, language=said.language)]


def _part(data: bytes, part: str, source: str) -> Any:
    """The tree of a part whose list items and hidden text are named so."""
    root = parse_xml(data.replace(_STRICT, _WORD[1:-1].encode()), part, source)
    for paragraph in root.iter(f"{_WORD}p"):
        style = _style(paragraph)
        if style.upper().startswith("TOC") and style[3:].isdigit():  # the table of contents
            paragraph.tag = _GONE
        elif style.startswith("List") or paragraph.find(f"{_WORD}pPr/{_WORD}numPr") is not None:
            paragraph.tag = _LIST_ITEM
    for hidden in list(root.iter(f"{_WORD}vanish")):
        run = hidden.getparent().getparent()
        if hidden.get(f"{_WORD}val", "1") not in _OFF and run is not None and run.tag == f"{_WORD}r":
            run.tag = _GONE
    for note in root.iter(f"{_WORD}footnote", f"{_WORD}endnote"):
        if note.get(f"{_WORD}type", "normal") != "normal":  # the line above the notes
            note.tag = _GONE
    return root


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    return "" if style is None else style.get(f"{_WORD}val", "")


def _styled_title(body: Any) -> str | None:
    """The paragraph that the writer made the title, else the first main heading."""
    for style in ("Title", "Heading1"):
        for paragraph in body.iter(f"{_WORD}p"):
            if _style(paragraph) == style and (text := block_text(paragraph, _FORMAT)):
                return " ".join(text.split())
    return None
