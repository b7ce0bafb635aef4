"""Articles from files: every file comes in through `load`, and every byte through `sandbox.Sandbox`."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.kinds import HEAD, MAX_DOCUMENT_BYTES, kind_of, largest
from index.loaders.messages import Document
from index.loaders.parsing import Parsed
from index.loaders.sandbox import Sandbox
from index.report import Rejection

__all__ = ["load"]

_MOST_FILES_AHEAD = 128  # twice as many as are embedded together, so that these never wait
_MOST_BYTES_AHEAD = 32_000_000


@dataclass(frozen=True, slots=True)
class _Found:
    """A file to be parsed; `size` is only good for a guess, as it may change."""

    file: Path
    source: str
    size: int


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A file whose turn to be given out has not come: its results, once they are there."""

    found: _Found
    results: Future[Parsed]


def load(*paths: Path, sandbox: Sandbox | None = None) -> Generator[Article | Rejection]:
    """Read files, and every file below folders in sorted order.

    An article's source is the absolute path of its file with all links resolved. Only a line of a JSONL file and a file
    that `qa export` wrote may state another one: whoever adds such a file lets it replace the article of that source.

    Inside a folder, what is hidden and folders of installed software are skipped, links are followed, and nothing is
    read twice, so a loop of links ends. Raises nothing for what it finds: whatever cannot be taken comes out as a
    Rejection that says why.

    The next files are parsed while the caller works on the last one: at most 128, of 32 MB together. Closing the
    iterator ends the processes that parse, unless they are those of a `sandbox` that was given. Raises
    SandboxUnavailable where none can be started.
    """
    if sandbox is None:
        with Sandbox() as sandbox:
            yield from _in_order(paths, sandbox)
    else:
        yield from _in_order(paths, sandbox)


def _in_order(paths: tuple[Path, ...], sandbox: Sandbox) -> Generator[Article | Rejection]:
    waiting: deque[_Ahead | Rejection] = deque()
    bytes_ahead = 0
    remaining = (item for path in paths for item in _walk(path))
    most = 1  # until the first process has started: the second is not worth its start for a few files
    ended = False
    while True:
        while not ended and len(waiting) < most and bytes_ahead < _MOST_BYTES_AHEAD:
            item = next(remaining, None)
            if item is None:
                ended = True
            elif isinstance(item, Rejection):
                waiting.append(item)
            else:
                waiting.append(_Ahead(item, sandbox.submit(partial(_read, item))))
                bytes_ahead += item.size
        if not waiting:
            return
        first = waiting.popleft()
        if isinstance(first, Rejection):
            yield first
            continue
        yield from _results(first)
        bytes_ahead -= first.found.size
        most = _MOST_FILES_AHEAD


def _results(ahead: _Ahead) -> Parsed:
    source = _printable(ahead.found.source)
    try:
        return ahead.results.result()
    except InputRejected as error:
        return [Rejection.of(source, error)]
    except OSError as error:
        return [_failure(source, error)]


def _walk(path: Path) -> Iterator[_Found | Rejection]:
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
                yield _found(current, source)
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


def _found(file: Path, source: str) -> _Found:
    """The file to be parsed; raises InputRejected where it need not even be opened."""
    shown = _printable(source)
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for its other end forever
        raise InputRejected(RejectionReason.TYPE, f"{shown} is neither a file nor a folder, but a device or a pipe.")
    if source != shown:
        raise InputRejected(RejectionReason.ENCODING, f"The path {shown} is not valid UTF-8; rename it.")
    return _Found(file, source, min(status.st_size, MAX_DOCUMENT_BYTES))


def _read(found: _Found) -> Document:
    with found.file.open("rb") as stream:
        data = stream.read(HEAD)
        kind = kind_of(found.file.name, data)
        if kind is not None:  # else it is refused, and the rest, perhaps gigabytes, not read
            data += stream.read(largest(kind) + 1 - len(data))
        return Document(found.file.name, data, found.source)


def _printable(path: str) -> str:
    """The path with bytes that are not UTF-8 spelled out, as no output could show them."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _missing(source: str) -> Rejection:
    return Rejection(source, RejectionReason.MISSING, f"There is no file or folder {source}; check the path.")


def _failure(source: str, error: OSError) -> Rejection:
    if isinstance(error, FileNotFoundError):
        return _missing(source)
    return Rejection(source, RejectionReason.UNREADABLE, f"{source} could not be read: {error.strerror}.")
