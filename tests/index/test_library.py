"""The library: adding, removing, searching, and what is refused at the door."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from index import preparing, records
from index.article import Article
from index.database import DATABASE_FILE
from index.embedder import Embedder
from index.errors import (
    DiskFull,
    FormatTooNew,
    InputRejected,
    LibraryCorrupt,
    LibraryReadOnly,
    ModelMismatch,
    NotALibrary,
    RejectionReason,
)
from index.library import Library
from index.opening import NEW_FILE
from index.passages import PassageSettings
from index.repair import repair
from index.report import AddReport, ArticleSummary, Rejection
from index.searching import Hit
from index.vector_cache import VECTORS_FILE
from index.write_lock import LOCK_FILE

REJECTION = Rejection("bad.pdf", RejectionReason.TYPE, "bad.pdf is not a text.")
QUESTIONS = [
    "Who chairs the chess club?",
    "What closed after the storm?",
    "Where does Bruno bake bread?",
    "harbour lock",
]


def facts(hits: list[Hit]) -> list[tuple[str, int, int, float, float]]:
    return [(hit.article.id, hit.passage.start, hit.passage.end, hit.score, hit.similarity) for hit in hits]


def sources(library: Library) -> list[str]:
    return [summary.source for summary in library.articles()]


def edit(library: Library, statement: str) -> None:
    """Change the file behind the library's back."""
    connection = apsw.Connection(str(library.folder / DATABASE_FILE))
    connection.execute(statement)
    connection.close()


# Adding


def test_new_changed_and_unchanged_articles_are_told_apart(library: Library, articles: list[Article]) -> None:
    chess, bakery, harbour = articles
    assert library.add([chess, bakery]) == AddReport(added=(ArticleSummary.of(chess), ArticleSummary.of(bakery)))
    later = replace(bakery, text="Bruno has closed.")
    assert library.add([chess, later, harbour]) == AddReport(
        added=(ArticleSummary.of(harbour),), changed=(ArticleSummary.of(later),), unchanged=(ArticleSummary.of(chess),)
    )
    assert len(library) == 3
    assert library.article(bakery.id) == later
    assert sources(library) == ["chess.txt", "bakery.txt", "harbour.txt"]


def test_a_changed_article_is_found_by_its_new_words_only(opened: Library, articles: list[Article]) -> None:
    opened.add([replace(articles[1], text="Clara carves cellos.")])
    assert opened.search("Who carves cellos?", 1)[0].passage.text == "Clara carves cellos."
    assert not any("Bruno" in hit.passage.text for hit in opened.search("Bruno bakes bread", 10))


def test_unchanged_articles_are_not_embedded_again(
    library: Library, articles: list[Article], fake_embedder: Embedder
) -> None:
    library.add(articles)
    embedded = fake_embedder.embedded  # type: ignore[attr-defined]
    library.add(articles)
    assert fake_embedder.embedded == embedded == 3  # type: ignore[attr-defined]


def test_a_change_of_anything_but_the_text_is_a_change_too(opened: Library, articles: list[Article]) -> None:
    later = replace(articles[0], published="2025")
    assert opened.add([later]).changed == (ArticleSummary.of(later),)
    assert opened.search(QUESTIONS[0], 1)[0].article == later


def test_the_last_of_two_versions_in_one_add_stays(library: Library) -> None:
    first, second = Article("", "First words.", "a.txt"), Article("", "Second words.", "a.txt")
    assert library.add([first, second]) == AddReport(
        added=(ArticleSummary.of(first),), changed=(ArticleSummary.of(second),)
    )
    assert library.article(first.id) == second
    assert library.add([first, second]).changed == (ArticleSummary.of(first), ArticleSummary.of(second))
    assert library.article(first.id) == second
    assert library.add([first, second, second]).unchanged == (ArticleSummary.of(second),)
    assert len(library) == 1


