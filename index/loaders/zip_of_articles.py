"""Plain zip archives: every visible file in them, read as if it lay in a folder."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Callable
from operator import itemgetter

from index.article import Article
from index.errors import InputRejected, RejectionReason
from index.loaders.archives import open_archive, read_head, read_member, refuse_too_much
from index.loaders.kinds import ENDINGS, HEAD, kind_of
from index.report import Rejection

Read = Callable[[str, bytes, str], list[Article | Rejection]]
"""What turns the name, the bytes and the source of one file into articles or rejections, and raises nothing."""

_SEPARATORS = re.compile(r"[/\\]")  # programs for Windows write the second
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LEFT_OUT = ("__MACOSX", "node_modules")


def parse_zip(data: bytes, stem: str, source: str, read: Read | None) -> list[Article | Rejection]:  # noqa: ARG001
    """What `read` makes of each file in the archive, in sorted order; their sources are `<source>#<name>`.

    Folders, hidden files and installed software are skipped, as they are in a folder. Files whose names lead out of
    the archive and links are Rejections, and their neighbours are read. Raises InputRejected for an archive within
    another file, where `read` is None, for one that unpacks to too much, and for one without a file that can be read.
    """
    if read is None:
        raise InputRejected(
            RejectionReason.TYPE, f"{source} is an archive within another file; unpack it and add the files in it."
        )
    with open_archive(data, source) as archive:
        members = {member.filename: member for member in archive.infolist() if _is_visible(member)}  # the last counts
        heads = {name: _rejection(member, source) or _head(archive, name, source) for name, member in members.items()}
        readable = {name for name, head in heads.items() if isinstance(head, bytes) and _is_readable(name, head)}
        if not readable and all(isinstance(head, bytes) for head in heads.values()):
            raise InputRejected(
                RejectionReason.TYPE, f"{source} holds no file of a type that can be read ({', '.join(ENDINGS)})."
            )
        refuse_too_much(archive, readable, source)
        found: list[Article | Rejection] = []
        for name, head in sorted(heads.items(), key=itemgetter(0)):
            if isinstance(head, Rejection):
                found.append(head)
            elif name in readable:
                found += _read(archive, name, source, read)
            else:  # it stays packed: its beginning is enough to say why
                found += read(_file_name(name), head, f"{source}#{name}")
    return found


def _is_readable(name: str, head: bytes) -> bool:
    return kind_of(_file_name(name), head) is not None


def _is_visible(member: zipfile.ZipInfo) -> bool:
    steps = _SEPARATORS.split(member.filename)
    hidden = any(step in _LEFT_OUT or (step.startswith(".") and step not in (".", "..")) for step in steps)
    return not hidden and steps[-1] not in ("", ".")


def _rejection(member: zipfile.ZipInfo, source: str) -> Rejection | None:
    """Why a member is not even looked into; None for one that is."""
    name = member.filename
    shown = _CONTROL_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", name)
    steps = _SEPARATORS.split(name)
    if ".." in steps or not steps[0] or _DRIVE.match(name) or shown != name:
        why = f"The name {shown!r} in {source} leads out of the archive or cannot be shown; unpack it and add the file."
    elif stat.S_ISLNK(member.external_attr >> 16):
        why = f"{shown} in {source} is a link to another file; add that file."
    else:
        return None
    return Rejection(f"{source}#{shown}", RejectionReason.TYPE, why)


def _head(archive: zipfile.ZipFile, name: str, source: str) -> bytes | Rejection:
    place = f"{source}#{name}"
    try:
        return read_head(archive, name, place, HEAD)
    except InputRejected as error:
        return Rejection.of(place, error)


def _read(archive: zipfile.ZipFile, name: str, source: str, read: Read) -> list[Article | Rejection]:
    place = f"{source}#{name}"
    try:
        data = read_member(archive, name, place)
    except InputRejected as error:
        return [Rejection.of(place, error)]
    return read(_file_name(name), data, place)


def _file_name(name: str) -> str:
    return _SEPARATORS.split(name)[-1]
