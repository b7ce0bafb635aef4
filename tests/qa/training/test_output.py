import json
from pathlib import Path

import pytest

from index.errors import InputRejected
from qa.training import TrainingSettings
from qa.training.output import Output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "questions.json"
    file.write_text("{}")
    return file


def output(file: Path, folder: Path, **settings: int) -> Output:
    return Output(folder, [file], "base", TrainingSettings(**settings))


def test_a_run_writes_down_what_it_is_made_of(file: Path, tmp_path: Path) -> None:
    output(file, tmp_path / "new" / "reader", seed=5).claim()
    record = json.loads((tmp_path / "new" / "reader" / "training.json").read_text())
    sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of "{}"
    assert record["base"] == {"name": "base", "weights": []}
    assert record["files"] == [{"name": "questions.json", "sha256": sha256}]
    assert record["settings"]["seed"] == 5


def test_the_base_is_known_by_its_weights_and_not_by_its_place(file: Path, tmp_path: Path) -> None:
    base, moved = tmp_path / "base", tmp_path / "moved" / "base"
    for folder in (base, moved):
        folder.mkdir(parents=True)
        (folder / "model.safetensors").write_bytes(b"1")
    settings = TrainingSettings()
    Output(tmp_path / "reader", [file], base, settings).claim()
    assert str(tmp_path) not in (tmp_path / "reader" / "training.json").read_text()
    Output(tmp_path / "reader", [file], moved, settings).check(resume=True)
    (moved / "model.safetensors").write_bytes(b"2")
    with pytest.raises(InputRejected, match="other base;"):
        Output(tmp_path / "reader", [file], moved, settings).check(resume=True)


def test_an_empty_folder_is_free(file: Path, tmp_path: Path) -> None:
    (tmp_path / "reader").mkdir()
    output(file, tmp_path / "reader").check(resume=False)


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_with_something_else_is_left_alone(file: Path, tmp_path: Path, resume: bool) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("It was a dark night.")
    with pytest.raises(InputRejected, match="thesis"):
        output(file, folder).check(resume=resume)
    assert [path.name for path in folder.iterdir()] == ["chapter.txt"]
    assert (folder / "chapter.txt").read_text() == "It was a dark night."


def test_checkpoints_of_another_tool_are_not_resumed(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    (folder / "checkpoints" / "checkpoint-10").mkdir(parents=True)
    (folder / "training.json").write_text('{"model": "other"}')
    with pytest.raises(InputRejected, match="no unfinished run"):
        output(file, folder).check(resume=True)


def test_an_unfinished_run_is_not_begun_again_by_accident(file: Path, tmp_path: Path) -> None:
    output(file, tmp_path / "reader").claim()
    with pytest.raises(InputRejected, match="resume it"):
        output(file, tmp_path / "reader").check(resume=False)


def test_the_same_run_resumes(file: Path, tmp_path: Path) -> None:
    output(file, tmp_path / "reader").claim()
    output(file, tmp_path / "reader").check(resume=True)


def test_another_run_does_not_resume(file: Path, tmp_path: Path) -> None:
    output(file, tmp_path / "reader").claim()
    file.write_text("[]")
    with pytest.raises(InputRejected, match="other files, settings"):
        output(file, tmp_path / "reader", epochs=3).check(resume=True)


def test_a_file_is_no_folder(file: Path) -> None:
    with pytest.raises(InputRejected, match=r"questions\.json"):
        output(file, file).check(resume=False)


def test_the_newest_whole_checkpoint_counts(file: Path, tmp_path: Path) -> None:
    claimed = output(file, tmp_path / "reader")
    claimed.claim()
    assert claimed.newest_checkpoint() is None
    for step in (9, 10, 11):
        (claimed.checkpoints / f"checkpoint-{step}").mkdir()
        if step < 11:  # the state is the last file to be written
            (claimed.checkpoints / f"checkpoint-{step}" / "trainer_state.json").touch()
    assert claimed.newest_checkpoint() == str(claimed.checkpoints / "checkpoint-10")
