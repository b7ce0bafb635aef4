"""A repair never keeps vectors under another model's name."""

from pathlib import Path

import apsw
import pytest

from index.article import Article
from index.database import DATABASE_FILE, Database
from index.errors import LibraryNotFound, ModelMismatch
from index.facts import generation, set_fact
from index.library import Library
from index.page_checksums import checked_files
from index.passages import PassageSettings
from index.repair import repair
from tests.conftest import FakeEmbedder


@pytest.fixture
def closed(library: Library, articles: list[Article]) -> Library:
    library.add(articles)
    library.close()
    return library


def contents(folder: Path) -> set[str]:
    """What lies there, without what SQLite puts beside a file that is open."""
    return {path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))}


def test_the_vectors_of_the_same_model_are_kept(closed: Library) -> None:
    embedder = FakeEmbedder()
    assert repair(closed.folder, embedder).kept == 3
    assert embedder.embedded == 0


def test_another_model_is_not_needed_where_no_vector_was_lost(closed: Library) -> None:
    other = FakeEmbedder(weights="other")
    assert repair(closed.folder, other).kept == 3
    assert other.embedded == 0
    with Library.open(closed.folder, FakeEmbedder()) as library:
        assert library.check() == []


def test_another_model_is_refused_where_vectors_were_lost(closed: Library) -> None:
    connection = apsw.Connection(str(closed.folder / DATABASE_FILE), vfs=checked_files())
    connection.execute("UPDATE passages SET vector = zeroblob(length(vector)) WHERE id = 2")
    connection.close()
    before = contents(closed.folder)
    with pytest.raises(ModelMismatch, match="was embedded with fake, not with fake; repair it with that model"):
        repair(closed.folder, FakeEmbedder(weights="other"))
    assert contents(closed.folder) == before
    assert repair(closed.folder, FakeEmbedder()).kept == 3


def test_the_settings_are_those_that_it_was_made_with(
    tmp_path: Path, articles: list[Article], fake_embedder: FakeEmbedder
) -> None:
    settings = PassageSettings(24, 6)
    with Library.open(tmp_path / "library", fake_embedder, settings=settings) as library:
        library.add(articles)
    connection = apsw.Connection(str(tmp_path / "library" / DATABASE_FILE), vfs=checked_files())
    connection.execute("UPDATE passages SET vector = zeroblob(length(vector)) WHERE id = 2")
    connection.close()
    assert repair(tmp_path / "library", fake_embedder).kept == 3
    with Library.open(tmp_path / "library", fake_embedder, settings=settings) as library:
        assert library.check() == []


@pytest.mark.parametrize("value", ["no JSON", '{"name": "fake", "weights_sha256": "fajk"}', None])
def test_where_the_model_cannot_be_told_all_is_embedded_again(closed: Library, value: str | None) -> None:
    """As after damage: the page's checksum does not fit any more."""
    connection = apsw.Connection(str(closed.folder / DATABASE_FILE), vfs=checked_files())
    connection.execute("PRAGMA writable_schema = ON")
    if value is None:
        connection.execute("DELETE FROM facts WHERE name = 'embedder'")
    else:
        connection.execute("UPDATE facts SET value = ? WHERE name = 'embedder'", (value,))
    page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'facts'").get
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with (closed.folder / DATABASE_FILE).open("r+b") as stream:
        stream.seek(page * 4096 - 1)
        last = stream.read(1)[0]
        stream.seek(page * 4096 - 1)
        stream.write(bytes([last ^ 1]))
    embedder = FakeEmbedder()
    assert repair(closed.folder, embedder).kept == 3
    assert embedder.embedded > 0
    with Library.open(closed.folder, embedder) as library:
        assert library.check() == []


def test_the_settings_are_kept_where_the_model_cannot_be_told(
    tmp_path: Path, articles: list[Article], fake_embedder: FakeEmbedder
) -> None:
    settings = PassageSettings(24, 6)
    with Library.open(tmp_path / "library", fake_embedder, settings=settings) as library:
        library.add(articles)
        with library._access.writing() as connection:
            set_fact(connection, "embedder", "nonsense")
    assert repair(tmp_path / "library", fake_embedder).kept == 3
    with Library.open(tmp_path / "library", fake_embedder, settings=settings) as library:
        assert library.check() == []


def test_a_library_that_is_not_there_is_not_made(closed: Library) -> None:
    with pytest.raises(LibraryNotFound):
        repair(closed.folder / "none", FakeEmbedder())
    assert not (closed.folder / "none").exists()


def test_a_repaired_library_counts_on_from_the_damaged_ones_generation(closed: Library) -> None:
    """Two contents with one number would let a process that has the old vectors in memory keep them."""
    with Library.open(closed.folder, FakeEmbedder()) as library:
        for number in range(10):
            library.add([Article("", f"Version {number}.", "changing.txt")])
    database = Database(closed.folder)
    with database.reading() as connection:
        before = generation(connection)
    repair(closed.folder, FakeEmbedder())
    with database.reading() as connection:
        assert generation(connection) > before
    database.close()
