"""Filters: which passages pass, by the words of their articles, and that a search among them misses none."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from index import vector_cache, vectors
from index.article import Article
from index.errors import InputRejected
from index.filters import Filter
from index.library import Library

STORM = Article(
    "Storm",
    'The harbour closed after the storm. "We waited," said Élodie Marchand, who runs the ferry.\nThe lock\nheld.',
    "/news/storm.txt",
    url="https://www.bbc.co.uk/news/storm",
    site="BBC News",
    published="2024-03-05",
    authors=("Ann Lee", "Óscar Ruiz"),
    language="en",
    tags=("Weather", "harbour"),
)
ARTICLES = [
    STORM,
    replace(STORM, title="Month", source="/b", published="2024-03", site="Herald", url=None, tags=()),
    replace(STORM, title="Year", source="/c", published="2024", authors=(), language="fr", url=None, site=None),
    replace(STORM, title="Moment", source="/d", published="2024-03-05T10:30:00+00:00", site=None, url=None),
    replace(STORM, title="Undated", source="/e", published=None, authors=("Bo",), language=None, tags=("news",)),
    replace(STORM, title="Old", source="/f", published="2019-12-31", text="A harbour of old. The lock broke."),
]


@pytest.fixture
def filled(library: Library) -> Library:
    library.add(ARTICLES)
    return library


def titles(library: Library, **wanted: object) -> set[str]:
    found = library.search_filtered("What happened in the harbour?", 100, Filter(**wanted))  # type: ignore[arg-type]
    return {hit.article.title for hit in found.hits}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, {article.title for article in ARTICLES}),
        ({"after": "2024"}, {"Storm", "Month", "Year", "Moment"}),
        ({"after": "2024-03-05"}, {"Storm", "Month", "Year", "Moment"}),
        ({"after": "2024-03-06"}, {"Month", "Year"}),
        ({"after": "2025"}, set()),
        ({"before": "2024"}, {"Old"}),
        ({"before": "2024-03-05"}, {"Old", "Month", "Year"}),
        ({"before": "2024-03-06"}, {"Old", "Month", "Year", "Storm", "Moment"}),
        ({"after": "2019-12", "before": "2020"}, {"Old"}),
        ({"source": "bbc"}, {"Storm", "Undated", "Old"}),
        ({"source": "HERALD"}, {"Month"}),
        ({"source": "/d"}, {"Moment"}),
        ({"source": "%"}, set()),
        ({"author": "lee"}, {"Storm", "Month", "Moment", "Old"}),
        ({"author": unicodedata.normalize("NFD", "óscar")}, {"Storm", "Month", "Moment", "Old"}),
        ({"language": "FR"}, {"Year"}),
        ({"tag": "weather"}, {"Storm", "Year", "Moment", "Old"}),
        ({"tag": "weath"}, set()),
        ({"phrases": ("the lock held",)}, {"Storm", "Month", "Year", "Moment", "Undated"}),
        ({"phrases": ('"We waited," said',)}, {"Storm", "Month", "Year", "Moment", "Undated"}),
        ({"phrases": ("locks held",)}, set()),  # the same stems, but not the same words
        ({"phrases": ("held lock",)}, set()),
        ({"phrases": ("lock", "broke")}, {"Old"}),
        ({"phrases": (',"',)}, {"Storm", "Month", "Year", "Moment", "Undated"}),
        ({"tag": "news", "author": "bo", "source": "bbc.co.uk"}, {"Undated"}),
    ],
)
def test_what_passes(filled: Library, wanted: dict[str, object], expected: set[str]) -> None:
    assert titles(filled, **wanted) == expected


def test_what_is_left_out_is_told(filled: Library) -> None:
    question = "Whose lock of old broke?"
    (best,) = filled.search(question, 1)
    assert best.article.title == "Old"
    found = filled.search_filtered(question, 3, Filter(after="2024"))
    assert (found.best_left_out, found.undated) == (best, 1)
    found = filled.search_filtered(question, 3, Filter(before="2024"))
    assert (found.hits[0].article.title, found.best_left_out, found.undated) == ("Old", None, 1)
    assert filled.search_filtered(question, 3, Filter(tag="news")).undated == 0


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"after": "04/05/2019"}, "The date '04/05/2019' for after is not ISO 8601"),
        ({"before": ""}, "The date '' for before"),
        ({"source": ""}, "The filter source is empty"),
        ({"phrases": ("a", " ")}, "The filter phrase is empty"),
    ],
)
def test_a_filter_that_says_nothing_is_refused(wanted: dict[str, object], message: str) -> None:
    with pytest.raises(InputRejected, match=message):
        Filter(**wanted)  # type: ignore[arg-type]


def test_an_empty_library_has_nothing(library: Library) -> None:
    assert library.search_filtered("Who?", 3, Filter(after="2024")).hits == ()


PASSES: dict[str, Callable[[Article, str], bool]] = {
    "after": lambda article, value: article.published is not None and article.published >= value,
    "before": lambda article, value: article.published is not None and article.published < value,
    "source": lambda article, value: value in (article.site or ""),
    "author": lambda article, value: any(value in author for author in article.authors),
    "language": lambda article, value: article.language == value,
    "tag": lambda article, value: value in article.tags,
}


@pytest.mark.parametrize("is_exact", [True, False])
def test_random_filters_give_what_a_look_at_every_passage_gives(
    library: Library, is_exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_exact:
        monkeypatch.setattr(vector_cache, "EXACT", 100)
        monkeypatch.setattr(vectors, "_CELLS", 4)
        monkeypatch.setattr(vectors, "_LOOKED_INTO", 1)
    random = Random(7)
    articles = [
        Article(
            f"T{number}",
            " ".join(random.choice("harbour storm lock ferry chess club bread tower".split()) for _ in range(12)),
            f"{number}",
            site=random.choice(["BBC", "Herald", None]),
            published=random.choice([f"20{random.randrange(10, 25)}-0{random.randrange(1, 10)}-11", None]),
            authors=tuple(random.sample(["ann", "bo", "cy"], random.randrange(3))),
            language=random.choice(["en", "fr", None]),
            tags=tuple(random.sample(["x", "y"], random.randrange(2))),
        )
        for number in range(300)
    ]
    library.add(articles)
    values = {
        "after": "2017-01-01", "before": "2020-01-01", "source": "BBC", "author": "bo", "language": "en", "tag": "x",
    }  # fmt: skip
    for _ in range(40):
        wanted = {name: values[name] for name in random.sample(sorted(values), random.randrange(1, 4))}
        passing = {
            article.title for article in articles if all(PASSES[name](article, value) for name, value in wanted.items())
        }
        found = library.search_filtered("storm in the harbour", 300, Filter(**wanted))  # type: ignore[arg-type]
        assert {hit.article.title for hit in found.hits} == passing
