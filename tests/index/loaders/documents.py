"""Documents made for tests: PDF by reportlab, zip archives from the XML that a test is about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

PROSE = [
    "The old bridge over the river was built in 1953 for trains and carts, and it has",
    "been the only way across for forty miles. The mayor said on Monday that an inter-",
    "national company would repair it, and that the office had looked for an efficient",
    "way to reroute the traffic. Nobody would wait for longer than twenty minutes.",
]
PARAGRAPH = (
    "The old bridge over the river was built in 1953 for trains and carts, and it has been the only way across for "
    "forty miles. The mayor said on Monday that an international company would repair it, and that the office had "
    "looked for an efficient way to reroute the traffic. Nobody would wait for longer than twenty minutes."
)

Words = tuple[float, float, str]
"""Points from the left and from the bottom of the page, and what is written there."""


def pdf(pages: Sequence[Iterable[Words]], sizes: Mapping[str, float] | None = None, **properties: str | None) -> bytes:
    """A document of these pages; `sizes` has the size of the letters of words that are not of 11 points."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, encrypt=properties.pop("password", None), lang=properties.pop("language", None))
    canvas.setTitle(properties.get("title") or "")
    canvas.setAuthor(properties.get("author") or "")
    for words in pages:
        for left, bottom, text in words:
            canvas.setFont("Helvetica", (sizes or {}).get(text, 11))
            canvas.drawString(left, bottom, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def written(lines: Sequence[str], top: float = 760, left: float = 72) -> list[Words]:
    """Lines of a column one below the other; an empty one is a gap between paragraphs."""
    return [(left, top - 14 * place, line) for place, line in enumerate(lines) if line]


def scan() -> bytes:
    """A document of one picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), "white")), 0, 0, 500, 700)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
)


def docx(body: str, core: str = "", before: str = "", **members: str | bytes) -> bytes:
    """A Word document of this body; `before` stands before its root, further members lie in `word/`."""
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"{before}<w:document {WORD}><w:body>{body}</w:body></w:document>",
            "docProps/core.xml": f"{CORE}{core}</cp:coreProperties>",
            **{f"word/{name}.xml": content for name, content in members.items()},
        }
    )


def paragraph(text: str, properties: str = "") -> str:
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
ODT = " ".join(
    f'xmlns:{prefix}="{_ODF}{name}:1.0"'
    for prefix, name in (
        *(("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("meta", "meta")),
        *(("svg", "svg-compatible"), ("manifest", "manifest")),
    )
)


def odt(body: str, meta: str = "", before: str = "", manifest: str = "") -> bytes:
    content = f"<office:body><office:text>{body}</office:text></office:body>"
    dublin = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"{before}<office:document-content {ODT} {dublin}>{content}</office:document-content>",
            "meta.xml": f"<office:document-meta {ODT} {dublin}><office:meta>{meta}</office:meta></office:document-meta>",
            "META-INF/manifest.xml": f"<manifest:manifest {ODT}>{manifest}</manifest:manifest>",
        }
    )


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def epub(chapters: Mapping[str, str], metadata: str = "", nav: str | None = None, **members: str | bytes) -> bytes:
    """An e-book of these chapters, by their files' names; `nav` is the name of the one that is the contents."""
    items = "".join(
        f'<item id="c{place}" href="{name}" media-type="application/xhtml+xml"{" properties=" + chr(34) + "nav" + chr(34) if name == nav else ""}/>'
        for place, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{place}"/>' for place in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": package,
            **{f"OEBPS/{name}": page for name, page in chapters.items()},
            **{f"META-INF/{name}.xml": content for name, content in members.items()},
        }
    )


def chapter(body: str, before: str = "<!DOCTYPE html>") -> str:
    head = "<head><title>Not the text</title><style>p {}</style></head>"
    return f'<?xml version="1.0" encoding="utf-8"?>{before}<html xmlns="http://www.w3.org/1999/xhtml">{head}<body>{body}</body></html>'


BOMB = (
    "<!DOCTYPE x ["
    + '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
"""Before a root element: entities that together are gigabytes."""
