"""How a library grows: what a user waits for, and what is found, at 10,000, 100,000 and 1,000,000 passages.

    python tests/bench/growth.py squad11-train.json.gz squad11-part-b.json.gz --json growth.json

The first test set gives real passages, after which any number is made (see `growing.py`), the second real questions
with their passages. One library grows from size to size, and each figure is measured in a new process. Recall is that
of the first 20 passages: by meaning against all vectors, by words against the query with every word.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
from choosing import choices
from finding import Questions
from growing import GrowingCorpus, RealPassages, nearest
from measuring import Added, Asked, Opened, add_one, ask, open_and_ask

from index import vector_rows
from index.files import folder_size
from index.library import Library
from index.sentence_embedder import SentenceEmbedder
from qa.evaluation.datasets import Example, load_test_set

SIZES = [10_000, 100_000, 1_000_000]
REAL_PASSAGES = 8_000
QUESTIONS = 500
GROUP = 1_000  # articles stored in one transaction
LIKENESS = 1_000  # passages whose neighbours are compared
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Growth:
    """A row of the table; `stored` is the seconds since the row before, without embedding, `disk` gigabytes."""

    passages: int
    articles: int
    stored: float
    disk: float
    opened: Opened
    asked: Asked
    added: Added


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("passages", type=Path, metavar="PASSAGES")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N")
    parser.add_argument("--folder", type=Path, help="where the library is made; it takes 4 GB a million passages")
    parser.add_argument("--choose", action="store_true", help="compare kinds of index and limits at the largest size")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    embedder = SentenceEmbedder()
    questions, real = embed(load_test_set(options.questions), load_test_set(options.passages), embedder)
    corpus = GrowingCorpus(real)
    show_likeness(corpus, real, questions)
    rows: list[Growth] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
        folder = Path(temporary) / "library"
        for size in sorted(options.sizes):
            stored = grow(folder, embedder, corpus, size)
            rows.append(measured(folder, questions, size, stored))
            print(json.dumps(asdict(rows[-1])), flush=True)
        for choice in in_new_process(choices, folder, questions) if options.choose else ():
            print(
                f"{choice.name:40} {choice.megabytes:6.0f} MB, built in {choice.build:4.0f} s, "
                f"{choice.p50:5.1f} / {choice.p95:5.1f} ms, recall {choice.recall:.3f}"
            )
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")


def embed(asked: list[Example], other: list[Example], embedder: SentenceEmbedder) -> tuple[Questions, RealPassages]:
    """Questions, and real passages with theirs among them, with the vectors of all."""
    chosen = random.Random(0)
    examples = chosen.sample(asked, min(QUESTIONS, len(asked)))
    own = list(dict.fromkeys(example.context for example in asked if example.context))
    more = sorted({example.context for example in other if example.context} - set(own))
    texts = tuple(own + chosen.sample(more, max(0, min(REAL_PASSAGES - len(own), len(more)))))
    asking = tuple(dict.fromkeys(example.question for example in examples))
    passages = RealPassages(texts, embedder.embed_passages([""] * len(texts), texts))
    return Questions(asking, embedder.embed_questions(asking), embedder.fingerprint), passages


def show_likeness(corpus: GrowingCorpus, real: RealPassages, questions: Questions) -> None:
    """Print how near neighbours are among real passages, and among as many made ones."""
    made = corpus.vectors(np.random.default_rng(1).integers(len(real.texts), size=len(real.texts)))
    print("cosine of the nearest passage to a passage, of the twentieth to a question; at 5, 25, 50, 75, 95 %")
    for name, vectors in (("real", real.vectors), ("made", made)):
        among = nearest(vectors, vectors[:LIKENESS], 2)[1][:, 1]
        asked = nearest(vectors, questions.vectors, 20)[1][:, 19]
        print(
            name, *(np.quantile(cosines, [0.05, 0.25, 0.5, 0.75, 0.95]).round(2).tolist() for cosines in (among, asked))
        )


def grow(folder: Path, embedder: SentenceEmbedder, corpus: GrowingCorpus, size: int) -> float:
    """Store made articles until the library has `size` passages; returns the seconds that storing took."""
    seconds = 0.0
    with Library.open(folder, embedder) as library:
        articles = corpus.articles(size - passages_in(library))
        while group := list(islice(articles, GROUP)):
            started = time.perf_counter()
            with library._access.writing():
                for article in group:
                    library.store(article)
            seconds += time.perf_counter() - started
        started = time.perf_counter()
        library.save_vectors()
        return seconds + time.perf_counter() - started


def passages_in(library: Library) -> int:
    """How many passages a library holds."""
    with library._access.reading() as connection:
        return 0 if connection is None else vector_rows.count(connection)


def measured(folder: Path, questions: Questions, size: int, stored: float) -> Growth:
    """Measure a library of that size; the article that is added for it stays."""
    opened = in_new_process(open_and_ask, folder, questions)
    asked = in_new_process(ask, folder, questions)
    added = in_new_process(add_one, folder, size)
    with Library.open(folder, SentenceEmbedder()) as library:
        articles = len(library)
    return Growth(size, articles, stored, folder_size(folder) / 1e9, opened, asked, added)


def in_new_process(measure: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """What a function returns that is called in a process which has done nothing before."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, *arguments, **options).result()


def table(rows: list[Growth]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| passages | articles | disk | memory | open | store | add one | by meaning | by words | search | recall |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.passages:,} | {row.articles:,} | {row.disk:.2f} GB | {row.opened.memory:.2f} GB "
        f"| {row.opened.seconds:.2f} s | {row.stored:.0f} s | {row.added.seconds:.2f} s "
        f"| {row.asked.meaning_p50:.0f} / {row.asked.meaning_p95:.0f} ms "
        f"| {row.asked.words_p50:.0f} / {row.asked.words_p95:.0f} ms "
        f"| {row.asked.search_p50:.0f} / {row.asked.search_p95:.0f} ms "
        f"| {row.asked.meaning_recall:.3f}, {row.asked.words_recall:.3f} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
