"""Zip archives, which office documents and e-books are too: opened only where they unpack to something bounded."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable

from index.errors import InputRejected, RejectionReason

_MOST_MEMBERS = 2_000
_MOST_BYTES = 300_000_000
"""Of all members together, unpacked: pictures mostly, which stay packed."""
_MOST_BYTES_READ = 50_000_000
"""Of the members that are read, unpacked."""
_LARGEST_RATIO = 100
"""Of the unpacked to the packed size of all; texts reach 20."""
_ALWAYS_ALLOWED = 1_000_000
"""Bytes that an archive may unpack to whatever their ratio: a short text of one letter."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError, OSError)


def open_archive(data: bytes, source: str) -> zipfile.ZipFile:
    """The archive in `data`; raises InputRejected where it is none, is damaged, or unpacks to too much.

    What its directory declares can be believed: Python reads no more than that of a member, and then finds that its
    checksum is wrong.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED as error:
        raise _damaged(source) from error
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if len(members) > _MOST_MEMBERS or size > max(_ALWAYS_ALLOWED, min(_MOST_BYTES, _LARGEST_RATIO * len(data))):
        raise InputRejected(
            RejectionReason.TOO_LARGE,
            f"{source} unpacks to {size:,} bytes in {len(members):,} files, more than is taken; unpack it yourself.",
        )
    return archive


def refuse_too_much(archive: zipfile.ZipFile, names: Iterable[str], source: str) -> None:
    """Raise InputRejected where the members of these names, those that are there, unpack to too much to be read."""
    sizes = {member.filename: member.file_size for member in archive.infolist()}
    size = sum(sizes.get(name, 0) for name in names)
    if size > _MOST_BYTES_READ:
        raise InputRejected(
            RejectionReason.TOO_LARGE,
            f"The text of {source} unpacks to {size:,} bytes, more than is taken; split it into smaller files.",
        )


def read_member(archive: zipfile.ZipFile, name: str, source: str) -> bytes:
    """The bytes of a member; raises InputRejected where it is missing, too large, locked or damaged."""
    refuse_too_much(archive, [name], source)
    return read_head(archive, name, source, -1)


def read_head(archive: zipfile.ZipFile, name: str, source: str, size: int) -> bytes:
    """The first `size` bytes of a member, however large it is, all of them where `size` is -1.

    Raises InputRejected where the member is missing, locked or damaged.
    """
    try:
        with archive.open(name) as member:
            return member.read(size)
    except KeyError as error:
        raise InputRejected(RejectionReason.FORMAT, f"{source} lacks {name}, so it is no such document.") from error
    except NotImplementedError as error:  # how zipfile names ways of packing that it does not know, strong locks too
        raise _damaged(source) from error
    except RuntimeError as error:  # how zipfile says that it needs a password
        raise InputRejected(RejectionReason.ENCRYPTED, f"{source} is locked by a password; save it without.") from error
    except _DAMAGED as error:
        raise _damaged(source) from error


def _damaged(source: str) -> InputRejected:
    return InputRejected(RejectionReason.UNREADABLE, f"{source} is a damaged archive; open it and save it anew.")
