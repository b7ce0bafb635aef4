"""PDF documents give paragraphs, pages and honest properties, or the reason why not."""

from __future__ import annotations

import re
import threading

import pytest
from documents import PARAGRAPH, PROSE, Words, pdf, scan, written

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders import pdf as pdf_module
from index.loaders import pdf_lines
from index.loaders.pdf import parse_pdf


def article(data: bytes, stem: str = "bridge") -> Article:
    (result,) = parse_pdf(data, stem, "/news/bridge.pdf")
    assert isinstance(result, Article)
    return result


def refusal(data: bytes) -> tuple[RejectionReason, str]:
    with pytest.raises(InputRejected) as caught:
        parse_pdf(data, "bridge", "/news/bridge.pdf")
    return caught.value.reason, str(caught.value)


def text(*pages: list[Words]) -> str:
    return article(pdf(pages)).text


def test_a_document_with_all_it_may_have() -> None:
    pages = [written([*PROSE, "", *PROSE]), written(PROSE)]
    data = pdf(pages, title="The bridge of Bremen", author="Jane Doe; John Roe", language="en-GB")
    whole = f"{PARAGRAPH}\n\n{PARAGRAPH}\n\n{PARAGRAPH}"
    assert article(data) == Article(
        title="The bridge of Bremen",
        text=whole,
        source="/news/bridge.pdf",
        authors=("Jane Doe", "John Roe"),
        language="en",
        pages=(0, whole.rindex("The old bridge")),
    )


def test_a_paragraph_goes_on_over_the_end_of_a_page_and_so_does_a_word() -> None:
    result = article(pdf([written(PROSE[:2]), written(PROSE[2:])]))
    assert result.text == PARAGRAPH
    assert [result.text[start:][:8] for start in result.pages] == ["The old ", "national"]


def test_every_page_has_an_offset_also_where_it_has_no_text() -> None:
    result = article(pdf([[], written(PROSE), [], written(["Then it was over."]), []]))
    end = len(result.text)
    assert result.text == f"{PARAGRAPH}\n\nThen it was over."
    assert result.pages == (0, 0, end - 17, end - 17, end)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["The inter-", "national bridge"], "The international bridge"),
        (
            ["It is a well-", "known bridge, and so well-known that"],
            "It is a well-known bridge, and so well-known that",
        ),
        (["The treaty of Abe-", "Smith was signed"], "The treaty of Abe-Smith was signed"),
        (["It was war (1939-", "1945) in Europe"], "It was war (1939-1945) in Europe"),
        (["All of the pre-", "and post-war bridges"], "All of the pre- and post-war bridges"),
        (["He came on Monday -", "so they say"], "He came on Monday - so they say"),
    ],
)
def test_words_divided_at_the_end_of_a_line(lines: list[str], expected: str) -> None:
    assert text(written(lines)) == expected


def test_ligatures_become_letters_and_what_is_no_character_goes() -> None:
    units = [0xFB03, ord("c"), 0xFB01, 0x2, 0xD83D, 0xDE00, 0xFFFE, 0xF0B7]
    assert pdf_lines._readable(units) == "fficfi\N{GRINNING FACE}•"


def test_headings_items_and_short_lines_keep_their_lines() -> None:
    lines = [*PROSE, "It is so.", "In brief", *PROSE[:1], "• one thing", "• another thing", "Yours,", "Ada"]
    rest = "\n".join(["In brief", PROSE[0], *lines[-4:]])
    assert text(written(lines)) == f"{PARAGRAPH} It is so.\n\n{rest}"


def test_indented_paragraphs_are_told_apart() -> None:
    lines = [(72.0 + 15 * (place % 4 == 0), 760 - 14.0 * place, line) for place, line in enumerate(PROSE * 2)]
    assert text(lines) == f"{PARAGRAPH}\n\n{PARAGRAPH}"


def test_columns_are_read_one_after_the_other() -> None:
    left = ["Left one is the", "first of the lines", "and goes on in"]
    right = ["the right column", "until it comes to", "its end."]
    assert text([*written(left), *written(right, left=320)]) == " ".join([*left, *right])


def test_what_runs_along_at_the_edges_is_left_out() -> None:
    def page(number: int) -> list[Words]:
        own = f"{['First', 'Second', 'Third', 'Fourth'][number]} page of 12 in the book, which says what it says."
        header = (72.0, 800.0, "The Daily Example, 4 May")
        return [header, (500.0, 800.0, f"Page {number + 7} of 99"), *written([own]), (300.0, 30.0, f"- {number + 7} -")]

    assert text(*map(page, range(4))).split("\n\n") == [
        f"{number} page of 12 in the book, which says what it says."
        for number in ("First", "Second", "Third", "Fourth")
    ]


