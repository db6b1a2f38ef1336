"""The guards of the tests themselves: no network, and components that may not be missing in a full run."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest


@pytest.mark.parametrize("address", ["203.0.113.1", "2001:db8::1"])
def test_a_test_cannot_reach_another_machine(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for way in ("connect", "connect_ex"):
        with socket.socket(family) as sock, pytest.raises(pytest.fail.Exception, match="leave this machine"):
            getattr(sock, way)((address, 9))


def test_a_test_can_reach_its_own_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()[:2]).close()


def test_a_missing_component_skips_on_a_desk_and_fails_in_a_full_run(
    component: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("REQUIRE_COMPONENTS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="`no-such-program` is not installed"):
        component("no-such-program")
    for variable in ("CI", "REQUIRE_COMPONENTS"):
        with monkeypatch.context() as patch:
            patch.setenv(variable, "1")
            with pytest.raises(pytest.fail.Exception, match="needs every component"):
                component("no-such-program")


def test_a_component_that_is_there_is_found(component: Callable[[str], str]) -> None:
    assert component("sh").endswith("sh")
