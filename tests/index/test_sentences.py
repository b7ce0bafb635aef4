"""Sentences: offsets fit the text, and nothing falls between them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentence_around, sentence_spans

TEXTS = st.text(
    st.one_of(
        st.sampled_from(
            " \n\r\t.!?,;:'\"()-\0\u2028\xa0\N{RIGHT SINGLE QUOTATION MARK}\N{IDEOGRAPHIC FULL STOP}abAB19"
        ),
        st.characters(exclude_categories=["Cs"]),
    )
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada chairs the club. It meets on Friday.", ["Ada chairs the club.", "It meets on Friday."]),
        (
            "Dr. Smith met Mr. Jones at 5 p.m. on Friday. Both left.",
            ["Dr. Smith met Mr. Jones at 5 p.m. on Friday.", "Both left."],
        ),
        ('He said: "We don\'t know." Then he left.', ['He said: "We don\'t know."', "Then he left."]),
        ("A heading\n\nA text that follows.", ["A heading", "A text that follows."]),
        ("A heading\r\n\r\nA text that follows.", ["A heading", "A text that follows."]),
        ("It rose by 3.5% in\nMay. It fell after.", ["It rose by 3.5% in\nMay.", "It fell after."]),
        ("  padded  ", ["padded"]),
        ("", []),
        (" \n \n ", []),
    ],
)
def test_sentences_of_plain_texts(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(TEXTS)
def test_every_visible_character_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    assert covered(spans) >= visible(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


def covered(spans: list[tuple[int, int]]) -> set[int]:
    return {place for start, end in spans for place in range(start, end)}


def visible(text: str) -> set[int]:
    return {place for place, character in enumerate(text) if not character.isspace()}


@given(TEXTS.filter(str.strip), st.data())
def test_sentence_around_holds_the_span_and_is_made_of_whole_sentences(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = sentence_around(text, start, end)
    assert first <= start < end <= last
    touched = [span for span in sentence_spans(text) if span[0] < end and start < span[1]]
    if touched:
        assert (first, last) == (min(start, touched[0][0]), max(end, touched[-1][1]))
    else:
        assert (first, last) == (start, end)


def test_sentence_around_a_word_is_its_sentence() -> None:
    text = "Ada chairs the club. It meets on Friday. It is old."
    start = text.index("Friday")
    first, last = sentence_around(text, start, start + 6)
    assert text[first:last] == "It meets on Friday."


def test_sentence_around_a_span_over_a_border_is_both() -> None:
    text = "One is here. Two are there. Three left."
    first, last = sentence_around(text, text.index("here"), text.index("there") + 5)
    assert text[first:last] == "One is here. Two are there."


def test_sentence_around_looks_no_further_than_it_must() -> None:
    """A sentence of a million characters comes cut at white space, 2,000 characters from the span or a little less."""
    text = "abcd " * 100_000 + "Friday " + "efgh " * 100_000
    start = text.index("Friday")
    first, last = sentence_around(text, start, start + 6)
    assert text[first:last] == ("abcd " * 400 + "Friday " + "efgh " * 400).removeprefix("abcd ").rstrip()


def test_sentence_around_is_whole_in_a_long_paragraph() -> None:
    filler = "Nothing happened then. " * 500
    text = f"{filler}It meets on Friday. {filler}"
    start = text.index("Friday")
    first, last = sentence_around(text, start, start + 6)
    assert text[first:last] == "It meets on Friday."


def test_sentence_around_holds_the_span_where_there_is_no_white_space() -> None:
    first, last = sentence_around("x" * 100_000, 50_000, 50_006)
    assert first <= 50_000
    assert last >= 50_006
    assert last - first <= 4_006
