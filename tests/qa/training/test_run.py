import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from index.errors import BadTestSet, InputRejected, ModelDamaged, ModelNotFound
from index.passages import Passage
from qa.evaluation.datasets import load_test_set
from qa.training import TrainingProgress, TrainingResult, TrainingSettings, train
from qa.transformer_reader import TransformerReader

SETTINGS = TrainingSettings(
    epochs=12, batch_size=4, learning_rate=5e-3, max_tokens=32, stride=4, negatives=0.0, titles=1.0, typed=0.0,
    base_share=0.0,
    checkpoint_minutes=0.0,
)  # fmt: skip
STEPS = 12 * 16 // 4  # epochs * questions / batch


@dataclass
class Run:
    result: TrainingResult
    progress: list[TrainingProgress]


class Interrupted(Exception):
    pass


def weights(folder: Path) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = load_file(folder / "model.safetensors")
    return tensors


@pytest.fixture(scope="module")
def run(questions: Path, encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One whole run."""
    progress: list[TrainingProgress] = []
    folder = tmp_path_factory.mktemp("whole") / "reader"
    return Run(train([questions], folder, base=encoder, settings=SETTINGS, progress=progress.append), progress)


def test_the_loss_falls(run: Run) -> None:
    first = run.progress[1].loss
    assert first is not None
    assert run.result.loss < first - 1.0


def test_every_step_is_told(run: Run) -> None:
    assert [progress.step for progress in run.progress] == list(range(1, STEPS + 1))
    assert {progress.steps for progress in run.progress} == {STEPS}


def test_the_result_counts_what_was_trained_on(run: Run) -> None:
    assert (run.result.questions, run.result.windows, run.result.steps) == (16, 16, STEPS)
    # [CLS] who bakes ? [SEP] people in bremen ada bakes . [SEP], in each of twelve epochs
    assert run.result.tokens == 12 * 16 * 12
    assert run.result.seconds > 0


def test_the_reader_answers_what_it_was_trained_on(run: Run, questions: Path) -> None:
    reader = TransformerReader(run.result.folder)
    examples = load_test_set(questions)
    readings = reader.read(
        [
            (example.question, Passage("a", example.title, 0, len(example.context or ""), example.context or ""))
            for example in examples
        ]
    )
    right = [
        (reading.spans[0].start, reading.spans[0].end) in example.spans
        for reading, example in zip(readings, examples, strict=True)
    ]
    assert sum(right) >= 12


def test_the_folder_holds_a_reader_in_half_precision_and_no_checkpoints(run: Run) -> None:
    folder = run.result.folder
    assert {path.name for path in folder.iterdir()} == {
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "training.json",
    }  # fmt: skip
    assert {tensor.dtype for tensor in weights(folder).values()} == {torch.float16}
    model = AutoModelForQuestionAnswering.from_pretrained(folder, dtype=torch.float32)
    assert model.dtype == torch.float32
    # Trained without dropout: with it, attention on a CPU takes the slow path.
    assert (model.config.attention_probs_dropout_prob, model.config.hidden_dropout_prob) == (0.0, 0.0)
    assert AutoTokenizer.from_pretrained(folder).model_max_length == 64  # what the model takes; the base said 16


def test_the_word_embeddings_stay_and_the_rest_moves(run: Run, encoder: Path) -> None:
    before, after = weights(encoder), weights(run.result.folder)
    words = "bert.embeddings.word_embeddings.weight"
    assert torch.equal(after[words], before[words].half())
    assert [name for name in after if name != words and torch.equal(after[name], before[name].half())] == []


def test_the_result_lies_between_the_base_and_what_was_trained(
    run: Run, questions: Path, encoder: Path, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, base_share=0.25)
    mixed = weights(train([questions], tmp_path / "reader", base=encoder, settings=settings).folder)
    before, after = weights(encoder), weights(run.result.folder)
    for name, found in mixed.items():
        assert torch.allclose(found.float(), 0.25 * before[name] + 0.75 * after[name].float(), atol=2e-3), name


def interrupt_after(steps: int) -> Any:
    def progress(progress: TrainingProgress) -> None:
        if progress.step == steps:
            raise Interrupted

    return progress


def test_a_resumed_run_ends_with_the_weights_of_a_whole_one(
    run: Run, questions: Path, encoder: Path, tmp_path: Path
) -> None:
    # One interruption within an epoch, one at its end: four steps make an epoch.
    for steps, resume in ((7, False), (21, True)):
        with pytest.raises(Interrupted):
            train(
                [questions], tmp_path / "reader", base=encoder, settings=SETTINGS, resume=resume,
                progress=interrupt_after(steps),
            )  # fmt: skip
    seen: list[TrainingProgress] = []
    result = train([questions], tmp_path / "reader", base=encoder, settings=SETTINGS, resume=True, progress=seen.append)
    assert seen[0].step == 21  # the checkpoint was that of step 20
    assert (result.steps, result.tokens, result.loss) == (run.result.steps, run.result.tokens, run.result.loss)
    whole, resumed = weights(run.result.folder), weights(result.folder)
    assert whole.keys() == resumed.keys()
    assert [name for name in whole if not torch.equal(whole[name], resumed[name])] == []


def test_a_run_by_the_clock_ends_in_time_and_can_be_resumed(questions: Path, encoder: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, minutes=1 / 20)
    with pytest.raises(Interrupted):
        train([questions], tmp_path / "reader", base=encoder, settings=settings, progress=interrupt_after(3))
    seen: list[TrainingProgress] = []
    result = train([questions], tmp_path / "reader", base=encoder, settings=settings, resume=True, progress=seen.append)
    assert seen[0].step == 3  # the checkpoint was that of step 2
    assert seen[-1].step == seen[-1].steps == result.steps
    assert result.seconds < 60


def test_a_malformed_file_is_refused_with_its_place_before_a_model_is_loaded(questions: Path, tmp_path: Path) -> None:
    squad = json.loads(questions.read_text())
    squad["data"][0]["paragraphs"][3]["qas"][0]["answers"][0]["answer_start"] = 1
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(squad))
    with pytest.raises(BadTestSet, match=r"bad\.json, question 'teaches In Oslo Ada teaches\.'"):
        train([questions, bad], tmp_path / "reader", base=tmp_path / "no model here")
    assert not (tmp_path / "reader").exists()


@pytest.mark.parametrize(
    "line", ['{"question": "Who bakes?", "answers": ["Ada"]}', '{"question": "Who?", "answers": []}']
)
def test_questions_without_places_cannot_be_trained_on(line: str, tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(line)
    with pytest.raises(BadTestSet, match=r"lines\.jsonl, question '1'.*SQuAD"):
        train([file], tmp_path / "reader", base=tmp_path / "no model here")


def test_without_files_there_is_nothing_to_train_on(tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match="file"):
        train([], tmp_path / "reader")


def test_a_base_that_is_not_there_leaves_no_folder(questions: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="nowhere"):
        train([questions], tmp_path / "reader", base=tmp_path / "nowhere", settings=SETTINGS)
    assert not (tmp_path / "reader").exists()


def test_weights_other_than_safetensors_are_refused(questions: Path, encoder: Path, tmp_path: Path) -> None:
    base = tmp_path / "pickled"
    base.mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (base / name).write_bytes((encoder / name).read_bytes())
    torch.save(weights(encoder), base / "pytorch_model.bin")
    with pytest.raises(ModelDamaged, match="pickled"):
        train([questions], tmp_path / "reader", base=base, settings=SETTINGS)


def test_truncated_weights_are_refused(questions: Path, encoder: Path, tmp_path: Path) -> None:
    base = Path(shutil.copytree(encoder, tmp_path / "truncated"))
    (base / "model.safetensors").write_bytes((encoder / "model.safetensors").read_bytes()[:-100])
    with pytest.raises(ModelDamaged, match="truncated"):
        train([questions], tmp_path / "reader", base=base, settings=SETTINGS)
    assert not (tmp_path / "reader").exists()


def test_more_tokens_than_the_base_takes_are_refused(questions: Path, encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match="64 tokens, not 384"):
        train([questions], tmp_path / "reader", base=encoder, settings=TrainingSettings())
