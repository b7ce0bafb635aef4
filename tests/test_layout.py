"""The house keeps its rules: imports run one way, nothing unsafe is called, everything public says what it is."""

from __future__ import annotations

import ast
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[1]
# What each package may import of ours, itself aside.
BELOW = {"index": set[str](), "qa": {"index", "seeds"}, "ui": {"index", "qa"}}
MODULES = [path for package in BELOW for path in sorted((ROOT / package).rglob("*.py"))]
UNSAFE_MODULES = {"pickle", "dill", "marshal", "shelve", "joblib"}
UNSAFE_CALLS = {"eval", "exec", "torch.load", "numpy.load", "np.load", "os.system"}
# Versions below these have known faults: downloads that run code, weights that do, pages that leak files.
FLOORS = {
    "gradio": "6.25",
    "starlette": "0.49.1",
    "python-multipart": "0.0.27",
    "brotli": "1.2.1",
    "lxml": "6.1.0",
    "torch": "2.10",
    "transformers": "5.2.1",
    "faiss-cpu": "1.15",
    "trafilatura": "2.3.1",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_run_one_way_and_load_nothing_unsafe(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    roots = {name.split(".")[0] for name in imported(ast.parse(path.read_text(encoding="utf-8")))}
    assert roots & {"index", "qa", "ui", "seeds", "tests"} <= BELOW[package] | {package}
    assert not roots & UNSAFE_MODULES


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_nothing_unsafe_is_called(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in UNSAFE_CALLS
            trusted = [word for word in node.keywords if word.arg == "trust_remote_code"]
            assert all(ast.unparse(word.value) == "False" for word in trusted)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_public_names_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert ast.get_docstring(tree)
    assert [node.name for node in public if not ast.get_docstring(node)] == []


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_installed_versions_are_above_known_faults(package: str, floor: str) -> None:
    assert Version(version(package)) >= Version(floor)
