"""A library is never searched with another model or other settings, also where `assert` is switched off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from damaging import copy
from old_libraries import FOLDER

ROOT = Path(__file__).parents[2]
MISMATCHES = """
import importlib.util, sys
from dataclasses import replace
from pathlib import Path
from index.errors import ModelMismatch
from index.library import Library
from index.passages import PassageSettings
from old_libraries import NEW_ARTICLE, SETTINGS
spec = importlib.util.spec_from_file_location("conftest", Path(sys.argv[2]) / "tests" / "conftest.py")
conftest = importlib.util.module_from_spec(spec)
spec.loader.exec_module(conftest)

def embedder(**changes):
    made = conftest.FakeEmbedder(changes.get("dimension", 64))
    made.fingerprint = replace(made.fingerprint, **changes)
    return made

def refused(embedder, settings):
    try:
        with Library.open(Path(sys.argv[1]), embedder, settings=settings) as library:
            library.search("Who knits nets?", 3)
            library.add([NEW_ARTICLE])
    except ModelMismatch as error:
        return "qa reembed" in str(error)
    return False

print(sys.flags.optimize, *(refused(other, SETTINGS) for other in [
    *(embedder(dimension=dimension) for dimension in (1, 32, 63, 65, 384)),
    embedder(weights_sha256="other"), embedder(pooling="cls"), embedder(max_tokens=128),
]), *(refused(embedder(), settings) for settings in [PassageSettings(), PassageSettings(30, 7), PassageSettings(31, 8)]),
    refused(embedder(name="renamed"), SETTINGS))
"""


@pytest.mark.parametrize("optimized", [[], ["-O"]])
def test_another_model_and_other_settings_are_refused(tmp_path: Path, optimized: list[str]) -> None:
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    folder = copy(FOLDER / "format-1", tmp_path / "library")
    ran = subprocess.run(
        [sys.executable, *optimized, "-c", MISMATCHES, str(folder), str(ROOT)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert ran.stdout.split() == [str(len(optimized)), *["True"] * 11, "False"], ran.stderr
