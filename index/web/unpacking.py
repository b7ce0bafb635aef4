"""What servers pack on its way, unpacked under a limit: neither a small body nor a small file becomes a large one."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

_STEP = 65_536
_EITHER = 32 + zlib.MAX_WBITS  # gzip and zlib, told apart by their first bytes


class TooLarge(Exception):
    """More bytes came than are taken."""


class Damaged(Exception):
    """What came cannot be unpacked, or ends too early."""


def counted(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The chunks as they are; raises TooLarge at the first byte over `most`."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > most:
            raise TooLarge
        yield chunk


def unpacked(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The chunks of a gzip or deflate stream unpacked; raises TooLarge over `most` bytes, and Damaged.

    No more than a step over the limit is ever in memory, however much a chunk would unpack to.
    """
    return counted(_steps(counted(chunks, most)), most)


def _steps(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker: zlib._Decompress | None = None
    for chunk in chunks:
        data = chunk
        while data:
            if unpacker is None or unpacker.eof:  # a gzip file may have several parts
                unpacker = _unpacker(data)
            try:
                yield unpacker.decompress(data, _STEP)
            except zlib.error as error:
                raise Damaged from error
            data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    while unpacker is not None and not unpacker.eof:
        try:
            rest = unpacker.decompress(unpacker.unconsumed_tail, _STEP)
        except zlib.error as error:
            raise Damaged from error
        if not rest:
            break
        yield rest
    if unpacker is not None and not unpacker.eof:
        raise Damaged


def _unpacker(data: bytes) -> zlib._Decompress:
    """For gzip, for deflate as the standard has it, and for deflate without a header, as some servers send it."""
    is_wrapped = data[:2] == b"\x1f\x8b" or (data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2]) % 31 == 0)
    return zlib.decompressobj(_EITHER if is_wrapped else -zlib.MAX_WBITS)
