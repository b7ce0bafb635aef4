"""After damage: a check names it, a repair keeps what is whole, and nothing is ever left empty."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import apsw
import old_libraries
import pytest
from damaging import SETTINGS, Contents, articles, contents, copy, flip, make_library, outcome
from old_libraries import FOLDER

from index.article import Article
from index.database import DATABASE_FILE, Database
from index.embedder import Embedder
from index.errors import ArticleQAError, LibraryCorrupt, LibraryError, LibraryNotFound, NotALibrary
from index.facts import set_fact
from index.integrity import Damage, find_damage
from index.leftovers import COPIED_FOLDER
from index.library import Library
from index.repair import repair
from index.salvage import find_places, salvage
from index.vector_cache import VECTORS_FILE
from index.vectors import VectorIndex
from tests.conftest import FakeEmbedder

PAGE = 4096
Damaging = Callable[[bytes], bytes]


def flipped(count: int, seed: int) -> Damaging:
    def damage(data: bytes) -> bytes:
        changed, random = bytearray(data), Random(seed)
        for _ in range(count):
            changed[random.randrange(PAGE, len(data))] ^= 1 << random.randrange(8)
        return bytes(changed)

    return damage


def blank(page: int) -> Damaging:
    return lambda data: data[: page * PAGE] + bytes(PAGE) + data[(page + 1) * PAGE :]


DAMAGES: dict[str, Damaging] = {
    **{f"one bit, {seed}": flipped(1, seed) for seed in range(8)},
    **{f"ten bits, {seed}": flipped(10, seed) for seed in range(4)},
    **{f"page {page} blank": blank(page) for page in range(1, 12)},
    "cut to three quarters": lambda data: data[: len(data) * 3 // 4],
    "cut in half": lambda data: data[: len(data) // 2],
    "last byte lost": lambda data: data[:-1],
    "end is zeros": lambda data: data[: len(data) * 93 // 100].ljust(len(data), b"\0"),
}


def found(folder: Path, embedder: Embedder) -> list[Damage] | LibraryError:
    """What a check says, or the error of opening."""
    try:
        with Library.open(folder, embedder, settings=SETTINGS, read_only=True) as library:
            return library.check()
    except LibraryError as error:
        return error


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_check_finds_it_and_a_repair_keeps_what_is_whole(small: Path, fake_embedder: Embedder, damage: str) -> None:
    path = small / DATABASE_FILE
    damaged = DAMAGES[damage](path.read_bytes())
    path.write_bytes(damaged)
    assert found(small, fake_embedder) != []
    try:
        report = repair(small, fake_embedder, settings=SETTINGS)
    except LibraryCorrupt:  # nothing could be saved, so that nothing was changed
        assert path.read_bytes() == damaged
        return
    assert report.damaged.read_bytes() == damaged
    assert found(small, fake_embedder) == []
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        kept = [library.article(summary.id) for summary in library.articles()]
        assert report.kept == len(kept) > 0
        assert all(article in articles() for article in kept)
        assert library.search("Who repaired the harbour?", 1)[0].article in kept
    sources = {article.source for article in articles()}
    assert set(report.lost) & sources <= sources - {article.source for article in kept}
    assert len(kept) + len(report.lost) >= 12 or report.unknown


def test_a_repair_names_what_it_loses_or_says_that_there_may_be_more(
    fake_embedder: Embedder, tmp_path: Path, long: bool
) -> None:
    """Many pages in a row are gone, from the tables and from their indexes alike."""
    texts = [Article(f"T{n}", f"Here {n} is told of by nobody in the harbour. " * 12, f"{n}.txt") for n in range(200)]
    path = make_library(tmp_path / "many", fake_embedder, texts) / DATABASE_FILE
    written = path.read_bytes()
    pages = len(written) // PAGE
    silent = []
    for first in range(1, pages - 16, 1 if long else 5):
        path.write_bytes(written[: first * PAGE] + bytes(16 * PAGE) + written[(first + 16) * PAGE :])
        with Database(path.parent).reading_whatever() as connection:
            try:
                places = find_places(connection)
                kept = [found for found in salvage(connection, places) if not isinstance(found, str)]
            except apsw.Error:  # not even the list of tables is there
                continue
        if len(places.ids) < 200 and places.are_all:
            silent.append((first, len(kept), len(places.ids)))
    assert silent == []


@pytest.mark.parametrize(("lost", "kept"), [(1, 12), (5, 10)])
def test_pages_missing_at_the_end_cost_no_more_than_damaged_ones(
    small: Path, fake_embedder: Embedder, tmp_path: Path, lost: int, kept: int
) -> None:
    """SQLite by itself opens no file that is shorter than its header says."""
    written = (small / DATABASE_FILE).read_bytes()
    for damaged in (written[: -lost * PAGE], written[: -lost * PAGE].ljust(len(written), b"\0")):
        folder = copy(small, tmp_path / "damaged")
        (folder / DATABASE_FILE).write_bytes(damaged)
        report = repair(folder, fake_embedder, settings=SETTINGS)
        assert (report.kept, len(report.lost), report.unknown) == (kept, 12 - kept, False)


def test_a_changed_type_is_damage_as_any_other(fake_embedder: Embedder, tmp_path: Path) -> None:
    """One flipped bit of a row's header makes a text bytes, or a vector nothing."""
    path = make_library(tmp_path / "one", fake_embedder, articles()[:1]) / DATABASE_FILE
    connection = apsw.Connection(str(path))
    tables = "SELECT rootpage FROM sqlite_schema WHERE name IN ('articles', 'passages')"
    pages = [page - 1 for (page,) in connection.execute(tables)]
    connection.close()
    written = path.read_bytes()
    for place in (place for page in pages for place in range(page * PAGE, (page + 1) * PAGE) if written[place]):
        path.write_bytes(written)
        flip(path, place, 0)
        with Database(path.parent).reading_whatever() as connection:
            found = list(salvage(connection, find_places(connection)))
            looked_for = find_damage(connection)
        assert found == [] or isinstance(found[0], str) or found[0].article == articles()[0]
        assert isinstance(looked_for, list)


