"""The house keeps its rules: imports run one way, nothing is unpickled, every public name says what it does."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import apsw
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
# What each package may import of ours.
ALLOWED = {
    "index": {"index"},
    "qa": {"index", "qa", "seeds"},
    "ui": {"index", "qa", "ui", "seeds"},
    "seeds": set[str](),
}
# Versions below these have known holes, or lack what is relied on: reasons beside each.
FLOORS = {
    "apsw": "3.54",  # its SQLite: see below
    "brotli": "1.2.1",  # decompression bomb, CVE-2026-111497
    "faiss-cpu": "1.15",  # reading malformed files
    "filelock": "3.30",  # before, who tries to lock empties the file in which the holder says who it is
    "gradio": "6.25",  # redirects, memory that grows with each request
    "lxml": "6.1.0",  # external entities, CVE-2026-41066
    "python-multipart": "0.0.27",  # CVE-2026-42561
    "starlette": "0.49.1",  # denial of service by ranges, CVE-2025-62727
    "torch": "2.10",  # torch.load, CVE-2025-32434 and CVE-2026-24747
    "trafilatura": "2.3.1",  # earlier ones do not import beside a current lxml
    "transformers": "5.2.1",  # CVE-2026-5241
}
MODULES = sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def test_there_are_modules_to_look_at() -> None:
    assert {"library.py", "assistant.py", "cli.py"} <= {path.name for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imported(path)} & {*ALLOWED, "tests"}
    assert ours <= ALLOWED[package]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled_or_evaluated(path: Path) -> None:
    dangerous = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}
    assert not {name.split(".")[0] for name in imported(path)} & dangerous
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in {
                "eval",
                "exec",
                "compile",
                "__import__",
                "torch.load",
                "yaml.load",
                "os.system",
            }
            for keyword in node.keywords:
                value = ast.unparse(keyword.value)
                assert not (keyword.arg in {"trust_remote_code", "shell", "allow_pickle"} and value != "False")
                assert not (keyword.arg == "weights_only" and value != "True")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_public_name_says_what_it_does(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module), "the module"
    assert [ast.unparse(node).splitlines()[0] for node in public(module) if not ast.get_docstring(node)] == []


def public(scope: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public functions and classes, and those of public classes; special methods say enough by their names."""
    for node in scope.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_versions_with_known_holes_are_not_installed(package: str, floor: str) -> None:
    assert Version(version(package)) >= Version(floor)


def test_the_bundled_sqlite_keeps_commits_of_several_connections() -> None:
    """Before 3.51.3 a reset of the write-ahead log could lose commits."""
    assert Version(apsw.sqlite_lib_version()) >= Version("3.51.3")


def declared() -> list[Requirement]:
    """The project's dependencies, as they stand in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"]]


@pytest.mark.parametrize("requirement", [known for known in declared() if known.name in FLOORS], ids=str)
def test_what_is_asked_for_is_not_below_a_floor(requirement: Requirement) -> None:
    lowest = next(part.version for part in requirement.specifier if part.operator in {">=", "=="})
    assert Version(lowest) >= Version(FLOORS[requirement.name])


def test_what_is_imported_is_asked_for() -> None:
    """What only a dependency depends on may vanish with its next version."""
    names = {requirement.name.lower().replace("-", "_") for requirement in declared()}
    names |= {"faiss", "frontmatter", "markdown_it", "pydantic_core", "sklearn", "yaml"}  # by their names in Python
    used = {name.split(".")[0] for path in MODULES for name in imported(path)}
    assert used - names - set(sys.stdlib_module_names) - set(ALLOWED) == set()
