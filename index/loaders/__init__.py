"""Articles from files: every file comes in through `load`, and every byte through `parsing.parse`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.kinds import HEAD, kind_of, largest
from index.loaders.parsing import parse
from index.report import Rejection

__all__ = ["load"]


def load(path: Path) -> Iterator[Article | Rejection]:
    """Read one file, or every file below a folder in sorted order.

    An article's source is the absolute path of its file with all links resolved. Only a line of a JSONL file and a file
    that `qa export` wrote may state another one: whoever adds such a file lets it replace the article of that source.

    Inside a folder, what is hidden and folders of installed software are skipped, links are followed, and nothing is
    read twice, so a loop of links ends. Raises nothing for what it finds: whatever cannot be taken comes out as a
    Rejection that says why.
    """
    pending, seen = [path], set[str]()
    while pending:
        current = pending.pop()
        try:
            source = os.path.realpath(current)  # Path.resolve raises on a loop of links
        except ValueError:  # it holds a NUL or a lone surrogate, as no file's name can
            yield _missing(str(current).encode("utf-8", "backslashreplace").decode().replace("\0", "\\0"))
            continue
        if source in seen:
            continue
        seen.add(source)
        try:
            if current.is_dir():
                pending += sorted(_visible(current), reverse=True)
            else:
                yield from _load_file(current, source)
        except InputRejected as error:
            yield Rejection.of(_printable(source), error)
        except OSError as error:
            yield _failure(_printable(source), error)


def _visible(folder: Path) -> list[Path]:
    """What people put there: neither hidden files nor installed software, which is full of texts."""
    return [
        entry
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and entry.name != "node_modules" and not (entry / "pyvenv.cfg").is_file()
    ]


def _load_file(file: Path, source: str) -> list[Article | Rejection]:
    shown = _printable(source)
    if not stat.S_ISREG(file.stat().st_mode):  # opening a pipe would wait for its other end forever
        raise InputRejected(RejectionReason.TYPE, f"{shown} is neither a file nor a folder, but a device or a pipe.")
    if source != shown:
        raise InputRejected(RejectionReason.ENCODING, f"The path {shown} is not valid UTF-8; rename it.")
    with file.open("rb") as stream:
        head = stream.read(HEAD)
        kind = kind_of(file.name, head)
        if kind is None:
            return parse(file.name, head, source)  # refused, so that the rest, perhaps gigabytes, stays unread
        return parse(file.name, head + stream.read(largest(kind) + 1 - len(head)), source)


def _printable(path: str) -> str:
    """The path with bytes that are not UTF-8 spelled out, as no output could show them."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _missing(source: str) -> Rejection:
    return Rejection(source, RejectionReason.MISSING, f"There is no file or folder {source}; check the path.")


def _failure(source: str, error: OSError) -> Rejection:
    if isinstance(error, FileNotFoundError):
        return _missing(source)
    return Rejection(source, RejectionReason.UNREADABLE, f"{source} could not be read: {error.strerror}.")
