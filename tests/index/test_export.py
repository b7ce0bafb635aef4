"""An export is a folder that an add reads back as the same articles."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import export as export_module
from index.article import Article
from index.database import DATABASE_FILE
from index.embedder import Embedder
from index.errors import DiskFull, InputRejected, LibraryError, LibraryNotFound
from index.export import ExportReport, export, file_name
from index.library import Library
from index.loaders import load
from index.page_checksums import checked_files

CHARACTERS = st.characters(exclude_categories=["Cs"])
ARTICLES = st.builds(
    Article,
    title=st.text(CHARACTERS),
    text=st.text(CHARACTERS).map(lambda text: f"{text}a{text}"),
    source=st.text(CHARACTERS, min_size=1),
    site=st.none() | st.text(CHARACTERS),
    authors=st.lists(st.text(CHARACTERS), max_size=2).map(tuple),
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_export_is_added_as_the_same_articles(
    library: Library, articles: list[Article], fake_embedder: Embedder, tmp_path: Path
) -> None:
    library.add(articles)
    done: list[int] = []
    assert export(library.folder, tmp_path / "deep" / "out", done.append) == ExportReport(3)
    assert done == [1, 2, 3]
    assert stat.S_IMODE((tmp_path / "deep" / "out").stat().st_mode) == 0o700
    with Library.open(tmp_path / "again", fake_embedder) as again:
        assert len(again.add(load(tmp_path / "deep" / "out")).added) == 3
        for article in articles:
            assert again.article(article.id) == article
    assert len(library.add(load(tmp_path / "deep" / "out")).unchanged) == 3


@settings(max_examples=25)
@given(st.lists(ARTICLES, max_size=4, unique_by=lambda article: article.source))
def test_every_library_comes_back(articles: list[Article]) -> None:
    from tests.conftest import FakeEmbedder

    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder) / "library", FakeEmbedder()) as library:
            library.add([Article("One", "Words.", "one"), *articles])
        export(Path(folder) / "library", Path(folder) / "out")
        found = {item.source: item for item in load(Path(folder) / "out")}
    assert found == {"one": Article("One", "Words.", "one")} | {article.source: article for article in articles}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Putin and Kim meet", "putin-and-kim-meet-"),
        ("../../etc/passwd", "etc-passwd-"),
        (".hidden", "hidden-"),
        ("CON", "con-"),
        ('a<b>:"/\\|?*\0\n\x1b[2J b_c', "a-b-2j-b-c-"),
        ("Über 北京", "über-北京-"),
        ("— …", ""),
        ("", ""),
        ("é" * 200, "é" * 60 + "-"),
        ("a" + "é" * 200, "a" + "é" * 59 + "-"),
    ],
)
def test_names_tell_the_title_and_are_safe(title: str, name: str) -> None:
    article = Article(title, "Words.", "source")
    assert file_name(article) == f"{name}{article.id}.md"
    assert len(file_name(article).encode()) < 200


def test_articles_of_one_title_have_files_of_their_own(library: Library, tmp_path: Path) -> None:
    library.add([Article(title, "Words.", f"{n}") for n, title in enumerate(["News", "news", "NEWS"])])
    assert export(library.folder, tmp_path / "out").written == len(names(tmp_path / "out")) == 3


@pytest.mark.parametrize("used", ["file", "folder"])
def test_what_is_there_is_left_alone(library: Library, articles: list[Article], tmp_path: Path, used: str) -> None:
    library.add(articles)
    out = tmp_path / "out"
    if used == "file":
        out.write_text("precious")
    else:
        out.mkdir()
        (out / "letter.txt").write_text("precious")
    with pytest.raises(InputRejected, match=r"out is there and not an empty folder; name a new one\."):
        export(library.folder, out)
    assert used == "file" or names(out) == ["letter.txt"]


def test_an_export_that_is_stopped_leaves_no_files(library: Library, articles: list[Article], tmp_path: Path) -> None:
    library.add(articles)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(library.folder, tmp_path / "out", stop)
    assert not (tmp_path / "out").exists()
    assert export(library.folder, tmp_path / "out").written == 3


def test_files_in_a_folder_that_was_there_are_for_their_owner_alone(
    library: Library, articles: list[Article], tmp_path: Path
) -> None:
    library.add(articles)
    (tmp_path / "out").mkdir(mode=0o755)
    export(library.folder, tmp_path / "out")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o600}


def test_all_is_on_the_disk_at_the_end(
    library: Library, articles: list[Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(articles)
    flushed: list[str] = []
    for name in ("flush", "flush_folder"):
        monkeypatch.setattr(export_module, name, lambda path: flushed.append(path.name))
    export(library.folder, tmp_path / "out")
    assert sorted(flushed[:-1]) == names(tmp_path / "out")
    assert flushed[-1] == "out"


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EIO, LibraryError)])
def test_what_the_system_refuses_is_told_as_an_error_of_ours(
    library: Library,
    articles: list[Article],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[LibraryError],
) -> None:
    library.add(articles)

    def fail(path: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(export_module, "flush", fail)
    with pytest.raises(kind, match="out"):
        export(library.folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_needs_a_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFound):
        export(tmp_path / "none", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_damaged_article_is_named_and_the_others_are_written(
    library: Library, articles: list[Article], tmp_path: Path
) -> None:
    library.add(articles)
    library.close()
    connection = apsw.Connection(str(library.folder / DATABASE_FILE), vfs=checked_files())
    connection.execute("UPDATE articles SET text = 'Changed.' WHERE source = 'bakery.txt'")
    connection.close()
    report = export(library.folder, tmp_path / "out")
    assert (report.written, report.damaged) == (2, ("bakery.txt",))
    assert {item.source for item in load(tmp_path / "out")} == {"chess.txt", "harbour.txt"}


def test_an_article_that_no_add_would_take_is_written_and_named(
    library: Library, articles: list[Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add([*articles, replace(articles[0], text="Ada. " * 200, source="long.txt")])
    monkeypatch.setattr(export_module, "MAX_BYTES", 1000)
    assert export(library.folder, tmp_path / "out") == ExportReport(4, too_large=("long.txt",))
