"""Which library is meant: the option, the environment, or the user's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.database import DATABASE_FILE
from index.errors import InputRejected, LibraryNotFound, RejectionReason
from qa.locations import library_to_read, library_to_write, named_library, own_library


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has nothing yet, working in an empty folder."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.delenv("QA_LIBRARY", raising=False)
    monkeypatch.chdir(tmp_path)
    return home


def make(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / DATABASE_FILE).touch()
    return folder


def test_the_option_wins_over_the_environment_over_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert named_library() is None
    assert library_to_write() == own_library()
    monkeypatch.setenv("QA_LIBRARY", str(tmp_path / "env"))
    assert named_library() == library_to_write() == tmp_path / "env"
    assert named_library("option") == library_to_write("option") == tmp_path / "option"


def test_an_empty_variable_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_LIBRARY", "")
    assert named_library() is None
    assert library_to_read() is None


@pytest.mark.parametrize("find", [named_library, library_to_read, library_to_write])
def test_an_empty_option_is_refused(find: Callable[[str], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_LIBRARY", "news")
    with pytest.raises(InputRejected, match="name of the library is empty") as caught:
        find("")
    assert caught.value.reason is RejectionReason.OPTION


def test_names_may_be_relative_or_begin_with_the_home_folder(home: Path, tmp_path: Path) -> None:
    assert named_library("news") == tmp_path / "news"
    assert named_library("~/news") == home / "news"


def test_the_users_own_library_lies_in_the_data_folder(home: Path) -> None:
    assert own_library() == home / "data" / "article-qa" / "library"


def test_without_a_library_of_ones_own_there_is_none_to_read() -> None:
    assert library_to_read() is None
    own_library().mkdir(parents=True)
    assert library_to_read() is None
    (own_library() / DATABASE_FILE).touch()
    assert library_to_read() == own_library()


def test_a_library_whose_file_lacks_its_name_while_it_is_repaired_is_there(tmp_path: Path) -> None:
    """As where there are no hard links: the damaged file is moved away before the new one gets its name."""
    for folder in (own_library(), tmp_path / "news"):
        (make(folder) / DATABASE_FILE).rename(folder / "library.next-repaired")
    assert library_to_read() == own_library()
    with pytest.raises(LibraryNotFound, match=r"libraries there: news\)"):
        library_to_read("nwes")


def test_a_named_library_must_exist_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        LibraryNotFound, match=f"There is no library at {tmp_path}/nwes; name one that exists, or add to it"
    ):
        library_to_read("nwes")
    monkeypatch.setenv("QA_LIBRARY", "nwes")
    with pytest.raises(LibraryNotFound, match="nwes"):
        library_to_read()
    assert not (tmp_path / "nwes").exists()
    assert library_to_read(str(make(tmp_path / "news"))) == tmp_path / "news"


def test_the_error_says_that_it_does_not_name_all(tmp_path: Path) -> None:
    for number in range(12):
        make(tmp_path / f"news-{number:02}")
    with pytest.raises(LibraryNotFound, match=r"there: news-00, .*, news-09 and 2 more\); name one"):
        library_to_read(str(tmp_path / "nwes"))


def test_ones_own_library_that_lost_its_file_is_not_replaced_by_the_starter() -> None:
    (make(own_library()) / DATABASE_FILE).rename(own_library() / "vectors.faiss")
    with pytest.raises(LibraryNotFound, match="lacks its file"):
        library_to_read()


def test_the_error_names_the_libraries_beside_it(tmp_path: Path) -> None:
    for name in ("sport", "news"):
        make(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(LibraryNotFound, match=r"no library at .*/nwes \(libraries there: news, sport\); name one"):
        library_to_read("nwes")
    with pytest.raises(LibraryNotFound, match=r"no library at .*/none/nwes; name one"):
        library_to_read("none/nwes")