def test_rejections_stand_in_the_report_beside_what_was_stored(library: Library, articles: list[Article]) -> None:
    chess, bakery, _ = articles
    report = library.add([REJECTION, chess, REJECTION, bakery])
    assert report == AddReport(
        added=(ArticleSummary.of(chess), ArticleSummary.of(bakery)), rejected=(REJECTION, REJECTION)
    )
    assert sources(library) == ["chess.txt", "bakery.txt"]


def test_rejections_alone_and_nothing_at_all_write_nothing(library: Library) -> None:
    assert library.add([REJECTION]) == AddReport(rejected=(REJECTION,))
    assert library.add([]) == AddReport()
    assert not library.folder.exists()


def test_progress_counts_every_input(library: Library, articles: list[Article]) -> None:
    counts: list[int] = []
    library.add([articles[0], REJECTION, articles[0], articles[1]], counts.append)
    assert counts == [1, 2, 3, 4]


def test_more_articles_than_are_embedded_together(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "_FIRST_GROUP", 3)
    articles = [Article("", f"Word{number} stands here.", f"{number}.txt") for number in range(10)]
    counts: list[int] = []
    assert [summary.source for summary in library.add(articles, counts.append).added] == [a.source for a in articles]
    assert counts == list(range(1, 11))
    assert all(library.search(f"word{number}", 1)[0].article == articles[number] for number in range(10))


def test_what_was_stored_before_an_interruption_stays(library: Library, articles: list[Article]) -> None:
    def interrupted() -> Iterator[Article]:
        yield from articles[:2]
        raise KeyboardInterrupt

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        library.add(interrupted())
    assert caught.value.__notes__ == ["Articles stored before that: 1."]
    assert sources(library) == ["chess.txt"]  # nothing of an unfinished group was embedded
    library.remove([articles[0].id])
    with pytest.raises(KeyboardInterrupt) as caught:
        library.add(articles, stop)
    assert caught.value.__notes__ == ["Articles stored before that: 2."]
    assert sources(library) == ["chess.txt", "bakery.txt"]
    assert library.search("Bruno bakes bread in Bremen", 1)[0].article == articles[1]


