"""A service with worker processes, the processes themselves, and requests without a pause."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tiny import changed, written
from tests.web.process import Service, serving

QUESTION = {"content": {"publisher": "radio.example"}, "reader": {"location": {"country": "RU"}}}
RENAMED = changed("radio.yaml", ("title: Radio", "title: The New Radio"))
OLD, NEW = "Radio is on the list.", "The New Radio is on the list."


@contextmanager
def many(directory: Path, workers: int = 2, *, reload_seconds: int = 0, more: str = "") -> Iterator[Service]:
    """A service with worker processes; what its environment has that looks like a header is none."""
    rules = written(directory / "rules")
    (directory / "compliance.toml").write_text(
        f'rules_dir = "{rules}"\nserver = "granian"\nworkers = {workers}\nreload_seconds = {reload_seconds}\n{more}',
        encoding="utf-8",
    )
    (directory / "runtime").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNTIME_DIRECTORY", str(directory / "runtime"))
        patch.setenv("HTTP_ORIGIN", "https://elsewhere.example")
        patch.setenv("CONTENT_TYPE", "text/nonsense; charset=latin-1")
        with serving(directory / "log") as service:
            yield service


def children(service: Service) -> list[int]:
    """The workers."""
    found = Path(f"/proc/{service.process.pid}/task").glob("*/children")
    pids = [int(pid) for each in found for pid in each.read_text().split()]
    return [pid for pid in pids if b"spawn_main" in command(pid)]


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def under_load(service: Service, meanwhile: Callable[[], object], clients: int = 3) -> tuple[int, list[str]]:
    """How many requests were answered during something, and what was wrong with those that were not."""
    done, good, wrong = threading.Event(), [0] * clients, list[str]()

    def ask(number: int) -> None:
        while not done.is_set():
            try:
                reply = service.check(QUESTION)
                if reply.status != 200 or reply.json["notices"][0]["text"] not in {OLD, NEW}:
                    wrong.append(f"status {reply.status}")
            except OSError as error:
                wrong.append(repr(error))
            good[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for each in threads:
        each.start()
    try:
        meanwhile()
    finally:
        done.set()
        for each in threads:
            each.join()
    return sum(good) - len(wrong), wrong
