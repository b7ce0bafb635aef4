"""What a reader is given: titles and questions cut to what leaves the passage room."""

from pathlib import Path

from qa.reader_input import heading, shortened
from qa.reader_model import load_reader_model


def test_a_title_stands_on_a_line_of_its_own() -> None:
    assert heading("Chess club") == "Chess club\n"
    assert heading("") == ""
    assert heading("t" * 5000) == "t" * 200 + "\n"


def test_questions_are_cut_after_whole_tokens(tiny_reader: Path) -> None:
    tokenizer = load_reader_model(tiny_reader).tokenizer
    questions = ["who is it", "a" * 99, "", "who is it", "\0", "ab cd ef gh ij kl mn op qr"]
    assert shortened(questions, tokenizer, 16) == [
        "who is it",
        "a" * 16,
        "",
        "who is it",
        "",
        "ab cd ef gh ij kl mn op",
    ]
