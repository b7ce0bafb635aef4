import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.errors import BadTestSet
from qa.evaluation.datasets import Example, load_test_set

CONTEXT = "Putin met Kim in Vladivostok."

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes text, bytes or JSON under a name, gzipped where the name says so."""

    def write(name: str, content: Any) -> Path:
        if isinstance(content, dict):
            content = json.dumps(content)
        if isinstance(content, str):
            content = content.encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def squad(*questions: dict[str, Any], title: str = "Kim_summit", context: str = CONTEXT) -> dict[str, Any]:
    return {"version": "2.0", "data": [{"title": title, "paragraphs": [{"context": context, "qas": list(questions)}]}]}


WHO = {"id": "q1", "question": "Who met Kim?", "answers": [{"text": "Putin", "answer_start": 0}]}
WHERE = {"id": "q2", "question": "Where?", "answers": [{"text": "Vladivostok", "answer_start": 17}]}
WHY = {"id": "q3", "question": "Why?", "answers": [], "is_impossible": True}


@pytest.mark.parametrize("name", ["set.json", "set.json.gz", "SET.JSON"])
def test_squad(write: Write, name: str) -> None:
    assert load_test_set(write(name, squad(WHO, WHY))) == [
        Example("q1", "Who met Kim?", ("Putin",), CONTEXT, "Kim summit", ((0, 5),)),
        Example("q3", "Why?", (), CONTEXT, "Kim summit"),
    ]


def test_only_a_question_without_answers_is_impossible(write: Write) -> None:
    examples = load_test_set(write("set.json", squad(WHO, WHY)))
    assert [example.impossible for example in examples] == [False, True]


def test_all_annotators_answers_are_kept(write: Write) -> None:
    answers = [{"text": "Putin", "answer_start": 0}, {"text": "Putin met Kim", "answer_start": 0}]
    (example,) = load_test_set(write("set.json", squad(WHO | {"answers": answers})))
    assert example.golds == ("Putin", "Putin met Kim")
    assert example.spans == ((0, 5), (0, 13))


def test_free_answer_marks_evidence(write: Write) -> None:
    whole = WHO | {"answers": [{"text": CONTEXT, "answer_start": 0}]}
    examples = load_test_set(write("set.json", squad(whole | {"free_answer": "The president"}, WHERE)))
    assert [example.is_evidence for example in examples] == [True, False]
    assert examples[0].golds == (CONTEXT,)


def test_offsets_count_code_points(write: Write) -> None:
    question = WHO | {"answers": [{"text": "Đoàn", "answer_start": 2}]}
    (example,) = load_test_set(write("set.json", squad(question, context="😀 Đoàn Mỹ Lệ")))
    assert example.spans == ((2, 6),)


def test_numbers_as_ids_and_byte_order_mark(write: Write) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(squad(WHO | {"id": 41})).encode()
    assert [example.id for example in load_test_set(write("set.json", content))] == ["41"]


@pytest.mark.parametrize("name", ["set.jsonl", "set.jsonl.gz"])
def test_json_lines(write: Write, name: str) -> None:
    lines = [
        {"question": "Who met Kim?", "answers": ["Putin", "Mr Putin"], "context": CONTEXT, "title": "T", "id": "x"},
        {"question": "Why?", "answers": []},
        {"question": "Who met?", "answer_set": [["Putin", "Mr Putin"], ["Kim"]]},
    ]
    text = json.dumps(lines[0]) + "\r\n\n" + json.dumps(lines[1]) + "\n" + json.dumps(lines[2])
    examples = load_test_set(write(name, text))
    assert examples == [
        Example("x", "Who met Kim?", ("Putin", "Mr Putin"), CONTEXT, "T"),
        Example("3", "Why?"),
        Example("4", "Who met?", answer_set=(("Putin", "Mr Putin"), ("Kim",))),
    ]
    assert [example.impossible for example in examples] == [False, True, False]


def test_unicode_line_separators_do_not_end_a_line(write: Write) -> None:
    text = json.dumps({"question": "Why\u2028now?", "answers": ["x"]}, ensure_ascii=False)
    assert load_test_set(write("set.jsonl", text))[0].question == "Why\u2028now?"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"[1, 2]", "an object"),
        (b'{"data": [', "EOF"),
        (b'{"data": "\xff"}', "unicode"),
        (b"[" * 100_000, "recursion"),
        ({"data": []}, "holds no question"),
        ({"articles": []}, "data: Field required"),
        ({"data": {}}, "data: Input should be a valid array"),
        ({"data": [{"paragraphs": [{"context": "word"}]}]}, r"data\[0\]\.paragraphs\[0\]\.qas: Field required"),
        (squad(WHO | {"question": 7}), r"data\[0\]\.paragraphs\[0\]\.qas\[0\]\.question: .*string"),
        (squad(WHO, WHERE | {"question": " ?"}), r"qas\[1\]\.question: .*word"),
        (squad(WHO, context="..."), r"paragraphs\[0\]\.context: .*word"),
        (squad(WHO | {"id": None}), r"qas\[0\]\.id"),
        (squad(WHO | {"answers": None}), r"qas\[0\]\.answers: .*array"),
        (squad(WHO | {"answers": ["Putin"]}), r"answers\[0\]: .*object"),
        (squad(WHO | {"answers": [{"text": "Putin"}]}), r"answers\[0\]\.answer_start: Field required"),
        (squad(WHO | {"answers": [{"text": "Putin", "answer_start": "0"}]}), r"answer_start: .*integer"),
        (squad(WHO | {"answers": [{"text": "Putin", "answer_start": True}]}), r"answer_start: .*integer"),
        (squad(WHO | {"answers": [{"text": "Putin", "answer_start": -1}]}), r"answer_start: .*greater"),
        (squad(WHO | {"answers": [{"text": "Putin", "answer_start": 1}]}), "question 'q1': .* reads 'utin ' at"),
        (squad(WHO | {"answers": [{"text": "Putin", "answer_start": 999}]}), "question 'q1': .* reads '' at"),
        (squad(WHO | {"is_impossible": True}), "question 'q1': is_impossible is true, but answers are given"),
        (squad(WHY | {"is_impossible": False}), "question 'q3': is_impossible is false, but no answer is given"),
        (squad(WHO, WHERE, WHO), "the id 'q1' stands for 2 questions"),
        (squad(WHO | {"question": "\ud800 who"}), "hex escape"),
    ],
)
def test_bad_squad_names_file_and_place(write: Write, content: Any, message: str) -> None:
    path = write("set.json", content)
    with pytest.raises(BadTestSet, match=message) as raised:
        load_test_set(path)
    assert str(raised.value).startswith(str(path))


GOOD_LINE = '{"question": "Who?", "answers": ["Putin"]}'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "EOF"),
        ("7", "object"),
        ('{"answers": ["x"]}', "question: Field required"),
        ('{"question": "", "answers": ["x"]}', "question: .*word"),
        ('{"question": "Who?"}', 'either "answers" or "answer_set"'),
        ('{"question": "Who?", "answers": ["x"], "answer_set": [["x"]]}', 'either "answers" or "answer_set"'),
        ('{"question": "Who?", "answers": "x"}', "answers: .*array"),
        ('{"question": "Who?", "answers": [1]}', r"answers\[0\]: .*string"),
        ('{"question": "Who?", "answer_set": []}', "answer_set: .*at least 1"),
        ('{"question": "Who?", "answer_set": [[]]}', r"answer_set\[0\]: .*at least 1"),
        ('{"question": "Who?", "answer_set": ["x"]}', r"answer_set\[0\]: .*array"),
        ('{"question": "Who?", "answer_set": [["Kim"], ["Un", "the KIM"]]}', "wording 'kim' stands for two items"),
        ('{"question": "Who?", "answers": [], "context": ""}', "context: .*word"),
        ('{"question": "Who?", "answers": [], "id": "1"}', "the id '1' stands for 2 questions"),
    ],
)
def test_bad_json_line_names_its_line(write: Write, line: str, message: str) -> None:
    path = write("set.jsonl", f"{GOOD_LINE}\n\n{line}\n")
    with pytest.raises(BadTestSet, match=message) as raised:
        load_test_set(path)
    place = str(path) if "stands for 2 questions" in message else f"{path}, line 3"
    assert str(raised.value).startswith(place)


def test_gzip_that_is_none_or_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "set.json.gz"
    path.write_bytes(b'{"data": []}')
    with pytest.raises(BadTestSet, match=r"set\.json\.gz is not a whole gzip file"):
        load_test_set(path)
    path.write_bytes(gzip.compress(json.dumps(squad(WHO)).encode())[:-12])
    with pytest.raises(BadTestSet, match=r"set\.json\.gz is not a whole gzip file"):
        load_test_set(path)


def test_unknown_ending_missing_file_and_folder(write: Write, tmp_path: Path) -> None:
    with pytest.raises(BadTestSet, match=r"set\.csv is no test set: give SQuAD JSON"):
        load_test_set(write("set.csv", "question,answer"))
    with pytest.raises(BadTestSet, match=r"absent\.json cannot be read: No such file"):
        load_test_set(tmp_path / "absent.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(BadTestSet, match=r"folder\.json cannot be read: Is a directory"):
        load_test_set(tmp_path / "folder.json")
