"""Processes that record and seal until they are killed; what was acknowledged to each is told.

`python -m tests.audit.sealing_nursery DIRECTORY KILLS SEED MISTAKE...` kills so many with each mistake (`none` is
none), one after the other on one log, each of them while it brings records from one thread and seals in another. What
it was promised stands in `DIRECTORY/MISTAKE.said`, a record on a line. A new process is a fork of one that has
everything imported.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest

from compliance.audit.group_commit import NotRecordedError
from compliance.audit.log_files import SEGMENTS
from compliance.audit.sealer import Sealer
from compliance.audit.segment_writer import SegmentWriter
from tests.audit.nursery import NONE, killed
from tests.audit.sealing_mutants import CRASH
from tests.audit.seals import record
from tests.audit.signing import LOG, ORIGIN

LONGEST_LIFE = 0.12
"""In seconds: a seal takes some twenty syncs."""
PAGES = 400


def lives(directory: Path, kill: int, pipe: int) -> NoReturn:
    """Bring records that others brought before, and some that nobody did, and seal all."""
    writer = SegmentWriter(directory / SEGMENTS, "w0", most_file_bytes=20_000, seconds=60, opening_seconds=60)
    sealer = Sealer(directory, LOG, ORIGIN)

    def bring() -> None:
        random, number = Random(kill), 0  # noqa: S311 - repeatable
        while True:
            nonce = kill * 100_000 + number
            page = record("table", f"page-{random.randrange(PAGES)}", nonce)
            payload = record("counters", "", nonce) if number % 7 == 0 else page
            try:
                writer.append(payload).wait()
            except NotRecordedError as error:
                os.write(pipe, f"failed: {error}\n".encode())
                return
            os.write(pipe, payload + b"\n")
            number += 1

    threading.Thread(target=bring, daemon=True).start()
    while True:
        for each in sealer.seal().findings:
            os.write(pipe, f"failed: {each}\n".encode())


def main(directory: Path, kills: int, seed: int) -> None:
    """Kill so many."""
    random = Random(seed)  # noqa: S311 - repeatable
    for kill in range(kills):
        said = killed(lives, directory, kill, random.uniform(0, LONGEST_LIFE))
        with directory.with_suffix(".said").open("ab") as file:
            file.write(said.rpartition(b"\n")[0] + b"\n")


if __name__ == "__main__":
    for mistake in sys.argv[4:]:
        with pytest.MonkeyPatch.context() as patch:
            if mistake != NONE:
                CRASH[mistake](patch)
            main(Path(sys.argv[1], mistake), int(sys.argv[2]), int(sys.argv[3]))
