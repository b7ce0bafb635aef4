"""The reader: offsets over many windows, batches that change nothing, and inputs of any size."""

import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ModelNotFound
from index.passages import Passage
from qa.reader import AnswerSpan, Reading
from qa.reader_model import SHIPPED_READER, ReaderModel, load_reader_model
from qa.transformer_reader import TransformerReader

WORDS = "ada chairs the chess club of bremen and bruno bakes bread there since 1987 as clara told the harbour guide"
LONG = " ".join(f"{word}{number}" for number in range(12) for word in WORDS.split()) + "."
QUESTION = "who chairs the club?"


def passage(text: str, title: str = "title", start: int = 0) -> Passage:
    return Passage("id", title, start, start + len(text), text)


def assert_alike(readings: Sequence[Reading], expected: Sequence[Reading]) -> None:
    """The same spans with the same scores, but for the last digits, which depend on how much a batch is padded."""
    assert len(readings) == len(expected)
    for ours, theirs in zip(readings, expected, strict=True):
        assert ours.null_score == pytest.approx(theirs.null_score, abs=1e-4)
        assert [(span.start, span.end) for span in ours.spans] == [(span.start, span.end) for span in theirs.spans]
        assert [span.score for span in ours.spans] == pytest.approx([span.score for span in theirs.spans], abs=1e-4)


