"""The service as a process of its own, as an operator starts it, and HTTP as bytes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.warm import PROGRAM, Popen

SECONDS = 60.0
"""How long anything may take before a test gives up; the machine may be very busy."""


COMMAND = (PROGRAM,)


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Service:
    """A running service."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(connection):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, found, response.read())

    def check(self, question: Any, **headers: str) -> Reply:
        return self.ask("POST", "/v1/check", json.dumps(question).encode(), **headers)

    def ready(self) -> Any:
        return self.ask("GET", "/readyz").json

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def send(self, signum: signal.Signals) -> None:
        self.process.send_signal(signum)

    def exchange(self, *parts: bytes, pause: float = 0.0) -> Reply:
        """Bytes as they are, and the one reply to them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as sock:
            with contextlib.suppress(ConnectionError):  # it may have answered before it has read everything
                for part in parts:
                    sock.sendall(part)
                    time.sleep(pause)
            return parsed(received(sock))


@contextlib.contextmanager
def serving(
    log: Path,
    *arguments: str,
    command: Sequence[str] = COMMAND,
    warnings: str = "error",
    seals: bool = False,
) -> Iterator[Service]:
    """A service on a free port, once it answers; it runs beside its log, and is stopped at the end.

    It seals its evidence where a test is about that only: a process more, which works every second.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COMPLIANCE_")}
    sealing = {} if seals else {"COMPLIANCE_SEAL_SECONDS": "0"}
    with (
        log.open("w", encoding="utf-8") as errors,
        Popen(
            [*command, "serve", "--port", "0", "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=log.parent,
            env={**inherited, **sealing, "PYTHONWARNINGS": warnings},
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = json.loads("".join(_first_object(process.stdout)) or "{}")
            assert "url" in said, f"the service did not start: {log.read_text(encoding='utf-8')}"
            yield Service(process, int(said["url"].rpartition(":")[2]), log)
        finally:
            process.terminate()


def _first_object(output: Iterator[str]) -> Iterator[str]:
    for line in output:
        yield line
        if line.rstrip() == "}":
            return


def received(sock: socket.socket) -> bytes:
    """Everything until the other side closes."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := sock.recv(65536):
            parts.append(part)
    return b"".join(parts)


def parsed(data: bytes) -> Reply:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Reply(int(first.split(" ")[1]) if first else 0, headers, body)


def head(first: str, *lines: str) -> bytes:
    """The head of a request, after whose answer the connection closes."""
    return "\r\n".join([first, "Host: service", "Connection: close", *lines, "", ""]).encode("latin-1")


def eventually(holds: Callable[[], bool], *, seconds: float = SECONDS) -> bool:
    """Whether it holds before the deadline."""
    deadline, pause = time.monotonic() + seconds, 0.02
    while not holds():
        if time.monotonic() > deadline:
            return holds()  # whoever was not let run for so long looks once more
        time.sleep(pause)
        pause = min(1.3 * pause, 0.2)  # who waits for long leaves the processor to those that he waits for
    return True


def chunked(parts: Sequence[bytes]) -> bytes:
    """A body in chunks, whose length nobody says beforehand."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
