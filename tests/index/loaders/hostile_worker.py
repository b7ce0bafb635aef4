"""A process that parses like ours, with a parser that does to it what the document says."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from index.article import Article
from index.errors import RejectionReason
from index.loaders.parsing import Parsed
from index.loaders.sandbox_worker import serve
from index.report import Rejection

CHANNEL = 4  # as `serve` opens it: stdin and stdout are 3 and 4 in it

LIMITS = ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NPROC", "RLIMIT_CPU")


def loop() -> None:
    while True:
        pass


def loop_against_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGXCPU, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    loop()


def allocate() -> None:
    bytearray(10**10)


def allocate_in_pieces() -> None:
    pieces = []
    while True:
        pieces.append(bytearray(10**6))


def fork_natively() -> None:
    """As a broken library could, which no audit hook sees; the child holds the pipes open."""
    if ctypes.CDLL(None).fork() == 0:
        time.sleep(600)
    os._exit(1)


def fork_out_of_the_group() -> None:
    if ctypes.CDLL(None).fork() == 0:
        ctypes.CDLL(None).setsid()
        time.sleep(6)  # longer than its parent is waited for; nobody can end it
        os._exit(0)
    time.sleep(600)


def send(frame: bytes) -> None:
    os.write(CHANNEL, len(frame).to_bytes(4, "big") + frame)


def announce_much() -> None:
    os.write(CHANNEL, b"\xff\xff\xff\xff")
    time.sleep(600)


def open_files() -> list[str]:
    return sorted(entry.name for entry in Path("/proc/self/fd").iterdir())


def refused(act: Callable[[], object]) -> str:
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "allowed"


DEEDS: dict[str, Callable[[], object]] = {
    "loop": loop,
    "loop against signals": loop_against_signals,
    "sleep": lambda: time.sleep(600),
    "allocate": allocate,
    "allocate in pieces": allocate_in_pieces,
    "exit": lambda: os._exit(1),
    "exit well": lambda: sys.exit(0),
    "segfault": lambda: ctypes.string_at(0),
    "kill": lambda: ctypes.CDLL(None).kill(os.getpid(), signal.SIGKILL),
    "overspend": lambda: ctypes.CDLL(None).kill(os.getpid(), signal.SIGXCPU),
    "fork natively": fork_natively,
    "fork out of the group": fork_out_of_the_group,
    "announce much": announce_much,
    "garbage": lambda: os.write(CHANNEL, b"\0\0\0\3{{{"),
    "no result": lambda: send(b""),
    "another field": lambda: send(b'{"rejection": {"source": "a", "reason": "type", "message": "b", "more": 1}}'),
    "another reason": lambda: send(b'{"rejection": {"source": "a", "reason": "fun", "message": "b"}}'),
    "deep": lambda: send(b"[" * 100_000),
    "print": lambda: os.write(1, b"x" * 10**6),
    "close": lambda: (os.close(3), os.close(CHANNEL), time.sleep(600)),
}
ATTEMPTS: dict[str, Callable[[], object]] = {
    "fork": os.fork,
    "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "run": lambda: subprocess.run(["/bin/true"]),
    "system": lambda: os.system("true"),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
    "bind": lambda: socket.create_server(("127.0.0.1", 0)),
    "look up": lambda: socket.getaddrinfo("localhost", 80),
    "write": lambda: Path("/tmp/written-by-a-parser").write_text("x"),
    "append": lambda: os.open("/tmp/written-by-a-parser", os.O_APPEND | os.O_CREAT),
    "remove": lambda: Path("/tmp/written-by-a-parser").unlink(),
    "folder": lambda: Path("/tmp/written-by-a-parser").mkdir(),
}


def parse(name: str, data: bytes, source: str, *, max_bytes: int) -> Parsed:
    deed = data.decode()
    if deed.startswith("megabytes"):
        return [Article("Much", "x" * 10**6, f"{source}#{number}") for number in range(int(deed.split()[1]))]
    if deed in ATTEMPTS:
        return [Rejection(source, RejectionReason.FORMAT, refused(ATTEMPTS[deed]))]
    if deed == "limits":
        return [
            Article(
                "Limits", " ".join(str(resource.getrlimit(getattr(resource, limit))[0]) for limit in LIMITS), source
            )
        ]
    if deed == "read":
        return [Article(source, Path(name).read_text(), source)]
    if deed == "tell":
        return [
            Article(
                str(os.getpid()),
                f"{Path.cwd()} {sorted(os.environ)} {os.nice(0)} {open_files()}",
                source,
            )
        ]
    try:
        DEEDS[deed]()
    except MemoryError:
        return [Rejection(source, RejectionReason.MEMORY, "No memory.")]
    return [Article(str(os.getpid()), f"Words after {deed}.", source)]


if __name__ == "__main__":
    serve(parse, memory=int(sys.argv[1]), parent=int(sys.argv[2]))
