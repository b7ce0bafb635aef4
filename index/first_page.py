"""The first page of a library's file, made anew: with it damaged, SQLite reads nothing of all the others.

It holds the file's header (https://sqlite.org/fileformat.html) and on which pages the tables begin. That depends only
on the order in which they were made, and whether the file was compacted or upgraded since.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw

from index.page_checksums import RESERVED, checked_files, checksum, reserve
from index.read_connection import log_size
from index.schema import APPLICATION_ID, FORMAT, TABLES, added_since, tables_of

_PAGE_COUNT = slice(28, 32)  # in the header
_PAGE = 4096
_MADE = (
    (TABLES,),
    (TABLES, "VACUUM"),
    *((tables_of(old), "VACUUM", *added_since(old)) for old in range(1, FORMAT)),
)
"""The statements by which a new, a compacted and an upgraded library came to be."""
_ROOTS = """
SELECT rootpage, type = 'index' OR sql LIKE '%WITHOUT ROWID' FROM sqlite_schema WHERE rootpage > 0
"""
"""Where tables and indexes begin; what an upgrade adds stands behind all articles, so not all need agree."""
_INDEX_PAGES, _TABLE_PAGES = (2, 10), (5, 13)
"""The first byte of a page of each kind."""


def copy_with_first_page(file: Path, folder: Path) -> None:
    """Copy a library's file and its log into `folder`, which is made anew, with a first page as it must have been.

    Of the layouts that there are the one is taken that most pages agree with.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    copy = folder / file.name
    layouts = list(_layouts(copy))
    copy.touch(mode=0o600)
    shutil.copyfile(file, copy)
    if log_size(file):
        shutil.copyfile(file.with_name(f"{file.name}-wal"), copy.with_name(f"{copy.name}-wal"))
    with copy.open("r+b") as stream:
        page = bytearray(max(layouts, key=lambda layout: _agreeing(copy, layout[1]))[0])
        page[_PAGE_COUNT] = (-(-file.stat().st_size // _PAGE)).to_bytes(4)
        page[-RESERVED:] = checksum(bytes(page))
        stream.write(page)


def has_right_length(file: Path) -> bool:
    """Whether a library's file is as long as its first page says; beside a log it need not be."""
    with file.open("rb") as stream:
        said = int.from_bytes(stream.read(_PAGE)[_PAGE_COUNT])
    return bool(log_size(file)) or said * _PAGE == file.stat().st_size


def _layouts(path: Path) -> Iterator[tuple[bytes, dict[int, bool]]]:
    """First pages of empty libraries; for each on which pages something begins, and whether that is an index."""
    for made in _MADE:
        connection = apsw.Connection(str(path), vfs=checked_files())
        try:
            reserve(connection)
            for statement in (*made, f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}"):
                connection.execute(statement)
            connection.pragma("journal_mode", "wal")
            roots = {number: bool(is_index) for number, is_index in connection.execute(_ROOTS)}
        finally:
            connection.close()
        yield path.read_bytes()[:_PAGE], roots
        path.unlink()


def _agreeing(file: Path, roots: dict[int, bool]) -> int:
    """On how many pages that begin a table or an index there is one of its kind."""
    with file.open("rb") as stream:
        found = 0
        for number, is_index in roots.items():
            stream.seek((number - 1) * _PAGE)
            found += next(iter(stream.read(1)), 0) in (_INDEX_PAGES if is_index else _TABLE_PAGES)
    return found
