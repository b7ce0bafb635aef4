"""PDF documents, by PDFium: paragraphs in reading order, without what runs along at the edges of every page."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from typing import Any

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.metadata import document_title, language_code, names, one_line
from index.loaders.pdf_lines import Line, page_lines, text_height, without_running_lines
from index.loaders.pdf_paragraphs import paragraphs
from index.report import Rejection

_MOST_PAGES = 5_000
_MOST_CHARACTERS = 20_000_000
_LARGE = 1.2
"""Times the height of the text: the first lines of this size are the title."""
_LONGEST_TITLE = 200
_END, _END_ZONE = b"%%EOF", 2048
"""The last line of a PDF document, and the bytes in which it stands: some programs add a few."""
_PAGES_SEARCHED = 20
"""For pictures, where there is no text."""
_NOBODY = ("anonymous", "(anonymous)", "unknown", "unspecified", "(unspecified)", "administrator", "admin", "user")

# PDFium may be called by one thread at a time.
_LOCK = threading.Lock()


def parse_pdf(data: bytes, stem: str, source: str) -> list[Article | Rejection]:
    """One article of the document's text; `pages` has the offset at which each page begins, also those without text.

    The title is that of the document's properties, else the first large line. When the file was made says nothing of
    when its text was published, so `published` stays unknown. Scripts, forms and attached files are never opened.
    Raises InputRejected for a document that is locked, damaged, of pictures alone or too long.
    """
    if _END not in data[-_END_ZONE:]:  # PDFium would read what is there of it, and nobody would miss the rest
        raise InputRejected(RejectionReason.UNREADABLE, f"{source} breaks off before its end; get it anew.")
    with _LOCK:
        pages, said = _read(data, source)
    pages = without_running_lines(pages)
    text, beginnings = paragraphs(pages)
    return [
        Article(
            title=document_title(said["Title"], stem) or _large_lines(pages) or stem,
            text=text,
            source=source,
            authors=tuple(name for name in names(said["Author"]) if name.casefold() not in _NOBODY),
            language=language_code(said["Language"]),
            pages=beginnings,
        )
    ]


def _read(data: bytes, source: str) -> tuple[list[list[Line]], dict[str, str]]:
    """The lines of every page and the properties."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _not_opened(error, source) from error
    with document:
        if len(document) > _MOST_PAGES:
            raise InputRejected(
                RejectionReason.TOO_LARGE, f"{source} has more than {_MOST_PAGES:,} pages; split it into smaller files."
            )
        try:
            pages = _pages(document, source)
            if not any(pages):
                raise _without_text(document, source)
        except pypdfium2.PdfiumError as error:
            raise InputRejected(
                RejectionReason.UNREADABLE, f"{source} has a damaged page; open it and save it anew."
            ) from error
        said = {name: document.get_metadata_value(name) for name in ("Title", "Author")}
        return pages, said | {"Language": _language(document)}


def _pages(document: Any, source: str) -> list[list[Line]]:
    pages, characters = [], 0
    for number in range(len(document)):
        page = document[number]
        text_page = page.get_textpage()
        characters += text_page.count_chars()
        if characters > _MOST_CHARACTERS:
            raise InputRejected(
                RejectionReason.TOO_LARGE,
                f"{source} has more than {_MOST_CHARACTERS:,} characters; split it into smaller files.",
            )
        pages.append(page_lines(text_page))
        text_page.close()
        page.close()
    return pages


def _language(document: Any) -> str:
    import pypdfium2.raw as pdfium

    buffer = ctypes.create_string_buffer(64)
    size = pdfium.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer))
    return buffer.raw[: min(size, len(buffer))].decode("utf-16-le", "ignore").strip("\0")


def _not_opened(error: Any, source: str) -> InputRejected:
    import pypdfium2.raw as pdfium

    if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return InputRejected(RejectionReason.ENCRYPTED, f"{source} is locked by a password; save it without.")
    return InputRejected(RejectionReason.UNREADABLE, f"{source} is a damaged PDF document; open it and save it anew.")


def _without_text(document: Any, source: str) -> InputRejected:
    import pypdfium2.raw as pdfium

    pages = range(min(len(document), _PAGES_SEARCHED))
    pictures = any(next(document[page].get_objects([pdfium.FPDF_PAGEOBJ_IMAGE]), None) for page in pages)
    what = "holds images without text, as a scan does; let a program recognise its text (OCR)" if pictures else ""
    return InputRejected(RejectionReason.NO_TEXT, f"{source} {what or 'holds no text'}.")


def _large_lines(pages: Sequence[Sequence[Line]]) -> str | None:
    """The lines of the first page with text that are the largest, if they are larger than text is and follow on."""
    first = next(filter(None, pages), [])
    largest = max((line.height for line in first), default=0.0)
    if not first or largest < _LARGE * text_height(pages):
        return None
    start = next(place for place, line in enumerate(first) if line.height == largest)
    title = []
    for line in first[start:]:
        if line.height < 0.95 * largest:
            break
        title.append(line.text)
    text = one_line(" ".join(title))
    return text if text is not None and len(text) <= _LONGEST_TITLE else None
