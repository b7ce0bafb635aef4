"""Zip archives, which office documents and e-books are too: opened only where they unpack to something bounded."""

from __future__ import annotations

import io
import zipfile

from index.errors import InputRejected, RejectionReason

_MOST_MEMBERS = 2_000
_MOST_BYTES = 50_000_000
"""Of all members together, unpacked."""
_LARGEST_RATIO = 100
"""Of the unpacked to the packed size of all; texts reach 20."""
_ALWAYS_ALLOWED = 1_000_000
"""Bytes that an archive may unpack to whatever their ratio: a short text of one letter."""


def open_archive(data: bytes, source: str) -> zipfile.ZipFile:
    """The archive in `data`; raises InputRejected where it is none, is damaged, or unpacks to too much.

    What its directory declares can be believed: Python reads no more than that of a member, and then finds that its
    checksum is wrong.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise InputRejected(
            RejectionReason.UNREADABLE, f"{source} is a damaged archive; open it and save it anew."
        ) from error
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if len(members) > _MOST_MEMBERS or size > max(_ALWAYS_ALLOWED, min(_MOST_BYTES, _LARGEST_RATIO * len(data))):
        raise InputRejected(
            RejectionReason.TOO_LARGE,
            f"{source} unpacks to {size:,} bytes in {len(members):,} files, more than is taken; unpack it yourself.",
        )
    return archive


def read_member(archive: zipfile.ZipFile, name: str, source: str) -> bytes:
    """The bytes of a member; raises InputRejected where it is missing, locked or damaged."""
    try:
        return archive.read(name)
    except KeyError as error:
        raise InputRejected(RejectionReason.FORMAT, f"{source} lacks {name}, so it is no such document.") from error
    except RuntimeError as error:  # how zipfile says that it needs a password
        raise InputRejected(RejectionReason.ENCRYPTED, f"{source} is locked by a password; save it without.") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise InputRejected(
            RejectionReason.UNREADABLE, f"{source} is a damaged archive; open it and save it anew."
        ) from error
