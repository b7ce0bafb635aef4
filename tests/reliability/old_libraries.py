"""The articles and questions of the libraries that older versions wrote, one folder a format, and how to write one.

Run before a change of the format, with the code that still writes the old one:

    python tests/reliability/old_libraries.py tests/reliability/libraries/format-N
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from index.article import Article
from index.library import Library
from index.passages import PassageSettings

FOLDER = Path(__file__).parent / "libraries"
ANSWERS = "answers.json"
SETTINGS = PassageSettings(30, 8)
ARTICLES = [
    Article(
        "The lighthouse of Skarn",
        "The lighthouse of Skarn was lit in 1871. Its keeper, Marta Lind, climbed 214 steps every evening. In the storm "
        "of 1902 she kept the lamp burning for three days. The lighthouse has had no keeper since 1968.",
        "skarn.txt",
        url="https://example.org/skarn",
        published="2021-03-04",
        authors=("Per Holm", "Åsa Nyström"),
        language="en",
    ),
    Article(
        "A market for seeds",
        "Every March the growers of Velden trade seeds in the old riding school. Nobody pays with money. Last year 312 "
        "kinds of beans changed hands, among them the Black Widow of Ostrava. The market was begun by Ilse Brandt.",
        "seeds.md",
        site="velden.example",
        published="2019-04",
    ),
    Article(
        "The ferry that waits",
        "The ferry to Innis leaves when it is full. Captain Rory Kerr once waited nine hours for a wedding cake. The "
        "crossing takes twenty minutes, and dogs travel free.",
        "ferry.txt",
    ),
    Article(
        "Glass from sand",
        "The glassworks of Murlo melts sand from its own beach. The furnace reaches 1,420 degrees and has not gone out "
        "since 1954. Green bottles owe their colour to iron.",
        "glass.txt",
        published="2020",
    ),
    Article(
        "Ünïcode", "Zoë Müller naïvely ordered 12 crêpes in Köln — and got 21 🥞. She ate them all.", "unicode.txt"
    ),
    Article(
        "The clock of Dunmore",
        "The clock of Dunmore runs four minutes late on purpose. A mayor who kept missing his train had it set so in "
        "1911. Trains now leave by another clock.",
        "clock.txt",
        language="en",
    ),
]
NEW_ARTICLE = Article("New", "Nora knits nets.", "new.txt")
QUESTIONS = [
    "Who was the keeper of the lighthouse of Skarn?",
    "How many steps did Marta Lind climb?",
    "What did Captain Rory Kerr wait for?",
    "Who began the market for seeds?",
    "How hot is the furnace?",
    "Why are bottles green?",
    "What did Zoë Müller order?",
    "How late is the clock of Dunmore?",
    "When was the lamp kept burning for three days?",
    "Do dogs pay on the ferry?",
]


def answers(library: Library) -> list[list[list[Any]]]:
    """For each question the passages found: source, start, end, text, score and similarity."""
    return [
        [
            [
                hit.article.source,
                hit.passage.start,
                hit.passage.end,
                hit.passage.text,
                round(hit.score, 5),
                round(hit.similarity or 0.0, 5),
            ]
            for hit in hits
        ]
        for hits in library.search_many(QUESTIONS, 3)
    ]


def _make(folder: Path, embedder: Any) -> None:
    with Library.open(folder, embedder, settings=SETTINGS) as library:
        library.add([*ARTICLES, Article("Gone", "This one is removed.", "gone.txt")])
        library.remove([Article("Gone", "This one is removed.", "gone.txt").id])
        found = answers(library)
    (folder / ANSWERS).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "library.lock").unlink()


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("conftest", Path(__file__).parents[1] / "conftest.py")
    conftest = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(conftest)  # type: ignore[union-attr]
    _make(Path(sys.argv[1]), conftest.FakeEmbedder())