@pytest.mark.timeout(3600)
def test_one_flipped_bit_never_costs_more_than_the_articles_on_its_page(
    small: Path, whole: Contents, fake_embedder: Embedder, tmp_path: Path, long: bool
) -> None:
    """And where no article's own text is hit, nothing is lost and every answer is as before."""
    random, size = Random(8), (small / DATABASE_FILE).stat().st_size
    for _ in range(1000 if long else 30):
        damaged = copy(small, tmp_path / "damaged")
        flip(damaged / DATABASE_FILE, random.randrange(size), random.randrange(8))
        report = repair(damaged, fake_embedder, settings=SETTINGS)
        assert report.kept >= 9
        assert 12 - len(report.lost) == report.kept or report.unknown  # a row may be named that never was
        if not report.lost:
            assert outcome(damaged, fake_embedder, whole) == "same"


@pytest.mark.parametrize("came_to_be", ["new", "compacted", "upgraded", "upgraded and compacted"])
def test_a_lost_first_page_costs_nothing(fake_embedder: Embedder, small: Path, tmp_path: Path, came_to_be: str) -> None:
    """Without it SQLite reads nothing of the other pages."""
    folder = copy(FOLDER / "format-1" if "upgraded" in came_to_be else small, tmp_path / "damaged")
    settings = old_libraries.SETTINGS if "upgraded" in came_to_be else SETTINGS
    with Library.open(folder, fake_embedder, settings=settings) as library:
        library.add([Article("New", "Nora knits nets.", "new.txt")])
        if "compacted" in came_to_be:
            library.compact()
        before = [library.article(summary.id) for summary in library.articles()]
    path = folder / DATABASE_FILE
    path.write_bytes(bytes(PAGE) + path.read_bytes()[PAGE:])
    with pytest.raises(NotALibrary, match="qa repair keeps what is whole"):
        Library.open(folder, fake_embedder, settings=settings)
    embedded = fake_embedder.embedded
    report = repair(folder, fake_embedder)
    assert (report.kept, report.lost, report.unknown) == (len(before), (), False)
    assert fake_embedder.embedded == embedded
    with Library.open(folder, fake_embedder, settings=settings) as library:
        assert [library.article(summary.id) for summary in library.articles()] == before
        assert library.check() == []
    assert not (folder / COPIED_FOLDER).exists()


def test_a_lost_first_page_does_not_make_it_the_library_of_another_model(small: Path, fake_embedder: Embedder) -> None:
    path = small / DATABASE_FILE
    path.write_bytes(bytes(PAGE) + path.read_bytes()[PAGE:])
    other = FakeEmbedder(32, weights="other")
    report = repair(small, other)
    assert (report.kept, report.lost, other.embedded) == (12, (), 0)
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        assert library.check() == []


@pytest.mark.parametrize("bit", [0, 3, 4])
def test_a_wrong_number_of_pages_costs_nothing(small: Path, fake_embedder: Embedder, bit: int) -> None:
    flip(small / DATABASE_FILE, 31, bit)
    report = repair(small, fake_embedder, settings=SETTINGS)
    assert (report.kept, report.lost, report.unknown) == (12, (), False)


