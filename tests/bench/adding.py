"""What adding articles costs beside embedding them: `python tests/bench/adding.py [ARTICLES]`.

Adds articles of 500 words (sentences of the starter library, shuffled by a seed) to a new library, and runs
`SentenceTransformer.encode` with its defaults on the same passages. The two take turns, so that noise hits both.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from sentence_transformers import SentenceTransformer

from index.article import Article
from index.library import Library
from index.passages import PassageSettings, split
from index.sentence_embedder import SentenceEmbedder
from index.sentences import sentence_spans
from qa.starter import starter_articles

TURN = 100  # articles that each side gets before the other's turn
WORDS = 500


def made_articles(count: int) -> list[Article]:
    """Articles of at least 500 words, the same at every run."""
    generator = random.Random(0)
    sentences = [
        article.text[start:end] for article in starter_articles() for start, end in sentence_spans(article.text)
    ]
    return [Article(f"Article {number}", made_text(generator, sentences), f"made/{number}") for number in range(count)]


def made_text(generator: random.Random, sentences: list[str]) -> str:
    """Random sentences up to 500 words, a blank line after every fourth."""
    chosen: list[str] = []
    words = 0
    while words < WORDS:
        chosen.append(generator.choice(sentences))
        words += len(chosen[-1].split())
    return "\n\n".join(" ".join(chosen[first : first + 4]) for first in range(0, len(chosen), 4))


def main() -> None:
    """Print both times, their ratio, and the most memory that was held."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    embedder = SentenceEmbedder()
    embedder.load()
    model = SentenceTransformer(str(embedder.folder), device="cpu", local_files_only=True)
    articles = made_articles(count)
    adding = encoding = 0.0
    passages = 0
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library", embedder) as library:
        for first in range(0, count, TURN):
            turn = articles[first : first + TURN]
            texts = [
                f"{passage.title}\n{passage.text}"
                for article in turn
                for passage in split(article, PassageSettings(), embedder.count_tokens)
            ]
            passages += len(texts)
            started = time.perf_counter()
            model.encode(texts)
            encoding += time.perf_counter() - started
            started = time.perf_counter()
            library.add(turn)
            adding += time.perf_counter() - started
            print(f"{first + len(turn)} articles, {passages} passages: ratio {adding / encoding:.3f}", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"add {adding:.1f} s, encode {encoding:.1f} s, ratio {adding / encoding:.3f}, peak memory {memory:.2f} GiB")


if __name__ == "__main__":
    main()
