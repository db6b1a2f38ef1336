"""Servers of one application each, on a core of their own, and wrk on another, with questions that were written before.

Theory: a machine that others use slows down and speeds up by the second, so every round asks every application for a
moment, one after the other, and what is compared are medians over all rounds.
"""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import msgspec

WRK: Final = "/usr/bin/wrk"
GRANIAN: Final = Path(sys.executable).with_name("granian")
_WAIT: Final = 60.0
_ASK: Final = """
local bodies, number = {}, 0
local headers = {["Content-Type"] = "application/json"}
for line in io.lines("%s") do bodies[#bodies + 1] = wrk.format("POST", "%s", headers, line) end
request = function() number = number %% #bodies + 1; return bodies[number] end
"""
_COUNTRIES: Final = (
    "AM",
    "AT",
    "BY",
    "CZ",
    "DE",
    "EE",
    "FI",
    "FR",
    "GE",
    "IL",
    "KZ",
    "LT",
    "LV",
    "PL",
    "RU",
    "TR",
    "UA",
    "US",
)
_FILLER: Final = "Lorem ipsum dolor sit amet. "


@dataclass(frozen=True)
class Asked:
    """What wrk found in one round."""

    a_second: float
    p50: float
    """Milliseconds, as the next one."""
    p99: float
    failed: int


def parsed(output: str) -> Asked:
    """What wrk says."""

    def milliseconds(share: str) -> float:
        found = re.search(rf"^\s*{share}%\s+([\d.]+)(us|ms|s|m) *$", output, re.MULTILINE)
        if found is None:
            raise ValueError(f"wrk does not say {share}%")
        return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[found[2]]

    rate = re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE)
    if rate is None:
        raise ValueError("wrk does not say how many")
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    broken = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    failed = int(wrong[1]) if wrong else 0
    failed += sum(map(int, broken.groups())) if broken else 0
    return Asked(float(rate[1]), milliseconds("50"), milliseconds("99"), failed)


def load(port: int, script: Path, seconds: float, connections: int) -> Asked:
    """Ask for some seconds."""
    cores = pinned(-1)
    command = [*cores, WRK, "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", str(script)]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True)
    return parsed(done.stdout)


def script(directory: Path, name: str, path: str, bodies: Iterable[bytes]) -> Path:
    """What wrk sends to a path, over and over."""
    questions, lua = directory / f"{name}.jsonl", directory / f"{name}.lua"
    questions.write_bytes(b"\n".join(bodies) + b"\n")
    lua.write_text(_ASK % (questions, path), encoding="utf-8")
    return lua


@contextmanager
def servers(names: Sequence[str], environment: Mapping[str, str]) -> Iterator[dict[str, int]]:
    """One granian for each application, and their ports, once they answer."""
    with ExitStack() as stack:
        ports = {}
        for name in names:
            ports[name] = port = _free_port()
            stack.enter_context(_server(name, port, environment))
        for port in ports.values():
            _await(port)
        yield ports


@contextmanager
def _server(name: str, port: int, environment: Mapping[str, str]) -> Iterator[None]:
    told = ["--interface", "wsgi", "--http", "1", "--no-ws", "--workers", "1", "--blocking-threads", "32"]
    told += ["--backpressure", "500", "--no-log", "--loop", "asyncio", "--port", str(port)]
    process = subprocess.Popen(
        [*pinned(0), str(GRANIAN), *told, "--factory", f"tests.bench.parts.http_apps:{name}"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def pinned(number: int) -> list[str]:
    """What keeps a command on one core, where there are several."""
    cores = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(cores[number])] if len(cores) > 1 else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    deadline = time.monotonic() + _WAIT
    while True:
        try:
            ask(port, "/healthz", b" ")
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def ask(port: int, path: str, body: bytes) -> bytes:
    """The body of one answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_WAIT)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        return connection.getresponse().read()
    finally:
        connection.close()


# -- questions ------------------------------------------------------------------------------------------


def pages(number: int, distinct: int, size: int, chance: random.Random) -> list[bytes]:
    """Checks of `distinct` pages for readers all over the address space, each of about `size` bytes."""
    return [_page(each % distinct, size, chance, "") for each in range(number)]


def new_pages(number: int, size: int, chance: random.Random) -> list[bytes]:
    """Checks of pages with a text that nobody asked about before."""
    return [_page(chance.getrandbits(60), size, chance, f"Report {chance.getrandbits(60)}. ") for _ in range(number)]


def _page(page: int, size: int, chance: random.Random, begin: str) -> bytes:
    content = {
        "url": f"https://radio.example/a/{page}",
        "publisher": "rferl.org",
        "headline": "News of the day",
        "language": "en",
        "date_published": "2009-12-17",
        "facts": {"content.kind": "article"},
    }
    question = {"content": content, "reader": {"address": _public(chance)}, "languages": ["en", "ru"]}
    missing = size - len(msgspec.json.encode(question)) - len(',"text":""')
    content["text"] = (begin + _FILLER * (missing // len(_FILLER) + 1))[:missing]
    return msgspec.json.encode(question)


def compact(chance: random.Random) -> bytes:
    """A check with hardly anything in it."""
    reader = {"location": {"country": chance.choice(_COUNTRIES)}}
    return msgspec.json.encode({"content": {"publisher": "rferl.org"}, "reader": reader})


def _public(chance: random.Random) -> str:
    while not (address := IPv4Address(chance.getrandbits(32))).is_global:
        pass
    return str(address)


def rounds(number: int, what: Mapping[str, Callable[[], Asked]], tell: Callable[[str], None]) -> dict[str, list[Asked]]:
    """Each of some measurements once in each round."""
    found: dict[str, list[Asked]] = {name: [] for name in what}
    for each in range(number):
        for name, measure in what.items():
            tell(f"round {each + 1} of {number}: {name}")
            found[name].append(measure())
    tell("")
    return found
