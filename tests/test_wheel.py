"""The built wheel holds everything: installed elsewhere, it answers from an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_wheel_installed_elsewhere_answers_from_an_empty_folder(tmp_path: Path) -> None:
    wheels, installed, empty = (tmp_path / name for name in ("wheels", "installed", "empty"))
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(ROOT)], check=True, timeout=280
    )
    (wheel,) = wheels.glob("article_qa-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(installed), str(wheel)], check=True, timeout=280)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    environment |= {"PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    program = "import qa, ui.cli; print(qa.__file__); ui.cli.main()"
    finished = subprocess.run(
        [sys.executable, "-c", program, "ask", "when did Putin and Kim meet in Vladivostok?", "--json"],
        cwd=empty,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert finished.returncode == 0, finished.stderr
    where, reply = finished.stdout.strip().split("\n")
    assert Path(where).is_relative_to(installed)
    assert json.loads(reply)["answers"][0]["text"]
    assert list(empty.iterdir()) == []
