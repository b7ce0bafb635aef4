"""Every expected value is worked out by hand from the official SQuAD 2.0 script's rules."""

import pytest

from qa.evaluation.metrics import (
    exact_match,
    expected_calibration_error,
    f1,
    normalize_answer,
    set_exact_match,
    set_f1,
)


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("The  Quick\tFox.", "quick fox"),
        ("a an the", ""),
        ("An apple, a day", "apple day"),
        ("theatre", "theatre"),
        ("U.S.A.", "usa"),
        ("forty-two", "fortytwo"),
        ("Rock 'n' Roll's", "rock n rolls"),
        ("$1.2 billion", "12 billion"),
        ("vitamin a!", "vitamin"),
        ("ÉCOLE à la carte", "école à la carte"),
        ("“quoted”—dash", "“quoted”—dash"),
        ("the\u00a0end", "end"),
        ("…", "…"),
        ("!?", ""),
        ("", ""),
    ],
)
def test_normalize_answer(text: str, normalized: str) -> None:
    assert normalize_answer(text) == normalized


@pytest.mark.parametrize(
    ("prediction", "golds", "score"),
    [
        ("The Pauli principle", ["pauli principle."], 1),
        ("Pauli", ["pauli principle"], 0),
        ("in 2014", ["2014", "in 2014"], 1),
        ("", [], 1),
        ("Putin", [], 0),
        ("", ["Putin"], 0),
        ("", ["the", "..."], 1),
        ("the", [], 1),
        ("", ["the", "Putin"], 0),
    ],
)
def test_exact_match(prediction: str, golds: list[str], score: float) -> None:
    assert exact_match(prediction, golds) == score


@pytest.mark.parametrize(
    ("prediction", "golds", "score"),
    [
        ("fight against apartheid", ["apartheid"], 1 / 2),  # precision 1/3, recall 1
        ("the fight", ["fight against apartheid"], 1 / 2),  # precision 1, recall 1/3
        ("red blue green", ["blue green yellow grey"], 4 / 7),  # precision 2/3, recall 1/2
        ("fight against apartheid", ["apartheid", "against apartheid"], 4 / 5),  # the better gold: 2/3 and 1
        ("new new york", ["new york"], 4 / 5),  # a repeated word counts as often as the gold has it
        ("york new", ["new york"], 1),
        ("Kim", ["Putin"], 0),
        ("", [], 1),
        ("", ["..."], 1),
        ("Kim", [], 0),
        ("", ["Kim"], 0),
        ("the", ["Kim"], 0),
    ],
)
def test_f1(prediction: str, golds: list[str], score: float) -> None:
    assert f1(prediction, golds) == pytest.approx(score)


CAMPS = [["Tin Zaraf"], ["Adghagh", "camp of Adghagh"], ["Wells Nine", "Wells 9"]]


@pytest.mark.parametrize(
    ("predictions", "score"),
    [
        (["wells nine", "the camp of Adghagh", "Tin Zaraf."], 1),
        (["Tin Zaraf"], 1 / 2),  # precision 1, recall 1/3
        (["Tin Zaraf", "Paris"], 2 / 5),  # precision 1/2, recall 1/3
        (["Wells Nine", "Wells 9"], 1 / 2),  # two wordings of one item are one
        (["Paris", "paris"], 0),
        (["Tin Zaraf and Adghagh"], 0),  # names neither
        ([""], 0),
        ([], 0),
    ],
)
def test_set_scores(predictions: list[str], score: float) -> None:
    assert set_f1(predictions, CAMPS) == pytest.approx(score)
    assert set_exact_match(predictions, CAMPS) == (score == 1)


def test_set_exact_match_wants_nothing_besides_the_items() -> None:
    everything = ["Tin Zaraf", "Adghagh", "Wells 9"]
    assert set_exact_match(everything, CAMPS) == 1
    assert set_exact_match([*everything, "Paris"], CAMPS) == 0


@pytest.mark.parametrize(
    ("scored", "error"),
    [
        ([(1.0, True), (0.0, False)], 0.0),
        ([(1.0, False)], 1.0),
        ([(0.62, True), (0.66, False)], 0.14),  # one bin: 0.64 sure, half right
        ([(0.58, True), (0.62, False)], 0.52),  # two bins: (0.42 + 0.62) / 2
    ],
)
def test_calibration_error_by_hand(scored: list[tuple[float, bool]], error: float) -> None:
    assert expected_calibration_error(scored) == pytest.approx(error)
