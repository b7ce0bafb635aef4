"""What a library remembers of itself by name, read back checked: damaged facts raise LibraryCorrupt, whoever asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import apsw

from index.errors import LibraryCorrupt
from index.schema import FORMAT_WITH_CHECKSUMS, format_of

EMBEDDER = "embedder"
"""The fingerprint of the model that made the vectors."""
PASSAGES = "passages"
"""The settings by which articles were cut."""
FOLLOWED = "followed"
"""The feeds that are followed, see `index.following`."""

_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)  # what SQLite takes as a number
_NUMBERS = ("generation", "removed_since", "vectors_generation", "vectors_count", "vectors_highest", "vectors_size")
_OBJECTS = (EMBEDDER, PASSAGES)
_TEXTS = ("library", "vectors_library", "vectors_sha256")


def get_fact(connection: apsw.Connection, name: str) -> str | None:
    """What the library remembers under `name`, or None."""
    value = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).get
    if value is not None and not isinstance(value, str):
        raise damaged_fact(name)
    return value


def get_number(connection: apsw.Connection, name: str, default: int = 0) -> int:
    """A fact that is a whole number."""
    value = get_fact(connection, name)
    if value is None:
        return default
    if not _NUMBER.fullmatch(value):
        raise damaged_fact(name)
    return int(value)


def get_object(connection: apsw.Connection, name: str) -> dict[str, Any] | None:
    """A fact that is a JSON object, or None where there is none by that name."""
    value = get_fact(connection, name)
    if value is None:
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise damaged_fact(name) from error
    if not isinstance(found, dict):
        raise damaged_fact(name)
    return found


def set_fact(connection: apsw.Connection, name: str, value: str) -> None:
    """Remember `value` under `name`."""
    connection.execute(
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value)
    )


def name_library(connection: apsw.Connection) -> None:
    """Give a new library an id that no other has."""
    if library_id(connection) is None:
        id_ = uuid4().hex
        set_fact(connection, "library", id_)
        connection.execute("INSERT INTO library VALUES (?)", (id_,))


def library_id(connection: apsw.Connection) -> str | None:
    """What tells this library from every other, also from one made of it; None in an old format."""
    return get_fact(connection, "library")


def is_one_library(connection: apsw.Connection) -> bool:
    """Whether file and log are of one library: the newest facts are in the log, the id of its own table in the file."""
    id_: str | None = connection.execute("SELECT id FROM library").get
    return id_ == library_id(connection)


def generation(connection: apsw.Connection) -> int:
    """How many changes were committed so far: in one library equal generations mean equal contents."""
    return get_number(connection, "generation")


def next_generation(connection: apsw.Connection) -> None:
    """Count one change more."""
    set_fact(connection, "generation", str(generation(connection) + 1))


def damaged_facts(connection: apsw.Connection) -> Iterator[str]:
    """A sentence for each fact that cannot be what was written."""
    for get, names in ((get_number, _NUMBERS), (get_object, _OBJECTS), (get_fact, _TEXTS)):
        for name in names:
            try:
                get(connection, name)
            except LibraryCorrupt as error:
                yield f"{error.what}."
    if format_of(connection) >= FORMAT_WITH_CHECKSUMS and not is_one_library(connection):
        yield "The library's id is not that of its log."


def damaged_fact(name: str) -> LibraryCorrupt:
    """The error for a fact that cannot be what was written."""
    return LibraryCorrupt(f"What the library remembers of itself was damaged ({name})")
