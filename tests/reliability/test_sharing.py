"""One library and many processes: readers see whole versions, writers take turns, and nobody waits for the dead."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from forkserver import Child, ForkServer
from operations import BEFORE, Copies, Operation, article, assert_whole, contents, make_library, open_library
from tracing import CHANGING, injected, operate, sample

from index.errors import LibraryLocked
from index.write_lock import WriteLock

SOURCES = [f"source{number}" for number in range(20)]
PASSAGES = 5 * len(SOURCES)
CHANGE = Operation("batch", {"apple": 2, "elder": 1})
AFTER = CHANGE.states(BEFORE)[-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_library(tmp_path / "library", BEFORE)
    return tmp_path / "library"


@pytest.fixture
def holder(server: ForkServer, folder: Path) -> Iterator[Child]:
    """A process in the middle of a transaction."""
    with server.start("hold", str(folder), asdict(CHANGE)) as child:
        assert child.hear() == "inside"
        yield child


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("compact", [False, True])
def test_readers_see_whole_versions_in_their_order(
    compact: bool, tmp_path: Path, server: ForkServer, long: bool
) -> None:
    """All articles change together, so a search that mixed two versions would show it."""
    folder = tmp_path / "library"
    with open_library(folder) as library:
        library.add([article(source, 1, passages=5) for source in SOURCES])
    last = (300 if long else 30) // (3 if compact else 1)
    with ExitStack() as stack:
        readers = [stack.enter_context(server.start("watch", str(folder), PASSAGES)) for _ in range(4)]
        writer = stack.enter_context(server.start("bump", str(folder), SOURCES, last, compact))
        assert [child.hear() for child in [*readers, writer]] == ["ready"] * 5
        writer.say("go")
        assert writer.hear_all() == list(range(2, last + 1))
        for reader in readers:
            reader.say("stop")
        reports = [reader.hear() for reader in readers]
    assert [report["wrong"] for report in reports] == [[]] * 4
    assert [report["seen"][-1] for report in reports] == [last] * 4
    assert min(len(set(report["seen"])) for report in reports) > 2, "hardly any version was seen"


def test_a_second_writer_is_told_at_once_who_is_writing(folder: Path, holder: Child) -> None:
    assert_refused(folder, holder)
    assert_refused(folder, holder)  # the first one must not have erased the number
    holder.say("leave")
    assert holder.hear() == ["holds", AFTER, True]
    write(folder)


def test_without_the_lock_the_test_above_would_fail(
    folder: Path, holder: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def nothing(lock: WriteLock, *, wait: float = 0) -> Iterator[None]:
        yield

    monkeypatch.setattr(WriteLock, "held", nothing)
    with pytest.raises(AssertionError, match="did not match"):
        assert_refused(folder, holder)


def assert_refused(folder: Path, holder: Child) -> None:
    began = time.monotonic()
    with open_library(folder) as library, pytest.raises(LibraryLocked, match=rf"process \(number {holder.pid}\)"):
        library.add([article("next", 1)])
    assert time.monotonic() - began < 3


def write(folder: Path) -> None:
    with open_library(folder) as library:
        library.add([article("next", 1)])
        assert library.check() == []


def test_a_writer_that_was_killed_stands_in_nobodys_way(folder: Path, server: ForkServer, long: bool) -> None:
    for _ in range(50 if long else 5):
        with server.start("hold", str(folder), asdict(CHANGE)) as holder:
            assert holder.hear() == "inside"
            holder.kill()
            holder.wait()
            with open_library(folder) as library:
                assert assert_whole(library) == BEFORE
                library.add([article("next", 1)])
                library.remove([article("next", 1).id])


def test_a_writer_that_was_stopped_keeps_no_reader_waiting(folder: Path, holder: Child) -> None:
    with open_library(folder) as library:
        assert contents(library) == BEFORE
        os.kill(holder.pid, signal.SIGSTOP)
        assert assert_whole(library) == BEFORE
        with open_library(folder) as newcomer:
            assert assert_whole(newcomer) == BEFORE
        assert_refused(folder, holder)
        os.kill(holder.pid, signal.SIGCONT)
        holder.say("leave")
        assert holder.hear() == ["holds", AFTER, True]
        assert assert_whole(library) == AFTER


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["batch", "compact"])
def test_a_writer_that_was_stopped_at_any_system_call_keeps_no_reader_waiting(
    kind: str, tmp_path: Path, tracing: None, server: ForkServer, long: bool
) -> None:
    operation = Operation(kind, {"apple": 2, "birch": 2})
    states = operation.states(BEFORE)
    copies = Copies(tmp_path, BEFORE)
    stops = 0
    for moment in sample(operate(server, copies.new(), operation, CHANGING).trace.moments(), long):
        copy = copies.new()
        # While another reads, the writer does not tidy up when it closes, which keeps newcomers out for an instant.
        with open_library(copy) as reader, server.start("operate", str(copy), [asdict(operation)]) as writer:
            assert writer.hear() == "ready"
            with injected(writer.pid, CHANGING, moment.once("signal=SIGSTOP")) as trace:
                writer.say("go")
                if trace.until("stopped by SIGSTOP"):
                    stops += 1
                    with open_library(copy) as newcomer:
                        assert assert_whole(newcomer) == assert_whole(reader)
                    assert contents(reader) in states
                    os.kill(writer.pid, signal.SIGCONT)
                assert writer.hear_all()[-1] == ["holds", states[-1], True]
    assert stops >= 8, "hardly ever was it stopped"


def test_a_forked_child_is_refused_and_never_hangs(folder: Path, server: ForkServer, long: bool) -> None:
    times = 50 if long else 3
    with server.start("fork", str(folder), times) as child:
        ended = child.hear()
        assert child.wait() == 0
    assert ended == dict.fromkeys(ended, [0] * times)
    with open_library(folder) as library:
        assert assert_whole(library) == {**BEFORE, "zinnia": 1}
