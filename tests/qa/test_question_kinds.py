"""Which questions are answered, which ask for yes or no, and which are turned away."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest

from qa.questions import UNSUPPORTED_NOTE, QuestionKind, kind_of

UNSUPPORTED = """
    hi
    Hello there!
    Good morning, everyone
    thanks
    Thank you so much!
    thanks for your help
    bye
    ok
    How are you?
    how are you doing today?
    how's it going
    Who are you?
    What's your name?
    what can you do?
    who made you?
    help
    Can you help me?
    Are you a robot?
    Do you speak German?
    tell me a joke
    Summarise the article.
    Please summarize this for me
    Can you summarise what happened in Vladivostok?
    Would you mind summarizing the news?
    Give me a short summary of the talks.
    I need an overview of the election
    A summary, please.
    tl;dr
    give me three bullet points on the treaty
    What is this article about?
    what are the articles mostly about
    Translate the second paragraph into French.
    could you translate it?
    please translate "guerre"
    Compare the two mayors.
    Hey, can you please compare Putin and Kim?
    write a poem about the bridge
    Could you write me an email to the mayor?
    Rewrite this paragraph in simple words
    paraphrase the quote
    Draft a letter to the council
    Make up a story about Kim
    Make me a quiz
    give me some headlines
    Turn this into a tweet
    What do you think of Putin?
    Who do you think will win?
    Do you agree with the mayor?
    Do you like Kim?
    In your opinion, was it wise?
    What's your opinion on the treaty?
    What would you do?
    Should I buy a flat in Bremen?
    what should we believe?
    Is it good that the bridge closed?
    Was it right to close the harbour?
    Is the article biased?
    Is Putin a good president?
    Was the verdict fair?
    Which article is best?
    What is the most interesting story?
    Which is better, tea or coffee?
    Recommend me a book
    Rate this article
    How many articles mention Putin?
    How many of the articles are about trains?
    how many documents do I have
    How many articles are there?
    How often is Kim mentioned?
    How many times does the word peace appear in the articles?
    Count the articles about trains
    list all articles
    Can you give me a list of all the articles?
    Show me stories about trains
    Which articles mention trains?
    Do you have anything about trains?
    What is 2 + 2?
    2+2=?
    5 times 7
    what's 15% of 80
    Calculate the average of their ages
    What is the square root of 16?
"""

YES_NO = """
    Did Putin meet Kim?
    did putin meet kim
    Is the bridge open?
    Was it the first summit?
    Has the harbour reopened?
    Have they agreed yet?
    Hasn't the trial begun?
    Does the bakery open on Sunday?
    Were any divers hurt?
    Are there survivors?
    Can the lock be repaired?
    Will Putin meet Kim?
    will the harbour reopen
    Could the storm return?
    Should the mayor resign?
    Won't the club move?
    In 1999, did the club win the cup?
    Is it true that the lock was broken?
    Is the bridge open or not?
    Hi, is the bakery open?
    So did they sign it?
    Can you tell me whether the bridge is open?
    Do you know if Kim came by train?
    I was wondering if you could tell me if the club still meets
    Putin met Kim, right?
    Ada chairs the club, doesn't she?
    Was he in London when the war began?
