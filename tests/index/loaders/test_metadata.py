"""Whatever people write about an article becomes a fit value or None."""

from __future__ import annotations

from typing import Any

import pytest

from index.article import is_iso_date
from index.loaders.metadata import document_title, iso_date, language_code, names, one_line, web_address

ODD_VALUES: list[Any] = [None, True, False, [], {}, [[]], {"a": 1}, object(), b"bytes", float("nan"), "", " ", "\0"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2019", "2019"),
        (2019, "2019"),
        ("2019-04", "2019-04"),
        ("2019-04-25", "2019-04-25"),
        ("20190425", "2019-04-25"),
        ("2019/04/25", "2019-04-25"),
        (" 2019-4-5 ", "2019-04-05"),
        ("April 25, 2019", "2019-04-25"),
        ("Apr 25, 2019", "2019-04-25"),
        ("25 April 2019", "2019-04-25"),
        ("Thursday, April 25, 2019", "2019-04-25"),
        ("2019-04-25T10:30:00", "2019-04-25T10:30:00"),
        ("2019-04-25T10:30:00Z", "2019-04-25T10:30:00+00:00"),
        ("2019-04-25 10:30:00 +0200", "2019-04-25T10:30:00+02:00"),
        ("Thu, 25 Apr 2019 10:30:00 +0200", "2019-04-25T10:30:00+02:00"),
        ("Thu, 25 Apr 2019 10:30:00 GMT", "2019-04-25T10:30:00"),
        ("04/05/2019", None),  # April or May
        ("0000", None),
        ("0000-05", None),
        ("2019115", None),  # 15 January or 5 November
        ("201911", None),
        ("\N{DEVANAGARI DIGIT TWO}019", None),
        ("\N{DEVANAGARI DIGIT TWO}019-04-25", None),
        ("2019-04-25T10:3\N{DEVANAGARI DIGIT TWO}:00", None),
        ("2019-13", None),
        ("2019-02-30", None),
        ("1712101200000", None),  # milliseconds, not 10 December 1712
        ("next Tuesday", None),
        ("9" * 5000, None),
    ],
)
def test_dates(written: object, expected: str | None) -> None:
    assert iso_date(written) == expected
    assert expected is None or is_iso_date(expected)


@pytest.mark.parametrize("value", ODD_VALUES)
def test_values_of_any_type_give_none(value: object) -> None:
    assert iso_date(value) is None
    assert web_address(value) is None
    assert names(value) == ()


def test_one_line() -> None:
    assert one_line("  Kim\n to\tvisit\x1b[31m ") == "Kim to visit [31m"
    assert one_line(1984) == "1984"
    assert [one_line(value) for value in (None, True, ["a"], {"a": "b"}, "\0 \n")] == [None] * 5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Jane Doe", ("Jane Doe",)),
        ("Jane Doe; John Roe;", ("Jane Doe", "John Roe")),
        ("Doe, Jane", ("Doe, Jane",)),
        (["Jane Doe", " John\nRoe ", 7, None, ["nested"], {"name": "x"}], ("Jane Doe", "John Roe", "7")),
    ],
)
def test_names(value: object, expected: tuple[str, ...]) -> None:
    assert names(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://news.example.org/a?b=c", "https://news.example.org/a?b=c"),
        (" http://news.example.org ", "http://news.example.org"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("https://[broken", None),
        ("https://a b", None),
        ("The Daily Example", None),
    ],
)
def test_only_web_addresses_become_links(value: str, expected: str | None) -> None:
    assert web_address(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("en", "en"), ("en-GB", "en"), ("pt_BR", "pt"), ("EN", "en"), ("English", None), ("", None), (["en"], None)],
)
def test_language_codes(value: object, expected: str | None) -> None:
    assert language_code(value) == expected


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("The bridge\nof Bremen", "The bridge of Bremen"),
        ("Word and deed", "Word and deed"),
        ("Untitled: a life in pictures", "Untitled: a life in pictures"),
        ("1984", "1984"),
        ("bridge", None),
        ("Bridge.PDF", None),
        ("final report.docx", "final report.docx"),
        ("report_v2.docx", None),
        ("Microsoft Word - final report.docx", None),
        ("untitled", None),
        ("Unbenannt 1", None),
        ("Document1", None),
        ("PowerPoint Presentation", None),
        ("(unspecified)", None),
        ("***", None),
        ("x" * 501, None),
        ("", None),
        (None, None),
    ],
)
def test_titles_that_a_program_gave_are_none(value: object, title: str | None) -> None:
    assert document_title(value, "bridge") == title
