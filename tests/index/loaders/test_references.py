"""Lists of references give their abstracts, and name the works that have none."""

from __future__ import annotations

import json
import time

import pytest

from index.article import Article
from index.errors import RejectionReason
from index.loaders.kinds import Kind, kind_of
from index.loaders.parsing import parse
from index.report import Rejection

SOURCE = "/works/list"
RIS = """TY  - JOUR
ID  - doe2019
TI  - On bridges
AU  - Doe, Jane
AU  - John Roe
T2  - Journal of Bridges
PY  - 2019
DA  - 2019/04/25/
LA  - en-GB
DO  - 10.1000/bridges
AB  - Bridges are long.
Some are wide.
ER  -

TY  - BOOK
TI  - A work without an abstract
PY  - 2001///
ER  -
"""


def csl(**changed: object) -> dict[str, object]:
    return {
        "id": "doe2019",
        "type": "article-journal",
        "title": "On bridges",
        "abstract": "Bridges are long.",
        "author": [{"family": "Doe", "given": "Jane"}, {"literal": "The Bridge Society"}],
        "issued": {"date-parts": [[2019, 4, 25]]},
        "container-title": "Journal of Bridges",
        "language": "en-GB",
        "URL": "https://example.org/bridges",
        **changed,
    }


def listed(*items: object) -> list[Article | Rejection]:
    return parse("list.json", json.dumps(items).encode(), SOURCE)


def only(*items: object) -> Article:
    (article,) = listed(*items)
    assert isinstance(article, Article)
    return article


def test_a_list_in_ris() -> None:
    assert parse("list.ris", RIS.replace("\n", "\r\n").encode(), SOURCE) == [
        Article(
            "On bridges",
            "Bridges are long.\nSome are wide.",
            f"{SOURCE}#doe2019",
            url="https://doi.org/10.1000/bridges",
            site="Journal of Bridges",
            published="2019-04-25",
            authors=("Jane Doe", "John Roe"),
            language="en",
            published_from="reference",
        ),
        Rejection(
            f"{SOURCE}#2",
            RejectionReason.NO_TEXT,
            f"Reference 2 of {SOURCE} was not taken: A work without an abstract has no abstract; add the work itself.",
        ),
    ]


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        ("PY  - 2019", "2019"),
        ("PY  - 2019///", "2019"),
        ("PY  - 2019/04//Spring", "2019-04"),
        ("Y1  - 2019/4/5", "2019-04-05"),
        ("PY  - 2019\nDA  - 2019-04-25", "2019-04-25"),
        ("PY  - 2019/02/31", "2019-02"),
        ("PY  - in press", None),
    ],
)
def test_dates_in_ris_are_as_precise_as_known(lines: str, published: str | None) -> None:
    (article,) = parse("list.ris", f"TY  - JOUR\n{lines}\nAB  - Words.\nER  - ".encode(), SOURCE)
    assert isinstance(article, Article)
    assert article.published == published
    assert article.published_from == (published and "reference")


def test_records_that_do_not_end_are_told_apart_by_their_beginnings() -> None:
    text = "AB  - Before.\nTY  - JOUR\nAB  - One.\nTY  - JOUR\nN2  - Two."
    found = parse("list", b"TY  - JOUR\nAB  - Zero.\nER  - \n" + text.encode(), SOURCE)
    assert [(item.source, item.text) for item in found if isinstance(item, Article)] == [
        (f"{SOURCE}#1", "Zero."),
        (f"{SOURCE}#2", "One."),
        (f"{SOURCE}#3", "Two."),
    ]


def test_a_list_in_csl_json() -> None:
    article = Article(
        "On bridges",
        "Bridges are long.",
        f"{SOURCE}#doe2019",
        url="https://example.org/bridges",
        site="Journal of Bridges",
        published="2019-04-25",
        authors=("Jane Doe", "The Bridge Society"),
        language="en",
        published_from="reference",
    )
    rejection = Rejection(
        f"{SOURCE}#2",
        RejectionReason.NO_TEXT,
        f"Item 2 of {SOURCE} was not taken: On tunnels has no abstract; add the work itself.",
    )
    assert listed(csl(), csl(id="x", title="On tunnels", abstract=None)) == [article, rejection]


@pytest.mark.parametrize(
    ("issued", "published"),
    [
        ({"date-parts": [["2019", "4"]]}, "2019-04"),
        ({"date-parts": [[2019]]}, "2019"),
        ({"date-parts": [[2019, 4, 25], [2019, 5, 1]]}, "2019-04-25"),
        ({"raw": "2019-04-25"}, "2019-04-25"),
        ({"date-parts": [[]]}, None),
        ({"date-parts": [[None]]}, None),
        ({"date-parts": {"a": 1}}, None),
        ("2019", None),
    ],
)
def test_dates_in_csl_json_are_as_precise_as_known(issued: object, published: str | None) -> None:
    assert only(csl(issued=issued)).published == published


def test_tags_that_publishers_leave_in_abstracts_are_taken_out() -> None:
    marked = "<jats:p>One &amp; <jats:italic>two</jats:italic>.</jats:p><jats:p>p &lt; 3.</jats:p>"
    assert only(csl(abstract=marked)).text == "One & two.\n\np < 3."
    assert only(csl(abstract="p < 0.05 and a > b")).text == "p < 0.05 and a > b"


def test_fields_of_the_wrong_type_are_passed_over() -> None:
    article = only(csl(author=[7, {"given": ["x"]}], URL="javascript:alert(1)", language=[1], id={"a": 1}))
    assert (article.authors, article.url, article.language, article.source) == ((), None, None, f"{SOURCE}#1")


def test_a_json_list_of_articles_is_taken_like_json_lines() -> None:
    assert listed({"title": "A", "text": "One."}, {"text": "Two.", "source": "two"}, 7, {"title": "C"}) == [
        Article("A", "One.", f"{SOURCE}#1"),
        Article("list", "Two.", "two"),
        *(
            Rejection(
                f"{SOURCE}#{number}",
                RejectionReason.FORMAT,
                f'Item {number} of {SOURCE} was not taken: It has neither a "text" nor the "type" and "title" of a work.',
            )
            for number in (3, 4)
        ),
    ]


def test_two_works_of_one_id_do_not_replace_each_other() -> None:
    taken, refused = listed(csl(), csl(abstract="Another."))
    assert isinstance(taken, Article)
    assert isinstance(refused, Rejection)
    assert refused.message.endswith(f"Its source {SOURCE}#doe2019 is also that of item 1; give each its own.")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.ris", b"Words."),
        ("a.json", b'{"text": "One."}'),
        ("a.json", b"[]"),
        ("a.json", b"[1,"),
        ("a.json", b"[" * 100_000),
    ],
)
def test_files_that_hold_no_list_are_refused(name: str, data: bytes) -> None:
    (rejection,) = parse(name, data, SOURCE)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is RejectionReason.FORMAT


def test_an_abstract_of_many_lines_takes_no_time() -> None:
    began = time.perf_counter()
    (article,) = parse("a.ris", b"TY  - JOUR\nAB  - One" + b"\nTwo." * 400_000, SOURCE)
    assert isinstance(article, Article)
    assert article.text.endswith("\nTwo.")
    assert time.perf_counter() - began < 5


def test_the_beginning_tells_ris() -> None:
    assert kind_of("list", RIS.encode()) is Kind.RIS
    assert kind_of("list.txt", RIS.encode()) is Kind.TEXT