def test_the_log_of_an_empty_file_is_left_alone(small: Path, fake_embedder: Embedder) -> None:
    log = small / f"{DATABASE_FILE}-wal"
    log.write_bytes(b"what is left")
    (small / DATABASE_FILE).write_bytes(b"")
    for _ in range(2):
        with pytest.raises(LibraryNotFound, match="is empty; move the folder away"):
            Library.open(small, fake_embedder, settings=SETTINGS)
    assert log.read_bytes() == b"what is left"


def test_an_entry_of_the_index_that_leads_nowhere_costs_nothing(
    small: Path, fake_embedder: Embedder, tmp_path: Path
) -> None:
    """The row of an article stands behind its id in the index; in the table its title does."""
    id_ = articles()[4].id.encode()
    reports = []
    for place in re.finditer(id_, (small / DATABASE_FILE).read_bytes()):
        damaged = copy(small, tmp_path / "damaged")
        flip(damaged / DATABASE_FILE, place.end(), 4)
        reports.append(repair(damaged, fake_embedder, settings=SETTINGS))
    assert [report.kept + len(report.lost) for report in reports] == [12, 12]
    assert sorted(len(report.lost) for report in reports) == [0, 1]


def test_a_repaired_library_need_not_read_all_vectors_at_its_first_search(
    small: Path, fake_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(small / DATABASE_FILE, 5 * PAGE, 3)
    repair(small, fake_embedder, settings=SETTINGS)
    monkeypatch.setattr(VectorIndex, "add", lambda *_: pytest.fail("vectors were read from the library"))
    with Library.open(small, fake_embedder, settings=SETTINGS) as library:
        assert library.search("Who opened the bridge?", 3)


def test_a_check_names_the_article(small: Path, fake_embedder: Embedder) -> None:
    connection = apsw.Connection(str(small / DATABASE_FILE))
    connection.execute("UPDATE articles SET text = replace(text, 'Ada', 'Eve'), title = 'No' WHERE row = 3")
    connection.close()
    source = articles()[2].source
    said = found(small, fake_embedder)
    assert isinstance(said, list)
    assert source in {damage.source for damage in said}
    report = repair(small, fake_embedder, settings=SETTINGS)
    assert (report.kept, report.lost) == (11, (source,))


def test_a_check_names_the_cache_and_nothing_needs_repair(
    small: Path, whole: Contents, fake_embedder: Embedder
) -> None:
    flip(small / VECTORS_FILE, 3000, 1)
    said = found(small, fake_embedder)
    assert [VECTORS_FILE in damage.message for damage in said] == [True]  # type: ignore[union-attr]
    assert outcome(small, fake_embedder, whole) == "same"


def test_a_library_of_which_nothing_is_whole_is_left_as_it_is(tmp_path: Path, fake_embedder: Embedder) -> None:
    folder = make_library(tmp_path / "library", fake_embedder, articles()[:1])
    connection = apsw.Connection(str(folder / DATABASE_FILE))
    connection.execute("UPDATE articles SET text = 'other'")
    connection.close()
    before = (folder / DATABASE_FILE).read_bytes()
    with pytest.raises(LibraryCorrupt, match="so nothing was changed; restore it from a backup"):
        repair(folder, fake_embedder, settings=SETTINGS)
    assert (folder / DATABASE_FILE).read_bytes() == before


@pytest.mark.parametrize("damage", [lambda data: data[:0], lambda data: data[:16], lambda data: bytes(len(data))])
def test_what_is_no_database_any_more_is_refused_and_kept(
    small: Path, fake_embedder: Embedder, damage: Damaging
) -> None:
    path = small / DATABASE_FILE
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    for use in (lambda: contents(small, fake_embedder), lambda: repair(small, fake_embedder, settings=SETTINGS)):
        with pytest.raises(ArticleQAError):
            use()
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["generation", "embedder", "passages"])
def test_damaged_facts_are_found_and_repaired(small: Path, whole: Contents, fake_embedder: Embedder, name: str) -> None:
    """What is no number or no JSON any more is damage as any other: no unknown error reaches a caller."""
    with Database(small).writing() as connection:
        set_fact(connection, name, "nonsense")
    with Database(small).reading() as connection:
        assert [name in damage.message for damage in find_damage(connection)] == [True]
    assert outcome(small, fake_embedder, whole) in ("refused: LibraryCorrupt", "some refused")
    with pytest.raises(LibraryCorrupt), Library.open(small, fake_embedder, settings=SETTINGS) as library:
        library.add([Article("New", "Nora knits nets.", "new.txt")])
    report = repair(small, fake_embedder, settings=SETTINGS)
    assert (report.kept, report.lost, report.unknown) == (12, (), False)
    assert outcome(small, fake_embedder, whole) == "same"
