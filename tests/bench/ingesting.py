"""What reading files costs beside embedding what they hold: `python tests/bench/ingesting.py [FILES]`.

Writes a folder of small text, Markdown, HTML and JSONL files (sentences of the starter library, shuffled by a seed),
adds it to a new library, and embeds the same passages alone. Both take turns by parts of the folder, so that noise
hits both. With `--chat` it asks questions meanwhile, and prints how long they take with parsing and without.
"""

from __future__ import annotations

import html
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.article import Article
from index.library import Library
from index.loaders import load
from index.loaders.sandbox import Sandbox
from index.passages import PassageSettings
from index.preparing import groups, prepare
from index.sentence_embedder import SentenceEmbedder
from index.sentences import sentence_spans
from qa import Assistant
from qa.starter import open_starter, starter_articles, starter_questions

TURN = 100  # files that each side gets before the other's turn
WORDS = 300
QUESTIONS = 24
MENU = '<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>'


def write_files(folder: Path, count: int) -> None:
    """So many files in folders of a hundred, the same at every run: of each kind as many."""
    generator = random.Random(0)
    sentences = [
        article.text[start:end] for article in starter_articles() for start, end in sentence_spans(article.text)
    ]
    for number in range(count):
        part = folder / f"{number // TURN:03}"
        part.mkdir(exist_ok=True)
        ending, write = list(WRITERS.items())[number % len(WRITERS)]
        content = write(f"Article {number}", _paragraphs(generator, sentences))
        (part / f"{number:05}{ending}").write_text(content, encoding="utf-8")


def _paragraphs(generator: random.Random, sentences: list[str]) -> list[str]:
    """Random sentences, four to a paragraph, up to 300 words."""
    chosen: list[str] = []
    words = 0
    while words < WORDS:
        chosen.append(" ".join(generator.choice(sentences).split()))
        words += len(chosen[-1].split())
    return [" ".join(chosen[first : first + 4]) for first in range(0, len(chosen), 4)]


def _text(title: str, paragraphs: list[str]) -> str:
    return "\n\n".join([title, *paragraphs])


def _markdown(title: str, paragraphs: list[str]) -> str:
    return "\n\n".join([f"---\ntitle: {title}\ndate: 2024-05-01\n---\n# {title}", *paragraphs])


def _page(title: str, paragraphs: list[str]) -> str:
    body = "".join(f"<p>{html.escape(paragraph)}</p>\n" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head><body>{MENU}"
        f"<article><h1>{title}</h1>{body}</article><footer>All rights reserved.</footer></body></html>"
    )


def _lines(title: str, paragraphs: list[str]) -> str:
    return json.dumps({"title": title, "text": "\n\n".join(paragraphs), "published": "2024-05-01"}) + "\n"


WRITERS: dict[str, Callable[[str, list[str]], str]] = {
    ".txt": _text,
    ".md": _markdown,
    ".html": _page,
    ".jsonl": _lines,
}


def compare(folder: Path) -> None:
    """Print the time to add the folder, to embed its passages alone, and their ratio."""
    embedder = SentenceEmbedder()
    embedder.load()
    adding = embedding = 0.0
    with (
        tempfile.TemporaryDirectory() as place,
        Library.open(Path(place) / "library", embedder) as library,
        Sandbox() as sandbox,
    ):
        parts = sorted(folder.iterdir())
        embed(embedder, articles_of(parts[0], sandbox)[:8])
        for part in parts:
            articles = articles_of(part, sandbox)
            started = time.perf_counter()
            passages = embed(embedder, articles)
            embedding += time.perf_counter() - started
            started = time.perf_counter()
            library.add(load(part))  # with its own processes, so their start is counted
            adding += time.perf_counter() - started
            print(f"{part.name}: {passages} passages, ratio so far {adding / embedding:.3f}", flush=True)
    print(f"add {adding:.1f} s, embed {embedding:.1f} s, ratio {adding / embedding:.3f}")


def articles_of(part: Path, sandbox: Sandbox) -> list[Article]:
    """The articles in a folder."""
    return [item for item in load(part, sandbox=sandbox) if isinstance(item, Article)]


def embed(embedder: SentenceEmbedder, articles: list[Article]) -> int:
    """Embed the passages as an add does, in the same groups; how many there are."""
    together = ([item for item in group if isinstance(item, Article)] for group in groups(articles))
    return sum(len(made.passages) for group in together for made in prepare(group, PassageSettings(), embedder))


def chat(folder: Path) -> None:
    """Print the 95th percentile of a question's time alone, and while the folder is parsed again and again."""
    alone: list[float] = []
    beside: list[float] = []
    with open_starter() as assistant:
        assistant.load()
        questions = starter_questions(QUESTIONS)[:QUESTIONS]
        ask(assistant, questions[:8])
        for first in range(0, len(questions), 8):
            turn = questions[first : first + 8]
            alone += ask(assistant, turn)
            with parsed_again_and_again(folder):
                beside += ask(assistant, turn)
    for name, percentile in (("median", 50), ("p95", 95)):
        before, meanwhile = (statistics.quantiles(seconds, n=100)[percentile - 1] for seconds in (alone, beside))
        print(
            f"{name}: alone {before * 1000:.0f} ms, beside parsing {meanwhile * 1000:.0f} ms, {meanwhile / before:.2f}x"
        )


def ask(assistant: Assistant, questions: list[str]) -> list[float]:
    """The seconds that each question takes, asked twice."""
    seconds = []
    for question in questions * 2:
        started = time.perf_counter()
        assistant.ask(question)
        seconds.append(time.perf_counter() - started)
    return seconds


@contextmanager
def parsed_again_and_again(folder: Path) -> Iterator[None]:
    """Parse the folder meanwhile, as often as there is time for."""
    done = threading.Event()

    def parse() -> None:
        with Sandbox() as sandbox:
            while not done.is_set():
                for _ in load(folder, sandbox=sandbox):
                    if done.is_set():
                        break

    parsing = threading.Thread(target=parse)
    parsing.start()
    time.sleep(0.5)
    try:
        yield
    finally:
        done.set()
        parsing.join()


def main() -> None:
    """Make the files, then measure."""
    options = [argument for argument in sys.argv[1:] if argument != "--chat"]
    with tempfile.TemporaryDirectory() as place:
        write_files(Path(place), int(options[0]) if options else 2000)
        (chat if "--chat" in sys.argv else compare)(Path(place))


if __name__ == "__main__":
    main()
