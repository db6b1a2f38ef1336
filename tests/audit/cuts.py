"""A writer at work on a simulated disk: what the power may leave at any call, and whether promises are kept there."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from compliance.audit.group_commit import NotRecordedError, Ticket
from compliance.audit.segment_file import read_directory
from compliance.audit.segment_reading import Ending
from compliance.audit.segment_writer import SegmentWriter
from tests.audit.disks import FAULTS, Image, SimulatedDisk

ROOT = Path("/")
DIRECTORY = Path("/data/evidence/segments")
EMPTY: Image = {ROOT: None, Path("/data"): None}
PATIENCE = 60.0
"""Seconds; a disk in memory needs none, a machine with much to do may."""


@dataclass(frozen=True)
class Moment:
    """A possible state of a disk, with what had been promised and what had been brought before."""

    image: Image
    acknowledged: Sequence[bytes]
    appended: Sequence[bytes]

    def broken_promises(self) -> list[str]:
        """What the files of the image do not keep."""
        if DIRECTORY not in self.image:
            return ["the directory is gone"] if self.acknowledged else []
        segments = read_directory(SimulatedDisk(self.image), DIRECTORY)
        found = list(segments.records)
        order = {payload: number for number, payload in enumerate(self.appended)}
        numbers = [order.get(record, -1) for record in found]
        broken = [f"{len(lost)} promised records are gone"] if (lost := set(self.acknowledged) - set(found)) else []
        if -1 in numbers:
            broken.append("a record was never brought")
        if numbers != sorted(set(numbers)):
            broken.append("records are out of order or there twice")
        for name, reading in segments.files.items():
            if reading.ending is Ending.DAMAGED:
                broken.append(f"{name} passes for damaged: {reading.why}")
        return broken + [f"{name} is missing" for name in segments.missing]


@dataclass
class Work:
    """Records brought to writers on one disk after the other, each as the power left it."""

    random: Random
    images_at_each_call: int
    disk: SimulatedDisk = field(init=False)
    moments: list[Moment] = field(default_factory=list)
    _promised: list[bytes] = field(default_factory=list)
    """Under former writers."""
    _appended: list[bytes] = field(default_factory=list)
    _tickets: list[tuple[bytes, Ticket]] = field(default_factory=list)

    def run(self, image: Image, bursts: int) -> None:
        """Bring bursts of records; a call fails now and then, and the writer recovers."""
        self.disk = SimulatedDisk(image, self._look)
        size = self.random.choice([600, 2_500, 10**6])
        writer = SegmentWriter(
            DIRECTORY, "w0", disk=self.disk, most_file_bytes=size, seconds=PATIENCE, opening_seconds=PATIENCE
        )
        for _ in range(bursts):
            if self.random.random() < 0.25:
                self.disk.fail_once.add(self.random.choice(["sync_data", "sync_data", "sync_data", "write", *FAULTS]))
            self.burst(writer)
        writer.close()
        self._look("the end")

    def burst(self, writer: SegmentWriter) -> None:
        """Some records, whose last one is waited for now and then."""
        with contextlib.suppress(NotRecordedError):
            if writer.status().failure is not None:
                writer.recover()
            for _ in range(self.random.randint(1, 5)):
                filler = self.random.randbytes(self.random.choice([0, 10, 300, 1_500])).hex()
                payload = f"{len(self._appended)} {filler}".encode()
                self._appended.append(payload)
                ticket = writer.append(payload)
                self._tickets.append((payload, ticket))
                if self.random.random() < 0.5:
                    ticket.wait()

    def go_on_from(self, moment: Moment) -> None:
        """What counts as promised and brought from now on is what did at a moment."""
        self._promised, self._appended, self._tickets = list(moment.acknowledged), list(moment.appended), []

    @property
    def acknowledged(self) -> list[bytes]:
        """What has been promised up to now."""
        return [*self._promised, *(payload for payload, ticket in [*self._tickets] if ticket.is_acknowledged)]

    def _look(self, _: str) -> None:
        acknowledged = self.acknowledged
        for _number in range(self.images_at_each_call):
            self.moments.append(Moment(self.disk.image(self.random), acknowledged, [*self._appended]))


def moments_of(seed: int, *, lives: int = 3, images_at_each_call: int = 1) -> list[Moment]:
    """Moments of some lives of a service, each of which begins with what the power left of the one before."""
    random = Random(seed)  # noqa: S311 - repeatable
    work = Work(random, images_at_each_call)
    found: list[Moment] = []
    moment = Moment(EMPTY, [], [])
    for _ in range(lives):
        work.go_on_from(moment)
        work.moments = []
        work.run(moment.image, bursts=random.randint(1, 8))
        found += work.moments
        moment = random.choice(work.moments)
    return found
