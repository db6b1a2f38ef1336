"""A network that ends at a deadline: a server that sends a byte now and then does not keep anybody waiting.

Theory: time limits of sockets hold for one read. So each read, write and connection attempt gets what is left until
the deadline of the thread that waits. Only looking up a name is left to the system.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable
from time import monotonic
from typing import Any

import httpcore
import httpx

_waiting = threading.local()


def begin(deadline: float) -> None:
    """From now on this thread waits until then, in monotonic seconds."""
    _waiting.deadline = deadline


def _left(timeout: float | None) -> float:
    left = float(getattr(_waiting, "deadline", monotonic())) - monotonic()
    return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A connection."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes."""
        if (left := _left(timeout)) <= 0:
            raise httpcore.ReadTimeout
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes."""
        if (left := _left(timeout)) <= 0:
            raise httpcore.WriteTimeout
        self._inner.write(buffer, left)

    def close(self) -> None:
        """Close it."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same with TLS."""
        if (left := _left(timeout)) <= 0:
            raise httpcore.ConnectTimeout
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """What is known of it."""
        return self._inner.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Connections that end at the deadline."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host."""
        if (left := _left(timeout)) <= 0:
            raise httpcore.ConnectTimeout
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))


def transport(verify: ssl.SSLContext | bool) -> httpx.HTTPTransport:  # noqa: FBT001 - as httpx has it
    """A transport of httpx whose connections end at the deadline."""
    made = httpx.HTTPTransport(verify=verify, trust_env=False)
    pool: Any = made._pool  # noqa: SLF001 - httpx lets nobody choose the network, which httpcore does
    pool._network_backend = _Network()  # noqa: SLF001
    return made
