"""Loading a reader: what is missing, damaged or dangerous is refused in a sentence, and no code is run."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from index.errors import ModelDamaged, ModelNotFound
from qa.reader_model import SHIPPED_READER, load_reader_model

WEIGHTS = "model.safetensors"


@pytest.fixture
def folder(tiny_reader: Path, tmp_path: Path) -> Path:
    """A copy of the tiny reader, to damage."""
    return Path(shutil.copytree(tiny_reader, tmp_path / "model"))


def edit(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_a_whole_model_is_loaded_for_inference(folder: Path) -> None:
    loaded = load_reader_model(folder)
    assert not loaded.model.training
    assert loaded.model.dtype is torch.float32
    assert loaded.tokenizer.is_fast
    assert load_reader_model(str(folder)).model.config.hidden_size == 32


def test_the_shipped_reader_is_the_default() -> None:
    assert {"config.json", WEIGHTS, "tokenizer.json"} <= {path.name for path in SHIPPED_READER.iterdir()}
    loaded = load_reader_model()
    assert loaded.model.dtype is torch.float32
    assert loaded.model.config.name_or_path == str(SHIPPED_READER)


@pytest.mark.parametrize("name", ["/nowhere/model", "./model", "~/no-such-model"])
def test_a_folder_that_is_missing_is_not_found(name: str) -> None:
    with pytest.raises(ModelNotFound, match=f"There is no model folder at {name}; give a folder with config.json"):
        load_reader_model(name)


def test_a_file_is_no_model_folder(folder: Path) -> None:
    with pytest.raises(ModelNotFound, match="There is no model folder"):
        load_reader_model(folder / "config.json")


def test_a_name_that_no_hub_gives_is_not_found() -> None:
    with pytest.raises(ModelNotFound, match="No model named no/such-model was found"):
        load_reader_model("no/such-model")


def test_a_folder_without_config_holds_no_model(folder: Path) -> None:
    (folder / "config.json").unlink()
    with pytest.raises(ModelNotFound, match=r"holds no model: config\.json is missing"):
        load_reader_model(folder)


def cut(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-100])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no weights": lambda folder: (folder / WEIGHTS).unlink(),
    "truncated weights": cut,
    "empty weights": lambda folder: (folder / WEIGHTS).write_bytes(b""),
    "weights of noise": lambda folder: (folder / WEIGHTS).write_bytes(b"\xff" * 1000),
    "config is no JSON": lambda folder: (folder / "config.json").write_text("{"),
    "config is a list": lambda folder: (folder / "config.json").write_text("[]"),
    "config names no type": lambda folder: (folder / "config.json").write_text("{}"),
    "config of another size": lambda folder: edit(folder / "config.json", hidden_size=64),
    "config of another kind": lambda folder: edit(folder / "config.json", hidden_size="x"),
    "unknown type": lambda folder: edit(folder / "config.json", model_type="nope"),
    "tokenizer is no JSON": lambda folder: (folder / "tokenizer.json").write_text("{"),
    "tokenizer is empty": lambda folder: (folder / "tokenizer.json").write_text("{}"),
    "tokenizer is missing": lambda folder: (folder / "tokenizer.json").unlink(),
    "tokenizer's config is a list": lambda folder: (folder / "tokenizer_config.json").write_text("[]"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_files_are_refused(folder: Path, damage: Callable[[Path], object]) -> None:
    damage(folder)
    with pytest.raises(ModelDamaged, match=str(folder)) as caught:
        load_reader_model(folder)
    assert len(str(caught.value)) < 400


def test_a_model_without_a_span_head_is_refused(folder: Path) -> None:
    BertForMaskedLM(BertConfig.from_pretrained(folder)).save_pretrained(folder)
    with pytest.raises(ModelDamaged, match="has no trained span head; name a model for extractive question answering"):
        load_reader_model(folder)


class Exploit:
    """Runs a command where it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.marker}",)


def test_pickled_weights_are_refused_without_unpickling_them(folder: Path, tmp_path: Path) -> None:
    (folder / WEIGHTS).unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Exploit(tmp_path / "ran")))
    with pytest.raises(ModelDamaged, match=WEIGHTS):
        load_reader_model(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("model_type", ["bert", "custom"])
def test_code_that_comes_with_a_model_is_not_run(folder: Path, tmp_path: Path, model_type: str) -> None:
    """Where the type is known the code is passed over, else the model is refused."""
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    classes = {"AutoConfig": "evil.Config", "AutoModelForQuestionAnswering": "evil.Model"}
    edit(folder / "config.json", auto_map=classes, model_type=model_type)
    edit(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Tokenizer", "evil.Tokenizer"]})
    if model_type == "bert":
        assert type(load_reader_model(folder).model).__module__ == "transformers.models.bert.modeling_bert"
    else:
        with pytest.raises(ModelDamaged, match="custom code"):
            load_reader_model(folder)
    assert not (tmp_path / "ran").exists()