def test_an_error_tells_what_was_stored_before_unless_that_is_undone(
    library: Library, articles: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = records.insert_article

    def fail_at_the_last(connection: apsw.Connection, article: Article, *rest: Any) -> None:
        if article == articles[2]:
            raise DiskFull("The disk is full.")
        insert(connection, article, *rest)

    monkeypatch.setattr(records, "insert_article", fail_at_the_last)
    with pytest.raises(DiskFull) as undone, library.transaction():
        library.add(articles)
    assert (len(library), getattr(undone.value, "__notes__", [])) == (0, [])
    with pytest.raises(DiskFull) as caught:
        library.add([REJECTION, *articles])
    assert (len(library), caught.value.__notes__) == (2, ["Articles stored before that: 2."])


def test_adding_while_reading_the_library(opened: Library) -> None:
    """The inputs may themselves come out of the library."""
    opened.add(replace(opened.article(summary.id), source=f"copy/{summary.source}") for summary in opened.articles())
    assert sources(opened)[3:] == ["copy/chess.txt", "copy/bakery.txt", "copy/harbour.txt"]


# Removing and listing


def test_removed_articles_are_gone_from_list_and_search(opened: Library, articles: list[Article]) -> None:
    chess, bakery, harbour = articles
    assert opened.remove([bakery.id, chess.id, bakery.id]) == [ArticleSummary.of(bakery), ArticleSummary.of(chess)]
    assert opened.articles() == [ArticleSummary.of(harbour)]
    assert {hit.article for hit in opened.search("chess bread harbour", 10)} == {harbour}
    assert opened.add([chess]).added == (ArticleSummary.of(chess),)
    assert opened.search("chess", 1)[0].article == chess


def test_removing_is_all_or_none(opened: Library, articles: list[Article]) -> None:
    with pytest.raises(
        InputRejected, match="No article has the id 'none'; the ids are those that a list shows"
    ) as caught:
        opened.remove([articles[0].id, "none"])
    assert caught.value.reason is RejectionReason.MISSING
    assert len(opened) == 3


def test_an_article_that_is_not_there(library: Library, articles: list[Article]) -> None:
    for look in (library.article, lambda article_id: library.remove([article_id])):
        with pytest.raises(InputRejected, match=f"No article has the id '{articles[0].id}'"):
            look(articles[0].id)
    assert not library.folder.exists()


# Searching


def test_the_passage_that_answers_comes_first(opened: Library) -> None:
    best = [opened.search(question, 1)[0].article.source for question in QUESTIONS]
    assert best == ["chess.txt", "harbour.txt", "bakery.txt", "harbour.txt"]


def test_hits_are_slices_best_first_with_scores_from_0_to_1(opened: Library) -> None:
    hits = opened.search("the chess club and the harbour", 10)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert (hit.passage.article_id, hit.passage.title) == (hit.article.id, hit.article.title)
        assert 0 <= hit.score <= 1
        assert -1.0001 <= hit.similarity <= 1.0001


def test_similarity_is_the_cosine_with_the_question(opened: Library, fake_embedder: Embedder) -> None:
    question = "harbour storm"
    for hit in opened.search(question, 3):
        passage = fake_embedder.embed_passages([hit.passage.title], [hit.passage.text])
        assert hit.similarity == pytest.approx(float(passage[0] @ fake_embedder.embed_questions([question])[0]))


def test_a_limit_above_what_there_is_gives_all_once(opened: Library) -> None:
    assert len(opened.search("club", 1)) == 1
    assert len({hit.article.id for hit in opened.search("club", 1000)}) == 3


def test_many_questions_get_what_each_gets_alone(opened: Library) -> None:
    together = opened.search_many(QUESTIONS, 3)
    assert [facts(hits) for hits in together] == [facts(opened.search(question, 3)) for question in QUESTIONS]
    assert opened.search_many([], 3) == []


@pytest.mark.parametrize(
    "question",
    ['"', 'chess" OR "bread', "chess AND", "NOT chess", "chess*", "title:chess", "NEAR(a b)", "{chess}", "'; DROP TABLE words",
     "\0", "-chess", "(", "^club", "%s %d {0}", "\N{GRINNING FACE}", "?"],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_operator(opened: Library, question: str) -> None:
    hits = opened.search(question, 3)
    assert len(hits) == 3
    assert all(hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text for hit in hits)


def test_a_library_of_nothing_finds_nothing(library: Library, articles: list[Article]) -> None:
    assert library.search_many(QUESTIONS, 3) == [[]] * 4
    library.add(articles)
    library.remove([article.id for article in articles])
    assert library.search_many(QUESTIONS, 3) == [[]] * 4
    assert len(library) == 0


def test_long_articles_are_found_by_their_passages(library: Library) -> None:
    sentences = [f"Sentence{number} speaks of topic{number}." for number in range(200)]
    library.add([Article("Long", " ".join(sentences), "long.txt")])
    for number in (0, 57, 199):
        hits = [hit for hit in library.search(f"topic{number}", 100) if sentences[number] in hit.passage.text]
        assert hits
        assert all(len(hit.passage.text) < len(hit.article.text) / 2 for hit in hits)


# Opening


def test_opening_and_asking_write_nothing(tmp_path: Path, fake_embedder: Embedder) -> None:
    folder = tmp_path / "new"
    with Library.open(folder, fake_embedder) as library:
        assert (len(library), library.articles(), library.search("a?", 3)) == (0, [], [])
        assert not folder.exists()
    folder.mkdir()
    with Library.open(folder, fake_embedder) as library:
        assert library.articles() == []
    assert list(folder.iterdir()) == []


def test_results_are_identical_after_reopening(opened: Library, fake_embedder: Embedder) -> None:
    before = [facts(hits) for hits in opened.search_many(QUESTIONS, 3)]
    opened.close()
    with Library.open(opened.folder, fake_embedder) as reopened:
        assert [facts(hits) for hits in reopened.search_many(QUESTIONS, 3)] == before
    assert [facts(hits) for hits in opened.search_many(QUESTIONS, 3)] == before  # a closed one opens again


def test_a_file_is_no_library(tmp_path: Path, fake_embedder: Embedder) -> None:
    file = tmp_path / "article.txt"
    file.write_text("text")
    with pytest.raises(NotALibrary, match=r"article\.txt is a file; a library is a folder"):
        Library.open(file, fake_embedder)


def test_a_library_that_another_process_is_just_making_is_still_empty(tmp_path: Path, fake_embedder: Embedder) -> None:
    for name in (LOCK_FILE, NEW_FILE, f"{NEW_FILE}-journal"):
        (tmp_path / name).write_bytes(b"half")
    with Library.open(tmp_path, fake_embedder) as library:
        assert library.articles() == []


def test_a_folder_of_other_things_is_no_library_and_stays_as_it_is(tmp_path: Path, fake_embedder: Embedder) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"jpg")
    with pytest.raises(NotALibrary, match="holds other things and no library; name a new or an empty folder"):
        Library.open(tmp_path, fake_embedder)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_another_sqlite_file_by_that_name_is_no_library(tmp_path: Path, fake_embedder: Embedder) -> None:
    other = apsw.Connection(str(tmp_path / DATABASE_FILE))
    other.execute("CREATE TABLE contacts (name TEXT)")
    other.close()
    with pytest.raises(NotALibrary, match="not a library of this tool"):
        Library.open(tmp_path, fake_embedder)


def test_a_newer_format_is_refused(opened: Library, fake_embedder: Embedder) -> None:
    opened.close()
    edit(opened, "PRAGMA user_version = 99")
    with pytest.raises(FormatTooNew, match="format 99"):
        Library.open(opened.folder, fake_embedder)


def test_another_model_is_refused_at_the_door(opened: Library, fake_embedder: Embedder) -> None:
    for other in (type(fake_embedder)(weights="other"), type(fake_embedder)(dimension=32)):  # type: ignore[call-arg]
        with pytest.raises(ModelMismatch, match="was embedded with fake, not with fake"):
            Library.open(opened.folder, other)


def test_other_passage_settings_are_refused_at_the_door(opened: Library, fake_embedder: Embedder) -> None:
    with pytest.raises(ModelMismatch, match="cut into passages"):
        Library.open(opened.folder, fake_embedder, settings=PassageSettings(7, 3))


def test_another_model_is_refused_where_the_library_was_made_in_between(
    library: Library, articles: list[Article], fake_embedder: Embedder
) -> None:
    """Opened while there was no library yet, so nothing could be compared."""
    other = Library.open(library.folder, type(fake_embedder)(weights="other"))  # type: ignore[call-arg]
    library.add(articles)
    with pytest.raises(ModelMismatch):
        other.search("chess", 3)
    with pytest.raises(ModelMismatch):
        other.add([replace(articles[0], text="Other text.")])
    other.close()
    assert library.article(articles[0].id) == articles[0]


def test_a_read_only_library_answers_and_refuses_every_change(
    opened: Library, articles: list[Article], fake_embedder: Embedder
) -> None:
    names = sorted(path.name for path in opened.folder.iterdir())
    with Library.open(opened.folder, fake_embedder, read_only=True) as reading:
        assert facts(reading.search(QUESTIONS[0], 3)) == facts(opened.search(QUESTIONS[0], 3))
        changes: list[Callable[[], object]] = [
            lambda: reading.add(articles),
            lambda: reading.add([]),
            lambda: reading.remove([articles[0].id]),
            lambda: reading.transaction().__enter__(),
        ]
        for change in changes:
            with pytest.raises(LibraryReadOnly, match="may only be read; name another one to add to"):
                change()
    assert sorted(path.name for path in opened.folder.iterdir()) == names


# Damage


def test_a_damaged_text_is_never_shown(opened: Library, articles: list[Article], fake_embedder: Embedder) -> None:
    opened.close()
    edit(opened, "UPDATE articles SET text = replace(text, 'Ada', 'Eve')")
    for library in (opened, Library.open(opened.folder, fake_embedder)):
        with pytest.raises(LibraryCorrupt, match=r"The stored text of chess\.txt was damaged"):
            library.search("Who chairs the chess club?", 1)
        with pytest.raises(LibraryCorrupt):
            library.article(articles[0].id)
        assert library.article(articles[1].id) == articles[1]
        assert sources(library) == ["chess.txt", "bakery.txt", "harbour.txt"]
        library.close()


def test_an_article_that_is_listed_by_a_wrong_id_is_named_and_mended(
    opened: Library, articles: list[Article], fake_embedder: Embedder
) -> None:
    edit(opened, "UPDATE articles SET id = 'other' WHERE source = 'chess.txt'")
    assert [damage.source for damage in opened.check()] == ["chess.txt"]
    opened.close()
    repair(opened.folder, fake_embedder)
    assert opened.check() == []
    assert opened.article(articles[0].id) == articles[0]


def test_a_damaged_article_is_healed_by_adding_it_again(opened: Library, articles: list[Article]) -> None:
    edit(opened, "UPDATE articles SET text = replace(text, 'Ada', 'Eve')")
    report = opened.add(articles)
    assert [summary.source for summary in report.unchanged] == ["bakery.txt", "harbour.txt"]
    assert opened.search("Who chairs the chess club?", 1)[0].article == articles[0]


def test_a_damaged_article_can_be_removed(opened: Library, articles: list[Article]) -> None:
    edit(opened, "UPDATE articles SET text = '' WHERE source = 'chess.txt'")
    assert [summary.source for summary in opened.remove([articles[0].id])] == ["chess.txt"]
    assert {hit.article for hit in opened.search("chess", 9)} == set(articles[1:])


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "delete", "swap", "folder"])
def test_results_do_not_depend_on_the_file_of_vectors(
    opened: Library, fake_embedder: Embedder, tmp_path: Path, damage: str
) -> None:
    before = [facts(hits) for hits in opened.search_many(QUESTIONS, 3)]
    opened.close()
    path = opened.folder / VECTORS_FILE
    data = path.read_bytes()
    path.unlink()
    if damage == "flip":
        path.write_bytes(data[:-9] + bytes([data[-9] ^ 0x20]) + data[-8:])
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "swap":
        with Library.open(tmp_path / "other", fake_embedder) as other:
            other.add([Article("", "Other words entirely.", "other.txt")])
        path.write_bytes((tmp_path / "other" / VECTORS_FILE).read_bytes())
    elif damage == "folder":
        path.mkdir()
    with Library.open(opened.folder, fake_embedder) as reopened:
        assert [facts(hits) for hits in reopened.search_many(QUESTIONS, 3)] == before


def test_an_add_outlives_a_file_of_vectors_that_cannot_be_written(
    library: Library, articles: list[Article], caplog: pytest.LogCaptureFixture
) -> None:
    library.add(articles[:1])
    (library.folder / VECTORS_FILE).unlink()
    (library.folder / VECTORS_FILE).mkdir()
    assert library.add(articles[1:]).added == tuple(map(ArticleSummary.of, articles[1:]))
    assert f"The vectors of {library.folder} could not be saved" in caplog.text
    assert library.search(QUESTIONS[1], 1)[0].article == articles[2]
    assert not list(library.folder.glob("*.tmp"))
