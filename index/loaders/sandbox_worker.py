"""The process in which files are parsed: `python -m index.loaders.sandbox_worker MEMORY PARENT`.

It is started and given documents by `worker_process`, and ends with its input.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from index.loaders.frames import Frames
from index.loaders.limits import allow_processor_seconds, be_modest, end_with_parent, give_up_rights
from index.loaders.messages import END, OUT_OF_MEMORY, READY, item_to_bytes, order_from_bytes
from index.loaders.parsing import Parsed, parse


def serve(parser: Callable[..., Parsed], memory: int, parent: int) -> None:
    """Answer documents with what `parser` makes of them, under limits, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to act on
    be_modest()
    end_with_parent(parent)
    frames = _frames()
    give_up_rights(memory)
    frames.send(READY)
    try:
        while True:
            _answer(frames, parser)
    except EOFError:
        return
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _frames() -> Frames:
    """The conversation over stdin and stdout, which are closed to all else: a parser may print."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return Frames(incoming, outgoing)


def _answer(frames: Frames, parser: Callable[..., Parsed]) -> None:
    order = order_from_bytes(frames.receive())
    data = frames.receive()
    allow_processor_seconds(order.processor_seconds)
    for item in parser(order.name, data, order.source, max_bytes=order.max_bytes):
        frames.send(item_to_bytes(item))
    frames.send(END)


if __name__ == "__main__":
    serve(parse, memory=int(sys.argv[1]), parent=int(sys.argv[2]))
