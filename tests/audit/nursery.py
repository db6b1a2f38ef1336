"""Processes that bring records from many threads until they are killed; what was acknowledged to each is told.

`python -m tests.audit.nursery DIRECTORY KILLS SEED MISTAKE...` kills so many with each mistake (`none` is none),
ten in each directory below DIRECTORY/MISTAKE one after the other, and writes beside it what each thread had been
promised, a line for each record. A new process is a fork of one that has everything imported, so that a second is
enough for some ten of them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import sleep
from typing import NoReturn

import pytest

from compliance.audit.group_commit import NotRecordedError
from compliance.audit.segment_writer import SegmentWriter
from tests.audit.mutants import POWER

THREADS = 8
EACH = 10
"""Kills in a directory."""
NONE = "none"
"""Stands for no mistake."""
LONGEST_LIFE = 0.08
"""In seconds: a disk needs some twenty syncs for it, or thousands."""


def payload(kill: int, thread: int, number: int) -> bytes:
    """A record, and nothing that another one may be taken for; from some bytes to some pages long."""
    return f"{kill}/{thread}/{number} ".encode() * (1 + (number * 7 + thread) % 11 * 40)


def brings(directory: Path, kill: int, pipe: int) -> NoReturn:
    """Many threads, each of which waits for one record after the other and says so."""
    writer = SegmentWriter(directory, "w0", most_file_bytes=100_000, seconds=60, opening_seconds=60)

    def bring(thread: int) -> None:
        number = 0
        while True:
            try:
                writer.append(payload(kill, thread, number)).wait()
            except NotRecordedError as error:
                os.write(pipe, f"failed: {error}\n".encode())
                return
            os.write(pipe, f"{kill}/{thread}/{number}\n".encode())
            number += 1

    for each in range(THREADS):
        threading.Thread(target=bring, args=(each,), daemon=True).start()
    while True:
        sleep(60)


def killed(lives: Callable[[Path, int, int], NoReturn], directory: Path, kill: int, life: float) -> bytes:
    """What a process said that was killed so many seconds after its birth, or, each other one, its first promise.

    Args:
        lives: what it does, with the number of the kill and where it tells its promises.
        directory: where it records.
        kill: the number.
        life: seconds.
    """
    outlet, inlet = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(outlet)
            lives(directory, kill, inlet)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
            os.write(inlet, f"failed: {error!r}\n".encode())
        finally:
            os._exit(1)
    os.close(inlet)
    said = os.read(outlet, 4_096) if kill % 2 else b""
    sleep(life)
    os.kill(process, signal.SIGKILL)
    with os.fdopen(outlet, "rb") as file:
        said += file.read()
    _, status = os.waitpid(process, 0)
    if not os.WIFSIGNALED(status):
        said += b"failed: it ended by itself\n"
    return said


def main(directory: Path, kills: int, seed: int) -> None:
    """Kill so many."""
    directory.mkdir()
    random = Random(seed)  # noqa: S311 - repeatable
    for kill in range(kills):
        beneath = directory / str(kill // EACH)
        said = killed(brings, beneath, kill, random.uniform(0, LONGEST_LIFE))
        with beneath.with_suffix(".said").open("ab") as file:
            file.write(said)


if __name__ == "__main__":
    for mistake in sys.argv[4:]:
        with pytest.MonkeyPatch.context() as patch:
            if mistake != NONE:
                POWER[mistake](patch)
            main(Path(sys.argv[1], mistake), int(sys.argv[2]), int(sys.argv[3]))
