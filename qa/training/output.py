"""The output folder: a record of the run, its checkpoints while it lasts, the finished reader in the end."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InputRejected, RejectionReason
from qa.training.settings import TrainingSettings

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_RECORD = "training.json"
_CHECKPOINTS = "checkpoints"


class Output:
    """A folder that one training run owns."""

    def __init__(self, folder: Path, files: Sequence[Path], base: str | Path, settings: TrainingSettings) -> None:
        """Name the folder and what the run is made of; nothing is touched yet."""
        self.path = folder
        self.checkpoints = folder / _CHECKPOINTS
        self._record: dict[str, Any] = {
            "base": _base(base),
            "files": _named(files),
            "settings": asdict(settings),
        }

    def check(self, *, resume: bool) -> None:
        """See that the folder is free or, to resume, holds an unfinished run of the same files, base and settings.

        Raises InputRejected where it is not so. Nothing is touched.
        """
        found = self._unfinished_record()
        if resume and found != self._record:
            raise _rejected(self._why_not_resumed(found))
        if not resume and self.path.exists() and not self._is_empty():
            held = "an unfinished run; resume it, or" if found else "something already;"
            raise _rejected(f"The output folder {self.path} holds {held} choose a new or an empty folder.")

    def claim(self) -> None:
        """Make the folder where there is none, and put the record of the run into it."""
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        (self.path / _RECORD).write_text(json.dumps(self._record, indent=2) + "\n", encoding="utf-8")

    def newest_checkpoint(self) -> str | None:
        """The last checkpoint that was written to its end, if there is one."""
        whole = [state.parent for state in self.checkpoints.glob("checkpoint-*/trainer_state.json")]
        newest = max(whole, key=lambda checkpoint: int(checkpoint.name.rpartition("-")[2]), default=None)
        return None if newest is None else str(newest)

    def finish(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        """Write the reader, in half precision, and drop the checkpoints."""
        model.half().save_pretrained(self.path)  # type: ignore[no-untyped-call]
        tokenizer.save_pretrained(self.path)
        shutil.rmtree(self.checkpoints)

    def _unfinished_record(self) -> dict[str, Any] | None:
        """The record of the run that began in the folder and did not end, or None."""
        if not self.checkpoints.is_dir():
            return None
        try:
            record: Any = json.loads((self.path / _RECORD).read_bytes())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) and record.keys() == self._record.keys() else None

    def _is_empty(self) -> bool:
        return self.path.is_dir() and not any(self.path.iterdir())

    def _why_not_resumed(self, found: dict[str, Any] | None) -> str:
        if found is None:
            return f"There is no unfinished run to resume in {self.path}; start one without resuming."
        changed = ", ".join(key for key, value in self._record.items() if found[key] != value)
        return f"The run in {self.path} had other {changed}; give those in its {_RECORD}, or choose another folder."


def _rejected(message: str) -> InputRejected:
    return InputRejected(RejectionReason.OPTION, message)


def _base(base: str | Path) -> dict[str, Any]:
    """What tells one base from another: no path, as the folder may be given to others."""
    folder = Path(base)
    name = folder.resolve().name if folder.is_dir() else str(base)
    return {"name": name, "weights": _named(sorted(folder.glob("*.safetensors")))}


def _named(files: Sequence[Path]) -> list[dict[str, str]]:
    return [{"name": file.name, "sha256": _sha256(file)} for file in files]


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
