"""What the tests of backups and of restoring share: looking at files, and damaging them."""

from __future__ import annotations

import stat
from pathlib import Path

from index.article import Article
from index.backup import restore
from index.embedder import Embedder
from index.library import Library

PAGE = 4096


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def flip(file: Path, place: int, bit: int = 1) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= bit
    file.write_bytes(data)


def restored(file: Path, folder: Path, embedder: Embedder) -> list[Article]:
    """The articles of a library made of the backup, which is whole."""
    restore(file, folder)
    with Library.open(folder, embedder) as library:
        assert library.check() == []
        return [library.article(summary.id) for summary in library.articles()]
