"""One library used by several threads and processes at once, some of which die."""

import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from index.article import Article
from index.database import Database
from index.embedder import Embedder
from index.errors import InputRejected
from index.library import Library

_PREPARE = """
import os, sys
from pathlib import Path
from conftest import FakeEmbedder
from index.article import Article
from index.library import Library

library = Library.open(Path(sys.argv[1]), FakeEmbedder())
name = sys.argv[2]
articles = [Article(name, f"{name}{number} is told of here.", f"{name}/{number}.txt") for number in range(20)]
"""


def start(folder: Path, name: str, code: str) -> "subprocess.Popen[str]":
    """Run `code` in another process, after `library` and twenty `articles` were made there."""
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(root), str(root / "tests")])
    return subprocess.Popen(
        [sys.executable, "-c", _PREPARE + code, folder, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def finish(process: "subprocess.Popen[str]", said: str = "") -> str:
    output, _ = process.communicate(said, timeout=60)
    return output


def test_two_processes_may_write_at_the_same_time(library: Library) -> None:
    """Also when both make the library: it does not exist yet."""
    writers = [start(library.folder, name, "for a in articles: library.add([a])") for name in ("left", "right")]
    assert [finish(writer) for writer in writers] == ["", ""]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(summary.source for summary in library.articles()) == sorted(
        f"{name}/{number}.txt" for name in ("left", "right") for number in range(20)
    )
    assert library.search("right7", 1)[0].article.source == "right/7.txt"


def test_three_processes_may_each_add_a_hundred_articles_at_once(library: Library) -> None:
    hundred = 'library.add([Article(name, f"{name}{n} is told of here.", f"{name}/{n}.txt") for n in range(100)])'
    writers = [start(library.folder, name, hundred) for name in ("left", "middle", "right")]
    assert [(finish(writer), writer.returncode) for writer in writers] == [("", 0)] * 3
    assert len(library) == 300
    assert library.check() == []


def test_who_reads_for_long_holds_up_one_commit_and_not_each(
    library: Library, articles: list[Article], fake_embedder: Embedder
) -> None:
    library.add(articles)
    with Library.open(library.folder, fake_embedder) as other, other._access.reading() as connection:
        assert connection is not None
        connection.execute("SELECT * FROM articles").fetchone()
        library.add([Article("", "The first one waits.", "first.txt")])
        began = time.monotonic()
        library.add([Article("", f"Number {number}.", f"{number}.txt") for number in range(10)])
        assert time.monotonic() - began < 3
    assert len(library) == 14


def test_another_process_sees_a_change_at_its_next_search(opened: Library, articles: list[Article]) -> None:
    reader = start(
        opened.folder,
        "reader",
        "for line in sys.stdin:\n    print(library.search('Nora knits nets', 1)[0].article.source, flush=True)\n",
    )
    assert reader.stdin is not None
    assert reader.stdout is not None

    def ask() -> str:
        reader.stdin.write("again\n")  # type: ignore[union-attr]
        reader.stdin.flush()  # type: ignore[union-attr]
        return reader.stdout.readline().strip()  # type: ignore[union-attr]

    new = Article("New", "Nora knits nets.", "new.txt")
    assert ask() in {article.source for article in articles}
    opened.add([new])
    assert ask() == "new.txt"
    opened.remove([new.id])
    assert ask() != "new.txt"
    finish(reader)
    assert reader.returncode == 0


def test_what_a_process_stored_before_it_died_stays(opened: Library) -> None:
    dying = start(
        opened.folder,
        "dying",
        "library.add(articles, lambda done: os.kill(os.getpid(), 9) if done == 7 else print(done, flush=True))",
    )
    assert finish(dying).split() == ["1", "2", "3", "4", "5", "6"]
    assert dying.returncode == -9
    assert [summary.source for summary in opened.articles()[3:]] == [f"dying/{number}.txt" for number in range(7)]
    assert opened.search("dying3", 1)[0].article.source == "dying/3.txt"
    opened.add([Article("", "Alive again.", "alive.txt")])
    assert len(opened) == 11


def test_a_process_that_dies_inside_a_transaction_leaves_nothing(opened: Library, articles: list[Article]) -> None:
    dying = start(
        opened.folder,
        "dying",
        "with library.transaction():\n"
        "    library.remove([library.articles()[0].id])\n"
        "    library.add(articles)\n"
        "    assert library.search('dying3', 1)[0].article.source == 'dying/3.txt'\n"
        "    os.kill(os.getpid(), 9)\n",
    )
    finish(dying)
    assert dying.returncode == -9
    assert [summary.source for summary in opened.articles()] == [article.source for article in articles]
    opened.add([Article("", "Alive again.", "alive.txt")])
    assert opened.search("alive", 1)[0].article.source == "alive.txt"


def test_threads_search_whole_versions_while_another_writes(library: Library, fake_embedder: Embedder) -> None:
    """All articles change together, so a search that mixed two versions would show it."""

    def version(number: int) -> list[Article]:
        return [Article(f"v{number}", f"Topic{place} at version v{number}.", f"{place}.txt") for place in range(8)]

    library.add(version(0))
    failures: list[BaseException | list[str]] = []
    done = threading.Event()

    def search(searched: Library) -> None:
        while not done.is_set():
            try:
                titles = [hit.article.title for hit in searched.search("topic version", 50)]
            except BaseException as error:
                failures.append(error)
                return
            if len(titles) != 8 or len(set(titles)) != 1:
                failures.append(titles)

    with Library.open(library.folder, fake_embedder) as other:
        threads = [threading.Thread(target=search, args=(searched,)) for searched in (library, library, other, other)]
        for thread in threads:
            thread.start()
        for number in range(1, 16):
            with library.transaction():
                library.add(version(number))
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert {hit.article.title for hit in library.search("topic", 50)} == {"v15"}


def test_threads_may_add_at_the_same_time(library: Library) -> None:
    def add(name: str) -> None:
        for number in range(10):
            library.add([Article(name, f"{name}{number} is here.", f"{name}/{number}.txt")])

    threads = [threading.Thread(target=add, args=(name,)) for name in ("left", "middle", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(library) == 30
    assert library.search("middle4", 1)[0].article.source == "middle/4.txt"


def test_questions_do_not_wait_for_another_process_that_writes(
    opened: Library, articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = threading.Event()
    locked = opened._access._database.locked

    def announced(**wait: float) -> AbstractContextManager[None]:
        waiting.set()
        return locked(**wait)

    monkeypatch.setattr(opened._access._database, "locked", announced)
    new = Article("New", "Nora knits nets.", "new.txt")
    with ThreadPoolExecutor(2) as pool:
        with Database(opened.folder).locked():
            adding = pool.submit(opened.add, [new])
            assert waiting.wait(5)
            assert pool.submit(len, opened).result(timeout=5) == 3
            hits = pool.submit(opened.search, "Who chairs the chess club?", 1).result(timeout=5)
            assert hits[0].article == articles[0]
            assert not adding.done()
        assert [summary.source for summary in adding.result(timeout=9).added] == ["new.txt"]
    assert opened.search("Nora knits", 1)[0].article == new


def test_a_library_that_was_made_anew_is_searched_with_its_own_vectors(
    opened: Library, articles: list[Article], fake_embedder: Embedder
) -> None:
    """The new file's generation and ids are those of the old one."""
    assert opened.search("Who chairs the chess club?", 1)[0].article == articles[0]
    shutil.rmtree(opened.folder)
    assert opened.articles() == []
    with Library.open(opened.folder, fake_embedder) as other:
        other.add(articles[::-1])
    best = opened.search("Ada chairs the chess club. The club meets on Friday.", 1)[0]
    assert best.article == articles[0]
    assert best.similarity > 0.8
    new = Article("New", "Nora knits nets.", "new.txt")
    opened.add([new])
    with Library.open(opened.folder, fake_embedder) as other:
        assert other.search("Nora knits", 1)[0].article == new


def test_an_article_that_another_writer_removed_meanwhile_is_missing(
    opened: Library, articles: list[Article], fake_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction = opened.transaction

    def late() -> AbstractContextManager[None]:
        with Library.open(opened.folder, fake_embedder) as other:
            other.remove([articles[1].id])
        return transaction()

    monkeypatch.setattr(opened, "transaction", late)
    with pytest.raises(InputRejected, match=f"No article has the id '{articles[1].id}'"):
        opened.remove([articles[0].id, articles[1].id])
    assert [summary.source for summary in opened.articles()] == ["chess.txt", "harbour.txt"]


def test_a_library_that_is_open_for_long_finds_no_damage_where_there_is_none(library: Library) -> None:
    """Its reader remembers which parts the word list has, while its writer merges them."""
    for number in range(40):
        library.add([Article("", f"Version {number} is told of here.", f"source{number % 3}")])
        assert library.check() == []
