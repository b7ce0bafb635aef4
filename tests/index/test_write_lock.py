"""The folder of a library is its owner's alone."""

import os
import stat
from pathlib import Path

from index.article import Article
from index.library import Library


def test_a_library_is_made_for_its_owner_alone(library: Library, articles: list[Article]) -> None:
    before = os.umask(0)
    try:
        library.add(articles)
    finally:
        os.umask(before)
    assert stat.S_IMODE(library.folder.stat().st_mode) == 0o700


def test_a_folder_that_was_there_keeps_its_permissions(
    library: Library, articles: list[Article], tmp_path: Path
) -> None:
    library.folder.mkdir(mode=0o750)
    library.folder.chmod(0o750)
    library.add(articles)
    assert stat.S_IMODE(library.folder.stat().st_mode) == 0o750
