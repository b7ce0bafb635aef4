"""The Assistant: a question's whole way, with models that a person can compute by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.embedder import Embedder
from index.errors import InputRejected, LibraryReadOnly, RejectionReason
from index.library import Library
from index.passages import Passage, PassageSettings
from index.report import ArticleSummary
from qa import confidence, ranking
from qa.answer import Answer, Reason, Reply, Seconds
from qa.assistant import MOST_CHARACTERS, Assistant
from qa.questions import UNSUPPORTED_NOTE
from qa.reader import AnswerSpan, Reader, Reading
from qa.replying import YES_NO_NOTE


@pytest.fixture(autouse=True)
def plain_constants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that are easy to compute with, whatever was measured to be best."""
    monkeypatch.setattr(ranking, "RETRIEVAL_WEIGHT", 1.0)
    monkeypatch.setattr(confidence, "THRESHOLD", 5.0)


class PlannedReader:
    """Finds the words it was given, each with its score, in every passage that holds them; null 0."""

    folder = None
    languages: frozenset[str] | None = None

    def __init__(self, **scores: float) -> None:
        self.scores = scores
        self.asked: list[str] = []

    def load(self) -> None:
        pass

    def read(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        self.asked += [question for question, _ in pairs]
        return [Reading(tuple(self._spans(passage)), 0.0) for _, passage in pairs]

    def _spans(self, passage: Passage) -> Iterator[AnswerSpan]:
        for word, score in self.scores.items():
            if word in passage.text:
                start = passage.start + passage.text.index(word)
                yield AnswerSpan(start, start + len(word), score)


def planned(assistant: Assistant, **scores: float) -> Assistant:
    return Assistant(assistant.library, PlannedReader(**scores))


def untimed(reply: Reply) -> Reply:
    return replace(reply, seconds=Seconds())


# Answering


def test_the_answer_is_found_with_its_sentence_and_its_scores(assistant: Assistant, articles: list[Article]) -> None:
    reply = assistant.ask("Who chairs the chess club?")
    assert reply.answered
    assert (reply.question, reply.reason, reply.note) == ("Who chairs the chess club?", None, None)
    assert reply.best == reply.answers[0] == Answer(articles[0], 11, 14, 0, 26, reply.answers[0].retrieval_score, 10.0)
    assert (reply.best.text, reply.best.sentence) == ("the", "Ada chairs the chess club.")
    assert reply.best.retrieval_score == pytest.approx(1.0)


def test_the_best_answers_of_all_passages_come_first(assistant: Assistant) -> None:
    reply = planned(assistant, Friday=9.0, bread=8.0, storm=7.0, founded=5.0).ask("club", top_k=3)
    assert [answer.text for answer in reply.answers] == ["Friday", "bread", "storm"]
    assert [answer.reader_score for answer in reply.answers] == [9.0, 8.0, 7.0]


def test_a_passage_that_fits_makes_up_for_a_lower_span(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "RETRIEVAL_WEIGHT", 100.0)
    reply = planned(assistant, Friday=6.0, storm=7.0).ask("Ada chairs the chess club")
    assert [answer.text for answer in reply.answers] == ["Friday", "storm"]


def test_top_k_and_passages_bound_what_is_given_and_read(assistant: Assistant) -> None:
    reader = PlannedReader(Friday=9.0, bread=8.0, storm=7.0)
    asking = Assistant(assistant.library, reader)
    assert len(asking.ask("club", top_k=1).answers) == 1
    assert len(reader.asked) == 3
    assert len(asking.ask("club", passages=2).answers) == 2
    assert len(reader.asked) == 5


def test_overlapping_passages_give_an_answer_once(tmp_path: Path, fake_embedder: Embedder) -> None:
    sentences = " ".join(f"Sentence{number} is here." for number in range(10))
    with Library.open(tmp_path / "small", fake_embedder, settings=PassageSettings(9, 6)) as library:
        library.add([Article("", sentences, "a.txt")])
        assert len(library.search("Sentence5", 10)) > 4
        reply = Assistant(library, PlannedReader(Sentence5=9.0)).ask("Sentence5")
    assert [(answer.text, answer.start) for answer in reply.answers] == [("Sentence5", sentences.index("Sentence5"))]


def test_a_yes_no_question_gets_the_sentences_that_bear_on_it(assistant: Assistant) -> None:
    """Two spans of one sentence are that sentence once, in the place of the better of them."""
    reply = planned(assistant, Ada=9.0, storm=8.0, chess=7.0).ask("Is the harbour closed?")
    assert [answer.text for answer in reply.answers] == [
        "Ada chairs the chess club.",
        "The harbour closed after the storm.",
    ]
    assert [answer.reader_score for answer in reply.answers] == [9.0, 8.0]
    assert all(answer.text == answer.sentence for answer in reply.answers)
    assert reply.note == YES_NO_NOTE
    assert reply.answered


def test_seconds_add_up(assistant: Assistant) -> None:
    seconds = assistant.ask("Who chairs the chess club?").seconds
    assert 0 < seconds.retrieve < 60
    assert 0 < seconds.read < 60
    assert seconds.total == pytest.approx(seconds.retrieve + seconds.read)


# Not answering


def test_doubt_keeps_the_nearest_candidates(assistant: Assistant) -> None:
    reply = planned(assistant, Friday=2.0, storm=1.0).ask("club")
    assert (reply.answered, reply.reason, reply.best) == (False, Reason.UNSURE, None)
    assert {answer.text for answer in reply.answers} == {"Friday", "storm"}


def test_no_span_anywhere_is_said(assistant: Assistant) -> None:
    reply = planned(assistant).ask("club")
    assert (reply.answered, reply.reason, reply.answers) == (False, Reason.NO_SPAN, ())


def test_an_empty_library_is_said_without_loading_a_model(library: Library) -> None:
    class Unloadable(PlannedReader):
        def load(self) -> None:
            raise AssertionError("loaded for nothing")

    reply = Assistant(library, Unloadable()).ask("Who chairs the chess club?")
    assert reply == Reply("Who chairs the chess club?", reason=Reason.EMPTY_LIBRARY)
    assert not library.folder.exists()


def test_no_passage_is_said(assistant: Assistant) -> None:
    assert assistant.read([("who?", [])])[0].reason is Reason.NO_PASSAGE
    assert assistant.read([]) == []


def test_what_words_of_articles_cannot_answer_is_not_read(assistant: Assistant) -> None:
    reader = PlannedReader()
    reply = Assistant(assistant.library, reader).ask("Write a poem about chess.")
    assert reply == Reply("Write a poem about chess.", reason=Reason.UNSUPPORTED, note=UNSUPPORTED_NOTE)
    assert reader.asked == []


# Questions and options that cannot be taken


@pytest.mark.parametrize("question", ["", "  \n", "?!", "\0", "\N{GRINNING FACE}", "\ud83d\ude00"])
def test_a_question_without_words_is_refused(assistant: Assistant, question: str) -> None:
    with pytest.raises(InputRejected, match="The question has no words; type what you want to know") as caught:
        assistant.ask(question)
    assert caught.value.reason is RejectionReason.QUESTION_EMPTY


def test_a_question_that_is_too_long_is_refused(assistant: Assistant) -> None:
    assert assistant.ask("w" * MOST_CHARACTERS).question == "w" * MOST_CHARACTERS
    with pytest.raises(InputRejected, match="has 4,001 characters; ask one of at most 4,000") as caught:
        assistant.ask("w" * 4001)
    assert caught.value.reason is RejectionReason.QUESTION_TOO_LONG


@pytest.mark.parametrize(
    ("name", "value"), [("top_k", 0), ("top_k", 1001), ("passages", 0), ("passages", -1), ("passages", 1001)]
)
def test_counts_out_of_bounds_are_refused(assistant: Assistant, name: str, value: int) -> None:
    with pytest.raises(InputRejected, match=f"{name} is {value}; give a number from 1 to 1000") as caught:
        assistant.ask("who?", **{name: value})
    assert caught.value.reason is RejectionReason.OPTION


def test_counts_at_their_bounds_are_taken(assistant: Assistant) -> None:
    assert len(planned(assistant, Friday=9.0, storm=8.0).ask("club", top_k=1000, passages=1000).answers) == 2


def test_a_question_is_asked_without_what_surrounds_it(assistant: Assistant) -> None:
    assert assistant.ask("  Who chairs the chess club?\n").question == "Who chairs the chess club?"
    assert assistant.ask("Who chairs \ud800 it?").question == "Who chairs ? it?"


# Many questions

QUESTIONS = [
    "Who chairs the chess club?",
    "Write a poem about chess.",
    "Is the harbour closed?",
    "What closed after the storm?",
    "Who chairs the chess club?",
    "zzz",
]


def test_many_questions_get_what_each_gets_alone(assistant: Assistant) -> None:
    together = assistant.ask_many(QUESTIONS)
    assert [untimed(reply) for reply in together] == [untimed(assistant.ask(question)) for question in QUESTIONS]
    assert [reply.reason for reply in together] == [None, Reason.UNSUPPORTED, None, None, None, Reason.NO_SPAN]


def test_no_questions_get_no_replies(assistant: Assistant) -> None:
    assert assistant.ask_many([]) == []


def test_one_bad_question_of_many_is_refused_before_any_is_answered(assistant: Assistant) -> None:
    reader = PlannedReader()
    with pytest.raises(InputRejected):
        Assistant(assistant.library, reader).ask_many(["who?", ""])
    assert reader.asked == []


# Articles


def test_articles_files_and_folders_are_added_and_removed(
    tmp_path: Path, fake_embedder: Embedder, fake_reader: Reader, articles: list[Article]
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text("Ada sails.")
    (folder / "two.txt").write_text("Bruno bakes.")
    (folder / "empty.txt").write_text("")
    done: list[int] = []
    with Assistant.open(tmp_path / "news", embedder=fake_embedder, reader=fake_reader) as assistant:
        report = assistant.add(articles[0], folder / "one.txt", str(folder), tmp_path / "none", progress=done.append)
        assert [summary.source for summary in report.added] == [
            "chess.txt",
            str(folder / "one.txt"),
            str(folder / "two.txt"),
        ]
        assert [summary.source for summary in report.unchanged] == [str(folder / "one.txt")]
        assert {(Path(r.source).name, r.reason) for r in report.rejected} == {
            ("empty.txt", RejectionReason.EMPTY),
            ("none", RejectionReason.MISSING),
        }
        assert done == [1, 2, 3, 4, 5, 6]
        assert assistant.articles()[0] == ArticleSummary.of(articles[0])
        assert assistant.article(articles[0].id) == articles[0]
        assert assistant.remove(articles[0].id) == [ArticleSummary.of(articles[0])]
        assert [summary.source for summary in assistant.articles()] == [
            str(folder / "one.txt"),
            str(folder / "two.txt"),
        ]


def test_opening_loads_and_writes_nothing(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "news") as assistant:
        assert assistant.articles() == []
        assert "_model" not in vars(assistant.library.embedder)
        assert vars(assistant.reader)["_model"] is None
    assert not (tmp_path / "news").exists()


def test_a_read_only_assistant_answers_and_refuses_articles(assistant: Assistant, articles: list[Article]) -> None:
    embedder, reader = assistant.library.embedder, assistant.reader
    with Assistant.open(assistant.library.folder, embedder=embedder, reader=reader, read_only=True) as reading:
        assert reading.ask("Who chairs the chess club?").answered
        with pytest.raises(LibraryReadOnly):
            reading.add(articles[0])
        with pytest.raises(LibraryReadOnly):
            reading.remove(articles[0].id)


# The promise


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that every example of the property writes its article to."""
    return tmp_path_factory.mktemp("shelf") / "library"


PIECES = st.one_of(
    st.sampled_from(
        ["who ", "chairs ", "the ", "e\u0301", "\r\n", "\0", ". ", "\n\n", "\U0001f469\u200d\U0001f467 ", "\u2028"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
WORDS = st.lists(PIECES, max_size=40).map("".join).filter(lambda text: any(map(str.isalnum, text)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fakes remember nothing
@given(text=WORDS, title=st.text(st.characters(exclude_categories=["Cs"]), max_size=9), more=st.text(max_size=40))
def test_every_answer_is_a_slice_at_its_offsets(
    shelf: Path, fake_embedder: Embedder, fake_reader: Reader, text: str, title: str, more: str
) -> None:
    article = Article(title, text, "a.txt")
    words = [word for word in text.split() if any(map(str.isalnum, word))][:5]
    with Assistant.open(shelf, embedder=fake_embedder, reader=fake_reader) as assistant:
        assistant.add(article)
        for question in (f"{' '.join(words)} {more}?", f"Is {' '.join(words)}?", f"who {more}"):
            if len(question) > MOST_CHARACTERS:
                continue
            for answer in assistant.ask(question).answers:
                assert answer.article == article
                assert 0 <= answer.sentence_start <= answer.start < answer.end <= answer.sentence_end <= len(text)
                assert answer.text == text[answer.start : answer.end] != ""
                assert answer.sentence == text[answer.sentence_start : answer.sentence_end]
                shown = answer.to_dict()
                assert text[shown["start"] : shown["end"]] == shown["text"]
                assert text[shown["sentence_start"] :].startswith(shown["sentence"])


# Order


def test_of_the_answers_that_are_good_enough_the_newest_comes_first(library: Library) -> None:
    for name, published in (("oldest", "2019"), ("undated", None), ("newest", "2024-05-01"), ("weak", "2025")):
        library.add([Article(name, f"The club, says {name}, is open.", name, published=published)])
    asking = Assistant(library, PlannedReader(undated=9.0, oldest=8.0, newest=7.0, weak=-20.0))
    assert [answer.text for answer in asking.ask("club").answers] == ["undated", "oldest", "newest", "weak"]
    ordered = asking.ask("club", newest_first=True)
    assert [answer.text for answer in ordered.answers] == ["newest", "oldest", "undated", "weak"]
    assert ordered.answered
    refused = Assistant(library, PlannedReader(weak=-20.0, oldest=-21.0)).ask("club", newest_first=True)
    assert (refused.answered, [answer.text for answer in refused.answers]) == (False, ["weak", "oldest"])


def test_articles_in_other_languages_are_found_and_not_read(assistant: Assistant) -> None:
    assistant.add(
        Article("Club", "Ada chairs the club.", "fr.txt", language="fr"),
        Article("Club", "Bea chairs the club.", "en.txt", language="en"),
    )
    english = PlannedReader(Ada=9.0, Bea=8.0)
    english.languages = frozenset({"en"})
    reply = Assistant(assistant.library, english).ask("Who chairs the club?")
    assert reply.answers
    assert "fr.txt" not in {answer.article.source for answer in reply.answers}
    assert reply.note == "Articles in languages that are not read, and that were found by their words: 1."
    reply = planned(assistant, Ada=9.0, Bea=8.0).ask("Who chairs the club?")
    assert "fr.txt" in {answer.article.source for answer in reply.answers}


# Limits


def test_limits_in_the_question_and_beside_it_are_the_same(assistant: Assistant) -> None:
    assistant.add(Article("Club", "Ada chairs the chess club. Bea chairs it too.", "club-2.txt", published="2024-05"))
    beside = assistant.ask("Who chairs the chess club?", after="2024")
    assert {answer.article.source for answer in beside.answers} == {"club-2.txt"}
    within = assistant.ask("after:2024 Who chairs the chess club?")
    assert untimed(within) == untimed(beside)
    assert within.question == "Who chairs the chess club?"


def test_a_reply_says_what_its_limits_left_out(assistant: Assistant) -> None:
    reply = assistant.ask("Who chairs the chess club?", after="2024")
    assert (reply.answered, reply.reason, reply.answers) == (False, Reason.FILTERED, ())
    assert reply.note == (
        'The passage that fits best, in "Chess club", is outside your limits. '
        "Articles without a date, which your limits leave out: 2."
    )


def test_a_phrase_must_stand_in_the_passage(assistant: Assistant) -> None:
    assert assistant.ask('Who "chairs the" chess club?').answered
    reply = assistant.ask('Who "chairs a" chess club?')
    assert (reply.answered, reply.reason) == (False, Reason.FILTERED)
    assert assistant.ask_many(['Who "chairs a" chess club?'])[0].answered  # a test set's quotation marks are no limits


def test_a_question_of_limits_alone_has_no_words(assistant: Assistant) -> None:
    with pytest.raises(InputRejected, match="has no words"):
        assistant.ask("after:2024")
