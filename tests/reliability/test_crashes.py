"""A process that is killed at any moment leaves each change whole or undone, and nothing in the way of the next."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
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
    make_library,
    open_library,
)
from tracing import CHANGING, Trace, injected, operate, sample

from index.backup import backup, restore
from index.database import DATABASE_FILE
from index.leftovers import RESTORED_FOLDER

OPERATIONS = {
    "first": Operation("add", {"apple": 1, "birch": 1}),  # of a library that does not exist yet
    "add": Operation("add", {"elder": 1, "fern": 1}),
    "add one passage": Operation("add", {"elder": 1}, passages=1),
    "add many passages": Operation("batch", {"elder": 1, "fern": 1}, passages=200),
    "update": Operation("batch", {"apple": 2, "birch": 2, "cedar": 2}),
    "remove": Operation("remove", {"apple": 1, "cedar": 1}),
    "compact": Operation("compact"),
    "reembed": Operation("reembed"),
    "repair": Operation("repair"),
}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_kill_at_any_system_call_leaves_each_change_whole_or_undone(
    name: str,
    tmp_path: Path,
    tracing: None,
    server: ForkServer,
    long: bool,
    record_property: Callable[[str, object], None],
) -> None:
    operation, before = OPERATIONS[name], {} if name == "first" else BEFORE
    states = operation.states(before)
    copies = Copies(tmp_path, before)
    moments = sample(operate(server, copies.new(), operation, CHANGING).trace.moments(), long)
    kills = 0
    for moment in moments:
        folder = copies.new()
        outcome = operate(server, folder, operation, CHANGING, moment.once("signal=SIGKILL"))
        assert outcome.status in (0, -signal.SIGKILL)
        kills += outcome.status == -signal.SIGKILL
        acknowledged = acknowledged_in(outcome.said)
        assert_recovers(folder, states[acknowledged : acknowledged + 2], operation, states[-1])
        shutil.rmtree(folder)
    record_property("kills", kills)
    print(f"{name}: {kills} kills")  # noqa: T201
    assert kills >= max(10, 0.9 * len(moments)), "hardly anything was killed"


@pytest.mark.timeout(3600)
def test_a_restore_that_was_killed_made_the_library_or_can_be_begun_again(
    tmp_path: Path, tracing: None, server: ForkServer, long: bool
) -> None:
    make_library(tmp_path / "library", BEFORE)
    backup(tmp_path / "library", tmp_path / "backup")

    def restored(name: str, faults: Sequence[str] = ()) -> Trace:
        with server.start("make_of_backup", str(tmp_path / "backup"), str(tmp_path / name)) as child:
            assert child.hear() == "ready"
            with injected(child.pid, CHANGING, faults) as trace:
                child.say("go")
                child.hear_all()
            child.wait()
        return trace

    moments = sample(restored("whole").moments(), long)
    assert len(moments) > 5
    for number, moment in enumerate(moments):
        folder = tmp_path / f"killed{number}"
        restored(folder.name, moment.once("signal=SIGKILL"))
        if not (folder / DATABASE_FILE).exists():
            assert restore(tmp_path / "backup", folder) == len(BEFORE)
        with open_library(folder) as library:
            assert assert_whole(library) == BEFORE
            library.compact()
            assert not (folder / RESTORED_FOLDER).exists()


@pytest.mark.timeout(3600)
def test_a_batch_that_was_added_again_after_a_kill_is_there_once(
    tmp_path: Path, tracing: None, server: ForkServer, long: bool
) -> None:
    batch = Operation("batch", {f"source{number}": 1 for number in range(100 if long else 30)}, passages=1)
    last = batch.states({})[-1]
    copies = Copies(tmp_path, {})
    moments = operate(server, copies.new(), batch, CHANGING).trace.moments()
    for moment in sample(moments[::10], long):
        folder = copies.new()
        operate(server, folder, batch, CHANGING, moment.once("signal=SIGKILL"))
        with open_library(folder) as library:
            stored = len(library)
            batch.run(library, lambda: None)
            assert contents(library) == last
            assert len(library) == len(last)
            assert library.embedder.embedded == len(last) - stored, "what was stored is embedded again"


@pytest.mark.timeout(3600)
def test_random_changes_killed_at_random_moments(
    tmp_path: Path, server: ForkServer, long: bool, record_property: Callable[[str, object], None]
) -> None:
    """Each run is its seed: the changes and the moment of the kill."""
    runs = 500 if long else 25
    inside = [killed_at_random(server, tmp_path / str(seed), seed) for seed in range(runs)]
    record_property("kills inside an operation", sum(inside))
    print(f"{sum(inside)} of {runs} kills inside an operation")  # noqa: T201
    assert sum(inside) >= 0.8 * runs, "too few kills hit an operation"


def killed_at_random(server: ForkServer, folder: Path, seed: int) -> bool:
    """Whether the kill hit an operation; what it left is compared with what the operations say."""
    chance = random.Random(seed)
    make_library(folder, BEFORE)
    operations = list(random_operations(chance))
    with server.start("operate", str(folder), [asdict(operation) for operation in operations]) as child:
        assert child.hear() == "ready"
        child.say("go")
        time.sleep(chance.uniform(0, 0.5))
        child.kill()
        said = child.hear_all()
    done = said.count(["ended"])
    held = BEFORE
    for operation in operations[:done]:
        held = operation.states(held)[-1]
    acknowledged = acknowledged_in(said)
    inside = said.count(["begun"]) > done
    possible = operations[done].states(held)[acknowledged : acknowledged + 2] if inside else [held]
    with open_library(folder) as library:
        assert assert_whole(library) in possible, f"seed {seed}, {said}"
        library.add([article("next", 1)])
        assert library.check() == []
    shutil.rmtree(folder)
    return inside


def random_operations(chance: random.Random) -> Iterator[Operation]:
    """Enough to be busy until the kill."""
    held = dict(BEFORE)
    for _ in range(200):
        kind = chance.choice(["add", "batch", "batch", "remove", "compact"])
        if kind == "remove":
            versions = {source: held[source] for source in chance.sample(sorted(held), min(2, len(held)))}
        else:
            sources = chance.sample(["apple", "birch", "cedar", "dahlia", "elder", "fern", "gorse"], 3)
            versions = {source: held.get(source, 0) + 1 for source in sources}
        operation = Operation(kind, versions)
        held = operation.states(held)[-1]
        yield operation
