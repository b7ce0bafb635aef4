"""A small library to damage, the damages, and what came of one: the same answers, a typed error, or worse."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from index.article import Article
from index.embedder import Embedder
from index.errors import ArticleQAError
from index.library import Library
from index.passages import PassageSettings
from index.searching import Hit

SETTINGS = PassageSettings(24, 6)  # several passages even of a short article
MOST_SECONDS = 20.0  # for what takes milliseconds, on a machine that is busy with other things
_NAMES = "Ada Bruno Clara Dmitri Elena Farid Greta Hugo Ines Jonas Katya Liam".split()
_PLACES = "Arles Bremen Cork Delft Essen Faro Ghent Hull Imola Jena Kyiv Leeds".split()
_THINGS = "bridge harbour orchard theatre foundry library mill observatory quarry stadium tannery viaduct".split()
_DEEDS = ["opened the {}", "repaired the {} after the flood", "painted every door of the {}", "left the {} to the town",
          "counted the visitors of the {}", "closed the {} for two winters", "wrote a book about the {}"]  # fmt: skip

QUESTIONS = [f"Who {deed.format(thing)}?" for deed, thing in zip(_DEEDS * 2, _THINGS, strict=False)] + [
    f"What did {name} do in {place}?" for name, place in zip(_NAMES[:8], _PLACES[4:], strict=True)
]
"""Twenty."""


def articles(seed: int = 0) -> list[Article]:
    """Twelve articles of ten sentences each; another seed gives others about the same things."""
    random = Random(seed)
    return [
        Article(
            f"The {thing} of {place}",
            " ".join(
                f"In {random.randrange(1900, 2020)} {random.choice(_NAMES)} of {random.choice(_PLACES)} "
                f"{random.choice(_DEEDS).format(thing)}."
                for _ in range(10)
            ),
            f"{seed}/{thing}.txt",
            url=f"https://example.org/{seed}/{thing}",
            published="2024-05-01",
        )
        for thing, place in zip(_THINGS, _PLACES, strict=True)
    ]


def make_library(folder: Path, embedder: Embedder, texts: Iterable[Article]) -> Path:
    """A library of those articles, closed, with nothing but its three files."""
    with Library.open(folder, embedder, settings=SETTINGS) as library:
        library.add(texts)
    for name in ("library.sqlite-wal", "library.sqlite-shm"):
        assert not (folder / name).exists()
    return folder


@dataclass(frozen=True)
class Contents:
    """All that a library says: its list, its articles, and its answers; in the place of each an error where it is."""

    listed: Any
    articles: tuple[Any, ...]
    answers: tuple[Any, ...]

    def is_allowed(self, whole: Contents) -> bool:
        """Whether each part is that of the whole library or a typed error."""
        pairs = [(self.listed, whole.listed), *zip(self.articles, whole.articles, strict=False)]
        pairs += zip(self.answers, whole.answers, strict=True)
        return all(mine == right or isinstance(mine, ArticleQAError) for mine, right in pairs)


def contents(folder: Path, embedder: Embedder, questions: list[str] = QUESTIONS) -> Contents:
    """What the library in a folder says; an error that is not ours goes on to the caller."""
    with Library.open(folder, embedder, settings=SETTINGS, read_only=True) as library:
        listed = _or_error(lambda: tuple(library.articles()))
        found = () if isinstance(listed, ArticleQAError) else listed
        exported = tuple(_or_error(lambda id_=summary.id: library.article(id_)) for summary in found)
        together = _or_error(lambda: library.search_many(questions, 3))
        if isinstance(together, ArticleQAError):  # one question may meet the damage where another does not
            together = [_or_error(lambda asked=asked: library.search(asked, 3)) for asked in questions]
        return Contents(listed, exported, tuple(map(facts, together)))


def _or_error(look: Callable[[], Any]) -> Any:
    try:
        return look()
    except ArticleQAError as error:
        return error


def facts(hits: list[Hit] | ArticleQAError) -> Any:
    """What must not differ of an answer."""
    if isinstance(hits, ArticleQAError):
        return hits
    return tuple((hit.article, hit.passage, hit.score, hit.similarity) for hit in hits)


def outcome(folder: Path, embedder: Embedder, whole: Contents) -> str:
    """One word for what came of a damage; `different`, `slow` and an unknown exception are what must not be."""
    started = time.monotonic()
    try:
        seen = contents(folder, embedder)
    except ArticleQAError as error:
        return f"refused: {type(error).__name__}"
    except Exception as error:
        return f"unknown: {error!r}"
    if time.monotonic() - started > MOST_SECONDS:
        return "slow"
    if seen == whole:
        return "same"
    return "some refused" if seen.is_allowed(whole) else "different"


ALLOWED = ("same", "some refused", "refused: ")
"""What an outcome may begin with."""


def not_allowed(outcomes: dict[str, str]) -> dict[str, str]:
    """The damages, by name, whose outcome is none that may be."""
    return {damage: came for damage, came in outcomes.items() if not came.startswith(ALLOWED)}


Report = Callable[[str, object], None]
"""Writes a figure into the test report and shows it where tests may print."""


def counted(outcomes: dict[str, str], report: Report) -> Counter[str]:
    """How often each outcome came."""
    counts = Counter(outcomes.values())
    report("outcomes", dict(counts))
    return counts


def copy(library: Path, to: Path) -> Path:
    """A fresh copy of a library's folder, in the place of the last one."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(library, to)
    return to


def flip(path: Path, offset: int, bit: int) -> None:
    """Flip one bit of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))


Flip = tuple[str, int, int]
"""A file's name, an offset in it, a bit."""


def some_flips(library: Path, count: int, edge: int = 64, seed: int = 0) -> Iterator[Flip]:
    """The first and last `edge` bytes of each file, and `count` bits anywhere, each file as often as the others."""
    random = Random(seed)
    sizes = {path.name: path.stat().st_size for path in sorted(library.iterdir()) if path.stat().st_size}
    for name, size in sizes.items():
        for offset in sorted({*range(min(edge, size)), *range(max(0, size - edge), size)}):
            yield name, offset, random.randrange(8)
    for _ in range(count):
        name = random.choice(list(sizes))
        yield name, random.randrange(sizes[name]), random.randrange(8)
