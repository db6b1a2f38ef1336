"""What it costs to record: acknowledged records a second, beside the syncs that the disk itself makes in one.

Theory: the speed of disks swings from minute to minute, so a figure in seconds says little. Each round measures the
bare disk (one record appended and synced, again and again) right before and after, and what is compared are medians of
ratios. Several processes have a file each, as the workers of a service do; how fair it is among all of their threads
says Jain's index: 1 if each records the same number, 1/n if one does it all. Source: R. Jain et al., "A Quantitative
Measure of Fairness and Discrimination for Resource Allocation in Shared Computer Systems", DEC TR-301, 1984.
"""

from __future__ import annotations

import os
import statistics
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Final

from compliance.audit.disk import Disk
from compliance.audit.segment_writer import SegmentWriter

RECORD: Final = os.urandom(380)
Bring = Callable[[bytes], object]
"""Returns when a record is durable."""


@dataclass(frozen=True)
class Recorded:
    """What the threads of a run recorded, and how long each record took, in seconds."""

    seconds: float
    waits: Sequence[Sequence[float]]
    """Of each thread."""

    @property
    def a_second(self) -> float:
        """How many records were acknowledged."""
        return sum(map(len, self.waits)) / self.seconds

    def wait(self, share: float) -> float:
        """The seconds that such a share of all records took at most."""
        waits = sorted(wait for each in self.waits for wait in each)
        return waits[min(int(len(waits) * share), len(waits) - 1)]

    @property
    def fairness(self) -> float:
        """Jain's index over all threads."""
        numbers = [len(each) for each in self.waits]
        return sum(numbers) ** 2 / (len(numbers) * sum(number**2 for number in numbers))


def bare(directory: Path, seconds: float) -> float:
    """How many syncs a second the disk makes, each for one record."""
    path = directory / "bare"
    disk = Disk()
    descriptor = disk.create(path)
    number, begin = 0, perf_counter()
    while (spent := perf_counter() - begin) < seconds:
        disk.write(descriptor, RECORD)
        disk.sync_data(descriptor)
        number += 1
    disk.close(descriptor)
    disk.remove(path)
    return number / spent


def recorded(bring: Bring, threads: int, until: float) -> Sequence[Sequence[float]]:
    """The waits of threads that record one after the other until a time of the monotonic clock."""
    waits: list[list[float]] = [[] for _ in range(threads)]

    def work(own: list[float]) -> None:
        while monotonic() < until:
            begin = perf_counter()
            bring(RECORD)
            own.append(perf_counter() - begin)

    workers = [threading.Thread(target=work, args=(own,)) for own in waits]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    return waits


def in_process(directory: Path, worker: str, threads: int, begin: float, seconds: float) -> Sequence[Sequence[float]]:
    """The waits of the threads of one process, from a time of the monotonic clock on."""
    writer = SegmentWriter(directory, worker, seconds=30)
    sleep(max(0.0, begin - monotonic()))
    waits = recorded(lambda record: writer.append(record).wait(), threads, max(begin, monotonic()) + seconds)
    writer.close()
    return waits


def at_once(directory: Path, processes: int, threads: int, seconds: float) -> Recorded:
    """What several processes record at the same time."""
    begin = monotonic() + 2
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        runs = [pool.submit(in_process, directory, f"w{n}", threads, begin, seconds) for n in range(processes)]
        return Recorded(seconds, [waits for run in runs for waits in run.result()])


def rounds(directory: Path, processes: int, threads: int, seconds: float, number: int) -> list[tuple[Recorded, float]]:
    """Runs, each with the syncs a second of the disk around it."""
    found = []
    for _ in range(number):
        before = bare(directory, seconds / 2)
        run = at_once(directory, processes, threads, seconds)
        found.append((run, statistics.mean([before, bare(directory, seconds / 2)])))
    return found


def line(name: str, found: Sequence[tuple[Recorded, float]]) -> str:
    """What was measured, in medians."""

    def median(of: Callable[[Recorded, float], float]) -> float:
        return statistics.median(of(*each) for each in found)

    return (
        f"{name}: {median(lambda run, _: run.a_second):,.0f} records/s, "
        f"{median(lambda run, disk: run.a_second / disk):.1f} x the {median(lambda _, disk: disk):,.0f} syncs/s of the "
        f"disk; p50 {1000 * median(lambda run, _: run.wait(0.5)):.1f} ms, "
        f"p99 {1000 * median(lambda run, _: run.wait(0.99)):.1f} ms, "
        f"{median(lambda run, disk: run.wait(0.99) * disk):.1f} syncs; "
        f"fairness {median(lambda run, _: run.fairness):.3f}"
    )
