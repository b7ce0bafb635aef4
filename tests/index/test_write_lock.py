"""The folder of a library is its owner's alone, and its writers take turns."""

import os
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.article import Article
from index.errors import LibraryLocked
from index.library import Library
from index.write_lock import WriteLock


def test_a_library_is_made_for_its_owner_alone(library: Library, articles: list[Article]) -> None:
    before = os.umask(0)
    try:
        library.add(articles)
    finally:
        os.umask(before)
    assert stat.S_IMODE(library.folder.stat().st_mode) == 0o700


def test_a_folder_that_was_there_keeps_its_permissions(
    library: Library, articles: list[Article], tmp_path: Path
) -> None:
    library.folder.mkdir(mode=0o750)
    library.folder.chmod(0o750)
    library.add(articles)
    assert stat.S_IMODE(library.folder.stat().st_mode) == 0o750


def test_a_library_in_a_folder_that_others_may_read_is_its_owners_alone(
    library: Library, articles: list[Article]
) -> None:
    before = os.umask(0)
    try:
        library.folder.mkdir(mode=0o755)
        library.add(articles)
    finally:
        os.umask(before)
    assert stat.S_IMODE((library.folder / "library.sqlite").stat().st_mode) == 0o600


def test_one_holder_is_told_of_soon_and_others_who_take_turns_are_waited_for(tmp_path: Path) -> None:
    with WriteLock(tmp_path).held():
        began = time.monotonic()
        with pytest.raises(LibraryLocked, match=rf"\(number {os.getpid()}\)"), WriteLock(tmp_path).held():
            pass
        assert 0.9 < time.monotonic() - began < 3
    stopping = threading.Event()

    def hold_again_and_again() -> None:
        lock = WriteLock(tmp_path)
        while not stopping.is_set():
            with lock.held():
                time.sleep(0.1)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold_again_and_again)
        waits = []
        for _ in range(10):
            began = time.monotonic()
            with WriteLock(tmp_path).held():
                waits.append(time.monotonic() - began)
        stopping.set()
        holding.result()
    assert max(waits) < 1, "the other one took it again although somebody waited"
