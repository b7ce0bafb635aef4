"""A process that forks while one of its threads searches; the children must not use its library."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
from operations import SETTINGS, article, open_library

from index.backup import backup, restore
from index.database import DATABASE_FILE
from index.errors import LibraryForked
from index.export import export
from index.library import Library
from index.reembed import reembed
from index.repair import repair

USES: dict[str, Callable[[Library], Any]] = {
    "len": len,
    "articles": Library.articles,
    "article": lambda library: library.article("any"),
    "search": lambda library: library.search("what is told", 3),
    "add": lambda library: library.add([article("zinnia", 1)]),
    "remove": lambda library: library.remove(["any"]),
    "transaction": lambda library: library.transaction().__enter__(),
    "check": Library.check,
    "open": lambda library: open_library(library.folder),
    "compact": Library.compact,
    "backup": lambda library: backup(library.folder, library.folder.with_name("backup")),
    "restore": lambda library: restore(library.folder / DATABASE_FILE, library.folder.with_name("restored")),
    "export": lambda library: export(library.folder, library.folder.with_name("exported")),
    "repair": lambda library: repair(library.folder, library.embedder, settings=SETTINGS),
    "reembed": lambda library: reembed(library.folder, library.embedder, settings=SETTINGS),
}


def fork_while_searching(folder: Path, times: int) -> dict[str, list[int]]:
    """For each use of a library how the children ended that tried it: 0 where they were refused at once."""
    faiss.omp_set_num_threads(2)
    with open_library(folder) as library:
        done = threading.Event()
        searching = threading.Thread(target=_search, args=(library, done))
        searching.start()
        try:
            ended = {name: [_forked(_refused, library, use) for _ in range(times)] for name, use in USES.items()}
            ended["close"] = [_forked(_closed, library) for _ in range(times)]
        finally:
            done.set()
            searching.join()
        library.add([article("zinnia", 1)])
    return ended


def _search(library: Library, done: threading.Event) -> None:
    while not done.is_set():
        library.search_many(["what is told"] * 40, 10)


def _forked(use: Callable[..., bool], *arguments: Any) -> int:
    """The exit status of a child: 0 where `use` is true, and the signal where it hung."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(5)
        status = 2
        try:
            status = 0 if use(*arguments) else 1
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _refused(library: Library, use: Callable[[Library], Any]) -> bool:
    try:
        use(library)
    except LibraryForked:
        return True
    return False


def _closed(library: Library) -> bool:
    library.close()
    return True
