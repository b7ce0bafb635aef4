"""Every row of a table becomes an article or says why not."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.csv_table import parse_csv
from index.loaders.parsing import parse
from index.report import Rejection

SOURCE = "/news/all.csv"


def outcome(text: str) -> list[tuple[str, str]]:
    return [
        (item.source.removeprefix(SOURCE), item.text if isinstance(item, Article) else item.message.partition(": ")[2])
        for item in parse_csv(text, "all", SOURCE)
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_mean_what_fields_of_json_lines_mean(delimiter: str) -> None:
    rows = [
        ["Title", "TEXT", "source", "url", "site", "published", "authors", "language", "shoe size"],
        [
            "Kim",
            '"He" comes,\n\nlate; on\tWednesday.',
            "kim-1",
            "https://a.org/1",
            "The Daily",
            "2019-04",
            "Jane Doe; John Roe",
            "en-GB",
            "43",
        ],
        ["", "Two.", "", "", "", "", "", "", ""],
    ]
    text = "\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    assert parse("all.csv", text.encode(), SOURCE) == [
        Article(
            "Kim",
            '"He" comes,\n\nlate; on\tWednesday.',
            "kim-1",
            url="https://a.org/1",
            site="The Daily",
            published="2019-04",
            authors=("Jane Doe", "John Roe"),
            language="en",
            published_from="file",
        ),
        Article("all", "Two.", f"{SOURCE}#3"),
    ]


def test_a_header_with_semicolons_may_name_columns_with_commas() -> None:
    assert outcome("text;size, in cm\nOne, and two.;3") == [("#2", "One, and two.")]


def test_other_names_of_columns_and_a_table_of_tabs() -> None:
    (article,) = parse("all.tsv", b"id\tdate\tauthor\ttext\n7\tApril 25, 2019\tJane Doe\tOne.", SOURCE)
    assert article == Article(
        "all", "One.", f"{SOURCE}#7", published="2019-04-25", authors=("Jane Doe",), published_from="file"
    )


def test_rows_are_counted_as_a_spreadsheet_shows_them() -> None:
    assert outcome('text,title\n"One\nline.",A\n\n,B\nTwo.\n') == [
        ("#2", "One\nline."),
        ("#4", 'It has no "text" that is a string.'),
        ("#5", "Two."),
    ]


def test_a_text_with_commas_and_no_quotes_is_refused_rather_than_cut() -> None:
    assert outcome("title,text\nA,One, two.\nB,Three.,,") == [
        ("#2", "It has 3 cells for 2 columns; put double quotes around its texts."),
        ("#3", "Three."),
    ]


def test_a_quote_that_never_ends_does_not_swallow_the_rows_before() -> None:
    first, last = outcome('text\nOne.\n"Two.\nThree.\n')
    assert first == ("#2", "One.")
    assert last[0] == "#3"
    assert "double quotes" in last[1]


def test_a_source_that_stands_twice_is_refused_with_both_rows() -> None:
    assert outcome("source,text\na,One.\na,Two.")[1] == (
        "#3",
        "Its source a is also that of row 2; give each its own.",
    )


def test_a_table_of_nothing_but_names_is_empty() -> None:
    (rejection,) = parse("all.csv", b"text,title\n\n", SOURCE)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason.EMPTY


@pytest.mark.parametrize("text", ["title,body\nA,One.", "text,text\nOne.,Two.", '"text\nOne.'])
def test_tables_that_cannot_be_understood_are_refused(text: str) -> None:
    with pytest.raises(InputRejected) as caught:
        parse_csv(text, "all", SOURCE)
    assert caught.value.reason is RejectionReason.FORMAT


def test_long_texts_are_taken_and_the_limit_of_python_is_as_it_was() -> None:
    before = csv.field_size_limit()
    long = "word " * 100_000
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: outcome(f"text\n{long}"), range(8)))
    assert found == [[("#2", long)]] * 8
    with pytest.raises(InputRejected):
        parse_csv("title\nA", "all", SOURCE)
    assert csv.field_size_limit() == before


def test_a_text_without_words_is_refused() -> None:
    (rejection,) = parse_csv("text\n---", "all", SOURCE)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason.NO_TEXT
