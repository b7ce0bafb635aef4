"""What a library promises, tried by force: killed processes, full disks, flipped bits, many readers.

`pytest tests/reliability` tries samples in a few minutes, `pytest tests/reliability --long` everything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import faiss
import pytest
from damaging import Contents, Report, articles, contents, make_library
from forkserver import ForkServer
from tracing import injected

from index.embedder import Embedder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="try everything, which takes up to an hour")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether everything is tried, not samples."""
    return bool(request.config.getoption("--long", default=False))


@pytest.fixture
def small(tmp_path: Path, fake_embedder: Embedder) -> Path:
    """The folder of a library of twelve articles that nobody has open."""
    return make_library(tmp_path / "small", fake_embedder, articles())


@pytest.fixture
def whole(small: Path, fake_embedder: Embedder) -> Contents:
    """What that library says before anything happened to it."""
    return contents(small, fake_embedder)


@pytest.fixture
def report(record_property: Report) -> Report:
    """`pytest -s` shows what a test counted."""

    def recorded(name: str, value: object) -> None:
        record_property(name, value)
        sys.stdout.write(f"{name}: {value}\n")

    return recorded


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Threads of FAISS that wait for one another cost more here than they gain: the libraries are tiny."""
    faiss.omp_set_num_threads(1)


@pytest.fixture(scope="session")
def server() -> Iterator[ForkServer]:
    """Starts other processes that use a library."""
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def tracing(server: ForkServer) -> None:
    """Faults can be injected into other processes; tests that need that skip without."""
    with server.start("wait") as child:
        child.hear()
        try:
            with injected(child.pid, "fsync"):
                child.say("end")
        except RuntimeError as error:
            pytest.skip(f"system calls cannot be traced here: {error}")
