"""What a library knows of the model that made its vectors, so that vectors of two models never mix."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard, get_type_hints

import apsw

from index.embedder import Fingerprint
from index.errors import ModelMismatch
from index.facts import EMBEDDER, PASSAGES, damaged_fact, get_fact, get_object, name_library, set_fact
from index.passages import PassageSettings


@dataclass(frozen=True, slots=True)
class Identity:
    """The model that made a library's vectors, and how its articles were cut."""

    fingerprint: Fingerprint
    settings: PassageSettings


def stored_identity(connection: apsw.Connection) -> Identity | None:
    """What a library was made with; None before its first article. Raises LibraryCorrupt where that is damaged."""
    embedder, settings = get_object(connection, EMBEDDER), stored_settings(connection)
    if embedder is None and settings is None:
        return None
    if settings is None or not _has_fields(embedder, Fingerprint):
        raise damaged_fact(EMBEDDER)
    return Identity(Fingerprint(**embedder), settings)


def stored_settings(connection: apsw.Connection) -> PassageSettings | None:
    """How a library's articles were cut, as `stored_identity` says it."""
    settings = get_object(connection, PASSAGES)
    if settings is None:
        return None
    if not _has_fields(settings, PassageSettings):
        raise damaged_fact(PASSAGES)
    return PassageSettings(**settings)


def is_same_model(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether vectors of both compare: a model is known by its weights and settings, not by its name."""
    return replace(one, name=other.name) == other


def _has_fields(found: dict[str, Any] | None, kind: type) -> TypeGuard[dict[str, Any]]:
    fields = get_type_hints(kind)
    return found is not None and {name: type(value) for name, value in found.items()} == fields


def settle_identity(
    connection: apsw.Connection, folder: Path, fingerprint: Fingerprint, settings: PassageSettings
) -> None:
    """Record the model and the passage settings in a new library, check them in one that has them."""
    if get_fact(connection, EMBEDDER) is None:
        set_fact(connection, EMBEDDER, json.dumps(asdict(fingerprint)))
        set_fact(connection, PASSAGES, json.dumps(asdict(settings)))
        name_library(connection)
    check_identity(connection, folder, fingerprint, settings)


def check_identity(
    connection: apsw.Connection, folder: Path, fingerprint: Fingerprint, settings: PassageSettings
) -> None:
    """Raise ModelMismatch unless the library was made with this model and these settings.

    A model is known by its weights and settings, not by its name: a renamed folder is the same model. Raises
    LibraryCorrupt where what the library knows of it is damaged.
    """
    theirs, ours = get_object(connection, EMBEDDER), asdict(fingerprint)
    if theirs is None:
        return
    differing = [name for name in ours if name != "name" and theirs.get(name) != ours[name]]
    if differing:
        raise ModelMismatch(
            f"The library in {folder} was embedded with {theirs.get('name')}, not with {fingerprint.name} "
            f"({', '.join(differing)} differ); open it with that model, or embed it anew: qa reembed."
        )
    cut = get_object(connection, PASSAGES) or {}
    if cut != asdict(settings):
        raise ModelMismatch(
            f"The library in {folder} was cut into passages with {cut}, not with {asdict(settings)}; "
            "open it with those settings, or embed it anew: qa reembed."
        )
