"""What the other processes do with a library. `python -m workloads FD` is the server that forks them.

Each workload says over its channel how far it is; "ready" comes once the library is open and all is imported.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import resource
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from forking import fork_while_searching
from forkserver import Channel
from operations import Operation, article, contents, found, open_library

from index.backup import restore
from index.errors import ArticleQAError
from index.library import Library


def operate(channel: Channel, folder: str, operations: list[dict[str, Any]], attempts: int = 1) -> None:
    """Operations one after the other, each until it succeeds; then whether all that is there is found."""
    with open_library(Path(folder)) as library:
        channel.say("ready")
        channel.hear()
        for operation in operations:
            any(attempt(channel, library, Operation(**operation)) for _ in range(attempts))
        report(channel, library)


def attempt(channel: Channel, library: Library, operation: Operation) -> bool:
    """Whether the operation succeeded; an error that is not one of ours ends the process."""
    channel.say(["begun"])
    try:
        operation.run(library, lambda: channel.say(["acknowledged"]))
    except ArticleQAError as error:
        channel.say(["failed", type(error).__name__, str(error)])
        return False
    channel.say(["ended"])
    return True


def report(channel: Channel, library: Library) -> None:
    """Say what the library holds, and whether a question finds each article."""
    try:
        held = contents(library)
        channel.say(["holds", held, all(found(library, *version) for version in held.items())])
    except ArticleQAError as error:
        channel.say(["holds", type(error).__name__, str(error)])


def make_of_backup(channel: Channel, file: str, folder: str) -> None:
    """Restore a backup."""
    channel.say("ready")
    channel.hear()
    restore(Path(file), Path(folder))
    channel.say("restored")


def grow(channel: Channel, folder: str, operation: dict[str, Any]) -> None:
    """Try an operation while no file may be larger than a limit, which is raised until it succeeds."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_library(Path(folder)) as library:
        for limit in range(4 << 10, 4 << 20, 8 << 10):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))  # Python ignores the signal that comes with it
            succeeded = attempt(channel, library, Operation(**operation))
            report(channel, library)
            if succeeded:
                return


def bump(channel: Channel, folder: str, sources: list[str], versions: int, compact: bool) -> None:
    """Bring all articles to one version after the other, each in one transaction."""
    with open_library(Path(folder)) as library:
        channel.say("ready")
        channel.hear()
        for version in range(2, versions + 1):
            with library.transaction():
                library.add([article(source, version, passages=5) for source in sources])
            if compact:
                library.compact()
            channel.say(version)


def watch(channel: Channel, folder: str, passages: int) -> None:
    """Search until told to stop, then once more; say which versions were seen and what was wrong."""
    seen: list[int] = []
    wrong: list[Any] = []
    with open_library(Path(folder)) as library:
        channel.say("ready")
        stopping = False
        while not stopping and not wrong:
            stopping = channel.is_spoken_to()
            hits = library.search("what is told of in part", passages)
            found = {int(hit.article.title) for hit in hits}
            texts = {hit.passage.text for hit in hits if f"v{hit.article.title} " in hit.passage.text}
            if len(texts) != passages or len(found) != 1 or (seen and min(found) < seen[-1]):
                wrong.append([len(hits), len(texts), sorted(found), seen[-1:]])
            seen += found
    channel.say({"seen": seen, "wrong": wrong})


def hold(channel: Channel, folder: str, operation: dict[str, Any]) -> None:
    """Stay inside a transaction until told to leave it."""
    with open_library(Path(folder)) as library:
        with library.transaction():
            Operation(**operation).run(library, lambda: None)
            channel.say("inside")
            channel.hear()
        report(channel, library)


def fork(channel: Channel, folder: str, times: int) -> None:
    channel.say(fork_while_searching(Path(folder), times))


def wait(channel: Channel) -> None:
    """Do nothing until the other side says something or ends."""
    channel.say("ready")
    channel.hear()


def serve(control: socket.socket) -> None:
    """Fork a child for each request that brings a channel, and wait for the ones that a request names."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 1)
        if not message:
            return
        request = json.loads(message)
        if not descriptors:
            _, status = os.waitpid(request["wait"], 0)
            control.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            continue
        pid = os.fork()
        if pid == 0:
            control.close()
            run(Channel(socket.socket(fileno=descriptors[0])), **request)
        os.close(descriptors[0])
        control.sendall(str(pid).encode())


def run(channel: Channel, workload: str, arguments: list[Any]) -> None:
    """Run a workload and end this process."""
    status = 1
    try:
        let_be_traced()
        globals()[workload](channel, *arguments)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def let_be_traced() -> None:
    """By any process of this user: by default some systems let only ancestors do so."""
    set_ptracer, any_process = 0x59616D61, ctypes.c_ulong(-1)
    ctypes.CDLL(None).prctl(set_ptracer, any_process, 0, 0, 0)


if __name__ == "__main__":
    logging.disable()  # what is logged would be written to stderr, and such a write could meet the fault
    serve(socket.socket(fileno=int(sys.argv[1])))
