"""A library knows its model: vectors of two models never mix."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from index.embedder import Fingerprint
from index.errors import LibraryCorrupt, ModelMismatch
from index.facts import damaged_facts, set_fact
from index.identity import check_identity, settle_identity
from index.passages import PassageSettings
from index.schema import TABLES

FOLDER = Path("news")
MODEL = Fingerprint("mini", "abc", 64, 256, "mean")
SETTINGS = PassageSettings(100, 20)


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    connection = apsw.Connection(":memory:")
    connection.execute(TABLES)
    yield connection
    connection.close()


def test_a_new_library_takes_any_model_until_one_is_settled(connection: apsw.Connection) -> None:
    check_identity(connection, FOLDER, MODEL, SETTINGS)
    check_identity(connection, FOLDER, replace(MODEL, dimension=3), PassageSettings(1, 1))
    settle_identity(connection, FOLDER, MODEL, SETTINGS)
    settle_identity(connection, FOLDER, MODEL, SETTINGS)
    check_identity(connection, FOLDER, MODEL, SETTINGS)


def test_a_renamed_folder_is_the_same_model(connection: apsw.Connection) -> None:
    settle_identity(connection, FOLDER, MODEL, SETTINGS)
    check_identity(connection, FOLDER, replace(MODEL, name="/other/place"), SETTINGS)


@pytest.mark.parametrize(
    "change", [{"weights_sha256": "x"}, {"dimension": 65}, {"max_tokens": 9}, {"pooling": "cls"}], ids=str
)
def test_another_model_is_refused_by_both_names_and_what_differs(
    connection: apsw.Connection, change: dict[str, object]
) -> None:
    settle_identity(connection, FOLDER, MODEL, SETTINGS)
    other = replace(MODEL, name="maxi", **change)  # type: ignore[arg-type]
    message = f"library in news was embedded with mini, not with maxi .{next(iter(change))} differ"
    for refuse in (check_identity, settle_identity):
        with pytest.raises(ModelMismatch, match=message):
            refuse(connection, FOLDER, other, SETTINGS)


@pytest.mark.parametrize("settings", [PassageSettings(101, 20), PassageSettings(100, 21)])
def test_other_passage_settings_are_refused(connection: apsw.Connection, settings: PassageSettings) -> None:
    settle_identity(connection, FOLDER, MODEL, SETTINGS)
    for refuse in (check_identity, settle_identity):
        with pytest.raises(ModelMismatch, match=r"cut into passages with .*100.*20"):
            refuse(connection, FOLDER, MODEL, settings)


@pytest.mark.parametrize("name", ["embedder", "passages"])
@pytest.mark.parametrize("value", ["[]", "nonsense", "", "[" * 100_000])
def test_damaged_facts_are_said_to_be_damaged(connection: apsw.Connection, name: str, value: str) -> None:
    settle_identity(connection, FOLDER, MODEL, SETTINGS)
    set_fact(connection, name, value)
    with pytest.raises(LibraryCorrupt, match=rf"was damaged \({name}\)"):
        check_identity(connection, FOLDER, MODEL, SETTINGS)
    assert [name in message for message in damaged_facts(connection)] == [True]