"""

FACTUAL = """
    Who chairs the chess club?
    who did putin meet
    Who did it?
    What did the mayor say about the bridge?
    What did Putin think of the offer?
    Which of the two bridges is longer?
    Which university is best known for chemistry?
    When did the harbour close?
    Where was Tesla born?
    Why did the ship sink?
    How did Kim travel?
    How many people died?
    How many articles does the treaty have?
    How many documents were leaked?
    How many reports did the committee publish?
    How often do the trains run?
    How much did the bridge cost?
    How old is the kauri?
    How long would the repair take?
    What would happen to the harbour?
    What would you call a beer that has not been filtered?
    What should be avoided when talking to authorities?
    When should the repairs be finished?
    Can you tell me when the bridge opened?
    Could you please tell me who won?
    Do you know where Kim lives?
    do you happen to know the name of the ship
    I'd like to know how many people died.
    I wonder why the club moved
    Any idea who paid for it?
    Tell me who chairs the club.
    Tell me about the bakery
    Can you name any medical school in the Philippines?
    Explain why the ship sank
    Hi! When did it open?
    Thanks, and who was the captain?
    Hello Kitty creator
    Good Morning Vietnam director
    Name the places that are to get new shelters.
    List the members of the committee
    List the articles of the treaty that were changed
    what was 9/11
    what is 4x4
    championship 1969-1974
    will smith age
    may day origin
    can opener inventor
    must see places in bremen
    draft bill vote result
    rank of officer arrested
    number of articles in the constitution
    score at half time ballyquirke fechins
    thank you note author
    who are you song band
    what is your blood pressure after a stroke supposed to be
    Were Tesla's experiments high-voltage or low-voltage?
    Is the bridge open or closed?
    Did the police say who did it?
    Is it known what sank the ship?
    Is the Rhine the border between Austria and what other country?
    Is it open, and since when?
    In 2004 the Orange revolution occurred in what country?
    If the head of government refuses, what can be done?
    What is the best time to sow?
    What is the summary of charges against him worth?
    Who is the most important speaker?
    What does the article of faith say?
    Translation rights were sold by whom?
    What did Compare the Market pay?
    Antigone was a play made by whom?
    By which festival must livestock be marked?
    What is the sum of the fine?
    Does anyone know when it reopens?
"""


def lines(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


@pytest.mark.parametrize("question", lines(UNSUPPORTED))
def test_what_extraction_cannot_do_is_turned_away(question: str) -> None:
    assert kind_of(question) is QuestionKind.UNSUPPORTED


@pytest.mark.parametrize("question", lines(YES_NO))
def test_yes_or_no(question: str) -> None:
    assert kind_of(question) is QuestionKind.YES_NO


@pytest.mark.parametrize("question", lines(FACTUAL))
def test_ordinary_questions_pass(question: str) -> None:
    assert kind_of(question) is QuestionKind.FACTUAL


@pytest.mark.parametrize("question", ["", "?", "...", "\n", "¿", "你好吗", "\ud800"])
def test_odd_texts_are_left_to_others(question: str) -> None:
    assert kind_of(question) is QuestionKind.FACTUAL


def test_spelling_of_a_person_in_a_hurry() -> None:
    assert kind_of("  WHATS   YOUR\nNAME ??? ") is QuestionKind.UNSUPPORTED
    assert kind_of("What\N{RIGHT SINGLE QUOTATION MARK}s your name?") is QuestionKind.UNSUPPORTED
    assert kind_of("“Did Putin meet Kim?”") is QuestionKind.YES_NO


@pytest.mark.parametrize(
    "piece",
    [
        "is ",
        "a",
        "do you ",
        "hi, ",
        "1",
        "1 + ",
        "what is ",
        ", n't ",
        "tell me ",
        "in a, ",
        "mention ",
        "is it good ",
        " ",
    ],
)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    began = time.perf_counter()
    for _ in range(10):
        kind_of(piece * (40_000 // len(piece)))
    assert time.perf_counter() - began < 5


def test_the_note_is_one_sentence_with_what_works() -> None:
    assert re.fullmatch(r"[^.]+who, what, when, where, why[^.]+\.", UNSUPPORTED_NOTE)


def test_answerable_questions_are_hardly_ever_caught(shared: Path) -> None:
    """Every question of these sets is meant to be answered by words of its text, or by none: any catch is a mistake."""
    questions = [
        question["question"]
        for file in sorted((shared / "data/choose").glob("*.json.gz"))
        for article in json.loads(gzip.decompress(file.read_bytes()))["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ]
    caught = [question for question in questions if kind_of(question) is not QuestionKind.FACTUAL]
    plainly_factual = re.compile(r"(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
    assert len(questions) > 2500
    assert [question for question in caught if plainly_factual.match(question)] == []
    assert len(caught) <= 0.005 * len(questions), caught
