"""A disk that fails or is full: one of our errors, what was stored stays and is found, and work can go on."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from forkserver import ForkServer
from operations import (
    BEFORE,
    Copies,
    Operation,
    acknowledged_in,
    article,
    assert_recovers,
    assert_whole,
    contents,
    open_library,
)
from tracing import WRITING, Outcome, operate, sample

from index.database import DATABASE_FILE
from index.errors import LibraryError
from index.replacing import is_unfinished

OPERATIONS = {
    "first": Operation("add", {"apple": 1, "birch": 1}),
    "add": Operation("add", {"elder": 1}),
    "update": Operation("batch", {"apple": 2, "birch": 2}),
    "remove": Operation("remove", {"apple": 1, "cedar": 1}),
    "compact": Operation("compact"),
    "reembed": Operation("reembed"),
    "repair": Operation("repair"),
}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_write_that_fails_is_told_and_loses_nothing(
    name: str,
    error: str,
    lasting: bool,
    tmp_path: Path,
    tracing: None,
    server: ForkServer,
    long: bool,
    record_property: Callable[[str, object], None],
) -> None:
    operation, before = OPERATIONS[name], {} if name == "first" else BEFORE
    states = operation.states(before)
    copies = Copies(tmp_path, before)
    faults = 0
    for moment in sample(operate(server, copies.new(), operation, WRITING).trace.moments(), long):
        folder = copies.new()
        fault = (moment.lasting if lasting else moment.once)(f"error={error}")
        outcome = operate(server, folder, operation, WRITING, fault, attempts=1 if lasting else 2)
        assert outcome.status == 0, f"{fault}: the process died of an error that is not ours"
        assert_told(outcome, error, first_is_told=not lasting or name not in ("reembed", "repair"))
        acknowledged = acknowledged_in(outcome.said)
        # A library whose making or replacing was cut short cannot be opened before the disk works.
        if not lasting or (before and not is_unfinished(folder / DATABASE_FILE)):
            assert outcome.said[-1] == ["holds", states[acknowledged], True]
        assert lasting or acknowledged == len(states) - 1, "a fault that has passed still stands in the way"
        assert_recovers(folder, states[acknowledged : acknowledged + 2], operation, states[-1])
        shutil.rmtree(folder)
        faults += bool(outcome.trace.failed)
    record_property("faults", faults)
    print(f"{name}: {faults} faults")  # noqa: T201
    assert faults >= 10, "hardly anything failed"


def assert_told(outcome: Outcome, error: str, *, first_is_told: bool) -> None:
    """A disk that is full is called that wherever SQLite tells: it does for writes, but not of memory that it shares.

    The first failure may not be the one that is told: where a library is made anew, others follow as it is opened again.
    """
    kinds = {message[1] for message in outcome.said if message[0] == "failed"}
    assert "LibraryCorrupt" not in kinds, outcome.said
    call, _, arguments = (*outcome.trace.failed, "")[0].partition("(")
    if error == "ENOSPC" and first_is_told and "write" in call and "-shm>" not in arguments:
        assert kinds <= {"DiskFull"}, outcome.said


@pytest.mark.parametrize("name", ["add", "update"])
def test_files_that_may_not_grow_are_told_until_they_may(name: str, tmp_path: Path, server: ForkServer) -> None:
    operation = {
        "add": Operation("batch", {"elder": 1}, passages=100),
        "update": Operation("batch", {"apple": 2}, passages=100),
    }[name]
    before, after = operation.states(BEFORE)
    folder = Copies(tmp_path, BEFORE).new()
    with server.start("grow", str(folder), asdict(operation)) as child:
        said = child.hear_all()
        assert child.wait() == 0
    assert said[-3:] == [["acknowledged"], ["ended"], ["holds", after, True]]
    failed = [message for message in said if message[0] == "failed"]
    assert len(failed) > 5
    assert [message for message in said if message[0] == "holds"][:-1] == [["holds", before, True]] * len(failed)
    assert_recovers(folder, [after], operation, after)


@contextmanager
def no_room() -> Iterator[None]:
    """No file can grow, not even the one in which SQLite keeps the memory that connections share."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_library_is_read_where_there_is_no_room_and_written_once_there_is(tmp_path: Path) -> None:
    folder = Copies(tmp_path, BEFORE).new()
    (folder / f"{DATABASE_FILE}-shm").unlink(missing_ok=True)
    with no_room():
        library = open_library(folder)
        assert contents(library) == BEFORE
        with pytest.raises(LibraryError):
            library.add([article("elder", 1)])
        assert contents(library) == BEFORE
    library.add([article("elder", 1)])
    assert assert_whole(library) == {**BEFORE, "elder": 1}
    library.close()
