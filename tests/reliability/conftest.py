"""What a library promises, tried by force: killed processes, full disks, flipped bits, many readers.

`pytest tests/reliability` tries samples in a few minutes, `pytest tests/reliability --long` everything.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="try everything, which takes up to an hour")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether everything is tried, not samples."""
    return bool(request.config.getoption("--long", default=False))