def test_titles_of_chapters_beside_page_numbers_run_along_too() -> None:
    titles = ["Bread", "Bread", "Wine", "Wine", "Cheese"]
    pages = [[(72.0, 800.0, f"{title} {n + 3}"), *written(PROSE)] for n, title in enumerate(titles)]
    assert text(*pages) == "\n\n".join([PARAGRAPH] * 5)


def test_text_at_the_edges_stays_though_it_is_on_every_page() -> None:
    assert text(*[written(PROSE)] * 5) == "\n\n".join([PARAGRAPH] * 5)
    numbers = [written([f"There were {people} people on the bridge in that year."]) for people in (310, 2000, 4)]
    assert len(text(*numbers).split("\n\n")) == 3


def test_numbered_titles_of_chapters_stay() -> None:
    pages = [[(72.0, 800.0, f"Chapter {number}"), *written(PROSE)] for number in (1, 2, 3)]
    sizes = {f"Chapter {number}": 20.0 for number in (1, 2, 3)}
    assert re.findall(r"Chapter \d", article(pdf(pages, sizes)).text) == ["Chapter 1", "Chapter 2", "Chapter 3"]


@pytest.mark.parametrize(
    "title", ["", "Microsoft Word - bridge.doc", "bridge", "untitled", "report_v2.pdf", "(anonymous)"]
)
def test_a_title_that_a_program_gave_is_none(title: str) -> None:
    page = [(72.0, 800.0, "The Bridge"), (72.0, 775.0, "of Bremen"), *written(PROSE, top=740)]
    sizes = {"The Bridge": 24.0, "of Bremen": 24.0}
    assert article(pdf([page], sizes, title=title)).title == "The Bridge of Bremen"
    assert article(pdf([written(PROSE)], title=title)).title == "bridge"


def test_authors_that_are_nobody() -> None:
    assert article(pdf([written(PROSE)], author="anonymous")).authors == ()


def test_locked_documents() -> None:
    locked = (RejectionReason.ENCRYPTED, "/news/bridge.pdf is locked by a password; save it without.")
    assert refusal(pdf([written(PROSE)], password="secret")) == locked
    assert article(pdf([written(PROSE)], password="")).text == PARAGRAPH  # it opens without one


def test_a_scan_and_a_document_of_nothing() -> None:
    advice = "holds images without text, as a scan does; let a program recognise its text (OCR)."
    assert refusal(scan()) == (RejectionReason.NO_TEXT, f"/news/bridge.pdf {advice}")
    assert refusal(pdf([[]])) == (RejectionReason.NO_TEXT, "/news/bridge.pdf holds no text.")


def test_damaged_documents() -> None:
    whole = pdf([written(PROSE)] * 3)
    broken_off = "/news/bridge.pdf breaks off before its end; get it anew."
    damaged = "/news/bridge.pdf is a damaged PDF document; open it and save it anew."
    assert refusal(whole[: len(whole) // 2]) == (RejectionReason.UNREADABLE, broken_off)
    assert refusal(b"%PDF-1.7\n") == (RejectionReason.UNREADABLE, broken_off)
    assert refusal(b"%PDF-1.7\nwords\n%%EOF") == (RejectionReason.UNREADABLE, damaged)
    table = whole.index(b"xref\n")
    assert article(whole[:table] + b"x" * 9 + whole[table + 9 :]).text.startswith(PARAGRAPH)  # PDFium finds its way


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf([written(PROSE)] * 3)
    with monkeypatch.context() as patch:
        patch.setattr(pdf_module, "_MOST_PAGES", 2)
        assert refusal(data)[0] is RejectionReason.TOO_LARGE
    monkeypatch.setattr(pdf_module, "_MOST_CHARACTERS", 600)
    assert refusal(data)[0] is RejectionReason.TOO_LARGE


@pytest.mark.parametrize(("count", "reason"), [(b"9 ", "unreadable"), (b"1000000 ", "too_large")])
def test_a_document_that_counts_pages_it_has_not(count: bytes, reason: str) -> None:
    data = pdf([written(PROSE)])
    assert b"/Count 1 " in data
    assert refusal(data.replace(b"/Count 1 ", b"/Count " + count))[0] == reason


def test_threads_take_turns() -> None:
    data = pdf([written(PROSE)] * 5)
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(article(data).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 4
    assert len(set(texts)) == 1
