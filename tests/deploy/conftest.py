"""The real nginx, where it is installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.components import program
from tests.deploy.proxying import with_system_programs


@pytest.fixture(scope="session")
def nginx() -> Iterator[str]:
    """The path of the program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", with_system_programs())
        yield program("nginx")
