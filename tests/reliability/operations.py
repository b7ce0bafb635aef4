"""Changes of a library, and the states that it passes through: what must be there after a change was cut short."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from index.article import Article
from index.database import DATABASE_FILE
from index.library import Library
from index.passages import PassageSettings
from index.reembed import reembed
from index.repair import repair
from index.vector_cache import VECTORS_FILE
from index.write_lock import LOCK_FILE
from tests.conftest import FakeEmbedder

SETTINGS = PassageSettings(max_tokens=12, overlap_tokens=0)  # each sentence of `article` is a passage
_LIMIT = 100
_REMAINING = {DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm", VECTORS_FILE, LOCK_FILE}
_REMAINING |= {"library.reembedding.lock"}

Versions = dict[str, int]
"""What a library holds: the version of each source."""
BEFORE: Versions = {"apple": 1, "birch": 1, "cedar": 1, "dahlia": 1}


def article(source: str, version: int, passages: int = 3) -> Article:
    """One version of a source; `word` stands in each of its passages and in no other article's."""
    sentences = [f"Here {word(source, version)} is told of in part {part} of {passages}." for part in range(passages)]
    return Article(str(version), " ".join(sentences), source)


def word(source: str, version: int) -> str:
    return f"{source}v{version}"


_ANEW: dict[str, Callable[[Library], object]] = {
    "compact": Library.compact,
    "reembed": lambda library: reembed(library.folder, library.embedder, settings=SETTINGS),
    "repair": lambda library: repair(library.folder, library.embedder, settings=SETTINGS),
}


@dataclass(frozen=True)
class Operation:
    """A change: `add` one by one, `batch` in one call, `remove`, or one of those that write the whole library anew.

    As JSON it travels to other processes.
    """

    kind: str
    versions: Versions = field(default_factory=dict)
    passages: int = 3

    def run(self, library: Library, acknowledge: Callable[[], None]) -> None:
        """Change the library; `acknowledge` is called once for each state that is reached for good."""
        articles = [article(source, version, self.passages) for source, version in self.versions.items()]
        if self.kind == "add":
            for each in articles:
                library.add([each])
                acknowledge()
        elif self.kind == "batch":
            library.add(articles, lambda _: acknowledge())
        elif self.kind == "remove":
            library.remove([each.id for each in articles])
            acknowledge()
        else:
            _ANEW[self.kind](library)
            acknowledge()

    def states(self, before: Versions) -> list[Versions]:
        """What the library holds before, and after each acknowledgement."""
        if self.kind in _ANEW:
            return [before, before]
        if self.kind == "remove":
            return [before, {source: version for source, version in before.items() if source not in self.versions}]
        states = [before]
        for source, version in self.versions.items():
            states.append({**states[-1], source: version})
        return states


def acknowledged_in(said: list[Any]) -> int:
    """How many states the operation that was begun last has acknowledged."""
    return list(takewhile(lambda message: message != ["begun"], said[::-1])).count(["acknowledged"])


def open_library(folder: Path) -> Library:
    return Library.open(folder, FakeEmbedder(), settings=SETTINGS)


def make_library(folder: Path, versions: Versions) -> None:
    """A library that holds those, and has deleted something before, so that there is something to compact."""
    with open_library(folder) as library:
        gone = article("gone", 0)
        library.add([gone, *(article(*version) for version in versions.items())])
        library.remove([gone.id])


class Copies:
    """Folders with the same library; folders that do not exist yet where it holds nothing."""

    def __init__(self, folder: Path, versions: Versions) -> None:
        self._original = folder / "original"
        self._number = 0
        if versions:
            make_library(self._original, versions)

    def new(self) -> Path:
        self._number += 1
        folder = self._original.with_name(f"copy{self._number}")
        if self._original.exists():
            shutil.copytree(self._original, folder)
        return folder


def contents(library: Library) -> Versions:
    """What the library holds, every text compared."""
    held = {}
    for summary in library.articles():
        stored = library.article(summary.id)
        held[stored.source] = int(stored.title)
        passages = stored.text.count(".")
        assert stored == article(stored.source, int(stored.title), passages)
    return held


def assert_whole(library: Library) -> Versions:
    """Every page, passage and word list is right, and each article is found; returns what the library holds."""
    assert [damage.message for damage in library.check() if VECTORS_FILE not in damage.message] == []
    held = contents(library)
    for source, version in held.items():
        assert found(library, source, version), f"{source} is stored but not found"
    return held


def found(library: Library, source: str, version: int) -> bool:
    """Whether a search for the word of that article gives all its passages.

    They need not be first: two words may be one to `FakeEmbedder`.
    """
    searched = word(source, version)
    hits = library.search(searched, _LIMIT)
    with_word = [hit.article for hit in hits if searched in hit.passage.text]
    return bool(with_word) and len(with_word) == min(_LIMIT, with_word[0].text.count("."))


def assert_recovers(folder: Path, possible: list[Versions], operation: Operation, last: Versions) -> None:
    """The library is in one of the possible states; the operation, begun again, leaves its last state; the next write, no rest."""
    with open_library(folder) as library:
        held = assert_whole(library)
        assert held in possible
        if operation.kind == "remove":
            operation = Operation("remove", {s: v for s, v in operation.versions.items() if s in held})
        operation.run(library, lambda: None)
        assert assert_whole(library) == last
        library.add([article("next", 1)])
        assert library.check() == []
    kept = {path.name for path in folder.glob("library.damaged-?.sqlite")} if operation.kind == "repair" else set()
    assert {path.name for path in folder.iterdir()} - kept <= _REMAINING
