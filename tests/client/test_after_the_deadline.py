"""After the deadline nothing more is asked of the network: it could wait once more, for as long as it likes."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import httpcore
import pytest

from compliance.client import deadline


class _Touched(httpcore.NetworkStream):
    """A network that fails the test when anything is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.fixture(autouse=True)
def _late() -> Iterator[None]:
    deadline.begin(monotonic() - 1)
    yield
    del deadline._waiting.deadline


@pytest.mark.parametrize(
    ("ask", "timeout"),
    [
        (lambda stream: stream.read(1, 60), httpcore.ReadTimeout),
        (lambda stream: stream.write(b"a", 60), httpcore.WriteTimeout),
        (lambda stream: stream.start_tls(ssl.create_default_context(), None, 60), httpcore.ConnectTimeout),
    ],
)
def test_a_connection_is_not_touched_after_the_deadline(
    ask: Callable[[httpcore.NetworkStream], object], timeout: type[Exception]
) -> None:
    with pytest.raises(timeout):
        ask(deadline._Stream(_Touched()))


def test_no_connection_is_tried_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    network = deadline._Network()
    monkeypatch.setattr(network, "_inner", _Touched())
    with pytest.raises(httpcore.ConnectTimeout):
        network.connect_tcp("127.0.0.1", 1, 60)
