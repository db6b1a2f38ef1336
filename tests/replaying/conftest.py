"""A log that all tests here look at and none alters."""

from __future__ import annotations

import pytest

from tests.replaying.logs import Sealed, two_versions


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """200 pages under two versions of the shipped rules."""
    return two_versions(tmp_path_factory.mktemp("sealed"))
