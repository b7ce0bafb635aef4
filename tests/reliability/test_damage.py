"""Damage never changes an answer in silence: it is the same, made again, or refused by an error of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from damaging import (
    SETTINGS,
    Contents,
    Flip,
    Report,
    articles,
    contents,
    copy,
    counted,
    flip,
    make_library,
    not_allowed,
    outcome,
    some_flips,
)

from index.database import DATABASE_FILE
from index.embedder import Embedder
from index.library import Library
from index.vector_cache import VECTORS_FILE


def flips(small: Path, long: bool) -> list[Flip]:
    if not long:
        return list(some_flips(small, 300))
    random = Random(1)
    sizes = {name: (small / name).stat().st_size for name in (VECTORS_FILE, DATABASE_FILE)}
    every = [(VECTORS_FILE, offset, random.randrange(8)) for offset in range(sizes[VECTORS_FILE])]
    many = [(DATABASE_FILE, random.randrange(sizes[DATABASE_FILE]), random.randrange(8)) for _ in range(20_000)]
    return [*some_flips(small, 300), *every, *many]


@pytest.mark.timeout(7200)
def test_one_flipped_bit(
    small: Path, whole: Contents, fake_embedder: Embedder, tmp_path: Path, long: bool, report: Report
) -> None:
    outcomes = {}
    damaged = copy(small, tmp_path / "damaged")
    for name, offset, bit in flips(small, long):
        (damaged / name).write_bytes((small / name).read_bytes())  # the other files are as they were
        flip(damaged / name, offset, bit)
        outcomes[f"{name}, byte {offset}, bit {bit}"] = outcome(damaged, fake_embedder, whole)
        (damaged / name).write_bytes((small / name).read_bytes())
    counts = counted(outcomes, report)
    assert not_allowed(outcomes) == {}
    assert counts["same"] > 50  # the cache and the lock
    assert sum(count for came, count in counts.items() if came != "same") > 100


def cuts(size: int) -> set[int]:
    random = Random(2)
    lengths = {
        0,
        1,
        16,
        size // 4,
        size // 2,
        size - 2000,
        size - 1000,
        size - 1,
        *(random.randrange(size) for _ in range(20)),
    }
    return {length for length in lengths if 0 <= length < size}


def test_files_that_were_cut_off(
    small: Path, whole: Contents, fake_embedder: Embedder, tmp_path: Path, report: Report
) -> None:
    outcomes = {}
    for path in small.iterdir():
        for size in sorted(cuts(path.stat().st_size)) if path.stat().st_size else ():
            damaged = copy(small, tmp_path / "damaged")
            (damaged / path.name).write_bytes(path.read_bytes()[:size])
            outcomes[f"{path.name}, cut to {size}"] = outcome(damaged, fake_embedder, whole)
    counted(outcomes, report)
    assert not_allowed(outcomes) == {}
    assert all(came != "same" for damage, came in outcomes.items() if damage.startswith(f"{DATABASE_FILE},"))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "end is zeros": lambda data: data[: len(data) * 93 // 100].ljust(len(data), b"\0"),
    "garbage appended": lambda data: data + Random(3).randbytes(5000),
    "zeros appended": lambda data: data + bytes(8192),
    "all zeros": lambda data: bytes(len(data)),
    "all noise": lambda data: Random(4).randbytes(len(data)),
    "twice": lambda data: data * 2,
    "page swapped": lambda data: data[:4096] + data[8192:12288] + data[4096:8192] + data[12288:],
}


def test_torn_files(small: Path, whole: Contents, fake_embedder: Embedder, tmp_path: Path, report: Report) -> None:
    outcomes = {}
    for path in small.iterdir():
        for damage, make in DAMAGES.items():
            damaged = copy(small, tmp_path / "damaged")
            (damaged / path.name).write_bytes(make(path.read_bytes()))
            outcomes[f"{path.name}, {damage}"] = outcome(damaged, fake_embedder, whole)
    counted(outcomes, report)
    assert not_allowed(outcomes) == {}


def test_files_of_two_libraries_and_of_two_generations_never_mix(
    small: Path, whole: Contents, fake_embedder: Embedder, tmp_path: Path
) -> None:
    """What counts is the library's own file: the vectors beside it are those of another, and made again."""
    other = make_library(tmp_path / "other", fake_embedder, articles(seed=1))
    assert (other / VECTORS_FILE).stat().st_size == (small / VECTORS_FILE).stat().st_size
    later = copy(small, tmp_path / "later")
    with Library.open(later, fake_embedder, settings=SETTINGS) as library:
        library.remove([library.articles()[0].id])
        library.add(articles(seed=2)[:1])
    for first, second in [(small, other), (other, small), (small, later), (later, small)]:
        right = contents(first, fake_embedder)
        for name in (VECTORS_FILE, "library.lock"):
            mixed = copy(first, tmp_path / "mixed")
            (mixed / name).write_bytes((second / name).read_bytes())
            assert outcome(mixed, fake_embedder, right) == "same"