@pytest.fixture(autouse=True)
def full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same arithmetic on every machine, so that results can be compared to the last digits."""
    monkeypatch.setattr("qa.reader_model.processor_has_bfloat16", lambda: False)


@pytest.fixture(scope="module")
def reader(tiny_reader: Path) -> TransformerReader:
    return TransformerReader(tiny_reader)


PAIRS = [
    (QUESTION, passage("Ada chairs the chess club.")),
    ("where?", passage("Bruno bakes bread in Bremen. " * 20, title="")),
    (QUESTION, passage(LONG, start=1000)),
    ("when was it founded, and by whom, and why?", passage("x", title="a much longer title " * 5)),
    ("where?", passage("The harbour closed after the storm. Divers repaired the lock.", start=7)),
]


def test_no_pairs_are_no_work() -> None:
    assert TransformerReader("/nowhere").read([]) == []


def test_nothing_is_loaded_before_it_is_needed() -> None:
    reader = TransformerReader("/nowhere")
    for use in (reader.load, lambda: reader.read(PAIRS)):
        with pytest.raises(ModelNotFound):
            use()


def test_the_folder_is_where_the_files_lie(tiny_reader: Path) -> None:
    assert TransformerReader().folder == SHIPPED_READER
    assert TransformerReader(str(tiny_reader)).folder == tiny_reader
    assert TransformerReader("somebody/some-reader").folder is None


def test_a_window_is_never_longer_than_the_model_takes(reader: TransformerReader, tiny_reader: Path) -> None:
    longest = reader._loaded.most_tokens
    assert longest < 100_000
    assert_alike(
        TransformerReader(tiny_reader, window_tokens=100_000).read(PAIRS),
        TransformerReader(tiny_reader, window_tokens=longest).read(PAIRS),
    )


def test_threads_that_come_together_load_one_model(tiny_reader: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = TransformerReader(tiny_reader)
    loaded: list[ReaderModel] = []
    together = threading.Barrier(4)

    def load(model: Path) -> ReaderModel:
        loaded.append(load_reader_model(model))
        return loaded[-1]

    def come() -> None:
        together.wait(10)
        reader.load()

    monkeypatch.setattr("qa.transformer_reader.load_reader_model", load)
    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [reader._loaded] == loaded


def test_readings_hold_distinct_slices_best_first(reader: TransformerReader) -> None:
    for (_, read), reading in zip(PAIRS, reader.read(PAIRS), strict=True):
        assert 1 <= len(reading.spans) <= 5
        assert [span.score for span in reading.spans] == sorted((span.score for span in reading.spans), reverse=True)
        for place, span in enumerate(reading.spans):
            assert read.start <= span.start < span.end <= read.end
            assert all(span.end <= other.start or other.end <= span.start for other in reading.spans[:place])
            answer = read.text[span.start - read.start : span.end - read.start]
            assert answer == answer.strip() != ""


def test_results_do_not_depend_on_batches(reader: TransformerReader, tiny_reader: Path) -> None:
    expected = [reader.read([pair])[0] for pair in PAIRS]
    for batch_size in (1, 2, 16):
        assert_alike(TransformerReader(tiny_reader, batch_size=batch_size).read(PAIRS), expected)


def test_results_come_in_the_order_of_the_pairs(reader: TransformerReader) -> None:
    assert_alike(reader.read(PAIRS[::-1]), reader.read(PAIRS)[::-1])
    assert_alike(reader.read([PAIRS[0], *PAIRS, PAIRS[0]])[:1], reader.read([PAIRS[0]]))


def test_offsets_move_with_the_passage(reader: TransformerReader) -> None:
    here, there = reader.read([(QUESTION, passage(WORDS)), (QUESTION, passage(WORDS, start=5000))])
    moved = tuple(AnswerSpan(span.start + 5000, span.end + 5000, span.score) for span in here.spans)
    assert_alike([there], [Reading(moved, here.null_score)])


# Windows


@pytest.mark.parametrize(("window_tokens", "stride"), [(64, 16), (64, 40), (100, 30), (128, 64)])
def test_many_windows_say_the_same_as_one(pointwise_reader: Path, window_tokens: int, stride: int) -> None:
    """The logits of this reader depend on the token alone, so only a mistake of offsets could make a difference."""
    text = LONG[:450]
    one = TransformerReader(pointwise_reader, window_tokens=512, max_answer_tokens=8)
    many = TransformerReader(pointwise_reader, window_tokens=window_tokens, stride=stride, max_answer_tokens=8)
    for title in ("", "title", "a title that fills most of a small window all by itself"):
        pair = ("who?", passage(text, title))
        assert len(one._encode([pair])[0]) == 1
        assert len(many._encode([pair])[0]) >= 4
        assert_alike(many.read([pair]), one.read([pair]))


def test_an_answer_is_made_of_whole_words_at_the_borders_of_windows_too(pointwise_reader: Path) -> None:
    """Every letter is a token here, so most windows begin and end within a word."""
    reader = TransformerReader(pointwise_reader, window_tokens=64, stride=20, spans_per_passage=50)
    borders = {0, len(LONG)} | {place for place in range(1, len(LONG)) if LONG[place] == " " or LONG[place - 1] == " "}
    spans = reader.read([("who?", passage(LONG))])[0].spans
    assert len(spans) == 50
    assert {place for span in spans for place in (span.start, span.end)} <= borders | {len(LONG) - 1}


def test_no_answer_is_the_lowest_of_the_windows(tiny_reader: Path) -> None:
    reader = TransformerReader(tiny_reader, window_tokens=64, stride=16, batch_size=1)
    encodings, _ = reader._encode([(QUESTION, passage(LONG))])
    starts, ends = reader._logits(encodings)
    nulls = [float(start[0] + end[0]) for start, end in zip(starts, ends, strict=True)]
    assert len(set(nulls)) > 1
    assert reader.read([(QUESTION, passage(LONG))])[0].null_score == pytest.approx(min(nulls), abs=1e-4)


def test_no_answer_is_longer_than_allowed(tiny_reader: Path) -> None:
    reader = TransformerReader(tiny_reader, max_answer_tokens=3, spans_per_passage=50)
    for span in reader.read([(QUESTION, passage(WORDS))])[0].spans:
        assert sum(not character.isspace() for character in WORDS[span.start : span.end]) <= 3


def test_neither_question_nor_title_is_an_answer(pointwise_reader: Path) -> None:
    """The same words have the same logits everywhere, so question and title would be chosen as often."""
    reader = TransformerReader(pointwise_reader, spans_per_passage=50)
    title, text = "clara bakes", "ada sails"
    spans = reader.read([("clara bakes?", passage(text, title, start=100))])[0].spans
    assert {text[span.start - 100 : span.end - 100] for span in spans} <= {"ada", "sails", "ada sails"}


def test_punctuation_alone_is_no_answer(tiny_reader: Path) -> None:
    reader = TransformerReader(tiny_reader, spans_per_passage=50, max_answer_tokens=1)
    text = '"a" . 5 € , (b) … -'
    spans = reader.read([("who?", passage(text, ""))])[0].spans
    assert {text[span.start : span.end] for span in spans} == {"a", "5", "€", "b"}
    assert reader.read([("who?", passage(". … ,", ""))])[0].spans == ()
    assert TransformerReader(tiny_reader).read([("who?", passage(".\n.", ""))])[0].spans == ()


# Inputs of any size and alphabet


@pytest.mark.parametrize(
    "question",
    [
        "why " * 1000,
        "x" * 4000,
        "\N{HANGUL SYLLABLE HAN} " * 2000,  # three tokens a character
        "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 4000,
        "?" * 4000,
        "",
        "\0\N{ZERO WIDTH SPACE}",
    ],
    ids=["words", "one word", "hangul", "han", "marks", "empty", "invisible"],
)
@pytest.mark.parametrize(
    "title", ["", "t" * 5000, "\N{HANGUL SYLLABLE HAN} " * 2500], ids=["untitled", "long", "hangul"]
)
def test_questions_and_titles_of_any_length_are_read(reader: TransformerReader, question: str, title: str) -> None:
    pair = (question, passage(WORDS, title))
    encodings, _ = reader._encode([pair])
    assert len(encodings) <= 5
    assert all(len(encoding.ids) <= 384 for encoding in encodings)
    assert reader.read([pair])[0].spans


def test_the_windows_of_a_pair_do_not_depend_on_other_questions(reader: TransformerReader) -> None:
    pair = (QUESTION, passage(LONG))
    alone = [encoding.ids for encoding in reader._encode([pair])[0]]
    beside = [
        encoding.ids for encoding in reader._encode([pair, ("\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 4000, pair[1])])[0]
    ]
    assert beside[: len(alone)] == alone


def test_a_question_is_read_as_far_as_it_leaves_room(tiny_reader: Path) -> None:
    reader = TransformerReader(tiny_reader, window_tokens=64)
    encoding = reader._encode([("a" * 99, passage("b"))])[0][0]
    assert encoding.tokens == ["[CLS]", "a", *["##a"] * 15, "[SEP]", *"t ##i ##t ##l ##e b [SEP]".split()]


TEXTS = st.text(
    st.one_of(
        st.sampled_from(" \n\r\t.ab1\0\N{COMBINING ACUTE ACCENT}\N{HANGUL SYLLABLE HAN}\N{CJK UNIFIED IDEOGRAPH-4E2D}"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=150,
)


@pytest.fixture(scope="module")
def small_windows(pointwise_reader: Path) -> TransformerReader:
    return TransformerReader(pointwise_reader, window_tokens=48, stride=8)


@settings(max_examples=50)
@given(question=st.text(max_size=60), title=st.text(max_size=60), text=TEXTS, start=st.integers(0, 9))
def test_spans_lie_within_the_passage_for_any_text(
    small_windows: TransformerReader, question: str, title: str, text: str, start: int
) -> None:
    reading = small_windows.read([(question, passage(text, title, start))])[0]
    for span in reading.spans:
        assert start <= span.start < span.end <= start + len(text)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("cafe\u0301", {"cafe\u0301"}),
        ("u\u0308ber", {"u\u0308ber"}),
        ("a\r\nb", {"a", "b", "a\r\nb"}),
        ("\N{FULLWIDTH LATIN SMALL LETTER A}b", {"\N{FULLWIDTH LATIN SMALL LETTER A}b"}),
        ("a.b", {"a", "b", "a.", ".b", "a.b"}),
    ],
)
def test_accents_of_their_own_belong_to_their_letter(reader: TransformerReader, text: str, answers: set[str]) -> None:
    spans = reader.read([("who?", passage(text, ""))])[0].spans
    assert spans
    assert {text[span.start : span.end] for span in spans} <= answers


def test_threads_read_as_one_would(tiny_reader: Path, impatient: None) -> None:
    """A tokenizer keeps the settings of a call: a thread in between would cut its passages like questions."""
    reader = TransformerReader(tiny_reader)
    pairs = [(f"who chairs {number}? " * 30, passage(LONG * 4)) for number in range(4)]
    expected = [encoding.ids for encoding in reader._encode(pairs)[0]]
    found: list[list[list[int]]] = []

    def encode() -> None:
        for _ in range(10):
            found.append([encoding.ids for encoding in reader._encode(pairs)[0]])

    threads = [threading.Thread(target=encode) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 60
    assert all(ids == expected for ids in found)


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


# The shipped reader


def test_the_shipped_reader_finds_the_words(shipped: TransformerReader) -> None:
    text = "Ada Lovelace chairs the chess club of Bremen. The club was founded in 1987 by her father."
    questions = {
        "Who chairs the chess club?": "Ada Lovelace",
        "When was the club founded?": "1987",
        "Where is the chess club?": "Bremen",
    }
    readings = shipped.read([(question, passage(text, "Chess club", start=40)) for question in questions])
    assert [text[r.spans[0].start - 40 : r.spans[0].end - 40] for r in readings] == list(questions.values())
    assert all(reading.spans[0].score > reading.null_score for reading in readings)


def test_in_bfloat16_the_shipped_reader_says_the_same(
    shipped: TransformerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Ada chairs the chess club of Bremen, which Bruno founded in 1987. It meets on Fridays at six."
    questions = ("Who chairs the club?", "When was the club founded?", "Who founded the club?", "When does it meet?")
    pairs = [(question, passage(text, title="")) for question in questions]
    full = shipped.read(pairs)
    monkeypatch.setattr("qa.reader_model.processor_has_bfloat16", lambda: True)
    for ours, theirs in zip(shipped.read(pairs), full, strict=True):
        assert (ours.spans[0].start, ours.spans[0].end) == (theirs.spans[0].start, theirs.spans[0].end)
        assert ours.spans[0].score == pytest.approx(theirs.spans[0].score, abs=0.5)
        assert ours.null_score == pytest.approx(theirs.null_score, abs=0.5)


def test_the_shipped_reader_doubts_where_the_answer_is_not(shipped: TransformerReader) -> None:
    reading = shipped.read([("Who repaired the lock?", passage("Bruno bakes bread. His bakery opens at six.", ""))])[0]
    assert reading.null_score > reading.spans[0].score


@pytest.fixture(scope="module")
def shipped() -> TransformerReader:
    return TransformerReader()
