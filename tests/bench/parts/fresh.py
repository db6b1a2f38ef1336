"""A command in a fresh process: seconds on the clock, CPU seconds, and the most memory that it held."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]


@dataclass
class Spent:
    """What the runs of one command took."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    said: str = ""
    """Its last line."""

    @property
    def seconds(self) -> float:
        """On the clock, the median."""
        return statistics.median(self.clock)

    @property
    def cpu_seconds(self) -> float:
        """The least: whatever else the machine does can only add to them."""
        return min(self.cpu)

    @property
    def peak(self) -> float:
        """In megabytes."""
        return max(self.megabytes)


def run(directory: Path, arguments: Sequence[str], statuses: Collection[int], spent: Spent) -> None:
    """Run Python once in a directory, and add what that took.

    Raises:
        RuntimeError: it ended with a status that none of `statuses` is, so what it took means nothing.
    """
    out = directory / "out.txt"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with out.open("wb") as file:
        start = perf_counter()
        child = subprocess.Popen(
            [sys.executable, *arguments], cwd=directory, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(child.pid, 0)
        spent.clock.append(perf_counter() - start)
    child.returncode = os.waitstatus_to_exitcode(status)  # it is reaped already
    lines = out.read_text(encoding="utf-8").splitlines() or [""]
    if child.returncode not in statuses:
        raise RuntimeError("\n".join([f"`{' '.join(arguments)}` ended with {child.returncode}", *lines[-5:]]))
    spent.said = lines[-1]
    spent.cpu.append(usage.ru_utime + usage.ru_stime)
    # the kernel begins to count at what this process holds, which is less than any of the commands
    spent.megabytes.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6)
