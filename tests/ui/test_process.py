"""Whether the model libraries may use the network, and what they may print."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ui.process import stay_offline


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "to be put back")
    monkeypatch.delenv("HF_HUB_OFFLINE")


def test_folders_and_the_shipped_models_keep_the_network_out(tmp_path: Path) -> None:
    assert stay_offline(None, str(tmp_path))
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_a_name_for_a_hub_lets_it_in() -> None:
    assert not stay_offline(None, "somebody/some-model")
    assert "HF_HUB_OFFLINE" not in os.environ


@pytest.mark.parametrize(("setting", "offline"), [("1", True), ("0", False)])
def test_what_the_user_set_is_kept(monkeypatch: pytest.MonkeyPatch, setting: str, offline: bool) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", setting)
    assert stay_offline("somebody/some-model") is offline
    assert stay_offline() is offline
    assert os.environ["HF_HUB_OFFLINE"] == setting


def test_only_our_own_warnings_are_shown_a_line_each() -> None:
    code = (
        "import logging, warnings\n"
        "from ui.process import quiet_libraries\n"
        "quiet_libraries()\n"
        "logging.getLogger('index.library').warning('The disk is slow.')\n"
        "logging.getLogger('trafilatura').error('discarding data')\n"
        "warnings.warn('this will change')\n"
        "print('a · b')\n"
    )
    variables = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "ascii"}
    variables.pop("PYTHONWARNINGS", None)
    ran = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("a \\xb7 b\n", "WARNING: The disk is slow.\n")
