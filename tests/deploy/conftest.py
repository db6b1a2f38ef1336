"""The real nginx, where it is installed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.deploy.proxying import with_system_programs


@pytest.fixture
def nginx(component: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of the program."""
    monkeypatch.setenv("PATH", with_system_programs())
    return component("nginx")
