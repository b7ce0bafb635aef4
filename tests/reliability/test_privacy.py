"""What was removed is gone, and a library from somebody else runs nothing of its own."""

from __future__ import annotations

import ast
import uuid
from pathlib import Path

import apsw
import pytest
from damaging import SETTINGS, articles, contents

from index.article import Article
from index.database import DATABASE_FILE
from index.embedder import Embedder
from index.errors import LibraryCorrupt, LibraryError, LibraryLocked
from index.library import Library
from index.repair import repair
from index.vector_cache import VECTORS_FILE

ROOT = Path(__file__).parents[2]


def secret_article(secret: str) -> Article:
    return Article(
        f"About {secret}",
        f"Nobody knows {secret}word. The {secret} was never found. Others looked for {secret} too. " * 20,
        f"private/{secret}.txt",
        url=f"https://example.org/{secret}",
        site=f"{secret}.example.org",
        authors=(f"Author {secret}",),
    )


def traces(folder: Path, secret: str) -> list[str]:
    """The files in which a word is left, in whatever case."""
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.is_file() and secret.lower().encode() in path.read_bytes().lower()
    )


@pytest.fixture
def secret() -> str:
    return f"Zxq{uuid.uuid4().hex}"


def test_nothing_of_a_removed_article_is_left_after_compacting(
    small: Path, fake_embedder: Embedder, secret: str
) -> None:
    article = secret_article(secret)
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        library.add([article])
        library.search(f"Who looked for {secret}?", 3)
        assert traces(small, secret) == [DATABASE_FILE]
        library.remove([article.id])
        library.compact()
        assert traces(small, secret) == []
        assert library.check() == []
        assert len(library) == 12
    assert traces(small, secret) == []
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        assert library.search(f"Who looked for {secret}?", 3)
    assert traces(small, secret) == []


def test_an_older_version_is_gone_too(small: Path, fake_embedder: Embedder, secret: str) -> None:
    article = secret_article(secret)
    later = Article("Nothing", "Nothing to see here.", "later.txt")
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        library.add([Article(article.title, article.text, later.source, url=article.url)])
        library.add([later])
        library.compact()
    assert traces(small, secret) == []


def test_its_vectors_are_gone_as_well(small: Path, fake_embedder: Embedder, secret: str) -> None:
    article = secret_article(secret)
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        library.add([article])
        with library._access.reading() as connection:
            vectors = [v for (v,) in connection.execute("SELECT vector FROM passages ORDER BY id DESC LIMIT 3")]
        library.remove([article.id])
        library.compact()
    for path in small.iterdir():
        assert not any(vector in path.read_bytes() for vector in vectors)


def test_compacting_says_where_somebody_still_reads_the_old_pages(
    small: Path, fake_embedder: Embedder, secret: str
) -> None:
    with (
        Library.open(small, fake_embedder, settings=SETTINGS) as library,
        Library.open(small, fake_embedder, settings=SETTINGS) as other,
    ):
        library.add([secret_article(secret)])
        library.remove([secret_article(secret).id])
        with other._access.reading() as connection:
            connection.execute("SELECT count(*) FROM articles").fetchall()
            with pytest.raises(LibraryLocked):
                library.compact()
        library.compact()
    assert traces(small, secret) == []


FOREIGN = {
    "trigger": "CREATE TRIGGER t AFTER INSERT ON articles BEGIN DELETE FROM passages; END",
    "view": "CREATE VIEW v AS SELECT * FROM articles",
    "table": "CREATE TABLE extra (a)",
    "index": "CREATE INDEX i ON articles (length(text))",
    "virtual table": "CREATE VIRTUAL TABLE more USING fts5 (a)",
    "column": "ALTER TABLE articles ADD COLUMN extra TEXT DEFAULT 'x'",
    "generated column": "ALTER TABLE articles ADD COLUMN extra TEXT AS (upper(text))",
    "renamed column": "ALTER TABLE articles RENAME COLUMN url TO address",
    "missing table": "DROP TABLE words",
    "view in place of a table": "ALTER TABLE facts RENAME TO f; CREATE VIEW facts AS SELECT * FROM f",
    "default of a column": "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = "
    "replace(sql, 'language TEXT', 'language TEXT DEFAULT (hex(zeroblob(9)))') WHERE name = 'articles'",
}


@pytest.mark.parametrize("change", FOREIGN)
def test_tables_that_are_not_ours_are_refused_and_left(small: Path, fake_embedder: Embedder, change: str) -> None:
    path = small / DATABASE_FILE
    connection = apsw.Connection(str(path))
    connection.execute(FOREIGN[change])
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LibraryCorrupt, match="its tables are not those that this tool makes"):
        Library.open(small, fake_embedder, settings=SETTINGS)
    assert path.read_bytes() == before


def test_a_trigger_does_not_run_in_a_repair(small: Path, fake_embedder: Embedder) -> None:
    connection = apsw.Connection(str(small / DATABASE_FILE))
    connection.execute(FOREIGN["trigger"])
    connection.close()
    report = repair(small, fake_embedder, settings=SETTINGS)
    assert (report.kept, report.lost) == (12, ())
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        assert library.check() == []
        library.add([Article("New", "Nora knits nets.", "new.txt")])
        assert library.check() == []


@pytest.mark.parametrize("name", [VECTORS_FILE, "vectors.tmp", "library.lock"])
def test_a_link_in_the_folder_leads_to_no_write_elsewhere(
    small: Path, fake_embedder: Embedder, tmp_path: Path, name: str
) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"somebody else's")
    (small / name).unlink(missing_ok=True)
    (small / name).symlink_to(outside)
    try:
        with Library.open(small, fake_embedder, settings=SETTINGS) as library:
            library.search("Who repaired the harbour?", 3)
            library.add([Article("New", "Nora knits nets.", "new.txt")])
        assert not (small / name).is_symlink()  # so it is a name that an add writes to
    except LibraryError:
        assert name == "library.lock"
    assert outside.read_bytes() == b"somebody else's"


def test_a_library_that_is_a_link_is_the_one_it_leads_to(small: Path, fake_embedder: Embedder, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(small)
    assert contents(tmp_path / "link", fake_embedder) == contents(small, fake_embedder)
    assert len(contents(small, fake_embedder).listed) == len(articles())


def test_nothing_that_opens_a_library_can_run_what_is_in_it() -> None:
    """No pickle, no evaluation, no extension that a file could name."""
    for path in (ROOT / "index").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        assert not names & {"eval", "exec", "pickle", "__import__", "compile"}
        assert "load_extension" not in text
        assert "allow_pickle=True" not in text
