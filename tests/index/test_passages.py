"""Passages: exact slices that together hold the whole text, none longer than allowed."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.passages import Passage, PassageSettings, split
from index.sentences import sentence_spans

TEXTS = st.text(
    st.one_of(
        st.sampled_from(" \n\r\t..?ab\0\N{COMBINING ACUTE ACCENT}\N{ZERO WIDTH JOINER}\U0001f469\U0001f1e9"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=300,
).filter(lambda text: any(map(str.isalnum, text)))
SETTINGS = st.builds(PassageSettings, st.integers(1, 40), st.integers(0, 20))


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def visible_characters(texts: Sequence[str]) -> list[int]:
    return [sum(not character.isspace() for character in text) for text in texts]


def cut(text: str, max_tokens: int, overlap_tokens: int) -> list[str]:
    passages = split(Article("T", text, "s"), PassageSettings(max_tokens, overlap_tokens), words)
    return [passage.text for passage in passages]


@given(TEXTS, SETTINGS)
def test_passages_are_slices_in_order_that_hold_every_visible_character(text: str, settings: PassageSettings) -> None:
    article = Article("Title", text, "a.txt")
    passages = split(article, settings, visible_characters)
    for passage in passages:
        assert passage == Passage(article.id, "Title", passage.start, passage.end, text[passage.start : passage.end])
    spans = [(passage.start, passage.end) for passage in passages]
    assert spans == sorted(set(spans))
    assert [end for _, end in spans] == sorted({end for _, end in spans})
    covered = {place for start, end in spans for place in range(start, end)}
    assert covered >= {place for place, character in enumerate(text) if not character.isspace()}


@given(TEXTS, SETTINGS)
def test_no_passage_is_longer_than_allowed_and_overlaps_are_short(text: str, settings: PassageSettings) -> None:
    passages = split(Article("", text, "s"), settings, visible_characters)
    assert all(visible_characters([passage.text])[0] <= settings.max_tokens for passage in passages)
    for before, after in itertools.pairwise(passages):
        shared = text[after.start : before.end] if after.start < before.end else ""
        assert visible_characters([shared])[0] <= settings.overlap_tokens
        assert after.end > before.end


@given(TEXTS, SETTINGS)
def test_a_character_of_many_tokens_makes_the_only_passage_that_is_too_long(
    text: str, settings: PassageSettings
) -> None:
    def threefold(texts: Sequence[str]) -> list[int]:
        return [3 * count for count in visible_characters(texts)]

    for passage in split(Article("", text, "s"), settings, threefold):
        visible = visible_characters([passage.text])[0]
        assert 3 * visible <= settings.max_tokens or visible == 1


def test_whole_sentences_are_packed_and_the_last_ones_repeated() -> None:
    text = "One two three. Four five. Six seven eight. Nine ten."
    assert cut(text, 5, 0) == ["One two three. Four five.", "Six seven eight. Nine ten."]
    assert cut(text, 100, 50) == [text]


def test_the_overlap_is_made_of_whole_sentences_that_fit() -> None:
    text = "One two three. Four five. Six seven eight. Nine ten."
    assert cut(text, 5, 2) == ["One two three. Four five.", "Four five. Six seven eight.", "Nine ten."]
    assert cut(text, 5, 1) == ["One two three. Four five.", "Six seven eight. Nine ten."]
    assert cut(text, 8, 5) == ["One two three. Four five. Six seven eight.", "Four five. Six seven eight. Nine ten."]


def test_the_overlap_gives_way_to_the_sentence_that_must_fit() -> None:
    text = "One two. Three four. Five six seven eight."
    assert cut(text, 4, 4) == ["One two. Three four.", "Five six seven eight."]


def test_a_long_sentence_is_cut_between_words_at_any_white_space() -> None:
    for space in (" ", "\n", "\t", "\N{IDEOGRAPHIC SPACE}"):
        text = space.join(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"])
        pieces = [passage.strip() for passage in cut(text, 3, 0)]
        assert [word for piece in pieces for word in piece.split()] == text.split()


def test_an_article_of_one_word_is_one_passage() -> None:
    assert cut("word", 1, 0) == ["word"]
    assert cut("  word\n", 1, 0) == ["word"]


def test_a_million_characters_without_a_space_end() -> None:
    passages = split(Article("", "x" * 100_000, "s"), PassageSettings(1000, 0), visible_characters)
    assert "".join(passage.text for passage in passages) == "x" * 100_000
    assert max(len(passage.text) for passage in passages) <= 1000


def test_sentences_stay_whole_where_they_fit() -> None:
    text = "The first is short. The second is a bit longer than that. The third ends it."
    borders = {border for span in sentence_spans(text) for border in span}
    for passage in split(Article("", text, "s"), PassageSettings(9, 4), words):
        assert {passage.start, passage.end} <= borders


@pytest.mark.parametrize(
    "text", ["a\r\nb\r\n\r\nc", "e\u0301te\u0301 a\0b", "\U0001f469\u200d\U0001f467 x \U0001f1e9\U0001f1ea"]
)
def test_odd_characters_are_neither_lost_nor_changed(text: str) -> None:
    passages = split(Article("", text, "s"), PassageSettings(50, 10), words)
    assert [passage.text for passage in passages] == [text]
