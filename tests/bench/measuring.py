"""What a growing library costs and finds; each function is called in a process of its own."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from finding import POOL, Questions, first_by_words, ids_of, nearest_of_all, recall, times

from index.library import Library
from index.searching import nearest
from index.sentence_embedder import SentenceEmbedder
from index.word_search import WordSearch


@dataclass(frozen=True)
class Opened:
    """Seconds to the passages of a first question in a new process, and the most gigabytes that it held meanwhile."""

    seconds: float
    memory: float


@dataclass(frozen=True)
class Asked:
    """Milliseconds a question at the median and the 95th percentile, and recall of the first 20 passages."""

    search_p50: float
    search_p95: float
    meaning_p50: float
    meaning_p95: float
    words_p50: float
    words_p95: float
    meaning_recall: float
    words_recall: float


@dataclass(frozen=True)
class Added:
    """Seconds for one more article of 500 words, its model loaded before, and megabytes written to the disk."""

    seconds: float
    written: float


def open_and_ask(folder: Path, questions: Questions) -> Opened:
    """Open the library and find the passages of one question."""
    started = time.perf_counter()
    with questions.library(folder) as library:
        library.search(questions.texts[0], 10)
        seconds = time.perf_counter() - started
    return Opened(seconds, _of_process("status", "VmHWM") * 1024 / 1e9)


def ask(folder: Path, questions: Questions) -> Asked:
    """Ask all questions one by one, whole and each half of the search alone."""
    asked = range(len(questions.texts))
    with questions.library(folder) as library:
        whole = times(lambda place: library.search(questions.texts[place], 10), len(asked))
        with library._access.reading() as connection:
            assert connection is not None
            index = library._access.vectors.at(connection)

            def by_meaning(place: int) -> list[int]:
                return ids_of(nearest(connection, index, questions.vectors[place : place + 1], POOL)[0])

            def by_words(place: int, words: WordSearch | None = library._words) -> list[int]:
                return first_by_words(connection, words, questions.texts[place], len(index))

            every_word = [by_words(place, None) for place in asked]
            return Asked(
                *whole,
                *times(by_meaning, len(asked)),
                *times(by_words, len(asked)),
                recall([by_meaning(place) for place in asked], nearest_of_all(connection, questions)),
                recall([by_words(place) for place in asked], every_word),
            )


def add_one(folder: Path, number: int) -> Added:
    """Add an article that is not there yet, and count what was written."""
    from adding import made_articles  # brings models along, whose memory is not the library's

    embedder = SentenceEmbedder()
    embedder.load()
    article = made_articles(number + 1)[number]
    with Library.open(folder, embedder) as library:
        before = _written()
        started = time.perf_counter()
        library.add([article])
        return Added(time.perf_counter() - started, (_written() - before) / 1e6)


def _written() -> int:
    """Bytes that this process has had written to the disk."""
    return _of_process("io", "write_bytes")


def _of_process(file: str, name: str) -> int:
    """A number that Linux keeps of this process; getrusage's peak of memory would be that of its parent."""
    lines = Path(f"/proc/{os.getpid()}/{file}").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
