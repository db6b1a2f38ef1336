"""What all tests share: the shipped rules, no network, and real components where they are installed."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from compliance import Checker
from tests.components import program
from tests.examples import EACH, are_all, part, tried_on_part

ROOT = Path(__file__).resolve().parent.parent
NEARBY = frozenset({"127.0.0.1", "::1", "localhost"})

gc.disable()  # until all is collected

settings.register_profile("tests", deadline=None, database=None, max_examples=EACH if are_all() else part(EACH))
settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every run tries a part of the examples, `make prove` all of them."""
    if not are_all():
        tried_on_part(items)


def pytest_collection_finish() -> None:
    """What was imported and collected stays: looking through it for garbage, again and again, took a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def what_stays_stays() -> Iterator[None]:
    """A command that was run in this process has all of it looked through again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "unfreeze", lambda: None)
        frozen = gc.get_freeze_count()  # they are counted one by one, which each scanner asked for
        patch.setattr(gc, "get_freeze_count", lambda: frozen)
        yield


@pytest.fixture(scope="session")
def checker() -> Checker:
    """A checker on the shipped rules; nobody may reload it."""
    return Checker.open(ROOT / "rules")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A test that talks to another machine fails, wherever it runs."""

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def only_here(self: socket.socket, address: Any) -> Any:
            if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in NEARBY:
                pytest.fail("a test tried to leave this machine")
            return connect(self, address)

        return only_here

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        yield


@pytest.fixture
def component() -> Callable[[str], str]:
    """Finds a program such as `nginx`; where it is missing the test is skipped, in a full run it fails."""
    return program


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory and an environment without settings of ours."""
    for name in [each for each in os.environ if each.startswith("COMPLIANCE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
