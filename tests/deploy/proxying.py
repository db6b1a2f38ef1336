"""A real nginx with a shipped configuration, of which only the places of files and servers are changed.

Readers connect from this machine, so nginx would see nobody else. Where a test needs readers elsewhere, the listener
takes the PROXY protocol: the first line of a connection says from where it is.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

from tests.web.process import SECONDS, Reply, eventually, head, parsed, received

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CHECK = "POST /v1/check HTTP/1.1"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
LISTEN = "listen 80;"
SERVICE = "server 127.0.0.1:8000;"
LOG = "error_log /var/log/nginx/error.log emerg;"
NEARBY = {4: "127.0.0.1", 6: "::1"}
PORTS = 5
"""How often another port is tried: one that was free may be taken before nginx has it."""


def free_port(host: str = "127.0.0.1") -> int:
    with socket.create_server((host, 0), family=family(host)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def dead_port() -> Iterator[int]:
    """A port at which nobody listens, and nobody can meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


def family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True)
class Proxy:
    """A running nginx, and everything that it wrote; with `reader`, connections come from that address."""

    port: int
    where: Path
    host: str = "127.0.0.1"
    reader: str | None = None

    def seen_from(self, reader: str) -> Proxy:
        return replace(self, reader=reader)

    def exchange(self, data: bytes) -> Reply:
        with socket.create_connection((self.host, self.port), timeout=SECONDS) as sock:
            with contextlib.suppress(ConnectionError):
                sock.sendall(self._origin() + data)
            return parsed(received(sock))

    def _origin(self) -> bytes:
        """The line of the PROXY protocol, version 1."""
        if self.reader is None:
            return b""
        version = ip_address(self.reader).version
        return f"PROXY TCP{version} {self.reader} {NEARBY[version]} 51234 80\r\n".encode()

    def get(self, path: str, *lines: str) -> Reply:
        return self.exchange(head(f"GET {path} HTTP/1.1", *lines))

    def check(self, *lines: str, body: bytes) -> Reply:
        return self.exchange(head(CHECK, f"Content-Length: {len(body)}", *lines) + body)

    def written(self) -> dict[str, bytes]:
        return {
            str(file.relative_to(self.where)): file.read_bytes()
            for file in self.where.rglob("*")
            if file.is_file() and file.name not in {"nginx.conf", "pid", "countries.conf"}
        }


def installed(config: Path, where: Path, moved: Mapping[str, str]) -> Path:
    """A shipped configuration with every file under `where`, and each text of `moved` in place of another.

    The log of requests is nginx's default, so that one shows that does not switch it off.
    """
    text = config.read_text(encoding="utf-8")
    files = [f"error_log {where}/error.log emerg;", f"access_log {where}/access.log;"]
    files += [f"{each}_temp_path {where}/{each};" for each in TEMPORARY]
    for shipped, changed in {**moved, LOG: "\n".join(files)}.items():
        assert text.count(shipped) == 1, shipped
        text = text.replace(shipped, changed)
    path = where / "nginx.conf"
    path.write_text(f"pid {where}/pid;\ndaemon off;\nworker_processes 1;\n{text}", encoding="utf-8")
    return path


def command(program: str, where: Path, config: Path) -> list[str]:
    return [program, "-p", str(where), "-e", str(where / "error.log"), "-c", str(config)]


@contextlib.contextmanager
def proxying(
    program: str,
    config: Path,
    where: Path,
    service: int,
    *,
    host: str = "127.0.0.1",
    is_told_the_reader: bool = False,
    moved: Mapping[str, str] | None = None,
) -> Iterator[Proxy]:
    """nginx with a configuration, before a service on a port of `host`, once it answers."""
    where.mkdir()
    told = " proxy_protocol; set_real_ip_from {host}; real_ip_header proxy_protocol" if is_told_the_reader else ""
    for _ in range(PORTS):
        port = free_port(host)
        listen = f"listen {shown(host, port)}{told.format(host=host)};"
        path = installed(config, where, {LISTEN: listen, SERVICE: f"server {shown(host, service)};", **(moved or {})})
        with started(command(program, where, path), where) as said:
            if said is None:
                yield Proxy(port, where, host)
                return
        assert "Address already in use" in said, said
    raise AssertionError(f"somebody took each of {PORTS} ports")


@contextlib.contextmanager
def started(line: Sequence[str], where: Path) -> Iterator[str | None]:
    """None once nginx has its port, and what it said if it ended: somebody else may have it, and answer there."""
    output = where / "output"
    with output.open("w", encoding="utf-8") as errors, subprocess.Popen(line, stderr=errors) as process:
        try:
            # it writes its number when it has the port
            assert eventually(lambda: process.poll() is not None or (where / "pid").is_file())
            yield None if process.poll() is None else output.read_text(encoding="utf-8")
        finally:
            process.terminate()


def with_system_programs() -> str:
    """The path on which Debian keeps nginx, which only root's holds."""
    return f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
